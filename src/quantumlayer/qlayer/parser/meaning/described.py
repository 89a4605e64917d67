"""Which records an adjective means: an unassigned ticket, an upcoming booking, a low medicine, an open loan."""

from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.conditions import in_state
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.lives import ENDS
from quantumlayer.qlayer.parser.meaning.verbs import happens
from quantumlayer.spec.model import FieldType, RelationKind

_TO_COME = frozenset({"upcoming", "future", "coming", "forthcoming"})
_OVER = frozenset({"past", "former", "bygone"})
_STARTS = ("start", "begin", "opens", "takes_place", "held")
_ENDINGS = ("end", "due", "until", "expir", "clos", "deadline")


def test_for(draft: Draft, entity: EntityDraft, word: str) -> str:
    """The test that a record is what a word says, as CEL; empty where the word is not understood."""
    if test := in_state(entity, word):
        return test
    derived = entity.derived.get(spec_name(word))
    if derived is not None and derived.type is FieldType.BOOL:
        return f"this.{spec_name(word)}"
    if word in {"open", "outstanding", "unreturned"} and entity.ended:
        return f"this.{entity.ended} == null"
    if word in _TO_COME | _OVER:
        return _in_time(entity, word)
    return _undone(draft, entity, word.removeprefix("un").lstrip("-")) if word.startswith("un") else ""


def moment(entity: EntityDraft) -> str:
    """The date or instant at which a record takes place; empty where that is not sure."""
    dates = [
        name
        for name, field in entity.fields.items()
        if field.type in {FieldType.DATE, FieldType.DATETIME} and not field.optional
    ]
    starts = [name for name in dates if name.startswith(_STARTS) or name.endswith("_start")]
    others = [name for name in dates if name not in starts and not any(part in name for part in _ENDINGS)]
    found = starts or others
    return found[0] if len(found) == 1 else ""


def _in_time(entity: EntityDraft, word: str) -> str:
    name = moment(entity)
    if not name:
        return ""
    now = "today()" if entity.fields[name].type is FieldType.DATE else "now()"
    return f"this.{name} >= {now}" if word in _TO_COME else f"this.{name} < {now}"


def _undone(draft: Draft, entity: EntityDraft, event: str) -> str:
    """The test that something has not happened yet: `unpaid`, `unassigned`, `unreturned`."""
    if test := in_state(entity, event):
        if entity.states is None or spec_name(event) not in entity.states.values:
            return test.replace(" != null", " == null") if test.endswith(" != null") else f"!{test}"
        before = entity.states.values[: entity.states.values.index(spec_name(event))]
        going = [f"'{state}'" for state in before if state not in ENDS]
        return f"this.status in [{', '.join(going)}]" if going else ""
    given = {
        key
        for name, operation in draft.operations.items()
        if operation.on == entity.name and happens(name.split("_")[0], event)
        for key in operation.sets
    }
    tied = [
        key
        for key, one in entity.relations.items()
        if one.optional
        and one.kind is RelationKind.MANY_TO_ONE
        and (key in given or key.startswith(event.removesuffix("ed")[:5]))
    ]
    return f"this.{tied[0]} == null" if len(tied) == 1 else ""
