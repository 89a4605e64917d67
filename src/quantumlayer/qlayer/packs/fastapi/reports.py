"""Reports as functions, routes and rows."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from quantumlayer.kit.identifiers import class_name, safe
from quantumlayer.qlayer.packs.fastapi import access
from quantumlayer.qlayer.packs.fastapi.code import Prelude, UnsupportedError, names_in
from quantumlayer.qlayer.packs.fastapi.columns import Columns
from quantumlayer.qlayer.packs.fastapi.conditions import Conditions
from quantumlayer.qlayer.packs.fastapi.entities import EntityView
from quantumlayer.qlayer.packs.fastapi.fields import FieldView, read_type
from quantumlayer.qlayer.packs.fastapi.loads import Loads
from quantumlayer.qlayer.packs.fastapi.queries import Parameter, class_names
from quantumlayer.qlayer.packs.fastapi.roots import Loaded, Root, caller_root
from quantumlayer.qlayer.packs.fastapi.tables import Table
from quantumlayer.spec.cel import ANYONE, Comprehension, Scope, compile_cel, walk
from quantumlayer.spec.model import Report, Spec
from quantumlayer.spec.naming import entity_names, route_name, row_id
from quantumlayer.spec.reports import DAY, PERIOD

_FIXED = frozenset(
    {
        "Decimal", "average", "caller", "day", "day_of", "days", "dict", "during", "end_of", "found", "grouped", "ids",
        "iter", "len", "list", "median", "next", "one", "page", "page_by_day", "page_of_days", "pairs", "query",
        "reversed", "rows", "select", "session", "start_of", "statement", "sum", "total",
    }
)  # fmt: skip
"""What the functions of reports have names for already."""


@dataclass(frozen=True, slots=True)
class RowValue:
    """A value of a row: its name, its type in the answer, and what is said of it."""

    name: str
    type: str
    about: str


class ReportView:
    """A report in the words of the target."""

    def __init__(self, spec: Spec, name: str) -> None:
        self.spec, self.name = spec, name
        self.report: Report = spec.reports[name]
        self.entity = None if self.report.of is None else EntityView(spec, self.report.of)
        taken = class_names(spec)
        plain = class_name(name)
        self._plain = f"{plain}Report" if {f"{plain}Query", f"{plain}Row"} & taken else plain
        if {self.query_class, self.row_class} & taken:
            message = f"a report whose rows would be called {self.row_class}, as another class is"
            raise UnsupportedError(message)
        self.body = list(self._body())

    @property
    def function(self) -> str:
        """The function of the service and of the router."""
        return f"report_{self.name.strip('_')}"

    @property
    def route(self) -> str:
        """The last segment of the path."""
        return route_name(self.name)

    @property
    def summary(self) -> str:
        """One sentence for whoever reads the API."""
        words = self.name.replace("_", " ").strip()
        return self.report.about.rstrip(".") or f"{words[0].upper()}{words[1:]}"

    @property
    def roles(self) -> list[str]:
        """The roles that may ask, as members of the enumeration; empty when anyone may."""
        by = self.report.by
        return [] if ANYONE in by else [access.member(role) for role in self.spec.roles if role in by]

    @property
    def who(self) -> str:
        """The roles in words."""
        return ", ".join(role.replace("_", " ") for role in self.spec.roles if role in self.report.by) or "anyone"

    @property
    def caller_type(self) -> str:
        """The type of the caller, who is a stranger where anyone may ask."""
        return "Caller" if self.roles else "Caller | None"

    @property
    def query_class(self) -> str:
        """What callers ask with."""
        return f"{self._plain}Query"

    @property
    def row_class(self) -> str:
        """The rows of the answer."""
        return f"{self._plain}Row"

    @property
    def daily(self) -> bool:
        """Whether there is a row for each day."""
        return self.report.per is not None

    @property
    def takes(self) -> list[Parameter]:
        """The parameters of its own, those that bound its days aside."""
        return [
            Parameter(FieldView(self._plain, key, item))
            for key, item in self.report.inputs.items()
            if not (self.daily and key in PERIOD)
        ]

    @property
    def named(self) -> list[tuple[str, bool, str]]:
        """The parameters that name records, whether they may be left out, and what is said of them."""
        return [(f"{key}_id", one.optional, one.about) for key, one in self.report.references.items()]

    @property
    def page(self) -> int | None:
        """How many rows are given where nobody says, where that is not the usual number."""
        if self.daily or self.entity is None:
            return None
        size = self.entity.entity.list.page
        return None if size == type(self.entity.entity.list)().page else size

    @property
    def key(self) -> str | None:
        """What the id of a row's record is called in it."""
        return None if self.report.of is None else row_id(self.report.of)

    @property
    def values(self) -> list[RowValue]:
        """What a row shows beside the record and the day that it is about."""
        return [
            RowValue(key, f"{read_type(value.type)} | None" if value.optional else read_type(value.type), value.about)
            for key, value in self.report.values.items()
        ]

    @property
    def takes_caller(self) -> bool:
        """Whether the function needs the caller."""
        return "caller" in names_in(self.body)

    @property
    def readers(self) -> list[tuple[str, str]]:
        """What it needs of entities: who may read them, getters, the choices in their order, each with its module."""
        found = []
        if self.entity is not None and self.entity.readable:
            found.append((f"{self.entity.names.module}.service", f"readable as readable_{self.entity.names.module}"))
        if self.entity is not None:
            order = self.entity.entity.list.order
            found += [(f"{self.entity.names.module}.schemas", kind) for kind in self.entity.lists.ranked(order)]
        for reference in self.report.references.values():
            names = entity_names(reference.to)
            found.append((f"{names.module}.service", f"get_{names.snake}"))
        return found

    @property
    def raises(self) -> bool:
        """Whether a record that callers name may not be there."""
        return bool(self.report.references)

    # The function.

    def _body(self) -> Iterator[str]:
        if ANYONE in self.report.by:
            if "caller" in names_in(self._expressions()):
                raise UnsupportedError("a report about who a stranger is")
            if self.entity is not None and self.entity.audits("read"):
                raise UnsupportedError("an audit trail of what strangers do")
        prelude = Prelude(taken={*_FIXED, *self._variables()} - {"ids", "days"})
        loads = Loads(prelude, fixed=_FIXED)
        named = self._named(loads)
        lines = list(self._rows(loads))
        yield from self._looked_up(named, names_in(lines))
        yield from lines

    def _rows(self, loads: Loads) -> Iterator[str]:
        """The statements that put the rows together."""
        prelude = loads.prelude
        if self.entity is not None:
            yield from self._page(self.entity, prelude)
        else:
            yield f"{prelude.free('days')}, total = page_of_days(query)"
            loads.days = "days"
        each = self._each(loads)
        values = list(self._values(loads, each))
        yield from prelude.take()
        over = f"for {each}, {DAY} in pairs" if self.daily and each else f"for {each} in found"
        over = over if each else f"for {DAY} in days"
        shown = [f"{self.key}={each}.id"] if each else []
        shown += [f"{DAY}={DAY}"] if self.daily else []
        yield f"rows = [{self.row_class}({', '.join([*shown, *values])}) {over}]"
        yield "return rows, total"

    def _expressions(self) -> list[str]:
        where = [] if self.report.where is None else [self.report.where]
        return [*where, *(value.cel for value in self.report.values.values())]

    def _variables(self) -> set[str]:
        """The variables of the comprehensions, which what is loaded must keep clear of."""
        scope = Scope.for_report(self.spec, self.name)
        nodes = (node for value in self.report.values.values() for node in walk(compile_cel(value.cel, scope).expr))
        return {safe(node.variable) for node in nodes if isinstance(node, Comprehension)}

    def _named(self, loads: Loads) -> dict[str, str]:
        """What looks up the records that callers name, which are theirs to read, by the variable."""
        variables: dict[str, str] = {}
        sources: dict[str, str] = {}
        for key, reference in self.report.references.items():
            view = EntityView(self.spec, reference.to)
            if not view.gets:
                raise UnsupportedError("a parameter that names a record which nobody reads")
            asks = "caller, " if view.get_takes_caller else ""
            given = f"query.{key}_id"
            variables[key] = loads.prelude.free(safe(key))
            found = f"await get_{view.names.snake}(session, {asks}{given})"
            loads.prelude.known[f"await session.get_one({view.names.name}, {given})"] = variables[key]
            loads.prelude.known[f"await session.get({view.names.name}, {given} or 0)"] = variables[key]
            sources[variables[key]] = f"None if {given} is None else {found}" if reference.optional else found
        loads.named = variables
        return sources

    @staticmethod
    def _looked_up(named: Mapping[str, str], used: Container[str]) -> Iterator[str]:
        """The statements that look up named records; one that nothing else reads has no variable."""
        for variable, source in named.items():
            test, _, found = source.rpartition(" else ")
            if variable in used:
                yield f"{variable} = {source}"
            elif test:
                yield f"if {test.removeprefix('None if ').removesuffix(' is None')} is not None:\n        {found}"
            else:
                yield found

    def _page(self, view: EntityView, prelude: Prelude) -> Iterator[str]:
        """The records that have rows."""
        conditions = [f"readable_{view.names.module}({'caller' if view.get_takes_caller else ''})"]
        conditions = conditions if view.readable else []
        guarded: list[tuple[str, list[str]]] = []
        if self.report.where is not None:
            found = Conditions(
                compile_cel(self.report.where, Scope.for_rows(self.spec, self.name)),
                {"this": Columns(view.name)},
                self._same(),
                frozenset(key for key, item in self.report.takes.items() if item.optional),
                prelude,
            )
            yield from prelude.take()
            conditions += found.always
            guarded = found.guarded
        where = f".where({', '.join(conditions)})" if conditions else ""
        yield f"statement = select({view.name}){where}"
        for test, parts in guarded:
            yield f"if {test}:\n        statement = statement.where({', '.join(parts)})"
        order = ", ".join(filter(None, [view.lists.order(view.entity.list.order), f"{view.name}.id"]))
        found_, function = ("pairs", "page_by_day") if self.daily else ("found", "page")
        yield f"{found_}, total = await {function}(session, statement.order_by({order}), query)"
        if view.audits("read"):
            records = "list({record.id: record for record, _ in pairs}.values())" if self.daily else "found"
            yield f'await record_action(session, caller, "read", {records})'

    def _same(self) -> dict[str, Root]:
        return {"caller": caller_root(), "takes": Loaded("query")}

    def _each(self, loads: Loads) -> str:
        """The variable of the record of a row; empty where rows are days."""
        if self.entity is None:
            return ""
        each = loads.prelude.free(self.entity.names.snake)
        loads.ids = f"{{{each}.id for {each}, _ in pairs}}" if self.daily else f"[{each}.id for {each} in found]"
        loads.days = "sorted({day for _, day in pairs})"
        return each

    def _values(self, loads: Loads, each: str) -> Iterator[str]:
        scope = Scope.for_report(self.spec, self.name)
        roots = self._same() | ({"this": Loaded(each)} if each else {})
        roots |= {DAY: Loaded(DAY)} if self.daily else {}
        for key, value in self.report.values.items():
            loads.label = key
            yield f"{key}={Table(compile_cel(value.cel, scope), roots, loads).shown(value.type)}"
