"""Types that a text names: `price (money; optional)`, `taken on (date, required)`, `status (one of new, done)`."""

import re
from dataclasses import dataclass

from quantumlayer.qlayer.parser.meaning.constraints import constrained
from quantumlayer.spec.model import Field, FieldType

_NAMED: dict[FieldType, str] = {
    FieldType.TEXT: r"(?:long|free|multi-?line|rich|formatted) ?text|text ?area|markdown",
    FieldType.STRING: r"(?:short )?text|strings?|str|(?:n?var)?char",
    FieldType.INT: r"integers?|int|bigint|smallint|whole numbers?|count",
    FieldType.DECIMAL: r"decimals?(?: numbers?)?|floats?|double|real|numeric",
    FieldType.MONEY: r"money|currency|amount of money|monetary",
    FieldType.DATETIME: r"date ?(?:and|/|\+|&|-)? ?time|timestamp|instant|point in time",
    FieldType.DATE: r"date|day",
    FieldType.BOOL: r"bool(?:ean)?|yes ?(?:/|or) ?no|true ?(?:/|or) ?false|flag|check ?box",
    FieldType.EMAIL: r"e-?mail(?: address)?",
}
_TYPES = tuple((re.compile(rf"(?:an? )?(?:{words})(?: ?\((?P<size>\d+)\))?"), kind) for kind, words in _NAMED.items())
_NUMBER = re.compile(r"(?:an? )?(?:number|num|digits?)")
_FLAGS = re.compile(
    r"\b(?:unique|required|mandatory|not null|optional|nullable|not empty|primary key|read-?only|at (?:most"
    r"|least)|up to"
    r"|max|min|between|from \d|never|no |not |in |positive)|-?\d"
)
_PRESENT = re.compile(r"\b(?:required|mandatory|optional|unique|nullable|not null)\b")
_BARE = re.compile(r"\b((?:max\.?|at most|up to|min\.?|at least) \d+)(?= ;|$)")
_REQUIRED = re.compile(r"required|mandatory|not null|not empty")
_CHOICES = re.compile(r"(?:(?:one of|either|enum(?:eration)?|choice(?: of)?|values?)\b:? ?|)(?P<list>.+)")
_CHOOSES = re.compile(r"(?:one of|either|enum(?:eration)?|choice(?: of)?)\b")
_MEASURED = re.compile(r"^(?:in )?[a-z\u00b5\u00b0%/]{1,6}\d? ?, (?=(?:whole |decimal )?numbers?\b|integer|decimal)")
"""A unit before its type: `ml, whole number`."""
_RANGE = re.compile(r"(?:between |from )?\d[\d,]* ?(?:-|\u2013|to|and) ?\d[\d,]*")
_DEFAULT = re.compile(r"default(?:s to| is|:)? (?P<value>.+)")
_NUMERIC = frozenset({FieldType.INT, FieldType.DECIMAL, FieldType.MONEY})
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Told:
    """What an aside says of a value's type.

    Args:
        type: The type; nothing where only `number` is said, or where choices tell.
        number: Whether it is a number of the kind that its name means.
        one_of: The values to choose from.
        default: The value that it begins with.
        size: Its greatest length.
        rest: What else the aside says.
    """

    type: FieldType | None = None
    number: bool = False
    one_of: tuple[str, ...] = ()
    default: str = ""
    size: int = 0
    rest: str = ""

    def on(self, field: Field) -> Field:
        """A field with this type, and the limits that the aside puts on it."""
        kind = self.type or field.type
        if self.number:
            kind = field.type if field.type in _NUMERIC else FieldType.INT
        changes: dict[str, object] = {"type": kind, **({"one_of": self.one_of} if self.one_of else {})}
        if kind is FieldType.BOOL:
            return field.model_copy(update={"type": kind, "default": self.default in {"yes", "true", "on"}})
        if self.size:
            changes["max"] = self.size
        if self.default and (self.default in self.one_of or (kind is FieldType.INT and self.default.isdigit())):
            changes["default"] = int(self.default) if kind is FieldType.INT else self.default
        kept = (
            field
            if kind is field.type
            else Field(type=kind, optional=field.optional, unique=field.unique, about=field.about)
        )
        rest = _BARE.sub(r"\1 characters", self.rest) if kind in {FieldType.STRING, FieldType.TEXT} else self.rest
        return constrained(kept, "", rest).model_copy(update=changes)


def told_type(aside: str) -> Told | None:
    """What an aside says of a type; nothing where it says something else, or lists the parts of a value."""
    text = _MEASURED.sub("", aside.lower().strip())
    if _RANGE.fullmatch(text):
        return Told(number=True, rest=text)
    parts = [part for whole in text.split(";") for part in _split(whole.strip()) if part]
    if ";" not in text or len(parts) < _FEWEST:
        parts = [part.strip() for part in text.split(",")]
        if not all(_FLAGS.match(part) for part in parts[1:]):
            return None
    found = [told for part in parts if (told := _part(part))]
    if not found:
        return None
    return Told(
        type=next((told.type for told in found if told.type), None),
        number=any(told.number for told in found),
        one_of=next((told.one_of for told in found if told.one_of), ()),
        default=next((told.default for told in found if told.default), ""),
        size=max(told.size for told in found),
        # What limits nothing would keep the limits beside it from being read.
        rest=" ; ".join(p for p in parts if _part(p) is None and _FLAGS.search(p) and not _REQUIRED.fullmatch(p)),
    )


def is_one_value(aside: str) -> bool:
    """Whether an aside says whether a value is there, and so lists no parts of it: `(number, -90 to 90; optional)`."""
    return _PRESENT.search(aside.lower()) is not None


def _split(whole: str) -> list[str]:
    """`text, max 120` is a type with a limit; a list of choices stays whole."""
    parts = [part.strip() for part in whole.split(",")]
    return parts if _part(parts[0]) and all(_FLAGS.match(part) for part in parts[1:]) else [whole]


def _part(part: str) -> Told | None:
    for pattern, kind in _TYPES:
        if named := pattern.fullmatch(part):
            return Told(type=kind, size=int(named["size"] or 0) if kind in {FieldType.STRING, FieldType.TEXT} else 0)
    if _NUMBER.fullmatch(part):
        return Told(number=True)
    if default := _DEFAULT.fullmatch(part):
        return Told(default=default["value"].strip("\"'"))
    if _CHOOSES.match(part) and (listed := _CHOICES.fullmatch(part)):
        values = [value.strip(" \"'()") for value in re.split(r", ?(?:or |and )?| or | ?[/|] ?", listed["list"])]
        chosen = tuple(dict.fromkeys(value for value in values if value))
        return Told(type=FieldType.STRING, one_of=chosen) if len(chosen) >= _FEWEST else None
    return None
