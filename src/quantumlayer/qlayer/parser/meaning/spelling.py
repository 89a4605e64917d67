"""How a value is written, as a pattern: `13 digits`, `P, a dash, five digits`, `K followed by 4 digits`."""

import re

from quantumlayer.qlayer.parser.text.numbers import NUMBER, number

KINDS = {
    "digit": "0-9", "upper-case letter": "A-Z", "uppercase letter": "A-Z", "capital letter": "A-Z",
    "lower-case letter": "a-z", "lowercase letter": "a-z", "letter": "A-Za-z", "dash": "-", "dashe": "-",
    "hyphen": "-", "underscore": "_", "letters or digit": "A-Za-z0-9", "hexadecimal digit": "0-9A-Fa-f",
    "hex digit": "0-9A-Fa-f", "numeral": "0-9", "figure": "0-9",
}  # fmt: skip
KIND = "|".join(sorted(KINDS, key=len, reverse=True))
_SIGNS = {
    "dash": "-", "hyphen": "-", "slash": "/", "dot": r"\.", "point": r"\.", "space": " ", "underscore": "_",
    "colon": ":", "full stop": r"\.",
}  # fmt: skip
_JOINTS = re.compile(r",? ?(?:\b(?:and then|and|then|followed by|plus)\b|\+) ?|, ?")
_SIGN = re.compile(rf"(?:an? |one )?(?P<sign>{'|'.join(_SIGNS)})")
_COUNT = re.compile(
    rf"(?:the (?:last|first) )?(?P<n>{NUMBER}|an?)?(?: (?:to|or) (?P<most>{NUMBER}))?[ -]?(?P<kind>{KIND})s?"
)
_YEAR = re.compile(r"(?:the |a )?(?:calendar )?year")
_RANGES = re.compile(
    rf"(?P<n>{NUMBER}) (?:characters|signs|places),? (?:from |of |out of"
    rf" )?\(?(?P<ranges>[A-Za-z0-9]-[A-Za-z0-9](?:(?:,| and| or|, and) [A-Za-z0-9]-[A-Za-z0-9])*)"
)
_FEWEST = 2


def spelled(said: str) -> str:
    """The pattern of a value that is told part by part, in its own case; empty where it is not."""
    ranges = _RANGES.search(said)
    if ranges:
        classes = "".join(re.findall(r"[A-Za-z0-9]-[A-Za-z0-9]", ranges["ranges"]))
        return f"[{classes}]{{{int(number(ranges['n']))}}}"
    told = re.sub(r",? (?:unique|optional|required|mandatory)$", "", said.split(";", maxsplit=1)[0].strip())
    told = re.split(r"\b(?:e\.g\.|such as|for example|like|as in)", told)[0].strip(" ,")
    parts = [part.strip() for part in _JOINTS.split(told) if part.strip()]
    patterns = [_part(part) for part in parts]
    return "".join(patterns) if len(patterns) >= _FEWEST and all(patterns) else ""


def _part(part: str) -> str:
    if re.fullmatch(r"(?:the )?(?:capital |letters? )?[A-Z]{1,5}", part):
        return part.rsplit(" ", maxsplit=1)[-1]
    lowered = part.lower()
    if sign := _SIGN.fullmatch(lowered):
        return _SIGNS[sign["sign"]]
    if _YEAR.fullmatch(lowered):
        return "[0-9]{4}"
    counted = _COUNT.fullmatch(lowered)
    if counted is None or (counted["n"] is None and lowered.endswith("s")):
        return ""
    times = 1 if counted["n"] in {None, "a", "an"} else int(number(counted["n"]))
    if counted["most"]:
        return f"[{KINDS[counted['kind']]}]{{{times},{int(number(counted['most']))}}}"
    return f"[{KINDS[counted['kind']]}]" + (f"{{{times}}}" if times > 1 else "")
