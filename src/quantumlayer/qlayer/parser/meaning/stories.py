"""User stories: what a backlog says, story by story, that a service keeps, and how it hangs together.

A single story says little of records: `I want to add campers to groups`. That many stories speak of the same things,
and which of them stand together, says what the records are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from quantumlayer.qlayer.parser.draft import ASSUMED, LIKELY, Draft
from quantumlayer.qlayer.parser.meaning.relations import relate
from quantumlayer.qlayer.parser.meaning.story import Name, Story, is_vague, read_story
from quantumlayer.qlayer.parser.text.document import Kind
from quantumlayer.qlayer.parser.text.sentences import Sentence

_FEWEST = 5
"""Stories that make a backlog."""
_KEPT = 1.75
"""How much must speak for something to be kept: that one story works with it, or that some name it."""
_TIED = 1.5
"""How much must speak for a tie: that two things stand together once."""
_OWNED = 2
"""So often a role says `my ...` of records before it is one itself."""
_NOUN_ENDINGS = ("ing", "ment", "ation", "tion", "ion", "al", "ance", "")
_SHORTEST_STEM = 3


def find_stories(draft: Draft) -> bool:
    """The entities and relations of a backlog; gives whether the text is one."""
    prose = [sentence for sentence in draft.sentences if sentence.kind in {Kind.PROSE, Kind.ITEM}]
    stories = [story for sentence in prose if (story := read_story(sentence)) is not None]
    if len(stories) < _FEWEST or 2 * len(stories) < len(prose):
        return False
    names = _Names(stories)
    _name_deeds(stories, names)
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

    def __init__(self, stories: Iterable[Story]) -> None:
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
            elif not is_vague((last,)) and (len(compounds) > 1 or alone):
                self._of |= dict.fromkeys(compounds, (last,))
        self.words = {name[0] for found in longer.values() for name in found if len(name) == 1}

    def of(self, name: Name) -> Name:
        """The name under which a thing is kept."""
        return self._of.get(name, name)


def _name_deeds(stories: list[Story], names: _Names) -> None:
    """Where stories speak of bookings, whoever books a lesson speaks of a booking and of a lesson."""
    nouns: dict[str, Name] = {}
    for verb in {verb for story in stories for verb, _ in story.deeds}:
        stem = verb.removesuffix("e")
        tries = [f"{start}{ending}" for ending in _NOUN_ENDINGS for start in (verb, stem)]
        noun = next((one for one in tries if one in names.words), None)
        if noun is not None and len(stem) >= _SHORTEST_STEM and not is_vague((noun,)):
            nouns[verb] = (noun,)
    for story in stories:
        for verb, mention in story.deeds:
            if verb in nouns:
                story.pairs.append((nouns[verb], mention.name, _TIED * mention.strength))
                story.done = [
                    (nouns[verb] if one == mention.name else one, who, weight) for one, who, weight in story.done
                ]


def _kept(stories: list[Story], names: _Names) -> dict[Name, float]:
    """What is kept, with how much speaks for it."""
    weights: dict[Name, float] = defaultdict(float)
    for story in stories:
        best: dict[Name, float] = {}
        for mention in story.mentions:
            name = names.of(mention.name)
            best[name] = max(best.get(name, 0.0), mention.weight)
        for name, weight in best.items():
            weights[name] += weight
    kinds = {mention.name for story in stories for mention in story.mentions if not mention.proper}
    kinds |= {story.who for story in stories}
    known = {names.of(name) for name in kinds}
    kept = {
        name: weight for name, weight in weights.items() if weight >= _KEPT and name in known and not is_vague(name)
    }
    own = Counter(story.who for story in stories for name in story.own if names.of(name) in kept)
    for who, count in own.items():
        if count >= _OWNED and not is_vague(who):
            kept.setdefault(names.of(who), float(count))
    return kept


def _tied(stories: list[Story], names: _Names, kept: dict[Name, float]) -> Iterator[tuple[Name, Name, Sentence]]:
    """Which records belong to which others, and the sentence that says it first."""
    owners = {story.who for story in stories if story.own}
    weights: dict[frozenset[Name], float] = defaultdict(float)
    first: dict[frozenset[Name], tuple[Name, Name, Sentence]] = {}
    for story in stories:
        best: dict[frozenset[Name], float] = {}
        doing = story.done if story.who in owners else []  # whoever has nothing of their own keeps that of others
        for one, other, weight in [*story.pairs, *doing]:
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
