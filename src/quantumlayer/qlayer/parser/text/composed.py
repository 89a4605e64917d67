"""Sentences made of pieces of a text: what the layout says is said in words, and each piece keeps its place."""

from collections.abc import Sequence
from dataclasses import replace

from quantumlayer.qlayer.parser.text.document import Block, Kind


def cut(block: Block, start: int, end: int | None = None) -> Block:
    """A part of a block, without blanks around it."""
    text = block.text[start:end]
    begin = start + len(text) - len(text.lstrip())
    stop = begin + len(text.strip())
    return replace(block, text=block.text[begin:stop], places=block.places[begin:stop], cells=(), bold=0)


def composed(*parts: Block | str, of: Block, kind: Kind = Kind.ITEM) -> Block:
    """One block of several parts. Words that stand nowhere get the place of the next word that does.

    `of` is where all of it stands: what is left out of it, before or behind, is in the quote all the same.
    """
    chars: list[str] = []
    places: list[int | None] = []
    for part in parts:
        chars += part if isinstance(part, str) else part.text
        places += [None] * len(part) if isinstance(part, str) else part.places
    places[0], places[-1] = of.places[0], of.places[-1]
    return Block(of.file, kind, "".join(chars), tuple(_filled(places)), of.level)


def covering(parts: Sequence[Block], whole: Block) -> list[Block]:
    """Sentences that were made of one block, so that together their quotes leave nothing of it out."""
    starts = [whole.places[0], *(min(part.places) for part in parts[1:])]
    ends = [max((place for place in whole.places if place < begin), default=begin) for begin in starts[1:]]
    spans = zip(parts, starts, [*ends, whole.places[-1]], strict=True)
    return [replace(part, places=(start, *part.places[1:-1], end)) for part, start, end in spans]


def _filled(places: Sequence[int | None]) -> list[int]:
    found: list[int] = []
    after = 0
    for place in reversed(places):
        after = after if place is None else place
        found.append(after)
    return found[::-1]


def lowered(block: Block) -> Block:
    """A block as it stands within a sentence: its first letter is small, unless it begins with an abbreviation."""
    first = block.text.split(" ")[0]
    plain = first[:1] + first[1:].lower() == first
    return replace(block, text=block.text[:1].lower() + block.text[1:]) if plain else block


def silent(block: Block, kind: Kind) -> Block:
    """A block that no reading of sentences takes, as its words are read elsewhere or not at all."""
    return replace(block, kind=kind, cells=())
