"""How the callers of a Spec prove who they are."""

from quantumlayer.spec.model import KEY_HEADER, Proof, Spec


def proving(spec: Spec, proof: Proof) -> list[str]:
    """The roles whose callers prove who they are in one way."""
    return [name for name, role in spec.roles.items() if role.proves is proof]


def key_header(spec: Spec) -> str:
    """The header in which callers send their keys."""
    return next((role.header for role in spec.roles.values() if role.header), KEY_HEADER)
