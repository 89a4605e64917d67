"""The style of an API in a Spec: what it promises, what it cannot stand beside, and names that it cannot tell apart."""

import pytest

from quantumlayer.spec.claims import claims
from quantumlayer.spec.errors import Problem
from quantumlayer.spec.interface import Envelope
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Spec
from quantumlayer.spec.naming import collection
from quantumlayer.spec.style import Style, contract_of, style_of
from quantumlayer.spec.validate import validate

SPEC = """\
spec: 1
service: {name: kennel}
roles: {keeper: }
entities:
  Dog:
    fields: {name: {type: string}, line_1: {type: string, optional: true}}
    derived: {old: {type: bool, cel: this.name == 'Rex'}}
    access: [{who: anyone, may: [create, read, update]}]
  Walk:
    relations: {dog: {to: Dog}}
    fields: {note: {type: string, optional: true}}
    access: [{who: anyone, may: [create, read]}]
operations:
  feed:
    on: Dog
    by: keeper
    takes: {much: {type: int}}
    sets: {name: string(takes.much)}
queries:
  called: {of: Dog, by: anyone, takes: {word: {type: string}}, where: this.name == takes.word}
interface: INTERFACE
"""


def spec(interface: str) -> Spec:
    return parse_spec(SPEC.replace("INTERFACE", interface)).spec


def problems(text: str) -> list[Problem]:
    return [problem for problem in validate(parse_spec(text)) if not problem.warning]


CAMEL = SPEC.replace("INTERFACE", "{naming: camel}")


@pytest.mark.parametrize(
    ("interface", "style"),
    [
        ("{}", Style()),
        ("{naming: snake, envelope: none}", Style()),
        ("{base: /api}", Style("/api")),
        ("{naming: camel, envelope: data}", Style(camel=True, envelope=Envelope.DATA)),
    ],
)
def test_an_interface_without_endpoints_is_a_style(interface: str, style: Style) -> None:
    found = spec(interface)
    assert problems(SPEC.replace("INTERFACE", interface)) == []
    assert contract_of(found) is None
    assert style_of(found) == style
    assert style.plain == (interface in {"{}", "{naming: snake, envelope: none}"})


def test_the_rest_of_the_claims_is_the_same() -> None:
    addresses = [claim.element for claim in claims(spec("{}"))]
    found = [claim.element for claim in claims(spec("{base: /api, naming: camel, envelope: name}"))]
    assert [one for one in found if one not in addresses] == [
        "interface.base",
        "interface.naming",
        "interface.envelope",
    ]
    assert [one for one in found if one in addresses] == addresses


def test_seeds_keep_their_names() -> None:
    assert collection(spec("{base: /api, envelope: name}"), "Dog") == "dogs"


@pytest.mark.parametrize(("word", "value"), [("naming", "camel"), ("envelope", "data"), ("envelope", "name")])
def test_a_contract_has_no_style_beside_its_shapes(word: str, value: str) -> None:
    shapes = "shapes: {Dog: {of: Dog, members: {name: {is: name}}}}"
    text = SPEC.replace("INTERFACE", f"{{{word}: {value}, {shapes}}}")
    (problem,) = problems(text)
    assert (problem.element, problem.hint) == (
        f"interface.{word}",
        f"Remove `{word}`, or the endpoints with their shapes.",
    )
    assert f"`{word}` is for APIs without `endpoints`" in problem.message
    assert style_of(parse_spec(text).spec) == Style()


@pytest.mark.parametrize(
    ("before", "after", "element", "message"),
    [
        ("line_1: {", "line1: {type: string}, line_1: {", "entities.Dog.fields.line_1", "both 'line1'"),
        ("old: {", "line1: {", "entities.Dog.derived.line1", "both 'line1'"),
        ("note: {", "dog__note: {", "entities.Walk.fields.dog__note", "has no camelCase"),
        (
            "{much: {type: int}}",
            "{much: {type: int}, a1: {type: int}, a_1: {type: int}}",
            "operations.feed.takes.a_1",
            "both",
        ),
        (
            "{word: {type: string}}",
            "{word: {type: string}, b1: {type: int}, b_1: {type: int}}",
            "queries.called.takes.b_1",
            "both",
        ),
    ],
)
def test_names_that_camel_case_cannot_tell_apart_are_refused(
    before: str, after: str, element: str, message: str
) -> None:
    assert problems(CAMEL) == []
    text = CAMEL.replace(before, after)
    assert [message in problem.message for problem in problems(text) if problem.element == element] == [True]
    assert problems(text.replace("naming: camel", "naming: snake")) == []
