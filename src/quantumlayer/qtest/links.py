"""Tests of relations to many: given and shown as ids, each once and there, and gone with either record."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from quantumlayer.qtest.beside import is_told_apart, with_others, without_idle
from quantumlayer.qtest.bodies import IF_ANY, Creation, with_value
from quantumlayer.qtest.changes import changing
from quantumlayer.qtest.link_limits import holds_two, limit_tests
from quantumlayer.qtest.records import NOBODY, Records
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.qtest.witness import Question
from quantumlayer.spec.cel import Record
from quantumlayer.spec.model import Action, Relation
from quantumlayer.spec.naming import link_ids


def link_tests(records: Records) -> Iterator[Test]:
    """The relations to many of one entity."""
    for key, relation in records.entity.links.items():
        link = _Link(records, key, relation)
        yield from limit_tests(records, key, relation)
        if not holds_two(relation):
            yield from link.deleted()
            continue
        if records.creation is not None:
            yield from link.given(records.creation)
        elif (test := link.shown()) is not None:
            yield test
        if (test := link.changed()) is not None:
            yield test
        yield from link.deleted()


@dataclass(frozen=True, slots=True)
class _Arranged:
    """A scene with two records to link, by their variables."""

    scene: Scene
    lines: list[str]
    first: str
    second: str


class _Link:
    """One relation to many, and the two records on its other side that its tests speak of."""

    def __init__(self, records: Records, key: str, relation: Relation) -> None:
        self.records, self.key, self.relation = records, key, relation
        self.ids = link_ids(key)
        self.target = records.suite.names(relation.to)
        self.first, self.second = f"first_{self.target.snake}", f"second_{self.target.snake}"
        self.address = f"{records.address}.relations.{key}"

    @property
    def both(self) -> list[str]:
        return [f"{name} = await make.{self.target.snake}()" for name in (self.first, self.second)]

    def _arranged(self, scene: Scene, question: Question) -> "_Arranged":
        """The scene, and two records to link, which its caller reads."""
        role, suite = scene.built.caller.role, self.records.suite
        names = [self.first, self.second]
        found = None
        if is_told_apart(suite, self.relation.to, role):
            found = with_others(suite, question, role, self.relation.to, names, readable=True)
        if found is None:
            return _Arranged(scene, [*scene.lines, *self.both], self.first, self.second)
        made = Scene(suite, found, this_is_made=scene.this_is_made)
        first, second = (made.name(one) for one in map(found.built.takes.get, names) if isinstance(one, Record))
        return _Arranged(made, made.lines, first, second)

    def given(self, creation: Creation) -> Iterator[Test]:
        """Kept as given, in the order of the ids, and refused where one is not there or stands twice."""
        scene = creation.scene()
        a, path = self.records.a, self.records.path
        question = self.records.suite.question(self.records.name, Action.CREATE, creation.role)
        world = self._arranged(scene, question)

        def post(ids: str, scene: Scene = scene) -> str:
            body = with_value(replace(creation, witness=scene.witness).body(scene, but=self.key), self.ids, ids)
            return f'answer = await {scene.caller}.post("{path}", json={body})'

        lines = [
            *world.lines,
            post(f"[{world.second}.id, {world.first}.id]", world.scene),
            "assert answer.status_code == 201",
            f'assert answer.json()["{self.ids}"] == [{world.first}.id, {world.second}.id]',
        ]
        if creation.is_read_back:
            lines.append(f'read = await {scene.caller}.get(answer.headers["Location"])')
            lines.append("assert read.json() == answer.json()")
        yield Test(f"{a}_is_kept_with_its_{self.key}", lines, [self.address])
        asked = [
            post(f"[{world.first}.id, {NOBODY}]", world.scene),
            f'assert refusal(answer) == (409, "about:blank", "There is no {self.target.title} {NOBODY}.")',
        ]
        alone = [line for line in world.lines if line not in self.both[1:]]
        yield Test(
            f"{a}_is_refused_with_{self.key}_that_do_not_exist", [*without_idle(alone, asked), *asked], [self.address]
        )
        least = self.relation.min or 0
        more = "".join(f", {number}" for number in range(1, least + 1))  # else it would be too short as well
        wrong = [Row((f"[0{more}]", '"/0"')), Row((f'["nonsense"{more}]', '"/0"'))]
        yield Test(
            f"{a}_is_refused_with_{self.key}_such_as",
            [*scene.lines, post("ids"), f'assert pointers(answer) == [f"/body/{self.ids}{{place}}"]'],
            [self.address],
            names={"ids": "object", "place": "str"},
            rows=[
                Row(("[1, 1]", '""'), id="the_same_twice"),
                Row(("None", '""')),
                Row(("1", '""')),
                *(wrong if least < (self.relation.max or 1000) else ()),
            ],
        )

    def shown(self) -> Test | None:
        """What only operations make shows its links all the same."""
        found = self.records.reading()
        if found is None:
            return None
        scene = Scene(self.records.suite, found[1])
        made = f"{scene.this} = "
        url = f'f"{self.records.path}/{{{scene.this}.id}}"'
        given = {self.key: f"[{self.second}, {self.first}]"}
        renewed = f"{made}{scene.call(scene.built.this, given)}"
        lines = [renewed if line.startswith(made) else line for line in scene.lines]
        return Test(
            f"{self.records.a}_is_shown_with_its_{self.key}",
            [
                *self.both,
                *lines,
                f"answer = await {scene.caller}.get({url})",
                f'assert answer.json()["{self.ids}"] == [{self.first}.id, {self.second}.id]',
            ],
            [self.address],
        )

    def changed(self) -> Test | None:
        """Replaced with the whole, each time as a new version; or refused where it never changes."""
        change = changing(self.records)
        if change is None:
            return None
        scene = change.scene
        change = replace(change, but=self.ids)
        body = with_value(change.body, self.ids, "ids")
        put = f"answer = await {scene.caller}.put({change.url}, json={body}, {IF_ANY})"
        if not self.relation.reassignable:
            refused = f'assert pointers(answer) == ["/body/{self.ids}"]'
            return Test(
                f"{self.key}_of_{self.records.a}_never_change",
                [*scene.lines, "ids: list[int] = []", put, refused],
                [self.address],
            )
        question = self.records.suite.question(self.records.name, Action.UPDATE, change.role)
        world = self._arranged(scene, question)
        body = with_value(replace(change, scene=world.scene).body, self.ids, "ids")
        first, second = f"{world.first}.id", f"{world.second}.id"
        steps = [f"[{first}, {second}]", f"[{second}]", "[]"][: 3 - (self.relation.min or 0)]
        return Test(
            f"{self.key}_of_{self.records.a}_are_changed",
            [
                *world.lines,
                "etags = set()",
                f"for ids in ({', '.join(steps)}{',' if len(steps) == 1 else ''}):",
                f"    answer = await {scene.caller}.put({change.url}, json={body}, {IF_ANY})",
                f'    assert answer.json()["{self.ids}"] == ids',
                '    etags.add(answer.headers["ETag"])',
                f"assert len(etags) == {len(steps)}",
            ],
            [self.address],
        )

    def deleted(self) -> Iterator[Test]:
        """In the database itself, whoever may delete what."""
        kind, snake = self.records.name, self.records.names.snake
        owner = f"linked_{snake}"
        least, linked, kept = self.relation.min or 0, f"[{self.first}]", "[]"
        made = [self.both[0]]
        if least:
            several = f" for _ in range({least})" if least > 1 else ""
            made.append(f"others = [await make.{self.target.snake}(){several}]")
            linked, kept = f"[{self.first}, *others]", "[one.id for one in others]"
        made.append(f"{owner} = await make.{snake}({self.key}={linked})")

        def delete(variable: str) -> list[str]:
            return ["async with sessions.begin() as session:", f"    await session.delete({variable})"]

        itself = self.records.suite.spec.entities[self.relation.to].needed_links
        gone = f"await session.get_one({self.relation.to}, {self.first}.id)" if itself else self.first
        yield Test(
            f"deleting_what_is_among_{self.key}_leaves_{self.records.a}_without_it",
            [
                *made,
                *delete(gone),
                "async with sessions() as session:",
                f"    kept = await session.get({kind}, {owner}.id)",
                "assert kept is not None",
                f"assert kept.{self.ids} == {kept}" if least else f"assert kept.{self.key} == []",
            ],
            [f"{self.address}.on_delete"],
        )
        yield Test(
            f"deleting_{self.records.a}_leaves_its_{self.key}",
            [
                *made,
                *delete(f"await session.get_one({kind}, {owner}.id)"),
                "async with sessions() as session:",
                f"    assert await session.get({self.relation.to}, {self.first}.id) is not None",
            ],
            [f"{self.address}.on_delete"],
        )
