"""Tests of derived values that depend on who asks: in every answer, for those who see one thing and others another."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from quantumlayer.qtest.access import creating
from quantumlayer.qtest.bodies import IF_ANY
from quantumlayer.qtest.decisive import of_condition
from quantumlayer.qtest.derived import readers
from quantumlayer.qtest.files.field import FileField
from quantumlayer.qtest.literals import text
from quantumlayer.qtest.operations import Operating
from quantumlayer.qtest.parts import numbered
from quantumlayer.qtest.places import THIS, Slot
from quantumlayer.qtest.queries import Listing
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.samples import SomeFile
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.seen import Seen, tells
from quantumlayer.qtest.suite import NO_WITNESS
from quantumlayer.qtest.tests import Test
from quantumlayer.qtest.witness import Condition, Question, Witness
from quantumlayer.qtest.worked_out import worked_out
from quantumlayer.spec.askers import asker_values
from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.model import Action, Operation

_BOTH = 2
_LISTED = 'listed = {item["id"]: item for item in answer.json()["items"]}'


def asker_tests(records: Records) -> Iterator[Test]:
    """Each such value of an entity."""
    for key in asker_values(records.entity):
        seen = Seen(records, key)
        if not readers(records, seen.derived):
            records.suite.leave_open(seen.address, "no role may read it")
            continue
        yield from _Tests(seen).tests()


@dataclass(frozen=True, slots=True)
class _World:
    """A world, what the value is in it, and what its test's name ends in."""

    witness: Witness
    value: object
    told: str = ""


@dataclass(frozen=True, slots=True)
class _Tests:
    """The tests of one value."""

    seen: Seen

    def tests(self) -> Iterator[Test]:
        """What it is worked out from for the first role that can tell, the difference for others, every answer."""
        roles = readers(self.seen.records, self.seen.derived)
        worlds = {role: self._worlds(role) for role in roles}
        if len({world.value for found in worlds.values() for world in found}) < _BOTH:
            self.seen.suite.leave_open(self.seen.address, NO_WITNESS)
            return
        telling = next((role for role in roles if len(_two(worlds[role])) == _BOTH), None)
        for role in roles:
            yield from self._read(role, worlds[role] if role == telling else _two(worlds[role]))
            yield from self._others(role, roles)
        if telling is not None:
            yield from self._listed(telling, worlds[telling])
        yield from self._named_lists()
        yield from self._made_and_changed()
        yield from self._files()
        yield from self._operations()

    def _test(self, told: str, lines: list[str]) -> Test:
        return Test(f"{self.seen.key}_of_{self.seen.records.a}_{told}", lines, [self.seen.address])

    def _question(self, role: str, action: Action = Action.READ) -> Question:
        return self.seen.suite.question(self.seen.records.name, action, role)

    def _get(self, scene: Scene, caller: str) -> str:
        return f'answer = await {caller}.get(f"{self.seen.records.path}/{{{scene.this}.id}}")'

    # What it is worked out from.

    def _worlds(self, role: str) -> list[_World]:
        found = self._judged(role) if self.seen.holds is not None else self._counted(role)
        apart: dict[tuple[str, ...], _World] = {}
        for world in found:
            apart.setdefault(tuple(Scene(self.seen.suite, world.witness).lines), world)
        return list(apart.values())

    def _counted(self, role: str) -> Iterator[_World]:
        question = self._question(role)
        slots = question.reader.read(self.seen.checked, self.seen.scope, {"this": THIS})
        for witness, value, told in worked_out(self.seen.suite, question, self.seen.checked, slots, self.seen.value):
            yield _World(witness, value, f"_{told}" if told else "")

    def _judged(self, role: str) -> Iterator[_World]:
        """Both sides of each part of the condition."""
        holds = Condition(self.seen.derived.cel, self.seen.scope)
        asked = self._question(role)
        question = replace(asked, conditions=[*asked.conditions, holds])
        base = question.base()
        if base is None:
            plain = asked.base()  # it is never true for them
            yield from [] if plain is None else [_World(plain, value=False)]
            return
        yield _World(base, value=True)
        pairs = list(question.refusals(holds))
        for nth, pair in numbered(pairs):
            yield _World(pair.refused, value=False, told=f"_where_it_does_not_fit{nth}")
            if pair.accepted is not None:
                yield _World(pair.accepted, value=True, told=f"_where_it_just_fits{nth}")
        for number, other in enumerate(question.alternatives(holds), 1):
            yield _World(other, value=True, told=f"_because_of_reason_{number}")
        for one, fits in of_condition(question, holds, pairs):
            yield _World(one.witness, fits, f"_where_it_{one.told}")

    def _read(self, role: str, worlds: list[_World]) -> Iterator[Test]:
        names: dict[str, int] = {}
        for world in worlds:
            scene = Scene(self.seen.suite, world.witness)
            told = f"is_told_to_{role}{world.told}"
            names[told] = names.get(told, 0) + 1
            again = f"_{names[told]}" if names[told] > 1 else ""
            check = self.seen.is_shown("answer.json()", world.value)
            yield self._test(told + again, [*scene.lines, self._get(scene, scene.caller), check])

    # What others see.

    def _others(self, role: str, roles: list[str]) -> Iterator[Test]:
        """The same record is shown to another caller of the role, and to each other role."""
        for other in [role, *(one for one in roles if one != role)]:
            if other == role and (role == ANYONE or self.seen.suite.spec.roles[role].record is None):
                continue
            found = self._told_apart(role, other)
            if found is None:
                continue
            witness, value = found
            scene = Scene(self.seen.suite, witness)
            asking = "as_another" if other == role else self.seen.suite.caller(other)
            lines = [*scene.lines, self._get(scene, scene.caller)]
            lines.append(self.seen.is_shown("answer.json()", self.seen.value(witness.built)))
            lines += [f'{asking} = await sign_in("{other}")', self._get(scene, asking)]
            lines.append(self.seen.is_shown("answer.json()", value))
            yield self._test(f"is_not_the_same_for_{role}_and_{'another' if other == role else other}", lines)

    def _told_apart(self, role: str, other: str) -> tuple[Witness, object] | None:
        """A world in which a caller sees another value than somebody of the other role, and what that one sees."""
        suite, name = self.seen.suite, self.seen.records.name
        besides = [] if other == role else suite.permission(name, Action.READ, other)
        for witness in self.seen.worlds(self._question(role), besides):
            somebody = self.seen.somebody(other)
            value = self.seen.value(witness.built, somebody)
            differs = value is not None and value != self.seen.value(witness.built)
            if differs and self.seen.reads(somebody, witness.built):
                return witness, value
        return None

    # Every other answer.

    def _listed(self, role: str, worlds: list[_World]) -> Iterator[Test]:
        """A list shows of each record what holds for it: of one, and of one like it or like one told before."""
        likes = [world.witness for world in worlds]
        for witness in self.seen.worlds(self._question(role)):
            for like in [witness, *likes]:
                built = witness.built
                other, held = self.seen.another(like.built.this), self.seen.value(built)
                value = self.seen.value(built, this=other)
                if value in {None, held} or not self.seen.reads(built.caller, built, other):
                    continue
                scene = Scene(self.seen.suite, witness)
                made = self._like(Scene(self.seen.suite, like))
                lines = [made, *scene.lines]  # it comes first: the last ones must be told, too
                lines.append(f'answer = await {scene.caller}.get("{self.seen.records.path}", params={{"limit": 100}})')
                lines.append(_LISTED)
                lines.append(self.seen.is_shown("listed[other.id]", value))
                lines.append(self.seen.is_shown(f"listed[{scene.this}.id]", held))
                yield self._test("is_told_of_each_record_of_a_list", lines)
                return

    def _like(self, scene: Scene) -> str:
        """The line that makes a record like `this`, with relations of its own."""
        records, fields = self.seen.records, self.seen.records.entity.fields
        plain = [
            f"{key}={given}"
            for key, given in scene.given(scene.built.this).items()
            if key not in records.entity.references and not (key in fields and fields[key].unique)
        ]
        return f"other = await make.{records.names.snake}({', '.join(plain)})"

    def _named_lists(self) -> Iterator[Test]:
        records = self.seen.records
        for name, query in records.suite.spec.queries.items():
            roles = query.by if query.of == records.name else ()
            for role in filter(self.seen.visible_to, roles):
                asking = Listing(records, name, query)
                witness = self.seen.telling(asking.question(role))
                if witness is None:
                    continue
                scene = Scene(records.suite, witness)
                lines = [*scene.lines, asking.get(scene, asking.params(scene))]
                lines.append(_LISTED)
                lines.append(self.seen.is_shown(f"listed[{scene.this}.id]", self.seen.value(witness.built)))
                yield self._test(f"is_told_in_{name.strip('_')}", lines)
                break

    def _made_and_changed(self) -> Iterator[Test]:
        """The answers to whoever makes a record, and to whoever changes one."""
        records = self.seen.records
        for action in (Action.CREATE, Action.UPDATE):
            roles = records.suite.roles_for(records.name, action)
            if ANYONE in roles and self.seen.derived.visible_to:  # nobody is told there
                continue
            for role in filter(self.seen.visible_to, roles):
                witness = self.seen.telling(self._question(role, action))
                if witness is None:
                    continue
                if action is Action.CREATE:
                    lines = creating(records.suite, records.name, role, witness)
                else:
                    scene = Scene(records.suite, witness)
                    url = f'f"{records.path}/{{{scene.this}.id}}"'
                    put = f"await {scene.caller}.put({url}, json={scene.body(changing=True)}, {IF_ANY})"
                    lines = [*scene.lines, f"answer = {put}"]
                check = self.seen.is_shown("answer.json()", self.seen.value(witness.built))
                yield self._test(f"is_told_to_{role}_who_{action.value}s_it", [*lines, check])
                break

    def _files(self) -> Iterator[Test]:
        """The answers to whoever puts a file of the record."""
        records, suite = self.seen.records, self.seen.suite
        for key, field in records.entity.files.items():
            file = FileField(records, key, field)
            for role in filter(self.seen.visible_to, suite.roles_for(records.name, Action.UPDATE)):
                question = self._question(role, Action.UPDATE)
                question.reader.read(self.seen.checked, self.seen.scope, {"this": THIS})
                after = self.seen.telling(replace(question, fixed={**question.fixed, Slot(THIS, key): SomeFile()}))
                before = None if after is None else file.without(question, after)
                if after is None or before is None:
                    continue
                scene = Scene(suite, before)
                lines = [*scene.lines, f"url = {file.url(scene)}", f"upload = content_of({text(file.media)})"]
                lines += [
                    f"answer = {file.put(scene)}",
                    self.seen.is_shown("answer.json()", self.seen.value(after.built)),
                ]
                yield self._test(f"is_told_to_{role}_who_puts_its_{key}", lines)
                break

    def _operations(self) -> Iterator[Test]:
        """The answers of operations, after what they do."""
        for name, operation in self.seen.suite.spec.operations.items():
            answered = operation.on if operation.creates is None else operation.creates.entity
            operating = Operating(Records(self.seen.suite, operation.on), name, operation)
            if answered != self.seen.records.name or operating.answers_rows:
                continue
            for role in filter(self.seen.visible_to, operation.by):
                found = self._after(operating, operation, role)
                if found is not None:
                    scene = Scene(self.seen.suite, found[0])
                    check = self.seen.is_shown("answer.json()", found[1])
                    lines = [*scene.lines, operating.call(scene), check]
                    yield self._test(f"is_told_to_{role}_after_{name.strip('_')}", lines)
                    break

    def _after(self, operating: Operating, operation: Operation, role: str) -> tuple[Witness, object] | None:
        """A world in which the value is told after the operation, and what it is then."""
        question, creates = operating.question(role), operation.creates is not None
        worlds = [] if creates else [self.seen.telling(question)]
        for witness in [*filter(None, worlds), *filter(None, [question.base()])]:
            value = self.seen.after(operating.simulation(witness), of_created=creates)
            if tells(value):
                return witness, value
        return None


def _two(worlds: list[_World]) -> list[_World]:
    """The first world, and the first in which the value is another one, if there are such."""
    first = worlds[:1]
    return [*first, *[world for world in worlds if world.value != worlds[0].value][:1]]
