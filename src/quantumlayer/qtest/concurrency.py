"""Tests of races: callers at the same moment, of whom exactly one may succeed."""

from collections.abc import Iterator

from quantumlayer.qtest.apart import apart
from quantumlayer.qtest.bodies import Creation
from quantumlayer.qtest.demands import Demand, demands_of_effects
from quantumlayer.qtest.effects import leaves_none
from quantumlayer.qtest.operations import Operating
from quantumlayer.qtest.overlaps import counted_creation
from quantumlayer.qtest.places import CALLER, COUNT, SAME
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import Suite, required, writable
from quantumlayer.qtest.tests import Test
from quantumlayer.qtest.trees import tree_races
from quantumlayer.qtest.uniques import race_tests
from quantumlayer.qtest.waiting import waiting_operations, waiting_rules
from quantumlayer.qtest.witness import Condition, Pair, Question, Witness
from quantumlayer.qtest.worlds import Built
from quantumlayer.spec.cel import CelRuntimeError, Ident, Record, Scope, Select, acting, compile_cel, evaluate
from quantumlayer.spec.model import Action, FieldType, Moment

CALLERS, ROUNDS = 4, 5


def concurrency_tests(suite: Suite) -> Iterator[Test]:
    """Unique values, times that must not overlap, and everything that counts records before it makes one."""
    for name in suite.spec.entities:
        records = Records(suite, name)
        if records.creation is not None:
            yield from _unique(records, records.creation)
            yield from _overlaps(records, records.creation)
            yield from _counting_rules(records)
            yield from race_tests(records)
        yield from tree_races(records)
        yield from waiting_rules(records)
    for name, operation in suite.spec.operations.items():
        operating = Operating(Records(suite, operation.on), name, operation)
        if operation.to is not None and operation.to not in operation.from_ and operation.from_:
            yield from _once(operating, f"{operating.address}.from")
        elif operation.creates is None and (spent := _spent(operating)):
            yield from _once(operating, operating.demands[spent].address)
        if operation.creates is not None:
            for key in operation.requires:
                yield from _counting(operating, key)
        yield from _last_ones(operating)
        yield from waiting_operations(operating)


def _statuses(done: int, refused: int = 409) -> str:
    late = ", ".join([str(refused)] * (CALLERS - 1))
    return f"assert sorted(answer.status_code for answer in answers) == [{done}, {late}]"


def _unique(records: Records, creation: Creation) -> Iterator[Test]:
    for key, item in writable(records.entity).items():
        if not item.unique or key not in required(records.entity.fields):
            continue
        scene = creation.scene()
        body = creation.body(scene)
        arrange = [f"bodies = [{body} for _ in range({CALLERS})]"]
        if records.suite.own_role(records.name) is not None:
            account = '{"username": f"newcomer-{number}", "password": "a password to try"}'
            arrange = [f"bodies = [{_and(body, 'account', account)} for number in range({CALLERS})]"]
        yield Test(
            f"one_of_several_{records.names.plural}_with_the_same_{key}_is_kept",
            [
                *scene.lines,
                *arrange,
                f'calls = [{scene.caller}.post("{records.path}", json=body) for body in bodies]',
                "answers = await asyncio.gather(*calls)",
                _statuses(201),
            ],
            [f"entities.{records.name}.fields.{key}.unique"],
            postgres=True,
        )


def _and(body: str, key: str, value: str) -> str:
    return f'{body[:-1]}, "{key}": {value}}}' if body.endswith("}") else f'{body} | {{"{key}": {value}}}'


def _overlaps(records: Records, creation: Creation) -> Iterator[Test]:
    for key, rule in records.entity.rules.items():
        counted = counted_creation(records, creation, rule.no_overlap) if rule.no_overlap is not None else None
        if rule.no_overlap is None or counted is None:
            continue
        scene = counted.scene(repeated=True)
        yield Test(
            f"one_of_several_overlapping_{records.names.plural}_of_one_{rule.no_overlap.per}_is_kept",
            _rounds(
                [
                    *scene.lines,
                    f"body = {counted.body(scene, counted.unusual())}",
                    f'calls = [{scene.caller}.post("{records.path}", json=body) for _ in range({CALLERS})]',
                    "answers = await asyncio.gather(*calls)",
                    _statuses(201),
                ],
            ),
            [f"entities.{records.name}.rules.{key}"],
            postgres=True,
        )


def _rounds(lines: list[str], number: str = "_") -> list[str]:
    return [f"for {number} in range({ROUNDS}):", *(f"    {line}" for line in lines)]


def _apart(records: Records) -> dict[str, str]:
    """What keeps the bodies of several callers from being refused for another reason: values of their own."""
    found = {}
    for key in sorted(apart(records.entity).intersection(required(writable(records.entity)))):
        item = records.entity.fields[key]
        if item.type is FieldType.EMAIL:
            found[key] = 'f"caller-{number}-{caller}@example.org"'
        elif item.type is FieldType.STRING and item.pattern is None:
            found[key] = 'f"{number}-{caller}"'
    if records.suite.own_role(records.name) is not None:
        found["account"] = '{"username": f"newcomer-{number}-{caller}", "password": "a password to try"}'
    return found


def _counts(question: Question, cel: str, scope: Scope) -> bool:
    """Whether a condition counts records."""
    slots = question.reader.read(compile_cel(cel, scope), scope, {"this": ("this",), "takes": ("takes",)})
    return any(slot.name == COUNT for slot in slots)


def _counting_rules(records: Records) -> Iterator[Test]:
    """Rules that count when a record is made: the last free place."""
    for key, condition in records.suite.rules(records.name, Moment.CREATE).items():
        for role in records.suite.roles_for(records.name, Action.CREATE):
            question = records.suite.question(records.name, Action.CREATE, role)
            if not _counts(question, condition.cel, condition.scope):
                break
            found = question.refusal(next(one for one in question.conditions if one.cel == condition.cel))
            if found is None or found.accepted is None or not _flips(question, found, condition.cel, condition.scope):
                continue
            creation = Creation(records.suite, records.name, role, found.accepted)
            scene = creation.scene(repeated=True)
            unlike = _apart(records)
            bodies = [f"body = {creation.body(scene)}"]
            if unlike:
                body = creation.body(scene)
                for name, value in unlike.items():
                    body = _and(body, name, value)
                bodies = [f"bodies = [{body} for caller in range({CALLERS})]"]
            each = "body in bodies" if unlike else f"_ in range({CALLERS})"
            lines = [
                *scene.lines,
                *bodies,
                f'calls = [{scene.caller}.post("{records.path}", json=body) for {each}]',
                "answers = await asyncio.gather(*calls)",
                _statuses(201),
            ]
            yield Test(
                f"callers_at_once_cannot_pass_{key}_together",
                _rounds(lines, "number" if unlike else "_"),
                [f"entities.{records.name}.rules.{key}"],
                postgres=True,
            )
            break


def _flips(question: Question, found: Pair, cel: str, scope: Scope) -> bool:
    """Whether a second record like the first breaks the rule."""
    assert found.accepted is not None  # noqa: S101 - the caller has asked
    built = question.builder().build(found.accepted.choice)
    built.world.add(Record(built.this.entity, dict(built.this.values)))
    return evaluate(compile_cel(cel, scope), built.world, this=built.this, caller=built.caller) is False


def _counting(operating: Operating, key: str) -> Iterator[Test]:
    suite, name, operation = operating.suite, operating.name, operating.operation
    condition = suite.requirements(name)[key]
    if not _counts(operating.question(operation.by[0]), condition.cel, condition.scope):
        return
    for role in operation.by:
        found = operating.around(role, condition.cel)
        if found is None or found.accepted is None:
            continue
        question = operating.question(role)
        if not leaves_none(operating, found.accepted, operating.demands[key]):
            continue
        scene = Scene(suite, found.accepted, repeated=True)
        call = operating.call(scene).removeprefix("answer = await ")
        yield Test(
            f"callers_at_once_cannot_pass_{key}_together",
            _rounds(
                [
                    *_contenders(operating, question, scene, condition.cel, condition.scope, call),
                    "answers = await asyncio.gather(*calls)",
                    _statuses(201),
                ]
            ),
            [f"operations.{name}.requires.{key}"],
            postgres=True,
        )
        return


def _spent(operating: Operating) -> str | None:
    """The requirement that an operation itself breaks, so that it can be used once."""
    for role in operating.operation.by:
        base = operating.base(role)
        if base is None:
            continue
        built = _done(operating, role, base)
        if not _found(operating, role, built):
            continue  # whoever comes second does not even find the record any more
        for key, one in operating.suite.requirements(operating.name).items():
            if _given(one, built) is False:
                return key
    return None


def _done(operating: Operating, role: str, base: Witness) -> Built:
    """The world as the operation leaves it."""
    built = operating.question(role).builder().build(base.choice)
    built.this.values |= operating.after(base)
    states = operating.records.entity.states
    if states is not None and operating.operation.to is not None:
        built.this.values[states.field] = operating.operation.to
    return built


def _found(operating: Operating, role: str, built: Built) -> bool:
    """Whether callers in the role still see the record."""
    reading = operating.suite.permission(operating.operation.on, Action.READ, role)
    return all(_given(one, built) is True for one in reading)


def _given(condition: Condition, built: Built) -> object:
    try:
        checked = compile_cel(condition.cel, condition.scope)
        return evaluate(checked, built.world, this=built.this, caller=built.caller, takes=built.takes)
    except CelRuntimeError:
        return None


def _once(operating: Operating, address: str) -> Iterator[Test]:
    """Of several callers who do to the same record what can be done once, one does."""
    operation = operating.operation
    found = next(((role, base) for role in operation.by if (base := operating.base(role)) is not None), None)
    if found is None:
        return
    scene = Scene(operating.suite, found[1], repeated=True)
    late = 409 if _found(operating, found[0], _done(operating, *found)) else 404
    call = operating.call(scene).removeprefix("answer = await ")
    yield Test(
        f"one_of_several_callers_may_{operating.name.strip('_')}_the_same_{operating.records.names.snake}",
        _rounds(
            [
                *scene.lines,
                f"calls = [{call} for _ in range({CALLERS})]",
                "answers = await asyncio.gather(*calls)",
                _statuses(operating.done, late),
            ]
        ),
        [address],
        postgres=True,
    )


def _last_ones(operating: Operating) -> Iterator[Test]:
    """Of several callers who each use up what effects take from one record, as many succeed as there is enough for."""
    suite, name = operating.suite, operating.name
    for found in acting(suite.spec, name):
        taken = found.on.expr if found.on is not None else None
        if not (isinstance(taken, Select) and isinstance(taken.operand, Ident) and found.effect.sets):
            continue
        for demand in demands_of_effects(suite.spec, name):
            if not demand.address.startswith(f"{found.address}.requires."):
                continue
            pair = next(filter(None, (operating.around(role, demand.cel) for role in operating.operation.by)), None)
            if pair is None or pair.accepted is None or not leaves_none(operating, pair.accepted, demand):
                continue
            yield _last_one(operating, pair.accepted, found.target or "", demand)


def _last_one(operating: Operating, base: Witness, target: str, demand: Demand) -> Test:
    scene = Scene(operating.suite, base, repeated=True, told=base.built.world.records(target))
    shared = {scene.name(record) for record in base.built.world.records(target) if scene.named(record)}
    once = [line for line in scene.lines if line.partition(" = ")[0] in shared]
    again = [line for line in scene.lines if line not in once]
    call = operating.call(scene).removeprefix("answer = await ")
    return Test(
        f"callers_at_once_cannot_pass_{demand.name}_together",
        _rounds(
            [
                *once,
                "calls = []",
                f"for _ in range({CALLERS}):",
                *(f"    {line}" for line in [*again, f"calls.append({call})"]),
                "answers = await asyncio.gather(*calls)",
                _statuses(operating.done),
            ]
        ),
        [demand.address],
        postgres=True,
    )


def _contenders(operating: Operating, question: Question, scene: Scene, cel: str, scope: Scope, call: str) -> list[str]:
    """Calls that meet only in what the requirement counts: by other callers, or on other records."""
    slots = question.reader.read(compile_cel(cel, scope), scope, {"this": ("this",), "takes": ("takes",)})
    same = [slot for slot in question.reader.slots if slot.name == SAME]
    by_caller = any(slot.place[:1] == CALLER for slot in slots)
    by_this = any(slot.place[0] == "this" for slot in slots)
    role = scene.built.caller.role
    if not same and not by_caller:
        lines = [line for line in scene.lines if not line.startswith(f"{scene.caller} = ")]
        return [
            *lines,
            f'callers = [await sign_in("{role}") for _ in range({CALLERS})]',
            f"calls = [{call.replace(f'{scene.caller}.', 'caller.')} for caller in callers]",
        ]
    if not same and not by_this:
        made = f"{scene.this} = "
        lines = [line for line in scene.lines if not line.startswith(made)]
        again = next(line for line in scene.lines if line.startswith(made)).removeprefix(made)
        plural = operating.records.names.plural
        return [
            *lines,
            f"{plural} = [{again} for _ in range({CALLERS})]",
            f"calls = [{call} for {scene.this} in {plural}]",
        ]
    return [*scene.lines, f"calls = [{call} for _ in range({CALLERS})]"]
