"""One source of a service: what was read from it, and its own words for each element."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice, takewhile

from quantumlayer.kit.identifiers import plural, singular, words
from quantumlayer.qlayer.parser.text.numbers import NUMBER, number
from quantumlayer.spec.model import Source, Spec

_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LONGEST = 140
_DEEPEST = 8
_MUST = re.compile(r"\b(?:must|required|mandatory|compulsory|needs? to have)\b", re.IGNORECASE)
_MAY = re.compile(
    r"\b(?:optional|optionally|may have|need not|(?:can|may) be (?:empty|missing|left out)|if (?:any|known))\b",
    re.IGNORECASE,
)


class Kind(IntEnum):
    """What a source is; what comes first gives the names and the shapes."""

    SPEC = 0
    CONTRACT = 1
    SCHEMA = 2
    TEXTS = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A source.

    Args:
        kind: What it is.
        spec: What was read from it.
        texts: Its files by name.
    """

    kind: Kind
    spec: Spec
    texts: Mapping[str, str]

    def said(self, address: str) -> str:
        """Where the source says an element, with its words: `shop.sql: "title varchar(150) NOT NULL"`."""
        quotes = list(self._quotes(address))
        if address.endswith((".max", ".min")):
            quotes.sort(key=lambda one: re.search(NUMBER, one[1]) is None)  # what states the number comes first
        file, quote = next(iter(quotes), (next(iter(self.texts), "the Spec"), ""))
        shown = _shortened(quote)
        return f'{file}: "{shown}"' if shown else file

    def states_number(self, address: str, value: object) -> bool:
        """Whether its words hold a number, rather than that it follows from a type."""
        quotes = [quote for _, quote in self._whole(address)]
        return not quotes or any(_number_in(quote, value) for quote in quotes)

    def states_need(self, address: str, *, required: bool) -> bool:
        """Whether it says itself that a value must, or need not, be given; in a text what is needed goes unsaid."""
        if self.kind is not Kind.TEXTS or not required:
            return True
        return bool(self.says_must(address))

    def says_must(self, address: str) -> str:
        """Where a sentence of it demands the value, with its words; empty where none does."""
        return self._said_by(lambda quote: _MUST.search(quote) is not None, address)

    def says_may(self, address: str) -> str:
        """Where a sentence of it lets the value be left out, with its words; empty where none does."""
        return self._said_by(lambda quote: _MAY.search(quote) is not None and not _MUST.search(quote), address)

    def _said_by(self, wanted: Callable[[str], bool], address: str) -> str:
        quote = next(filter(wanted, self._speaking(address)), "")
        return f'{next(iter(self.texts))}: "{_shortened(quote)}"' if quote else ""

    def mentions(self, address: str) -> bool:
        """Whether a sentence of it led to a field, or names it and its entity."""
        return bool(self._speaking(address))

    def words_of(self, address: str) -> frozenset[str]:
        """The words and numbers of the sentences that led to a field or name it."""
        text = " ".join(self._speaking(address)).lower()
        return frozenset(re.findall(r"[\w.]+(?<!\.)", text)) | {str(number(one)) for one in re.findall(NUMBER, text)}

    def marks(self, address: str) -> bool:
        """Whether a sentence of it led to an element."""
        return any(address in source.elements for source in self.spec.trace)

    def _speaking(self, address: str) -> list[str]:
        """The sentences of a text that led to a field, and those that name it with its entity."""
        entity, key = (" ".join(words(address.split(".")[part])) for part in (1, 3))
        named = [re.compile(rf"\b(?:{name}|{plural(name)})\b", re.IGNORECASE) for name in (entity, key)]
        return [
            source.quote
            for source in self.spec.trace
            if address in source.elements or all(one.search(source.quote) for one in named)
        ]

    def _whole(self, address: str) -> list[tuple[str, str]]:
        found = [(source.file, source.quote) for source in self._sources(address)]
        return found or list(self._lines(address))

    def _quotes(self, address: str) -> Iterator[tuple[str, str]]:
        key = _key_of(address)
        for source in self._sources(address):
            lines = _naming(source.quote.splitlines(), key) if self.kind is Kind.SCHEMA and key else [source.quote]
            yield source.file, next(iter(lines), source.quote)
        yield from self._lines(address)

    def _sources(self, address: str) -> list[Source]:
        """The sentences of an element, or of the nearest thing around it."""
        while address.count("."):
            found = [source for source in self.spec.trace if address in source.elements]
            if found:
                return sorted(found, key=lambda one: -one.elements[address])
            address = address.rpartition(".")[0]
        return []

    def _lines(self, address: str) -> Iterator[tuple[str, str]]:
        """The lines of a document without a trace that name an element below its entity."""
        parts = address.split(".")
        if len(parts) < 2 or self.kind is Kind.TEXTS:
            return
        for file, text in self.texts.items():
            lines = text.splitlines()
            named = [index for index, line in enumerate(lines) if _plain(parts[1]) in _tokens(line)]
            begins = sorted(named, key=lambda index: not _begins(lines[index], _plain(parts[1])))
            for start in begins:
                key = _key_of(address)
                found = _naming(lines[start:], key) if key else [lines[start]]
                if found:
                    yield file, _block(lines[start:], found[0])
                    return


def same_entity(one: str, other: str) -> bool:
    """Whether two names of entities are one but for case, underscores and number."""
    return _plain(one) == _plain(other)


def same_field(one: str, other: str) -> bool:
    """Whether two names of fields are one but for case and underscores."""
    return one.replace("_", "").lower() == other.replace("_", "").lower()


def _shortened(quote: str) -> str:
    flat = " ".join(quote.split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1]}\u2026"


def _key_of(address: str) -> str:
    """The name of the field, relation or operation that an address is in."""
    parts = address.split(".")
    return parts[3] if len(parts) > 3 else ""


def _naming(lines: Iterable[str], key: str) -> list[str]:
    plain = _plain(key)
    lines = list(lines)
    found = [line for line in lines if plain in _tokens(line)]
    found = found or [line for line in lines if any(token.removesuffix("id") == plain for token in _tokens(line))]
    return sorted(found, key=lambda line: not _begins(line, plain))


def _begins(line: str, plain: str) -> bool:
    """Whether a line is about a name, rather than that it names it among others."""
    first = _TOKEN.search(line)
    return first is not None and _plain(first[0]).removesuffix("id") in {plain, plain.removesuffix("id")}


def _block(lines: Sequence[str], line: str) -> str:
    """A line with the more indented ones below it."""
    start = lines.index(line)
    depth = len(line) - len(line.lstrip())
    below = takewhile(lambda one: one.strip() and len(one) - len(one.lstrip()) > depth, lines[start + 1 :])
    return "\n".join([line, *islice(below, _DEEPEST)])


def _tokens(line: str) -> set[str]:
    return {_plain(token) for token in _TOKEN.findall(line)}


def _plain(name: str) -> str:
    parts = words(name)
    return "".join([*parts[:-1], singular(parts[-1])]) if parts else name.lower()


def _number_in(quote: str, value: object) -> bool:
    return any(number(found) == value for found in re.findall(NUMBER, quote.lower()))
