"""What every topic asks about a Spec: who may do what, under which conditions, and in which small world it works."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from itertools import islice

from quantumlayer.qtest.demands import demands_of_effects, read_by_effects
from quantumlayer.qtest.messages import outbox_line, read_by_messages
from quantumlayer.qtest.places import CALLER, ROLE, TAKES, THIS, Slot
from quantumlayer.qtest.readings import spans
from quantumlayer.qtest.samples import samples
from quantumlayer.qtest.witness import Condition, Question, Witness
from quantumlayer.qtest.worlds import Defaults, constant
from quantumlayer.spec.cel import (
    ANYONE,
    CelError,
    CelRuntimeError,
    Scope,
    acting,
    compile_cel,
    evaluate,
    scope_of_effects,
)
from quantumlayer.spec.effects import effects_within
from quantumlayer.spec.generator import OpenElement
from quantumlayer.spec.model import Action, Computed, Entity, Field, Moment, Operation, Proof, Reference, Spec
from quantumlayer.spec.naming import EntityNames, entity_names, service_package
from quantumlayer.spec.pinned import is_pinned

NO_WITNESS = "no small world was found in which it alone decides"


@dataclass
class Suite:
    """One Spec with everything that was found out about it.

    `open` collects what no test can be written for.
    """

    spec: Spec
    open: list[OpenElement] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.defaults = Defaults(self.spec)
        for name in self.spec.entities:
            base = self.question(name, Action.CREATE, self.first_role(name)).base()
            if base is not None:
                own = self.defaults.of(name)
                own.update({key: value for key, value in base.built.this.values.items() if key in own})

    @cached_property
    def spans(self) -> frozenset[timedelta]:
        """The lengths of time that its expressions may add."""
        return spans(self.spec)

    @cached_property
    def package(self) -> str:
        """The Python package of the service."""
        return service_package(self.spec)

    def names(self, entity: str) -> EntityNames:
        """The names of an entity."""
        return entity_names(entity)

    def leave_open(self, element: str, reason: str, needs: str = "Write a test for it by hand.") -> None:
        """Says that an element has no test."""
        found = OpenElement(element=element, reason=reason, needs=needs)
        if found not in self.open:
            self.open.append(found)

    def silent(self, entity: str | None = None) -> list[str]:
        """The line that finds nothing in the outbox, where there is one and something could be told of the entity."""
        told = {webhook.of for webhook in self.spec.webhooks.values()}
        return [outbox_line([], str)] if told and (entity is None or entity in told) else []

    def untold(self, operation: Operation) -> list[str]:
        """The line that finds nothing in the outbox once an operation was refused that would have sent something."""
        sends = [operation.sends, *(effect.sends for _, effect in effects_within(operation.also))]
        return self.silent() if any(sends) else []

    def caller(self, role: str) -> str:
        """The variable of a client that calls in a role; where there are no roles, the fixture that all share."""
        return f"as_{role}" if self.spec.roles else "client"

    def sign_in(self, role: str, record: str = "") -> list[str]:
        """The line that gives the variable its client, signed in as the record of a variable if one is named."""
        given = f", {record}" if record else ""
        return [f'{self.caller(role)} = await sign_in("{role}"{given})'] if self.spec.roles else []

    def own_role(self, entity: str) -> str | None:
        """The role whose callers are records of this entity, and get their account with the record."""
        return next(
            (name for name, role in self.spec.roles.items() if role.record == entity and role.proves is Proof.PASSWORD),
            None,
        )

    def grants(self, entity: str, action: Action, role: str) -> list[tuple[int, str | None]]:
        """The grants that let a role do it, with their conditions; what anyone may do every role may do."""
        return [
            (index, grant.when)
            for index, grant in enumerate(self.spec.entities[entity].access)
            if action in grant.may and (role in grant.who or ANYONE in grant.who)
        ]

    def may(self, entity: str, action: Action, role: str) -> bool:
        """Whether a grant names the role, perhaps for some records only."""
        return bool(self.grants(entity, action, role))

    def always(self, entity: str, action: Action, role: str) -> bool:
        """Whether the role may do it with every record."""
        return any(when is None for _, when in self.grants(entity, action, role))

    def offered(self, entity: str, action: Action) -> bool:
        """Whether anybody at all may do it, so that the service offers it."""
        return any(action in grant.may for grant in self.spec.entities[entity].access)

    def roles_for(self, entity: str, action: Action) -> list[str]:
        """Whom a grant names, those who may do it with every record first, strangers last."""
        named = {role for grant in self.spec.entities[entity].access if action in grant.may for role in grant.who}
        roles = [role for role in (*self.spec.roles, ANYONE) if role in named]
        return sorted(roles, key=lambda role: (not self.always(entity, action, role), role == ANYONE))

    def first_role(self, entity: str) -> str:
        """Whoever creates such records, or reads them, or the first role."""
        found = self.roles_for(entity, Action.CREATE) or self.roles_for(entity, Action.READ)
        return next(iter([*found, *self.spec.roles, ANYONE]))

    def permission(self, entity: str, action: Action, role: str, *, wanted: bool = True) -> list[Condition]:
        """The condition under which the role may do it; none if always."""
        whens = [when for _, when in self.grants(entity, action, role)]
        if not whens or None in whens:
            return []
        cel = " || ".join(f"({when})" for when in whens)
        return [Condition(cel, Scope.for_grant(self.spec, entity, [role]), wanted)]

    def rules(self, entity: str, moment: Moment) -> dict[str, Condition]:
        """The rules of one record that are judged at a moment, by name."""
        scope = Scope.for_rule(self.spec, entity)
        return {
            key: Condition(rule.cel, scope)
            for key, rule in self.spec.entities[entity].rules.items()
            if rule.cel is not None and moment in rule.on
        }

    def _forward(self, entity: str) -> list[Condition]:
        """What takes up time ends after it starts."""
        scope = Scope.for_rule(self.spec, entity)
        found = [rule.no_overlap for rule in self.spec.entities[entity].rules.values() if rule.no_overlap is not None]
        return [Condition(f"this.{one.start} < this.{one.end}", scope) for one in found]

    def question(self, entity: str, action: Action, role: str) -> Question:
        """How a caller of a role does something with a record of an entity, all rules kept."""
        conditions = self.permission(entity, action, role)
        if action in {Action.UPDATE, Action.DELETE}:
            conditions += [one for one in self.permission(entity, Action.READ, role) if one not in conditions]
        if action is not Action.READ:
            conditions += self.rules(entity, Moment(action.value)).values()
        if action is Action.CREATE:
            conditions += [one for found in self.referring(entity, role).values() for one in found]
        fixed = self._role(role)
        states = self.spec.entities[entity].states
        if states is not None and action is Action.CREATE:
            fixed[Slot(THIS, states.field)] = states.values[0]
        new = action is Action.CREATE
        fixed |= {Slot(THIS, key): None for key in self.spec.entities[entity].files if new}
        plain = Question(self.spec, self.defaults, entity, [role], conditions, fixed=fixed, new=new)
        forward = self._forward(entity) if action in {Action.CREATE, Action.UPDATE} else []
        base = plain.base() if forward else None
        if base is None or all(holds(one.cel, one.scope, base) for one in forward):
            return plain
        return Question(self.spec, self.defaults, entity, [role], [*conditions, *forward], fixed=fixed, new=new)

    def operation(self, name: str, role: str, state: str | None = None) -> Question:
        """How a caller of a role uses an operation, from a state if it asks for one."""
        operation = self.spec.operations[name]
        conditions = list(self.requirements(name).values())
        conditions += self.permission(operation.on, Action.READ, role)
        conditions += [one for found in self.naming(name, role).values() for one in found]
        fixed = self._role(role)
        states = self.spec.entities[operation.on].states
        if states is not None and operation.from_:
            fixed[Slot(THIS, states.field)] = state or operation.from_[0]
        creation = operation.creates
        values = [*operation.sets.values(), *(creation.set.values() if creation is not None else ())]
        scope = Scope.for_operation(self.spec, name)
        told = read_by_messages(self.spec, operation.sends, operation.on, creation)
        values += [cel for cel in told if typed(cel, scope)]
        read = [Condition(cel, scope) for cel in values]
        wider = scope_of_effects(self.spec, name)
        read += [Condition(cel, wider) for cel in read_by_effects(acting(self.spec, name), wider)]
        return Question(
            self.spec,
            self.defaults,
            operation.on,
            [role],
            conditions,
            operation.inputs,
            self.input(name),
            fixed,
            values=read,
            references=operation.references,
            rows=operation.rows,
        )

    def requirements(self, name: str) -> dict[str, Condition]:
        """What an operation requires, by name, then what it requires of each record or row."""
        scope = Scope.for_operation(self.spec, name)
        found = {key: Condition(item.cel, scope) for key, item in self.spec.operations[name].requires.items()}
        wider = scope_of_effects(self.spec, name)
        for demand in demands_of_effects(self.spec, name):
            found[demand.name] = Condition(demand.cel, wider)
        return found

    def naming(self, name: str, role: str) -> dict[str, list[Condition]]:
        """What must hold of the records that an operation's input names, for a caller of the role to read them."""
        operation = self.spec.operations[name]
        named: dict[tuple[str, ...], Reference] = {(key,): one for key, one in operation.references.items()}
        for key, rows in operation.rows.items():
            named |= {(f"{key}*", cell): one for cell, one in rows.references.items()}
        return {
            ".".join(steps).replace("*", ""): [
                replace(one, at=(*TAKES, *steps)) for one in self.permission(reference.to, Action.READ, role)
            ]
            for steps, reference in named.items()
        }

    def referring(self, entity: str, role: str) -> dict[str, list[Condition]]:
        """What must hold of the records that a new one refers to, for whoever makes it to read them."""
        references = self.spec.entities[entity].references
        return {
            key: [replace(one, at=(*THIS, key)) for one in self.permission(references[key].to, Action.READ, role)]
            for key in relations_given(self.spec.entities[entity])
            if not is_pinned(self.spec, entity, key, role)
        }

    def input(self, name: str) -> dict[str, object]:
        """Input for an operation, unlike the values that records have already."""
        operation = self.spec.operations[name]
        given: dict[str, object] = _unlike(operation.inputs)
        return given | {key: _unlike(rows.inputs) for key, rows in operation.rows.items()}

    def moved(self, entity: str, key: str) -> bool:
        """Whether a field has a default that those who make such records most freely may not leave it at."""
        item = self.spec.entities[entity].fields[key]
        if item.default is None or isinstance(item.default, Computed):
            return False
        return self.defaults.of(entity)[key] != constant(item)

    def plain(self, entity: str, action: Action) -> tuple[str, Witness] | None:
        """The role that does something most freely, and a world in which it can."""
        for role in self.roles_for(entity, action):
            base = self.question(entity, action, role).base()
            if base is not None:
                return role, base
        return None

    @staticmethod
    def _role(role: str) -> dict[Slot, object]:
        return {Slot(CALLER, ROLE): role}


def holds(cel: str, scope: Scope, witness: Witness) -> bool:
    """Whether a condition is true in a world."""
    built = witness.built
    try:
        return evaluate(compile_cel(cel, scope), built.world, this=built.this, caller=built.caller) is True
    except CelRuntimeError:
        return False


def typed(cel: str, scope: Scope) -> bool:
    """Whether an expression can be worked out with these names."""
    try:
        compile_cel(cel, scope)
    except CelError:
        return False
    return True


def _unlike(takes: Mapping[str, Field]) -> dict[str, object]:
    return {key: next(islice(samples(key, item), 1, None), sample(key, item)) for key, item in takes.items()}


def sample(key: str, item: Field) -> object:
    """The most ordinary value of a field; nothing if none was found."""
    return next(iter(samples(key, item)), None)


def writable(entity: Entity, *, changing: bool = False) -> dict[str, Field]:
    """The fields that callers give when they make a record or, with `changing`, when they change one."""
    return {
        key: item for key, item in entity.values.items() if not item.read_only and not (changing and item.immutable)
    }


def relations_given(entity: Entity, *, changing: bool = False) -> list[str]:
    """The relations that callers give."""
    return [
        key
        for key, relation in entity.references.items()
        if not relation.read_only and (relation.reassignable or not changing)
    ]


def links_given(entity: Entity, *, changing: bool = False) -> dict[str, int]:
    """The relations to many that callers must give, and how many records each holds at least."""
    return {key: least for key, least in entity.needed_links.items() if entity.links[key].reassignable or not changing}


def required(fields: Mapping[str, Field]) -> list[str]:
    """The fields that must be there when a record is made."""
    return [key for key, item in fields.items() if item.required]
