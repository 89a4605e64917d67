"""A Spec in one stable shape, so that what was read from a text can be scored."""

from collections.abc import Iterator

from pydantic import JsonValue

from quantumlayer.spec.model import Computed, Entity, Field, Note, Spec


def summary(spec: Spec) -> dict[str, JsonValue]:
    """Entities, roles, operations and rules of a Spec as JSON-shaped values.

    A rule is everything that limits or works out a value: its sentence, its CEL (empty where it is no expression) and
    the entity it is about. Keys and their order never change within one version.
    """
    return {
        "entities": [_entity(name, entity) for name, entity in spec.entities.items()],
        "roles": list(spec.roles),
        "operations": [
            {"name": name, "entity": operation.on, "roles": list(operation.by)}
            for name, operation in spec.operations.items()
        ],
        "rules": [{"text": text, "cel": cel, "entity": entity} for text, cel, entity in _rules(spec)],
        "assumptions": [_note(note) for note in spec.assumptions],
        "questions": [_note(note) for note in spec.questions],
    }


def _note(note: Note) -> JsonValue:
    return {"about": note.about, "text": note.text, "proposed": note.proposed}


def _entity(name: str, entity: Entity) -> JsonValue:
    return {
        "name": name,
        "fields": [
            {
                "name": key,
                "type": field.type.value,
                "required": not field.optional and field.default is None,
                "unique": field.unique,
            }
            for key, field in entity.fields.items()
        ],
        "relations": [
            {"name": key, "to": relation.to, "cardinality": relation.kind.value}
            for key, relation in entity.relations.items()
        ],
        "states": list(entity.states.values) if entity.states else [],
    }


def _rules(spec: Spec) -> Iterator[tuple[str, str, str]]:
    for name, entity in spec.entities.items():
        for key, field in entity.fields.items():
            for cel in _limits(key, field):
                yield _quote(spec, f"entities.{name}.fields.{key}"), cel, name
        for key, derived in entity.derived.items():
            yield _quote(spec, f"entities.{name}.derived.{key}") or derived.about, derived.cel, name
        for rule in entity.rules.values():
            yield rule.else_, rule.cel or "", name
        for grant in entity.access:
            who = ", ".join(f"'{role}'" for role in grant.who)
            condition = f" && {grant.when}" if grant.when else ""
            yield (
                f"{' and '.join(grant.who)} may {', '.join(grant.may)} {name}",
                f"caller.role in [{who}]{condition}",
                name,
            )
    for operation in spec.operations.values():
        for requirement in operation.requires.values():
            yield requirement.else_, requirement.cel, operation.on


def _limits(name: str, field: Field) -> Iterator[str]:
    """The limits of one field as CEL; that a value is unique is no expression over one record."""
    if field.pattern:
        yield f"this.{name}.matches('{field.pattern}')"
    if field.one_of:
        listed = ", ".join(str(choice) if isinstance(choice, int) else f"'{choice}'" for choice in field.one_of)
        yield f"this.{name} in [{listed}]"
    size = f"size(this.{name})" if field.type in {"string", "text", "email"} else f"this.{name}"
    if field.min is not None:
        yield f"{size} >= {field.min}"
    if field.max is not None:
        yield f"{size} <= {field.max}"
    if isinstance(field.default, Computed):
        yield f"this.{name} == {field.default.cel}"


def _quote(spec: Spec, address: str) -> str:
    return next((" ".join(source.quote.split()) for source in spec.trace if address in source.elements), "")
