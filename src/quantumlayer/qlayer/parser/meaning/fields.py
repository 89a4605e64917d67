"""A field from a noun phrase: its name, its type and its limits."""

import keyword
import re
from dataclasses import dataclass, replace

from pydantic import BaseModel

from quantumlayer.kit.identifiers import identifier, plural, singular
from quantumlayer.qlayer.parser.meaning.constraints import constrained, limits_only
from quantumlayer.qlayer.parser.meaning.spelling import spelled
from quantumlayer.qlayer.parser.meaning.types import is_one_value, told_type
from quantumlayer.qlayer.parser.meaning.verbs import event_form
from quantumlayer.qlayer.parser.text.numbers import NUMBER
from quantumlayer.qlayer.parser.text.phrases import Phrase, as_names, phrases
from quantumlayer.spec.model import Computed, Field, FieldType

_TAKEN = (
    frozenset(keyword.kwlist)
    | {name for name in dir(BaseModel) if not name.startswith("_")}
    | {"id", "created_at", "updated_at", "version", "metadata", "registry", "type_annotation_map", "anyone", "role"}
    | {"const", "function", "let", "loop", "namespace", "null", "package", "true", "false", "var", "void"}
    | {"bool", "bytes", "dict", "float", "int", "list", "object", "set", "str", "tuple"}
)
_DATE = frozenset({"week", "date", "day", "birthday", "deadline", "anniversary"})
_ENDPOINTS = frozenset({"start", "end", "beginning"})
_ONE_LINE_CHARACTERS = 250
_EXTREMES = frozenset({"max", "min", "maximum", "minimum"})
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
    | {"biography", "feedback", "summary", "synopsis", "abstract"}
)
_WRITINGS = frozenset({"ground", "note", "remark", "instruction", "comment"})
"""Several of these are one text."""
_COUNTED = frozenset({"minute", "hour", "second", "seat", "copy", "piece", "point", "mile"})
"""Several of these are one number: `break minutes`."""
_FLAG = frozenset({"flag", "switch", "checkbox"})
_ONE_LINE = frozenset(
    {"name", "title", "number", "code", "address", "phone", "colour", "color", "category", "id", "street", "postcode"}
    | {"city", "town", "country", "zip", "email", "label", "reference", "telephone", "mobile", "surname", "website"}
    | {"isbn", "iban", "sku", "barcode", "plate", "url", "brand", "state", "province", "county"}
)
"""What is one line of text by its name alone."""
_YES_NO = re.compile(r"\byes ?(?:/|or) ?no\b|\btrue ?/ ?false\b")
_FLAG_WORDS = frozenset({"yes", "no", "true", "false", "whether", "it", "is"}) | _FLAG
_KNOWN_RANGES = {"latitude": 90, "longitude": 180}
"""Degrees to either side, as geography has it."""
_SPOKEN = re.compile(r"\b(?:we|please)\b")
"""What the writer adds in parentheses."""
_TOLD = frozenset({"MD", "VBZ"})
DATED = _DATE | _INSTANT | frozenset({"year", "week", "month", "hour"})
"""Words that name when something is."""
NAMING = _ONE_LINE | _DATE | _INSTANT | _MONEY | _INT | _DECIMAL | _TEXT
"""Words that name a value of something rather than a thing."""
FILES = frozenset(
    {"file", "photo", "photograph", "picture", "image", "attachment", "scan", "video", "logo", "pdf", "document"}
)
"""What is kept as a file."""
_SIZE = re.compile(
    r"\b(?:up to|at most|no (?:more|larger|bigger) than|max(?:imum)?(?: of)?\.?|smaller than|under) "
    r"(?P<size>\d+ ?(?:kb|mb|gb))\b"
)
_MEDIA = re.compile(r"\b(?:JPE?G|PNG|PDF|GIF|WebP|SVG)\b", re.IGNORECASE)
_FORMATS = {
    **{name: f"image/{name}" for name in ("jpeg", "png", "gif", "webp")},
    "pdf": "application/pdf",
    "svg": "image/svg+xml",
}
_SIZE_BEFORE = re.compile(r"\b(?P<size>\d+ ?(?:kb|mb|gb)) (?:at most|max(?:imum)?|or less)\b")
_WAITS = re.compile(r"\boptional\b|\bcan (?:come|be added) later\b|\bif any\b")
_PERSONAL = re.compile(r"(?:^|_)(?:email|phone|mobile|telephone|birth|birthday|passport|iban)(?:_|$)")
_UNITS = re.compile(r"\bin (?P<unit>eur|euros?|usd|dollars?|gbp|pounds|chf|kg|kilograms?|grams?|g|km/h|km / h|km|m|cm"
                    r"|metres?|meters?|litres?|percent|%|minutes|hours|days|seconds|years)\b")  # fmt: skip
_CURRENCIES = re.compile(r"^(?:eur|euro|usd|dollar|gbp|pound|chf)")
_EVENT = re.compile(
    r"^(?:on which |when |that |at which )?(?P<who>it|they|he|she|(?:the|a|an|its|their) \w+)\s+"
    r"(?P<be>was |were |is |are |has been |have been |had been )?(?P<verb>[a-z]+)"
    r"(?: (?P<particle>back|up|out|in|off|over))?"
)
_NAME_OF = re.compile(
    r"^of (?P<what>(?!at\b|up\b|no\b|between\b|what\b|which\b|how\b|whom?\b|an?\b|the\b|its\b|their\b"
    r"|maximum\b|minimum\b|\d|one\b|two\b|three\b|four\b|five\b|six\b|exactly\b)[a-z]+)"
)
_COUNT_OF = re.compile(
    r"^of (?:the |its |their |all )?(?P<what>(?!at\b|up\b|no\b|between\b|exactly\b|maximum\b|minimum\b"
    r"|\d)[a-z-]+(?: [a-z-]+s\b)?)"
    r"(?: (?P<done>[a-z]+(?:ed|en|ld|wn|nt))\b)?"
)
_HOW_MANY = re.compile(
    r"^how (?P<much>many|much) (?P<what>[a-z]+)(?: (?:was|were|is|are|has been|have been) (?P<done>[a-z]+))?"
)
_WHETHER = re.compile(
    r"^whether (?:it|they|he|she) (?:is|are|was|were) (?:an? |the )?(?P<one>[a-z]+) or (?:an? |the )?(?P<other>[a-z]+)$"
)
_IS_SO = re.compile(
    r"^(?:an? |the )?(?:indication|note|flag|mark|information|tick)? ?(?:of )?whether (?:or not )?(?:it"
    r"|they|he|she|this|these)"
    r" (?P<verb>is|are|was|were|has been|have been|has|have) (?:an? |the |any )?(?P<what>[a-z][a-z -]*)$"
)
_OF_THE = re.compile(r"^of (?:the|its|their|an?) (?P<what>[a-z]+)\b")
_MOMENT = re.compile(r"^(?:starts?|ends?|begins?|opens?|closes?|expires?) (?P<at>at|on)$")
_SLASHED = re.compile(
    r"^(?P<name>[a-z]+) (?P<list>(?!yes|no|true|in |per )[a-z]+(?: [a-z]+)?(?: / [a-z]+(?: [a-z]+)?)+)$"
)
_N = rf"-?{NUMBER}"
_SCALE = re.compile(
    rf"(?:\bfrom {_N} (?:\([^)]*\) )?to {_N}|\bbetween {_N} and {_N}|(?<![\w.:-]){_N} to {_N}"
    r"|\b\d+ ?(?:-|\u2013) ?\d+|\b\d+ or (?:later|more))"
    r"(?![\d.]| (?:characters|letters|digits|signs|capital|upper|lower))"
)
_PER = re.compile(r"^per [a-z]+\b")
_PERSONAL_DATA = re.compile(r"(?:^|[,;] ?)personal(?: data)?(?:$| ?[,;])")
_FILLED = re.compile(
    r"\b(?:filled in|set|given|entered|recorded|stamped)(?: automatically| by (?:the )?(?:system|service|server))"
    r"|\bautomatic(?:ally)?\b"
)
_FORMAT = re.compile(r"\b(?:jpe?g|png|gif|pdf|webp|tiff?)\b")
_WHOLE = re.compile(r"\bin (?:whole|full|round) [a-z]|\bwhole (?:numbers?|[a-z]+s\b)")
_NUMERIC = frozenset({FieldType.INT, FieldType.DECIMAL})
_OF_SIGNS = re.compile(r"\b(?:digits|letters|characters)\b")
_OF_WORDS = re.compile(r"^[a-z -]+(?:, [a-z -]+)*,? or [a-z -]+$")
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
    if phrase.many and core[-1] in _WRITINGS | _COUNTED:
        core[-1] = plural(core[-1])
    name = " ".join(core)
    if phrase.post in {"start", "end"}:
        return spec_name(phrase.text.removeprefix(phrase.lead))  # `sales start`: the noun looks like a verb
    if per := _PER.match(phrase.post):
        return spec_name(f"{name} {per.group()}")
    if (of := _NAME_OF.match(phrase.post)) and core[-1] not in {"number", "count"}:
        name = f"{name} of {of['what']}"
    elif place := _PLACE.match(phrase.post):
        name = f"{name} {place['what']}"
    elif re.fullmatch(r"[a-z]+(?:ed|en|wn|ld|nt)", phrase.post):
        dated = core[-1] in _DATE and len(core) == 1
        name = f"{phrase.post} on" if dated else f"{plural(name) if phrase.many else name} {phrase.post}"
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
    told = told_type(phrase.aside)
    found = _attribute(replace(phrase, aside="", inner=()) if told else phrase, later=later)
    if told:
        kept = told.on(found.field)
        name = _plural_count(phrase, found.name) if kept.type is FieldType.INT else found.name
        found = replace(found, name=name, field=kept, guessed=False)
    if _PERSONAL_DATA.search(phrase.aside.lower()):
        found = replace(found, field=found.field.model_copy(update={"personal": True}))
    if not _FILLED.search(phrase.aside.lower()) or found.field.type not in {FieldType.DATE, FieldType.DATETIME}:
        return found
    now = Computed(cel="today()" if found.field.type is FieldType.DATE else "now()")
    return replace(found, field=found.field.model_copy(update={"read_only": True, "default": now}))


def _attribute(phrase: Phrase, *, later: bool) -> Attribute:
    known = _by_words(phrase, later=later)
    return known if known is not None else _by_name(phrase, later=later)


def _by_words(phrase: Phrase, *, later: bool) -> Attribute | None:
    """A field whose words say more than its name: a date by what happens, a number of things, a flag, a choice."""
    head = phrase.core[-1]
    if head in _DATE | _INSTANT and (event := _EVENT.match(phrase.post)):
        return _dated(phrase, event, later=later)
    if moment := _MOMENT.match(phrase.text):
        kind = FieldType.DATETIME if moment["at"] == "at" else FieldType.DATE
        return Attribute(spec_name(phrase.text), Field(type=kind))
    counts = len(phrase.core) == 1 or phrase.core[0] in {"total", "maximum", "minimum", "max", "min"}
    if head in {"number", "count"} and counts and (of := _COUNT_OF.match(phrase.post)):
        field = Field(type=FieldType.INT, min=0)
        return Attribute(spec_name(_counted(of)), constrained(field, phrase.post, phrase.aside))
    if many := _HOW_MANY.match(phrase.text):
        kind = FieldType.INT if many["much"] == "many" else FieldType.DECIMAL
        return Attribute(spec_name(_counted(many)), constrained(Field(type=kind, min=0), phrase.post, phrase.aside))
    return _flag_or_choice(phrase)


def _flag_or_choice(phrase: Phrase) -> Attribute | None:
    head = phrase.core[-1]
    said = f"{phrase.lead} {phrase.text} {phrase.aside.lower()}"
    if either := _WHETHER.match(phrase.text):
        choices = tuple(part.strip() for part in (either["one"], either["other"]))
        return Attribute("kind", Field(type=FieldType.STRING, one_of=choices), guessed=True)
    if so := _IS_SO.match(phrase.text):
        return Attribute(spec_name(so["what"]), Field(type=FieldType.BOOL, default=False))
    if _YES_NO.search(said) or head in _FLAG or phrase.core[0] == "whether":
        core = [word for word in phrase.core if word not in _FLAG_WORDS]
        return Attribute(spec_name(" ".join(core) or head), Field(type=FieldType.BOOL, default=False))
    if listed := _SLASHED.match(phrase.text):
        choices = tuple(dict.fromkeys(part.strip() for part in listed["list"].split("/")))
        return Attribute(spec_name(listed["name"]), Field(type=FieldType.STRING, one_of=choices))
    told = f"{said} {phrase.aside.lower()}"
    return Attribute(attribute_name(phrase), file_field(told)) if _is_file(phrase, told) else None


def _by_name(phrase: Phrase, *, later: bool) -> Attribute:
    """A field whose type its name stands for."""
    head = phrase.core[-1]
    said = f"{phrase.lead} {phrase.text}" if phrase.lead else phrase.text
    name = attribute_name(phrase)
    kind, guessed = _type(phrase, name)
    told = f"{said} {phrase.aside.lower()}"
    if kind in _NUMERIC and (_OF_SIGNS.search(told) or _OF_WORDS.match(phrase.aside.lower())):
        kind, guessed = FieldType.STRING, False
    scaled = (guessed or (head == "number" and kind is FieldType.STRING)) and _SCALE.search(told)
    if scaled or (kind in {FieldType.STRING, FieldType.DECIMAL} and _WHOLE.search(told)):
        kind, guessed = FieldType.INT, False
    unit = _UNITS.search(said)
    field = Field(type=kind, about=f"In {unit['unit']}." if unit and kind is not FieldType.MONEY else "")
    if (kind is FieldType.INT and head in {"capacity", "quantity", "stock", "count"}) or name.startswith("stock"):
        field = field.model_copy(update={"min": 0})
    field = constrained(field, f"{said} {phrase.post}", phrase.aside)
    if field.min is None and field.max is None:
        field = field.model_copy(update=_usual_range(head, kind, unit["unit"] if unit else ""))
    if "optional" in phrase.core or later:
        field = field.model_copy(update={"optional": True})
    if _PERSONAL.search(name):
        field = field.model_copy(update={"personal": True})
    name = _plural_count(phrase, name) if kind is FieldType.INT else name
    guessed = guessed and not field.one_of and field.pattern is None
    return Attribute(name, field, guessed=guessed)


def _usual_range(head: str, kind: FieldType, unit: str) -> dict[str, int]:
    """The range that degrees and percentages have wherever nothing else is said."""
    kept = _KNOWN_RANGES.get(head) if kind is FieldType.DECIMAL else None
    if kept:
        return {"min": -kept, "max": kept}
    return {"min": 0, "max": 100} if unit in {"percent", "%"} else {}


def _plural_count(phrase: Phrase, name: str) -> str:
    """The name of a count as it is written: `seats (2 to 9)` are several."""
    if not phrase.many or name != spec_name(" ".join(phrase.core)):
        return name
    return spec_name(f"{' '.join(phrase.core[:-1])} {plural(phrase.core[-1])}")


def _counted(found: re.Match[str]) -> str:
    """What a number counts: `number of packs delivered` gives `packs_delivered`."""
    what = found["what"] if found["what"].endswith("s") else plural(found["what"])
    return f"{what} {found['done']}" if found["done"] else what


def components(phrase: Phrase) -> list[Phrase]:
    """The parts of one value that an aside names: a location (latitude and longitude) is two fields."""
    if phrase.core[-1] in _INSTANT | _DATE or told_type(phrase.aside) or spelled(phrase.aside):
        return []
    if _FORMAT.search(phrase.aside.lower()):
        return []
    if not phrase.many and phrase.inner and lists_fields(phrase, sure=False):
        return list(listed(phrase))
    parts = re.split(r", (?:and )?| and ", phrase.aside.lower().strip())
    joined = (
        " and " in phrase.aside
        and " or " not in phrase.aside
        and all(re.fullmatch(r"[a-z]+(?: [a-z]+)?", p) for p in parts)
    )
    if not joined:
        return []
    return [replace(phrase, text=part, core=tuple(part.split()), post="", aside="") for part in parts]


def _is_file(phrase: Phrase, said: str) -> bool:
    """Whether a name is that of a file, or is said to have its size and format."""
    head = phrase.core[-1]
    sized = _SIZE.search(said) is not None
    return head in FILES - {"document"} or (sized and (head == "document" or bool(_MEDIA.search(phrase.aside))))


def file_field(said: str) -> Field:
    """A field for a file, as large and of the formats that the words around it allow."""
    size = _SIZE.search(said) or _SIZE_BEFORE.search(said)
    formats = dict.fromkeys(_FORMATS[found.lower().replace("jpg", "jpeg")] for found in _MEDIA.findall(said))
    limits: dict[str, object] = {"max": size["size"].upper()} if size else {}
    limits |= {"media": tuple(formats)} if formats else {}
    limits |= {"optional": True} if _WAITS.search(said) else {}
    return Field.model_validate({"type": "file", **limits})


def listed(phrase: Phrase) -> tuple[Phrase, ...]:
    """The things that an aside lists."""
    return phrases(as_names(phrase.inner))


def lists_fields(phrase: Phrase, *, sure: bool) -> bool:
    """Whether an aside lists what something has: `(street, postcode, city)`, and neither limits nor choices.

    Where it is `sure` that there are several of the thing, the words need not be known as names of fields.
    """
    named = listed(phrase)
    verbal = any(token.tag in _TOLD for token in phrase.inner) or is_one_value(phrase.aside)
    verbal = verbal or bool(spelled(phrase.aside)) or _SPOKEN.search(phrase.aside.lower()) is not None
    if len(named) < 2 or limits_only(phrase.aside.lower()) or verbal or told_type(phrase.aside):
        return False
    known = sum(part.core[-1] in NAMING or bool(part.post) or part.lead in {"a", "an"} for part in named)
    offered = re.search(r"\bor\b|/", phrase.aside) is not None and not re.search(r"\band\b|,", phrase.aside)
    return known * 2 >= len(named) or (sure and known > 0 and not offered)


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
    head, said = singular(phrase.core[-1].split("_per_")[0]), f"{phrase.post} {phrase.aside}".lower()
    words = set(name.split("_per_", maxsplit=1)[0].split("_"))
    if name.startswith("hours_"):
        return FieldType.DECIMAL, False
    if "email" in words:
        return FieldType.EMAIL, False
    if (words & _DATE and head not in _MONEY) or name.endswith("_on"):
        return FieldType.DATE, False
    if head == "time" and re.match(r"(?:in|of) (?:whole |full )?(?:minutes|hours|days|seconds)\b", said):
        return FieldType.INT, False
    if words & _INSTANT or name.endswith("_at") or head == "beginning" or (head in _ENDPOINTS and len(phrase.core) > 1):
        return FieldType.DATETIME, False
    unit = _UNITS.search(said)
    if unit and not re.search(r"\b(?:characters|letters|digits)\b", said):
        return _of_unit(unit["unit"]), False
    for names, kind in ((_TEXT, FieldType.TEXT), (_MONEY, FieldType.MONEY), (_DECIMAL, FieldType.DECIMAL)):
        if head in names and not re.search(r"\b(?:code|name)\b", head):
            return (FieldType.STRING if kind is FieldType.TEXT and _short(said) else kind), False
    if head in _INT or name.startswith("stock_") or (phrase.many and phrase.core[0] in _EXTREMES):
        return FieldType.INT, False
    return FieldType.STRING, head not in _ONE_LINE


def _short(said: str) -> bool:
    """Whether a text is one line by its stated length."""
    found = re.search(r"(\d[\d,]*) characters", said)
    return found is not None and int(found[1].replace(",", "")) <= _ONE_LINE_CHARACTERS


def _of_unit(unit: str) -> FieldType:
    if _CURRENCIES.match(unit):
        return FieldType.MONEY
    return FieldType.INT if unit in {"minutes", "hours", "days", "seconds", "years"} else FieldType.DECIMAL
