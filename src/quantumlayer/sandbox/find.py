"""Which sandbox this machine has."""

from quantumlayer.sandbox.bubblewrap import find_bubblewrap
from quantumlayer.sandbox.ports import Sandbox
from quantumlayer.sandbox.unsafe import UnsafeSandbox


def find_sandbox(*, unsafe: bool) -> Sandbox:
    """The sandbox to run generated code in; none at all only when a person said `unsafe`.

    Raises:
        SandboxMissingError: There is no working bubblewrap.
    """
    return UnsafeSandbox() if unsafe else find_bubblewrap()
