"""The lists with a name of their own as functions and routes."""

from dataclasses import dataclass

from quantumlayer.kit.identifiers import class_name
from quantumlayer.qlayer.packs.fastapi import access
from quantumlayer.qlayer.packs.fastapi.code import Prelude, UnsupportedError, names_in
from quantumlayer.qlayer.packs.fastapi.columns import Columns
from quantumlayer.qlayer.packs.fastapi.conditions import Conditions
from quantumlayer.qlayer.packs.fastapi.fields import MAX_BIG, MAX_INT, FieldView
from quantumlayer.qlayer.packs.fastapi.roots import Loaded, caller_root
from quantumlayer.spec.cel import ANYONE, Scope, compile_cel
from quantumlayer.spec.model import FieldType, Listing, Query, Spec
from quantumlayer.spec.naming import CLASSES, SUFFIXES, entity_names, route_name
from quantumlayer.spec.remember import remembered

PAGING = "Paging"
"""What a query without parameters is asked with."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What callers give in the query string."""

    view: FieldView

    @property
    def alias(self) -> bool:
        """Whether the type needs a name of its own."""
        return self.view.alias is not None and self.view.field.type is not FieldType.INT

    @property
    def type(self) -> str:
        """The type, of a value that arrives as text."""
        field = self.view.field
        if field.type is not FieldType.INT:
            return self.view.query_type
        if field.one_of:
            return f"Annotated[{self.view.alias_value}, BeforeValidator(int)]"
        if field.min is None and field.max is None:
            return self.view.query_type
        largest = MAX_BIG if self.view.is_big else MAX_INT
        least = -largest - 1 if field.min is None else field.min
        return f"Annotated[int, Field(ge={least}, le={largest if field.max is None else field.max})]"

    @property
    def default(self) -> str | None:
        """The source of what stands where nothing is given; None where something must be."""
        return "None" if self.view.field.optional else self.view.literal_default


@dataclass(frozen=True, slots=True)
class QueryView:
    """A query in the words of the target.

    `conditions` hold for every row of the answer, and the `guarded` ones where the test before them passes.
    """

    name: str
    function: str
    route: str
    summary: str
    roles: tuple[str, ...]
    takes: tuple[Parameter, ...]
    query_class: str
    order: tuple[str, ...]
    before: tuple[str, ...]
    conditions: tuple[str, ...]
    guarded: tuple[tuple[str, tuple[str, ...]], ...]
    takes_caller: bool


def query_view(spec: Spec, name: str) -> QueryView:
    """The view of one query.

    Raises:
        UnsupportedError: Its condition cannot be written.
    """
    query = spec.queries[name]
    entity, names = spec.entities[query.of], entity_names(query.of)
    plain = f"{name}_{names.plural.strip('_')}"
    own_class = f"{class_name(plain)}Query"
    if own_class in class_names(spec):
        message = f"a query whose parameters would be called {own_class}, as another class is"
        raise UnsupportedError(message)
    own = query.takes or entity.list.page != Listing().page
    if ANYONE in query.by and "caller" in names_in([query.where]):
        raise UnsupportedError("a condition on who a stranger is")
    prelude = Prelude(taken={"caller", "session", "query", "statement", names.plural, "total"})
    conditions = Conditions(
        compile_cel(query.where, Scope.for_query(spec, name)),
        {"this": Columns(query.of)},
        {"caller": caller_root(), "takes": Loaded("query")},
        frozenset(key for key, item in query.takes.items() if item.optional),
        prelude,
    )
    before = prelude.take()
    return QueryView(
        name=name,
        function=f"list_{plain}",
        route=route_name(name),
        summary=_summary(name, query),
        roles=() if ANYONE in query.by else tuple(access.member(role) for role in spec.roles if role in query.by),
        takes=tuple(Parameter(FieldView(class_name(plain), key, item)) for key, item in query.takes.items()),
        query_class=own_class if own else PAGING,
        order=query.order or entity.list.order,
        before=tuple(before),
        conditions=tuple(conditions.always),
        guarded=tuple((test, tuple(parts)) for test, parts in conditions.guarded),
        takes_caller="caller" in names_in([*before, *conditions.lines]),
    )


@remembered
def class_names(spec: Spec) -> frozenset[str]:
    """The classes that there are beside those of queries and reports."""
    of_entities = (f"{entity}{suffix}" for entity in spec.entities for suffix in ("", *SUFFIXES))
    return frozenset([*of_entities, *CLASSES])


def _summary(name: str, query: Query) -> str:
    if query.about:
        return query.about.rstrip(".")
    words = name.replace("_", " ").strip()
    many = entity_names(query.of).plural.strip("_").replace("_", " ")
    found = words if many in words else f"{many}: {words}"
    return found[0].upper() + found[1:]
