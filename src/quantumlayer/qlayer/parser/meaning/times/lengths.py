"""How long something lasts, and how far two moments of a record lie apart."""

import re
from collections.abc import Sequence

from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.people import nobody
from quantumlayer.qlayer.parser.meaning.times.acts import add_rule, means_all, plain, sentence
from quantumlayer.qlayer.parser.meaning.times.amounts import SPAN, Span, span
from quantumlayer.qlayer.parser.meaning.times.parts import guarded
from quantumlayer.qlayer.parser.meaning.times.points import TIMES, Point, end, find_point, start
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.numbers import NUMBER
from quantumlayer.spec.model import Field, FieldType, Rule

_UNIT = r"(?:minutes?|hours?|days?|nights?|weeks?|months?)"
_LASTS = re.compile(
    r"^(?:(?:must|may|can|should|shall|will|does|do) )?(?:not |never )?(?:only )?"
    r"(?:last|lasts|take|takes|run|runs|be|is|are|go on|goes on) (?:only )?(?:for )?"
)
_BETWEEN = re.compile(
    rf"(?:between |from )?(?P<least>{NUMBER})(?: (?P<unit>{_UNIT}))? ?(?:and|to|-|\u2013) ?"
    rf"(?P<most>{NUMBER} {_UNIT})(?: long)?$"
)
_MOST = re.compile(rf"(?:at most|up to|(?:no|not) (?:more|longer) than|a maximum of) (?P<span>{SPAN})(?: long)?$")
_LEAST = re.compile(rf"(?:at least|(?:no|not) (?:less|shorter) than|a minimum of) (?P<span>{SPAN})(?: long)?$")
_THAN = re.compile(rf"(?P<way>longer|more|shorter|less) than (?P<span>{SPAN})(?: long)?$")
_EXCEEDS = re.compile(rf"^(?:(?:must|may|can|should|shall) )?not exceed (?P<span>{SPAN})$")
_APART = re.compile(
    rf"^(?:must|may|can|should|shall|has to|have to|is|are) ?(?P<no>not )?(?:be |lie |come )?(?:(?P<denied>no|not) )?"
    rf"(?P<way>more than|later than|less than|earlier than|at least|at most|within|up to)"
    rf" (?P<span>{SPAN}) (?P<side>after|before) (?P<point>[a-z][\w ]*)$"
)
_ORDER = re.compile(
    r"^(?:must|may|can|should|shall) not (?:be |lie )(?P<way>before|earlier than|after|later than)"
    r" (?P<point>[a-z][\w ]*)$"
)
_SIGNS = {
    ("more than", True): "<=",
    ("later than", True): "<=",
    ("less than", True): ">=",
    ("earlier than", True): ">=",
    ("at most", False): "<=",
    ("within", False): "<=",
    ("up to", False): "<=",
    ("at least", False): ">=",
}
"""How far apart two moments lie, by what is said of it and whether that is denied."""


def find_lengths(draft: Draft, clauses: Sequence[Clause]) -> None:
    """Rules between two moments of a record, and bounds of how long it is."""
    for clause in clauses:
        if not clause.subject or clause.condition or len(clause.subject) > 1:
            continue
        said = re.sub(r" ?([-\u2013]) ?", r"\1", plain(clause)).rstrip(" .")
        entity = draft.entity(clause.subject[0])
        if entity is not None and means_all(entity, clause.subject[0]) and (bounds := _bounds(clause, said)):
            _limit(draft, clause, entity, bounds)
        elif found := _APART.match(said):
            _apart(draft, clause, found)
        elif found := _ORDER.match(said):
            _order(draft, clause, found)


def _bounds(clause: Clause, said: str) -> list[tuple[bool, Span]]:
    """What a clause says of a length: whether each bound is the greatest, and the bound."""
    if exceeds := _EXCEEDS.match(said):
        return _known([(True, exceeds["span"])])
    opening = _LASTS.match(said)
    if opening is None or clause.passive:
        return []
    rest = said[opening.end() :]
    if clause.negated or nobody(clause.subject[0]):
        than = _THAN.match(rest)
        return _known([(than["way"] in {"longer", "more"}, than["span"])]) if than else []
    if clause.verb == "be" and not re.search(r"\b(?:for|long|longer|shorter)\b", said):
        return []
    if between := _BETWEEN.match(rest):
        unit = between["unit"] or between["most"].rpartition(" ")[2]
        return _known([(False, f"{between['least']} {unit}"), (True, between["most"])])
    for pattern, most in ((_MOST, True), (_LEAST, False)):
        if found := pattern.match(rest):
            return _known([(most, found["span"])])
    return []


def _known(said: list[tuple[bool, str]]) -> list[tuple[bool, Span]]:
    found = [(most, length) for most, text in said if (length := span(text))]
    return found if len(found) == len(said) else []


def _limit(draft: Draft, clause: Clause, entity: EntityDraft, bounds: list[tuple[bool, Span]]) -> None:
    """Bound the field that counts how long a record is, else the way from its start to its end."""
    if counted := _counted(entity):
        _limit_field(draft, clause, entity, counted, bounds)
        return
    begins, ends = start(entity), end(entity)
    if begins is None or ends is None or begins.kind != ends.kind or begins.cel == ends.cel:
        return
    if begins.kind is FieldType.DATE:
        said = f"{entity.one} that ends on the day after it starts lasts one day."
        draft.assume(f"{entity.address}.fields.{ends.cel.removeprefix('this.')}", said)
    for most, length in bounds:
        _between(draft, clause, entity, (begins, ends), length, sign="<=" if most else ">=")


def _counted(entity: EntityDraft) -> str:
    for name, known in entity.fields.items():
        plain = known.type is FieldType.INT and not known.one_of
        if plain and {"duration", "length"} & set(name.split("_")) and _size(known):
            return name
    return ""


def _size(field: Field) -> int:
    """How many minutes one of what a field counts is."""
    unit = re.search(r"\b(minutes|hours|days)\b", field.about)
    return {"minutes": 1, "hours": 60, "days": 1440}[unit[1]] if unit else 0


def _limit_field(draft: Draft, clause: Clause, entity: EntityDraft, name: str, bounds: list[tuple[bool, Span]]) -> None:
    known = entity.fields[name]
    size = _size(known)
    for most, length in bounds:
        key = "max" if most else "min"
        if not length.months and length.minutes % size == 0 and getattr(known, key) is None:
            known = known.model_copy(update={key: length.minutes // size})
            draft.mark(clause, f"{entity.address}.fields.{name}.{key}")
    entity.fields[name] = known
    draft.whole.add(id(clause))


def _between(
    draft: Draft, clause: Clause, entity: EntityDraft, points: tuple[Point, Point], length: Span, *, sign: str
) -> None:
    """The second moment compared with one so long after the first."""
    first, second = points
    bound = first.beside(length, before=False)
    if bound is None:
        return
    cel = guarded(first, guarded(second, f"{second.cel} {sign} {bound.cel}"))
    name = "not_too_long" if sign == "<=" else "long_enough"
    add_rule(draft, clause, entity, name, Rule(cel=cel, else_=sentence(clause)))


def _apart(draft: Draft, clause: Clause, found: re.Match[str]) -> None:
    """`The end date must not be more than 14 days after the start date`."""
    name, length = spec_name(clause.subject[0].name), span(found["span"])
    way, before = found["way"], found["side"] == "before"
    sign = _SIGNS.get((way, clause.negated or bool(found["no"] or found["denied"])), "")
    if before and way in {"later than", "earlier than"}:
        sign = {"<=": ">=", ">=": "<="}.get(sign, "")  # not later than two days before is two days before or more
    owners = _owners(draft, name)
    if length is None or not sign or len(owners) != 1:
        return
    entity, subject = owners[0]
    other = find_point(draft, entity, found["point"])
    if other is None or not other.cel or other.kind is not subject.kind or other.cel == subject.cel:
        return
    points = (subject, other) if before else (other, subject)
    _between(draft, clause, entity, points, length, sign=sign)


def _order(draft: Draft, clause: Clause, found: re.Match[str]) -> None:
    """`The end date must not be before the start date`: it may be the same."""
    owners = _owners(draft, spec_name(clause.subject[0].name))
    other = find_point(draft, owners[0][0], found["point"]) if len(owners) == 1 else None
    if other is None or not other.cel or other.kind is not owners[0][1].kind or other.cel == owners[0][1].cel:
        return
    entity, subject = owners[0]
    later = found["way"] in {"before", "earlier than"}
    cel = guarded(other, guarded(subject, f"{subject.cel} {'>=' if later else '<='} {other.cel}"))
    add_rule(draft, clause, entity, "in_order", Rule(cel=cel, else_=sentence(clause)))


def _owners(draft: Draft, name: str) -> list[tuple[EntityDraft, Point]]:
    """The entities that have a moment of this name, with it."""
    found = []
    for entity in draft.entities.values():
        known = entity.fields.get(name)
        if known is not None and known.type in TIMES:
            found.append((entity, Point(f"this.{name}", known.type, optional=known.optional)))
    return found
