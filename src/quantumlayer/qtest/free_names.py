"""Tests of what a service makes up: each record gets a slug or a code of its own, whoever comes at the same moment."""

from collections.abc import Iterator

from quantumlayer.qtest.literals import text
from quantumlayer.qtest.made import is_code, made, shape
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.suite import Suite, required, writable
from quantumlayer.qtest.tests import Test

_CALLERS = 4


def made_up(suite: Suite, entity: str, role: str) -> dict[str, str]:
    """The patterns of the codes that a record gets which no caller gives, those that the role sees."""
    fields = suite.spec.entities[entity].fields
    seen = {key: item for key, item in fields.items() if not item.visible_to or role in item.visible_to}
    return {key: shape(item) for key, item in seen.items() if is_code(item)}


def kept_unique_tests(records: Records) -> Iterator[Test]:
    """Values that no caller gives and no two records have: the database holds it, whoever writes."""
    snake = records.names.snake
    for key, item in records.entity.fields.items():
        given = records.creation is not None and not item.read_only
        raced = records.creation is not None and made(item)
        if item.unique and not given and not raced:
            lines = [
                f"{records.variable} = await make.{snake}()",
                "with pytest.raises(IntegrityError):",
                f"    await make.{snake}({key}={records.variable}.{key})",
            ]
            yield Test(f"{key}_of_{records.a}_is_its_alone", lines, [f"{records.address}.fields.{key}.unique"])


def free_name_tests(records: Records) -> Iterator[Test]:
    """Several records that are made at once from the same values."""
    creation = records.creation
    fields = records.entity.fields
    names = [
        key for key, item in fields.items() if made(item) and records.shown(key, creation.role if creation else "")
    ]
    if creation is None or not names or records.suite.own_role(records.name) is not None:
        return
    unique = [key for key in required(writable(records.entity)) if fields[key].unique]
    scene = creation.scene()
    for key in names:
        address = f"{records.address}.fields.{key}.default"
        if unique:
            records.suite.leave_open(address, f"no two records have the same {unique[0]}")
            continue
        field = f"{records.address}.fields.{key}"
        proves = [address, f"{field}.unique", *([field] if is_code(fields[key]) else [])]
        call = f'{scene.caller}.post("{records.path}", json={creation.body(scene)})'
        yield Test(
            f"{records.names.plural}_that_are_made_at_once_each_get_a_{key}_of_their_own",
            [
                *scene.lines,
                f"calls = [{call} for _ in range({_CALLERS})]",
                "answers = await asyncio.gather(*calls)",
                f'found = {{answer.json()["{key}"] for answer in answers}}',
                f"assert len(found) == {_CALLERS}",
                f"assert all(re.fullmatch({text(shape(fields[key]))}, name) for name in found)",
            ],
            proves,
            postgres=True,
        )
