from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Spec
from quantumlayer.spec.remember import operations_on, remembered, ways_back

SHOP = """
spec: 1
service: {name: shop}
roles: {clerk: {}}
entities:
  Shelf:
    fields: {label: {type: string}}
  Good:
    relations: {shelf: {to: Shelf}, spare: {to: Shelf, optional: true, back: spares}}
    states: {values: [new, sold]}
    access: [{who: clerk, may: [create, read]}]
operations:
  sell: {on: Good, by: clerk, from: new, to: sold}
"""


def shop() -> Spec:
    return parse_spec(SHOP, "shop.spec.yaml").spec


def test_an_answer_is_worked_out_once_for_each_question() -> None:
    asked = []

    @remembered
    def label(spec: Spec, entity: str, ending: str = "") -> str:
        asked.append(entity)
        return f"{spec.service.name}.{entity}{ending}"

    spec = shop()

    assert [label(spec, "Good"), label(spec, "Shelf"), label(spec, "Good")] == ["shop.Good", "shop.Shelf", "shop.Good"]
    assert label(spec, "Good", ending="!") == "shop.Good!"
    assert asked == ["Good", "Shelf", "Good"]


def test_a_changed_copy_is_asked_anew_and_the_original_keeps_its_answer() -> None:
    spec = shop()
    before = ways_back(spec)

    changed = spec.model_copy(update={"entities": {"Shelf": spec.entities["Shelf"]}})

    assert ways_back(changed) == {}
    assert ways_back(spec) is before


def test_what_was_worked_out_is_no_part_of_the_spec() -> None:
    spec = shop()
    ways_back(spec)

    assert spec == shop()
    assert spec.model_dump_json() == shop().model_dump_json()


def test_relations_are_found_from_where_they_lead_to() -> None:
    good = shop().entities["Good"]

    assert ways_back(shop()) == {
        "Shelf": (("Good", "shelf", good.relations["shelf"]), ("Good", "spare", good.relations["spare"]))
    }


def test_operations_are_found_from_what_they_are_called_on() -> None:
    assert [list(found) for found in operations_on(shop()).values()] == [["sell"]]
    assert operations_on(shop()).keys() == {"Good"}
