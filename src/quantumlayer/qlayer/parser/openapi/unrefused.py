"""What a document has no answer for refusing is done instead, and said."""

from quantumlayer.qlayer.parser.openapi.document import Document
from quantumlayer.qlayer.parser.openapi.records import Records
from quantumlayer.spec.interface import Does, Endpoint, Shape
from quantumlayer.spec.model import Field, OnDelete, RelationKind

_CONFLICT = 409


class Unrefused:
    """Deletions and references for which a contract knows no conflict."""

    def __init__(
        self,
        document: Document,
        records: Records,
        fields: dict[str, dict[str, Field]],
        endpoints: dict[str, Endpoint],
    ) -> None:
        self._document, self._records, self._fields = document, records, fields
        self._endpoints = endpoints.values()

    def cascade(self) -> None:
        """What refers to a record goes with it, where its deletion cannot be refused."""
        gone = {one.on for one in self._endpoints if one.does is Does.DELETE and _CONFLICT not in one.errors}
        for name, record in self._records.by_name.items():
            for key, relation in record.relations.items():
                restricted = relation.on_delete is OnDelete.RESTRICT and relation.kind is not RelationKind.MANY_TO_MANY
                if relation.to in gone and restricted and key in record.always:
                    record.relations[key] = relation.model_copy(update={"on_delete": OnDelete.CASCADE})
                    self._document.note(
                        f"Deleting the {key} of a {name} deletes the {name}: the document has no 409 for refusing it."
                    )

    def shapes(self, found: dict[str, Shape]) -> dict[str, Shape]:
        """The shapes in which whole objects that are not there yet are made, where they cannot be refused."""
        taken = {one.takes for one in self._endpoints if one.takes and _CONFLICT not in one.errors}
        refused = {one.takes for one in self._endpoints if one.takes and _CONFLICT in one.errors}
        return {
            name: self._upserting(shape, found) if name in taken - refused and shape.of else shape
            for name, shape in found.items()
        }

    def _upserting(self, shape: Shape, found: dict[str, Shape]) -> Shape:
        members = dict(shape.members)
        relations = self._records.by_name[shape.of or ""].relations
        for json, member in shape.members.items():
            relation = relations.get(member.is_ or "")
            one = relation is not None and relation.kind is not RelationKind.MANY_TO_MANY
            if one and relation and member.shape and not member.read_only and self._whole(found[member.shape]):
                members[json] = member.model_copy(update={"upsert": True})
                self._document.note(
                    f"A {relation.to} that {json} names and that is not there is made: the document has no 409 for it."
                )
        return shape.model_copy(update={"members": members})

    def _whole(self, shape: Shape) -> bool:
        """Whether an object has everything that a record of its own needs, and an id to know it by."""
        record = self._records.by_name[shape.of or ""]
        sure = {one.is_ for one in shape.members.values() if not (one.read_only or one.optional or one.nullable)}
        fields = self._fields[record.resource.name]
        needed = {key for key, field in fields.items() if not field.optional and field.default is None}
        return "id" in sure and needed <= sure and not any(key in record.always for key in record.relations)
