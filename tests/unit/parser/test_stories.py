"""Backlogs of user stories: what they speak of is kept, and what stands together belongs together."""

import json
from pathlib import Path
from typing import Any

import pytest

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.qlayer.parser.text.stories import STORY
from quantumlayer.spec.model import Spec
from quantumlayer.spec.validate import checked_spec

CASES = Path(__file__).resolve().parents[2] / "cases" / "stories"
LIST = """As a member, I want to see a list of upcoming concerts, so that I can plan my evenings.
As a member, I want to see the order summary, so that I know what I buy.
As a member, I want to buy tickets for a concert, so that I have a seat.
As a manager, I want to add concerts to the concert page, so that members find them.
As a manager, I want to cancel an order, so that the money is paid back.
As a manager, I want to add a concert (e.g., with a poster), so that members buy tickets.
"""


def read(text: str, name: str = "stories.txt") -> Spec:
    return checked_spec(parse([Requirement(name=name, text=text)]))


def f1(found: set[Any], wanted: set[Any], allowed: set[Any]) -> float:
    hits = len(found & (wanted | allowed))
    precision, recall = hits / max(1, len(found)), hits / (hits + len(wanted - found))
    return 2 * precision * recall / max(precision + recall, 0.01)


@pytest.mark.parametrize(("name", "classes", "ties"), [("kennel-walks", 0.9, 0.85), ("laboratory", 0.8, 0.75)])
def test_a_backlog_says_what_is_kept_and_how_it_hangs_together(name: str, classes: float, ties: float) -> None:
    spec = read((CASES / f"{name}.txt").read_text(), f"{name}.txt")
    gold = json.loads((CASES / f"{name}.gold.json").read_text())
    same: dict[str, str] = {other: names[0] for names in gold["synonyms"] for other in names}

    def key(text: str) -> str:
        plain = "".join(f" {char.lower()}" if char.isupper() else char for char in text).strip()
        return same.get(plain, plain)

    pairs = {
        frozenset({key(name), key(relation.to)})
        for name, entity in spec.entities.items()
        for relation in entity.relations.values()
    }
    wanted, allowed = (set(map(key, gold[kind])) for kind in ("classes", "optional_classes"))
    assert f1({key(name) for name in spec.entities}, wanted, allowed) >= classes
    wanted_ties, allowed_ties = (
        {frozenset(map(key, pair)) for pair in gold[kind]} for kind in ("associations", "optional_associations")
    )
    assert f1(pairs, wanted_ties, allowed_ties) >= ties


def test_lists_and_pages_of_something_are_about_that() -> None:
    assert {"Concert", "Order", "Ticket"} <= read(LIST).entities.keys()
    assert not {"List", "Summary", "Page", "Poster"} & read(LIST).entities.keys()


def test_what_belongs_to_what_is_an_assumption() -> None:
    spec = read(LIST)
    assert spec.entities["Ticket"].relations["concert"].optional
    assert "A ticket may have one concert; the stories only name them together." in [
        note.text for note in spec.assumptions
    ]


def test_each_element_is_traced_to_a_story() -> None:
    traced = {element: source.quote for source in read(LIST).trace for element in source.elements}
    assert traced["entities.Ticket.relations.concert"].startswith("As a member, I want to buy tickets for a concert")


def test_a_story_or_two_are_read_as_sentences() -> None:
    text = "A book has a title.\nAs a reader, I want to borrow a book, so that I can read the story.\n"
    assert "Story" not in read(text).entities


def test_a_text_without_a_title_names_its_service_by_its_file() -> None:
    assert read(LIST, "concert-hall.txt").service.name == "concert-hall"
    assert read(LIST, "stdin").service.name == "concert"


def test_who_acts_on_what_they_cannot_be_told_the_owner_of_can_see_all_of_it() -> None:
    text = (CASES / "laboratory.txt").read_text()
    grants = read(text).entities["Protocol"].access
    assert any("researcher" in grant.who and grant.when is None for grant in grants)


@pytest.mark.parametrize(
    "form",
    ["US-12: As a {}, I want to", "- As {} I'd like to", "12. As the {}, I need to", "**As a** {}, **I want to**"],
)
def test_stories_are_known_in_the_forms_that_teams_write(form: str) -> None:
    deeds = ["add a boat", "see the boats", "rent a boat for a trip", "cancel a trip", "add a harbour to a trip"]
    text = "\n".join(f"{form.format('skipper')} {deed}.\n" for deed in deeds)
    spec = read(text, "boats.md")
    assert {"Boat", "Trip", "Harbour"} <= spec.entities.keys()
    assert "skipper" in spec.roles


def test_as_is_not_always_the_beginning_of_a_story() -> None:
    assert STORY.match("As mentioned before, I want to see the list.") is None
