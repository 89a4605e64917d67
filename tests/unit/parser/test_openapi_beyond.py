"""What a Spec says beyond a document that is silent: refusals, keys, sizes, records that nobody makes."""

import json
from pathlib import Path
from typing import Any

import pytest

from quantumlayer.qlayer.parser import Requirement
from quantumlayer.qlayer.parser.openapi import parse_openapi
from quantumlayer.spec.model import FieldType, Proof, Spec
from quantumlayer.spec.validate import checked_spec

NUMBER: dict[str, Any] = {"type": "integer"}
TEXT: dict[str, Any] = {"type": "string"}
ID = {"name": "id", "in": "path", "required": True, "schema": NUMBER}


def parse(document: dict[str, Any]) -> Spec:
    return checked_spec(parse_openapi(Requirement(name="api.json", text=json.dumps(document))))


def harbour() -> Spec:
    path = Path(__file__).resolve().parents[2] / "cases" / "openapi" / "harbour.yaml"
    return checked_spec(parse_openapi(Requirement(name=path.name, text=path.read_text())))


def answer(schema: dict[str, Any], media: str = "application/json") -> dict[str, Any]:
    return {"description": "", "content": {media: {"schema": schema}}}


def buoys(*, makes: bool = False, responses: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """A document about buoys, which somebody reads."""
    ref = {"$ref": "#/components/schemas/Buoy"}
    one = {"id": NUMBER, "colour": {"type": "object", "properties": {"name": TEXT}}, "depth": {"type": "number"}}
    paths: dict[str, Any] = {
        "/buoys": {"get": {"responses": {"200": answer({"type": "array", "items": ref})}}},
        "/buoys/{id}": {"get": {"parameters": [ID], "responses": {"200": answer(ref), **(responses or {})}}},
    }
    if makes:
        body = {"content": {"application/json": {"schema": ref}}}
        paths["/buoys"]["post"] = {"requestBody": body, "responses": {"201": answer(ref)}}
    schema = {"type": "object", "required": ["id", "colour", "depth"], "properties": one}
    components = {"schemas": {"Buoy": schema}, **more.pop("components", {})}
    return {"openapi": "3.0.3", "info": {"title": "Buoys"}, "paths": paths, "components": components, **more}


def told(spec: Spec) -> str:
    return " ".join(note.text for note in spec.assumptions)


def errors(spec: Spec, path: str = "/buoys/{id}", method: str = "get") -> tuple[int, ...]:
    assert spec.interface is not None
    return next(one.errors for one in spec.interface.endpoints.values() if (one.path, one.method) == (path, method))


def test_what_a_document_has_no_status_for_is_refused_as_usual_and_told() -> None:
    spec = parse(buoys())
    assert errors(spec) == (404, 422)
    assert "`GET /buoys/{id}` can be refused with 404 and 422" in told(spec)


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        ({"default": {"description": ""}}, ()),
        ({"4XX": {"description": ""}}, ()),
        ({"400": {"description": ""}}, (400,)),
    ],
)
def test_what_a_document_has_a_status_for_is_refused_with_that(
    responses: dict[str, Any], expected: tuple[int, ...]
) -> None:
    spec = parse(buoys(responses=responses))
    assert errors(spec) == expected
    assert "can be refused" not in told(spec)


def test_a_body_that_may_be_left_out_is_asked_for_and_told() -> None:
    assert "`POST /buoys` cannot be called without a body" in told(parse(buoys(makes=True)))


def test_what_answers_always_show_is_there_where_only_seeds_make_records() -> None:
    fields = parse(buoys()).entities["Buoy"].fields
    assert not fields["colour"].optional
    assert not fields["depth"].optional


@pytest.mark.parametrize(
    ("scheme", "proof", "header"),
    [
        ({"type": "apiKey", "in": "header", "name": "X-Buoy-Key"}, Proof.API_KEY, "X-Buoy-Key"),
        ({"type": "apiKey", "in": "header", "name": "Authorization"}, Proof.PASSWORD, None),
        ({"type": "apiKey", "in": "query", "name": "key"}, Proof.PASSWORD, None),
        ({"type": "http", "scheme": "bearer"}, Proof.PASSWORD, None),
        ({"type": "openIdConnect", "openIdConnectUrl": "https://buoys.example/openid"}, Proof.OIDC, None),
    ],
)
def test_callers_prove_themselves_as_the_document_says(
    scheme: dict[str, Any], proof: Proof, header: str | None
) -> None:
    components = {"securitySchemes": {"proof": scheme}}
    role = parse(buoys(security=[{"proof": []}], components=components)).roles["user"]
    assert (role.proves, role.header) == (proof, header)


def test_an_id_that_is_any_number_is_whole() -> None:
    document = buoys()
    document["components"]["schemas"]["Buoy"]["properties"]["id"] = {"type": "number"}
    spec = parse(document)
    assert "id" not in "".join(spec.entities["Buoy"].fields)
    assert "'id' is a whole number: the document lets it be any." in told(spec)


def test_paths_and_members_name_records_by_any_number() -> None:
    spec = harbour()
    assert spec.interface is not None
    assert spec.entities["Visit"].relations["berth"].to == "Berth"
    parameter = spec.interface.endpoints["berths_visits"].parameters["berthId"]
    assert (parameter.is_, parameter.field.type) == ("berth", FieldType.INT)
    assert spec.interface.endpoints["visits_list"].parameters["berthId"].is_ == "berth"


def test_seeds_give_the_value_by_which_a_path_names_a_record() -> None:
    field = harbour().entities["Tariff"].fields["code"]
    assert (field.unique, field.optional) == (True, False)


def test_a_list_below_a_record_that_is_not_there_can_be_refused() -> None:
    spec = harbour()
    assert spec.interface is not None
    assert 404 in spec.interface.endpoints["berths_visits"].errors


def test_a_text_that_is_an_object_elsewhere_is_checked_and_not_kept() -> None:
    document = buoys(makes=True)
    body = {"type": "object", "required": ["colour"], "properties": {"colour": TEXT, "depth": {"type": "number"}}}
    document["components"]["schemas"]["BuoyRequest"] = body
    taken = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/BuoyRequest"}}}}
    document["paths"]["/buoys"]["post"]["requestBody"] = taken
    document["components"]["schemas"]["Buoy"]["required"] = ["id"]
    spec = parse(document)
    assert spec.interface is not None
    colour = spec.interface.shapes["BuoyRequest"].members["colour"]
    assert (colour.is_, colour.write_only, colour.field and colour.field.type) == (None, True, FieldType.TEXT)
    assert "checked and not kept: elsewhere it is an object or an array" in told(spec)


def test_one_choice_of_several_may_be_empty() -> None:
    document = buoys()
    document["components"]["schemas"]["Buoy"]["properties"]["light"] = {**TEXT, "enum": ["", "FL", "OC"]}
    field = parse(document).entities["Buoy"].fields["light"]
    assert (field.pattern, field.min, field.max) == ("(FL|OC)?", 0, 2)


def test_a_path_keeps_the_slash_at_its_end() -> None:
    document = buoys()
    document["paths"]["/buoys/"] = document["paths"].pop("/buoys")
    spec = parse(document)
    assert spec.interface is not None
    assert "/buoys/" in {one.path for one in spec.interface.endpoints.values()}


def test_answers_of_other_json_keep_their_media_type() -> None:
    document = buoys()
    ref = {"$ref": "#/components/schemas/Buoy"}
    document["paths"]["/buoys/{id}"]["get"]["responses"]["200"] = answer(ref, "application/hal+json")
    spec = parse(document)
    assert spec.interface is not None
    assert {one.path: one.media for one in spec.interface.endpoints.values()}["/buoys/{id}"] == "application/hal+json"
