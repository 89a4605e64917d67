"""Endpoints as routes: what is asked, which record is meant, what is answered."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from quantumlayer.kit.identifiers import identifier, words
from quantumlayer.qlayer.packs.fastapi import access
from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError
from quantumlayer.qlayer.packs.fastapi.contract.addresses import condition
from quantumlayer.qlayer.packs.fastapi.contract.media import media_class
from quantumlayer.qlayer.packs.fastapi.contract.shapes import Shapes, attribute_of
from quantumlayer.qlayer.packs.fastapi.contract.types import arguments, item_type, many_of, query_type
from quantumlayer.qlayer.packs.fastapi.fields import MAX_BIG, constant_default
from quantumlayer.spec.interface import Does, Endpoint, Interface, Parameter, Part
from quantumlayer.spec.model import Action, Spec
from quantumlayer.spec.naming import EntityNames, entity_names, function_name

ACTIONS = {
    Does.LIST: Action.READ,
    Does.READ: Action.READ,
    Does.CREATE: Action.CREATE,
    Does.UPDATE: Action.UPDATE,
    Does.PATCH: Action.UPDATE,
    Does.DELETE: Action.DELETE,
}
"""What a caller must be granted for an endpoint."""

USUAL_SIZE = 20
"""Records of a page whose size nobody says."""

_LARGEST_PAGE = 2**31
"""More records than any page has."""


_PARAMETER = re.compile(r"\{([^{}]+)\}")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def segment(name: str) -> str:
    """What a route calls a parameter of its path: routes know words alone."""
    return name if _WORD.fullmatch(name) else identifier(name)


@dataclass(frozen=True, slots=True)
class ParameterView:
    """A parameter as an argument of a function."""

    json: str
    argument: str
    parameter: Parameter
    condition: str = ""

    @property
    def source(self) -> str:
        """The argument with its type and bounds."""
        held = self.parameter.field
        kind = query_type(held)
        if self.parameter.many:
            item = item_type(held, kind, strict=False)
            kind = many_of(item, unique=self.parameter.unique_items, distinct="shapes.Distinct")
        place = self.parameter.in_.capitalize()
        name = segment(self.json) if self.parameter.in_ == "path" else self.json
        args = [f"alias={name!r}"] if name != self.argument else []
        args += [] if self.parameter.many else arguments(held, strict=False)
        args += [f"description={self.parameter.about!r}"] if self.parameter.about else []
        lacking = self.may_lack
        kind = f"{kind} | None" if lacking else kind
        given = f"{self.argument}: Annotated[{kind}, {place}({', '.join(args)})]"
        if not self.parameter.optional:
            return given
        return f"{given} = {constant_default(held)}"

    def number(self, least: int, usual: int) -> str:
        """The source of a number that says which part of a list is wanted: never less than makes sense."""
        source = f"({self.argument} or {usual})" if self.may_lack else self.argument
        low = self.parameter.field.min
        return source if low is not None and low >= least else f"max({source}, {least})"

    @property
    def may_lack(self) -> bool:
        """Whether it may not be there at all."""
        return self.parameter.optional and self.parameter.field.default is None


@dataclass(frozen=True, slots=True)
class Parent:
    """A record that must be there, by the conditions that name it; `variable` is set where its id is needed."""

    names: EntityNames
    conditions: tuple[str, ...]
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list is given out: the sources of its bounds, and of what a page says of itself."""

    limit: str
    offset: str
    says: dict[str, str] = field(default_factory=dict)


class EndpointView:
    """An endpoint in the words of the target."""

    def __init__(self, spec: Spec, interface: Interface, shapes: Shapes, name: str) -> None:
        self._spec, self._interface, self._shapes = spec, interface, shapes
        self.endpoint: Endpoint = interface.endpoints[name]
        self.names = entity_names(self.endpoint.on)
        self.function = function_name(name)
        self.does = self.endpoint.does.value
        self.action = ACTIONS[self.endpoint.does]
        self.path = _PARAMETER.sub(lambda found: f"{{{segment(found[1])}}}", self.endpoint.path)
        self.roles = tuple(access.member(role) for role in access.roles_for(spec, self.endpoint.on, self.action))

    @property
    def summary(self) -> str:
        """One sentence."""
        verb = {"list": "List", "read": "Read", "create": "Add", "update": "Replace", "patch": "Change"}
        article = "an" if self.names.title[0] in "aeiou" else "a"
        one = f"{article} {self.names.title}" if self.does != "list" else self.names.plural.replace("_", " ")
        said = self.endpoint.about
        return said[:1].upper() + said[1:] or f"{verb.get(self.does, 'Remove')} {one}"

    @cached_property
    def parameters(self) -> list[ParameterView]:
        """The arguments, those that may be left out last."""
        taken = {"body", "caller", "session", "response", "service", self.names.snake, self.names.plural}
        found = []
        for json, parameter in self.endpoint.parameters.items():
            argument = self._argument(json, parameter)
            while argument in taken:
                argument = f"{argument}_"
            taken.add(argument)
            found.append(ParameterView(json, argument, parameter, self._condition(parameter, argument)))
        return sorted(found, key=lambda view: view.parameter.optional)

    def _argument(self, json: str, parameter: Parameter) -> str:
        *_, last = (parameter.is_ or "").split(".")
        if parameter.is_ == "id":
            return f"{self.names.snake}_id"
        return f"{last}_id" if last in self._relations(parameter) else identifier(json)

    def _relations(self, parameter: Parameter) -> frozenset[str]:
        entity = self.endpoint.on
        *path, _ = (parameter.is_ or "").split(".")
        for step in path:
            entity = self._spec.entities[entity].relations[step].to
        return frozenset(self._spec.entities[entity].relations)

    def _condition(self, parameter: Parameter, argument: str) -> str:
        if parameter.part is not Part.FILTER or parameter.is_ is None:
            return ""
        return condition(self._spec, self.endpoint.on, parameter.is_, argument, many=parameter.many)

    @property
    def _in_path(self) -> list[ParameterView]:
        return [view for view in self.parameters if view.parameter.in_ == "path" and view.condition]

    @property
    def named_by(self) -> list[str]:
        """The conditions that name the one record that is meant."""
        return [view.condition for view in self._in_path]

    @property
    def parents(self) -> list[Parent]:
        """The records of the path to which what is listed or made belongs."""
        if self.does not in {"list", "create"} or not self.endpoint.knows_parents:
            return []
        grouped: dict[str, list[tuple[str, str]]] = {}
        for view in self._in_path:
            first, _, rest = (view.parameter.is_ or "").partition(".")
            if first in self._spec.entities[self.endpoint.on].fields:
                continue  # a value that its records have, not a record of its own
            if first not in self._spec.entities[self.endpoint.on].relations:
                raise UnsupportedError(f"the path {self.path!r}, whose {view.json!r} is not a record that is there")
            grouped.setdefault(first, []).append((rest or "id", view.argument))
        found = []
        for relation, parts in grouped.items():
            target = self._spec.entities[self.endpoint.on].relations[relation].to
            if all(self._is_way(target, rest) for rest, _ in parts):
                found += [self._farther(target, rest, argument) for rest, argument in parts]
                continue
            conditions = tuple(condition(self._spec, target, rest, argument) for rest, argument in parts)
            names = entity_names(target)
            needed = self.does == "create" and all(rest != "id" for rest, _ in parts)
            found.append(Parent(names, conditions, names.snake if needed else ""))
        return found

    def _is_way(self, entity: str, rest: str) -> bool:
        """Whether what is said of a record is another record that it belongs to."""
        return rest.partition(".")[0] in self._spec.entities[entity].relations

    def _farther(self, entity: str, rest: str, argument: str) -> Parent:
        """The record that a path names without what stands between."""
        while self._is_way(entity, rest):
            first, _, rest = rest.partition(".")
            entity, rest = self._spec.entities[entity].relations[first].to, rest or "id"
        return Parent(entity_names(entity), (condition(self._spec, entity, rest, argument),))

    @property
    def given_by_path(self) -> dict[str, str]:
        """The columns of a new record that the path names, with their sources."""
        found = {}
        for view in self._in_path:
            first, _, rest = (view.parameter.is_ or "").partition(".")
            relation = self._spec.entities[self.endpoint.on].relations.get(first)
            if relation is None:
                if first in self._spec.entities[self.endpoint.on].fields:
                    found[first] = view.argument
                continue
            if not rest:
                found[f"{first}_id"] = view.argument
            elif rest not in self._spec.entities[relation.to].relations:
                found.setdefault(f"{first}_id", f"{entity_names(relation.to).snake}.id")
        return found

    @property
    def filters(self) -> list[ParameterView]:
        """What narrows a list beside its path."""
        return [view for view in self.parameters if view.condition and view.parameter.in_ != "path"]

    @property
    def always(self) -> list[str]:
        """The conditions that narrow a list whatever is asked."""
        return [*self.named_by, *(view.condition for view in self.filters if not view.may_lack)]

    @property
    def paging(self) -> Paging | None:
        """Which part is asked for; None where the whole list is given."""
        parts = {view.parameter.part: view for view in self.parameters}
        if not parts.keys() & {Part.PAGE, Part.SIZE, Part.LIMIT, Part.OFFSET}:
            return self._whole
        limit = parts.get(Part.SIZE) or parts.get(Part.LIMIT)
        size = str(USUAL_SIZE) if limit is None else limit.number(1, USUAL_SIZE)
        page = parts.get(Part.PAGE)
        if page is None:
            offset = parts[Part.OFFSET].number(0, 0) if Part.OFFSET in parts else "0"
            return Paging(size, offset, {"limit": size, "size": size, "offset": offset})
        first = page.parameter.first
        number = page.number(first, first)
        offset = f"{number} * {size}" if first == 0 else f"({number} - 1) * {size}"
        most = page.parameter.field.max
        if most is None or most * _LARGEST_PAGE > MAX_BIG:  # the database counts no further
            offset = f"min({offset}, 2**63 - 1)"
        return Paging(size, offset, {"page": number, "size": size, "limit": size, "offset": offset})

    @property
    def _whole(self) -> Paging | None:
        if self.page is None:
            return None
        return Paging("None", "0", {"page": "0", "size": "total", "limit": "total", "offset": "0"})

    def check(self) -> None:
        """Write everything once.

        Raises:
            UnsupportedError: Some part of it cannot be written.
        """
        _ = self.parameters, self.parents
        if self.does == "list":
            _ = self.filters, self.paging
            if not self.endpoint.many:
                _ = dict(self.page_arguments)
        if self.does == "create" and any(view.parameter.is_ == "id" for view in self._in_path):
            raise UnsupportedError("a record that callers give an id")

    # Bodies.

    @property
    def body_class(self) -> str:
        """The class of the request body."""
        return self._shapes.class_of(self.endpoint.takes, taking=True) if self.endpoint.takes else ""

    @property
    def body_values(self) -> str:
        """What the body says of the record."""
        if self.endpoint.takes and not self._shapes.keeps(self.endpoint.takes):
            return "{}"
        outer, _ = self._interface.unwrapped(self.endpoint.takes or "")
        way = "given" if self.does == "patch" else "values"
        return ".".join(["body", *map(attribute_of, outer), f"{way}()"])

    @property
    def page(self) -> str | None:
        """The shape of the page that is answered, in its envelopes."""
        inner = self._interface.unwrapped(self.endpoint.gives)[1] if self.endpoint.gives else None
        return inner if inner is not None and self._interface.shapes[inner].page else None

    @property
    def answer_class(self) -> str:
        """The class of the response body, without the list around it."""
        return self._shapes.class_of(self.endpoint.gives, taking=False) if self.endpoint.gives else ""

    @property
    def response_class(self) -> str:
        """The class of answers of its media type; empty for the usual one."""
        return media_class(self.endpoint.media) if self.answer_class else ""

    @property
    def answer_type(self) -> str:
        """The type of the answer."""
        if not self.answer_class:
            return "None" if self.endpoint.status == 204 else "Response"
        return f"list[shapes.{self.answer_class}]" if self.endpoint.many else f"shapes.{self.answer_class}"

    def answer(self, variable: str) -> str:
        """The source of the body that shows a record."""
        return self._shown(self.endpoint.gives or "", variable)

    def _shown(self, shape: str, variable: str) -> str:
        """The source of a shape of a record, with the envelopes around it."""
        inner = self._interface.unwrapped(shape)[1]
        return self._enveloped(shape, f"shapes.{self._class(inner)}.model_validate({variable})")

    def _enveloped(self, shape: str, source: str) -> str:
        """The source of a body in the envelopes of a shape."""
        around = []
        for json in self._interface.unwrapped(shape)[0]:
            around.append(f"shapes.{self._class(shape)}({attribute_of(json)}=")
            shape = self._interface.shapes[shape].members[json].shape or ""
        return f"{''.join(around)}{source}{')' * len(around)}"

    def _class(self, shape: str) -> str:
        return self._shapes.class_of(shape, taking=False)

    @property
    def page_answer(self) -> str:
        """The source of the body that shows a page of records."""
        inside = ", ".join(f"{name}={source}" for name, source in self.page_arguments)
        return self._enveloped(self.endpoint.gives or "", f"shapes.{self._class(self.page or '')}({inside})")

    @property
    def says_total(self) -> bool:
        """Whether a page says how many records there are in all."""
        return not self.endpoint.many and any("total" in words(source) for _, source in self.page_arguments)

    @property
    def page_arguments(self) -> Iterator[tuple[str, str]]:
        """What a page is made with."""
        if self.page is not None and (paging := self.paging) is not None:
            yield from self._told(self.page, paging)

    def _told(self, page: str, paging: Paging) -> Iterator[tuple[str, str]]:
        """What a page, or an object in which it tells of itself, is made with."""
        for json, member in self._interface.shapes[page].members.items():
            name = attribute_of(json)
            if member.says_always:
                continue
            if member.is_ == "this" and member.shape:
                inside = ", ".join(f"{key}={source}" for key, source in self._told(member.shape, paging))
                yield name, f"shapes.{self._class(member.shape)}({inside})"
                continue
            if member.is_ == "items" and member.shape:
                one = self.names.snake
                yield name, f"[{self._shown(member.shape, one)} for {one} in {self.names.plural}]"
            elif member.is_ == "total":
                yield name, "total"
            elif member.is_ == "pages":
                size = paging.says.get("size", str(USUAL_SIZE))
                yield name, "1" if size == "total" else f"ceil(total / {size})"
            elif member.is_ in paging.says:
                yield name, paging.says[member.is_]
            else:
                raise UnsupportedError(f"the member {json!r} of a page")
