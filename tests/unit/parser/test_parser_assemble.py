"""A draft that does not hold together: the Spec validates all the same, and asks."""

from collections.abc import Callable

import pytest

from quantumlayer.qlayer.parser import Requirement
from quantumlayer.qlayer.parser.assemble import assemble
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.errors import NothingDescribedError
from quantumlayer.qlayer.parser.text.sentences import sentences
from quantumlayer.spec.model import (
    Action,
    Creation,
    Derived,
    Field,
    FieldType,
    Relation,
    Role,
    Rule,
    States,
)
from quantumlayer.spec.model import (
    Requirement as Condition,
)
from quantumlayer.spec.validate import validate


def draft() -> Draft:
    """A book that a clerk keeps and can open."""
    made = Draft(sentences(Requirement(name="a.md", text="A book has a title.")))
    book = made.add_entity("book")
    book.fields["title"] = Field(type=FieldType.STRING)
    made.roles["clerk"] = Role()
    made.grant(book, "clerk", set(Action))
    made.operations["open"] = OperationDraft(on="Book", by=["clerk"], sets={"title": "'x'"})
    made.mark(made.sentences[0], "entities.Book.fields.title")
    return made


def book_of(made: Draft) -> EntityDraft:
    return made.entities["Book"]


def add_shelf(made: Draft) -> None:
    """An entity that nobody can make, with everything that hangs on it."""
    made.add_entity("shelf").fields["name"] = Field(type=FieldType.STRING)
    book_of(made).relations["shelf"] = Relation(to="Shelf", optional=True)
    made.operations["dust"] = OperationDraft(on="Shelf", by=["clerk"], sets={"name": "'x'"})
    made.roles["duster"] = Role(record="Shelf")


def add_unmade(made: Draft) -> None:
    made.operations["shelve"] = OperationDraft(on="Book", by=["clerk"], creates=Creation(entity="Book", set={}))


def add_searched(made: Draft) -> None:
    book_of(made).fields["bad"] = Field(type=FieldType.STRING, pattern="(")
    book_of(made).search.append("bad")


def add_narrow_grant(made: Draft) -> None:
    made.roles["guest"] = Role()
    made.grant(book_of(made), "guest", {Action.READ}, "this.nothing")


FAULTS: dict[str, Callable[[Draft], object]] = {
    "field": lambda made: book_of(made).fields.update(bad=Field(type=FieldType.STRING, pattern="(")),
    "searched": add_searched,
    "derived": lambda made: book_of(made).derived.update(half=Derived(type=FieldType.INT, cel="this.nothing")),
    "rule": lambda made: book_of(made).rules.update(odd=Rule(cel="this.nothing", else_="No.")),
    "relation": lambda made: book_of(made).relations.update(shelf=Relation(to="Shelf")),
    "grant": lambda made: made.grant(book_of(made), "clerk", {Action.READ, Action.CREATE}, "this.nothing"),
    "narrow grant": add_narrow_grant,
    "states": lambda made: setattr(book_of(made), "states", States(values=("new", "new"))),
    "list": lambda made: book_of(made).sort.append("nothing"),
    "requirement": lambda made: made.operations["open"].requires.update(a=Condition(cel="1", else_="No.")),
    "input": lambda made: made.operations["open"].takes.update({"class": Field(type=FieldType.STRING)}),
    "new value": lambda made: made.operations["open"].sets.update(nothing="1"),
    "operation": lambda made: made.operations.update(idle=OperationDraft(on="Book", by=["clerk"])),
    "creation": add_unmade,
    "role": lambda made: made.roles.update(id=Role()),
    "entity": add_shelf,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_does_not_fit_is_left_out_and_asked_about(fault: str) -> None:
    made = draft()
    FAULTS[fault](made)
    spec = assemble(made, "a.md")
    assert not [problem for problem in validate(spec) if not problem.warning]
    assert "title" in spec.entities["Book"].fields
    assert fault == "grant" or any(note.proposed == "It is left out." for note in spec.questions)


def test_a_draft_of_which_nothing_is_left_is_refused() -> None:
    made = draft()
    book_of(made).access.clear()
    with pytest.raises(NothingDescribedError, match=r"a\.md"):
        assemble(made, "a.md")


def test_notes_follow_their_elements() -> None:
    made = draft()
    made.assume("entities.Book.fields.gone", "It is gone.")
    made.assume("entities.Book.access", "Clerks keep books.")
    made.ask("entities.Book.fields.gone", "Is it gone?", "Yes.")
    made.ask("entities.Book.fields.gone", "Is it gone?", "Yes.")
    spec = assemble(made, "a.md")
    assert [note.about for note in spec.assumptions] == ["entities.Book.access"]
    assert [note.about for note in spec.questions] == ["entities.Book.fields"] or [
        note.about for note in spec.questions
    ] == ["entities.Book"]


@pytest.mark.parametrize(
    ("title", "name"),
    [("# 24 hours", "service-24-hours"), ("# \u05e9\u05dc\u05d5\u05dd", "service"), ("# A & B", "a-b")],
)
def test_the_name_of_the_service_comes_from_the_title(title: str, name: str) -> None:
    made = draft()
    made.sentences[:] = [*sentences(Requirement(name="a.md", text=title)), *made.sentences]
    made.marks = {1: {"entities.Book": 0.9}}
    assert assemble(made, "a.md").service.name == name
