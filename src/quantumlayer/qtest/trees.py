"""Tests of trees: no record comes to be below itself, by whatever request, by two at once, or by seeds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from quantumlayer.qtest.apart import apart
from quantumlayer.qtest.bodies import IF_ANY
from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.named import taken
from quantumlayer.qtest.operations import Operating
from quantumlayer.qtest.places import TAKES, THIS
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.scenes import SET_LATER, Scene
from quantumlayer.qtest.suite import links_given, relations_given, writable
from quantumlayer.qtest.tests import Test
from quantumlayer.qtest.witness import Question
from quantumlayer.qtest.worlds import Built
from quantumlayer.spec.cel import Record
from quantumlayer.spec.model import Action, FieldType
from quantumlayer.spec.naming import collection, link_ids, route_name

SEEDS = 'SEEDS = Path(__file__).with_name("seed.json")'
ROUNDS = 5
_AS_THEY_ARE = frozenset({FieldType.STRING, FieldType.TEXT, FieldType.EMAIL, FieldType.INT})


def tree_tests(records: Records) -> Iterator[Test]:
    """The trees that the records of one entity make."""
    for key in _trees(records):
        yield _seeded(records, key)
        for move in _moves(records, key, repeated=False):
            yield from move.tests()


def tree_races(records: Records) -> Iterator[Test]:
    """Two callers at once, who put each of two records below the other."""
    for key in _trees(records):
        for move in _moves(records, key, repeated=True):
            yield from move.race()


def _trees(records: Records) -> list[str]:
    return [key for key, relation in records.entity.relations.items() if relation.acyclic]


def _seeded(records: Records, key: str) -> Test:
    """Seeds are refused with the place where they close a circle."""
    rows = collection(records.suite.spec, records.name)
    place = rf'r"^{rows}\[\d+\]\.{key}_id leads back"'
    return Test(
        f"seeds_with_{records.a}_below_itself_by_{key}_are_refused",
        [
            "seeds = json.loads(SEEDS.read_text())",
            f'rows = seeds["{rows}"]',
            "for row in rows:",
            f'    row["{key}_id"] = None',
            f'rows[0]["{key}_id"], rows[-1]["{key}_id"] = rows[-1]["id"], rows[0]["id"]',
            "async with sessions() as session:",
            f"    with pytest.raises(ValueError, match={place}):",
            "        await load_seeds(session, seeds)",
        ],
        [f"{records.address}.relations.{key}.acyclic"],
    )


@dataclass
class _Move:
    """A request that puts one record of a tree below another.

    `first` and `second` are records that can both be moved; `names` are their variables, and `lines` make them.
    `request` writes the call for the variables of what is moved and what is above it then, and `world` is that of such
    a call. What is `judged_first` refuses a circle before any rule is asked.
    """

    records: Records
    key: str
    name: str
    first: Record
    second: Record
    names: tuple[str, str]
    lines: list[str]
    done: int
    question: Question
    request: Callable[[str, str], str]
    world: Callable[[Record, Record], Built]
    judged_first: bool

    @property
    def _address(self) -> str:
        return f"{self.records.address}.relations.{self.key}.acyclic"

    def _allowed(self, moved: Record, above: Record) -> bool:
        """Whether nothing but the tree stands against it."""
        return self.question.accepts(self.world(moved, above))

    def tests(self) -> Iterator[Test]:
        """Below others, but neither below itself nor below what is below it."""
        this, other = self.names
        between = f"{self.records.names.snake}_between"
        made = f"{between} = await make.{self.records.names.snake}("
        relation, title = self.key.replace("_", " "), self.records.names.title
        wanted = f"The {relation} of this {title} can be neither itself nor one below it."
        if above := self._above(between):
            yield Test(
                f"{self.name}_puts_no_{self.records.names.snake}_below_itself_by_{self.key}",
                [
                    *self.lines,
                    f"{made}{self.key}={this})",
                    f"await make.{SET_LATER}({other}, {self.key}={between})",
                    f"for above in ({', '.join(above)},):",
                    f"    answer = await {self.request(this, 'above')}",
                    f'    assert refusal(answer) == (409, "about:blank", {text(wanted)})',
                    "async with sessions() as session:",
                    f"    kept = await session.get({self.records.name}, {this}.id)",
                    "assert kept is not None",
                    f"assert kept.{self.key}_id == {this}.{self.key}_id",
                ],
                [self._address],
            )
        if self._allowed(self.first, self.second):
            yield Test(
                f"{self.name}_puts_{self.records.a}_below_others_by_{self.key}",
                [
                    *self.lines,
                    f"{made})",
                    f"await make.{SET_LATER}({other}, {self.key}={between})",
                    f"answer = await {self.request(this, other)}",
                    f'assert (answer.status_code, answer.json()["{self.key}_id"]) == ({self.done}, {other}.id)',
                ],
                [f"{self.records.address}.relations.{self.key}"],
            )

    def _above(self, between: str) -> list[str]:
        """The variables of records at or below the first one, under which nothing but the tree forbids to put it."""
        if self.judged_first:
            return [self.names[0], between, self.names[1]]
        before = self.second.values.get(self.key)
        self.second.values[self.key] = Record(self.records.name, {**self.first.values, self.key: self.first})
        pairs = zip(self.names, (self.first, self.second), strict=True)
        found = [name for name, record in pairs if self._allowed(self.first, record)]
        self.second.values[self.key] = before
        return found

    def race(self) -> Iterator[Test]:
        """One of the two is served, and the other told."""
        if not (self._allowed(self.first, self.second) and self._allowed(self.second, self.first)):
            return
        this, other = self.names
        lines = [
            *self.lines,
            f"calls = [{self.request(this, other)}, {self.request(other, this)}]",
            "answers = await asyncio.gather(*calls)",
            f"assert sorted(answer.status_code for answer in answers) == [{self.done}, 409]",
        ]
        yield Test(
            f"{self.name}_at_once_closes_no_circle_of_{self.records.names.plural}_by_{self.key}",
            [f"for _ in range({ROUNDS}):", *(f"    {line}" for line in lines)],
            [self._address],
            postgres=True,
        )


def _moves(records: Records, key: str, *, repeated: bool) -> Iterator[_Move]:
    relation = records.entity.relations[key]
    if relation.reassignable and (found := _by_change(records, key, repeated=repeated)) is not None:
        yield found
    for name, operation in records.suite.spec.operations.items():
        given = operation.sets.get(key, "").strip() if operation.on == records.name else ""
        if given.startswith("takes.") and given.removeprefix("takes.") in operation.references:
            found = _by_operation(Operating(records, name, operation), key, repeated=repeated)
            yield from [found] if found is not None else []


def _by_change(records: Records, key: str, *, repeated: bool) -> _Move | None:
    """By changing the record as a whole."""
    suite, entity = records.suite, records.entity
    plain = suite.plain(records.name, Action.UPDATE)
    if plain is None:
        return None
    role, base = plain
    scene = Scene(suite, base, repeated=repeated)
    this, other = scene.this, f"{records.names.snake}_below"
    first = base.built.this
    second = base.built.world.add(Record(records.name, dict(first.values)))

    def value(name: str, record: str) -> str:
        item = entity.fields[name]
        if name not in apart(entity):
            return source(wire(first.values.get(name), item.type))
        return f"{record}.{name}" if item.type in _AS_THEY_ARE else f"str({record}.{name})"

    def request(record: str, above: str) -> str:
        parts = [f'"{name}": {value(name, record)}' for name in writable(entity, changing=True)]
        kept = (name for name in relations_given(entity, changing=True) if name != key)
        parts += [f'"{key}_id": {above}.id', *(f'"{name}_id": {record}.{name}_id' for name in kept)]
        held = map(link_ids, links_given(entity, changing=True))
        parts += [f'"{ids}": {record}.{ids}' for ids in held]
        url = f'f"{records.path}/{{{record}.id}}"'
        return f"{scene.caller}.put({url}, json={{{', '.join(parts)}}}, {IF_ANY})"

    def world(moved: Record, above: Record) -> Built:
        found = suite.question(records.name, Action.UPDATE, role).builder().build(base.choice)
        found.this.values |= {**moved.values, key: above}
        return found

    lines = [*scene.lines, f"{other} = {scene.call(first)}"]
    question = suite.question(records.name, Action.UPDATE, role)
    return _Move(
        records, key, "a_change", first, second, (this, other), lines, 200, question, request, world, judged_first=True
    )


def _by_operation(operating: Operating, key: str, *, repeated: bool) -> _Move | None:
    """By an operation that takes what is above."""
    operation, records = operating.operation, operating.records
    reference = operation.sets[key].strip().removeprefix("takes.")
    found = next(((role, base) for role in operation.by if (base := operating.base(role)) is not None), None)
    if found is None:
        return None
    role, base = found
    first, second = base.built.this, base.built.takes.get(reference)
    if not isinstance(second, Record) or second is first:
        return None
    scene = Scene(records.suite, base, repeated=repeated, told=[second])
    others = taken(operation, scene, without=[reference]).removeprefix("{").removesuffix("}")

    def request(record: str, above: str) -> str:
        url = f'f"{records.path}/{{{record}.id}}/{route_name(operating.name)}"'
        body = ", ".join(part for part in (f'"{reference}_id": {above}.id', others) if part)
        return f"{scene.caller}.post({url}, json={{{body}}})"

    def world(moved: Record, above: Record) -> Built:
        places = {**base.built.records, THIS: [moved], (*TAKES, reference): [above]}
        return replace(base.built, this=moved, takes={**base.built.takes, reference: above}, records=places)

    names = scene.this, scene.name(second)
    question = operating.question(role)
    title = operating.name.strip("_")
    return _Move(
        records, key, title, first, second, names, scene.lines, operating.done, question, request, world,
        judged_first=False,
    )  # fmt: skip
