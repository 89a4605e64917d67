"""Clauses: who does what to what, in the order of the text."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from quantumlayer.qlayer.parser.text.document import Kind
from quantumlayer.qlayer.parser.text.permission import as_modal, sole_agent, without_only
from quantumlayer.qlayer.parser.text.phrases import NOUNS, Phrase, Token, phrase, phrases, tokens
from quantumlayer.qlayer.parser.text.sentences import Sentence

_FINITE = frozenset({"MD", "VBZ", "VBP", "VBD"})
_VERBS = _FINITE | {"VB", "VBN", "VBG"}
_SPLIT = frozenset({",", "and", "or", "but", "then"})
_WHEN = frozenset({"when", "if", "unless", "until", "while", "whenever", "because", "since", "although"})
_PREPOSITIONS = frozenset(
    {"by", "with", "from", "to", "for", "in", "on", "at", "between", "into", "within", "before", "after", "under"}
    | {"as", "per", "during", "of", "online", "once", "twice"}
)
_EVERYDAY = frozenset({"search", "filter", "sort", "view", "list", "edit", "delete", "update", "cancel", "browse"})
_PRONOUNS = frozenset({"it", "they", "he", "she", "them", "these", "those", "this"})
_OWN_SUBJECT = re.compile(
    r"^(RB )*(PRP |EX |WP |((DT|PDT|PRP\$|CD) )*((JJ|VBN|VBG|NN|NNS|NNP|NNPS|HYPH) )*(NN|NNS|NNP|NNPS) )(RB )*"
    r"(MD|VBZ|VBP|VBD)"
)
STORY = re.compile(
    r"^(?:(?:[a-z]{1,6}[-_ #]?)?#?\d+(?:\.\d+)*[.:)]?\s+)?"  # its number
    r"[*_]*as (?:(?:an?|the)[*_]* |(?=[a-z]+,? i\b))[*_]*(?P<who>[^,]+?)[*_]*,?"
    r" [*_]*i(?: would|['\u2019]d)? (?:want|like|need|wish|have|can|am able)[*_]*(?: to)?[*_]* ",
    re.IGNORECASE,
)


def is_story(sentence: Sentence) -> bool:
    """Whether a sentence says who wants what: `As a member, I want to borrow a book`."""
    return STORY.match(sentence.text) is not None


@dataclass(frozen=True, slots=True)
class Clause:
    """One statement.

    Args:
        sentence: Where it stands.
        subject: Who or what it is about; a pronoun is replaced by what it stands for.
        verb: Dictionary form of its verb, with a particle (`come back`); `have` for `Venue: name, address`.
        modal: `can`, `may`, `must`, `should`, ... or nothing.
        passive: Whether the subject undergoes it.
        negated: Whether it says no.
        only: Whether it is said of its subject alone: `only managers may`, `no one but managers may`.
        tail: What follows the verb.
        condition: The `when` or `if` part that goes with it, in lower case, else nothing.
        text: All of it, in lower case, without asides.
    """

    sentence: Sentence
    subject: tuple[Phrase, ...]
    verb: str
    modal: str
    passive: bool
    negated: bool
    only: bool
    tail: tuple[Token, ...]
    condition: str
    text: str

    @property
    def attributes(self) -> tuple[Phrase, ...]:
        """What follows the verb, as a list of named things with all that is said about each."""
        return phrases(self.tail)

    @property
    def objects(self) -> tuple[Phrase, ...]:
        """What follows the verb up to the first preposition."""
        cut = next((i for i, token in enumerate(self.tail) if i and token.lower in _PREPOSITIONS), len(self.tail))
        return phrases(self.tail[:cut])

    @property
    def having(self) -> tuple[Phrase, ...]:
        """What follows `with`, as a list with all that is said about each."""
        lowers = [token.lower for token in self.tail]
        return phrases(self.tail[lowers.index("with") + 1 :]) if "with" in lowers else ()

    def after(self, preposition: str) -> tuple[Phrase, ...]:
        """What follows a preposition, up to the next one."""
        lowers = [token.lower for token in self.tail]
        if preposition not in lowers:
            return ()
        start = lowers.index(preposition) + 1
        end = next((i for i in range(start, len(lowers)) if lowers[i] in _PREPOSITIONS), len(lowers))
        return phrases(self.tail[start:end])


class ClauseReader:
    """Reads sentences in order and remembers what a pronoun stands for and which words are verbs in this text."""

    def __init__(self, text: Iterable[Sentence]) -> None:
        self._sentences = list(text)
        self._verbs = {
            word.lemma for sentence in self._sentences for word in sentence.words if word.tag in _VERBS - {"VBG"}
        }
        self._verbs |= _EVERYDAY
        self._subject: tuple[Phrase, ...] = ()
        self._named: tuple[Token, ...] = ()
        self._objects: tuple[Token, ...] = ()

    def clauses(self) -> list[Clause]:
        """All clauses of prose and list items; headings and code make none."""
        found: list[Clause] = []
        for sentence in self._sentences:
            if sentence.kind in {Kind.PROSE, Kind.ITEM}:
                found += self._of(sentence)
        return found

    def _of(self, sentence: Sentence) -> list[Clause]:
        words = as_modal(tokens(sentence.words, sentence.text))
        if story := STORY.match(sentence.text):
            return self._story(sentence, words, story)
        label = self._label(sentence, words)
        if label is not None:
            return label
        found: list[Clause] = []
        for segment in _segments(words):
            found += self._segment(sentence, segment)
        return found

    def _label(self, sentence: Sentence, words: list[Token]) -> list[Clause] | None:
        """`Venue: name, address` says that a venue has them."""
        colon = next((i for i, token in enumerate(words) if token.lower == ":"), 0)
        left, right = words[:colon], words[colon + 1 :]
        named = 0 < len(left) <= 4 and all(token.tag not in _FINITE | {"IN", ",", "VB"} for token in left)
        if not named or not right or not any(token.lower == "," or token.aside for token in right):
            return None
        if _has_own_subject(right, 0):
            return None
        self._subject, self._named = (phrase(left),), tuple(left)
        return [self._clause(sentence, self._subject, "have", right)]

    def _story(self, sentence: Sentence, words: list[Token], story: re.Match[str]) -> list[Clause]:
        who = [token for token in words if story.start("who") <= token.word.at < story.end("who")]
        wanted = [token for token in words if token.word.at >= story.end()]
        stop = next((i for i, token in enumerate(wanted) if token.lower in {"so", ";"} and i), len(wanted))
        wanted = wanted[: stop - 1] if stop < len(wanted) and wanted[stop - 1].lower == "," else wanted[:stop]
        if not wanted or not who or not (wanted[0].tag in _VERBS or wanted[0].word.lemma in self._verbs):
            return []
        named = phrase(who)
        self._subject = (replace(named, core=tuple(part for token in who for part in token.lower.split("-"))),)
        self._named = tuple(who)
        return self._predicates(sentence, self._subject, wanted, modal="can", condition="")

    def _segment(self, sentence: Sentence, words: list[Token]) -> list[Clause]:
        main, condition = _without_condition(words)
        verb = _main_verb(main)
        if verb is None:
            return []
        joint = next((i for i, token in enumerate(main) if token.lower not in {",", "then", "but", "and"}), verb)
        before, only = without_only(main[joint:verb], modal=main[verb].tag == "MD")
        subject = tuple(part for part in phrases(before) if part.core) if before else self._subject
        if not before and main[verb].tag == "VB" and main[verb].index == 0:
            subject = ()  # `Keep an audit trail` is an order to the service
        elif not before or all(part.name in _PRONOUNS for part in subject):
            subject = self._subject
        else:
            self._subject, self._named = subject, tuple(before)
        return self._predicates(sentence, subject, main[verb:], modal="", condition=condition, only=only)

    def _predicates(
        self,
        sentence: Sentence,
        subject: tuple[Phrase, ...],
        words: list[Token],
        *,
        modal: str,
        condition: str,
        only: bool = False,
    ) -> list[Clause]:
        """The statements that share a subject: `can search books, borrow, and see only their own loans`."""
        starts = [0, *(i for i in range(1, len(words)) if self._starts_predicate(words, i, modal=modal))]
        found: list[Clause] = []
        for start, end in zip(starts, [*starts[1:], len(words)], strict=True):
            part = words[start:end]
            while part and part[-1].lower in _SPLIT | {"either"}:
                part = part[:-1]
            group = _verb_group(part)
            modal = group.modal or modal
            agent, rest = sole_agent(part[: group.length], part[group.length :], negated=group.negated)
            alone = group.passive and bool(agent) and not only
            tail = [*self._named, *rest] if alone else self._resolved(part[group.length :])
            found.append(
                Clause(
                    sentence=sentence,
                    subject=phrases(agent) if alone else subject,
                    verb=group.verb,
                    modal="may" if alone and modal else modal,
                    passive=group.passive and not alone,
                    negated=group.negated and not alone,
                    only=only or alone,
                    tail=tuple(tail),
                    condition=condition,
                    text=" ".join(token.lower for token in part),
                )
            )
        return _shared_objects(found)

    def _starts_predicate(self, words: list[Token], place: int, *, modal: str) -> bool:
        """Whether a word after a comma or a conjunction is the verb of the next statement."""
        word, before = words[place], words[place - 1]
        while place > 1 and before.tag == "RB" and before.lower not in _SPLIT:
            place -= 1
            before = words[place - 1]
        if before.lower not in _SPLIT:
            return False
        if word.tag in {"MD", "VBZ", "VBP"}:
            return not _in_relative(words[:place])
        helped = bool(modal) or words[0].tag in {"MD", "VBP", "VB"}
        if word.tag == "VB" and helped:
            return True
        after = words[place + 1] if place + 1 < len(words) else None
        alone = after is None or after.lower in _SPLIT
        takes = after is not None and (after.tag in {"DT", "PRP$", "NNS", "PRP"} or after.lower == "only")
        return helped and word.tag == "NN" and word.lower in self._verbs and (alone or takes)

    def _resolved(self, tail: list[Token]) -> list[Token]:
        """The tail with `them` or `it` replaced by what was spoken of last."""
        if tail and tail[0].lower in {"them", "it"} and self._objects:
            return [*self._objects, *tail[1:]]
        cut = next((i for i, token in enumerate(tail) if token.lower in _PREPOSITIONS), len(tail))
        if any(token.tag in NOUNS for token in tail[:cut]):
            self._objects = tuple(tail[:cut])
        return tail

    def _clause(self, sentence: Sentence, subject: tuple[Phrase, ...], verb: str, tail: list[Token]) -> Clause:
        return Clause(sentence, subject, verb, "", False, False, False, tuple(tail), "", sentence.text.lower())  # noqa: FBT003


@dataclass(frozen=True, slots=True)
class _Group:
    verb: str
    modal: str
    passive: bool
    negated: bool
    length: int


def _verb_group(words: Sequence[Token]) -> _Group:
    """The verb with its helpers, at the beginning of a predicate."""
    modal, verb, helper = "", "", ""
    negated = passive = False
    length = 0
    for token in words:
        lower, lemma = token.lower, token.word.lemma
        if token.tag == "MD":
            modal = {"ca": "can", "wo": "will", "'ll": "will"}.get(lower, lower)
        elif lower in {"not", "n't", "never", "no longer"}:
            negated = True
        elif token.tag == "RB" and lower in {"also", "already", "always", "only", "then", "still", "be", "ever"}:
            pass
        elif token.tag in _VERBS and (not verb or (helper in {"be", "have"} and token.tag in {"VBN", "VB", "VBG"})):
            passive = passive or (verb == "be" and token.tag == "VBN")
            helper = verb = lemma
        elif not verb and length == 0:
            verb = lemma  # a bare noun that this text uses as a verb
        elif token.tag == "RP" or (lower == "back" and verb):
            verb = f"{verb} {lower}"
        else:
            break
        length += 1
    return _Group(verb, modal, passive, negated, max(length, 1))


def _main_verb(words: Sequence[Token]) -> int | None:
    """The place of the verb of the main clause: relative clauses of the subject come before it."""
    relative = False
    for place, token in enumerate(words):
        if token.tag in {"WDT", "WP"} and place:
            relative = True
        elif token.tag in _FINITE or (token.tag == "VB" and place == 0):
            if not relative:
                return place
            relative = False
    return None


def _segments(words: list[Token]) -> list[list[Token]]:
    """The parts of a sentence that have a subject of their own."""
    found: list[list[Token]] = [[]]
    for place, token in enumerate(words):
        closed = token.lower in {";", ":", "\u2014", "\u2013"}
        joined = token.lower in _SPLIT and bool(found[-1]) and _has_own_subject(words, place + 1)
        if closed or (joined and _is_whole(found[-1])):
            found.append([])
        else:
            found[-1].append(token)
    return [segment for segment in found if segment]


def _is_whole(words: Sequence[Token]) -> bool:
    """Whether there is a verb already: a subject that is a list (`title, author and ISBN are ...`) is not split."""
    return not _opens_condition(words) and any(token.tag in _FINITE for token in words)


def _opens_condition(words: Sequence[Token]) -> bool:
    return words[0].lower in _WHEN and not any(token.lower == "," for token in words)


def _has_own_subject(words: Sequence[Token], place: int) -> bool:
    """Whether a subject and its verb begin at this place, or behind an `and` there."""
    if place < len(words) and words[place].lower in {"and", "but", "or"}:
        place += 1
    return bool(_OWN_SUBJECT.match(" ".join(token.tag for token in words[place : place + 9])))


def _without_condition(words: list[Token]) -> tuple[list[Token], str]:
    """The main part and the `when` part of a statement."""
    opened = next((i for i, token in enumerate(words) if token.lower in _WHEN), None)
    if opened is None:
        return words, ""
    comma = next((i for i in range(opened, len(words)) if words[i].lower == ","), len(words))
    if opened == 0 and comma == len(words):
        comma = _second_subject(words)
    condition = " ".join(token.lower for token in words[opened:comma])
    rest = words[comma + 1 :] if comma < len(words) and words[comma].lower == "," else words[comma:]
    main = [*words[:opened], *rest]
    return (main, condition) if main else (words, "")


def _second_subject(words: list[Token]) -> int:
    """Where the main part begins after a `when` part that no comma closes: `When it is late the member owes ...`."""
    verb = next((i for i, token in enumerate(words) if token.tag in _FINITE), len(words))
    for place in range(verb + 1, len(words)):
        if words[place].tag in {"DT", "PRP", "NNS"} and _has_own_subject(words, place):
            return place
    return len(words)


def _in_relative(words: Sequence[Token]) -> bool:
    """Whether the last thing said is a relative clause that has no verb yet."""
    last = max((i for i, token in enumerate(words) if token.tag in {"WDT", "WP"}), default=-1)
    return last >= 0 and not any(token.tag in _FINITE for token in words[last:])


def _shared_objects(found: list[Clause]) -> list[Clause]:
    """`approve or reject permits`: a verb without an object takes that of the verb joined to it by `or`."""
    pairs = _joined_words(found[0].sentence.text.lower()) if len(found) > 1 else frozenset()
    for place in range(len(found) - 2, -1, -1):
        here, after = found[place], found[place + 1]
        joined = (here.text.split(" ")[-1], after.text.split(" ")[0]) in pairs
        if joined and not here.tail and after.tail and not here.passive:
            found[place] = Clause(
                here.sentence, here.subject, here.verb, here.modal, here.passive, here.negated, here.only,
                after.tail, here.condition, here.text,
            )  # fmt: skip
    return found


def _joined_words(text: str) -> frozenset[tuple[str, str]]:
    """The words on either side of each `or` and `and` of a sentence that offers a choice."""
    if " or " not in f" {text} ":
        return frozenset()
    return frozenset(re.findall(r"([\w'-]+) (?:or|and) (?=([\w'-]+))", text))
