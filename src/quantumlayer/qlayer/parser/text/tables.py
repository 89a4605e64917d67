"""Tables as sentences: a row of fields is what a thing has, a matrix of rights who can do what."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from quantumlayer.kit.identifiers import plural
from quantumlayer.qlayer.parser.text.articles import with_article
from quantumlayer.qlayer.parser.text.composed import composed, cut, lowered, silent
from quantumlayer.qlayer.parser.text.document import Block, Kind
from quantumlayer.qlayer.parser.text.grids import RightsReader, is_moves, moves
from quantumlayer.qlayer.parser.text.leads import Form, Lead, one
from quantumlayer.qlayer.parser.text.lists import is_duty
from quantumlayer.qlayer.parser.text.shapes import Shape, Tagger, shape

_FIELD = re.compile(r"(?:field|attribute|property|column|parameter|data ?item)s?(?: ?name)?|name", re.IGNORECASE)
_ABOUT_FIELD = re.compile(
    r"(?:data )?(?:type|format)"
    r"|required\??|mandatory\??|optional\??|unique\??|null(?:able)?\??|(?:max(?:imum)?\.?|min(?:imum)?\.?)"
    r"(?: length| value)?|length|default(?: value)?|range|(?:allowed |possible |valid )?values?|limits?|rules?"
    r"|constraints?|validation|description|notes?|remarks?|comments?|meaning|explanation|examples?|unit",
    re.IGNORECASE,
)
_THING = re.compile(r"(?:entity|entities|table|object|resource|record|class|thing)s?(?: ?name)?", re.IGNORECASE)
_FIELDS = re.compile(r"(?:key |main |important )?(?:fields|attributes|properties|columns|data)", re.IGNORECASE)
_ROLE = re.compile(r"(?:user )?(?:role|actor|who|user|persona)s?(?: ?name)?", re.IGNORECASE)
_RIGHTS = re.compile(
    r"(?:may|can|rights?|permissions?|actions?|access|abilit(?:y|ies)|allowed(?: actions)?|what they (?:can|may) do"
    r"|can do|may do)",
    re.IGNORECASE,
)
_DEED = re.compile(
    r"(?:action|operation|function|feature|permission|right|activity|use case|task|capability)s?|", re.IGNORECASE
)
_YES = re.compile(r"(?:yes|y|x|true|allowed|ok|\u2713|\u2714\ufe0f?|\u2705|\u2611|\u25cf|\u2022)[.!]?", re.IGNORECASE)
_NO = re.compile(
    r"(?:no|n|false|-+|\u2013|\u2014|\u2717|\u2718|\u274c|\u2715|not allowed|never|n/?a|none|)[.!]?", re.IGNORECASE
)
_OWN = re.compile(r"(?:(?:only|just) )?(?:their |his |her )?own(?: (?:only|ones?|records?))?", re.IGNORECASE)
_ARTICLE = re.compile(r"^(\w+) (?:an? |the |all |any |every )?")
_STORY = (re.compile(r"as an?.*", re.IGNORECASE), re.compile(r"i (?:want|need|can|would like).*", re.IGNORECASE))
_SO_THAT = re.compile(r"so(?: that)?.*|because|reason|benefit", re.IGNORECASE)
_OPTIONAL, _REQUIRED = (
    re.compile(r"optional\??|null(?:able)?\??", re.IGNORECASE),
    re.compile(r"(?:required|mandatory)\??", re.IGNORECASE),
)
_DEED_NAMES = r"(?:create|add|read|view|see|list|search|update|edit|change|delete|remove|manage|all|full|everything)"
_ACTIONS = re.compile(rf"{_DEED_NAMES}(?:(?:, | and | ?/ ?|\+){_DEED_NAMES})*|[CRUD]{{1,4}}", re.IGNORECASE)
_FLAG = re.compile(r"yes|true|date|one of|varchar|text|string", re.IGNORECASE)
_TYPED = re.compile(r"\b(?:numbers?|integer|decimal|digits?|letters?)\b", re.IGNORECASE)
_LETTERS = {"C": "create", "R": "read", "U": "update", "D": "delete"}
_TYPE = re.compile(r"(?:data )?type", re.IGNORECASE)
_REFERENCE = re.compile(
    r"(?:(?:reference|ref|link|relation|foreign key|fk)(?: to)?:? |\u2192 ?|-> ?)(?:an? "
    r"|the )?(?P<to>[A-Za-z][\w ]*?)(?: id)?"
    r"|(?P<named>[A-Z][a-z]+(?:[A-Z][a-z]+)*)"
)
_BUILT_IN = re.compile(
    r"(?:short|long)?(?:text|string|number|integer|int|decimal|float|double|real|date|datetime|timestamp|time"
    r"|boolean|bool"
    r"|money|currency|email|enum|uuid|url|file|image|json|list|char|varchar|numeric|flag|choice|duration|year|percent"
    r"|percentage|phone|password|guid|bigint|object|array|yes|identifier|id)",
    re.IGNORECASE,
)


class TableReader:
    """Turns the rows of one table into sentences."""

    def __init__(self, tagger: Tagger, acting: set[str]) -> None:
        self._tagger = tagger
        self._worded = RightsReader(tagger, acting)

    def read(self, rows: Sequence[Block], lead: Lead) -> Iterator[Block]:
        """The rows of a table below a lead, as blocks that hold whole sentences; the first row is a lead of its own."""
        head = [cell.text for cell in rows[0].cells]
        yield silent(rows[0], Kind.LEAD)
        if _all(head[:2], _STORY):
            yield from (self._story(head, row) for row in rows[1:])
        elif is_moves(rows):
            yield from moves(rows)
        elif _of_records(head):
            yield from self._records(head, rows[1:])
        elif lead.subject and _describes_fields(head):
            for row in rows[1:]:
                yield from self._field(head, row, lead)
        elif (columns := _two(head, _THING, _FIELDS)) is not None:
            yield from (self._entity(row, *columns) for row in rows[1:])
        else:
            yield from self._about_roles(head, rows)

    def _about_roles(self, head: Sequence[str], rows: Sequence[Block]) -> Iterator[Block]:
        """The rows of a table that says who may do what, or of any other table."""
        if (columns := _two(head, _ROLE, _RIGHTS)) is not None:
            for row in rows[1:]:
                yield from self._rights(row, *columns)
        elif self._is_matrix(rows):
            yield from self._matrix(rows)
        elif _ROLE.fullmatch(head[0] if head else "") and _all_rights(rows):
            for row in rows[1:]:
                yield composed(row.cells[0], of=row.cells[0], kind=Kind.ROLE)
                yield from _rights_on(head, row)
        elif self._worded.reads(rows):
            yield from self._worded.read(rows)
        else:
            yield from (_row(head, row) for row in rows[1:])

    def _records(self, head: Sequence[str], rows: Sequence[Block]) -> Iterator[Block]:
        """Fields of several things, each of which is named in the first of its rows."""
        thing = next(at for at, name in enumerate(head) if _THING.fullmatch(name))
        lead: Lead | None = None
        for row in rows:
            if thing < len(row.cells) and row.cells[thing].text:
                name = one(row.cells[thing].text)
                lead = Lead(Form.FIELDS, subject=name, prefix=f"{name} has")
            if lead is None:
                yield _row(head, row)
                continue
            cells = tuple(cell for at, cell in enumerate(row.cells) if at != thing)
            yield from self._field([*head[:thing], *head[thing + 1 :]], replace(row, cells=cells), lead)

    def _story(self, head: Sequence[str], row: Block) -> Block:
        """`As a`, `I want`, `so that` as columns."""
        parts: list[Block | str] = []
        for name, cell in zip(head, row.cells, strict=False):
            if not cell.text:
                continue
            if _STORY[0].fullmatch(name):
                who = re.match(r"(?:as )?an? ", cell.text, re.IGNORECASE)
                parts += ["As a ", cut(cell, who.end() if who else 0)]
            elif _STORY[1].fullmatch(name):
                parts += [", I want to ", cut(cell, _end(r"(?:i (?:want|need) )?(?:to )?", cell.text))]
            elif _SO_THAT.fullmatch(name):
                parts += [", so that ", cut(cell, _end(r"(?:so )?(?:that )?", cell.text))]
        return composed(*parts, ".", of=row, kind=Kind.PROSE)

    def _field(self, head: Sequence[str], row: Block, lead: Lead) -> Iterator[Block]:
        """One field with its type and limits in parentheses; what it must do is a sentence of its own."""
        name_at = next(at for at, name in enumerate(head) if _FIELD.fullmatch(name))
        if len(row.cells) <= name_at or not row.cells[name_at].text:
            yield _row(head, row)
            return
        field = row.cells[name_at]
        told = [(name, cell) for name, cell in zip(head, row.cells, strict=False) if cell is not field]
        duties = [cell for _, cell in told if is_duty(cell.text)]
        said = [words for name, cell in told if cell not in duties and (words := _said(name, cell))]
        if target := self._target(head, row):
            optional = "optionally " if ["optional"] in said else ""
            yield composed(f"{lead.subject} has {optional}{one(target).lower()}.", of=row)
            return
        joined: list[Block | str] = [part for words in said for part in ("; ", *words)][1:]
        aside = [" (", *joined, ")"] if joined else []
        yield composed(f"{lead.subject} has ", *with_article(_spoken(field)), *aside, ".", of=row)
        for cell in duties:
            subject = f"The {field.text.lower()} of {lead.subject[:1].lower()}{lead.subject[1:]} "
            yield composed(subject, lowered(cell), of=cell)

    def _target(self, head: Sequence[str], row: Block) -> str:
        """The thing that a field refers to by its type: `Member`, `reference to Member`."""
        types = [cell.text for name, cell in zip(head, row.cells, strict=False) if _TYPE.fullmatch(name)]
        found = _REFERENCE.fullmatch(types[0]) if types else None
        return found["to"] or found["named"] if found and not _BUILT_IN.fullmatch(types[0]) else ""

    def _entity(self, row: Block, thing: int, fields: int) -> Block:
        cells = row.cells
        if max(thing, fields) >= len(cells) or not cells[thing].text or not cells[fields].text:
            return composed(row, of=row, kind=Kind.ROW)
        return composed(f"{one(cells[thing].text)} has ", lowered(cells[fields]), ".", of=row)

    def _rights(self, row: Block, role: int, rights: int) -> Iterator[Block]:
        """`librarian`, `add books, remove books` says what a librarian can do."""
        cells = row.cells
        if max(role, rights) >= len(cells) or not cells[role].text:
            yield composed(row, of=row, kind=Kind.ROW)
            return
        yield composed(cells[role], of=row, kind=Kind.ROLE)
        said = cells[rights]
        kind = shape(said.text, self._tagger) if said.text else Shape.NAME
        if kind is Shape.SENTENCE:
            yield composed(said, of=row)
        elif said.text:
            can = "" if kind is Shape.GOES_ON else " can"
            yield composed(f"{one(cells[role].text)}{can} ", lowered(said), of=row)

    def _is_matrix(self, rows: Sequence[Block]) -> bool:
        """Whether most cells but those at the edges say yes or no, and one edge names what is done."""
        cells = [cell.text for row in rows[1:] for cell in row.cells[1:]]
        marked = [text for text in cells if _YES.fullmatch(text) or _NO.fullmatch(text)]
        return len(rows[0].cells) > 1 and bool(cells) and len(marked) * 3 >= len(cells) * 2

    def _matrix(self, rows: Sequence[Block]) -> Iterator[Block]:
        """Who can do what: roles may stand at the side or on top."""
        head = rows[0].cells
        side = [row.cells[0] for row in rows[1:] if row.cells]
        deeds_beside = self._deeds(side) >= self._deeds(head[1:]) and not _ROLE.fullmatch(head[0].text)
        for role in head[1:] if deeds_beside else side:
            yield composed(role, of=role, kind=Kind.ROLE)
        for row in rows[1:]:
            for top, cell in zip(head[1:], row.cells[1:], strict=False):
                role, deed = (top, row.cells[0]) if deeds_beside else (row.cells[0], top)
                if _NO.fullmatch(cell.text):
                    continue
                said = lowered(deed).text
                said = said if shape(said, self._tagger) is not Shape.OTHER else f"do {said}"
                if not _YES.fullmatch(cell.text) and not _OWN.fullmatch(cell.text):
                    yield composed(f"{deed.text} by {one(role.text).lower()} must be limited: ", cell, ".", of=row)
                    continue
                said = _ARTICLE.sub(r"\1 their own ", said, count=1) if _OWN.fullmatch(cell.text) else said
                yield composed(f"{one(role.text)} can {said}.", of=row)

    def _deeds(self, cells: Sequence[Block]) -> int:
        kinds = [shape(lowered(cell).text, self._tagger) for cell in cells if cell.text]
        return sum(2 if kind is Shape.ACT else " " in cell.text for kind, cell in zip(kinds, cells, strict=False))


def _said(column: str, cell: Block) -> list[Block | str]:
    """What a cell says about a field in words that stand in parentheses."""
    text = cell.text
    if not text or (_NO.fullmatch(text) and not _OPTIONAL.fullmatch(column) and not _REQUIRED.fullmatch(column)):
        return []
    if _OPTIONAL.fullmatch(column) or _REQUIRED.fullmatch(column):
        wanted = bool(_REQUIRED.fullmatch(column)) == bool(_YES.fullmatch(text) or _REQUIRED.fullmatch(text))
        known = _YES.fullmatch(text) or _NO.fullmatch(text) or _OPTIONAL.fullmatch(text) or _REQUIRED.fullmatch(text)
        return ["required" if wanted else "optional"] if known else [cell]
    if _YES.fullmatch(text):
        return [column.lower().rstrip("?")]
    if _TYPE.fullmatch(column):
        return _type(cell)
    bound = re.fullmatch(
        r"(?P<max>max)(?:imum)?\.?(?P<of> length)?|(?P<least>min)(?:imum)?\.?(?P<at> length)?|length",
        column,
        re.IGNORECASE,
    )
    if bound and text.isdigit():
        characters = " characters" if bound["of"] or bound["at"] or column.lower() == "length" else ""
        return [f"at least {text}{characters}" if bound["least"] else f"at most {text}{characters}"]
    if re.fullmatch(r"(?:allowed |possible |valid )?values?", column, re.IGNORECASE) and not text[0].isdigit():
        return ["one of ", cell]
    return [f"{column.lower()} ", cell] if re.match(r"default|example|unit", column, re.IGNORECASE) else [_bare(cell)]


def _type(cell: Block) -> list[Block | str]:
    """A type: choices are told as such, and limits behind it stand alone: `integer (1-3)`, `new / done`."""
    if limited := re.fullmatch(r"[\w ]+? ?\((?P<inner>\D.*|\d+ ?[-\u2013].*)\)", cell.text):
        chosen = "one of " if re.match(r"enum|choice", cell.text, re.IGNORECASE) else ""
        name: list[Block | str] = [] if chosen else [cut(cell, 0, limited.start("inner") - 1), "; "]
        return [*name, chosen, cut(cell, *limited.span("inner"))]
    listed = re.fullmatch(r"\w[\w -]*(?:(?:, ?(?:or )?| or | ?[/|] ?)\w[\w -]*)+", cell.text)
    counted = any(char.isdigit() for char in cell.text) or _TYPED.search(cell.text)
    return ["one of ", cell] if listed and not counted and not _FLAG.match(cell.text) else [_bare(cell)]


def _all_rights(rows: Sequence[Block]) -> bool:
    """Whether every cell but those at the side names what is done: `create, read`, `all`, `CRU`."""
    cells = [cell.text for row in rows[1:] for cell in row.cells[1:] if not _NO.fullmatch(cell.text)]
    return bool(cells) and all(_ACTIONS.fullmatch(text) for text in cells)


def _rights_on(head: Sequence[str], row: Block) -> Iterator[Block]:
    """What a role may do with the things that the columns name."""
    for thing, cell in zip(head[1:], row.cells[1:], strict=False):
        if _NO.fullmatch(cell.text):
            continue
        words = re.findall(r"[a-z]+", cell.text.lower())
        letters = cell.text.isupper() and len(words) == 1
        for word in [_LETTERS[letter] for letter in cell.text] if letters else words:
            deed = "manage" if word in {"all", "full", "everything", "crud"} else word
            yield composed(f"{one(row.cells[0].text)} can {deed} {plural(one(thing).split(' ', 1)[1])}.", of=cell)


def _bare(cell: Block) -> Block:
    return cut(cell, 0, len(cell.text.rstrip(".;,")))


def _spoken(cell: Block) -> Block:
    """A name as one word or several: `dueDate` is one like `due_date`, of which the last word may be no noun."""
    if " " in cell.text:
        return lowered(cell)
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cell.text)
    return composed(text.lower(), of=cell) if text != cell.text else lowered(cell)


def _row(head: Sequence[str], row: Block) -> Block:
    """A row of any other table: each cell with the name of its column."""
    parts: list[Block | str] = []
    for at, cell in enumerate(row.cells):
        if cell.text:
            name = head[at] if at < len(head) else ""
            parts += [*(["; "] if parts else []), *([f"{name}: "] if name else []), _bare(cell)]
    return composed(*parts, of=row, kind=Kind.ROW) if parts else silent(row, Kind.LEAD)


def describes_fields(head: Block) -> bool:
    """Whether the first row of a table says that the others are fields."""
    return _describes_fields([cell.text for cell in head.cells])


def _describes_fields(head: Sequence[str]) -> bool:
    named = [name for name in head if _FIELD.fullmatch(name)]
    others = [name for name in head if not _FIELD.fullmatch(name) and name]
    known = sum(_ABOUT_FIELD.fullmatch(name) is not None for name in others)
    return bool(named) and known * 2 >= len(others) and (known > 0 or named[0].lower() != "name")


def _of_records(head: Sequence[str]) -> bool:
    """Whether a table has a column of things, one of their fields, and others about these."""
    thing = next((at for at, name in enumerate(head) if _THING.fullmatch(name)), -1)
    return thing >= 0 and _describes_fields([*head[:thing], *head[thing + 1 :]])


def _two(head: Sequence[str], one_: re.Pattern[str], other: re.Pattern[str]) -> tuple[int, int] | None:
    """The columns that two patterns name."""
    first = next((at for at, name in enumerate(head) if one_.fullmatch(name)), None)
    second = next((at for at, name in enumerate(head) if other.fullmatch(name) and at != first), None)
    return None if first is None or second is None else (first, second)


def _all(names: Sequence[str], patterns: Sequence[re.Pattern[str]]) -> bool:
    return len(names) == len(patterns) and all(p.fullmatch(name) for p, name in zip(patterns, names, strict=True))


def _end(pattern: str, text: str) -> int:
    found = re.match(pattern, text, re.IGNORECASE)
    return found.end() if found else 0
