"""Clauses: who does what to what, in the order of the text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from quantumlayer.kit.identifiers import singular
from quantumlayer.qlayer.parser.text.access import as_access
from quantumlayer.qlayer.parser.text.document import Kind
from quantumlayer.qlayer.parser.text.permission import any_agent, as_duty, as_modal, sole_agent, without_only
from quantumlayer.qlayer.parser.text.phrases import FINITE as _FINITE
from quantumlayer.qlayer.parser.text.phrases import (
    NOUNS,
    Phrase,
    Token,
    as_names,
    items,
    phrase,
    phrases,
    tokens,
    with_lists,
)
from quantumlayer.qlayer.parser.text.predicates import helpers, joined_particle, main_verb, verb_group
from quantumlayer.qlayer.parser.text.segments import (
    has_own_subject,
    in_relative,
    is_again,
    is_topic,
    segments,
    without_condition,
    without_rhythm,
    without_setting,
    without_to,
)
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.qlayer.parser.text.shapes import EVERYDAY
from quantumlayer.qlayer.parser.text.stories import STORY

_VERBS = _FINITE | {"VB", "VBN", "VBG"}
_SPLIT = frozenset({",", "and", "or", "but", "then"})
_PREPOSITIONS = frozenset(
    {"by", "with", "from", "to", "for", "in", "on", "at", "between", "into", "within", "before", "after", "under"}
    | {"as", "per", "during", "of", "online", "once", "twice"}
)
_PRONOUNS = frozenset({"it", "they", "he", "she", "them", "these", "those", "this"})
_ORDERING = frozenset(
    {"sort", "filter", "order", "group", "follow", "identify", "know", "describe", "cause", "determine"}
    | {"mean", "separate", "multiply", "divide", "reduce", "increase", "limit", "bound", "precede", "replace"}
    | {"give", "show", "refer", "make"}
)
"""What is done by means of something rather than by somebody."""
_TENSED = frozenset({"VBZ", "VBD"})
_WORDS = 4
_BEING = frozenset(
    {"be", "have", "belong", "consist", "contain", "refer", "come", "link", "include", "start", "end", "last"}
)
_DEEDS = frozenset(
    {"create", "add", "remove", "see", "read", "make", "manage", "change", "book", "approve", "write", "delete"}
)
_THEIRS = frozenset({"its", "their", "his", "her"})
_UP_TO_DATE = ["up", "to", "date"]
_GIVING = frozenset({"with", "giving", "stating", "including", "containing", "naming", "specifying"})
_REMARKS = frozenset({"example", "note", "remark", "hint", "nb", "caution", "instance"})
_EACH = frozenset({"each", "every one", "each one", "each of them", "each of these"})


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
        """What follows `with` or `giving`, as a list with all that is said about each."""
        opened = next((place for place, token in enumerate(self.tail) if token.lower in _GIVING), None)
        return phrases(self.tail[opened + 1 :]) if opened is not None else ()

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
        self._verbs |= EVERYDAY
        self._subject: tuple[Phrase, ...] = ()
        self._named: tuple[Token, ...] = ()
        self._objects: tuple[Token, ...] = ()
        self._former: tuple[Token, ...] = ()
        self._told_in: Sentence | None = None

    def clauses(self) -> list[Clause]:
        """All clauses of prose and list items; headings and code make none."""
        found: list[Clause] = []
        for sentence in self._sentences:
            if sentence.kind in {Kind.PROSE, Kind.ITEM}:
                found += self._of(sentence)
        return found

    def _of(self, sentence: Sentence) -> list[Clause]:
        words = without_rhythm(as_access(as_duty(as_modal(tokens(sentence.words, sentence.text)))))
        words = with_lists(words, sentence.text)
        if story := STORY.match(sentence.text):
            return self._story(sentence, words, story)
        label = self._rights(sentence, words) or self._label(sentence, words)
        if label is not None:
            return label
        if is_topic(words):
            self._subject, self._named, self._told_in = (phrase(words),), tuple(words), sentence
        found: list[Clause] = []
        first: tuple[tuple[Phrase, ...], tuple[Token, ...]] | None = None
        for segment in segments(words):
            found += self._segment(sentence, segment)
            if first is None and self._told_in is sentence:
                first = self._subject, self._named
        if first is not None and self._named and is_again(words, first[1], self._named):
            self._subject, self._named = first
        return found

    def _rights(self, sentence: Sentence, words: list[Token]) -> list[Clause] | None:
        """`Member: sees all desks, makes bookings` says what members can do."""
        colon = next((i for i, token in enumerate(words) if token.lower == ":"), 0)
        left, right = words[:colon], self._as_verbs(words[colon + 1 :])
        if not 0 < colon <= _WORDS or len(right) < _WORDS - 2 or right[0].tag not in {"VBZ", "MD", "VB", "VBP"}:
            return None
        if (
            right[0].word.lemma in _BEING
            or right[1].lower in {"at", "on", ",", "/"}
            or not (left[-1].tag in NOUNS or left[0].lower == "not")
        ):
            return None
        unknown = left[0].lower == "not" and left[-1].lower in {"in", "on"}  # `not logged in`
        who = (
            [replace(left[-1], word=replace(left[-1].word, text="anyone", lemma="anyone", tag="NN"))]
            if unknown
            else left
        )
        self._subject, self._named = (phrase(who),), tuple(who)
        found: list[Clause] = []
        part: list[Token] = []
        for token in [*right, None]:
            if token is not None and token.lower != ";":
                part.append(token)
            elif part:
                found += self._predicates(sentence, self._subject, part, modal="can", condition="")
                part = []
        return [replace(clause, modal=clause.modal or "can") for clause in found]

    def _as_verbs(self, words: list[Token]) -> list[Token]:
        """The words of a list of deeds: `creates, edits and removes desks` has no nouns but the last."""
        result = list(words)
        for place, token in enumerate(words):
            opens = place == 0 or words[place - 1].lower in _SPLIT | {";"}
            lemma = singular(token.lower)
            if opens and token.tag == "NNS" and lemma != token.lower and lemma in self._verbs | _DEEDS:
                result[place] = replace(token, word=replace(token.word, tag="VBZ", lemma=lemma))
        return result

    def _label(self, sentence: Sentence, words: list[Token]) -> list[Clause] | None:
        """`Venue: name, address` says that a venue has them."""
        colon = next((i for i, token in enumerate(words) if token.lower == ":"), 0)
        left, right = words[:colon], words[colon + 1 :]
        named = (
            0 < len(left) <= 4
            and left[-1].word.lemma not in _REMARKS
            and all(token.tag not in _FINITE | {"IN", ",", "VB"} for token in left)
        )
        if not named or not right or not any(token.lower == "," or token.aside for token in right):
            return None
        if right[0].tag == "IN" or not self._is_named(left[-1].word.lemma, right):
            return None
        if has_own_subject(right, 0):
            return None
        self._subject, self._named = (phrase(left),), tuple(left)
        return [self._clause(sentence, self._subject, "have", as_names(right))]

    def _is_named(self, lemma: str, right: list[Token]) -> bool:
        """Whether a label names a thing: the text speaks of it elsewhere, or what it has are plain names."""
        listed = items(right)
        plain = sum(token.tag in {"IN", "MD"} for item in listed for token in item[:1]) == 0
        names = sum(
            (item[-1].tag in NOUNS and len(item) <= _WORDS)
            or item[0].tag == "VBZ"
            or any(token.lower == "/" for token in item)
            for item in listed
        )
        spoken = sum(any(word.lemma == lemma for word in sentence.words) for sentence in self._sentences)
        return plain and (spoken > 1 or names * 2 > len(listed)) and (spoken > 1 or len(listed) > 1)

    def _story(self, sentence: Sentence, words: list[Token], story: re.Match[str]) -> list[Clause]:
        who = [token for token in words if story.start("who") <= token.word.at < story.end("who")]
        wanted = [token for token in words if token.word.at >= story.end()]
        stop = next((i for i, token in enumerate(wanted) if token.lower in {"so", ";"} and i), len(wanted))
        wanted = wanted[: stop - 1] if stop < len(wanted) and wanted[stop - 1].lower == "," else wanted[:stop]
        wanted = without_to(wanted)
        if not wanted or not who or not (wanted[0].tag in _VERBS or wanted[0].word.lemma in self._verbs):
            return []
        named = phrase(who)
        self._subject = (replace(named, core=tuple(part for token in who for part in token.lower.split("-"))),)
        self._named = tuple(who)
        return self._predicates(sentence, self._subject, wanted, modal="can", condition="")

    def _segment(self, sentence: Sentence, words: list[Token]) -> list[Clause]:
        main, condition = without_condition(words)
        verb = main_verb(main)
        if verb is None:
            return []
        while (
            verb > 1
            and main[verb - 1].lower in {"never", "always", "also", "then"}
            and main[verb - 2].lower not in _SPLIT
        ):
            verb -= 1
        joint = next((i for i, token in enumerate(main) if token.lower not in {",", "then", "but", "and"}), verb)
        before, only = without_only(
            without_setting(main[joint:verb]), modal=any(token.tag == "MD" for token in main[verb : verb + 2])
        )
        subject = tuple(part for part in phrases(before) if part.core) if before else self._subject
        subject = tuple(part for part in subject if part.name not in _PRONOUNS) or subject  # `Ann, she is our clerk`
        if not before and main[verb].tag == "VB" and main[verb].index == 0:
            subject = ()  # `Keep an audit trail` is an order to the service
        elif subject and all(part.name in _EACH for part in subject) and self._objects:
            subject = self._subject = phrases(self._objects)[-1:]
        elif not before or all(part.name in _PRONOUNS | _EACH for part in subject):
            subject = self._subject
        elif self._subject and before[-1].lower in {"i", "we", "you"}:
            self._former = self._named  # who speaks is not what is spoken of
        elif not (self._subject and (before[0].lower in _THEIRS or before[0].lower == "one")):
            # Of `its number` the owner is spoken of further on, and so is what `one hire has one invoice` comes after.
            self._former = self._named if self._told_in is sentence else ()
            self._subject, self._named, self._told_in = subject, tuple(before), sentence
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
            part = [*helpers(words), *part] if start and part[0].tag == "VBN" else joined_particle(part)
            group = verb_group(part)
            modal = group.modal or ("" if start and part and part[0].tag in _TENSED else modal)
            agent, rest = sole_agent(part[: group.length], part[group.length :], negated=group.negated)
            if group.verb == "keep" and [token.lower for token in part[-3:]] == _UP_TO_DATE:
                part, group = part[:-3], replace(group, verb="maintain")
            alone = group.passive and bool(agent) and not only
            if not agent and group.passive and group.verb not in _ORDERING and not only:
                agent, rest = any_agent(group.verb, part[group.length :], modal=bool(modal))
            turned = group.passive and bool(agent) and not only
            tail = [*self._named, *rest] if turned else self._resolved(part[group.length :])
            found.append(
                Clause(
                    sentence=sentence,
                    subject=phrases(agent) if turned else subject,
                    verb=group.verb,
                    modal="may" if alone and modal else modal,
                    passive=group.passive and not turned,
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
            return not in_relative(words[:place])
        if word.tag == "VBN" and helpers(words):
            return place + 1 == len(words) or words[place + 1].tag in {"IN", ",", "CC", "RB", "TO"}
        helped = bool(modal) or words[0].tag in {"MD", "VBP", "VB"}
        if word.tag == "VB" and helped:
            return True
        after = words[place + 1] if place + 1 < len(words) else None
        alone = after is None or after.lower in _SPLIT
        takes = after is not None and (after.tag in {"DT", "PRP$", "NNS", "PRP"} or after.lower == "only")
        return helped and word.tag == "NN" and word.lower in self._verbs and (alone or takes)

    def _resolved(self, tail: list[Token]) -> list[Token]:
        """The tail with `them` or `it` replaced by what was spoken of last.

        That is the subject before in `a reservation is held, and clerks mark it`, else the object.
        """
        if tail and tail[0].lower == "it" and self._former and phrase(self._former).core[-1] not in _PRONOUNS:
            return [*self._former, *tail[1:]]
        if tail and tail[0].lower in {"them", "it"} and self._objects:
            return [*self._objects, *tail[1:]]
        cut = next((i for i, token in enumerate(tail) if token.lower in _PREPOSITIONS), len(tail))
        if any(token.tag in NOUNS for token in tail[:cut]):
            self._objects = tuple(tail[:cut])
        return tail

    def _clause(self, sentence: Sentence, subject: tuple[Phrase, ...], verb: str, tail: list[Token]) -> Clause:
        return Clause(sentence, subject, verb, "", False, False, False, tuple(tail), "", sentence.text.lower())  # noqa: FBT003


def _shared_objects(found: list[Clause]) -> list[Clause]:
    """`approve or reject permits`: a verb without an object takes that of the verb joined to it by `or`."""
    pairs = _joined_words(found[0].sentence.text.lower()) if len(found) > 1 else frozenset()
    for place in range(len(found) - 2, -1, -1):
        here, after = found[place], found[place + 1]
        joined = any((here.text.split(" ")[-1], word) in pairs for word in after.text.split(" ")[:3])
        both = f"{here.text.split(' ')[-1]} and {after.text}" in here.sentence.text.lower()
        joined = joined or (both and here.modal != "" and here.modal == after.modal)
        if joined and here.passive and not here.tail and not after.passive and not after.negated:
            # `granted or refused by a clerk`: both are done by the clerk.
            found[place] = replace(after, verb=here.verb, text=f"{here.text} {after.text}")
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
