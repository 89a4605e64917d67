"""Swagger 2.0 documents are read as what they are in OpenAPI 3.0."""

from pathlib import Path
from typing import Any

import pytest

from quantumlayer.qlayer.parser import Requirement
from quantumlayer.qlayer.parser.openapi import parse_openapi
from quantumlayer.qlayer.parser.openapi.document import read_document
from quantumlayer.qlayer.parser.openapi.swagger import from_swagger
from quantumlayer.spec.model import FieldType, Proof
from quantumlayer.spec.validate import validate

MARINA = Path(__file__).parents[2] / "cases" / "openapi" / "marina.swagger.yaml"
BASE: dict[str, Any] = {"swagger": "2.0", "info": {"title": "T", "version": "1"}}


def converted(**parts: object) -> dict[str, Any]:
    return from_swagger({**BASE, **parts})


def operation(old: dict[str, Any], **parts: object) -> dict[str, Any]:
    found: dict[str, Any] = converted(paths={"/a": {"post": old}}, **parts)["paths"]["/a"]["post"]
    return found


def test_a_document_becomes_a_spec_with_its_interface() -> None:
    spec = parse_openapi(Requirement(name=MARINA.name, text=MARINA.read_text("utf-8")))
    assert not [problem for problem in validate(spec) if not problem.warning]
    boat = spec.entities["Boat"].fields
    assert boat["name"].max == 60
    assert boat["kind"].one_of == ("sail", "motor", "rowing")
    assert boat["home_port"].optional
    assert boat["length"].type in {FieldType.DECIMAL, FieldType.FLOAT}
    assert spec.interface is not None
    assert not spec.interface.open
    assert spec.interface.base == "/v1"
    assert {(one.method.upper(), one.path) for one in spec.interface.endpoints.values()} == {
        ("GET", "/boats"), ("POST", "/boats"), ("GET", "/boats/{boatId}"), ("PUT", "/boats/{boatId}"),
        ("DELETE", "/boats/{boatId}"),
    }  # fmt: skip
    assert {role.proves for role in spec.roles.values()} == {Proof.API_KEY}


def test_what_is_read_is_an_openapi_document() -> None:
    document = read_document(MARINA.read_text("utf-8"), MARINA.name)
    assert document.root["openapi"].startswith("3.0")
    assert document.root["servers"] == [{"url": "https://api.example.org/v1"}]


def test_forms_and_files_become_bodies() -> None:
    fields = [
        {"name": "title", "in": "formData", "type": "string", "required": True, "description": "What it shows."},
        {"name": "scan", "in": "formData", "type": "file"},
    ]
    body = operation({"parameters": fields, "responses": {}})["requestBody"]
    assert list(body["content"]) == ["multipart/form-data"]
    schema = body["content"]["multipart/form-data"]["schema"]
    assert schema["required"] == ["title"]
    assert schema["properties"]["scan"] == {"type": "string", "format": "binary"}
    plain = operation({"parameters": fields[:1], "responses": {}})["requestBody"]
    assert list(plain["content"]) == ["application/x-www-form-urlencoded"]


def test_lists_in_queries_and_media_types_of_an_operation() -> None:
    tags = {"name": "tags", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "multi"}
    body = {"name": "body", "in": "body", "schema": {"type": "object"}}
    found = operation(
        {
            "parameters": [tags, body],
            "consumes": ["application/vnd.a+json"],
            "produces": ["text/csv"],
            "responses": {"200": {"description": "", "schema": {"type": "string"}, "examples": {"text/csv": "a;b"}}},
        }
    )
    assert found["parameters"][0]["explode"] is True
    assert found["parameters"][0]["schema"] == {"type": "array", "items": {"type": "string"}}
    assert list(found["requestBody"]["content"]) == ["application/vnd.a+json"]
    assert found["responses"]["200"]["content"] == {"text/csv": {"schema": {"type": "string"}, "example": "a;b"}}


def test_a_body_that_a_path_shares_goes_to_its_operations() -> None:
    body = {"name": "body", "in": "body", "schema": {"$ref": "#/definitions/A"}}
    paths = converted(paths={"/a": {"parameters": [body], "put": {"responses": {}}}})["paths"]
    assert paths["/a"]["put"]["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/A"
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "basic"}, {"type": "http", "scheme": "basic"}),
        (
            {"type": "oauth2", "flow": "accessCode", "authorizationUrl": "a", "tokenUrl": "t", "scopes": {"r": "Read"}},
            {
                "type": "oauth2",
                "flows": {"authorizationCode": {"authorizationUrl": "a", "tokenUrl": "t", "scopes": {"r": "Read"}}},
            },
        ),
    ],
)
def test_security(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert converted(securityDefinitions={"one": old}, paths={})["components"]["securitySchemes"]["one"] == new


@pytest.mark.parametrize(
    "broken",
    [
        {"paths": {"/a": None}},
        {"paths": {"/a": {"get": {"parameters": "none", "responses": []}}}, "parameters": [], "definitions": "no"},
        {"paths": {"/a": {"get": {"parameters": [{"$ref": "#/parameters/missing"}], "responses": {"200": None}}}}},
        {"paths": {}, "schemes": "https", "host": 3, "responses": {"A": {"headers": {"X": None}}}},
    ],
)
def test_what_is_no_swagger_is_left_away(broken: dict[str, Any]) -> None:
    assert converted(**broken)["openapi"] == "3.0.3"
