"""What introduces a list: a heading, the item above it, or a sentence that the items complete."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from quantumlayer.kit.identifiers import singular
from quantumlayer.qlayer.parser.text.scope import is_outside
from quantumlayer.qlayer.parser.text.shapes import LABEL, Shape, Tagger, shape

_ROLES = re.compile(
    r"(?:the |user |our |main |different )*(?:roles?|actors?|personas)(?: and (?:permissions|rights|users|actors))?"
    r"|who(?: (?:does|can do|may do|may see) what)?|users and roles|(?:there (?:are|is)|(?:the|our) (?:system"
    r"|service|app|application) (?:has|knows|distinguishes)"
    r"|we have|users have one of)(?: the following| these)?(?: \w+)? (?:user )?roles?|(?:the )?(?:user )?roles are",
    re.IGNORECASE,
)
_CRITERIA = re.compile(
    r"acceptance(?: criteria| tests?)?|ac|criteria|conditions of (?:satisfaction|acceptance)|done when", re.IGNORECASE
)
_FIELDS = r"(?:data )?(?:fields|attributes|properties|columns|details|data)"
_FIELDS_OF = re.compile(
    rf"(?:the )?{_FIELDS} (?:of|for|about|on) (?:an? |the |each |every )?(?P<of>[\w -]+?)"
    rf"|(?:an? |the )?(?P<has>[\w -]+?)(?:'s)? {_FIELDS}"
    r"|(?:entity|table|object|resource|record|class|model):? (?P<named>[\w -]+?)"
    r"|(?:the )?(?P<kind>[\w -]+?) (?:entity|table|object|resource|record|class|model)",
    re.IGNORECASE,
)
_ONLY_FIELDS = re.compile(_FIELDS, re.IGNORECASE)
_FOLLOWING = re.compile(
    r"(?: (?:all )?(?:of )?(?:the following|these|the)(?: (?:data |input )?[a-z]+)?| as follows| following \w+)$"
    r"|(?<=can) do(?: the following| these things)?$",
    re.IGNORECASE,
)
_HAVING = re.compile(
    r"\b(?:has|have|having|contains?|includes?|records?|stores?|holds?|carries|keeps|comprises|consists? of"
    r"|(?:is|are) made up of|needs?)$",
    re.IGNORECASE,
)
_OPEN = frozenset({"MD", "TO"})
_OF_TEXTS = re.compile(
    r"(?:about|access|acting|action|actor|appendix|assumption|background|basics|basis|behavior|behaviour"
    r"|business|case|constraint|content|context|criteria|criterion|data|definition|description|detail"
    r"|domain|entity|event|example|exception|feature|field|flow|function|functionality|general|glossary"
    r"|goal|information|interface|introduction|kind|lifecycle|limit|list|method|mode|variant|channel|choice|main"
    r"|misc|miscellaneous|model"
    r"|module|note|object|objective|open|operation|option|other|overview|part|performance|permission"
    r"|persona|principle|problem|process|purpose|quality|question|record|reference|remark|report"
    r"|requirement|resource|responsibility|restriction|right|role|rule|scenario|scope|section|security"
    r"|service|state|status|step|story|structure|summary|system|task|term|test|thing|topic|type|usage|use"
    r"|user|validation|value|view|what|who|workflow)"
)
"""Words for the parts of a text and of any service, which name nothing that is kept."""


NOUNS = frozenset({"NN", "NNS", "NNP", "NNPS"})


class Form(StrEnum):
    """What a lead makes of its items.

    `FIELDS` belong to its subject; a `CLAUSE` is completed by them; a `SUBJECT` is what they speak of; `ROLES` and
    what is `OUTSIDE` are listed.
    """

    FIELDS = "fields"
    CLAUSE = "clause"
    SUBJECT = "subject"
    ROLES = "roles"
    OUTSIDE = "outside"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Lead:
    """How items are read.

    Args:
        form: What it makes of them.
        subject: What they are about: `A desk`.
        prefix: What they complete: `A desk has`.
        acting: Whether the subject is somebody who does something.
        told: Whether a verb says that the items are fields, rather than that they stand below a name.
    """

    form: Form
    subject: str = ""
    prefix: str = ""
    acting: bool = False
    told: bool = False


NO_LEAD = Lead(Form.NONE)


def one(name: str) -> str:
    """The name of one of them with its article: `desks` gives `A desk`."""
    words = name.strip().split()
    plain = [word if word[1:] != word[1:].lower() else word.lower() for word in words]
    last = singular(plain[-1].lower()) if plain[-1] == plain[-1].lower() else plain[-1]
    text = " ".join([*plain[:-1], last])
    return f"{'An' if text[:1].lower() in 'aeio' else 'A'} {text}"


class LeadReader:
    """Knows who acts in a text, and what its lists are about."""

    def __init__(self, tagger: Tagger, acting: set[str]) -> None:
        self._tagger = tagger
        self._acting = acting

    def of_sentence(self, text: str, items: Sequence[str]) -> Lead:
        """The lead that a sentence, or an item with items below it, is for those."""
        plain = text.strip().rstrip(":").rstrip()
        if found := _listing(plain):
            return found
        cut = _FOLLOWING.sub("", plain)
        if _HAVING.search(cut) and len(cut.split()) > 1:
            return Lead(Form.FIELDS, subject=_HAVING.sub("", cut).strip(), prefix=cut, told=True)
        tags = self._tagger(cut)
        if len(tags) > 1 and (tags[-1][1] in _OPEN or (tags[-1][1] == "RB" and tags[-2][1] == "MD")):
            return Lead(Form.CLAUSE, prefix=cut)
        return self._of_thing(plain, items, nested=True)

    def of_heading(self, title: str, above: str, items: Sequence[str]) -> Lead:
        """The lead that a heading is for the list below it; `above` is the heading of the section around it."""
        plain = title.strip().rstrip(":").rstrip()
        if found := _listing(plain):
            return found
        if _ONLY_FIELDS.fullmatch(plain) and self.is_thing(above):
            return self._fields(above)
        found = self._of_thing(plain, items, nested=False)
        if found.form is Form.NONE and self.is_thing(above):
            return Lead(Form.SUBJECT, subject=one(above))
        return found

    def thing_of(self, title: str) -> str:
        """What a title names: that of `Fields of a desk` and of `Desk table` is the desk; nothing where it is none."""
        found = _FIELDS_OF.fullmatch(title.strip().rstrip(":"))
        inner = next((part for part in found.groups() if part), "") if found else title.strip().rstrip(":")
        return inner if self.is_thing(inner) else ""

    def is_thing(self, title: str, *, sure: bool = False) -> bool:
        """Whether a title names a thing that may be kept; its fields below it make `sure` of two words."""
        tags = self._tagger(title)
        words = [singular(word.lower()) for word, _ in tags]
        if (
            not 0 < len(words) <= 4
            or (_OF_TEXTS.fullmatch(words[-1]) and not (sure and len(words) > 1))
            or _OF_TEXTS.fullmatch(words[0])
            or len(words[-1]) < 2
        ):
            return False
        if len(tags) == 1:
            return words[0].isalpha()  # a lone word has no neighbours that would tell a noun from a verb
        kinds = {tag for _, tag in tags}
        return tags[-1][1] in NOUNS and kinds <= NOUNS | {"JJ", "VBG", "VBN", "HYPH", "DT"}

    def _fields(self, name: str) -> Lead:
        return Lead(Form.FIELDS, subject=one(name), prefix=f"{one(name)} has")

    def _of_thing(self, title: str, items: Sequence[str], *, nested: bool) -> Lead:
        name = self.thing_of(title)
        if not name:
            return NO_LEAD
        if singular(name.split()[-1].lower()) in self._acting:
            shapes = {shape(item, self._tagger) for item in items}
            if Shape.ACT in shapes or (Shape.GOES_ON in shapes and Shape.NAME not in shapes):
                return Lead(Form.SUBJECT, subject=one(name), acting=True)
        sure = name != title.strip()
        fields = self._lists_fields(items, sure=sure, nested=nested)
        return self._fields(name) if fields else Lead(Form.SUBJECT, subject=one(name))

    def _lists_fields(self, items: Sequence[str], *, sure: bool, nested: bool) -> bool:
        """Whether items name what a thing has: most are names, and they are not things with lists of their own."""
        shapes = [shape(item, self._tagger) for item in items]
        names, others = shapes.count(Shape.NAME), shapes.count(Shape.OTHER)
        begun = bool(shapes) and shapes[0] not in {Shape.SENTENCE, Shape.OTHER}
        if not names or not begun or Shape.ACT in shapes or (others > names and not nested):
            return False
        labels = [label for item in items if (label := LABEL.match(item))]
        things = [label for label in labels if label["name"][:1].isupper() and label["said"].count(",") > 1]
        return sure or not labels or len(things) < len(items)


def _listing(plain: str) -> Lead | None:
    if is_outside(plain):
        return Lead(Form.OUTSIDE)
    return Lead(Form.ROLES) if _ROLES.fullmatch(plain) else None


def is_criteria(title: str) -> bool:
    """Whether a lead-in says that what follows holds for the story before it."""
    return _CRITERIA.fullmatch(title.strip().rstrip(":").strip()) is not None
