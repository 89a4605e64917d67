"""What is wrong with effects, rows and jobs is told with its place and what to do."""

import pytest

from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.validate import validate

SPEC = """
spec: 1
service: {name: pantry}
roles: {cook: , supplier: {proves: signature}}
entities:
  Shelf:
    fields: {label: {type: string}, full: {type: bool, default: false}}
    access: [{who: [cook, supplier], may: [create, read]}]
  Jar:
    relations: {shelf: {to: Shelf}, lid: {to: Shelf, optional: true, back: lids}}
    fields: {grams: {type: int, min: 0}, sealed: {type: bool, immutable: true}}
    states: {values: [whole, eaten]}
    access: [{who: cook, may: [create, read]}]
operations:
  tidy:
    on: Shelf
    by: cook
    takes:
      jars: {each: {jar: {to: Jar}, grams: {type: int, min: 1}}, min: 1, max: 5}
    also:
      eat:
        each: this.jars.filter(j, j.status == 'whole')
        as: jar
        requires: {light: {cel: jar.grams < 100, else: It is too heavy.}}
        to: eaten
      weigh:
        each: takes.jars
        as: row
        on: row.jar
        sets: {grams: row.grams}
jobs:
  spoil: {of: Jar, where: this.grams == 0, every: 1h, to: eaten}
"""


def problems(old: str, new: str) -> list[str]:
    assert old in SPEC
    return [f"{one.element}: {one.message} {one.hint}" for one in validate(parse_spec(SPEC.replace(old, new)))]


def test_the_spec_itself_is_right() -> None:
    assert validate(parse_spec(SPEC)) == ()


@pytest.mark.parametrize(
    ("old", "new", "element", "said"),
    [
        ("as: jar\n", "as: this\n", "operations.tidy.also.eat.as", "means something here already"),
        ("        as: row\n", "", "operations.tidy.also.weigh", "`each` and `as` stand together"),
        ("        each: takes.jars\n", "", "operations.tidy.also.weigh", "Remove `as`"),
        ("each: takes.jars\n", "each: this.label\n", "operations.tidy.also.weigh.each", "list(any)"),
        ("on: row.jar\n", "on: row.grams\n", "operations.tidy.also.weigh.on", "This is no record but int"),
        ("        on: row.jar\n", "", "operations.tidy.also.weigh.sets", "`sets` changes a record, and there is none"),
        ("to: eaten\n      weigh", "to: baked\n      weigh", "operations.tidy.also.eat.to", "no state 'baked'"),
        ("sets: {grams: row", "sets: {sealed: row", "operations.tidy.also.weigh.sets.sealed", "immutable"),
        ("sets: {grams: row.grams}", "sets: {}", "operations.tidy.also.weigh", "This effect changes nothing"),
        (
            "        to: eaten\n",
            "        to: eaten\n        deletes: true\n",
            "operations.tidy.also.eat.deletes",
            "removed",
        ),
        (
            "        to: eaten\n",
            "        to: eaten\n        skips: true\n",
            "operations.tidy.also.eat.skips",
            "`skips`",
        ),
        ("jar.grams < 100", "jar.gram < 100", "operations.tidy.also.eat.requires.light.cel", "gram"),
        ("on: row.jar\n", "on: row.jar\n        when: row.grams\n", "operations.tidy.also.weigh.when", "bool"),
        ("on: row.jar\n", "on: this\n", "operations.tidy.also.weigh.sets.grams", "no field or relation 'grams'"),
        ("min: 1, max: 5}", "min: 6, max: 5}", "operations.tidy.takes.jars.max", "`min` <= `max`"),
        ("{to: Jar}, grams", "{to: Jug}, grams", "operations.tidy.takes.jars.each.jar.to", "'Jug'"),
        (
            "{type: int, min: 1}}",
            "{type: int, unique: true}}",
            "operations.tidy.takes.jars.each.grams.unique",
            "no meaning",
        ),
        ("grams: {type: int, min: 1}}", "class: {type: int}}", "operations.tidy.takes.jars.each.class", "'class'"),
        ("of: Jar, where", "of: Jug, where", "jobs.spoil.of", "'Jug'"),
        ("this.grams == 0", "this.gram == 0", "jobs.spoil.where", "gram"),
        ("this.grams == 0", "caller.role == 'cook'", "jobs.spoil.where", "caller"),
        ("every: 1h, to: eaten", "every: 1h", "jobs.spoil", "changes nothing"),
        ("supplier: {proves", "supplier: {record: Shelf, proves", "roles.supplier.record", "signs its requests"),
    ],
)
def test_what_is_wrong_is_told(old: str, new: str, element: str, said: str) -> None:
    found = problems(old, new)
    assert [one for one in found if one.startswith(f"{element}: ") and said in one], found


def test_an_effect_within_one_within_one_is_too_deep() -> None:
    inner = "{on: this, sets: {full: 'true'}}"
    deep = f"{{a: {{on: this, sets: {{full: 'true'}}, also: {{b: {inner}}}}}}}"
    found = problems("to: eaten\n      weigh", f"to: eaten\n        also: {deep}\n      weigh")
    assert [one for one in found if "Effects go two deep at most" in one], found
