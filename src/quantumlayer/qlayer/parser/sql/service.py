"""Reading an SQL schema into a Spec."""

import re

from quantumlayer.kit.identifiers import identifier, plural, words
from quantumlayer.qlayer.parser.assemble import assemble
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.errors import NothingDescribedError
from quantumlayer.qlayer.parser.models import Requirement
from quantumlayer.qlayer.parser.sql.checks import compared, limited, parts
from quantumlayer.qlayer.parser.sql.columns import NoFieldError, field_of
from quantumlayer.qlayer.parser.sql.statements import Statement, dialect_of, statements
from quantumlayer.qlayer.parser.sql.tables import Column, Foreign, Schema, Table, read_schema
from quantumlayer.qlayer.parser.text.document import Kind
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.spec.model import Action, Field, OnDelete, Relation, RelationKind, Role, Rule, Spec, Unique
from quantumlayer.spec.validate.names import free_name

WHO_MAY = "Who may do what? A schema does not say it."
_CALLER = "user"
_KEPT_ANYWAY = re.compile(
    r"(?:created|updated|modified|changed|inserted|added)(?:_(?:at|on|date|time|ts))?"
    r"|(?:date|time)_(?:created|updated|modified|added)|last_(?:update|updated|modified|change)(?:_(?:at|on|date))?"
)
"""Columns with the moments at which a row was written, which a service keeps of every record."""
_MOMENT = re.compile(r"TIMESTAMP|DATE")
_SECRET = re.compile(r"(?:^|_)(?:password|passwd|pwd|pass)(?:_?(?:hash|digest|salt))?$")
_PREFIX = re.compile(r"^(?:tbl|t|tb)_")


def parse_sql(requirement: Requirement) -> Spec:
    """Read the tables of a script or a dump.

    Each becomes an entity; keys, checks and link tables become relations and rules. What no Spec says is a question.

    Raises:
        NothingDescribedError: No table is described.
    """
    schema = read_schema(statements(requirement.text), dialect_of(requirement.text))
    if not schema.tables:
        message = f"{requirement.name} describes no table that could be read"
        hint = "Give a script with `CREATE TABLE` statements, such as the dump of a schema."
        raise NothingDescribedError(message, why="no statement that makes a table could be read", hint=hint)
    spec = assemble(_Reader(requirement, schema).draft(), requirement.name)
    about = f"What the tables of {requirement.name} keep."
    return spec.model_copy(update={"service": spec.service.model_copy(update={"summary": about[:200]})})


class _Reader:
    """Makes the draft of a schema."""

    def __init__(self, requirement: Requirement, schema: Schema) -> None:
        self._schema = schema
        self._sentences = {table.key: _sentence(requirement, table.statement) for table in schema.tables.values()}
        self._unread = [_sentence(requirement, statement) for statement in schema.unread]
        self._draft = Draft([*self._sentences.values(), *self._unread])
        self._entities: dict[str, EntityDraft] = {}
        self._columns: dict[str, dict[str, str]] = {}
        self._links = [table for table in schema.tables.values() if self._is_link(table)]

    def draft(self) -> Draft:
        """The draft, complete."""
        kept = [table for table in self._schema.tables.values() if table not in self._links]
        for table in kept:
            name = " ".join(words(_PREFIX.sub("", identifier(table.name))))
            self._entities[table.key] = entity = self._draft.add_entity(name)
            self._draft.mark(self._sentences[table.key], entity.address)
        for table in kept:
            self._relate(table)
            self._fill(table)
        for table in kept:
            self._check(table)
            self._tell_apart(table)
        for table in self._links:
            self._link(table)
        for sentence in self._unread:
            self._draft.ask("", f'What does this say? "{sentence.text[:200]}"', "It is left out.")
        self._open()
        return self._draft

    # Relations.

    def _is_link(self, table: Table) -> bool:
        """Whether rows only tie those of two other tables to each other."""
        single = [one for one in table.foreign if len(one.columns) == 1 and one.table in self._schema.tables]
        tied = {one.columns[0] for one in single}
        others = [column for name, column in table.columns.items() if name not in tied]
        bare = all(_is_moment_of_row(column) or (column.key,) == table.primary for column in others)
        once = {frozenset(table.primary), *map(frozenset, table.uniques)}
        return len(single) == len(tied) == 2 and bare and (frozenset(tied) in once or not others)

    def _link(self, table: Table) -> None:
        first, second = (self._entities.get(one.table) for one in table.foreign[:2])
        if first is None or second is None:
            return
        ends = [plural(_short(identifier(table.columns[one.columns[0]].name))) for one in table.foreign[:2]]
        name = self._free(first, ends[1] if first is second else plural(second.snake))
        relation = Relation(to=second.name, kind=RelationKind.MANY_TO_MANY, reassignable=True)
        first.relations[name] = relation.model_copy(update={"back": ends[0]}) if first is second else relation
        self._draft.mark(self._sentences[table.key], f"{first.address}.relations.{name}")

    def _relate(self, table: Table) -> None:
        entity = self._entities[table.key]
        named = self._columns.setdefault(table.key, {})
        for foreign in table.foreign:
            target = self._entities.get(foreign.table)
            if len(foreign.columns) != 1 or target is None or foreign.columns[0] not in table.columns:
                self._ask(entity, f"To what does {', '.join(foreign.columns)} of {table.name} refer?")
                continue
            column = table.columns[foreign.columns[0]]
            short = _short(identifier(column.name)) or target.snake
            name = short if self._free(entity, short) == short else self._free(entity, f"{short}_{target.snake}")
            named[column.key] = name
            entity.relations[name] = self._relation(table, column, foreign, target)
            if sum(one.table == foreign.table for one in table.foreign) > 1:  # each needs a way back of its own
                back = f"{name}_{plural(entity.snake)}"
                entity.relations[name] = entity.relations[name].model_copy(update={"back": back})
            self._draft.mark(self._sentences[table.key], f"{entity.address}.relations.{name}")

    def _relation(self, table: Table, column: Column, foreign: Foreign, target: EntityDraft) -> Relation:
        alone = column.unique or (column.key,) in {table.primary, *table.uniques}
        optional = not column.required
        on_delete = OnDelete(foreign.on_delete) if foreign.on_delete else OnDelete.RESTRICT
        if on_delete is OnDelete.SET_NULL and not optional:
            on_delete = OnDelete.RESTRICT
        return Relation(
            to=target.name,
            kind=RelationKind.ONE_TO_ONE if alone else RelationKind.MANY_TO_ONE,
            optional=optional,
            on_delete=on_delete,
            reassignable=not alone,
            about=" ".join(column.about.split())[:200],
        )

    # Fields.

    def _fill(self, table: Table) -> None:
        entity, named = self._entities[table.key], self._columns[table.key]
        for said in table.unsaid:
            self._ask(entity, f"What does this of {table.name} say? `{said[:200]}`")
        for column in table.columns.values():
            if column.key in named or self._is_kept_anyway(table, column, entity):
                continue
            if column.worked_out:
                self._ask(entity, f"How is {column.name} of {table.name} worked out? `{column.worked_out}`.")
                continue
            name = self._free(entity, identifier(column.name))
            address = f"{entity.address}.fields.{name}"
            column.unique = column.unique or (column.key,) in table.uniques or table.primary == (column.key,)
            try:
                entity.fields[name] = field_of(column, name, self._schema.enums)
            except NoFieldError as error:
                self._ask(entity, f"What does {column.name} of {table.name} hold? No field is like `{error}`.")
                continue
            named[column.key] = name
            self._draft.mark(self._sentences[table.key], address)
        if not entity.fields and not entity.relations:
            entity.fields["name"] = Field.model_validate({"type": "string"})
            self._draft.assume(f"{entity.address}.fields.name", f"{entity.one} has a name, as it has nothing else.")

    def _is_kept_anyway(self, table: Table, column: Column, entity: EntityDraft) -> bool:
        """Whether a service keeps what a column does without being told."""
        plain, kind = identifier(column.name), str(column.kind.this.value)
        if table.primary == (column.key,) and (column.made or kind == "UUID" or _is_number(kind)):
            if kind == "UUID":
                self._draft.assume(entity.address, f"{entity.one} is known by a number, not by a UUID.")
            return True
        if _is_moment_of_row(column):
            self._draft.assume(
                entity.address, f"When {entity.one.lower()} was made and changed is kept: {plain} is that."
            )
            return True
        if _SECRET.search(plain):
            about = f"{entity.one} has no {plain.replace('_', ' ')}, as callers sign in with accounts of their own."
            self._draft.assume(entity.address, about)
            return True
        return False

    # Rules.

    def _check(self, table: Table) -> None:
        entity, named = self._entities[table.key], self._columns[table.key]
        for condition in (part for check in table.checks for part in parts(check)):
            fields = {column: entity.fields[name] for column, name in named.items() if name in entity.fields}
            found = limited(condition, fields)
            if found is not None:
                entity.fields[named[found[0]]] = found[1]
                self._draft.mark(self._sentences[table.key], f"{entity.address}.fields.{named[found[0]]}")
                continue
            said = " ".join(condition.sql().split())[:200]
            if cel := compared(condition, named, fields):
                key = self._rule(entity, "_".join(words(re.sub(r"[<>=!]+", " ", said)))[:40].strip("_"))
                entity.rules[key] = Rule.model_validate({"cel": cel, "else": f"This must hold: {said}."})
                self._draft.mark(self._sentences[table.key], f"{entity.address}.rules.{key}")
            else:
                self._ask(entity, f"Which rule of {table.name} is `{said}`?")

    def _tell_apart(self, table: Table) -> None:
        """Columns that are unique together, the primary key among them."""
        entity, named = self._entities[table.key], self._columns[table.key]
        keys = [table.primary, *table.uniques] if len(table.primary) > 1 else table.uniques
        for key in dict.fromkeys(keys):
            if len(key) < 2 or not set(key) <= named.keys():
                continue
            names = [named[column] for column in key]
            rule = self._rule(entity, f"one_{'_'.join(names)}"[:50])
            message = f"There is {entity.one.lower()} with the same {' and '.join(names).replace('_', ' ')} already."
            entity.rules[rule] = Rule(unique=Unique(of=tuple(names)), **{"else": message})
            self._draft.mark(self._sentences[table.key], f"{entity.address}.rules.{rule}")

    # Names and notes.

    def _free(self, entity: EntityDraft, name: str) -> str:
        return free_name(name, [*entity.fields, *entity.relations])

    def _rule(self, entity: EntityDraft, name: str) -> str:
        return free_name(name or "rule", [*entity.rules, *entity.fields, *entity.relations])

    def _ask(self, entity: EntityDraft, text: str) -> None:
        self._draft.ask(entity.address, text, "It is left out.")

    def _open(self) -> None:
        """A schema does not say who may do what."""
        self._draft.roles[_CALLER] = Role()
        for entity in self._draft.entities.values():
            self._draft.grant(entity, _CALLER, set(Action))
        self._draft.ask("roles", WHO_MAY, "Whoever signs in may do everything.")


def _short(plain: str) -> str:
    """What a column refers to: `owner_id` to the owner."""
    return re.sub(r"_(?:id|fk|key|code|no)$", "", plain)


def _is_number(kind: str) -> bool:
    return "INT" in kind or "SERIAL" in kind


def _is_moment_of_row(column: Column) -> bool:
    moment = _MOMENT.match(str(column.kind.this.value)) is not None
    return moment and _KEPT_ANYWAY.fullmatch(identifier(column.name)) is not None


def _sentence(requirement: Requirement, statement: Statement) -> Sentence:
    text = " ".join(statement.text.split())
    return Sentence(requirement.name, Kind.CODE, text, statement.text, statement.start, statement.end, ())
