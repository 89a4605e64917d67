"""What operations do besides, in a small world: when an effect is seen, and what there is afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from quantumlayer.qtest.made import is_code
from quantumlayer.qtest.messages import Sent, message
from quantumlayer.qtest.suite import Suite
from quantumlayer.qtest.worlds import Built, constant
from quantumlayer.spec.cel import (
    Acting,
    CelError,
    CelRuntimeError,
    Checked,
    Nullable,
    Record,
    Scope,
    compile_cel,
    evaluate,
    rounded,
)
from quantumlayer.spec.effects import CREATED
from quantumlayer.spec.model import Computed, Creation
from quantumlayer.spec.webhooks import tells_of_made

Path = tuple[Acting, ...]
"""An effect behind those that it stands in."""


def paths(roots: Iterable[Acting]) -> list[Path]:
    """Every effect of some, each with those that it stands in."""

    def within(above: Path, found: Acting) -> list[Path]:
        path = (*above, found)
        return [path, *(deeper for inner in found.within for deeper in within(path, inner))]

    return [path for found in roots for path in within((), found)]


def seen(scope: Scope, path: Path, *, happens: bool = True, more: Sequence[str] = ()) -> list[str]:
    """Conditions under which an effect happens and shows, the strictest first; `more` must hold where it happens.

    Where it must not happen, those under which it is come to and its `when` is false.
    """
    found = path[-1]
    base = [*_there(found), *(one.cel for one in found.effect.requires.values())]
    strict = [*base, *([_opposite(found)] if not happens else _shows(found))]
    loose = [*base, *([_opposite(found)] if not happens else _when(found))]
    return _written(scope, [_around(path, [*strict, *more]), _around(path, [*loose, *more])])


def nowhere(scope: Scope, path: Path) -> list[str]:
    """The condition under which the record that an effect is about is not there."""
    return _written(scope, [_around(path, [f"{path[-1].effect.on} == null"])])


def _written(scope: Scope, conditions: Iterable[str]) -> list[str]:
    """Those of some conditions that can be asked before anything is done."""
    written = []
    for cel in conditions:
        try:
            compile_cel(cel, scope)
        except CelError:
            continue  # it speaks of the record that the operation makes
        written.append(cel)
    return list(dict.fromkeys(written))


def _around(path: Path, inner: list[str]) -> str:
    """A condition on what an effect goes through, asked of what is there before."""
    parts = inner
    for number, found in enumerate(reversed(path)):
        if number:
            parts = [*_there(found), *(one.cel for one in found.effect.requires.values()), *_when(found), *parts]
        said = " && ".join(f"({part})" for part in parts)
        if found.effect.each is not None:
            each, one = found.effect.each, found.effect.as_
            parts = [f"({each}).exists({one}, {said})" if said else f"({each}).size() > 0"]
    return " && ".join(f"({part})" for part in parts) or "true"


def _there(found: Acting) -> list[str]:
    optional = found.on is not None and isinstance(found.on.type, Nullable)
    return [f"{found.effect.on} != null"] if optional else []


def _when(found: Acting) -> list[str]:
    return [found.effect.when] if found.effect.when is not None else []


def _opposite(found: Acting) -> str:
    return f"!({found.effect.when})"


def _shows(found: Acting) -> list[str]:
    """What is set is not there already."""
    record = f"({found.effect.on})" if found.effect.on is not None else found.effect.as_
    entity = found.scope.spec.entities[found.target] if found.target is not None else None
    differ = [f"{record}.{key} != ({cel})" for key, cel in found.effect.sets.items()]
    if found.effect.to is not None and entity is not None and entity.states is not None:
        differ.append(f"{record}.{entity.states.field} != '{found.effect.to}'")
    return [*_when(found), *differ]


@dataclass
class Outcome:
    """What an operation's effects leave behind in a world.

    `held` are the values that records have afterwards, `made` what was made with the values that it was given, `gone`
    what was removed, `refused` the rows that were left out: their number, the rule and what callers are told, and
    `sent` what other systems are told.
    """

    held: dict[tuple[Record, str], object] = field(default_factory=dict)
    made: list[tuple[Record, dict[str, object]]] = field(default_factory=list)
    gone: list[Record] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)


class Simulation:
    """Does to a small world what effects do, and undoes it.

    Args:
        suite: The Spec.
        effects: The effects, in their order.
        built: The world.
        own: What is set on the record that is `this` before.
        created: The entity of the record that is made before, and its values, if one is made.
        to: The records that are `this`, one after the other; that of the world if left out.
        sends: What is sent in the end, each with whether it is about the record that is made before, by whom.

    Attributes:
        instead: Expressions that are read otherwise than they stand there.
    """

    def __init__(
        self,
        suite: Suite,
        effects: Sequence[Acting],
        built: Built,
        own: Mapping[str, object] | None = None,
        created: tuple[str, Mapping[str, object]] | None = None,
        to: Sequence[Record] | None = None,
        sends: Sequence[tuple[str, bool, str]] = (),
    ) -> None:
        self.spec, self.effects, self.built, self.world = suite.spec, effects, built, built.world
        self.outcome = Outcome()
        self._before: dict[tuple[Record, str], object] = {}
        self.created: Record | None = None
        self.then: object = None
        self._own, self._values = own or {}, created
        self._to = [built.this] if to is None else to
        self._this, self._sends = built.this, sends
        self.instead: Mapping[Checked, Checked] = {}

    def run(self, then: Checked | None = None, *, of_created: bool = False) -> Outcome:
        """What there is afterwards, and in `then` the value of an expression then; the world is as it was.

        The expression speaks of the record that is `this`, or `of_created` of the one that is made before.

        Raises:
            CelRuntimeError: A value cannot be worked out.
        """
        try:
            for key, value in self._own.items():
                self._set(self.built.this, key, value)
            names: dict[str, object] = {}
            if self._values is not None:
                self.created = self._make(*self._values)
                names[CREATED] = self.created
            for record in self._to:
                self._this = record
                for found in self.effects:
                    self._do(found, names)
            for webhook, of_made, sender in self._sends:
                self._tell(sender, webhook, self.created if of_made else self.built.this)
            if of_created and self.created is not None:
                self._this = self.created
            if then is not None:
                self.then = self._value(then, names)
            changed = [one for one in self._before if one[0] not in self.outcome.gone and one[0] is not self.created]
            self.outcome.held = {(record, key): record.values.get(key) for record, key in changed}
            return self.outcome
        finally:
            self._undo()

    def _undo(self) -> None:
        for (record, key), value in self._before.items():
            record.values[key] = value
        for record in self.outcome.gone:
            self.world.add(record)
        made = [record for record, _ in self.outcome.made]
        for record in made if self.created is None else [*made, self.created]:
            self.world.remove(record)

    def _do(self, found: Acting, names: dict[str, object]) -> None:
        if found.each is None:
            self._one(found, names)
            return
        items = self._value(found.each, names)
        for number, item in enumerate(list(items) if isinstance(items, list) else []):
            self._one(found, {**names, str(found.effect.as_): item}, number)

    def _one(self, found: Acting, names: dict[str, object], number: int = 0) -> None:
        effect = found.effect
        target = self._value(found.on, names) if found.on is not None else names.get(str(effect.as_))
        if found.on is not None and target is None:
            return
        if effect.when is not None and self._cel(found, effect.when, names) is not True:
            return
        broken = next((key for key, one in effect.requires.items() if self._cel(found, one.cel, names) is not True), "")
        if broken:
            said = effect.requires[broken].else_
            self.outcome.refused.append((number, broken.strip("_").replace("_", "-"), said))
            return
        self._act(found, target, names)

    def _act(self, found: Acting, target: object, names: dict[str, object]) -> None:
        effect = found.effect
        if isinstance(target, Record):
            values = {key: self._cel(found, cel, names) for key, cel in effect.sets.items()}
            entity = self.spec.entities[target.entity]
            for key, value in values.items():
                item = entity.fields.get(key)
                self._set(target, key, value if item is None else rounded(value, item.type))
            if effect.to is not None and entity.states is not None:
                self._set(target, entity.states.field, effect.to)
        made = None if effect.creates is None else self._creates(found, effect.creates, names)
        for inner in found.within:
            self._do(inner, names)
        for webhook in effect.sends:
            of_made = tells_of_made(self.spec.webhooks[webhook], found.target, effect.creates)
            self._tell(found.address, webhook, made if of_made else target)
        if effect.deletes and isinstance(target, Record):
            self.world.remove(target)
            self.outcome.gone.append(target)

    def _tell(self, sender: str, webhook: str, about: object) -> None:
        if isinstance(about, Record):
            made = [record for record, _ in self.outcome.made]
            self.outcome.sent.append(message(self.world, sender, webhook, about, made))

    def _creates(self, found: Acting, creation: Creation, names: dict[str, object]) -> Record:
        fields = self.spec.entities[creation.entity].fields
        values = {key: self._cel(found, cel, names) for key, cel in creation.set.items()}
        given = {key: rounded(value, fields[key].type) if key in fields else value for key, value in values.items()}
        given |= self._defaults(creation.entity, given)
        made = self._make(creation.entity, given)
        self.outcome.made.append((made, given))
        return made

    def _defaults(self, entity: str, given: Mapping[str, object]) -> dict[str, object]:
        """What a record holds that it was not given; a code is made up, and nobody can foretell it."""
        record, found = Record(entity, {**given, "created_at": self.world.now}), dict[str, object]()
        for key, item in self.spec.entities[entity].fields.items():
            if key in given or item.default is None or is_code(item):
                continue
            if isinstance(item.default, Computed):
                checked = compile_cel(item.default.cel, Scope.for_default(self.spec, entity))
                found[key] = evaluate(checked, self.world, this=record)
            else:
                found[key] = constant(item)
            record.values[key] = found[key]
        return found

    def _make(self, entity: str, values: Mapping[str, object]) -> Record:
        described = self.spec.entities[entity]
        begins = {described.states.field: described.states.values[0]} if described.states is not None else {}
        moment = self.world.now
        number = 10_000 + len(self.outcome.made)
        held = {"id": number, "created_at": moment, "updated_at": moment, **begins, **values}
        return self.world.add(Record(entity, held))

    def _set(self, record: Record, key: str, value: object) -> None:
        self._before.setdefault((record, key), record.values.get(key))
        record.values[key] = value

    def _cel(self, found: Acting, cel: str, names: Mapping[str, object]) -> object:
        return self._value(compile_cel(cel, found.scope), names)

    def _value(self, checked: Checked, names: Mapping[str, object]) -> object:
        built = self.built
        asked = self.instead.get(checked, checked)
        return evaluate(asked, self.world, this=self._this, caller=built.caller, takes=built.takes, others=dict(names))


def outcome(simulation: Simulation, then: Checked | None = None) -> Outcome | None:
    """What there is afterwards; None where it cannot be told."""
    try:
        return simulation.run(then)
    except CelRuntimeError:
        return None
