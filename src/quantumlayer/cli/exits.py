"""How each command ends: the one table from what happened to an exit code."""

from quantumlayer.core.errors import Kind

GREEN = 0
RED = 1
USAGE = 2
INCOMPLETE = 3

BY_KIND = {
    Kind.INVALID: 4,
    Kind.UNAUTHENTICATED: 5,
    Kind.FORBIDDEN: 6,
    Kind.NOT_FOUND: 7,
    Kind.CONFLICT: 8,
    Kind.QUOTA: 9,
    Kind.UNAVAILABLE: 10,
    Kind.INTERNAL: 11,
    Kind.CANCELLED: 130,
}

MEANING = {
    GREEN: "done, and every check passed (assumptions may be open)",
    RED: "a check failed, or a folder differs from its manifest",
    USAGE: "the command line is wrong",
    INCOMPLETE: "built and checked, but elements of the Spec were left out",
    BY_KIND[Kind.INVALID]: "an input is wrong",
    BY_KIND[Kind.UNAUTHENTICATED]: "somebody must sign in first",
    BY_KIND[Kind.FORBIDDEN]: "something may not be read or written",
    BY_KIND[Kind.NOT_FOUND]: "something named is not there",
    BY_KIND[Kind.CONFLICT]: "something is in the way",
    BY_KIND[Kind.QUOTA]: "a limit is used up",
    BY_KIND[Kind.UNAVAILABLE]: "a tool, a disk or a server does not do its part",
    BY_KIND[Kind.INTERNAL]: "a defect of QuantumLayer or of a pack",
    BY_KIND[Kind.CANCELLED]: "stopped by you",
}


def table() -> str:
    """The codes and what they mean, one a line."""
    return "\n".join(f"  {code:>3}  {meaning}" for code, meaning in sorted(MEANING.items()))
