"""An entity in the words of the target: everything that its templates ask for."""

from collections.abc import Sequence
from functools import cached_property

from quantumlayer.qlayer.packs.fastapi import access
from quantumlayer.qlayer.packs.fastapi.code import names_in
from quantumlayer.qlayer.packs.fastapi.contract.endpoints import ACTIONS
from quantumlayer.qlayer.packs.fastapi.docstrings import raises
from quantumlayer.qlayer.packs.fastapi.files import released
from quantumlayer.qlayer.packs.fastapi.jobs import JobView, job_view
from quantumlayer.qlayer.packs.fastapi.lists import Lists
from quantumlayer.qlayer.packs.fastapi.named import named_by, readable_ones, required
from quantumlayer.qlayer.packs.fastapi.operations import OperationView, operation_view
from quantumlayer.qlayer.packs.fastapi.queries import PAGING, QueryView, query_view
from quantumlayer.qlayer.packs.fastapi.record_view import LinkView, RecordView, RelationView
from quantumlayer.qlayer.packs.fastapi.records import assignments, stored_values
from quantumlayer.qlayer.packs.fastapi.rules import RuleFunction, calls, rule_functions
from quantumlayer.qlayer.packs.fastapi.spares import spared
from quantumlayer.qlayer.packs.fastapi.trees import tree_check
from quantumlayer.spec.interface import Interface
from quantumlayer.spec.model import Action, Computed, Moment, OnDelete
from quantumlayer.spec.naming import entity_names
from quantumlayer.spec.pinned import is_pinned
from quantumlayer.spec.remember import operations_on, ways_back
from quantumlayer.spec.style import contract_of


class EntityView(RecordView):
    """An entity of a Spec, ready for the templates: the record, who may do what with it, and how."""

    # Who may do what.

    @property
    def creates(self) -> bool:
        """Whether callers can create records."""
        return access.is_granted(self.spec, self.name, Action.CREATE)

    @property
    def reads(self) -> bool:
        """Whether callers can read records."""
        return access.is_granted(self.spec, self.name, Action.READ)

    @property
    def updates(self) -> bool:
        """Whether callers can change records."""
        return access.is_granted(self.spec, self.name, Action.UPDATE)

    @property
    def deletes(self) -> bool:
        """Whether callers can remove records."""
        return access.is_granted(self.spec, self.name, Action.DELETE)

    def roles(self, action: str) -> list[str]:
        """The roles that may do this, as members of the enumeration."""
        return [access.member(role) for role in access.roles_for(self.spec, self.name, Action(action))]

    def public(self, action: str) -> bool:
        """Whether strangers may do this."""
        return access.is_public(self.spec, self.name, Action(action))

    @cached_property
    def readable(self) -> tuple[access.Branch, ...]:
        """What callers may read, by role; empty when all may read all."""
        return access.readable(self.spec, self.name)

    def audits(self, action: str) -> bool:
        """Whether the action is written to the audit trail."""
        return self.entity.audit is not None and Action(action) in self.entity.audit.actions

    @property
    def audit_roles(self) -> list[str]:
        """The roles that may read the audit trail."""
        wanted = self.entity.audit.visible_to if self.entity.audit else ()
        return [access.member(role) for role in self.spec.roles if role in wanted]

    @property
    def get_takes_caller(self) -> bool:
        """Whether it depends on the caller which records there are."""
        return "caller" in names_in(line for branch in self.readable for line in (branch.test, branch.condition))

    @property
    def reader_type(self) -> str:
        """The type of who reads, whom a stranger is told apart from where others may read more."""
        return "Caller | None" if self.public("read") else "Caller"

    @property
    def list_takes_caller(self) -> bool:
        """Whether listing needs the caller."""
        return self.get_takes_caller or self.audits("read")

    read_takes_caller = list_takes_caller

    def caller_type(self, action: str) -> str:
        """The type of who makes or changes records."""
        return "Caller | None" if self.public(action) else "Caller"

    def refuses_strangers(self, action: str) -> bool:
        """Whether anyone may do this, but not to every record."""
        return self.public(action) and bool(access.refusals(self.spec, self.name, Action(action), "refuse"))

    @cached_property
    def jobs(self) -> list[JobView]:
        """What the service does to the records by itself."""
        return [job_view(self.spec, name) for name, job in self.spec.jobs.items() if job.of == self.name]

    @property
    def create_takes_caller(self) -> bool:
        """Whether creating needs the caller."""
        return "caller" in names_in(self.create_lines) or self.audits("create")

    @property
    def update_takes_caller(self) -> bool:
        """Whether changing needs the caller."""
        return self.get_takes_caller or "caller" in names_in(self.update_lines) or self.audits("update")

    @property
    def delete_takes_caller(self) -> bool:
        """Whether removing needs the caller."""
        return self.get_takes_caller or "caller" in names_in(self.delete_lines) or self.audits("delete")

    @property
    def create_raises(self) -> list[str]:
        """What creating refuses, for the docstring."""
        return raises(self.create_lines)

    @property
    def update_raises(self) -> list[str]:
        """What changing refuses beyond the usual, for the docstring."""
        return raises(self.update_lines)

    @property
    def delete_raises(self) -> list[str]:
        """What removing refuses beyond the usual, for the docstring."""
        return raises(self.delete_lines)

    # What a contract's functions do around the values that callers give.

    @property
    def made_lines(self) -> list[str]:
        """The statements that refuse a new record or let it pass."""
        variable = self.names.snake
        lines = stored_values(self.spec, self.name, variable)
        lines += [self._referenced(item, variable, None) for item in self.relations]
        lines += self._refusals(Action.CREATE)
        return lines + calls(self.rule_functions, Moment.CREATE, variable)

    @property
    def refused_lines(self) -> list[str]:
        """The statements that refuse to change a record at all."""
        return self._refusals(Action.UPDATE)

    @property
    def changed_lines(self) -> list[str]:
        """The statements that hold a changed record to what it must be."""
        variable = self.names.snake
        lines = stored_values(self.spec, self.name, variable)
        return lines + calls(self.rule_functions, Moment.UPDATE, variable)

    # What can be done.

    @cached_property
    def rule_functions(self) -> tuple[RuleFunction, ...]:
        """The functions that hold a record to its rules."""
        return rule_functions(self.spec, self.name)

    @cached_property
    def create_lines(self) -> list[str]:
        """The statements that put a new record together, refuse it or let it pass."""
        given = {item.column: f"body.{item.column}" for item in self.given_relations}
        given |= {field.name: f"body.{field.name}" for field in self._writable}
        missing = [field.name for field in self._writable if isinstance(field.field.default, Computed)]
        before, values = assignments(self.spec, self.name, given, missing=missing)
        if self.states is not None:
            values[self.states.field] = repr(self.states.values[0])
        variable = self.names.snake
        made = ", ".join(f"{key}={source}" for key, source in values.items())
        lines = [*before, f"{variable} = {self.name}({made})", *stored_values(self.spec, self.name, variable)]
        refusals = self._refusals(Action.CREATE)
        looks_up = any("await" in line for line in refusals)  # only what is there can be looked up
        roles = named_by(self.spec, self.name, Action.CREATE)
        references = []
        for item in self.given_relations:
            asking = [role for role in roles if not is_pinned(self.spec, self.name, item.name, role)]
            references.append(self._referenced(item, variable, self._known(item.relation.to, asking)))
        references += [
            f"{variable}.{link.name} = {_records(link, self._known(link.relation.to, roles))}"
            for link in self.given_links
        ]
        lines += [*references, *refusals] if looks_up else [*refusals, *references]
        lines += calls(self.rule_functions, Moment.CREATE, variable)
        return lines

    def _known(self, target: str, roles: Sequence[str]) -> str | None:
        return readable_ones(self.spec, self.name, target, roles)

    def _referenced(self, item: RelationView, variable: str, known: str | None, more: Sequence[str] = ()) -> str:
        calls = [required(item.target.name, f"{variable}.{item.column}", known), *more]
        if not item.relation.optional:
            return "\n    ".join(calls)
        return "\n        ".join([f"if {variable}.{item.column} is not None:", *calls])

    def _refusals(self, action: Action) -> list[str]:
        """Refuse what the role may do in principle but not to this record."""
        verb = {Action.CREATE: "create", Action.UPDATE: "change", Action.DELETE: "remove"}[action]
        refusal = f'raise Forbidden("You may not {verb} this {self.names.title}.")'
        return access.refusals(self.spec, self.name, action, refusal)

    @cached_property
    def update_lines(self) -> list[str]:
        """The statements that change a record."""
        variable = self.names.snake
        lines = self._refusals(Action.UPDATE)
        roles = named_by(self.spec, self.name, Action.UPDATE)
        for item in self.common_relations:
            lines += self._moved(item, variable, self._known(item.relation.to, roles))
        for link in self.common_links:
            wanted, held = f"wanted_{link.name}", f"{variable}.{link.name}"
            known = self._known(link.relation.to, roles)
            lines.append(f"{wanted} = {_records(link, known, f', {held}' if known else '')}")
            lines.append(f"if {held} != {wanted}:\n        {held} = {wanted}\n        touch({variable})")
        lines += [
            f"{variable}.{field.name} = body.{field.name}"
            for field in self.fields
            if field in self.common or field in self.update_only
        ]
        lines += stored_values(self.spec, self.name, variable)
        return lines + calls(self.rule_functions, Moment.UPDATE, variable)

    def _moved(self, item: RelationView, variable: str, known: str | None) -> list[str]:
        """The statements that give a record another relation; what it refers to already is its own."""
        moved = f"{variable}.{item.column} = body.{item.column}"
        tree = tree_check(self.spec, self.name, item.name, variable)
        if known is None:
            return [moved, self._referenced(item, variable, None, tree)]
        given = f"body.{item.column} is not None and " if item.relation.optional else ""
        call = required(item.target.name, f"body.{item.column}", known)
        if tree and item.relation.optional:
            tree = ["\n        ".join([f"if {variable}.{item.column} is not None:", *tree])]
        return [f"if {given}body.{item.column} != {variable}.{item.column}:\n        {call}", moved, *tree]

    @property
    def links_are_read(self) -> bool:
        """Whether callers may link only what they may read."""
        roles = {*named_by(self.spec, self.name, Action.CREATE), *named_by(self.spec, self.name, Action.UPDATE)}
        return any(self._known(link.relation.to, sorted(roles)) for link in self.links)

    @cached_property
    def delete_lines(self) -> list[str]:
        """The statements that stand before removing a record."""
        variable = self.names.snake
        lines = [*self._refusals(Action.DELETE), *calls(self.rule_functions, Moment.DELETE, variable)]
        if self.entity.needed_links:  # before its links go: whoever removes what it is linked to locks in this order
            lines.append(f"await lock_to_remove(session, {self.name}, {variable}.id)")
        return [*lines, *spared(self.spec, self.name, variable)]

    # What callers do with files.

    @cached_property
    def released(self) -> list[str]:
        """The statements that note which contents a record takes along."""
        return released(self.spec, self.name, self.names.snake, "contents =")

    @property
    def file_takes_caller(self) -> bool:
        """Whether putting a file needs the caller."""
        changing = [*self.refused_lines, *self.changed_lines]
        return self.get_takes_caller or "caller" in names_in(changing) or self.audits("update")

    @property
    def file_raises(self) -> list[str]:
        """What putting a file refuses beyond the usual, for the docstring."""
        return raises([*self.refused_lines, *self.changed_lines])

    @cached_property
    def operations(self) -> list[OperationView]:
        """The operations on the entity."""
        return [operation_view(self.spec, name) for name in self._operations]

    @property
    def dependants(self) -> list[str]:
        """The names of the records that keep one of this entity from being removed."""
        return [
            entity_names(source).plural.replace("_", " ")
            for source, _, relation in ways_back(self.spec).get(self.name, ())
            if relation.on_delete is OnDelete.RESTRICT
        ]

    @property
    def lists(self) -> Lists:
        """How the list is asked for."""
        return Lists(self.name, self.entity)

    @cached_property
    def queries(self) -> list[QueryView]:
        """The lists with a name of their own."""
        return [query_view(self.spec, name) for name, query in self.spec.queries.items() if query.of == self.name]

    @property
    def update_class(self) -> str:
        """The body of an update request."""
        if self.same_body or not self.creates:
            return f"{self.name}Write"
        return f"{self.name}Update" if self.update_only else f"{self.name}Write"

    @cached_property
    def answered(self) -> bool:
        """Whether some request answers such a record."""
        return self.reads or self.creates or self.updates or self._is_result

    @property
    def _is_result(self) -> bool:
        operations = self.spec.operations.values()
        return any(self.name == (item.creates.entity if item.creates else item.on) for item in operations)

    @property
    def routed(self) -> bool:
        """Whether there are requests for such records."""
        return self.creates or self.gets

    @property
    def gets(self) -> bool:
        """Whether some request reaches one record."""
        return self.reads or self.updates or self.deletes or bool(self._operations)

    @property
    def _operations(self) -> list[str]:
        return list(operations_on(self.spec).get(self.name, {}))

    @cached_property
    def schema_names(self) -> list[str]:
        """The bodies and queries that the functions take."""
        found = [f"{self.name}Query"] if self.reads else []
        found += [self.key.write_type] if self.key is not None and self.gets else []
        found += [self.create_class] if self.creates else []
        found += [self.update_class] if self.updates else []
        found += [query.query_class for query in self.queries if query.query_class != PAGING]
        orders = [key for query in self.queries for key in query.order]
        found += self.lists.ranked([*self.entity.list.sort, *self.entity.list.order, *orders])
        return list(dict.fromkeys([*found, *(item.body_class for item in self.operations if item.has_body)]))

    @property
    def read_names(self) -> list[str]:
        """The bodies of answers."""
        return [f"{self.name}Read", *([f"{self.name}VersionRead"] if self.versioned else [])]

    @cached_property
    def requests(self) -> list[tuple[str, str, str]]:
        """Method, path and who may, of each request."""
        if contract := contract_of(self.spec):
            return self._by_contract(contract)
        path = f"/{self.names.path}"
        one = f"{path}/{{{self.segment.removesuffix(':int')}}}"
        found = []
        for action, method, place in (
            ("read", "GET", path),
            ("create", "POST", path),
            ("read", "GET", one),
            ("update", "PUT", one),
            ("delete", "DELETE", one),
        ):
            if access.is_granted(self.spec, self.name, Action(action)):
                found.append((method, place, self._who(access.roles_for(self.spec, self.name, Action(action)))))
        found += [
            (method, f"{one}/{file.route}", self._who(roles)) for file in self.files for method, roles in file.who
        ]
        if self.versioned:
            found.append(("GET", f"{one}/versions", self._who(access.roles_for(self.spec, self.name, Action.READ))))
        if self.entity.audit is not None:
            found.append(("GET", f"{one}/audit", self._who(self.entity.audit.visible_to)))
        found += [
            ("GET", f"{path}/{query.route}", self._who(self.spec.queries[query.name].by)) for query in self.queries
        ]
        for operation in self.operations:
            roles = self.spec.operations[operation.name].by
            found.append(("POST", f"{one}/{operation.route}", self._who(roles)))
        return found

    def _by_contract(self, interface: Interface) -> list[tuple[str, str, str]]:
        return [
            (
                endpoint.method.upper(),
                f"{interface.base}{endpoint.path}",
                self._who(access.roles_for(self.spec, self.name, ACTIONS[endpoint.does])),
            )
            for endpoint in interface.endpoints.values()
            if endpoint.on == self.name
        ]

    def _who(self, roles: Sequence[str]) -> str:
        return ", ".join(role.replace("_", " ") for role in self.spec.roles if role in roles) or "anyone"


def _records(link: LinkView, known: str | None, held: str = "") -> str:
    """The source of the records that a body names."""
    among = "" if known is None else f", {known}{held}"
    return f"await referenced(session, {link.target.name}, body.{link.ids}{among})"
