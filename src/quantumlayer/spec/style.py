"""The style of an API: a contract's own, or that of the pack as the Spec asks for it."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic.alias_generators import to_camel

from quantumlayer.spec.interface import Envelope, Interface, Naming
from quantumlayer.spec.model import Spec


@dataclass(frozen=True, slots=True)
class Style:
    """How the paths and bodies of the pack's own API look; a contract says all of it, and has none."""

    base: str = ""
    camel: bool = False
    envelope: Envelope = Envelope.NONE

    @property
    def plain(self) -> bool:
        """Whether bodies and paths are as a Spec without an interface has them."""
        return self == Style()

    def key(self, name: str) -> str:
        """A JSON key, a query parameter or a word to sort by."""
        return to_camel(name) if self.camel else name


def contract_of(spec: Spec) -> Interface | None:
    """The interface where it is a contract: callers meet its endpoints and no others."""
    return spec.interface if spec.interface is not None and spec.interface.is_contract else None


def style_of(spec: Spec) -> Style:
    """The style that a Spec asks for."""
    if spec.interface is None or spec.interface.is_contract:
        return Style()
    return Style(spec.interface.base, spec.interface.naming is Naming.CAMEL, spec.interface.envelope)


_ENVELOPES = {
    Envelope.DATA: "answers hold a record as `data`, and lists their records, too",
    Envelope.NAME: "answers, and requests that make or change a record, hold it under its name, lists under its plural",
}


def style_claims(spec: Spec) -> Iterator[tuple[str, str]]:
    """Address and sentence of every promise that the style makes."""
    style = style_of(spec)
    if style.base:
        yield "interface.base", f"every path begins with {style.base}, those of probes and metrics aside"
    if style.camel:
        yield "interface.naming", "keys, query parameters, words to sort by and pointers of errors are in camelCase"
    if style.envelope in _ENVELOPES:
        yield "interface.envelope", _ENVELOPES[style.envelope]
