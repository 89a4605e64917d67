"""The bodies of requests that make and change records, and who sends them."""

from collections.abc import Sequence
from dataclasses import dataclass

from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.places import THIS, Slot
from quantumlayer.qtest.pools import candidates
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import Suite, holds, links_given, relations_given, required, writable
from quantumlayer.qtest.witness import Condition, Question, Witness
from quantumlayer.spec.cel import Record
from quantumlayer.spec.model import Action, Entity
from quantumlayer.spec.naming import link_ids

IF_ANY = 'headers={"If-Match": "*"}'


@dataclass
class Creation:
    """How a record is made over HTTP: `constant` holds what it needs, `body` adds what it refers to."""

    suite: Suite
    name: str
    role: str
    witness: Witness

    @classmethod
    def of(cls, suite: Suite, name: str) -> "Creation | None":
        """For the role that may do it most freely; nothing if nobody may or no valid record is known."""
        plain = suite.plain(name, Action.CREATE)
        return None if plain is None else cls(suite, name, *plain)

    @property
    def entity(self) -> Entity:
        """What is made."""
        return self.suite.spec.entities[self.name]

    @property
    def constant(self) -> str:
        """The name of the constant: `BOOK`."""
        return self.suite.names(self.name).snake.upper().strip("_")

    @property
    def definition(self) -> str:
        """The constant as Python: what callers must give."""
        usual = self.suite.defaults.of(self.name)
        fields = writable(self.entity)
        given = {*required(fields), *(key for key, one in fields.items() if one.default is None and one.optional)}
        given |= {key for key in fields if self.suite.moved(self.name, key)}
        needed = [key for key in fields if key in given and usual[key] is not None]  # a rule may ask for optional ones
        parts = [f"{text(key)}: {source(wire(usual[key], fields[key].type))}" for key in needed]
        if self.suite.own_role(self.name) is not None:
            parts.append('"account": {"username": "newcomer", "password": "a password to try"}')
        return f"{self.constant}: dict[str, Any] = {{{', '.join(parts)}}}"

    def values(self) -> dict[str, object]:
        """The JSON value of each field that callers may give."""
        held = self.witness.built.this.values
        return {key: wire(held.get(key), item.type) for key, item in writable(self.entity).items()}

    def unusual(self) -> dict[str, object]:
        """The JSON values of fields that differ from those of the factories."""
        usual, held = self.suite.defaults.of(self.name), self.witness.built.this.values
        return {key: value for key, value in self.values().items() if held.get(key) != usual[key]}

    def scene(self, *, repeated: bool = False) -> Scene:
        """The records that the new one refers to, and the caller."""
        return Scene(self.suite, self.witness, this_is_made=False, repeated=repeated)

    def body(self, scene: Scene, extra: dict[str, object] | None = None, *, but: str = "") -> str:
        """The whole body as Python; `but` one relation to many, which the test gives itself."""
        parts = [
            f'"{key}_id": {scene.name(target)}.id'
            for key in relations_given(self.entity)
            if f"{key}_id" not in (extra or {})
            and isinstance(target := self.witness.built.this.values.get(key), Record)
            and scene.named(target)
        ]
        parts += [
            f"{text(link_ids(key))}: {new_ids(self.suite, self.entity.links[key].to, least)}"
            for key, least in links_given(self.entity).items()
            if key != but
        ]
        parts += [f"{text(key)}: {source(value)}" for key, value in (extra or {}).items()]
        return f"{self.constant} | {{{', '.join(parts)}}}" if parts else self.constant

    @property
    def _reading(self) -> list[Condition]:
        return self.suite.permission(self.name, Action.READ, self.role)

    @property
    def is_read_back(self) -> bool:
        """Whether its maker may read the record."""
        allowed = self.suite.may(self.name, Action.READ, self.role)
        return allowed and all(holds(one.cel, one.scope, self.witness) for one in self._reading)

    def full(self) -> dict[str, object]:
        """Values for the fields that may be left out, unlike those they have then, as JSON."""
        optional = [key for key in writable(self.entity) if key not in required(writable(self.entity))]
        question = self.suite.question(self.name, Action.CREATE, self.role)
        readable = self._reading if self.is_read_back else []
        changed = other_values(self.suite, question, self.witness, self.name, optional, readable)
        return {key: wire(value, self.entity.fields[key].type) for key, value in changed.items()}


def new_ids(suite: Suite, target: str, number: int) -> str:
    """The ids of new records, as Python."""
    one = f"(await make.{suite.names(target).snake}()).id"
    if number < 2:
        return f"[{one}]" if number else "[]"
    return f"[{one} for _ in range({number})]"


def other_values(
    suite: Suite,
    question: Question,
    witness: Witness,
    name: str,
    keys: list[str],
    still: Sequence[Condition] = (),
) -> dict[str, object]:
    """Another valid value for as many of the fields as the rules allow, one after the other, while `still` holds."""
    builder = question.builder()
    choice = dict(witness.choice)
    fields = suite.spec.entities[name].fields
    for key in keys:
        now = witness.built.this.values.get(key)
        for value in candidates(key, fields[key], question.reader.constants):
            if value is None or value == now:
                continue
            tried = {**choice, Slot(THIS, key): value}
            built = builder.build(tried)
            if question.accepts(built) and all(holds(one.cel, one.scope, Witness(tried, built)) for one in still):
                choice = tried
                break
    return {key: choice[Slot(THIS, key)] for key in keys if Slot(THIS, key) in choice}


def with_value(body: str, key: str, value: str) -> str:
    """A body with one more value, all as Python."""
    if body == "{}":
        return f"{{{text(key)}: {value}}}"
    return f"{body[:-1]}, {text(key)}: {value}}}" if body.endswith("}") else f"{body} | {{{text(key)}: {value}}}"
