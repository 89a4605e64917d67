"""User stories: what a backlog says, story by story, that a service keeps, and how it hangs together.

A single story says little of records: `I want to add campers to groups`. That many stories speak of the same things,
and which of them stand together, says what the records are. Each mention counts by where it stands: what somebody wants
to work with counts more than what a reason names.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from quantumlayer.kit.identifiers import singular
from quantumlayer.qlayer.parser.draft import ASSUMED, LIKELY, Draft
from quantumlayer.qlayer.parser.meaning.concepts import relate
from quantumlayer.qlayer.parser.meaning.verbs import CREATE, READ, SEARCH
from quantumlayer.qlayer.parser.text.clauses import STORY
from quantumlayer.qlayer.parser.text.document import Kind
from quantumlayer.qlayer.parser.text.phrases import NOUNS
from quantumlayer.qlayer.parser.text.sentences import Sentence, Word

Name = tuple[str, ...]

_FEWEST = 5
"""Stories that make a backlog."""

_WANTED = {"made": 3.0, "object": 1.75, "subject": 1.0, "place": 1.25, "owner": 1.0}
_REASON = {"made": 0.6, "object": 0.6, "subject": 0.6, "place": 0.4, "owner": 0.5}
_KEPT = 2.5
"""How often something must be spoken of to be kept: a thing that one story works with and another one names."""
_TIED = 1.5
_OWN_TIE, _DONE_TIE, _SEEN_TIE = 2.0, 0.75, 0.4
"""What speaks for a tie of a thing to whoever owns it, does something with it, or looks at it."""
_OWNED = 2
"""So often a role says `my ...` of records before it is one itself."""

_REASONS = re.compile(r"\bso(?: that)?\b|\bin order to\b|\bbecause\b", re.IGNORECASE)
_PLACES = frozenset(
    {"to", "for", "in", "into", "of", "with", "from", "on", "at", "per", "about", "within", "by", "during", "between"}
)
_OBJECTS = frozenset({"dobj", "nsubjpass", "oprd", "dative"})
_MAKING = CREATE | {
    "assign", "attach", "book", "buy", "enrol", "enroll", "fill", "generate", "invite", "log", "order", "pay", "plan",
    "post", "print", "publish", "purchase", "receive", "rent", "report", "request", "reserve", "save", "schedule",
    "sell", "send", "store", "subscribe", "upload", "write",
}  # fmt: skip
"""Verbs whose object is written down somewhere."""
_OF_ITS_OWN = frozenset({"my", "our"})

_VAGUE = frozenset(
    re.findall(
        r"\w+",
        """
        ability access account address advance advantage afternoon age amount anything app application aspect
        attention basis benefit bit browser button case cent chance change choice click clue color colour computer
        condition content control convenience copy cost customization daily data database date day default deletion
        description detail difference dollar ease edit effort email end environment error euro everyone everything
        example existence expectation experience fact feature field filter focus format front function functionality
        future gender goal hand help history home hour idea improvement individual information input insight
        instance instruction interest interface internet kind knowledge language life link list login look lot mail
        management manner matter meaning means method mind minute mistake moment month morning name need night none
        nothing number one operation opinion opportunity option other overview page part password past people
        percent period person phone piece place platform point possibility preference presence price problem process
        profile progress purpose quality range reason record reference requirement responsibility rest right risk
        role screen search second selection sense set setting side situation size software someone something sort
        stage state statistic status step stuff style summary sure system term text thing time title today tomorrow
        top total track type update usage use value variety version view visibility way web website week weekend
        word work world year yesterday
        """,
    )
)
"""Words that name no records of their own in any trade: means, times, amounts, and what describes something else."""


@dataclass(frozen=True, slots=True)
class _Mention:
    """Where a story names something."""

    name: Name
    place: str
    wanted: bool
    index: int

    @property
    def weight(self) -> float:
        return (_WANTED if self.wanted else _REASON)[self.place]


@dataclass(slots=True)
class _Story:
    """A story: who speaks, what it names, and which of these stand together."""

    sentence: Sentence
    who: Name
    mentions: list[_Mention] = field(default_factory=list)
    pairs: list[tuple[Name, Name, float]] = field(default_factory=list)
    own: list[Name] = field(default_factory=list)


def find_stories(draft: Draft) -> bool:
    """The entities and relations of a backlog; gives whether the text is one."""
    prose = [sentence for sentence in draft.sentences if sentence.kind in {Kind.PROSE, Kind.ITEM}]
    stories = [story for sentence in prose if (story := _story(sentence)) is not None]
    if len(stories) < _FEWEST or 2 * len(stories) < len(prose):
        return False
    names = _Names(stories)
    kept = _kept(stories, names)
    for story in stories:
        for mention in story.mentions:
            if (name := names.of(mention.name)) in kept:
                sure = LIKELY if kept[name] > 2 * _KEPT else ASSUMED
                draft.mark(story.sentence, draft.add_entity(" ".join(name)).address, sure)
    for name, target, sentence in _tied(stories, names, kept):
        entity, other = draft.named(name), draft.named(target)
        if entity is not None and other is not None and entity is not other:
            relation = relate(draft, entity, other, sentence, optional=True)
            about = f"{entity.address}.relations.{relation}"
            if relation:
                draft.assume(about, f"{entity.one} may have one {other.title}; the stories only name them together.")
    return True


class _Names:
    """What one thing is called: a word alone means the only longer name that ends in it, several mean their end."""

    def __init__(self, stories: Iterable[_Story]) -> None:
        longer: dict[str, Counter[Name]] = defaultdict(Counter)
        for story in stories:
            for name in (story.who, *(mention.name for mention in story.mentions)):
                longer["".join(name[-1:])][name] += 1
        self._of: dict[Name, Name] = {}
        for last, found in longer.items():
            compounds = [name for name in found if len(name) > 1]
            alone = found[(last,)]
            if len(compounds) == 1 and (not alone or found[compounds[0]] >= alone):
                self._of[(last,)] = compounds[0]
            elif last not in _VAGUE and (len(compounds) > 1 or alone):
                self._of |= dict.fromkeys(compounds, (last,))

    def of(self, name: Name) -> Name:
        return self._of.get(name, name)


def _kept(stories: list[_Story], names: _Names) -> dict[Name, float]:
    """What is kept, with how much speaks for it."""
    weights: dict[Name, float] = defaultdict(float)
    for story in stories:
        best: dict[Name, float] = {}
        for mention in story.mentions:
            name = names.of(mention.name)
            best[name] = max(best.get(name, 0.0), mention.weight)
        for name, weight in best.items():
            weights[name] += weight
    kept = {name: weight for name, weight in weights.items() if weight >= _KEPT and not _is_vague(name)}
    own = Counter(story.who for story in stories for name in story.own if names.of(name) in kept)
    for who, count in own.items():
        if count >= _OWNED and not _is_vague(who):
            kept.setdefault(names.of(who), float(count))
    return kept


def _is_vague(name: Name) -> bool:
    return name[-1] in _VAGUE


def _tied(stories: list[_Story], names: _Names, kept: dict[Name, float]) -> Iterator[tuple[Name, Name, Sentence]]:
    """Which records belong to which others, and the sentence that says it first."""
    weights: dict[frozenset[Name], float] = defaultdict(float)
    first: dict[frozenset[Name], tuple[Name, Name, Sentence]] = {}
    for story in stories:
        best: dict[frozenset[Name], float] = {}
        for one, other, weight in story.pairs:
            name, target = names.of(one), names.of(other)
            pair = frozenset({name, target})
            if len(pair) > 1 and pair <= kept.keys():
                best[pair] = max(best.get(pair, 0.0), weight)
                first.setdefault(pair, (name, target, story.sentence))
        for pair, weight in best.items():
            weights[pair] += weight
    for pair, weight in weights.items():
        if weight >= _TIED:
            yield first[pair]


def _story(sentence: Sentence) -> _Story | None:
    """A sentence as a story."""
    start = STORY.match(sentence.text)
    if start is None:
        return None
    reason = _REASONS.search(sentence.text, start.end())
    end = reason.start() if reason else len(sentence.text)
    words = sentence.words
    who = [index for index, word in enumerate(words) if start.start("who") <= word.at < start.end("who")]
    speaker = next((index for index in reversed(who) if words[index].tag in NOUNS), None)
    story = _Story(sentence, _name(words, speaker) if speaker is not None else ())
    aside = 0
    for index, word in enumerate(words):
        aside += (word.text == "(") - (word.text == ")")
        place = _place(words, index) if word.at >= start.end() and word.tag in NOUNS and aside < 1 else ""
        if place:
            story.mentions.append(_Mention(_name(words, index), place, word.at < end, index))
    _pair(story)
    return story


def _name(words: tuple[Word, ...], index: int) -> Name:
    """The name that ends in a word: the nouns right before it belong to it, and the last one is in the singular.

    Of `order summary` and `event page` that is the order and the event.
    """
    start = index
    while start and _belongs(words, start - 1, index):
        start -= 1
    if singular(words[index].lower) in _VAGUE and start < index and words[index - 1].tag in NOUNS:
        index -= 1
    return (*(word.lower for word in words[start:index]), singular(words[index].lower))


def _belongs(words: tuple[Word, ...], place: int, head: int) -> bool:
    word = words[place]
    return (word.dep == "compound" and word.tag in NOUNS | {"VBG"}) or (word.tag == "VBG" and place == head - 1)


def _place(words: tuple[Word, ...], index: int) -> str:
    """Where a noun stands: worked with, working, in a place, or owning; nothing where it is part of another name."""
    word = words[index]
    seen = 0
    while word.dep in {"conj", "appos"} and word.head != index and seen < len(words):
        index, word, seen = word.head, words[word.head], seen + 1
    if word.dep in _OBJECTS:
        return "made" if words[word.head].lemma in _MAKING else "object"
    if word.dep in {"nsubj", "attr"}:
        return "subject"
    if word.dep == "pobj":
        of = words[word.head]
        lists = of.lower == "of" and singular(words[of.head].lower) in _VAGUE and of.head < index
        return (_place(words, of.head) or "place") if lists else "place"  # a list of events is worked with as they are
    return "owner" if word.dep == "poss" else ""


def _root(words: tuple[Word, ...], index: int) -> Word:
    """The first of the nouns that a noun is listed with."""
    seen = 0
    while words[index].dep in {"conj", "appos"} and words[words[index].head].tag in NOUNS and seen < len(words):
        index, seen = words[index].head, seen + 1
    return words[index]


def _pair(story: _Story) -> None:
    """What stands together, the one that belongs to the other first."""
    words = story.sentence.words
    named = {mention.index: mention for mention in story.mentions}
    for mention in story.mentions:
        root = _root(words, mention.index)
        strength = 1.0 if mention.wanted else 0.75
        if root.dep == "pobj" and words[root.head].lower in _PLACES:
            for other in _governed(words, named, words[root.head].head):
                if other is not mention:
                    story.pairs.append((other.name, mention.name, 1.5 * strength))
        elif root.dep == "poss" and root.head in named:
            story.pairs.append((named[root.head].name, mention.name, 2.0 * strength))
        elif mention.place in {"object", "made"}:
            for other in story.mentions:
                subject = _root(words, other.index)
                if other.place == "subject" and subject.head == root.head and other is not mention:
                    story.pairs.append((mention.name, other.name, 1.5 * strength))
        if len(mention.name) > 1:
            story.pairs.append((mention.name[-1:], (singular(mention.name[0]),), 1.5 * strength))
        _pair_with_speaker(story, mention)


def _governed(words: tuple[Word, ...], named: dict[int, _Mention], governor: int) -> Iterator[_Mention]:
    """What a preposition tells more about: the noun before it, or what its verb works with."""
    if governor in named:
        yield named[governor]
        return
    for mention in named.values():
        root = _root(words, mention.index)
        if mention.place in {"object", "made"} and root.head == governor:
            yield mention


def _pair_with_speaker(story: _Story, mention: _Mention) -> None:
    """What somebody calls their own is theirs; what they work with may be anybody's."""
    words = story.sentence.words
    if any(word.head == mention.index and word.lower in _OF_ITS_OWN for word in words):
        story.own.append(mention.name)
        story.pairs.append((mention.name, story.who, _OWN_TIE))
    elif mention.wanted and mention.place in {"object", "made"}:
        verb = words[_root(words, mention.index).head].lemma
        story.pairs.append((mention.name, story.who, _SEEN_TIE if verb in READ | SEARCH else _DONE_TIE))
