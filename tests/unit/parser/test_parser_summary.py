import json

from quantumlayer.qlayer.parser import Requirement, parse, summary

TEXT = (
    "A room has a number (3 digits), a size (small or large), a price and a number of beds of at most 4. "
    "A visit belongs to a room. It has a start time and an end time. A visit is planned, then confirmed by a clerk. "
    "The end time must be after the start time. Clerks manage rooms and visits. A planned visit can be moved."
)


def test_the_summary_has_the_stable_shape() -> None:
    shown = json.loads(json.dumps(summary(parse([Requirement(name="a.md", text=TEXT)]))))
    assert list(shown) == ["entities", "roles", "operations", "rules", "assumptions", "questions"]
    room, visit = shown["entities"]
    assert list(room) == ["name", "fields", "relations", "states"]
    assert room["fields"][0] == {"name": "number", "type": "string", "required": True, "unique": False}
    assert visit["relations"] == [{"name": "room", "to": "Room", "cardinality": "many_to_one"}]
    assert visit["states"] == ["planned", "confirmed"]
    assert shown["roles"] == ["clerk"]
    assert shown["operations"] == [{"name": "confirm", "entity": "Visit", "roles": ["clerk"]}]
    rules = {(rule["cel"], rule["entity"]) for rule in shown["rules"]}
    assert ("this.number.matches('[0-9]{3}')", "Room") in rules
    assert ("this.size in ['small', 'large']", "Room") in rules
    assert ("this.beds <= 4", "Room") in rules
    assert ("this.end_time > this.start_time", "Visit") in rules
    assert ("caller.role in ['clerk']", "Room") in rules
    assert all(rule["text"] for rule in shown["rules"])


def test_requirements_of_operations_and_computed_defaults_are_rules() -> None:
    text = (
        "A tool has a name. A member has a name. A member borrows a tool. The loan records the day it was borrowed and "
        "the day it is due. A loan lasts 7 days. A member may have at most 2 open loans."
    )
    rules = {
        rule["cel"] for rule in json.loads(json.dumps(summary(parse([Requirement(name="a.md", text=text)]))))["rules"]
    }
    assert "this.due_on == this.borrowed_on + days(7)" in rules
    assert "caller.member.loans.size() < 2" in rules
