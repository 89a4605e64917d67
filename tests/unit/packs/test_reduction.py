"""What is taken out of a Spec is gone from wherever it is named, and leaves all other addresses as they were."""

from quantumlayer.qlayer.packs.fastapi.pack import FastApiPack
from quantumlayer.qlayer.packs.fastapi.reduction import without
from quantumlayer.spec.claims import claims
from quantumlayer.spec.generator import supported
from quantumlayer.spec.load import parse_spec

SPEC = parse_spec("""
spec: 1
service: {name: shelf}
roles: {keeper: , visitor: }
entities:
  Box:
    fields: {label: {type: string}, note: {type: string, optional: true}, limit: {type: int, default: 1}}
    access:
      - {who: visitor, may: [read], when: this.label.startsWith("A")}
      - {who: keeper, may: [create, read, update]}
    list: {search: [label, note], filter: [limit, note], sort: [note]}
    versioned: [note]
operations:
  mark: {on: Box, by: keeper, takes: {note: {type: string}}, sets: {note: takes.note, label: takes.note}}
  clear: {on: Box, by: keeper, sets: {note: 'null'}}
""").spec


def test_a_field_is_gone_from_lists_versions_and_operations() -> None:
    left = without(SPEC, "entities.Box.fields.note")
    box = left.entities["Box"]
    assert "note" not in {*box.fields, *box.list.search, *box.list.filter, *box.list.sort, *box.versioned}
    assert set(left.operations["mark"].sets) == {"label"}


def test_the_other_grants_keep_their_addresses() -> None:
    left = without(SPEC, "entities.Box.access.0")
    found = {claim.element for claim in claims(left)}
    assert "entities.Box.access.1" in found
    assert "entities.Box.access.0" not in found


def test_the_companions_are_given_the_spec_without_what_the_pack_leaves_open() -> None:
    pack = FastApiPack()
    opened = {item.element for item in pack.open_elements(SPEC)}
    assert opened == {"entities.Box.access.0", "entities.Box.list.filter"}
    assert supported(pack, SPEC).entities["Box"].list.filter == ("note",)


def test_an_operation_that_does_nothing_any_more_is_left_open() -> None:
    opened = FastApiPack().open_elements(without(SPEC, "entities.Box.fields.note"))
    assert "operations.clear" in {item.element for item in opened}
