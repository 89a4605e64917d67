"""Documents as teams write them today: ids of text, records in envelopes, receipts, maps, errors of a framework."""

import json
from pathlib import Path
from typing import Any

import pytest

from quantumlayer.qlayer.parser import Requirement
from quantumlayer.qlayer.parser.openapi import parse_openapi
from quantumlayer.spec.interface import Does, ErrorPart, Ids, Interface
from quantumlayer.spec.model import FieldType, Spec
from quantumlayer.spec.validate import checked_spec
from quantumlayer.spec.validate.patterns import matches

TEXT: dict[str, Any] = {"type": "string"}
ID = {"name": "id", "in": "path", "required": True, "schema": TEXT}


def parse(document: dict[str, Any]) -> Spec:
    return checked_spec(parse_openapi(Requirement(name="api.json", text=json.dumps(document))))


@pytest.fixture(scope="module")
def orchard() -> Spec:
    path = Path(__file__).resolve().parents[2] / "cases" / "openapi" / "orchard.yaml"
    return checked_spec(parse_openapi(Requirement(name=path.name, text=path.read_text())))


def interface(spec: Spec) -> Interface:
    assert spec.interface is not None
    return spec.interface


def answer(schema: dict[str, Any]) -> dict[str, Any]:
    return {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}


def body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def document(paths: dict[str, Any], **schemas: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"openapi": "3.0.3", "info": {"title": "Api"}, "paths": paths, "components": {"schemas": schemas}}


def kind(*required: str, **members: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": members}


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_everything_of_an_api_of_today_is_met(orchard: Spec) -> None:
    found = interface(orchard)
    assert found.open == {}
    assert len(found.endpoints) == 12
    assert found.ids == {"Orchard": Ids.UUID, "Tree": Ids.UUID}


def test_ids_of_text_are_referred_to(orchard: Spec) -> None:
    tree = orchard.entities["Tree"]
    assert tree.relations["orchard"].to == "Orchard"
    assert "orchard_id" not in tree.fields
    assert interface(orchard).shapes["TreePublic"].members["orchard_id"].is_ == "orchard"


def test_an_envelope_says_the_same_beside_every_record(orchard: Spec) -> None:
    shape = interface(orchard).shapes["OrchardEnvelope"]
    assert shape.members["data"].is_ == "this"
    assert shape.members["success"].shows is True
    assert any("'success' beside records is always True" in note.text for note in orchard.assumptions)


def test_a_page_tells_of_itself_in_an_object(orchard: Spec) -> None:
    found = interface(orchard)
    page = found.shapes["OrchardList"]
    meta = found.shapes[page.members["meta"].shape or ""]
    assert page.members["data"].is_ == "items"
    assert {json: one.is_ for json, one in meta.members.items()} == {
        "page": "page",
        "per_page": "size",
        "total": "total",
    }


def test_what_only_tells_that_something_was_done_is_no_record(orchard: Spec) -> None:
    endpoint = interface(orchard).endpoints["delete_orchard"]
    shape = interface(orchard).shapes[endpoint.gives or ""]
    assert endpoint.does is Does.DELETE
    assert (shape.of, shape.members["deleted"].shows, shape.members["id"].is_) == ("Orchard", True, "id")
    assert "Receipt" not in orchard.entities


def test_a_path_tells_of_its_records_what_is_no_record_itself(orchard: Spec) -> None:
    endpoints = interface(orchard).endpoints
    assert orchard.entities["Picking"].fields["year"].optional
    assert {endpoints[name].parameters["year"].is_ for name in ("list_pickings", "add_picking")} == {"year"}


def test_one_record_that_is_not_named_is_read_and_changed(orchard: Spec) -> None:
    found = interface(orchard).endpoints
    assert (found["read_settings"].does, found["change_settings"].does) == (Does.READ, Does.PATCH)
    assert 404 in found["read_settings"].errors


def test_maps_sets_and_open_limits_are_held_to(orchard: Spec) -> None:
    members = interface(orchard).shapes["OrchardCreate"].members
    assert members["contacts"].keyed
    assert (members["tags"].many, members["tags"].unique_items) == (True, True)
    assert members["hectares"].field is not None
    assert members["hectares"].field.exclusive == ("min",)
    sort = interface(orchard).endpoints["list_trees"].parameters["sort"]
    assert sort.field.pattern == "((kind|height)(,(kind|height))?)?"


def test_null_changes_nothing_that_answers_always_show(orchard: Spec) -> None:
    assert not orchard.entities["Orchard"].fields["name"].optional
    assert orchard.entities["Orchard"].fields["hectares"].optional


def test_the_errors_of_a_framework_are_met(orchard: Spec) -> None:
    errors = interface(orchard).errors
    assert errors is not None
    assert errors.members == {"detail": ErrorPart.FAULTS}
    assert errors.fault == {"loc": ErrorPart.PLACE, "msg": ErrorPart.DETAIL, "type": ErrorPart.KIND}


def test_a_missing_record_is_told_apart_from_a_wrong_value(orchard: Spec) -> None:
    assert 404 in interface(orchard).endpoints["update_orchard"].errors
    spec = parse(
        document(
            {"/cups/{id}": {"get": {"parameters": [ID], "responses": {**answer(ref("Cup")), "422": {}}}}},
            Cup=kind("id", id=TEXT),
        )
    )
    assert next(iter(interface(spec).endpoints.values())).errors == (404, 422)


def test_paths_may_call_records_otherwise_than_schemas_do() -> None:
    paths = {
        "/staff": {
            "get": {"responses": answer({"type": "array", "items": ref("EmployeeOut")})},
            "post": {"requestBody": body(ref("NewHire")), "responses": answer(ref("EmployeeOut"))},
        },
        "/staff/{id}": {"delete": {"parameters": [ID], "responses": {"204": {"description": ""}}}},
    }
    spec = parse(document(paths, EmployeeOut=kind("id", id=TEXT, name=TEXT), NewHire=kind("name", name=TEXT)))
    assert set(spec.entities) == {"Employee"}
    assert sorted(one.does for one in interface(spec).endpoints.values()) == ["create", "delete", "list"]


def test_records_stand_in_envelopes_within_envelopes_and_lists() -> None:
    wrapped = kind("data", data=ref("Mug"))
    paths = {
        "/mugs": {
            "get": {
                "responses": answer(kind("response", response=kind("mugs", mugs={"type": "array", "items": wrapped})))
            }
        },
        "/mugs/{id}": {
            "get": {"parameters": [ID], "responses": answer(kind("response", response=kind("mug", mug=ref("Mug"))))}
        },
    }
    spec = parse(document(paths, Mug=kind("id", id=TEXT, colour=TEXT)))
    found = interface(spec)
    way, inner = found.unwrapped(next(one.gives for one in found.endpoints.values() if one.does is Does.READ) or "")
    assert (way, inner) == (("response", "mug"), "Mug")
    listed = next(one for one in found.endpoints.values() if one.does is Does.LIST)
    assert found.lists(listed)
    outer, page = found.unwrapped(listed.gives or "")
    assert outer == ("response",)
    assert found.unwrapped(found.shapes[page].members["mugs"].shape or "") == (("data",), "Mug")


def test_callers_who_cannot_prove_themselves_as_the_document_says_are_named() -> None:
    paths = {"/cups": {"get": {"responses": answer({"type": "array", "items": ref("Cup")})}}}
    spec = parse(
        {
            **document(paths, Cup=kind("id", id=TEXT)),
            "security": [{"key": []}],
            "components": {
                "schemas": {"Cup": kind("id", id=TEXT)},
                "securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "key"}},
            },
        }
    )
    assert "apiKey in query" in interface(spec).open["security"]


def test_members_of_an_object_in_the_query_are_parameters_of_their_own() -> None:
    asked = {
        "name": "paging",
        "in": "query",
        "required": True,
        "schema": kind(page={"type": "integer", "minimum": 0}, size={"type": "integer"}),
    }
    deep = {"name": "where", "in": "query", "style": "deepObject", "schema": kind(name=TEXT)}
    paths = {
        "/cups": {"get": {"parameters": [asked, deep], "responses": answer({"type": "array", "items": ref("Cup")})}}
    }
    found = next(iter(interface(parse(document(paths, Cup=kind("id", id=TEXT, name=TEXT)))).endpoints.values()))
    assert sorted(found.parameters) == ["page", "size", "where[name]"]
    assert all(one.optional for one in found.parameters.values())


@pytest.mark.parametrize("limit", [10**400, -(10**400), 1e300])
def test_limits_beyond_all_numbers_bound_nothing(limit: float) -> None:
    paths = {"/cups": {"get": {"responses": answer({"type": "array", "items": ref("Cup")})}}}
    spec = parse(document(paths, Cup=kind("id", id=TEXT, depth={"type": "number", "minimum": limit})))
    assert spec.entities["Cup"].fields["depth"].type is FieldType.FLOAT
    assert spec.entities["Cup"].fields["depth"].min is None or limit == 1e300


def test_objects_in_objects_of_one_name_are_told_apart() -> None:
    schema = TEXT
    for _ in range(52):
        schema = kind("a", a=schema)
    paths = {"/cups": {"get": {"responses": answer({"type": "array", "items": ref("Cup")})}}}
    spec = parse(document(paths, Cup=kind("id", id=TEXT, a=schema)))
    assert "Cup" in spec.entities


def test_prose_that_cannot_be_printed_is_left_out() -> None:
    paths = {
        "/cups": {
            "get": {"summary": "Cups\x00 of \x07tea", "responses": answer({"type": "array", "items": ref("Cup")})}
        }
    }
    spec = parse(document(paths, Cup=kind("id", id=TEXT)))
    assert next(iter(interface(spec).endpoints.values())).about == "Cups of tea"


def test_text_of_a_format_that_no_pattern_says_is_not_taken() -> None:
    schema = kind("id", id=TEXT, page={"type": "string", "format": "uri"})
    made = {"requestBody": body(ref("Cup")), "responses": answer(ref("Cup"))}
    paths = {"/cups": {"get": {"responses": answer({"type": "array", "items": ref("Cup")})}, "post": made}}
    found = interface(parse(document(paths, Cup=schema)))
    assert "'uri'" in found.open["POST /cups"]


def test_records_that_need_each_other_cost_their_endpoints_and_no_others() -> None:
    number = {"type": "integer"}

    def made(name: str) -> dict[str, Any]:
        return {"post": {"requestBody": body(ref(name)), "responses": answer(ref(name))}}

    paths = {
        "/eggs": made("Egg"),
        "/hens": made("Hen"),
        "/cups": {"get": {"responses": answer({"type": "array", "items": ref("Cup")})}},
    }
    egg = kind("henId", id={**number, "readOnly": True}, henId=number)
    hen = kind("eggId", id={**number, "readOnly": True}, eggId=number)
    spec = parse(document(paths, Egg=egg, Hen=hen, Cup=kind("id", id=TEXT)))
    assert set(spec.entities) == {"Cup"}
    assert set(interface(spec).open) == {"POST /eggs", "POST /hens"}


def test_text_that_answers_must_show_and_nobody_writes_fits_what_the_document_says() -> None:
    link, code = TEXT | {"format": "uri", "readOnly": True}, TEXT | {"pattern": "^[A-Z]{3}-[0-9]{2}$", "readOnly": True}
    stamp = kind("name", "link", "code", "mail", name=TEXT, link=link, code=code, mail=TEXT | {"format": "email"})
    new = kind("name", name=TEXT)
    found = parse(
        document({"/stamps": {"get": {"responses": answer({"type": "array", "items": ref("Stamp")})},
                              "post": {"requestBody": body(ref("NewStamp")), "responses": answer(ref("Stamp"))}}},
                 Stamp=stamp, NewStamp=new)
    )  # fmt: skip
    fields = found.entities["Stamp"].fields
    assert {key: field.default for key, field in fields.items()} == {
        "name": None, "link": "https://00000", "code": "AAA-00", "mail": "nobody@example.org",
    }  # fmt: skip
    assert sum("answers must show one" in note.text for note in found.assumptions) == 3


def test_an_address_of_the_internet_is_taken_exactly() -> None:
    host = kind("ip", id={"type": "integer"}, ip=TEXT | {"format": "ipv4"})
    found = parse(
        document({"/hosts": {"post": {"requestBody": body(ref("Host")), "responses": answer(ref("Host"))}}}, Host=host)
    )
    pattern = found.entities["Host"].fields["ip"].pattern or ""
    taken = [one for one in ("0.9.0.0", "255.249.100.7", "256.1.1.1", "01.2.3.4", "1.2.3") if matches(pattern, one)]
    assert taken == ["0.9.0.0", "255.249.100.7"]


def test_what_answers_must_show_and_records_may_lack_is_left_open() -> None:
    tags = {"type": "array", "items": TEXT}
    found = parse(
        document({"/stamps": {"post": {"requestBody": body(ref("NewStamp")), "responses": answer(ref("Stamp"))}},
                  "/coins": {"post": {"requestBody": body(ref("Coin")), "responses": answer(ref("Coin"))}}},
                 Stamp=kind("name", "tags", name=TEXT, tags=tags),
                 NewStamp=kind("name", name=TEXT), Coin=kind(worth=TEXT))
    )  # fmt: skip
    assert interface(found).open == {
        "POST /stamps": "it always answers 'tags' of Stamp, and a Stamp may be without its tags."
    }
