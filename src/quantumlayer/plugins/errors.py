"""Why a plugin cannot be used."""

from typing import ClassVar

from quantumlayer.core.errors import DomainError, Kind


class UnknownPluginError(DomainError):
    """No installed distribution offers a plugin of that name.

    Example: `ql build shop.md -o shop --pack djangoo` with a slip of the pen, or before the pack was installed.
    """

    code: ClassVar[str] = "QL2201"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    hint: str = "Install the distribution that offers it beside QuantumLayer, or take one of those named above."


class BrokenPluginError(DomainError):
    """A plugin is installed but cannot be loaded, or lacks what a plugin of its group must have.

    Example: a pack was written for another version and imports a module that is gone.
    """

    code: ClassVar[str] = "QL2202"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    hint: str = "Install a version of the plugin that fits this QuantumLayer, or remove it."


class AmbiguousPluginError(DomainError):
    """Two installed distributions offer a plugin of the same name, and choosing one by chance would not be repeatable.

    Example: a team's own `fastapi` pack is installed beside the one that comes with QuantumLayer.
    """

    code: ClassVar[str] = "QL2203"
    kind: ClassVar[Kind] = Kind.CONFLICT
    hint: str = "Remove one of the two distributions, or rename its entry point."
