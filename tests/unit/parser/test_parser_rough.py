"""Rough texts: minutes with chatter, contradictions, tales, two languages, hardly a word."""

import pytest

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.qlayer.parser.errors import NothingDescribedError
from quantumlayer.spec.model import Spec
from quantumlayer.spec.validate import validate


def read(text: str) -> Spec:
    spec = parse([Requirement(name="notes.md", text=text)])
    assert not [problem for problem in validate(spec) if not problem.warning]
    return spec


def asked(text: str) -> list[str]:
    return [note.text for note in read(text).questions]


def test_minutes_of_a_meeting_give_what_was_decided_and_none_of_who_was_there() -> None:
    text = (
        "Minutes of the meeting on Tuesday.\nPresent: Ann, Bob, Carl. Coffee was late again. Ann said that we should "
        "finally write the thing for the keys. Bob laughed. OK so: a key has a number and a colour, Ann insists. Carl "
        "asked about the budget, nobody knew. A key belongs to one locker, Bob said, and a locker has a code. Next "
        "meeting: Friday."
    )
    spec = read(text)
    assert list(spec.entities) == ["Key", "Locker"]
    assert list(spec.entities["Key"].fields) == ["number", "colour"]
    assert spec.entities["Key"].relations["locker"].to == "Locker"


@pytest.mark.parametrize(
    ("second", "about", "proposed"),
    [
        ("A member has a name of at most 40 characters.", "entities.Member.fields.name.max", "The first: 20."),
        ("A member has a level (gold, silver).", "entities.Member.fields.level.one_of", "The first: gold, bronze."),
    ],
)
def test_sentences_that_contradict_each_other_are_asked_about(second: str, about: str, proposed: str) -> None:
    first = "A member has a name of at most 20 characters and a level (gold, bronze). Clerks manage members. "
    found = next(note for note in read(first + second).questions if note.about == about)
    assert second in found.text
    assert "contradict" in found.text
    assert found.proposed == proposed


def test_sentences_that_say_the_same_twice_are_not() -> None:
    said = "A member has a name of at most 20 characters. "
    text = f"{said}{said}Clerks manage members."
    assert not asked(text)


def test_a_sentence_in_another_language_is_asked_about_and_the_rest_is_read() -> None:
    german = "Die Mitglieder leihen die Bücher aus und bringen sie dann auch wieder zurück."
    spec = read(f"A book has a title and an author. {german} Clerks manage books.")
    assert list(spec.entities["Book"].fields) == ["title", "author"]
    note = next(one for one in spec.questions if german in one.text)
    assert note.proposed == "Nothing: it is German."


def test_a_tale_describes_nothing() -> None:
    text = (
        "Alice was beginning to get very tired of sitting by her sister on the bank, and of having nothing to do. Once "
        "or twice she had peeped into the book her sister was reading, but it had no pictures or conversations in it."
    )
    with pytest.raises(NothingDescribedError, match="names nothing"):
        parse([Requirement(name="alice.txt", text=text)])


@pytest.mark.parametrize("text", ["Library", "# Books\n\n## Members\n\n### Loans\n", "Library.", "- \n- \nx"])
def test_hardly_a_word_names_nothing_to_keep(text: str) -> None:
    with pytest.raises(NothingDescribedError):
        parse([Requirement(name="notes.md", text=text)])
