"""A call of an endpoint in a test: what must be there first, its path, its body."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from quantumlayer.qtest.contract.known import Bodies, Known, sample
from quantumlayer.qtest.literals import source, text
from quantumlayer.qtest.variables import variable
from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.interface import Does, Endpoint, Parameter, Shape
from quantumlayer.spec.model import Action

ACTION = {
    Does.LIST: Action.READ,
    Does.READ: Action.READ,
    Does.CREATE: Action.CREATE,
    Does.UPDATE: Action.UPDATE,
    Does.PATCH: Action.UPDATE,
    Does.DELETE: Action.DELETE,
}


def inside(way: Iterable[str]) -> str:
    """The Python that looks into the envelopes of an answer."""
    return "".join(f"[{text(json)}]" for json in way)


@dataclass
class Call:
    """One endpoint as tests call it.

    `lines` make the records that must be there; `record` is the one that the path names.
    """

    bodies: Bodies
    name: str
    endpoint: Endpoint
    lines: list[str] = field(default_factory=list)
    _made: dict[str, Known] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)

    @property
    def address(self) -> str:
        """Where the Spec has it."""
        return f"interface.endpoints.{self.name}"

    @cached_property
    def record(self) -> str:
        """The variable of a record of the entity."""
        return variable(self.bodies.suite.names(self.endpoint.on).snake)

    def status(self, wanted: int) -> int:
        """The status of a refusal, or the nearest that the contract has."""
        return self.endpoint.refusal(wanted) or wanted

    @property
    def opening(self) -> list[str]:
        """The caller, where callers have roles."""
        suite = self.bodies.suite
        if not suite.spec.roles:
            return []
        return [f'client = await sign_in("{self.role}")']

    @property
    def role(self) -> str:
        """Who may do it."""
        entity = self.bodies.entity(self.endpoint.on)
        grants = [grant for grant in entity.access if ACTION[self.endpoint.does] in grant.may]
        everybody = any(ANYONE in grant.who for grant in grants)
        return ANYONE if everybody else next((who for grant in grants for who in grant.who), ANYONE)

    # Records.

    def make(self, entity: str, name: str, targets: dict[str, Known] | None = None, /, **fields: str) -> Known:
        """Makes a record, and first those that it must refer to."""
        given = dict(targets or {})
        for key, relation in self.bodies.entity(entity).references.items():
            if key not in given and not relation.optional:
                given[key] = self.make(relation.to, self.free(key))
        words = [f"{key}={one.variable}" for key, one in given.items()]
        words += [f"{key}={value}" for key, value in fields.items()]
        name = self.free(name)
        self._names.add(name)
        self.lines.append(f"{name} = await make.{self.bodies.suite.names(entity).snake}({', '.join(words)})")
        known = self.bodies.made(entity, name, given)
        known.fields.update(fields)
        return known

    def free(self, name: str) -> str:
        """A variable like the name that no record has yet."""
        wanted, number = variable(name), 1
        free = wanted
        while free in self._names:
            number += 1
            free = f"{wanted.rstrip('_')}_{number}"
        return free

    def target(self, entity: str, relation: str) -> Known:
        """A record to refer to, made once."""
        if relation not in self._made:
            self._made[relation] = self.make(entity, relation)
        return self._made[relation]

    def chain(self) -> dict[str, Known]:
        """Makes the records of the path's parents, outermost first, by their way (`pet.owner`)."""
        found: dict[str, Known] = {}
        for way in sorted(self.ways(), key=lambda way: -way.count(".")):
            parts = way.split(".")
            entity = self.endpoint.on
            for step in parts:
                entity = self.bodies.entity(entity).references[step].to
            inner = {
                other.removeprefix(f"{way}."): known
                for other, known in found.items()
                if other.startswith(f"{way}.") and other.count(".") == way.count(".") + 1
            }
            found[way] = self.make(entity, parts[-1], inner)
            if len(parts) == 1:
                self._made[way] = found[way]
        references = self.bodies.entity(self.endpoint.on).references
        for relation in self._needed():
            if relation in references and relation not in found:
                found[relation] = self.target(references[relation].to, relation)
        return found

    def _needed(self) -> dict[str, Parameter]:
        """The parameters that narrow every call of a list, given or not, by what they say of its records."""
        asked = self.endpoint.parameters.values()
        return {
            one.is_: one
            for one in asked
            if one.in_ == "query" and one.is_ and (not one.optional or one.field.default is not None)
        }

    def named(self, parents: dict[str, Known], name: str = "") -> Known:
        """Makes the record that the path names, below its parents."""
        own = {way: known for way, known in parents.items() if "." not in way}
        return self.make(self.endpoint.on, name or self.record, own, **self.narrowed)

    @property
    def narrowed(self) -> dict[str, str]:
        """The fields of records that every call of a list finds."""
        fields = self.bodies.entity(self.endpoint.on).fields
        known = {key: one.field for key, one in self._needed().items() if key in fields}
        return self.scopes | {
            key: source(sample(key, held, 0) if held.default is None else held.default) for key, held in known.items()
        }

    @property
    def scopes(self) -> dict[str, str]:
        """The values that the path says of its records, by the names of their fields."""
        fields = self.bodies.entity(self.endpoint.on).fields
        return {
            one.is_: source(sample(one.is_, one.field, 0))
            for one in self.in_path.values()
            if one.is_ in fields and not fields[one.is_].unique
        }

    def ways(self) -> set[str]:
        """The ways of the path's parents, and of what stands between."""
        found: set[str] = set()
        for parameter in self.in_path.values():
            steps = [step for step in self._way(parameter).split(".") if step]
            found |= {".".join(steps[: index + 1]) for index in range(len(steps))}
        return found

    def _way(self, parameter: Parameter) -> str:
        """The relations that a parameter of the path goes along."""
        parts = (parameter.is_ or "").split(".")
        entity, way = self.endpoint.on, list[str]()
        for part in parts:
            references = self.bodies.entity(entity).references
            if part not in references:
                break
            way.append(part)
            entity = references[part].to
        return ".".join(way)

    @property
    def in_path(self) -> dict[str, Parameter]:
        """The parameters of the path."""
        return {key: one for key, one in self.endpoint.parameters.items() if one.in_ == "path"}

    def path(self, parents: dict[str, Known], named: Known | None = None, **other: str) -> str:
        """The path as Python, with some parameters replaced."""
        path = self.bodies.interface.base + self.endpoint.path
        formatted = False
        for json, parameter in self.in_path.items():
            way = self._way(parameter)
            owner = parents[way] if way else named
            key = (parameter.is_ or "id").removeprefix(way).lstrip(".") or "id"
            plain = owner is None and not way
            usual = str(sample(key, parameter.field, 0)) if key in self.scopes else "1"
            shown = other.get(json) or (usual if plain or owner is None else f"{{{owner.variable}.{key}}}")
            formatted = formatted or (json not in other and not plain)
            path = path.replace(f"{{{json}}}", shown)
        return f'f"{path}"' if formatted else text(path)

    def asked(self, **parameters: str) -> str:
        """The query that every call needs, with more."""
        needed = {
            json: self._made[one.is_ or ""].id
            if one.is_ in self._made
            else source(sample(one.is_ or json, one.field, 0))
            for json, one in self.endpoint.parameters.items()
            if one.in_ == "query" and not one.optional
        }
        found = needed | parameters
        return ", params={" + ", ".join(f"{text(key)}: {value}" for key, value in found.items()) + "}" if found else ""

    def send(self, path: str, *, body: str = "", query: str = "") -> str:
        """The call itself."""
        json = f", json={body}" if body else ""
        return f"answer = await client.{self.endpoint.method}({path}{json}{query})"

    # Bodies.

    @property
    def taken(self) -> Shape | None:
        """The shape of what callers write of the record, without its envelope."""
        if self.endpoint.takes is None:
            return None
        return self.bodies.interface.shapes[self.bodies.interface.unwrapped(self.endpoint.takes)[1]]

    def wrapped(self, body: str) -> str:
        """A body in its envelope."""
        if self.endpoint.takes is None:
            return ""
        for json in reversed(self.bodies.interface.unwrapped(self.endpoint.takes)[0]):
            body = f"{{{text(json)}: {body}}}"
        return body

    def body(self, known: Known, *, number: int = 1) -> dict[str, str]:
        """The Python of every member that callers may write; what it says is known afterwards."""
        found: dict[str, str] = {}
        for json, member in (self.taken.members if self.taken else {}).items():
            if member.read_only or member.says_always:
                continue
            name, node = member.is_ or "", self.bodies.entity(self.endpoint.on)
            if not name:
                found[json] = source(self.bodies.sample(member, self.endpoint.on, number))
            elif name == "id":
                found[json] = known.id or "1"
            elif name in node.references:
                target = self.target(node.references[name].to, name)
                known.targets[name] = target
                found[json] = self.bodies.shown(member.shape, target) if member.shape else target.id
            elif name in node.links and member.shape:
                target = self.target(node.links[name].to, name)
                known.links[name] = [target]
                found[json] = f"[{self.bodies.shown(member.shape, target)}]"
            else:
                value = source(self.bodies.sample(member, self.endpoint.on, number))
                found[json] = known.fields[name] = value
        return found
