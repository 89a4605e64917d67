"""What the docstrings of generated functions say."""

from quantumlayer.qlayer.packs.fastapi.code import names_in
from quantumlayer.qlayer.packs.fastapi.rules import REFUSALS


def raises(lines: list[str]) -> list[str]:
    """What the statements of a function refuse beyond the usual."""
    names = names_in(lines)
    reads = "readable" in names or "require_readable" in names
    below = ", or would be below itself" if "require_tree" in names else ""
    found = {
        "Forbidden: The caller may not do this to it.": "Forbidden" in names,
        f"Conflict: It refers to a record that is not there{below}.": bool({"require_reference", "referenced"} & names)
        and not reads,
        f"Conflict: It refers to a record that is not there, or that the caller may not read{below}.": reads,
        "Conflict: Another record cannot spare it.": "require_spare" in names,
        "RuleBroken: A rule stands against it.": bool(REFUSALS & names),
    }
    return [line for line, there in found.items() if there]
