"""Lines that name a thing and list what it has: `**Guests** pay: name, email`, `Language = name + code (unique)`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from quantumlayer.kit.identifiers import plural
from quantumlayer.qlayer.parser.text.articles import LIMIT, with_article
from quantumlayer.qlayer.parser.text.composed import composed, covering, cut, lowered
from quantumlayer.qlayer.parser.text.document import Block
from quantumlayer.qlayer.parser.text.leads import LeadReader, one
from quantumlayer.qlayer.parser.text.shapes import NEXT, Shape, Tagger, finite, shape

_EQUAL = re.compile(r"(?P<name>[A-Z][\w -]{1,40}?) = (?P<said>\S.*)$")
_OF = re.compile(
    r"(?:the )?(?P<what>[a-z][\w -]*? of (?:an?|the|each) [\w -]+?)(?: =|:) (?P<said>\S.*)$", re.IGNORECASE
)
_LABEL = re.compile(r"(?P<name>[A-Za-z][\w -]{1,60}?)(?::| [\u2013\u2014-]+) (?P<said>\S.*)$")
_WORDS = re.compile(r"(?: [a-z]+){0,5}")
_USUAL = re.compile(
    r"\b(?:names?|titles?|dates?|e-?mails?|address|phone|prices?|number|code|description|start|end|amount|time)\b",
    re.IGNORECASE,
)
_BOUND = re.compile(r"(?:max|min)(?:imum)?\.? [a-z]+|(?:one|two|three) [a-z]+$", re.IGNORECASE)
_CAPITAL = re.compile(r", [A-Z][a-z]")
_PLUS = re.compile(r" \+ ")
_SUM = re.compile(r"\b(?:plus|minus|times|multiplied by|divided by|sum of)\b|[\u00d7*]", re.IGNORECASE)
_EXAMPLE = re.compile(r"(?:, | \()\d[\d.,]* .*$")
_DASH = re.compile(r" [\u2013\u2014-] ")
_FLAG = re.compile(r"(?P<name>[\w -]+?) (?P<flag>yes ?/ ?no|true ?/ ?false)", re.IGNORECASE)
_JUST = re.compile(r" ?\(an? (?P<thing>[a-z]+(?: [a-z]+)?) is (?:just|only|simply) a name\)", re.IGNORECASE)
_DEFINED = re.compile(r"(?:an?|what|that which|the|one|anything|all|everything)\b", re.IGNORECASE)
_OF_ONE = re.compile(r"\bof one (?P<other>[a-z]+(?: [a-z]+)?)(?=,|;|\.|$)")
_ANY_NUMBER = re.compile(r"(?:any number|as many) (?:of )?(?:the )?", re.IGNORECASE)
_DATED = re.compile(r"(?:date|day|time) [a-z]+ed", re.IGNORECASE)
_PAIR = 2
_LONGEST = 6


@dataclass(frozen=True, slots=True)
class Told:
    """What a line says of the thing that it names."""

    subject: str
    sentences: tuple[Block, ...]


class NameReader:
    """Reads lines that begin with the name of a thing."""

    def __init__(self, leads: LeadReader, tagger: Tagger) -> None:
        self._leads = leads
        self._tagger = tagger

    def read(self, block: Block, *, known: bool = False) -> Told | None:
        """The thing that a line is about with the sentences it gives; nothing where the line is of another kind.

        Where the thing is `known`, its name need not stand out.
        """
        equal = _EQUAL.match(block.text)
        found = equal or _LABEL.match(block.text)
        if found is None or block.bold > found.end("name"):
            return None
        name = block.text[: block.bold] or found["name"]
        extra = block.text[len(name) : found.end("name")]
        sure = known or equal is not None or _PLUS.search(found["said"]) or (block.bold and _tells(name, found["said"]))
        if not sure or not self._leads.is_thing(name) or not _WORDS.fullmatch(extra):
            return None
        subject = one(name)
        said = cut(block, found.start("said"))
        if equal is not None and _DEFINED.match(said.text):
            return Told(subject, tuple(covering(list(_defined(subject, said)), block)))
        sentences = list(self._sentences(subject, said))
        return Told(subject, tuple(covering(sentences, block))) if sentences else None

    def apart(self, text: str) -> int:
        """Where a later sentence of a line names a thing by an equals sign, else 0."""
        begins = (found.end() for found in NEXT.finditer(text))
        return next((begin for begin in begins if _EQUAL.match(text[begin:])), 0)

    def listed(self, block: Block, prefix: str) -> list[Block]:
        """What several names in one line say of the thing above; nothing where the line is of another kind."""
        just = _JUST.search(block.text)
        rest = composed(cut(block, 0, just.start()), cut(block, just.end()), of=block) if just else block
        pieces = list(_pieces(rest))
        names = self.names(rest) if len(pieces) > 1 or just else []
        if not names or (not just and any(LIMIT.match(piece.text) for piece in pieces[1:]) and len(pieces) == _PAIR):
            return []
        said = [composed(f"{prefix} ", *names, ".", of=block)]
        if just:
            thing, whole = one(just["thing"]), plural(one(prefix.removesuffix(" has")).split(" ", 2)[-1])
            said.append(composed(f"{thing} has a name.", of=block))
            said.append(composed(f"{thing} can be in several {whole}.", of=block))
        return said

    def worked_out(self, block: Block, subject: str) -> Block | None:
        """`fee: price plus 8.00` below an enrolment, or `value of a lot = bottles times cost`, as a sentence."""
        of = _OF.match(block.text)
        label = _LABEL.match(block.text)
        found = of or label
        if found is None or not _SUM.search(found["said"]) or (label is found and not subject):
            return None
        what = (
            f"The {found['what'].lower()}"
            if of
            else f"The {found['name'].lower()} of {subject[:1].lower()}{subject[1:]}"
        )
        said = lowered(cut(block, found.start("said")))
        example = _EXAMPLE.search(said.text)
        return composed(f"{what} is ", cut(said, 0, example.start()) if example else said, ".", of=block)

    def _sentences(self, subject: str, said: Block) -> Iterator[Block]:
        begin = 0
        for stop in [*NEXT.finditer(said.text), None]:
            part = cut(said, begin, stop.start() if stop else None)
            opening, begin = begin == 0, stop.end() if stop else begin
            if names := self.names(part):
                yield composed(f"{subject} has ", *names, ".", of=part)
            elif opening and shape(part.text, self._tagger) is not Shape.SENTENCE:
                return
            else:
                yield composed(part, of=part)

    def names(self, part: Block) -> list[Block | str]:
        """The names in a line that is a list of them, each with its article and what is said about it behind it."""
        groups: list[tuple[Block, list[Block]]] = []
        for piece in _pieces(part):
            if groups and LIMIT.match(piece.text) and not _BOUND.match(piece.text):
                groups[-1][1].append(piece)
            else:
                groups.append(self._name(piece))
        if not groups or not all(self._is_name(name.text.split(" (")[0]) for name, _ in groups):
            return []
        joined: list[Block | str] = []
        for name, limits in groups:
            joined += [", "] if joined else []
            many = _ANY_NUMBER.match(name.text)
            joined += ["several ", cut(name, many.end())] if many else with_article(name)
            joined += [f" ({', '.join(limit.text for limit in limits)})"] if limits else []
        return joined

    def _is_name(self, text: str) -> bool:
        words = text.split()
        if len(words) == 1 or _DATED.fullmatch(text) or _ANY_NUMBER.match(text):
            return True
        told = len(words) > _PAIR and finite(text, self._tagger)
        return len(words) <= _LONGEST and not told and shape(text, self._tagger) is Shape.NAME

    def _name(self, piece: Block) -> tuple[Block, list[Block]]:
        if flag := _FLAG.fullmatch(piece.text):
            return cut(piece, 0, flag.end("name")), [cut(piece, flag.start("flag"))]
        if colon := re.match(r"[\w -]+: (?=\S)", piece.text):
            return cut(piece, 0, piece.text.index(":")), [cut(piece, colon.end())]
        if dash := _DASH.search(piece.text):
            return cut(piece, 0, dash.start()), [cut(piece, dash.end())]
        return piece, []


def _defined(subject: str, said: Block) -> Iterator[Block]:
    """`Lot = what came in of one wine, lies in one bin`: what it is of, and what it does."""
    whole, *others = _pieces(said)
    of = _OF_ONE.search(whole.text)
    yield composed(f"{subject} belongs to one ", cut(whole, *of.span("other")), ".", of=whole) if of else whole
    for other in others:
        yield composed(f"{subject} ", other, ".", of=other)


def _tells(name: str, said: str) -> bool:
    """Whether words behind a name in bold are what it has, rather than its values: `name, code`, not `red, green`."""
    sentence = re.match(rf"(?:an?|the|each|every) {re.escape(one(name).split(' ', 1)[1])}\b", said, re.IGNORECASE)
    return bool(sentence or _USUAL.search(said)) and not _CAPITAL.search(said)


def _pieces(part: Block) -> Iterator[Block]:
    """The parts of a list between commas and pluses, but for those in parentheses or behind a colon."""
    depth, begin = 0, 0
    text = part.text.rstrip(".;")
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0 and (char == "," or text[at : at + 3] == " + ") and ": " not in text[begin:at]:
            yield cut(part, begin, at)
            begin = at + (1 if char == "," else 3)
    yield cut(part, begin, len(text))
