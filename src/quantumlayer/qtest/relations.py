"""Tests of relations: they point at records that exist, and deleting those does what the Spec says."""

from collections.abc import Iterator

from quantumlayer.qtest.bodies import IF_ANY
from quantumlayer.qtest.places import SAME, THIS
from quantumlayer.qtest.records import NOBODY, Records
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.tests import Test
from quantumlayer.qtest.variables import variable
from quantumlayer.spec.model import Action, Moment, OnDelete, Relation, RelationKind


def relation_tests(records: Records) -> Iterator[Test]:
    """The relations of one entity."""
    for key, relation in records.entity.references.items():
        address = f"entities.{records.name}.relations.{key}"
        owned = records.creation is not None and any(
            slot.name == SAME and slot.place == (*THIS, key) for slot in records.creation.witness.choice
        )
        if records.creation is None or owned:
            yield _exists(records, key, address)
        if relation.kind is RelationKind.ONE_TO_ONE:
            yield _only_one(records, key, address)
        over_http = _deleted_over_http(records, key, relation)
        yield over_http or _deleted(records, key, relation)


def _exists(records: Records, key: str, address: str) -> Test:
    snake = records.variable
    return Test(
        f"{records.a}_needs_{key}_that_exists",
        [
            f"{snake} = await make.{records.names.snake}()",
            "async with sessions() as session:",
            f"    session.add({snake})",
            f"    {snake}.{key}_id = {NOBODY}",
            "    with pytest.raises(IntegrityError):",
            "        await session.flush()",
        ],
        [address],
    )


def _only_one(records: Records, key: str, address: str) -> Test:
    snake = records.names.snake
    kind = records.suite.names(records.entity.references[key].to).snake
    target = variable(kind)
    return Test(
        f"{key}_has_no_second_{snake}",
        [
            f"{target} = await make.{kind}()",
            f"await make.{snake}({key}={target})",
            "with pytest.raises(IntegrityError):",
            f"    await make.{snake}({key}={target})",
        ],
        [address],
    )


def _name(records: Records, key: str, relation: Relation) -> str:
    noun, plural = key, records.names.plural
    return {
        OnDelete.RESTRICT: f"{noun}_of_{records.a}_cannot_be_deleted",
        OnDelete.CASCADE: f"deleting_{noun}_deletes_its_{plural}",
        OnDelete.SET_NULL: f"deleting_{noun}_leaves_its_{plural}_without_one",
    }[relation.on_delete]


def _deleted_over_http(records: Records, key: str, relation: Relation) -> Test | None:
    """With a caller who may delete the target, if the dependent record does not break another rule."""
    suite = records.suite
    plain = suite.plain(relation.to, Action.DELETE)
    if plain is None or any(Moment.DELETE in rule.on for rule in suite.spec.entities[relation.to].rules.values()):
        return None
    scene = Scene(suite, plain[1])
    url = f'f"/{suite.names(relation.to).path}/{{{scene.this}.id}}"'
    snake = dependent(records, relation)
    lines = [*scene.lines, f"{snake} = await make.{records.names.snake}({key}={scene.this})"]
    lines.append(f"answer = await {scene.caller}.delete({url}, {IF_ANY})")
    if relation.on_delete is OnDelete.RESTRICT:
        lines.append('assert refusal(answer) == (409, "about:blank", "Other records depend on this one.")')
        lines.append(f"assert (await {scene.caller}.get({url})).status_code == 200")
    else:
        lines.append("assert answer.status_code == 204")
    lines += _remains(records, key, relation)
    return Test(_name(records, key, relation), lines, [f"entities.{records.name}.relations.{key}.on_delete"])


def _deleted(records: Records, key: str, relation: Relation) -> Test:
    """In the database itself, where nobody may delete the target over HTTP."""
    kind = records.suite.names(relation.to).snake
    snake, target = dependent(records, relation), variable(kind)
    delete = ["async with sessions.begin() as session:", f"    await session.delete({target})"]
    if relation.on_delete is OnDelete.RESTRICT:
        delete = ["with pytest.raises(IntegrityError):", *(f"    {line}" for line in delete)]
    return Test(
        _name(records, key, relation),
        [
            f"{target} = await make.{kind}()",
            f"{snake} = await make.{records.names.snake}({key}={target})",
            *delete,
            *_remains(records, key, relation),
        ],
        [f"entities.{records.name}.relations.{key}.on_delete"],
    )


def dependent(records: Records, relation: Relation) -> str:
    """The variable of the record that refers to the other."""
    return f"another_{records.names.snake}" if relation.to == records.name else records.variable


def _remains(records: Records, key: str, relation: Relation) -> list[str]:
    found = f"await session.get({records.name}, {dependent(records, relation)}.id)"
    lines = ["async with sessions() as session:"]
    if relation.on_delete is OnDelete.SET_NULL:
        kept = f"kept = {found}"
        return [*lines, f"    {kept}", "assert kept is not None", f"assert kept.{key}_id is None"]
    return [*lines, f"    assert {found} is {'not ' if relation.on_delete is OnDelete.RESTRICT else ''}None"]
