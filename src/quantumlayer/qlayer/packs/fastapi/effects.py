"""What an operation does besides, as statements: to each of several records or rows, or to one record."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from quantumlayer.kit.identifiers import plural, safe
from quantumlayer.qlayer.packs.fastapi.aggregates import Question, collection_of, path_of
from quantumlayer.qlayer.packs.fastapi.code import Prelude, UnsupportedError, names_in
from quantumlayer.qlayer.packs.fastapi.files import released
from quantumlayer.qlayer.packs.fastapi.roots import Changing, Loaded, Root
from quantumlayer.qlayer.packs.fastapi.spares import spared
from quantumlayer.qlayer.packs.fastapi.sql import Sql
from quantumlayer.qlayer.packs.fastapi.statements import Writer, rule_name
from quantumlayer.qlayer.packs.fastapi.webhooks import Sender, told
from quantumlayer.qlayer.packs.fastapi.writes import Change, audited, changed, made
from quantumlayer.spec.cel import INT, Acting, Checked, Ident, Nullable, RecordType, Select, acting, compile_cel
from quantumlayer.spec.effects import CREATED
from quantumlayer.spec.model import Action, Operation, Spec
from quantumlayer.spec.naming import entity_names
from quantumlayer.spec.written import unwritten

RELEASED = "contents"
"""The variable that holds the contents of files which go with records that are removed."""
REFUSED = "refused"
"""The variable that holds the rows which are left out."""


def effects(spec: Spec, name: str, writer: Writer, *, created: str) -> list[str]:
    """The statements of an operation's effects, and the record that it answers as it is afterwards.

    Raises:
        UnsupportedError: One of them cannot be written.
    """
    operation = spec.operations[name]
    if not operation.also:
        return []
    variable = entity_names(operation.on).snake
    roots: dict[str, Root] = {**writer.roots, "this": Changing(variable)}
    if operation.creates is not None:
        roots[CREATED] = Changing(created)
    taken = writer.prelude.taken | {created, REFUSED, RELEASED, "number"}
    lines = []
    for found in acting(spec, name):
        prelude = Prelude(taken=taken, purpose=found.address.rpartition(".")[2])
        lines += _Effect(spec, operation.on, found, Writer(spec, roots, prelude, writer.quoted)).lines()
    start = [f"{REFUSED}: list[RefusedRow] = []"] if answers_rows(operation) else []
    start += [f"{RELEASED}: list[str | None] = []"] if any(f"{RELEASED} += " in line for line in lines) else []
    end = [] if answers_rows(operation) else [f"await session.refresh({created})"]
    return [*start, *lines, "await session.flush()", *end]


def effect_lines(spec: Spec, home: str, found: Acting, writer: Writer) -> list[str]:
    """The statements of one effect in the service of an entity.

    Raises:
        UnsupportedError: It cannot be written.
    """
    return _Effect(spec, home, found, writer).lines()


def answers_rows(operation: Operation) -> bool:
    """Whether it answers which rows it kept and which it left out."""
    return any(effect.skips for effect in operation.also.values())


@dataclass(frozen=True, slots=True)
class _Effect:
    """Writes one effect in the service of the entity `home`."""

    spec: Spec
    home: str
    found: Acting
    writer: Writer

    def lines(self) -> list[str]:
        """Its statements."""
        if self.found.each is None:
            target, variable = self._single(self.writer)
            return [*target, *self._when(self.writer, variable)]
        before, items, lock = self._items()
        name = self.writer.prelude.free(safe(self.found.effect.as_ or "one"))
        root = self._item(name)
        inner = self._inner({**self.writer.roots, str(self.found.effect.as_): root})
        locks, loads, variable = self._target_of_each(inner, items, name)
        body = [*loads, *self._when(inner, variable)]
        used = self.found.item != INT or name in names_in(body)
        head = f"for {name if used else '_'} in {items}:"
        if self.found.effect.skips:
            head = f"for number, {name} in enumerate({items}):"
        if lock and _reads(body, root):
            before.insert(-1, lock)
        return [*before, *locks, head, *_indented(body)]

    def _item(self, name: str) -> Root:
        """One of what is gone through; records were just loaded, with all that the operation leaves as it is."""
        if not isinstance(self.found.item, RecordType):
            return Loaded(name)
        kind, _, operation = self.found.address.split(".also.")[0].partition(".")
        if kind != "operations":
            return Changing(name)
        return Changing(name, unwritten(self.spec, operation, self.found.item.entity))

    def _inner(self, roots: Mapping[str, Root]) -> Writer:
        """Writes within a loop: what was counted before it is counted anew."""
        return Writer(self.spec, roots, Prelude(taken=self.writer.prelude.taken), self.writer.quoted)

    def _items(self) -> tuple[list[str], str, str]:
        """What is gone through, in a variable; records that change are locked, and read as they are then.

        What the database works out of them would be older where the lock had to wait, so that whoever reads it locks
        them before, with the last statement that is given.
        """
        assert self.found.each is not None  # noqa: S101 - the caller looked
        if self.found.rows:
            return [], f"body.{self.found.rows}", ""
        if self.found.item == INT:
            before, source = self.writer.value(self.found.each)
            return before, source, ""
        asked = collection_of(self.found.each.expr, self.found.each, Question.COUNT)
        name = safe(plural(self.found.effect.as_ or "one"))
        effect, prelude = self.found.effect, self.writer.prelude
        changes = self.found.on is None and bool(effect.sets or effect.to or effect.deletes)
        if asked is None:
            raise UnsupportedError("effects on records that are worked out in several steps")
        query = Sql(self.spec, self.found.each, {}, self.writer.roots, prelude=prelude).records(asked)
        lock = ""
        if changes:
            entity = entity_names(asked.entity).name
            ids = query.replace(f"select({entity})", f"select({entity}.id)", 1).removesuffix(f".order_by({entity}.id)")
            lock = f"await lock_all(session, {entity}, {ids})"
            query += ".with_for_update().execution_options(populate_existing=True)"
        variable = prelude.fresh(name, f"(await session.scalars({query})).all()")
        return prelude.take(), variable, lock

    def _target_of_each(self, inner: Writer, items: str, name: str) -> tuple[list[str], list[str], str]:
        """Statements before the loop and within it that load the record which changes, and its variable."""
        on = self.found.on
        if on is None:
            return [], [], name
        if path_of(on.expr)[0] != self.found.effect.as_:
            loads, variable = self._single(inner)
            return [], loads, variable
        if not isinstance(on.expr, Select) or not isinstance(on.expr.operand, Ident):
            raise UnsupportedError("effects on a record that is reached over two others")
        names = entity_names(str(self.found.target))
        many = self.writer.prelude.free(names.plural)
        column = f"{name}.{on.expr.field}_id"
        optional = isinstance(on.type, Nullable)
        ids = f"{column} for {name} in {items}" + (f" if {column} is not None" if optional else "")
        lock = f"{many} = await locked(session, {names.name}, [{ids}])"
        if optional:
            variable = inner.prelude.variable(names.snake, f"await session.get({names.name}, {column} or 0)")
            inner.prelude.take()
            return [lock], [f"{variable} = {many}.get({column} or 0)"], variable
        variable = inner.prelude.variable(names.snake, f"await session.get_one({names.name}, {column})")
        inner.prelude.take()
        return [lock], [f"{variable} = {many}[{column}]"], variable

    def _single(self, writer: Writer) -> tuple[list[str], str]:
        """Statements that load the one record which changes, and its variable."""
        on = self.found.on
        if on is None:
            return [], ""
        if isinstance(on.expr, Ident):
            return [], writer.roots[on.expr.name].variable
        names = entity_names(str(self.found.target))
        before, source = writer.value(on)
        optional = isinstance(on.type, Nullable)
        if optional:
            wanted = f"{source} or 0"
            variable = writer.prelude.variable(names.snake, f"await session.get({names.name}, {wanted})")
            writer.prelude.take()
            return [*before, f"{variable} = (await locked(session, {names.name}, [{wanted}])).get({wanted})"], variable
        variable = writer.prelude.variable(names.snake, f"await session.get_one({names.name}, {source})")
        writer.prelude.take()
        return [*before, f"{variable} = (await locked(session, {names.name}, [{source}]))[{source}]"], variable

    def _when(self, writer: Writer, variable: str) -> list[str]:
        """All that is done for one record or row, where it is to be done."""
        effect, tests, before = self.found.effect, list[str](), list[str]()
        if self.found.on is not None and isinstance(self.found.on.type, Nullable):
            tests.append(f"{variable} is not None")
        body_writer = writer
        if effect.when is not None:
            before, test = writer.value(compile_cel(effect.when, self.found.scope))
            tests.append(f"({test})" if tests and " or " in test else test)
        body = self._done(body_writer, variable)
        return [*before, f"if {' and '.join(tests)}:", *_indented(body)] if tests else [*before, *body]

    def _done(self, writer: Writer, variable: str) -> list[str]:
        effect, address, scope = self.found.effect, self.found.address, self.found.scope
        lines: list[str] = []
        for key, requirement in effect.requires.items():
            said = compile_cel(requirement.cel, scope)
            refusal = writer.refusal(f"{address}.requires.{key}", said, key, requirement.else_)
            lines += [*refusal[:-1], *self._left_out(key, requirement.else_)] if effect.skips else refusal
        sets: dict[str, Checked] = {key: compile_cel(cel, scope) for key, cel in effect.sets.items()}
        change = Change(address, self.found.target or self.home, variable, sets, effect.to, (), self.home, scope)
        lines += changed(self.spec, change, writer, at_once=False)
        new = ""
        if effect.creates is not None:
            snake = entity_names(effect.creates.entity).snake
            known = snake in writer.prelude.taken
            new = writer.prelude.free(f"{writer.prelude.purpose or 'new'}_{snake}" if known else snake)
            lines += made(self.spec, effect.creates, new, writer, change, at_once=False)
        for inner in self.found.within:
            purpose = inner.address.rpartition(".")[2]
            lines += _Effect(self.spec, self.home, inner, self._within(writer, purpose)).lines()
        flushed = bool(lines) and lines[-1] == "await session.flush()"
        sender = Sender(effect.sends, self.found.target, variable, effect.creates, new)
        lines += told(self.spec, sender, flushed=flushed)
        if effect.deletes:
            entity = self.spec.entities[str(self.found.target)]
            lines += spared(self.spec, str(self.found.target), variable)
            lines += audited(entity, Action.DELETE, variable)
            lines += released(self.spec, str(self.found.target), variable, f"{RELEASED} +=")
            lines.append(f"await session.delete({variable})")
        return lines

    @staticmethod
    def _within(writer: Writer, purpose: str) -> Writer:
        return replace(writer, prelude=Prelude(taken=writer.prelude.taken, purpose=purpose))

    @staticmethod
    def _left_out(key: str, said: str) -> list[str]:
        """What stands below the condition under which a row is left out."""
        row = f"RefusedRow(row=number, rule={rule_name(key)!r}, detail={said!r})"
        return [f"    {REFUSED}.append({row})", "    continue"]


def _reads(lines: list[str], root: Root) -> bool:
    """Whether the statements read a derived value as it was loaded."""
    still = root.still if isinstance(root, Changing) else frozenset()
    return any(re.search(rf"\b{root.variable}\.{key}\b", line) for line in lines for key in still)


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
