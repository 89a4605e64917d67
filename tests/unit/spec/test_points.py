"""The open points of a Spec: how much hangs on each, why it is asked, and what an answer changes."""

import pytest

from quantumlayer.spec.answers import question_id
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Note, Spec
from quantumlayer.spec.points import Severity, points, questions

SPEC = """spec: 1
service: {name: kiln}
roles: {potter: }
entities:
  Pot:
    fields:
      name: {type: string, max: 40}
    rules:
      named: {cel: this.name != 'x', else: No pot is called x.}
    access:
      - {who: potter, may: [create, read]}
trace:
  - {quote: A pot has a name., file: a.md, end: 17, elements: {entities.Pot: 1.0, entities.Pot.fields.name: 1.0}}
  - {quote: Potters make pots., file: a.md, start: 18, end: 36, elements: {entities.Pot.access: 0.9}}
  - {quote: Pots must cool down first., file: a.md, start: 37, end: 63}
"""


def asking(*notes: Note, assumed: bool = False) -> Spec:
    return parse_spec(SPEC).spec.model_copy(update={"assumptions" if assumed else "questions": notes})


@pytest.mark.parametrize(
    ("about", "text", "proposed", "severity"),
    [
        ("entities.Pot.access", "Who?", "", "decides"),
        ("roles.potter", "Who?", "", "decides"),
        ("entities.Pot.rules.named", "Really?", "", "decides"),
        ("", 'Which rule does this state: "Pots must cool down first."?', "None yet.", "decides"),
        ("", "What about it?", "Nothing: it is background.", "detail"),
        ("entities.Pot", "What is it?", "", "matters"),
        ("entities.Pot.fields.name.max", "How long?", "", "matters"),
        ("entities.Pot.fields.name", "What type?", "", "detail"),
        ("entities.Pot.fields.name", "Which holds for the name of Pot: a or b?", "", "matters"),
        ("entities.Pot", "How is entities.Pot.rules.hot meant? It fails.", "It is left out.", "decides"),
        ("service.timezone", "Where?", "", "detail"),
        ("trace", "What?", "", "matters"),
    ],
)
def test_how_much_hangs_on_a_question(about: str, text: str, proposed: str, severity: str) -> None:
    (point,) = points(asking(Note(about=about, text=text, proposed=proposed)))
    assert point.severity == severity


def test_what_is_decided_already_decides_nothing() -> None:
    (point,) = points(asking(Note(about="entities.Pot.access", text="Potters may."), assumed=True))
    assert (point.asked, point.severity) == (False, Severity.MATTERS)


def test_a_question_has_its_reason_and_its_effect() -> None:
    (point,) = questions(asking(Note(about="entities.Pot.access", text="Who makes pots?", proposed="Potters.")))
    assert [source.quote for source in point.sources] == ["Potters make pots."]
    assert point.effect == "Changes who may do what, and 2 promises that tests prove."


def test_the_reason_is_the_sentence_that_is_quoted() -> None:
    text = 'Which rule does this state: "Pots must cool down first."?'
    (point,) = questions(asking(Note(text=text)))
    assert [source.quote for source in point.sources] == ["Pots must cool down first."]
    assert point.unquoted == ()


def test_the_reason_of_a_part_is_that_of_what_it_stands_in() -> None:
    (point,) = questions(asking(Note(about="entities.Pot.fields.name.max", text="How long?")))
    assert [source.quote for source in point.sources] == ["A pot has a name."]


def test_the_heaviest_come_first_and_questions_before_assumptions() -> None:
    spec = asking(Note(about="service", text="c"), Note(about="entities.Pot", text="b"), Note(about="roles", text="a"))
    spec = spec.model_copy(update={"assumptions": (Note(about="entities.Pot", text="d"),)})
    assert [point.text for point in points(spec)] == ["a", "b", "d", "c"]
    assert [point.text for point in questions(spec)] == ["a", "b", "c"]


def test_an_id_is_that_of_the_question_alone() -> None:
    assert question_id("a", "b") == question_id("a", "b") != question_id("b", "a")
    assert question_id("a", "b").startswith("q")
