"""Answers to the questions of a Spec: what they change, and how they are kept so that nobody is asked twice."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from quantumlayer.qlayer.parser.choices import with_choice
from quantumlayer.qlayer.parser.context import bare, read_on_top
from quantumlayer.qlayer.parser.errors import (
    AnsweredTwiceError,
    UnfitAnswerError,
    UnknownQuestionError,
    UnreadableAnswersError,
    UnreadableRequirementError,
)
from quantumlayer.qlayer.parser.models import Requirement
from quantumlayer.qlayer.parser.text.sentences import Sentence, sentences
from quantumlayer.qlayer.parser.twins import twins, without_rule
from quantumlayer.spec.address import elements, nearest, placed, still_traced
from quantumlayer.spec.answers import Answer
from quantumlayer.spec.model import Note, Source, Spec
from quantumlayer.spec.nodes import NodeError, read_tree
from quantumlayer.spec.points import Point, questions
from quantumlayer.spec.validate import validate

ACCEPT = "accept"
"""The answer that takes what is proposed."""
FILE = "answers"
"""What the trace calls the place where answers stand."""
LONGEST = 2000
"""Most characters of an answer."""

_UNREAD = "Nothing yet: write it into the Spec, or say it in other words."
_WHO = re.compile(r"Who (?P<does>[^?]+)\?")
_PROSE = re.compile(r"""[\w\s,.;:!?'"()%\u20ac$/\u2019\u201c\u201d\u2013-]+""")
_MOST_WORDS = 6
_SHORTEST = 3
_FINITE = frozenset({"VBZ", "VBP", "VBD", "MD"})
_NOT_SAID = frozenset({"yes", "no", "none", "nobody", "everybody", "everyone", "anyone", "anybody", "nothing"})
_PARTS = re.compile(r"(.+\.(?:rules|requires)\.[^.]+|.+\.access)\..+")


class Fate(StrEnum):
    """What became of an answer: what was proposed holds, it changed the Spec, or it is kept as an open note."""

    ACCEPTED = "accepted"
    READ = "read"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class Answered:
    """A Spec after an answer.

    Args:
        spec: The Spec, which validates.
        point: The question.
        fate: What became of the answer.
        changed: The addresses of the elements that it added, changed or took away.
    """

    spec: Spec
    point: Point
    fate: Fate
    changed: tuple[str, ...] = ()


def chosen(spec: Spec, given: Sequence[tuple[str, str]]) -> list[tuple[Point, str]]:
    """The question that each answer is for, found by its number or id.

    Raises:
        UnknownQuestionError: There is no such question.
        AnsweredTwiceError: Two answers are for one question.
        UnfitAnswerError: An answer cannot be one.
    """
    asked = questions(spec)
    found: dict[str, tuple[Point, str]] = {}
    for key, text in given:
        point = _asked(asked, key.strip())
        if point.id in found:
            message = f"question {point.id} has two answers"
            raise AnsweredTwiceError(message, why=f"{found[point.id][1]!r} and {text!r}"[:300])
        found[point.id] = (point, fit(point, text))
    return list(found.values())


def read_answers(text: str, name: str) -> list[tuple[str, str]]:
    """The answers in a file, by the number or id of their question.

    Raises:
        UnreadableAnswersError: It is no mapping of them.
    """
    try:
        data = read_tree(text).data()
    except NodeError as error:
        raise UnreadableAnswersError(f"{name} is no file of answers", why=error.problem.shown(name)) from error
    if not isinstance(data, dict):
        raise UnreadableAnswersError(f"{name} is no file of answers", why="it is no mapping of questions to answers")
    for key, value in data.items():
        if isinstance(value, (dict, list)) or value is None:
            raise UnreadableAnswersError(f"{name} is no file of answers", why=f"{str(key)[:60]!r} has no text")
    return [(str(key), {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value))
            for key, value in data.items()]  # fmt: skip


def fit(point: Point, text: str) -> str:
    """An answer on one line.

    Raises:
        UnfitAnswerError: It is empty, too long, holds control characters, or accepts where nothing is proposed.
    """
    plain = " ".join(text.split())
    message = f"the answer to {point.id} cannot be taken"
    if not plain:
        raise UnfitAnswerError(message, why="it is empty")
    if len(plain) > LONGEST:
        raise UnfitAnswerError(message, why=f"it has {len(plain):,} characters; the limit is {LONGEST:,}")
    if not plain.isprintable():
        raise UnfitAnswerError(message, why="it holds control characters")
    if plain.lower() == ACCEPT and not point.proposed:
        raise UnfitAnswerError(message, why="nothing is proposed that could be accepted")
    return plain


def answer(spec: Spec, point: Point, text: str) -> Answered:
    """The Spec with a question answered.

    What is accepted becomes an assumption. Another answer is read like a sentence of a requirement, on top of all that
    the Spec says; what cannot be read so is kept as a note.
    """
    accepted = text.lower() in {ACCEPT, point.proposed.partition(":")[0].lower()}
    read, changed = (spec, ()) if accepted else _read(spec, point, text)
    fate = Fate.ACCEPTED if accepted else Fate.READ if changed else Fate.NOTED
    said = f"{point.text} {point.proposed}" if accepted else f"Answered: {text} (Asked: {point.text})"
    note = Note(text=said, about=nearest(point.about, elements(read)), proposed=_UNREAD if fate is Fate.NOTED else "")
    asked = {point.about, note.about}
    kept = Answer(about=point.about, question=point.text, text=ACCEPT if accepted else text)
    return Answered(
        spec=read.model_copy(
            update={
                "questions": tuple(
                    one for one in read.questions if not (one.text == point.text and one.about in asked)
                ),
                "assumptions": (*read.assumptions, note),
                "answers": (*read.answers, kept),
            }
        ),
        point=point,
        fate=fate,
        changed=changed,
    )


def _asked(asked: Sequence[Point], key: str) -> Point:
    point = next((one for number, one in enumerate(asked, 1) if key in {one.id, str(number)}), None)
    if point is None:
        ids = ", ".join(f"{number} ({one.id})" for number, one in enumerate(asked[:6], 1))
        why = f"open are {ids}{' and more' if len(asked) > 6 else ''}" if asked else "no question is open"
        raise UnknownQuestionError(f"there is no open question {key[:60]!r}", why=why)
    return point


def _read(spec: Spec, point: Point, text: str) -> tuple[Spec, tuple[str, ...]]:
    """The Spec with what an answer says, and the addresses of what it changed; none where it could not be read."""
    if chosen_value := with_choice(spec, point.about, text):
        return _traced(spec, chosen_value, text, dict.fromkeys(_changed(spec, chosen_value), 1.0))
    if not _PROSE.fullmatch(text):
        return spec, ()
    told = sentences(Requirement(name=FILE, text=text))
    try:
        found = read_on_top(spec, told)
        if not found.changed and (whole := _whole(point, text, told)):
            found = read_on_top(spec, sentences(Requirement(name=FILE, text=whole)))
    except UnreadableRequirementError:  # what can be drafted of the Spec alone does not hold together
        return spec, ()
    if not found.changed or found.clashes:
        return spec, ()
    new = _without_twins(spec, found.spec)
    new, changed = _traced(spec, new, text, _told(found.alone, new, _changed(spec, new)))
    if not changed or any(not problem.warning for problem in validate(new)):
        return spec, ()
    return new, changed


def _traced(old: Spec, new: Spec, text: str, told: Mapping[str, float]) -> tuple[Spec, tuple[str, ...]]:
    """The new Spec with an answer as the source of what it led to, and the addresses of what it changed."""
    known = elements(new)
    here = {key: how for key, how in told.items() if key in known}
    source = Source(quote=text, file=FILE, end=len(text), elements=here)
    notes = {
        "trace": (*still_traced(old.trace, known), source),
        "questions": placed(new.questions, known),
        "assumptions": placed(new.assumptions, known),
    }
    return new.model_copy(update=notes), _changed(old, new)


def _whole(point: Point, text: str, told: Sequence[Sentence]) -> str:
    """A short answer as a sentence: `Clerks` to `Who adds a boat?` is `Clerks may add a boat`."""
    asked = _WHO.match(point.text)
    names = [word for sentence in told for word in sentence.words]
    plain = [word for word in names if word.text[0].isalnum()]
    if asked is None or not plain or len(plain) > _MOST_WORDS or any(word.tag in _FINITE for word in plain):
        return ""
    if not plain[-1].tag.startswith("NN") or plain[-1].lower in _NOT_SAID or len(plain[-1].text) < _SHORTEST:
        return ""
    question = sentences(Requirement(name=FILE, text=f"Somebody {asked['does']}."))
    does = " ".join(
        word.lemma if word.tag == "VBZ" else word.text for sentence in question for word in sentence.words[1:-1]
    )
    return f"{text.strip(' .')} may {does}."


def _without_twins(old: Spec, new: Spec) -> Spec:
    """The Spec in which an answer's number takes the place of the one that held before."""
    kept = elements(old)
    for one, other in twins(new):
        gone = next((address for address in (one, other) if address in kept), "")
        if gone and not {one, other} <= kept.keys():
            new = without_rule(new, gone)
    return new


def _changed(old: Spec, new: Spec) -> tuple[str, ...]:
    """The addresses at which two Specs differ: those of whole elements, and of rules and access as a whole."""
    before, after = elements(bare(old)), elements(bare(new))
    differ = [one for one in {**before, **after} if before.get(one, before) != after.get(one, after)]
    leaves = [one for one in differ if not any(other.startswith(f"{one}.") for other in differ)]
    return tuple(dict.fromkeys(_element(one, before, after) for one in leaves))


def _element(address: str, before: Mapping[str, object], after: Mapping[str, object]) -> str:
    found = _PARTS.fullmatch(address)
    address = found[1] if found else address
    side = after if address not in after else before
    while address not in side and address.rpartition(".")[0] not in side and address.count(".") > 1:
        address = address.rpartition(".")[0]
    return address


def _told(after: Spec, new: Spec, changed: Sequence[str]) -> dict[str, float]:
    """The elements that an answer led to, with how sure its reading is."""
    known = elements(new)
    sure: dict[str, float] = {}
    for source in after.trace:
        sure.update(source.elements)
    told = {address: how for address, how in sure.items() if any(_related(address, one) for one in changed)}
    return {address: how for address, how in told.items() if address in known and address.count(".") > 0}


def _related(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")
