"""The only place that turns foreign text into identifiers, and English nouns into their plural and back."""

import builtins
import hashlib
import keyword
import re
import unicodedata

MAX_LENGTH = 60
"""Longest identifier in characters: PostgreSQL cuts names at 63."""

_BUILTINS = frozenset(name for name in dir(builtins) if name.isidentifier() and not name.startswith("_"))
_UNSAFE = frozenset([*keyword.kwlist, *keyword.softkwlist]) | _BUILTINS
_FOLDED = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "\u0131": "i", "'": "", "\u2019": "",
    }
)  # fmt: skip
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+[0-9]*|[0-9]+")

_IRREGULAR = {
    "analysis": "analyses", "appendix": "appendices", "axis": "axes", "basis": "bases", "calf": "calves",
    "child": "children", "crisis": "crises", "criterion": "criteria", "curriculum": "curricula",
    "diagnosis": "diagnoses", "elf": "elves", "foot": "feet", "goose": "geese", "half": "halves",
    "hypothesis": "hypotheses", "index": "indexes", "knife": "knives", "leaf": "leaves", "life": "lives",
    "loaf": "loaves", "man": "men", "matrix": "matrices", "medium": "media", "mouse": "mice", "oasis": "oases",
    "ox": "oxen", "person": "people", "phenomenon": "phenomena", "quiz": "quizzes", "self": "selves",
    "shelf": "shelves", "synopsis": "synopses", "synthesis": "syntheses", "thesis": "theses", "thief": "thieves",
    "tooth": "teeth", "vertex": "vertices", "wife": "wives", "wolf": "wolves", "woman": "women",
    "bookshelf": "bookshelves", "menu": "menus", "prognosis": "prognoses", "grandchild": "grandchildren",
}  # fmt: skip
_SINGULAR = {many: one for one, many in _IRREGULAR.items()}
_SAME = frozenset(
    {
        "advice", "aircraft", "cattle", "chess", "data", "deer", "equipment", "evidence", "feedback", "fish",
        "furniture", "gear", "hardware", "homework", "information", "inventory", "jewelry", "knowledge",
        "luggage", "mail", "merchandise", "money", "music", "news", "offspring", "personnel", "rice", "series",
        "sheep", "shrimp", "software", "species", "staff", "traffic", "weather",
    }
)  # fmt: skip
_O_TAKES_ES = frozenset({"cargo", "echo", "embargo", "hero", "potato", "tomato", "torpedo", "veto"})
_ENDS_IN_E = frozenset(
    {
        "ache", "avalanche", "axe", "cache", "canoe", "creche", "headache", "niche", "psyche", "shoe", "toe",
        "toothache",
    }
)  # fmt: skip
_ENDS_IN_IE = frozenset(
    {
        "brownie", "calorie", "cookie", "foodie", "genie", "lie", "movie", "pie", "rookie", "selfie", "tie",
        "zombie",
    }
)  # fmt: skip
_ENDS_IN_S = frozenset(
    {
        "alias", "atlas", "bias", "bonus", "bus", "campus", "canvas", "census", "chaos", "gas", "iris", "lens", "news",
        "pancreas", "pants", "radius", "status", "virus",
    }
)  # fmt: skip
_ENDS_IN_MEN = frozenset({"abdomen", "acumen", "omen", "regimen", "specimen"})
_ENDS_IN_MAN = frozenset({"german", "human", "roman", "shaman"})
_ENDS_IN_SE_OR_ZE = ("ase", "ise", "ose", "use", "rse", "nse", "lse", "pse", "yse", "aze", "ize", "oze")


def words(text: str) -> list[str]:
    """The words of a text in lower-case ASCII: `VisitNote`, `visit-note` and `visit note` give the same two."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_FOLDED))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return [word.lower() for word in _WORD.findall(plain)]


def safe(name: str) -> str:
    """The name itself, or with a trailing underscore where Python already means something by it (`class_`)."""
    return f"{name}_" if name in _UNSAFE else name


def _joined(text: str) -> str:
    """Words joined by underscores, never empty, a letter first, at most `MAX_LENGTH` characters less one."""
    found = words(text)
    if not any(char.isalnum() for char in "".join(found)):
        found = ["name", hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]]
    if found[0][0].isdigit():
        found = ["n", *found]
    return "_".join(found)[: MAX_LENGTH - 1].rstrip("_")


def identifier(text: str) -> str:
    """A snake_case Python identifier for any text: ASCII, at most `MAX_LENGTH` characters, never empty.

    Quotes, line ends, dots and slashes separate words. A text without one letter of a script that folds to ASCII gets
    a name made from its hash, so that two of them stay apart.
    """
    return safe(_joined(text))


def class_name(text: str) -> str:
    """A PascalCase Python identifier for any text, bounded and never empty like `identifier`."""
    joined = "".join(word[0].upper() + word[1:] for word in _joined(text).split("_"))
    return safe(joined)


def plural(noun: str) -> str:
    """The plural of an English noun; of a compound (`visit_note`) its last word counts. A plural stays as it is."""
    head, word = _last_word(noun)
    return noun if _is_plural(word) else head + _plural_of(word)


def singular(noun: str) -> str:
    """The singular of an English noun; of a compound (`visit_notes`) its last word counts. A singular stays."""
    head, word = _last_word(noun)
    return head + _singular_of(word)


def _last_word(noun: str) -> tuple[str, str]:
    cut = max(noun.rfind(mark) for mark in "_- ") + 1
    return noun[:cut], noun[cut:]


def _is_plural(word: str) -> bool:
    return word in _SAME or _singular_of(word) != word


def _plural_of(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("y") and word[-2:-1] not in set("aeiou"):
        return f"{word[:-1]}ies"
    if word.endswith(("s", "x", "z", "ch", "sh")) or word in _O_TAKES_ES:
        return f"{word}es"
    if word.endswith("woman") or (word.endswith("man") and word not in _ENDS_IN_MAN):
        return f"{word[:-2]}en"
    return f"{word}s"


def _singular_of(word: str) -> str:
    if word in _SINGULAR:
        return _SINGULAR[word]
    if word in _SAME or word in _IRREGULAR or word in _ENDS_IN_S or len(word) < 3:
        return word
    if word.endswith("men") and word not in _ENDS_IN_MEN:
        return f"{word[:-2]}an"
    if not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-1] if word[:-1] in _ENDS_IN_IE else f"{word[:-3]}y"
    if word.endswith("es"):
        return _without_es(word)
    return word[:-1]


def _without_es(word: str) -> str:
    stem = word[:-2]
    if word[:-1] in _ENDS_IN_E or (stem.endswith("s") and word[:-1].endswith(_ENDS_IN_SE_OR_ZE)):
        return stem if stem in _ENDS_IN_S else word[:-1]
    if stem.endswith(("s", "x", "ch", "sh", "tz", "zz")) or stem in _O_TAKES_ES:
        return stem
    return word[:-1]
