"""Values worth trying in each slot of a small world."""

from collections.abc import Mapping, Sequence

from quantumlayer.qtest.places import ABSENT, COUNT, ROLE, SAME, TAKES, THIS, UNLIKE, Place, Reader, Slot
from quantumlayer.qtest.pools import candidates, counts
from quantumlayer.spec.model import Field, FieldType, Reference, RelationKind, Rows


class Options:
    """What may stand in the slots of one question.

    Args:
        reader: What its expressions read.
        this: The entity of `this`.
        roles: The roles that may call.
        takes: The fields of the operation's input.
        references: The records that its input names.
        rows: The rows of its input.
        new: Whether `this` is about to be made.
    """

    def __init__(
        self,
        reader: Reader,
        this: str,
        roles: Sequence[str],
        *,
        takes: Mapping[str, Field],
        references: Mapping[str, Reference],
        rows: Mapping[str, Rows],
        new: bool,
    ) -> None:
        self._reader, self._this, self._roles, self._new = reader, this, roles, new
        self._takes, self._references, self._rows = takes, references, rows

    def of(self, slot: Slot) -> Sequence[object]:
        """Values worth trying in a slot."""
        if slot.name in {SAME, ABSENT}:
            return self._either(slot)
        if slot.name == ROLE:
            return list(self._roles)
        if slot.name == COUNT:
            return self._counts(slot)
        if slot.name.endswith(UNLIKE):
            return [True, False]
        if slot.place == TAKES:
            return candidates(slot.name, self._takes[slot.name], self._reader.constants)
        if (rows := self._rows_at(slot.place)) is not None:
            return candidates(slot.name, rows.inputs[slot.name], self._reader.constants)
        entity = self._reader.spec.entities[self._entity(slot.place)]
        if entity.states is not None and slot.name == entity.states.field:
            return list(entity.states.values)
        item = entity.fields.get(slot.name) or Field(type=FieldType.DATETIME)
        return candidates(slot.name, item, self._reader.constants)

    def _rows_at(self, place: Place) -> Rows | None:
        """The rows at a place, if there are some."""
        return self._rows[place[-1].removesuffix("*")] if place[:-1] == TAKES and place[-1].endswith("*") else None

    def _either(self, slot: Slot) -> Sequence[object]:
        if slot.name == SAME:
            return [True, False] if self.may_be_same(slot) else [False]
        if slot.place[:-1] == TAKES:
            return [False, True] if self._references[slot.place[-1]].optional else [False]
        if (rows := self._rows_at(slot.place[:-1])) is not None:
            return [False, True] if rows.references[slot.place[-1]].optional else [False]
        owner = self._reader.spec.entities[self._reader.entities.get(slot.place[:-1], self._this)]
        relation = owner.references.get(slot.place[-1])
        return [False, True] if relation is not None and relation.optional else [False]

    def may_be_same(self, slot: Slot) -> bool:
        """Nothing is a record that is about to be made."""
        return not (self._new and slot.other == THIS)

    def _counts(self, slot: Slot) -> Sequence[object]:
        if (rows := self._rows_at(slot.place)) is not None:
            return [number for number in counts(self._reader.constants) if rows.min <= number <= rows.max]
        entity = self._reader.spec.entities[self._reader.entities[slot.place]]
        if len(slot.place) == 1:
            return counts(self._reader.constants)
        owner = self._entity(slot.place[:-1])
        single = any(
            relation.kind is RelationKind.ONE_TO_ONE and relation.to == owner for relation in entity.references.values()
        )
        unlike = any(one.place == slot.place and one.name.endswith(UNLIKE) for one in self._reader.slots)
        several = sorted({*counts(self._reader.constants), 3}) if unlike else counts(self._reader.constants)
        return [0, 1] if single else several

    def _entity(self, place: Place) -> str:
        return self._this if place == THIS else self._reader.entities[place]
