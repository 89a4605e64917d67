"""Lists as sentences: `- number (unique)` below `Desk` says that a desk has a number (unique)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from quantumlayer.kit.identifiers import plural
from quantumlayer.qlayer.parser.text.articles import LIMIT, with_article
from quantumlayer.qlayer.parser.text.composed import composed, cut, lowered, silent
from quantumlayer.qlayer.parser.text.document import Block, Kind
from quantumlayer.qlayer.parser.text.leads import NO_LEAD, Form, Lead, LeadReader, is_criteria, one
from quantumlayer.qlayer.parser.text.named import NameReader
from quantumlayer.qlayer.parser.text.remarks import is_drawn, is_remark, remarks
from quantumlayer.qlayer.parser.text.shapes import LABEL, NEXT, Shape, Tagger, finite, shape
from quantumlayer.qlayer.parser.text.stories import thing_of_story

_ANY_NUMBER = re.compile(r"(?:any number|several|many|as many as [\w ]+|one or more)(?: of them)?", re.IGNORECASE)
_DUTY = re.compile(r"(?:must|may|can|cannot|should|shall|has to) ", re.IGNORECASE)
_MARKED = re.compile(r"\w, .*[:(]|[:(].*, |\bany number of\b")
_QUOTA = re.compile(r"(?:max\.?|maximum|at most|up to|no more than) \w+ [a-z]+ (?:per|a|each|every) ", re.IGNORECASE)
_PUBLIC = re.compile(
    r"not (?:logged|signed) in|(?:without|no) (?:an? )?(?:account|login)"
    r"|anonymous(?: users?| visitors?)?|everyone|everybody"
    r"|anyone|anybody|(?:the )?(?:general )?public",
    re.IGNORECASE,
)
_NAMES = re.compile(r", (?:and |or )?| and | or ")


@dataclass(slots=True)
class Node:
    """An item with the items below it."""

    block: Block
    below: list["Node"] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """What the items below say."""
        return [node.block.text for node in self.below]


_DEEPEST = 20


def nested(items: Sequence[Block]) -> list[Node]:
    """The items of a list as a tree: what is indented more stands below."""
    top: list[Node] = []
    open_: list[Node] = []
    for block in items:
        while open_ and open_[-1].block.level >= block.level:
            open_.pop()
        node = Node(block)
        (open_[-1].below if open_ else top).append(node)
        if len(open_) < _DEEPEST:
            open_.append(node)
    return top


class ListReader:
    """Turns the items of a list into sentences."""

    def __init__(self, leads: LeadReader, tagger: Tagger) -> None:
        self._leads = leads
        self._tagger = tagger
        self._names = NameReader(leads, tagger)
        self._several: set[str] = set()  # things of which another has several: `floors`

    def read(self, nodes: Sequence[Node], lead: Lead) -> Iterator[Block]:
        """The items under a lead, as blocks that hold whole sentences."""
        for node in nodes:
            self._several.add(node.block.text.split(" ")[-1].lower())
            if lead.form is Form.OUTSIDE:
                yield silent(node.block, Kind.OUTSIDE)
                yield from self.read(node.below, lead)
            elif lead.form is Form.ROLES:
                yield from self._role(node)
            elif lead.form is Form.FIELDS and self._is_field(node.block.text, lead) and not is_remark(node.block.text):
                yield from self.field(node, lead)
            else:
                yield from self._statement(node, lead)

    def named(self, block: Block) -> tuple[Block, ...]:
        """The sentences of a paragraph that begins with the name of a thing in bold; none where it does not."""
        told = self._names.read(block)
        return told.sentences if told else ()

    def _is_field(self, text: str, lead: Lead) -> bool:
        kind = self.shape(text)
        return kind is Shape.NAME or (lead.told and kind in {Shape.OTHER, Shape.ACT})

    def shape(self, text: str) -> Shape:
        """What an item is."""
        return shape(text, self._tagger)

    def _statement(self, node: Node, lead: Lead) -> Iterator[Block]:
        block = node.block
        if (place := self._names.apart(block.text)) > 0:
            yield from self._statement(Node(cut(block, 0, place)), lead)
            yield from self._statement(Node(cut(block, place), node.below), lead)
            return
        label = LABEL.match(block.text)
        if label and _QUOTA.match(label["said"]) and "," in label["said"]:
            yield silent(block, Kind.ROW)  # what some may have is no field of theirs
            yield from self.read(node.below, NO_LEAD)
            return
        known = bool(label) and plural(block.text.split(":")[0].lower()) in self._several
        if told := self._names.read(block, known=known):
            yield from told.sentences
            yield from self.read(node.below, Lead(Form.SUBJECT, subject=told.subject))
            return
        inner = self._lead_of(node, lead) if node.below else NO_LEAD
        if inner.form in {Form.FIELDS, Form.CLAUSE, Form.ROLES, Form.OUTSIDE} or (inner.acting and node.below):
            yield silent(block, Kind.LEAD)
        else:
            yield from self._said(block, lead)
        yield from self.read(node.below, inner)

    def _lead_of(self, node: Node, lead: Lead) -> Lead:
        if thing := thing_of_story(node.block.text, self._tagger):
            return Lead(Form.SUBJECT, subject=thing)
        if is_criteria(node.block.text):
            return lead
        found = self._leads.of_sentence(node.block.text, node.texts)
        label = LABEL.match(node.block.text)
        if found.form is Form.NONE and label and self._leads.is_thing(label["name"]):
            return Lead(Form.SUBJECT, subject=one(label["name"]))
        return found

    def _said(self, block: Block, lead: Lead) -> Iterator[Block]:
        """An item in whole sentences."""
        thing = lead.subject if lead.form in {Form.SUBJECT, Form.FIELDS} and not lead.acting else ""
        if worked_out := self._names.worked_out(block, thing):
            yield worked_out
        elif thing and is_remark(block.text):
            yield from remarks(block, thing)
        elif thing and is_drawn(block.text):
            yield composed(f"{thing}: ", block, of=block)
        elif thing and (listed := self._names.listed(block, f"{thing} has")):
            yield from listed
        else:
            yield self._completed(block, lead)

    def _completed(self, block: Block, lead: Lead) -> Block:
        """An item with what its lead says before it, where it is not a sentence by itself."""
        kind = self.shape(block.text)
        if kind is Shape.SENTENCE or not (lead.subject or lead.prefix):
            return self._about(block, lead)
        if lead.form is Form.CLAUSE:
            before = f"{lead.prefix} "
        elif kind is Shape.GOES_ON:
            before = f"{lead.subject} "
        elif lead.acting and kind is Shape.ACT:
            before = f"{lead.subject} can "
        else:
            return block
        return composed(before, lowered(block), of=block)

    def _about(self, block: Block, lead: Lead) -> Block:
        """`It must have a title` below a story is about the thing of that story, not about who speaks."""
        pronoun = re.match(r"(?:it|they)\b", block.text, re.IGNORECASE)
        if pronoun is None or lead.form is not Form.SUBJECT or lead.acting:
            return block
        return composed(f"{lead.subject} ", cut(block, pronoun.end()), of=block)

    def field(self, node: Node, lead: Lead) -> Iterator[Block]:
        """A field of a lead's subject; names and limits below it are said about it."""
        if (
            not node.below
            and _MARKED.search(node.block.text)
            and (several := self._names.listed(node.block, lead.prefix))
        ):
            yield from several
            return
        folded = [below.block for below in node.below if self._is_limit(below.block.text)]
        parts, after = self._described(node.block, folded, lead)
        whole = replace(node.block, places=(*node.block.places, *(folded[-1].places if folded else ())))
        yield composed(f"{lead.prefix} ", *parts, ".", of=whole)
        yield from after
        own = [below for below in node.below if below.block not in folded]
        yield from self.read(own, Lead(Form.SUBJECT, subject=lead.subject))
        for below in node.below:
            yield from self.read(below.below if below.block in folded else [], NO_LEAD)

    def _is_limit(self, text: str) -> bool:
        return self.shape(text) is not Shape.SENTENCE and not is_remark(text)

    def _described(self, block: Block, below: Sequence[Block], lead: Lead) -> tuple[list[Block | str], list[Block]]:
        """A name with all that is said about it in parentheses, and the sentences that follow it."""
        stop = NEXT.search(block.text)
        whole = cut(block, 0, stop.start() if stop else None)
        whole = cut(whole, 0, len(whole.text.rstrip(".;,: ")))
        label = LABEL.match(whole.text)
        if label is None:
            comma = next((m for m in re.finditer(r", +", whole.text) if LIMIT.match(whole.text[m.end() :])), None)
            name = cut(whole, 0, comma.start()) if comma else whole
            said = [cut(whole, comma.end())] if comma else []
        else:
            name, said = cut(whole, 0, label.end("name")), [cut(whole, label.start("said"))]
        said += [cut(block, stop.end())] if stop else []
        asides: list[Block] = []
        after: list[Block] = []
        for part in [*said, *below]:
            if is_duty(part.text):
                after.append(composed(f"The {name.text.lower()} of {_small(lead.subject)} ", lowered(part), of=part))
            elif self.shape(part.text) is Shape.SENTENCE and not LIMIT.match(part.text):
                after.append(part)
            elif LIMIT.match(part.text) or not finite(part.text, self._tagger):
                asides.append(part)
        if said and _ANY_NUMBER.fullmatch(said[0].text.rstrip(".;, ")):
            return [composed("several ", lowered(name), of=name)], after
        return [*with_article(name), *_in_parentheses(asides)], after

    def _role(self, node: Node) -> Iterator[Block]:
        block = node.block
        label = LABEL.match(block.text)
        if self.shape(block.text) is Shape.SENTENCE and not label:
            yield block
            yield from self.read(node.below, NO_LEAD)
            return
        names = list(roles_in(cut(block, 0, label.end("name") if label else None)))
        said = cut(block, label.start("said")) if label else None
        public = _PUBLIC.fullmatch(names[0].text) is not None
        yield from (composed(name, of=block, kind=Kind.LEAD if public else Kind.ROLE) for name in names)
        subject = "Anyone" if public else one(names[0].text)
        kind = self.shape(said.text) if said else Shape.NAME
        if said and kind is Shape.SENTENCE:
            yield replace(said, kind=Kind.ITEM)
        elif said and kind in {Shape.GOES_ON, Shape.ACT}:
            can = " can" if kind is Shape.ACT else ""
            yield composed(f"{subject}{can} ", lowered(said), of=said)
        yield from self.read(node.below, Lead(Form.SUBJECT, subject=subject, acting=True))


def roles_in(block: Block) -> Iterator[Block]:
    """The names of a list of roles in one line."""
    begin = 0
    text = block.text.rstrip(".;: ")
    for found in [*_NAMES.finditer(text), None]:
        name = cut(block, begin, found.start() if found else len(text))
        article = re.match(r"(?:an?|the) ", name.text, re.IGNORECASE)
        yield cut(name, article.end()) if article else name
        begin = found.end() if found else begin


def _in_parentheses(asides: Sequence[Block]) -> list[Block | str]:
    """What is said about a name, with one pair of parentheses around all of it."""
    parts: list[Block | str] = []
    for aside in asides:
        bare = aside.text.rstrip(".;, ")
        inner = bare[0] == "(" and bare[-1] == ")" and bare.count("(") == 1
        parts += [", " if parts else " (", cut(aside, 1, len(bare) - 1) if inner else cut(aside, 0, len(bare))]
    return [*parts, ")"] if parts else []


def _small(subject: str) -> str:
    return subject[:1].lower() + subject[1:]


def is_duty(text: str) -> bool:
    """Whether words say what something must or can do, rather than what it is."""
    return _DUTY.match(text) is not None
