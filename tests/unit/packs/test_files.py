"""Files in the FastAPI pack: what goes with a record, who fetches one, and what stays open."""

import pytest

from quantumlayer.qlayer.packs.fastapi.files import file_views, released
from quantumlayer.qlayer.packs.fastapi.openness import supported
from quantumlayer.qlayer.packs.fastapi.operations import operation_view
from quantumlayer.qlayer.packs.fastapi.pack import FastApiPack
from quantumlayer.qlayer.packs.fastapi.uniques import unique_indexes
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Spec

SPEC = """\
spec: 1
service: {name: archive}
roles: {keeper: , guest: }
entities:
  Shelf:
    fields: {title: {type: string}}
    access: [{who: keeper, may: [create, read, update, delete]}]
  Box:
    relations: {shelf: {to: Shelf, on_delete: cascade}}
    fields: {label: {type: string}}
    access: [{who: keeper, may: [create, read, update, delete]}]
  Paper:
    relations:
      box: {to: Box, on_delete: cascade}
      folded_in: {to: Paper, optional: true, on_delete: PAPERS}
    fields:
      scan: {type: file, media: image/png, max: 2 kB, optional: true}
      seal: {type: file, immutable: true, visible_to: SEEN}
    rules: {one: {unique: {of: [box], when: this.scan == null}, else: One is empty.}}
    access:
      - {who: keeper, may: [create, read, update, delete]}
      - {who: READER, may: [read], when: this.scan != null}
"""


def archive(papers: str = "set_null", seen: str = "keeper", reader: str = "guest") -> Spec:
    return parse_spec(SPEC.replace("PAPERS", papers).replace("SEEN", seen).replace("READER", reader)).spec


def goes_with(spec: Spec, entity: str) -> list[str]:
    return released(spec, entity, entity.lower(), "contents =")


def test_what_goes_with_a_record_is_found_before_it_goes() -> None:
    spec = archive()
    boxes = "Paper.box_id.in_(select(Box.id).where(Box.shelf_id == shelf.id))"
    found = [f"*await session.scalars(select(Paper.{key}_sha256).where({boxes}))" for key in ("scan", "seal")]
    assert goes_with(spec, "Shelf") == [f"contents = [{', '.join(found)}]"]
    assert goes_with(spec, "Paper") == ["contents = [paper.scan_sha256, paper.seal_sha256]"]


def test_what_goes_with_a_tree_is_found_with_all_its_branches() -> None:
    lines = goes_with(archive(papers="cascade"), "Box")
    assert lines[:2] == [
        'paper_ids = select(Paper.id).where(Paper.box_id == box.id).cte("paper_ids", recursive=True)',
        "paper_ids = paper_ids.union(select(Paper.id).where(Paper.folded_in_id == paper_ids.c.id))",
    ]
    assert "select(Paper.scan_sha256).where(Paper.id.in_(select(paper_ids.c.id)))" in lines[2]
    assert "Paper.id == paper.id" in goes_with(archive(papers="cascade"), "Paper")[0]


def test_two_ways_to_the_branches_of_a_tree_keep_apart() -> None:
    text = SPEC.replace("PAPERS", "cascade").replace("SEEN", "keeper").replace("READER", "guest")
    twice = text.replace(
        "      folded_in:",
        "      copied_from: {to: Box, optional: true, on_delete: cascade, back: copies}\n      folded_in:",
    )
    variables = [line.split(" = ")[0] for line in goes_with(parse_spec(twice).spec, "Box")]
    assert variables == ["paper_ids", "paper_ids", "paper_ids_2", "paper_ids_2", "contents"]


def test_records_without_files_let_go_of_nothing() -> None:
    text = SPEC[: SPEC.index("  Paper:")]
    assert goes_with(parse_spec(text).spec, "Shelf") == []


@pytest.mark.parametrize(
    ("seen", "reader", "who"),
    [
        ("keeper", "guest", [("GET", ("keeper",)), ("PUT", ("keeper",))]),
        ("[keeper, guest]", "guest", [("GET", ("keeper", "guest")), ("PUT", ("keeper",))]),
        ("guest", "anyone", [("GET", ("guest",)), ("PUT", ("keeper",))]),
        ("guest", "keeper", [("PUT", ("keeper",))]),
    ],
)
def test_a_file_is_fetched_by_those_who_see_it_and_read_its_record(
    seen: str, reader: str, who: list[tuple[str, tuple[str, ...]]]
) -> None:
    _, seal = file_views(archive(seen=seen, reader=reader), "Paper")
    assert seal.who == who


def test_what_is_not_optional_or_never_changes_cannot_be_taken_away() -> None:
    scan, seal = file_views(archive(), "Paper")
    assert (scan.removable, seal.removable) == (True, False)
    assert scan.limits_source == "FileLimits(max_size=2_000, media_types=('image/png',))"
    assert seal.limits_source == "FileLimits(max_size=10_000_000)"


def test_whether_a_file_is_there_is_a_condition_on_its_column() -> None:
    (index,) = unique_indexes(archive(), "Paper")
    assert index.where == "scan_sha256 IS NULL"
    spec, left_out = supported(archive())
    assert left_out == []
    code = {item.path: item.content.decode() for item in FastApiPack().generate(spec, FastApiPack().parts(spec)[-1])}
    assert "Paper.scan_sha256.is_not(None)" in code["src/archive/papers/service.py"]


def test_files_stay_open_where_a_contract_gives_the_api() -> None:
    spec = parse_spec(
        "spec: 1\nservice: {name: notes}\n"
        "entities:\n  Note:\n    fields: {title: {type: string}, scan: {type: file}}\n"
        "    access: [{who: anyone, may: [create, read, update]}]\n"
        "interface:\n"
        "  shapes: {Note: {of: Note, members: {title: {is: title}}}}\n"
        "  endpoints:\n"
        "    add: {method: post, path: /notes, does: create, on: Note, takes: Note, gives: Note, status: 201}\n"
    ).spec
    left, found = supported(spec)
    assert [item.element for item in found] == ["entities.Note.fields.scan"]
    assert left.entities["Note"].files == {}


def test_files_stay_open_where_callers_sign_what_they_send() -> None:
    signed = SPEC.replace("{keeper: , guest: }", "{keeper: {proves: signature}, guest: }")
    spec = parse_spec(signed.replace("PAPERS", "set_null").replace("SEEN", "guest").replace("READER", "guest")).spec
    opened = {item.element: item.reason for item in supported(spec)[1]}
    assert opened["entities.Paper.fields.scan"] == "the pack cannot write files put by callers who sign their requests"
    assert "entities.Paper.fields.seal" in opened


def test_what_an_operation_removes_lets_go_of_its_files() -> None:
    text = SPEC.replace("PAPERS", "set_null").replace("SEEN", "keeper").replace("READER", "guest")
    shred = "operations: {shred: {on: Box, by: keeper, also: {all: {each: this.papers, as: sheet, deletes: true}}}}\n"
    body = operation_view(parse_spec(text + shred).spec, "shred").body
    assert "    contents += [sheet.scan_sha256, sheet.seal_sha256]" in body
    assert body[-3:-1] == ("await session.commit()", "await remove_unheld(session, file_store, contents)")


@pytest.mark.parametrize("name", ["put_paper_scan", "remove_paper_scan", "get_paper_for_scan", "read_paper_seal"])
def test_an_operation_beside_the_request_for_a_file_stays_open(name: str) -> None:
    text = SPEC.replace("PAPERS", "set_null").replace("SEEN", "keeper").replace("READER", "guest")
    operation = f"operations: {{{name}: {{on: Paper, by: keeper, sets: {{folded_in: 'null'}}}}}}\n"
    _, found = supported(parse_spec(text.replace("set_null}", "set_null, reassignable: true}") + operation).spec)
    assert [item.element for item in found] == [f"operations.{name}"]


def test_services_without_files_know_nothing_of_them() -> None:
    text = SPEC[: SPEC.index("  Paper:")]
    spec = parse_spec(text).spec
    pack = FastApiPack()
    code = [item for part in pack.parts(spec) for item in pack.generate(spec, part)]
    assert not [item.path for item in code if "file_storage" in item.path or b"file_store" in item.content.lower()]
