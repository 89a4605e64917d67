"""A world as the first lines of a test: the records it needs, each in one line, and the caller."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from quantumlayer.kit.graphs import reached
from quantumlayer.qtest.apart import apart
from quantumlayer.qtest.literals import source, wire
from quantumlayer.qtest.places import CALLER, Place
from quantumlayer.qtest.samples import NOW
from quantumlayer.qtest.suite import Suite, links_given, relations_given, writable
from quantumlayer.qtest.variables import variable
from quantumlayer.qtest.witness import Witness
from quantumlayer.spec.cel import Record
from quantumlayer.spec.naming import link_ids

SYSTEM = ("id", "created_at", "updated_at")
SET_LATER = "set_later"
"""What the factories call what lets a record refer to one that is made after it."""


@dataclass
class Scene:
    """The arrangement of a test.

    `this_is_made` is false where the call under test makes `this`: then what it refers to is made. `repeated` is true
    where a test arranges it several times: then the factories make up what must be unique. `told` are records that the
    test names whatever else it says of them. Nobody `signs_in` where nobody calls.
    """

    suite: Suite
    witness: Witness
    this_is_made: bool = True
    repeated: bool = False
    told: Sequence[Record] = ()
    signs_in: bool = True
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.built = self.witness.built
        self._names: dict[Record, str] = {}
        self._later: set[tuple[Record, str]] = set()
        self._taken: set[str] = set()
        self._needed = self._find_needed()
        self._arrange()

    @property
    def this(self) -> str:
        """The variable that holds `this`."""
        return self.name(self.built.this)

    @property
    def caller(self) -> str:
        """The variable of the client that calls."""
        return self.suite.caller(self.built.caller.role)

    def unnamed(self) -> list[str]:
        """The lines for a test that does not speak of `this`: it is made without a variable that nothing would use."""
        made = f"{self.this} = "
        used = re.compile(rf"(?<![.\w\"]){self.this}\b(?!=)")
        if any(used.search(line.removeprefix(made)) for line in self.lines):
            return self.lines
        return [line.removeprefix(made) for line in self.lines]

    def name(self, record: Record) -> str:
        """The variable that holds a record."""
        return self._names[record]

    def parameter(self, name: str) -> str:
        """The name as a parameter of the test, apart from its variables."""
        return f"{name}_value" if variable(name) in self._taken else variable(name)

    def named(self, record: object) -> bool:
        """Whether a variable holds the record."""
        return record in self._names

    def body(self, *, changing: bool = False) -> str:
        """`this` as the JSON of a request, written as Python."""
        entity = self.suite.spec.entities[self.built.this.entity]
        parts = []
        for key, item in writable(entity, changing=changing).items():
            value = self.built.this.values.get(key)
            if value is not None or (changing and not item.optional):
                parts.append(f'"{key}": {source(wire(value, item.type))}')
        for key in relations_given(entity, changing=changing):
            target = self.built.this.values.get(key)
            if isinstance(target, Record) and self.named(target):
                parts.append(f'"{key}_id": {self.name(target)}.id')
            elif changing:
                parts.append(f'"{key}_id": {self.this}.{key}_id')
        parts += [f'"{link_ids(key)}": {self.this}.{link_ids(key)}' for key in links_given(entity, changing=changing)]
        return "{" + ", ".join(parts) + "}"

    def _find_needed(self) -> set[Record]:
        """The records that the test must name or shape; the factories make all others by themselves."""
        this = self.built.this
        needed: set[Record] = {this} if self.this_is_made else set()
        if not self.this_is_made:
            needed |= {value for value in this.values.values() if isinstance(value, Record)}
        needed |= {record for _, record in self._all() if record in self.told}
        needed |= set(_named_in(self.built.takes.values()))
        references: dict[Record, int] = {}
        for place, record in self._all():
            if record is this and not self.this_is_made:
                continue
            in_collection = any(step.endswith("*") for step in place[-1:])
            if in_collection or self._special(record):
                needed.add(record)
            for key, target in self._targets(record):
                references[target] = references.get(target, 0) + 1
                optional = self.suite.spec.entities[record.entity].references[key].optional
                if in_collection or optional:
                    needed.add(target)
        caller = self.built.caller.record
        needed |= {record for record, count in references.items() if count > 1 or record is caller}
        return self._with_owners(needed)

    def _with_owners(self, needed: set[Record]) -> set[Record]:
        """A record that refers to one which the test names must be made by the test, too."""
        while True:
            owners = {one for _, one in self._all() if any(target in needed for _, target in self._targets(one))}
            if not self.this_is_made:
                owners.discard(self.built.this)
            if owners <= needed:
                return needed
            needed |= owners

    def _all(self) -> list[tuple[Place, Record]]:
        found = [(place, record) for place, records in self.built.records.items() for record in records]
        if self.built.caller.record is not None:
            found.append((CALLER, self.built.caller.record))
        seen: dict[Record, tuple[Place, Record]] = {}
        for place, record in sorted(found, key=lambda pair: (pair[0][-1].endswith("*"), len(pair[0]))):
            seen.setdefault(record, (place, record))
        return list(seen.values())

    def _targets(self, record: Record) -> list[tuple[str, Record]]:
        """The records that it refers to, itself aside: nothing refers to a record that is not made yet."""
        return [(key, one) for key, one in record.values.items() if isinstance(one, Record) and one is not record]

    def _special(self, record: Record) -> bool:
        usual = self.suite.defaults.of(record.entity)
        return any(
            value != usual.get(key) or self._numbered(record, key)
            for key, value in record.values.items()
            if not isinstance(value, Record) and key not in SYSTEM
        ) or self._aged(record)

    def _aged(self, record: Record) -> bool:
        return any(record.values[key] != NOW for key in ("created_at", "updated_at"))

    def _arrange(self) -> None:
        if self.built.world.now != NOW:
            self.lines.append(f"clock.move_to({source(self.built.world.now)})")
        places = self._all()
        ordered = [pair for pair in places if pair[1] is self.built.caller.record]
        ordered += [pair for pair in places if pair not in ordered]
        groups: dict[Place, list[Record]] = {}
        for place, record in places:
            if place[-1].endswith("*") and record is not self.built.this:
                groups.setdefault(place, []).append(record)
        inline = {target for records in groups.values() for target in self._of_their_own(records).values()}
        for place, record in ordered:
            if not place[-1].endswith("*") and record not in inline:
                self._make(record, place)
        for place, records in groups.items():
            if any(record in self.told for record in records):
                for record in records:
                    self._make(record, place)
            else:
                self._make_all(records)
        if self.signs_in:
            self._sign_in()

    def _make(self, record: Record, place: Place) -> None:
        if record in self._names or record not in self._needed:
            return
        later = [pair for pair in self._targets(record) if self._waits(record, *pair)]
        self._later |= {(record, key) for key, _ in later}
        for key, target in self._targets(record):
            if (record, key) not in self._later:
                self._make(target, (*place, key))
        if record in self._names:  # one of those brought it along
            return
        made = self.call(record)
        self._names[record] = variable = self._variable(record, place)
        self.lines.append(f"{variable} = {made}")
        later += [(key, record) for key, value in record.values.items() if value is record]
        for key, target in later:
            self._make(target, (*place, key))
            if target in self._names:
                self.lines.append(f"await make.{SET_LATER}({variable}, {key}={self.name(target)})")

    def _waits(self, record: Record, key: str, target: Record) -> bool:
        """Whether the target refers back to the record, so that the record is made first, without it."""
        relation = self.suite.spec.entities[record.entity].references[key]
        return relation.optional and target not in self._names and self._leads_to(target, record)

    def _leads_to(self, start: Record, goal: Record) -> bool:
        return goal in reached([start], lambda record: [one for _, one in self._targets(record)])

    def _make_all(self, records: list[Record]) -> None:
        alone = self._of_their_own(records)
        for key, target in self._targets(records[0]):
            if key not in alone:
                self._make(target, ("", key))
        calls = [self.call(record) for record in records]
        if len(records) == 1 or (len(set(calls)) > 1 and not alone):
            self.lines += calls
        else:
            given = self.given(records[0])
            usual = {key: value for key, value in given.items() if self._fits_all(records[0], key, given)}
            usual |= {key: self.call(target) for key, target in alone.items()}
            made = self._made(records[0], usual)
            self.lines += [f"for _ in range({len(records)}):", f"    {made}"]

    def _fits_all(self, record: Record, key: str, given: Mapping[str, str]) -> bool:
        """Whether several records may have the value: whatever keeps them apart compares what they differ in, too."""
        if not self._numbered(record, key):
            return True
        entity = self.suite.spec.entities[record.entity]
        rules = [rule.unique.of for rule in entity.rules.values() if rule.unique is not None]
        others = [set(of) & entity.references.keys() - given.keys() for of in rules if key in of]
        overlaps = [rule.no_overlap for rule in entity.rules.values() if rule.no_overlap is not None]
        in_the_way = not self.this_is_made and any(one.start == key and one.per in given for one in overlaps)
        return not entity.fields[key].unique and all(others) and not in_the_way

    def _of_their_own(self, records: list[Record]) -> dict[str, Record]:
        """Whom each of several records must refer to alone, by relation: a rule keeps apart those with the same."""
        rules = [rule.unique for rule in self.suite.spec.entities[records[0].entity].rules.values()]
        elsewhere = {target for _, one in self._all() if one not in records for _, target in self._targets(one)}
        elsewhere |= {one for one in (self.built.this, self.built.caller.record, *self.told) if one is not None}
        free = {key: one for key, one in self._targets(records[0]) if one not in elsewhere}
        found: dict[str, Record] = {}
        for rule in rules if len(records) > 1 else ():
            if rule is not None and not found.keys() & set(rule.of) and not _unlike(records, rule.of):
                found |= {key: one for key, one in free.items() if key in rule.of}
        return found

    @property
    def is_one_of_a_kind(self) -> bool:
        """Whether a second record like `this` is kept out: by a rule, or as the value of a field is unique."""
        given = self.given(self.built.this)
        entity = self.suite.spec.entities[self.built.this.entity]
        rules = [rule.unique for rule in entity.rules.values()]
        return any(rule is not None and set(rule.of) <= given.keys() for rule in rules) or any(
            item.unique and key in given for key, item in entity.fields.items()
        )

    def call(self, record: Record, values: Mapping[str, str] | None = None) -> str:
        """The call that makes a record, with further values as Python."""
        return self._made(record, {**self.given(record), **(values or {})})

    def _made(self, record: Record, given: Mapping[str, str]) -> str:
        arguments = ", ".join(f"{key}={value}" for key, value in given.items())
        return f"await make.{self.suite.names(record.entity).snake}({arguments})"

    def given(self, record: Record) -> dict[str, str]:
        """What a factory must be told of a record, as Python; all else is as the factory makes it."""
        usual = self.suite.defaults.of(record.entity)
        targets = [pair for pair in self._targets(record) if (record, pair[0]) not in self._later]
        given = {key: self.name(target) for key, target in targets if self.named(target)}
        for key, value in record.values.items():
            moved = key in {"created_at", "updated_at"} and value != NOW
            if moved or (key in usual and (value != usual[key] or self._numbered(record, key))):
                given[key] = source(value)
        return given

    def _numbered(self, record: Record, key: str) -> bool:
        """Whether the value matters and the factory would make another one up to keep it unique."""
        item = self.suite.spec.entities[record.entity].fields.get(key)
        return (
            not self.repeated
            and item is not None
            and key in apart(self.suite.spec.entities[record.entity])
            and not item.optional
            and (record.entity, key) in self.built.read
            and (not item.unique or self._is_first(record, key))
        )

    def _is_first(self, record: Record, key: str) -> bool:
        """Whether no other record of the world comes before it with the same value, which one of them can have."""
        records = [self.built.this, *(one for _, one in self._all())]
        alike = (one for one in records if one.entity == record.entity and one.values[key] == record.values[key])
        return next(alike, record) is record

    def _variable(self, record: Record, place: Place) -> str:
        snake = self.suite.names(record.entity).snake
        role = self.built.caller.role
        tries = [
            variable(snake),
            variable(role if place == CALLER else place[-1].removesuffix("*")),
            f"another_{snake}",
            f"a_third_{snake}",
        ]
        name = next(
            name for name in [*tries, f"{snake}_{len(self._taken)}"] if name not in self._taken and name != "this"
        )
        self._taken.add(name)
        return name

    def _sign_in(self) -> None:
        role, record = self.built.caller.role, self.built.caller.record
        self.lines += self.suite.sign_in(role, self._names.get(record, "") if record is not None else "")


def _named_in(values: Iterable[object]) -> Iterator[Record]:
    """The records in the input of an operation, those in its rows, too."""
    for value in values:
        if isinstance(value, Record):
            yield value
        elif isinstance(value, list):
            for row in value:
                yield from _named_in(row.values())


def _unlike(records: Sequence[Record], keys: Iterable[str]) -> bool:
    """Whether no two of the records have the same value under one of the keys."""
    return any(len({record.values.get(key) for record in records}) == len(records) for key in keys)


def with_values(line: str, made: str, given: str) -> str:
    """A line that begins with a call of a factory, with further values for it; any other line as it is."""
    if not line.startswith(made):
        return line
    rest = line.removeprefix(made)
    return f"{made}{given}{'' if rest == ')' else ', '}{rest}"


def in_state(line: str, snake: str, scene: Scene, field: str) -> str:
    """The line that makes `this`, in the state that a parameter of the test names; any other line as it is."""
    made = f"{scene.this} = await make.{snake}("
    if not line.startswith(made):
        return line
    start = scene.built.this.values[field]
    rest = line.removeprefix(made).replace(f"{field}={source(start)}, ", "").replace(f"{field}={source(start)}", "")
    rest = rest.replace(", )", ")")
    return f"{made}{field}={field}{'' if rest == ')' else ', '}{rest}"
