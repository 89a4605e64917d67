"""Scenarios as sentences: what the `When` does is what somebody can do, or cannot where the `Then` refuses it."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from quantumlayer.qlayer.parser.text.composed import composed, cut, silent
from quantumlayer.qlayer.parser.text.document import Block, Kind
from quantumlayer.qlayer.parser.text.leads import one
from quantumlayer.qlayer.parser.text.shapes import Shape, Tagger, shape

_TITLE = re.compile(
    r"(?P<kind>Feature|Background|Rule|Scenario(?: Outline| Template)?|Examples?|Scenarios)\s*:\s*", re.IGNORECASE
)
_STEP = re.compile(r"(?P<word>Given|When|Then|And|But|\*)\s+", re.IGNORECASE)
_STORY = re.compile(r"(?:As an? |I want |I'd like |So that |In order to )", re.IGNORECASE)
_ROLE = re.compile(
    r"(?:(?:i am|i'm)(?: logged in| signed in| authenticated)?(?: as)?|as) (?:an?|the) (?P<who>[\w -]+?)$"
    r"|^(?:an?|the) (?P<signed>[a-z -]+?) (?:who |that )?(?:is|has|was) (?:signed|logged)[ -]in$",
    re.IGNORECASE,
)
_STRANGER = re.compile(
    r"(?:an?|the)?\s?[a-z -]+? (?:who |that )?(?:is|has|was) (?:not|never) (?:signed|logged)[ -]in$"
    r"|(?:an? )?(?:anonymous|unauthenticated) (?:user|visitor|person|caller)$"
    r"|(?:somebody|someone|a visitor) without an account$",
    re.IGNORECASE,
)
_THING = re.compile(
    r"(?:there (?:is|exists) )?(?P<thing>(?:an?|the|one) (?:[a-z-]+ ){0,3}?[a-z-]+)"
    r"(?= (?:with|without|in|of|on|for|from|that|which|who|whose|is|has|was|exists)\b|$)",
    re.IGNORECASE,
)
_IT = re.compile(r"\b(?:it|them)(?=$|[ .,])", re.IGNORECASE)
_EITHER = re.compile(r"^[a-z]+ or [a-z]+ (?=[a-z]+$)", re.IGNORECASE)
"""`white or black player` is a player."""
_PRONOUNS = frozenset({"i", "they", "he", "she"})
_TRIES = re.compile(r"(?:tries|try|attempts|attempt|wants|want) to ", re.IGNORECASE)
_REFUSED = re.compile(
    r"(?:is|are|be|gets?|was) (?:\w+ly )?(?:refused|rejected|denied|declined|forbidden|prevented|blocked|not (?:allowed"
    r"|possible|permitted|accepted))\b|\b(?:an?|the) (?:[\w-]+ )?(?:error|refusal)\b|\bfails\b"
    r"|\b(?:cannot|can not|can't|is not able|not be able)\b"
    r"|\b(?:is|are|be) told that\b|\b(?:is|are) too (?:late|early)\b",
    re.IGNORECASE,
)
_VERBS = frozenset({"VBZ", "VBP", "VB", "MD", "VBD"})
_EXISTING = re.compile(
    r"(?:there (?:is|are|exists?) )?(?:the following|these|some) (?P<what>[\w -]+?)"
    r"(?: exist| are known| are registered)?:?$",
    re.IGNORECASE,
)
_INLINE = re.compile(
    r"Given (?P<given>.{1,300}?),? when (?P<when>.{1,300}?),? then (?P<then>.{1,300}?)[.]?$", re.IGNORECASE
)
_HAS = re.compile(r"(?:the|an?) (?P<what>[a-z]+(?: [a-z]+)?) has (?P<fields>an? .+)$", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"<([^<>]+)>")


@dataclass(slots=True)
class _Step:
    word: str
    block: Block
    rows: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class _Scenario:
    steps: list[_Step] = field(default_factory=list)
    examples: list[Block] = field(default_factory=list)


def is_scenario(text: str) -> bool:
    """Whether a sentence is a whole scenario: `Given ..., when ..., then ...`."""
    return _INLINE.match(text) is not None


class ScenarioReader:
    """Turns scenarios into sentences; `infinitive` gives `borrow` for `borrows`."""

    def __init__(self, tagger: Tagger, infinitive: Callable[[str], str]) -> None:
        self._tagger = tagger
        self._infinitive = infinitive
        self._actor = ""
        self._said: set[str] = set()

    def inline(self, block: Block) -> Iterator[Block]:
        """The sentences of a scenario that is one sentence."""
        found = _INLINE.match(block.text)
        if found is not None:
            yield silent(block, Kind.LEAD)
            yield from self._sentences(
                [_Step(word, cut(block, *found.span(word))) for word in ("given", "when", "then")]
            )

    def read(self, block: Block) -> Iterator[Block]:
        """The sentences of a feature. Its own lines are leads: what they say is said in those."""
        story: list[Block] = []
        background, scenarios = _Scenario(), [_Scenario()]
        current, examples, word = scenarios[0], False, ""
        for line in block.cells:
            if title := _TITLE.match(line.text):
                kind = title["kind"].lower()
                examples = kind in {"examples", "scenarios"} and bool(current.steps)
                if not examples:
                    current = background if kind == "background" else _Scenario()
                    scenarios += [current] if current is not background else []
            elif step := _STEP.match(line.text):
                word = step["word"].lower() if step["word"].lower() in {"given", "when", "then"} else word
                current.steps.append(_Step(word, cut(line, step.end())))
            elif line.text.startswith("|"):
                (current.examples if examples or not current.steps else current.steps[-1].rows).append(line)
            elif _STORY.match(line.text):
                story.append(line)
            yield silent(line, Kind.LEAD)
        yield from self._story(story)
        for scenario in scenarios:
            yield from self._scenario([*background.steps, *scenario.steps], scenario.examples)

    def _story(self, lines: Sequence[Block]) -> Iterator[Block]:
        order = ("as a", "i want", "i'd", "so that", "in order")
        ranked = sorted(
            lines, key=lambda line: next(i for i, start in enumerate(order) if line.text.lower().startswith(start))
        )
        parts = [cut(line, 0, len(line.text.rstrip(",."))) for line in ranked]
        if parts and (who := re.match(r"as an? (?P<who>[\w -]+)", parts[0].text, re.IGNORECASE)):
            self._actor = who["who"]
            joined = [part for line in parts for part in (line, ", ")][:-1]
            yield composed(*joined, ".", of=parts[0], kind=Kind.PROSE)

    def _scenario(self, steps: Sequence[_Step], examples: Sequence[Block]) -> Iterator[Block]:
        """The sentences of a scenario, once for each row of its examples, each once."""
        names, *rows = [_cells(row) for row in examples] or [[]]
        for row in rows or [[]]:
            values = dict(zip(names, row, strict=False))
            filled = [_Step(step.word, _filled(step.block, values), step.rows) for step in steps]
            for found in self._sentences(filled):
                if found.text not in self._said:
                    self._said.add(found.text)
                    yield found

    def _sentences(self, steps: Sequence[_Step]) -> Iterator[Block]:
        given: list[str] = []
        actor, deed, thing = self._actor, None, ""
        for step in steps:
            text = step.block.text.rstrip(".")
            if step.word == "given" and _STRANGER.match(text):
                actor = "anyone"
            elif step.word == "given" and (role := _ROLE.search(text)):
                actor = role["who"] or role["signed"]
            elif step.word == "given" and (known := _EXISTING.match(text)) and step.rows:
                yield composed(f"{one(known['what'])} has {', '.join(_cells(step.rows[0]))}.", of=step.block)
            elif step.word == "given":
                given.append(text)
                thing = thing or next((found["thing"] for found in _THING.finditer(text)), "")
            elif step.word == "when":
                deed = _spoken(step.block, _IT, self._meant(step.block.text, thing, given))
            elif step.word == "then" and deed is None:
                said = self._plainly(step.block, actor, thing)
                if said is not None:
                    yield said
            elif deed is not None and step.word == "then":
                yield from self._outcome(self._does(deed, actor), given, step.block, deed)

    def _meant(self, deed: str, thing: str, given: Sequence[str]) -> str:
        """What `it` is in a deed: what was given first, unless that is who does it."""
        who = re.match(r"(?:an?|the) (?:[a-z-]+ )*?([a-z-]+) [a-z]+s it\b", deed, re.IGNORECASE)
        if who is None or who[1].lower() != thing.rpartition(" ")[2].lower():
            return thing
        told = [found["thing"] for text in given for found in _THING.finditer(text)]
        others = [
            one_
            for text in given
            for one_ in re.findall(r"\b(?:in|of|for|on) ((?:an?|the) [a-z -]+?)(?=$|,| (?:that|with|which)\b)", text)
        ]
        return next((other for other in [*others, *told] if other.rpartition(" ")[2].lower() != who[1].lower()), "")

    def _plainly(self, then: Block, actor: str, thing: str) -> Block | None:
        """What holds without anybody doing anything: `Then they can see the routes`."""
        spoken = _spoken(then, re.compile(r"^(?:it|its)\b", re.IGNORECASE), thing)
        who = spoken.text.split(" ")[0].lower()
        if who in _PRONOUNS:
            return composed(f"{_named(actor)} ", cut(spoken, len(who)), ".", of=then) if actor else None
        return composed(spoken, ".", of=then) if shape(spoken.text, self._tagger) is Shape.SENTENCE else None

    def _does(self, deed: Block, actor: str) -> tuple[str, str, str]:
        """Who does what: the subject, the verb in its dictionary form, and the rest; no subject where nobody acts."""
        text = deed.text.rstrip(".,")
        tags = self._tagger(text)
        verb = next((at for at, (_, tag) in enumerate(tags) if at and tag in _VERBS), 0)
        who = " ".join(word for word, tag in tags[:verb] if tag not in {"DT", "RB"})
        who = actor if who.lower() in _PRONOUNS else _EITHER.sub("", who)
        words = _TRIES.sub("", text[text.find(tags[verb][0]) :], count=1).split(" ")
        acts = who and len(words) > 1 and tags[verb][0] not in {"is", "are", "has", "have", "was"}
        return (who, self._infinitive(words[0]), " ".join(words[1:])) if acts else ("", "", "")

    def _outcome(self, does: tuple[str, str, str], given: Sequence[str], then: Block, deed: Block) -> Iterator[Block]:
        """What somebody can do and what it leads to, or what they cannot do and when."""
        who, verb, rest = does
        said = then.text.rstrip(".")
        if not who:
            yield composed(f"When {deed.text}, {said}.", of=then)
        elif _REFUSED.search(then.text):
            holds = " and ".join(self._condition(text) for text in given)
            yield composed(f"{_named(who)} cannot {verb} {rest}{f' when {holds}' if holds else ''}.", of=then)
        elif owned := _HAS.match(then.text):
            yield composed(f"{one(owned['what'])} has ", cut(then, owned.start("fields")), of=then)
        else:
            yield composed(f"{_named(who)} can {verb} {rest}.", of=deed)
            yield composed(f"When {_named(who).lower()} {_third(verb)} {rest}, {said}.", of=then)

    def _condition(self, text: str) -> str:
        """What is given as what holds: `an overdue loan` is there."""
        plain = text[:1].lower() + text[1:]
        return plain if shape(text, self._tagger) is Shape.SENTENCE else f"there is {plain}"


def _named(actor: str) -> str:
    return "Anyone" if actor == "anyone" else one(actor)


def _spoken(block: Block, pronoun: re.Pattern[str], thing: str) -> Block:
    """A step that names what was given instead of `it`."""
    found = pronoun.search(block.text) if thing else None
    if found is None:
        return block
    name = re.sub(r"^(?:an?|one) ", "the ", thing, flags=re.IGNORECASE)
    name = f"the {name.split(' ', 1)[1]}" if name.lower().startswith("the ") else name
    name = f"{name}'s" if found.group().lower() == "its" else name
    before, after = _part(block, 0, found.start()), _part(block, found.end(), len(block.text))
    return composed(before, name if before.text else name.capitalize(), after, of=block)


def _part(block: Block, start: int, end: int) -> Block:
    """A part of a step with the blanks around it."""
    return replace(block, text=block.text[start:end], places=block.places[start:end])


def _third(verb: str) -> str:
    """The third person of a verb: `tries`, `pushes`, `borrows`."""
    if re.search(r"[^aeiou]y$", verb):
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "x", "z", "sh", "ch", "o")) else f"{verb}s"


def _cells(row: Block) -> list[str]:
    return [cell.strip() for cell in row.text.strip().strip("|").split("|")]


def _filled(block: Block, values: dict[str, str]) -> Block:
    """A step with the values of one row for its placeholders."""
    parts: list[Block | str] = []
    begin = 0
    for found in _PLACEHOLDER.finditer(block.text):
        if found[1] in values:
            parts += [
                replace(block, text=block.text[begin : found.start()], places=block.places[begin : found.start()])
            ]
            parts.append(values[found[1]])
            begin = found.end()
    return composed(*parts, replace(block, text=block.text[begin:], places=block.places[begin:]), of=block)
