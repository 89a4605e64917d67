"""What two sources say of the same field, relation, rule or operation: one of both, and what is asked."""

import pytest

from quantumlayer.qlayer.parser.together import Kind, Part, together
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import FieldType, Note, OnDelete, RelationKind, Spec
from quantumlayer.spec.validate import validate

SHIPS = """spec: 1
service: {name: ships}
roles:
  clerk:
entities:
  Berth:
    fields:
      label: {type: string}
    access:
      - {who: clerk, may: [create, read]}
  Ship:
    relations:
      berth: {to: Berth}
    fields:
      name: {type: string, max: 40}
      draught: {type: decimal, min: 1, max: 9}
      flag: {type: string, one_of: [red, blue]}
      built: {type: int, default: 1990, optional: true}
      code: {type: string, pattern: '[A-Z]+'}
    rules:
      deep: {cel: this.draught < 8, else: It is too deep.}
    access:
      - {who: clerk, may: [create, read]}
"""


def asked(spec: Spec, about: str) -> Note:
    """The only question about an element."""
    (note,) = [note for note in spec.questions if note.about == about]
    return note


def joined(*changes: tuple[str, str], first: Kind = Kind.SPEC, second: Kind = Kind.SCHEMA) -> Spec:
    """Two Specs of ships together, the second one changed."""
    text = SHIPS
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    parts = [Part(first, parse_spec(SHIPS).spec, {"first.yaml": SHIPS})]
    parts.append(Part(second, parse_spec(text).spec, {"second.yaml": text}))
    spec = together(parts[::-1])
    assert [problem for problem in validate(spec) if not problem.warning] == []
    return spec


def test_what_agrees_is_one() -> None:
    spec = joined()
    assert (spec.questions, spec.entities) == ((), parse_spec(SHIPS).spec.entities)


def test_relations_that_contradict_are_asked() -> None:
    spec = joined(("{to: Berth}", "{to: Berth, kind: one_to_one, optional: true, on_delete: set_null}"))
    relation = spec.entities["Ship"].relations["berth"]
    assert (relation.kind, relation.optional, relation.on_delete) == (
        RelationKind.ONE_TO_ONE,
        False,
        OnDelete.RESTRICT,
    )
    assert 'cardinality of berth of Ship: one_to_one (second.yaml: "berth: {to: Berth' in spec.questions[0].text
    assert "berth of Ship: required" in spec.questions[1].text


def test_a_relation_to_something_else_is_asked() -> None:
    spec = joined(("relations:\n      berth: {to: Berth}", "relations:\n      berth: {to: Ship, optional: true}"))
    assert spec.entities["Ship"].relations["berth"].to == "Berth"
    assert "target of berth of Ship: Berth (first.yaml" in spec.questions[0].text


@pytest.mark.parametrize(
    ("change", "about", "proposed"),
    [
        (("max: 40", "max: 30"), "name.max", "30: the stricter of the two."),
        (("max: 40", "max: 60"), "name.max", "40: the stricter of the two."),
        (("min: 1, ", "min: 2, "), "draught.min", "2: the stricter of the two."),
        (
            ("type: decimal, min: 1, max: 9", "type: int, min: 1, max: 9"),
            "draught.type",
            "decimal: the Spec was there first.",
        ),
        (("{type: string, max: 40}", "{type: date}"), "name.type", "date: the more specific of the two."),
        (("[red, blue]", "[red]"), "flag.one_of", "red: the stricter of the two."),
        (("[red, blue]", "[red, white]"), "flag.one_of", "red, blue: the Spec was there first."),
        (("default: 1990", "default: 1980"), "built.default", "1990: the Spec was there first."),
        (("[A-Z]+", "[a-z]+"), "code.pattern", "[A-Z]+: the Spec was there first."),
    ],
)
def test_fields_that_contradict_are_asked(change: tuple[str, str], about: str, proposed: str) -> None:
    spec = joined(change)
    note = asked(spec, f"entities.Ship.fields.{about}")
    assert note.proposed == proposed
    assert ("first.yaml" in note.text, "second.yaml" in note.text) == (True, True)


def test_an_email_is_a_text_that_says_more() -> None:
    spec = joined(("name: {type: string, max: 40}", "name: {type: email, max: 40}"))
    assert (spec.entities["Ship"].fields["name"].type, spec.questions) == (FieldType.EMAIL, ())


def test_rules_with_two_numbers_are_asked() -> None:
    spec = joined(
        ("deep: {cel: this.draught < 8", "shallow: {cel: this.draught < 6"), ("It is too deep", "Too deep by far")
    )
    assert list(spec.entities["Ship"].rules) == ["shallow"]
    note = asked(spec, "entities.Ship.rules.shallow")
    assert note.proposed == "Too deep by far: the stricter of the two."
    assert "It is too deep (first.yaml" in note.text


def test_a_rule_that_says_the_same_under_another_name_is_one() -> None:
    assert list(joined(("      deep: ", "      not_too_deep: ")).entities["Ship"].rules) == ["deep"]


def test_operations_that_contradict_are_asked() -> None:
    operation = "operations:\n  rename: {on: Ship, by: clerk, sets: {name: 'NAME'}}\n"
    first, second = (SHIPS + operation.replace("NAME", f'"{name}"') for name in ("a", "b"))
    parts = [Part(Kind.SPEC, parse_spec(text).spec, {"a.yaml": text}) for text in (first, second)]
    spec = together(parts)
    assert spec.operations["rename"].sets == {"name": '"a"'}
    assert asked(spec, "operations.rename").proposed.endswith(": it comes first.")


def test_what_is_worked_out_is_no_field_as_well() -> None:
    worked_out = "    derived:\n      code: {type: string, cel: this.name}\n    rules:\n      deep"
    spec = joined(("      code: {type: string, pattern: '[A-Z]+'}\n", ""), ("    rules:\n      deep", worked_out))
    ship = spec.entities["Ship"]
    assert ("code" in ship.fields, "code" in ship.derived) == (False, True)


def test_states_take_the_place_of_a_column_with_the_same_values() -> None:
    text = SHIPS.replace("flag: {type: string, one_of: [red, blue]}", "size: {type: int}")
    text = text.replace("    rules:\n", "    states: {values: [red, blue]}\n    rules:\n")
    parts = [
        Part(Kind.SCHEMA, parse_spec(SHIPS).spec, {"a.sql": ""}),
        Part(Kind.TEXTS, parse_spec(text).spec, {"b.md": ""}),
    ]
    ship = together(parts).entities["Ship"]
    assert ship.states is not None
    assert (ship.states.field, "flag" in ship.fields) == ("flag", False)


def test_entities_of_another_case_are_one() -> None:
    text = SHIPS.replace("Berth", "BERTHS")
    text = text.replace("this.draught < 8", "this.berth.label != 'x'")
    parts = [
        Part(Kind.SPEC, parse_spec(SHIPS).spec, {"a.yaml": SHIPS}),
        Part(Kind.TEXTS, parse_spec(text).spec, {"b.md": ""}),
    ]
    spec = together(parts)
    assert list(spec.entities) == ["Berth", "Ship"]
    assert spec.entities["Ship"].relations["berth"].to == "Berth"
