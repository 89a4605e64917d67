"""From the outline of a text to blocks of sentences: what a text says by its layout is said in words.

Lists, tables, scenarios and formal style give the sentences that a person would have written instead of them, so that
the readings of meaning know of none of these. Each sentence keeps the place in the text that it stands for.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile

from quantumlayer.kit.identifiers import singular
from quantumlayer.qlayer.parser.text.composed import composed, cut, silent
from quantumlayer.qlayer.parser.text.document import Block, Kind
from quantumlayer.qlayer.parser.text.formal import plain
from quantumlayer.qlayer.parser.text.gherkin import ScenarioReader, is_scenario
from quantumlayer.qlayer.parser.text.leads import NO_LEAD, Form, Lead, LeadReader, is_criteria, one
from quantumlayer.qlayer.parser.text.lists import ListReader, nested, roles_in
from quantumlayer.qlayer.parser.text.scope import INLINE, is_outside
from quantumlayer.qlayer.parser.text.shapes import LABEL, Tagger
from quantumlayer.qlayer.parser.text.stories import thing_of_story
from quantumlayer.qlayer.parser.text.tables import TableReader, describes_fields

_ACTS = re.compile(
    r"(?:^|[.;:] )(?:an? |the |each |every |all |only )?([a-z]+(?: [a-z]+)?) (?:can|may) (?!be\b|not\b|have\b)[a-z]+"
    r"|\bas an? ([a-z -]+?),? i (?:want|need|can)",
    re.IGNORECASE,
)
_ONE = re.compile(r"(?:an?|one|two|several|exactly one) [a-z]+", re.IGNORECASE)
_NEXT = re.compile(r"[.!?] +(?=[A-Z])")
_ROLES = re.compile(
    r"(?:the |our |user )*(?:roles|actors)(?: are)?:? (?:are )?(?=\w)"
    r"|(?:there are|(?:the )?(?:system|service|app|application) (?:has|knows)"
    r"|we have) (?:\w+ )?(?:user )?roles(?::|,| -) ",
    re.IGNORECASE,
)


def outline(raw: Sequence[Block], tagger: Tagger, infinitive: Callable[[str], str]) -> list[Block]:
    """The blocks of sentences that an outline says."""
    texts = [plain(block, infinitive) if block.kind in {Kind.PROSE, Kind.ITEM} else block for block in raw]
    walk = _Walk(texts, tagger, infinitive)
    found = list(walk.read())
    return [plain(block, infinitive) if block.kind in {Kind.PROSE, Kind.ITEM} else block for block in found]


class _Walk:
    """Goes through an outline and remembers what stands above."""

    def __init__(self, raw: Sequence[Block], tagger: Tagger, infinitive: Callable[[str], str]) -> None:
        self._raw = raw
        self._tagger = tagger
        acting = _acting(raw)
        self._leads = LeadReader(tagger, acting)
        self._lists = ListReader(self._leads, tagger)
        self._tables = TableReader(tagger, acting)
        self._scenarios = ScenarioReader(tagger, infinitive)
        self._headings: list[Block] = []
        self._lead: Lead | None = None  # of the sentence right above
        self._thing = ""  # of the last story

    def read(self) -> Iterator[Block]:
        """All blocks."""
        place = 0
        while place < len(self._raw):
            run = self._run(place)
            for block in self._read(run, self._run(place + len(run))):
                yield from self._line(block)
            place += len(run)

    def _run(self, place: int) -> list[Block]:
        """The block at a place, with those that make one list or one table with it."""
        first = self._raw[place : place + 1]
        if not first or first[0].kind not in {Kind.ITEM, Kind.ROW}:
            return list(first)
        kind = first[0].kind
        rest = takewhile(
            lambda block: block.kind is kind and (kind is Kind.ITEM or block.level > 0), self._raw[place + 1 :]
        )
        return [*first, *rest]

    def _read(self, run: list[Block], after: list[Block]) -> Iterator[Block]:
        block = run[0]
        lead, self._lead = self._lead, None
        if block.kind is Kind.HEADING:
            self._headings = [above for above in self._headings if above.level < block.level]
            self._headings.append(block)
            yield block
        elif block.kind is not Kind.CODE and any(is_outside(heading.text) for heading in self._headings):
            yield from (silent(part, Kind.OUTSIDE) for part in run)
        elif block.kind is Kind.ITEM:
            nodes = nested(run)
            yield from self._lists.read(nodes, lead or self._of_heading([node.block.text for node in nodes]))
            for part in run:
                self._remember(part)
        elif block.kind is Kind.ROW:
            lead = lead or self._of_heading([])
            title = self._title
            if not lead.subject and describes_fields(run[0]) and self._leads.is_thing(title, sure=True):
                lead = Lead(Form.SUBJECT, subject=one(title))
            yield from self._tables.read(run, lead)
        elif block.kind is Kind.SCENARIO:
            yield from self._scenarios.read(block)
        else:
            yield from self._prose(block, after)

    def _prose(self, block: Block, after: list[Block]) -> Iterator[Block]:
        """A paragraph, the last sentence of which may introduce the list or the table behind it."""
        self._remember(block)
        if block.kind is not Kind.PROSE or not after or after[0].kind not in {Kind.ITEM, Kind.ROW}:
            yield block
            return
        begin = max((found.end() for found in _NEXT.finditer(block.text)), default=0)
        last = cut(block, begin)
        if after[0].kind is Kind.ROW and (label := LABEL.match(last.text)):
            yield self._labelled(last, label)
            return
        lead = self._of_sentence(last.text, after)
        if lead is None:
            yield block
            return
        self._lead = lead
        if begin:
            yield cut(block, 0, begin)
        yield silent(last, Kind.LEAD)

    def _labelled(self, block: Block, label: re.Match[str]) -> Block:
        """`Sample - taken at one lake` above a table: what the rows belong to, and a sentence about it."""
        if not self._leads.is_thing(label["name"]):
            self._lead = NO_LEAD
            return block
        self._lead = Lead(Form.SUBJECT, subject=one(label["name"]))
        undergoes = self._tagger(label["said"])[0][1] in {"VBN", "VBD"}
        names = _ONE.match(label["said"]) is not None
        before = f"{one(label['name'])} {'is ' if undergoes else 'has ' if names else ''}"
        return composed(before, cut(block, label.start("said")), of=block)

    def _of_sentence(self, text: str, after: list[Block]) -> Lead | None:
        """The lead that a sentence is for what follows it."""
        closed = text.endswith(":")
        if is_criteria(text):
            return Lead(Form.SUBJECT, subject=self._thing) if self._thing else NO_LEAD
        if after[0].kind is Kind.ROW:
            return self._of_table(text)
        items = [node.block.text for node in nested(after)]
        lead = self._leads.of_sentence(text, items)
        if lead.form is Form.NONE and closed:
            lead = self._leads.of_heading(text, self._title, items)
        return lead if lead.form is not Form.NONE and (closed or lead.form in {Form.FIELDS, Form.CLAUSE}) else None

    def _of_table(self, text: str) -> Lead | None:
        """`A desk has these fields:` above a table, or any sentence that names the thing with an article."""
        found = self._leads.of_sentence(text, [])
        if found.form is Form.FIELDS:
            return found
        name = self._leads.thing_of(text)
        named = re.search(r"\b(?:of|for|about) (?:an?|the|each|every) ([\w -]+?)[:.]?$", text)
        name = name or (named[1] if named and self._leads.is_thing(named[1]) else "")
        return Lead(Form.SUBJECT, subject=one(name)) if name and text.endswith(":") else None

    @property
    def _title(self) -> str:
        """The heading that the text is below, unless it is the title of the whole."""
        return self._headings[-1].text if self._headings and not self._is_title(self._headings[-1]) else ""

    def _is_title(self, heading: Block) -> bool:
        return heading is self._raw[0] and heading.level <= 1

    def _of_heading(self, items: list[str]) -> Lead:
        if not self._title:
            return NO_LEAD
        if is_criteria(self._title):
            return Lead(Form.SUBJECT, subject=self._thing) if self._thing else NO_LEAD
        above = self._headings[-2] if len(self._headings) > 1 else None
        around = self._leads.thing_of(above.text) if above is not None and not self._is_title(above) else ""
        return self._leads.of_heading(self._title, around, items)

    def _remember(self, block: Block) -> None:
        self._thing = thing_of_story(block.text, self._tagger) or self._thing

    def _line(self, block: Block) -> Iterator[Block]:
        """What one line says by its form alone."""
        if block.kind not in {Kind.PROSE, Kind.ITEM}:
            yield block
        elif roles := _ROLES.match(block.text):
            for name in roles_in(cut(block, roles.end())):
                yield composed(name, of=block, kind=Kind.ROLE)
        elif block.kind is Kind.PROSE and block.bold and (told := self._lists.named(block)):
            yield from told
        elif INLINE.match(block.text):
            yield silent(block, Kind.OUTSIDE)
        elif is_scenario(block.text):
            yield from self._scenarios.inline(block)
        else:
            yield block


def _acting(raw: Sequence[Block]) -> set[str]:
    """Who does something in a text, as the last words of their names in the singular."""
    named = [part for block in raw for found in _ACTS.findall(block.text) for part in found if part]
    named += [
        name.text for block in raw if (roles := _ROLES.match(block.text)) for name in roles_in(cut(block, roles.end()))
    ]
    return {singular(name.split(" ")[-1].lower()) for name in named if name}
