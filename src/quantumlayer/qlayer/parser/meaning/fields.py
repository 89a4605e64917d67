"""A field from a noun phrase: its name, its type and its limits."""

import keyword
import re
from dataclasses import dataclass, replace

from pydantic import BaseModel

from quantumlayer.kit.identifiers import identifier, plural
from quantumlayer.qlayer.parser.meaning.constraints import constrained
from quantumlayer.qlayer.parser.meaning.verbs import event_form
from quantumlayer.qlayer.parser.text.phrases import Phrase
from quantumlayer.spec.model import Field, FieldType

_TAKEN = (
    frozenset(keyword.kwlist)
    | {name for name in dir(BaseModel) if not name.startswith("_")}
    | {"id", "created_at", "updated_at", "version", "metadata", "registry", "type_annotation_map", "anyone", "role"}
    | {"const", "function", "let", "loop", "namespace", "null", "package", "true", "false", "var", "void"}
    | {"bool", "bytes", "dict", "float", "int", "list", "object", "set", "str", "tuple"}
)
_DATE = frozenset({"date", "day", "birthday", "deadline", "anniversary"})
_INSTANT = frozenset({"time", "moment", "timestamp", "instant"})
_MONEY = frozenset(
    {"price", "fee", "cost", "rate", "deposit", "amount", "charge", "salary", "budget", "balance", "fine", "total"}
    | {"payment", "wage", "rent", "fare", "tax", "revenue", "subtotal", "premium"}
)
_INT = frozenset(
    {"capacity", "quantity", "stock", "count", "age", "year", "duration", "length", "seat", "copy", "piece", "mileage"}
    | {"minute", "hour", "size limit", "limit", "rank", "priority number", "amount of", "level number"}
)
_DECIMAL = frozenset(
    {"weight", "height", "latitude", "longitude", "percentage", "percent", "temperature", "distance", "speed", "width"}
    | {"depth", "area", "volume", "odometer", "rating", "score", "level"}
)
_TEXT = frozenset(
    {"description", "comment", "note", "notes", "body", "reason", "text", "message", "remark", "content", "instruction"}
    | {"biography", "feedback", "summary"}
)
_FLAG = frozenset({"flag", "switch", "checkbox"})
_PERSONAL = re.compile(r"(?:^|_)(?:email|phone|mobile|telephone|birth|birthday|passport|iban)(?:_|$)")
_UNITS = re.compile(r"\bin (?P<unit>eur|euros?|usd|dollars?|gbp|pounds|chf|kg|kilograms?|grams?|g|km/h|km / h|km|m|cm"
                    r"|metres?|meters?|litres?|percent|%|minutes|hours|days|seconds|years)\b")  # fmt: skip
_CURRENCIES = re.compile(r"^(?:eur|euro|usd|dollar|gbp|pound|chf)")
_EVENT = re.compile(
    r"^(?:on which |when |that |at which )?(?P<who>it|they|he|she|(?:the|a|an|its|their) \w+)\s+"
    r"(?P<be>was |were |is |are |has been |have been |had been )?(?P<verb>[a-z]+)"
    r"(?: (?P<particle>back|up|out|in|off|over))?"
)
_NAME_OF = re.compile(r"^of (?P<what>(?!at\b|up\b|no\b|between\b|an?\b|the\b|its\b|their\b|maximum\b|minimum\b|\d"
                      r"|one\b|two\b|three\b|four\b|five\b|six\b|exactly\b)[a-z]+)")  # fmt: skip
_OF_THE = re.compile(r"^of (?:the|its|their|an?) (?P<what>[a-z]+)\b")
_MOMENT = re.compile(r"^(?:starts?|ends?|begins?|opens?|closes?|expires?) (?P<at>at|on)$")
_SLASHED = re.compile(r"^(?P<name>[a-z]+) (?P<list>(?!yes|no|true)[a-z]+(?: [a-z]+)?(?: / [a-z]+(?: [a-z]+)?)+)$")
_PLACE = re.compile(r"^(?P<what>on hand|in stock|on loan|at birth)\b")


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field as a text describes it.

    `event` is the participle for a date on which something happens (`returned`), `due` marks the date
    that something is due; `guessed` says that the type came from the name's silence.
    """

    name: str
    field: Field
    event: str = ""
    due: bool = False
    guessed: bool = False
    actor: bool = False


def attribute_name(phrase: Phrase) -> str:
    """The name of the field that a phrase means, as an identifier: `dates of birth` gives `date_of_birth`."""
    core = [word for word in phrase.core if word not in {"optional", "unique", "unambiguous", "mandatory"}]
    if not core:
        core = list(phrase.core)
    if core[-1] == "address" and len(core) > 1 and core[-2] in {"email", "mail", "e"}:
        core = core[:-1]
    core = ["email" if word == "mail" and "e" in core else word for word in core if word != "e" or "mail" not in core]
    name = " ".join(core)
    if (of := _NAME_OF.match(phrase.post)) and core[-1] not in {"number", "count"}:
        name = f"{name} of {of['what']}"
    elif place := _PLACE.match(phrase.post):
        name = f"{name} {place['what']}"
    return spec_name(name)


def spec_name(text: str) -> str:
    """A text as the name of a Spec's element, which neither Python nor the service has a meaning for."""
    name = identifier(text).strip("_")[:50].strip("_") or "value"
    return f"{name}_value" if name in _TAKEN else name


def action_name(verb: str) -> str:
    """A verb as the name of an operation; `return` is a fine one, as nothing is ever called by it alone."""
    return identifier(verb).strip("_")[:50].strip("_") or "act"


def attribute(phrase: Phrase, *, later: bool = False) -> Attribute:
    """The field that a phrase describes; `later` says that it is known only some time after the record is made."""
    head = phrase.core[-1]
    said = f"{phrase.lead} {phrase.text}" if phrase.lead else phrase.text
    if head in _DATE | _INSTANT and (event := _EVENT.match(phrase.post)):
        return _dated(phrase, event, later=later)
    if moment := _MOMENT.match(phrase.text):
        return Attribute(
            spec_name(phrase.text), Field(type=FieldType.DATETIME if moment["at"] == "at" else FieldType.DATE)
        )
    if (of := re.match(r"^of (?P<what>[a-z]+)", phrase.post)) and head in {"number", "count"}:
        field = Field(type=FieldType.INT, min=0)
        return Attribute(spec_name(plural(of["what"])), constrained(field, phrase.post, phrase.aside))
    flag = re.search(r"\byes ?(?:/|or) ?no\b|\btrue ?/ ?false\b", f"{phrase.text} {phrase.aside}")
    if flag or head in _FLAG or phrase.core[0] == "whether":
        core = [
            word for word in phrase.core if word not in {"yes", "no", "true", "false", "whether", "it", "is"} | _FLAG
        ]
        return Attribute(spec_name(" ".join(core) or head), Field(type=FieldType.BOOL, default=False))
    if listed := _SLASHED.match(phrase.text):
        choices = tuple(dict.fromkeys(part.strip() for part in listed["list"].split("/")))
        return Attribute(spec_name(listed["name"]), Field(type=FieldType.STRING, one_of=choices))
    name = attribute_name(phrase)
    kind, guessed = _type(phrase, name)
    unit = _UNITS.search(said)
    field = Field(type=kind, about=f"In {unit['unit']}." if unit and kind is not FieldType.MONEY else "")
    if (kind is FieldType.INT and head in {"capacity", "quantity", "stock", "count"}) or name.startswith("stock"):
        field = field.model_copy(update={"min": 0})
    field = constrained(field, f"{said} {phrase.post}", phrase.aside)
    if "optional" in phrase.core or later:
        field = field.model_copy(update={"optional": True})
    if _PERSONAL.search(name):
        field = field.model_copy(update={"personal": True})
    guessed = guessed and not field.one_of and field.pattern is None
    return Attribute(name, field, guessed=guessed)


def components(phrase: Phrase) -> list[Phrase]:
    """The parts that an aside joins by `and`: a location (latitude and longitude) is two fields."""
    parts = re.split(r", (?:and )?| and ", phrase.aside.lower().strip())
    joined = (
        " and " in phrase.aside
        and " or " not in phrase.aside
        and all(re.fullmatch(r"[a-z]+(?: [a-z]+)?", p) for p in parts)
    )
    if not joined:
        return []
    return [replace(phrase, text=part, core=tuple(part.split()), post="", aside="") for part in parts]


def _dated(phrase: Phrase, event: re.Match[str], *, later: bool) -> Attribute:
    """A date named by what happens on it: `the day it was borrowed`, `the day it is due`."""
    instant = phrase.core[-1] in _INSTANT
    kind = FieldType.DATETIME if instant else FieldType.DATE
    suffix = "at" if instant else "on"
    if event["verb"] == "due":
        return Attribute(f"due_{suffix}", Field(type=kind), due=True)
    form = event_form(event["verb"], event["particle"] or "")
    name = spec_name(f"{form} {suffix}")
    happens_to = event["who"] in {"they", "he", "she"} and not event["be"]
    return Attribute(name, Field(type=kind, optional=later), event=form, actor=happens_to)


def _type(phrase: Phrase, name: str) -> tuple[FieldType, bool]:
    """The type that a name stands for, and whether it is only the default."""
    head, said = phrase.core[-1], f"{phrase.post} {phrase.aside}".lower()
    words = set(name.split("_"))
    if "email" in words:
        return FieldType.EMAIL, False
    if words & _DATE or name.endswith("_on"):
        return FieldType.DATE, False
    if words & _INSTANT or name.endswith("_at"):
        return FieldType.DATETIME, False
    unit = _UNITS.search(said)
    if unit and not re.search(r"\b(?:characters|letters|digits)\b", said):
        return _of_unit(unit["unit"]), False
    for names, kind in ((_TEXT, FieldType.TEXT), (_MONEY, FieldType.MONEY), (_DECIMAL, FieldType.DECIMAL)):
        if head in names and not re.search(r"\b(?:code|name)\b", head):
            return (FieldType.STRING if kind is FieldType.TEXT and _short(said) else kind), False
    if head in _INT or name.startswith("stock_"):
        return FieldType.INT, False
    known = head in {"name", "title", "number", "code", "address", "phone", "colour", "color", "category", "id"}
    return FieldType.STRING, not known


def _short(said: str) -> bool:
    """Whether a text is one line by its stated length."""
    found = re.search(r"\b(\d+) characters", said)
    return found is not None and int(found[1]) <= 100


def _of_unit(unit: str) -> FieldType:
    if _CURRENCIES.match(unit):
        return FieldType.MONEY
    return FieldType.INT if unit in {"minutes", "hours", "days", "seconds", "years"} else FieldType.DECIMAL
