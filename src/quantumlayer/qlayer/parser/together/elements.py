"""Fields and relations that two sources have: one of both, and what they contradict each other in."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from quantumlayer.qlayer.parser.together.disputes import Disputes
from quantumlayer.qlayer.parser.together.sources import Kind, Part
from quantumlayer.spec.model import Field, FieldType, OnDelete, Relation, RelationKind

_TEXTS = frozenset({FieldType.STRING, FieldType.TEXT, FieldType.EMAIL})
_NUMBERS = frozenset({FieldType.INT, FieldType.DECIMAL, FieldType.MONEY, FieldType.FLOAT})
_STRICTER = "the stricter of the two"
_LEADS = {
    Kind.SPEC: "the Spec was there first",
    Kind.CONTRACT: "the contract decides what callers see",
    Kind.SCHEMA: "the schema decides what is stored",
    Kind.TEXTS: "it counts until somebody decides",
}


@dataclass(frozen=True, slots=True)
class Joining:
    """Joins what the lead has with what another source has of it."""

    lead: Part
    other: Part
    disputes: Disputes

    def field(self, address: str, ours: Field, theirs: Field) -> Field:
        """A field that both have."""
        where = _where(address)
        kind = self._type(address, where, ours, theirs)
        base = theirs if kind is theirs.type and kind is not ours.type else ours
        changed: dict[str, object] = {"type": kind, "about": ours.about or theirs.about}
        alike = ours.type is theirs.type or {ours.type, theirs.type} <= _TEXTS or {ours.type, theirs.type} <= _NUMBERS
        if not alike:
            return _copied(base, changed | self._need(address, where, ours, theirs))
        changed["max"] = self._bound(address, "max", ours.max, theirs.max, min)
        changed["min"] = self._bound(address, "min", ours.min, theirs.min, max)
        changed["one_of"] = self._choices(address, where, ours, theirs)
        for key, named in (("pattern", "pattern"), ("default", "default")):
            changed[key] = self._value(address, key, f"{named} of {where}", getattr(ours, key), getattr(theirs, key))
        for key in ("personal", "immutable", "read_only"):
            changed[key] = getattr(ours, key) or getattr(theirs, key)
        changed |= self._unique(address, where, ours, theirs) | self._need(address, where, ours, theirs)
        return _copied(base, changed)

    def relation(self, address: str, ours: Relation, theirs: Relation) -> Relation:
        """A relation that both have."""
        where = _where(address)
        if ours.to != theirs.to:
            self.disputes.add(
                f"{address}.to", f"target of {where}", (ours.to, self._origin(address)), (theirs.to, self.other),
                self._leads(address),
            )  # fmt: skip
            return ours
        kind = ours.kind
        if ours.kind is not theirs.kind:
            kind = RelationKind.ONE_TO_ONE if RelationKind.ONE_TO_ONE in {ours.kind, theirs.kind} else ours.kind
            why = _STRICTER if kind is RelationKind.ONE_TO_ONE else self._leads(address)
            self._ask(f"{address}.kind", f"cardinality of {where}", ours.kind.value, theirs.kind.value, kind.value, why)
        need = self._optional(address, where, required=(not ours.optional, not theirs.optional))
        on_delete = theirs.on_delete if ours.on_delete is OnDelete.RESTRICT else ours.on_delete
        if on_delete is OnDelete.SET_NULL and not need:
            on_delete = OnDelete.RESTRICT
        return ours.model_copy(
            update={
                "kind": kind,
                "optional": need,
                "on_delete": on_delete,
                "back": theirs.back or ours.back,
                "about": ours.about or theirs.about,
                "read_only": ours.read_only or theirs.read_only,
            }
        )

    # One key of a field.

    def _type(self, address: str, where: str, ours: Field, theirs: Field) -> FieldType:
        if ours.type is theirs.type:
            return ours.type
        if theirs.type is FieldType.EMAIL and ours.type in _TEXTS and self.lead.kind is not Kind.CONTRACT:
            return theirs.type
        if {ours.type, theirs.type} <= _TEXTS or self._is_guess(address):
            return ours.type
        vague = ours.type in {FieldType.STRING, FieldType.TEXT} and self._origin(address).kind is not Kind.CONTRACT
        kind = theirs.type if vague else ours.type
        why = "the more specific of the two" if vague else self._leads(address)
        self._ask(f"{address}.type", f"type of {where}", ours.type.value, theirs.type.value, kind.value, why)
        return kind

    def _is_guess(self, address: str) -> bool:
        """Whether the other source does not say the type itself."""
        return any(note.about == address for note in self.other.spec.assumptions)

    def _bound(
        self,
        address: str,
        key: str,
        ours: int | Decimal | None,
        theirs: int | Decimal | None,
        narrower: Callable[[int | Decimal, int | Decimal], int | Decimal],
    ) -> int | Decimal | None:
        if ours is None or theirs is None or ours == theirs:
            return theirs if ours is None else ours
        at = f"{address}.{key}"
        said = self._origin(at).states_number(address, ours), self.other.states_number(address, theirs)
        taken = narrower(ours, theirs)
        if all(said):
            word = "upper limit" if key == "max" else "lower limit"
            self._ask(at, f"{word} of {_where(address)}", ours, theirs, taken, _STRICTER)
        elif any(said):
            taken = ours if said[0] else theirs
        if taken == theirs:
            self.disputes.came_from(at, self.other)
        return taken

    def _choices(self, address: str, where: str, ours: Field, theirs: Field) -> tuple[int | str, ...]:
        if not ours.one_of or not theirs.one_of or set(ours.one_of) == set(theirs.one_of):
            return ours.one_of or theirs.one_of
        taken = theirs.one_of if set(theirs.one_of) < set(ours.one_of) else ours.one_of
        narrower = set(theirs.one_of) < set(ours.one_of) or set(ours.one_of) < set(theirs.one_of)
        why = _STRICTER if narrower else self._leads(address)
        said = [", ".join(map(str, one)) for one in (ours.one_of, theirs.one_of, taken)]
        self._ask(f"{address}.one_of", f"list of values of {where}", said[0], said[1], said[2], why)
        return taken

    def _value(self, address: str, key: str, asked: str, ours: object, theirs: object) -> object:
        if ours is None or theirs is None or ours == theirs:
            return theirs if ours is None else ours
        said = [getattr(one, "cel", one) for one in (ours, theirs)]
        self._ask(f"{address}.{key}", asked, said[0], said[1], said[0], self._leads(address))
        return ours

    def _unique(self, address: str, where: str, ours: Field, theirs: Field) -> dict[str, object]:
        if ours.unique != theirs.unique:
            silent = self._origin(address) if theirs.unique else self.other
            if silent.kind is Kind.SCHEMA:  # a schema without a key lets two rows have the same
                said = ["unique" if one.unique else "not unique" for one in (ours, theirs)]
                self._ask(f"{address}.unique", where, said[0], said[1], "unique", _STRICTER)
        return {"unique": ours.unique or theirs.unique}

    def _need(self, address: str, where: str, ours: Field, theirs: Field) -> dict[str, object]:
        defaulted = ours.default is not None or theirs.default is not None
        if defaulted:
            return {"optional": ours.optional and theirs.optional}
        return {"optional": self._optional(address, where, required=(not ours.optional, not theirs.optional))}

    def _optional(self, address: str, where: str, *, required: tuple[bool, bool]) -> bool:
        if required[0] == required[1]:
            return not required[0]
        said = (
            self._origin(address).states_need(address, required=required[0]),
            self.other.states_need(address, required=required[1]),
        )
        if all(said):
            words = ["required" if one else "optional" for one in required]
            self._ask(f"{address}.optional", where, words[0], words[1], "required", _STRICTER)
            return False
        return not required[1] if said[1] else not required[0]

    def _ask(self, address: str, asked: str, ours: object, theirs: object, taken: object, why: str) -> None:
        sides = ((ours, self._origin(address)), (theirs, self.other))
        first, second = sides if taken == ours else (sides[1], sides[0])
        self.disputes.add(address, asked, first, second, why)

    def _leads(self, address: str) -> str:
        return _LEADS[self._origin(address).kind]

    def _origin(self, address: str) -> Part:
        return self.disputes.origin(address)


def _copied(field: Field, changed: dict[str, object]) -> Field:
    """The field with what is not so already: a key that stands there says something."""
    return field.model_copy(update={key: value for key, value in changed.items() if getattr(field, key) != value})


def _where(address: str) -> str:
    _, entity, _, key = address.split(".")[:4]
    return f"{key} of {entity}"
