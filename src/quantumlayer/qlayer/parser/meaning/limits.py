"""What must hold before an operation or for a record, from sentences that forbid or bound."""

import re
from collections.abc import Iterable

from quantumlayer.kit.identifiers import plural, singular, words
from quantumlayer.qlayer.parser.draft import ASSUMED, LIKELY, Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.meaning.conditions import in_state, opposite, qualities
from quantumlayer.qlayer.parser.meaning.fields import action_name, spec_name
from quantumlayer.qlayer.parser.meaning.operations import later_by
from quantumlayer.qlayer.parser.meaning.people import nobody
from quantumlayer.qlayer.parser.meaning.states import forbid_move
from quantumlayer.qlayer.parser.meaning.verbs import LASTING, synonym
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.numbers import NUMBER, number
from quantumlayer.spec.model import Computed, Derived, Field, FieldType, Moment, NoOverlap, Requirement, Rule
from quantumlayer.spec.naming import entity_names

_GONE = re.compile(
    r"\b(?:out|taken|full|booked|gone|lent|reserved|in use|sold out|occupied|unavailable)\b"
    r"|\bno \w+ (?:is |are )?(?:left|free|available)"
)
_AT_MOST = re.compile(
    rf"(?:(?P<no>not|never|cannot|no)\b.*?\bmore than|\bat most|\bup to|\bno more than|\bmaximum of)"
    rf" (?P<n>{NUMBER}) (?P<what>(?!(?:minute|hour|day|week|month|year|[kmg]i?b)s?\b)[\w -]+)"
)
_TELLS_MORE = re.compile(r" (?:at|in|to|for|of|per|on|from|with|within) ")
_PERIOD = re.compile(
    r"\b(?:(?:with)?in (?:an?|one|the|any)\b.*|(?:per|each|every|an?) (?:\w+ )?)\b(?:day|week|month|year|hour)s?$"
)
_LASTS = re.compile(
    rf"^(?:runs?|lasts?|is due|are due|expires?|ends?|is valid|are valid)(?: for| after| within)?"
    rf" (?P<n>{NUMBER}) (?P<unit>days?|weeks?|months?|years?|hours?|minutes?)\b"
)
_SIGNS = {"after": ">", "later than": ">", "not before": ">=", "on or after": ">=", "before": "<"}
_ASIDE = re.compile(
    r"(?P<one>[a-z]+(?: [a-z]+){0,2}) \((?:must be |always |strictly )?(?P<way>not before|on or after|after|later than"
    r"|before) (?:the |its |their )?(?P<other>[a-z]+(?: [a-z]+)?)\)"
)
_ORDERED = frozenset({FieldType.DATE, FieldType.DATETIME, FieldType.INT, FieldType.DECIMAL, FieldType.MONEY})
_AFTER = re.compile(r"^(?:must|should|has to|have to|needs to|need to|is always|are always"
                    r"|can only|may only)? ?(?:be |lie |come )?"
                    r"(?P<way>after|later than|before|earlier than|greater than|more than|less than|not before"
                    r"|on or after)"
                    r" (?:the |its )?(?P<other>[\w ]+)")  # fmt: skip
_OVERLAP = re.compile(r"\boverlap|\bat the same time\b|\bdouble[- ]book|\btwice for the same\b")


def find_durations(draft: Draft, clauses: Iterable[Clause]) -> None:
    """`A loan runs for 21 days` says when it is due."""
    for clause in clauses:
        entity = draft.entity(clause.subject[0]) if clause.subject else None
        found = _LASTS.match(clause.text)
        if entity is None or found is None or clause.verb not in LASTING | {"be"}:
            continue
        if qualities(entity, clause.subject[0]):
            continue  # what only some of them do says nothing about all
        dates = [name for name, field in entity.fields.items() if field.type in {FieldType.DATE, FieldType.DATETIME}]
        start = next((name for name in dates if name != entity.due and not entity.fields[name].optional), "")
        if not start:
            continue
        if not entity.due:
            entity.due = _end_date(entity, start)
            draft.assume(
                f"{entity.address}.fields.{entity.due}", f"The day {entity.one.lower()} ends is kept as {entity.due}."
            )
        kind = entity.fields[start].type
        known = entity.fields.get(entity.due, Field(type=kind))
        value = later_by(f"this.{start}", found["n"], found["unit"])
        entity.fields[entity.due] = known.model_copy(update={"default": Computed(cel=value)})
        draft.mark(clause, f"{entity.address}.fields.{entity.due}")


def _end_date(entity: EntityDraft, start: str) -> str:
    kind = entity.fields[start].type
    ends = [name for name in entity.fields if re.search(r"(?:^|_)(?:end|ends|until|expiry|expires)", name)]
    return ends[0] if ends else "due_on" if kind is FieldType.DATE else "ends_at"


def find_prohibitions(draft: Draft, clauses: Iterable[Clause]) -> None:
    """`A loan that is overdue cannot be renewed`; `nobody may borrow a book when every copy is out`."""
    for clause in clauses:
        if not clause.subject:
            continue
        if clause.passive and clause.negated:
            _forbidden_record(draft, clause)
        elif clause.condition and (nobody(clause.subject[0]) or clause.negated):
            _forbidden_moment(draft, clause)


def _forbidden_record(draft: Draft, clause: Clause) -> None:
    """The subject in a certain state must not undergo the verb."""
    phrase = clause.subject[0]
    entity = draft.entity(phrase)
    name = _operation(draft, clause.verb, entity)
    if entity is None or not name:
        return
    said = [*phrase.core[:-1], *words(phrase.post), *words(clause.condition)]
    for word in said:
        if forbid_move(draft, clause, entity, spec_name(word), name):
            return
        if test := in_state(entity, word):
            _require(draft, clause, name, f"not_{spec_name(word)}", opposite(test))
            return


def _forbidden_moment(draft: Draft, clause: Clause) -> None:
    """The operation is refused while the condition holds."""
    target = next((entity for phrase in clause.objects if (entity := draft.entity(phrase))), None)
    name = _operation(draft, clause.verb, target)
    if not name:
        return
    entity = draft.entities[draft.operations[name].on]
    if _GONE.search(clause.condition) and (left := _availability(draft, clause, entity)):
        thing = left.replace("_", " ")
        _require(draft, clause, name, f"{thing} left".replace(" ", "_"), f"this.{left} > 0", else_=clause.condition)
        return
    for word in words(clause.condition):
        if test := in_state(entity, word):
            _require(draft, clause, name, f"not_{spec_name(word)}", opposite(test), else_=clause.condition)
            return


def _operation(draft: Draft, verb: str, entity: EntityDraft | None) -> str:
    for name, operation in draft.operations.items():
        # The action is what the name begins with; an entity's name follows where two share a verb.
        if name.split("_")[0] == action_name(synonym(verb)).split("_")[0] and (
            entity is None or operation.on == entity.name
        ):
            return name
    return ""


def _require(draft: Draft, clause: Clause, operation: str, name: str, cel: str, *, else_: str = "") -> None:
    known = draft.operations[operation]
    if any(requirement.cel == cel for requirement in known.requires.values()):
        name = next(key for key, requirement in known.requires.items() if requirement.cel == cel)
    else:
        known.requires[name] = Requirement(cel=cel, else_=_sentence(else_ or _statement(clause)))
    draft.mark(clause, f"operations.{operation}.requires.{name}")


def _statement(clause: Clause) -> str:
    """The clause as a sentence of its own."""
    text = " ".join(clause.sentence.text.split())
    whole = f"{clause.subject[0].text} {clause.text}" if clause.subject else clause.text
    return whole if len(text) > len(whole) + 20 else text


def _sentence(text: str) -> str:
    plain = re.sub(r"^(?:when|if|while|whenever|unless|because) ", "", text.strip()).replace("can not", "cannot")
    plain = plain.replace(" ca n't", " can't")
    return f"{plain[:1].upper()}{plain[1:]}".rstrip(".") + "."


def _availability(draft: Draft, clause: Clause, entity: EntityDraft) -> str:
    """A derived value for what is left: the counted field less the open records that took one each."""
    taking = next((other for other in draft.entities.values() if other.created_by and _relation(other, entity)), None)
    count = _counted(entity, clause.condition)
    if taking is None or not count:
        return ""
    name = "available" if "available" not in entity.fields else "left"
    taken = _open_records(draft, taking, f"this.{entity_names(taking.name).plural}", clause)
    entity.derived.setdefault(
        name,
        Derived(type=FieldType.INT, cel=f"this.{count} - {taken}", about=f"How many of the {count} are not taken."),
    )
    draft.mark(clause, f"{entity.address}.derived.{name}", LIKELY)
    return name


def _counted(entity: EntityDraft, condition: str) -> str:
    """The field that says how many there are: the one the condition names, else the only one that counts."""
    counts = [
        name
        for name, field in entity.fields.items()
        if field.type is FieldType.INT and field.min is not None and not field.one_of
    ]
    named = [name for name in counts if singular(name) in map(singular, words(condition))]
    return named[0] if named else counts[0] if len(counts) == 1 else ""


def _relation(entity: EntityDraft, target: EntityDraft) -> str:
    return next((name for name, relation in entity.relations.items() if relation.to == target.name), "")


def _open_records(draft: Draft, entity: EntityDraft, records: str, clause: Clause) -> str:
    """How many of the records are not over, as CEL."""
    letter = entity.snake[0]
    if entity.ended:
        return f"{records}.filter({letter}, {letter}.{entity.ended} == null).size()"
    if entity.states and len(entity.states.values) > 2:
        over = _final_states(draft, entity)
        listed = ", ".join(f"'{state}'" for state in over)
        draft.assume(f"{entity.address}.states", f"{entity.one} is open until it is {' or '.join(over)}.")
        return f"{records}.filter({letter}, !({letter}.{entity.states.field} in [{listed}])).size()"
    draft.mark(clause, entity.address, ASSUMED)
    draft.assume(entity.address, f"Every {entity.title} counts as open as long as it exists.")
    return f"{records}.size()"


def _final_states(draft: Draft, entity: EntityDraft) -> list[str]:
    left = {
        state for operation in draft.operations.values() if operation.on == entity.name for state in operation.from_
    }
    return [state for state in (entity.states.values if entity.states else ()) if state not in left]


def find_quotas(draft: Draft, clauses: Iterable[Clause]) -> None:
    """`A member may not have more than 5 open loans`; `a customer may have at most 2 open rentals`."""
    for clause in clauses:
        owner = draft.entity(clause.subject[0]) if clause.subject else None
        prefix = "not " if clause.negated else ""
        found = _AT_MOST.search(prefix + clause.text)
        if owner is None or found is None or _PERIOD.search(clause.text):
            continue
        kept = draft.named(tuple(words(singular(_TELLS_MORE.split(found["what"])[0].strip()))))
        if kept is None or kept is owner or not _relation(kept, owner):
            continue
        _quota(draft, clause, owner, kept, int(number(found["n"])))


def _quota(draft: Draft, clause: Clause, owner: EntityDraft, kept: EntityDraft, most: int) -> None:
    name = spec_name(f"fewer than {most} open {plural(kept.title)}")
    operation = draft.operations.get(kept.created_by)
    role = _role_with(draft, operation, owner) if operation else ""
    if operation and role:
        records = f"caller.{role}.{entity_names(kept.name).plural}"
        cel = f"{_open_records(draft, kept, records, clause)} < {most}"
        _require(draft, clause, kept.created_by, name, cel)
        return
    records = f"this.{_relation(kept, owner)}.{entity_names(kept.name).plural}"
    cel = f"{_open_records(draft, kept, records, clause)} < {most}"  # without the one that is made
    kept.rules[name] = Rule(cel=cel, else_=_sentence(_statement(clause)), on=(Moment.CREATE,))
    draft.mark(clause, f"{kept.address}.rules.{name}", LIKELY)


def _role_with(draft: Draft, operation: OperationDraft, owner: EntityDraft) -> str:
    return next((who for who in operation.by if draft.roles[who].record == owner.name), "")


def find_orders(draft: Draft, clauses: Iterable[Clause]) -> None:
    """Rules between two fields: `The end date must be after the start date`."""
    for clause in clauses:
        found = _AFTER.match(clause.text)
        if found is None or not clause.subject or clause.condition:
            continue
        one, other = spec_name(clause.subject[0].name), spec_name(found["other"])
        for entity in draft.entities.values():
            if one in entity.fields and other in entity.fields:
                sign = {"after": ">", "later than": ">", "greater than": ">", "more than": ">"}.get(found["way"], "<")
                sign = ">=" if found["way"] in {"not before", "on or after"} else sign
                name = spec_name(f"{one} {found['way']} {other}")
                entity.rules[name] = Rule(cel=f"this.{one} {sign} this.{other}", else_=_sentence(_statement(clause)))
                draft.mark(clause, f"{entity.address}.rules.{name}")


def find_orders_in_asides(draft: Draft) -> None:
    """Rules between two fields that an aside tells: `an event: starts at, ends at (after the start)`."""
    for index, sentence in enumerate(draft.sentences):
        for found in _ASIDE.finditer(sentence.text.lower()):
            for entity in draft.entities.values():
                one, other = _ordered(entity, found["one"]), _ordered(entity, found["other"])
                told = f"{entity.address}.fields.{one}" in draft.marks.get(index, {})
                if not (told and other) or one == other or entity.fields[one].type != entity.fields[other].type:
                    continue
                name = spec_name(f"{one} {found['way']} {other}")
                said = f"{one.replace('_', ' ').capitalize()} must be {found['way']} {other.replace('_', ' ')}."
                entity.rules[name] = Rule(cel=f"this.{one} {_SIGNS[found['way']]} this.{other}", else_=said)
                draft.mark(sentence, f"{entity.address}.rules.{name}")


def _ordered(entity: EntityDraft, said: str) -> str:
    """The date or number that words end with: `and an end` is `end` or `ends_at`; nothing where several could be."""
    parts = said.split(" ")
    for start in range(len(parts)):
        name = spec_name(" ".join(parts[start:]))
        likely = [
            key
            for key, known in entity.fields.items()
            if known.type in _ORDERED and (key == name or {name, f"{name}s"} & {key.split("_")[0]})
        ]
        if name in likely or len(likely) == 1:
            return name if name in likely else likely[0]
    return ""


def find_overlaps(draft: Draft, clauses: Iterable[Clause]) -> None:
    """`Two reservations of the same room may not overlap`; `a doctor cannot have two appointments that overlap`."""
    for clause in clauses:
        whole = f"{' '.join(part.text for part in clause.subject)} {clause.text}"
        if not clause.negated or not _OVERLAP.search(whole):
            continue
        for entity in draft.entities.values():
            spanned = _span(entity)
            per = next((name for name in entity.relations if name.replace("_", " ") in whole), "")
            if (
                not spanned
                or not per
                or not ({entity.title, plural(entity.title)} & {whole[i:j] for i, j in _words_at(whole)})
            ):
                continue
            when = (
                f"this.{entity.states.field} != 'cancelled'"
                if entity.states and "cancelled" in entity.states.values
                else None
            )
            rule = NoOverlap(per=per, start=spanned[0], end=spanned[1], when=when)
            entity.rules["no_overlap"] = Rule(no_overlap=rule, else_=_sentence(_statement(clause)))
            draft.mark(clause, f"{entity.address}.rules.no_overlap")


def _words_at(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(r"[\w-]+(?: [\w-]+)?", text)] + [
        f.span() for f in re.finditer(r"[\w-]+", text)
    ]


def _span(entity: EntityDraft) -> tuple[str, str] | None:
    """The instants at which a record begins and ends; a length in minutes makes the end."""
    instants = [
        name for name, field in entity.fields.items() if field.type is FieldType.DATETIME and not field.optional
    ]
    if len(instants) >= 2:
        return instants[0], instants[1]
    length = next(
        (name for name, f in entity.fields.items() if f.type is FieldType.INT and name in {"duration", "length"}), ""
    )
    if len(instants) == 1 and length:
        cel = f"this.{instants[0]} + minutes(this.{length})"
        entity.derived.setdefault("ends_at", Derived(type=FieldType.DATETIME, cel=cel, stored=True))
        return instants[0], "ends_at"
    return None
