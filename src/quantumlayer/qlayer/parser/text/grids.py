"""Tables that say what happens or who may do what in words: moves from state to state, and rights on things."""

import re
from collections.abc import Iterator, Sequence

from quantumlayer.kit.identifiers import plural, singular
from quantumlayer.qlayer.parser.text.composed import composed, cut, lowered
from quantumlayer.qlayer.parser.text.document import Block, Kind
from quantumlayer.qlayer.parser.text.leads import one
from quantumlayer.qlayer.parser.text.shapes import Tagger

_FROM = re.compile(r"(?:from|old|current|previous|source)(?: (?:state|status))?|before", re.IGNORECASE)
_TO = re.compile(r"(?:to|new|next|target)(?: (?:state|status))?|after", re.IGNORECASE)
_WHO = re.compile(r"(?:by )?(?:who|whom|role|actor|user)|by|done by|(?:who )?(?:may|can)(?: do it)?", re.IGNORECASE)
_ACTION = re.compile(r"action|operation|step|transition|verb|move|command|what", re.IGNORECASE)
_STATE = re.compile(r"[A-Za-z][A-Za-z-]*(?: [A-Za-z-]+){0,2}")
_VERB = re.compile(r"[a-z]+(?: (?:in|out|up|off|back|down))?", re.IGNORECASE)
_NOBODY = re.compile(r"(?:-+|\u2013|\u2014|nobody|automatic(?:ally)?|(?:the )?(?:system|service)|)", re.IGNORECASE)
_NAMES = re.compile(r", (?:and |or )?| and | or | ?/ ?")
_NOTHING = re.compile(r"(?:no|none|nothing|never|not allowed|-+|\u2013|\u2014|n/?a|)[.!]?", re.IGNORECASE)
_ALL = re.compile(r"(?:everything|all|full(?: access| control)?|any(?:thing)?|manages?|maintains?|crud)", re.IGNORECASE)
_OWN = re.compile(
    r"(?:(?P<verb>[a-z]+) )?(?:only |just )?(?:(?:their|his|her|its) )?own"
    r"(?: (?:ones?|records?|data|entry|entries))?(?: only)?",
    re.IGNORECASE,
)
_SEES = re.compile(r"(?:see|view|read|look(?: at)?|read[- ]only|list|inspect)s?(?: (?:all|only))?", re.IGNORECASE)
_DEED = re.compile(r"(?:create|add|edit|change|update|delete|remove|book|cancel|approve|close|search)s?", re.IGNORECASE)
_BESIDE = re.compile(r"(?:record|entity|thing|object|data|what|resource)s?", re.IGNORECASE)


def is_moves(rows: Sequence[Block]) -> bool:
    """Whether the rows lead from one state to another."""
    head = [cell.text for cell in rows[0].cells]
    at = _at(head, _FROM), _at(head, _TO)
    return min(at) >= 0 and all(
        len(row.cells) > max(at) and _STATE.fullmatch(row.cells[at[1]].text) for row in rows[1:]
    )


def moves(rows: Sequence[Block]) -> Iterator[Block]:
    """`booked`, `driving`, `the member` as `booked -> driving by the member`; what else a row says is left to ask."""
    head = [cell.text for cell in rows[0].cells]
    source, goal, who, action = (_at(head, name) for name in (_FROM, _TO, _WHO, _ACTION))
    for row in rows[1:]:
        cells = row.cells
        start = cells[source]
        begins = not _STATE.fullmatch(start.text) or start.text.lower() in {"new", "none", "start"}
        said: list[Block | str] = ["" if begins else lowered(start), " \u2192 ", lowered(cells[goal])]
        actors = _actors(cells[who]) if 0 <= who < len(cells) else []
        verb = cells[action].text.lower() if 0 <= action < len(cells) else ""
        if not begins and actors and _VERB.fullmatch(verb):
            said += [f" when the {actors[0]} {_third(verb)} it"]
        elif not begins and actors:
            said += [" by the ", " or the ".join(actors)]
        if begins:
            yield composed(row, of=row, kind=Kind.ROW)
            continue
        yield composed(*said, of=row)
        for at, cell in enumerate(cells):
            if at not in {source, goal, who, action} and not _NOTHING.fullmatch(cell.text):
                yield composed(cell, of=cell, kind=Kind.ROW)


def _actors(cell: Block) -> list[str]:
    if _NOBODY.fullmatch(cell.text):
        return []
    names = [re.sub(r"^(?:an?|the) ", "", name.strip(), flags=re.IGNORECASE) for name in _NAMES.split(cell.text)]
    return [singular(name.lower()) for name in names if name]


def _third(verb: str) -> str:
    first, _, rest = verb.partition(" ")
    third = first if first.endswith("s") and not first.endswith("ss") else f"{first}s"
    return f"{third} {rest}".strip()


class RightsReader:
    """Reads tables with roles at one edge, things at the other, and what they may do in words between."""

    def __init__(self, tagger: Tagger, acting: set[str]) -> None:
        self._tagger = tagger
        self._acting = acting

    def reads(self, rows: Sequence[Block]) -> bool:
        """Whether all cells between the edges are rights in words, most of them of any trade."""
        parts = [part for row in rows[1:] for cell in row.cells[1:] for part in _parts(cell)]
        known = sum(any(form.fullmatch(part.text) for form in (_ALL, _SEES, _OWN, _DEED)) for part in parts)
        return len(rows[0].cells) > 1 and known * 2 >= len(parts) > 0 and all(map(self._is_right, parts))

    def _is_right(self, part: Block) -> bool:
        if any(form.fullmatch(part.text) for form in (_ALL, _SEES, _OWN, _DEED)):
            return True
        tags = self._tagger(f"They can {part.text.lower()} it.")
        return _VERB.fullmatch(part.text) is not None and tags[2][1] == "VB"

    def read(self, rows: Sequence[Block]) -> Iterator[Block]:
        """What each role can do with the things, one sentence for each right."""
        head = rows[0].cells
        side = [row.cells[0] for row in rows[1:] if row.cells]
        above = self._act(head[1:]) > self._act(side) or _BESIDE.fullmatch(head[0].text) is not None
        for role in head[1:] if above else side:
            yield composed(role, of=role, kind=Kind.ROLE)
        for row in rows[1:]:
            for top, cell in zip(head[1:], row.cells[1:], strict=False):
                role, things = (top, row.cells[0]) if above else (row.cells[0], top)
                yield from _rights(role, things, cell)

    def _act(self, cells: Sequence[Block]) -> int:
        return sum(singular(cell.text.split(" ")[-1].lower()) in self._acting for cell in cells if cell.text)


def _parts(cell: Block) -> list[Block]:
    """The rights in a cell; none where it says no."""
    if _NOTHING.fullmatch(cell.text):
        return []
    found, begin = [], 0
    for mark in [*_NAMES.finditer(cell.text), None]:
        found.append(cut(cell, begin, mark.start() if mark else len(cell.text.rstrip("."))))
        begin = mark.end() if mark else begin
    return [part for part in found if part.text]


def _rights(role: Block, things: Block, cell: Block) -> Iterator[Block]:
    if not role.text or not things.text:
        return
    names = [plural(one(name).split(" ", 1)[1]) for name in _NAMES.split(things.text) if name]
    several = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    for part in _parts(cell):
        own = _OWN.fullmatch(part.text)
        if _ALL.fullmatch(part.text):
            yield composed(f"{one(role.text)} can manage {several}.", of=cell)
        elif own and (own["verb"] or "see").lower() in {"see", "read", "view"}:
            yield composed(f"{one(role.text)} can see only their own {several}.", of=cell)
        elif own:
            yield composed(f"{one(role.text)} can {own['verb'].lower()} their own {several}.", of=cell)
        elif _SEES.fullmatch(part.text):
            yield composed(f"{one(role.text)} can see {several}.", of=cell)
        else:
            yield composed(f"{one(role.text)} can ", lowered(part), f" {several}.", of=cell)


def _at(head: Sequence[str], pattern: re.Pattern[str]) -> int:
    return next((at for at, name in enumerate(head) if pattern.fullmatch(name)), -1)
