"""Names of one source as another one has them, so that what means the same is called the same."""

import re
from collections.abc import Mapping

from pydantic import ValidationError

from quantumlayer.qlayer.parser.together.sources import same_entity, same_field
from quantumlayer.spec.model import Spec
from quantumlayer.spec.naming import back_name
from quantumlayer.spec.write import document

_ENTITY_KEYS = frozenset({"to", "on", "entity", "record", "of"})
_NAMED = frozenset({"fields", "relations", "derived", "sets", "set", "takes", "given", "then"})
_LISTS = frozenset(
    {"search", "filter", "range", "sort", "order", "of", "versioned", "per", "start", "end", "field", "key"}
)
_EXPRESSIONS = frozenset({"cel", "when", "where", "each", "on", "sets", "set"})


def aligned(lead: Spec, other: Spec) -> Spec:
    """The other Spec with the names that the lead has for the same entities and fields."""
    entities = {
        name: known
        for name in other.entities
        for known in lead.entities
        if name != known and same_entity(name, known) and known not in other.entities and name not in lead.entities
    }
    fields = _fields(lead, other, entities)
    if not entities and not fields:
        return other
    try:
        renamed = Spec.model_validate(_Renamer(entities, fields).value(document(_with_ways_back(other, entities)), ()))
    except ValidationError:
        return other
    return _with_states(renamed, fields)


def _with_states(spec: Spec, fields: Mapping[str, str]) -> Spec:
    """The field of the states is named where it is not the usual one: a document leaves the usual one out."""
    changed = {
        name: entity.model_copy(
            update={"states": entity.states.model_copy(update={"field": fields[entity.states.field]})}
        )
        for name, entity in spec.entities.items()
        if entity.states is not None and entity.states.field in fields
    }
    return spec.model_copy(update={"entities": {**spec.entities, **changed}})


def _fields(lead: Spec, other: Spec, entities: Mapping[str, str]) -> dict[str, str]:
    """The fields that are called otherwise, where one new name does for all that have the old one."""
    found: dict[str, set[str]] = {}
    for name, entity in other.entities.items():
        known = lead.entities.get(entities.get(name, name))
        held = [*entity.fields, *entity.relations, *([entity.states.field] if entity.states else [])]
        there = [*known.fields, *known.relations] if known else []
        for key in held:
            new = next((one for one in there if one == key), None) or next(
                (one for one in there if same_field(one, key) and one not in held), key
            )
            if known and entity.states and key == entity.states.field and key not in there:
                values = set(entity.states.values)
                new = next((one for one, field in known.fields.items() if set(field.one_of) == values), new)
            found.setdefault(key, set()).add(new)
    taken = {*other.roles, *other.operations, *(value for one in other.entities.values() if one.states
                                               for value in one.states.values)}  # fmt: skip
    return {key: min(new) for key, new in found.items() if len(new) == 1 and key not in new and key not in taken}


def _with_ways_back(spec: Spec, renamed: Mapping[str, str]) -> Spec:
    """Ways back that follow from an entity's name keep their names."""
    changed = {
        name: entity.model_copy(
            update={
                "relations": {
                    key: one.model_copy(update={"back": back_name(name, one)}) for key, one in entity.relations.items()
                }
            }
        )
        for name, entity in spec.entities.items()
        if name in renamed
    }
    return spec.model_copy(update={"entities": {**spec.entities, **changed}})


class _Renamer:
    """Renames entities and fields wherever a document names them."""

    def __init__(self, entities: Mapping[str, str], fields: Mapping[str, str]) -> None:
        self._entities = entities
        self._fields = fields

    def value(self, value: object, path: tuple[str, ...]) -> object:
        """A value of the document at a path."""
        if isinstance(value, dict):
            return {self._key(str(key), path): self.value(item, (*path, str(key))) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item, path) for item in value]
        return self._text(value, path) if isinstance(value, str) else value

    def _key(self, key: str, path: tuple[str, ...]) -> str:
        last = path[-1] if path else ""
        if last == "entities":
            return self._entities.get(key, key)
        if last == "elements":
            return self._address(key)
        return self._fields.get(key, key) if last in _NAMED else key

    def _text(self, text: str, path: tuple[str, ...]) -> str:
        last = path[-1] if path else ""
        if path[0] in {"assumptions", "questions"}:
            return self._address(text) if last == "about" else text
        if last in _ENTITY_KEYS and text in self._entities:
            return self._entities[text]
        if last in _LISTS and text.lstrip("-") in self._fields:
            return text.replace(text.lstrip("-"), self._fields[text.lstrip("-")])
        if last in _EXPRESSIONS or (len(path) > 1 and path[-2] in {"sets", "set"}):
            return re.sub(r"(?<=\.)[a-z]\w*\b(?!\()", lambda one: self._fields.get(one[0], one[0]), text)
        return text

    def _address(self, address: str) -> str:
        parts = address.split(".")
        if len(parts) > 1 and parts[0] == "entities":
            parts[1] = self._entities.get(parts[1], parts[1])
        if len(parts) > 3 and parts[2] in _NAMED:
            parts[3] = self._fields.get(parts[3], parts[3])
        return ".".join(parts)
