"""One user story: who speaks, what it names, and what of that stands together."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from quantumlayer.kit.identifiers import singular
from quantumlayer.qlayer.parser.meaning.verbs import CREATE, READ, SEARCH
from quantumlayer.qlayer.parser.text.phrases import NOUNS
from quantumlayer.qlayer.parser.text.sentences import Sentence, Word
from quantumlayer.qlayer.parser.text.stories import STORY

Name = tuple[str, ...]

_WANTED = {"made": 3.0, "object": 1.75, "subject": 1.0, "place": 1.25, "owner": 1.0}
_REASON = {"made": 0.6, "object": 0.6, "subject": 0.6, "place": 0.4, "owner": 0.5}
"""What a mention speaks for something being kept: what somebody wants to work with more than what a reason names."""

_TIE, _OWNER_TIE, _OWN_TIE, _DONE_TIE, _SEEN_TIE = 1.5, 2.0, 2.0, 0.75, 0.4
"""What speaks for a tie: standing together, `a camper's parents`, `my ...`, doing something with it, looking at it."""
_IN_REASON = 0.75

_REASONS = re.compile(r"\bso(?: that)?\b|\bin order to\b|\bbecause\b", re.IGNORECASE)
_PLACES = frozenset(
    {"to", "for", "in", "into", "of", "with", "from", "on", "at", "per", "about", "within", "by", "during", "between"}
)
_OBJECTS = frozenset({"dobj", "nsubjpass", "oprd", "dative"})
_WORKED_WITH = frozenset({"object", "made"})
_SAYING = frozenset({"report", "show", "announce", "explain", "complain", "communicate"})
"""Verbs of which `to` names who hears of it, not whose it is."""
_OF_ITS_OWN = frozenset({"my", "our"})
_MAKING = CREATE | {
    "assign", "attach", "book", "buy", "enrol", "enroll", "fill", "generate", "invite", "log", "order", "pay", "plan",
    "post", "print", "publish", "purchase", "receive", "rent", "report", "request", "reserve", "save", "schedule",
    "sell", "send", "store", "subscribe", "upload", "write",
}  # fmt: skip
"""Verbs whose object is written down somewhere."""

_VAGUE = frozenset(
    re.findall(
        r"\w+",
        """
        ability access account address advance advantage afternoon age alert amount anything app application aspect
        attention basis benefit bit browser button case cent chance change choice click clue color colour computer
        condition content control convenience copy cost customization daily data database date day default deletion
        description detail difference dollar ease edit effort email end environment error euro everyone everything
        example existence expectation experience fact feature field filter focus format front function functionality
        future gender goal hand help history home hour idea improvement individual information input insight
        instance instruction interest interface internet kind knowledge language life link list login look lot mail
        gb kb mb
        management manner matter meaning means method mind minute mistake moment month morning name need night none
        nothing notification number one operation opinion opportunity option other overview page part password past
        people percent period person phone piece place platform point possibility preference presence price problem
        process profile progress purpose quality range reason record reference reminder requirement responsibility
        rest right risk role screen search second selection sense set setting side situation size software someone
        something sort stage state statistic status step stuff style summary sure system term text thing time title
        today tomorrow top total track type update usage use value variety version view visibility way web website
        week weekend word work world year yesterday
        """,
    )
)
"""Words that name no records of their own in any trade: means, times, amounts, and what describes something else."""
_TELLING = frozenset(
    {"data", "detail", "history", "information", "list", "overview", "page", "process", "profile", "record", "screen"}
    | {"section", "status", "summary", "system", "type", "view"}
)
"""Words that tell of the thing before them: `order summary`, `event page`."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a story names something.

    Args:
        name: What it is called, the last word in the singular.
        place: `made` or `object` of what is done, `subject`, `place` behind a preposition, or `owner`.
        wanted: Whether the speaker wants it; else a reason names it.
        index: Its place in the sentence.
        proper: Whether it is written as the name of one thing; some backlogs write their roles so.
    """

    name: Name
    place: str
    wanted: bool
    index: int
    proper: bool

    @property
    def weight(self) -> float:
        """How much it speaks for the thing being kept."""
        return (_WANTED if self.wanted else _REASON)[self.place]

    @property
    def strength(self) -> float:
        """How much a tie counts in which it stands."""
        return 1.0 if self.wanted else _IN_REASON


@dataclass(slots=True)
class Story:
    """A story.

    Args:
        sentence: Where it stands.
        who: Who speaks.
        mentions: What it names.
        pairs: What stands together and how much it counts; a pair begins with what belongs to the other.
        done: The same of what the speaker does something with.
        deeds: Verbs with what they are done with.
        own: What the speaker calls their own.
    """

    sentence: Sentence
    who: Name
    mentions: list[Mention] = field(default_factory=list)
    pairs: list[tuple[Name, Name, float]] = field(default_factory=list)
    done: list[tuple[Name, Name, float]] = field(default_factory=list)
    deeds: list[tuple[str, Mention]] = field(default_factory=list)
    own: list[Name] = field(default_factory=list)


def is_vague(name: Name) -> bool:
    """Whether a name means no record of its own in any trade."""
    return name[-1] in _VAGUE or name[0] == "search"  # what a search finds is kept under its own name


def read_story(sentence: Sentence) -> Story | None:
    """A sentence as a story."""
    start = STORY.match(sentence.text)
    if start is None:
        return None
    reason = _REASONS.search(sentence.text, start.end())
    end = reason.start() if reason else len(sentence.text)
    words = sentence.words
    who = [index for index, word in enumerate(words) if start.start("who") <= word.at < start.end("who")]
    speaker = next((index for index in reversed(who) if words[index].tag in NOUNS), None)
    story = Story(sentence, _name(words, speaker) if speaker is not None else ())
    aside = 0
    for index, word in enumerate(words):
        aside += (word.text == "(") - (word.text == ")")
        place = _place(words, index) if word.at >= start.end() and word.tag in NOUNS and aside < 1 else ""
        if place:
            proper = word.tag in {"NNP", "NNPS"} and word.text[:1].isupper()
            story.mentions.append(Mention(_name(words, index), place, word.at < end, index, proper))
    for mention in story.mentions:
        _pair(story, mention)
        _pair_with_speaker(story, mention)
    return story


def _name(words: tuple[Word, ...], index: int) -> Name:
    """The name that ends in a word: the nouns right before it belong to it, and the last one is in the singular.

    Of `order summary` and `event page` that is the order and the event.
    """
    start = index
    while start and _belongs(words, start - 1, index):
        start -= 1
    before = words[index - 1]
    if (
        start < index
        and singular(words[index].lower) in _TELLING
        and before.tag in NOUNS
        and before.lower[-3:] != "ing"
    ):
        index -= 1
    return (*(word.lower for word in words[start:index]), singular(words[index].lower.strip("()")))


def _belongs(words: tuple[Word, ...], place: int, head: int) -> bool:
    word = words[place]
    return (word.dep == "compound" and word.tag in NOUNS | {"VBG"}) or (word.tag == "VBG" and place == head - 1)


def _anchor(words: tuple[Word, ...], index: int) -> int:
    """The noun whose place another one shares: the first of a list, or the vague one before `of`, as in `list of`."""
    for _ in words:
        word, head = words[index], words[words[index].head]
        before = words[head.head]
        if word.dep in {"conj", "appos"} and head.tag in NOUNS:
            index = word.head
        elif word.dep == "pobj" and head.lower == "of" and singular(before.lower) in _VAGUE and head.head < index:
            index = head.head
        else:
            break
    return index


def _place(words: tuple[Word, ...], index: int) -> str:
    """Where a noun stands; nothing where it is part of another name."""
    word = words[_anchor(words, index)]
    if word.dep in _OBJECTS:
        return "made" if words[word.head].lemma in _MAKING else "object"
    return {"nsubj": "subject", "attr": "subject", "pobj": "place", "poss": "owner"}.get(word.dep, "")


def _pair(story: Story, mention: Mention) -> None:
    """What stands together with a mention."""
    words = story.sentence.words
    root = words[_anchor(words, mention.index)]
    told = root.dep == "pobj" and words[root.head].lower == "to" and words[words[root.head].head].lemma in _SAYING
    if root.dep == "pobj" and words[root.head].lower in _PLACES and not told:
        for other in _governed(story, words[root.head].head):
            story.pairs.append((other.name, mention.name, _TIE * mention.strength))
    elif root.dep == "poss":
        for other in _standing(story, root.head):
            story.pairs.append((other.name, mention.name, _OWNER_TIE * mention.strength))
    elif mention.place == "subject":
        for other in _governed(story, root.head):
            story.pairs.append((other.name, mention.name, _TIE * mention.strength))
    if len(mention.name) > 1:
        story.pairs.append((mention.name[-1:], (singular(mention.name[0]),), _TIE * mention.strength))


def _standing(story: Story, index: int) -> Iterator[Mention]:
    return (mention for mention in story.mentions if mention.index == index)


def _governed(story: Story, governor: int) -> Iterator[Mention]:
    """What a preposition or a subject tells more about: the noun before it, or what the verb works with.

    In `photos that the camp has taken of my camper` these are the photos.
    """
    words = story.sentence.words
    yield from _standing(story, governor)
    if words[governor].dep == "relcl":
        yield from _standing(story, words[governor].head)
    for mention in story.mentions:
        if mention.place in _WORKED_WITH and words[_anchor(words, mention.index)].head == governor:
            yield mention


def _pair_with_speaker(story: Story, mention: Mention) -> None:
    """What somebody calls their own is theirs; what they work with may be anybody's."""
    words = story.sentence.words
    if mention.place in _WORKED_WITH:
        verb = words[words[_anchor(words, mention.index)].head].lemma
        story.deeds.append((verb, mention))
        if mention.wanted:
            story.done.append((mention.name, story.who, _SEEN_TIE if verb in READ | SEARCH else _DONE_TIE))
    anchor = _anchor(words, mention.index)
    listed = singular(words[anchor].lower) in _VAGUE  # what is in `my list of` is theirs, too
    owned = {mention.index, anchor} if listed else {mention.index}
    if any(word.head in owned and word.lower in _OF_ITS_OWN for word in words):
        story.own.append(mention.name)
        story.pairs.append((mention.name, story.who, _OWN_TIE))
