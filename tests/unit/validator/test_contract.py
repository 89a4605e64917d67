from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from quantumlayer.qlayer.validator.contract import contract_in
from quantumlayer.spec.interface import Interface

DOCUMENT = """
openapi: 3.0.3
paths: {}
components:
  schemas:
    Parcel:
      properties:
        number: {type: integer}
        size: {properties: {tall: {type: boolean}}}
        properties: {properties: {type: {type: string}}}
        sender_id: {type: number}
        sign: {type: object, example: {properties: {a: {}}}}
"""


@pytest.fixture
def held(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "parcels.yaml").write_text(DOCUMENT)
    found = contract_in(tmp_path, Interface())
    assert found is not None
    return dict(found["components"]["schemas"]["Parcel"])


def test_what_has_members_is_an_object(held: dict[str, Any]) -> None:
    assert held["type"] == "object"
    assert held["properties"]["size"]["type"] == "object"


def test_members_of_any_name_are_no_schemas_themselves(held: dict[str, Any]) -> None:
    inner = held["properties"]["properties"]
    assert inner == {"type": "object", "properties": {"type": {"type": "string"}}}
    assert "type" not in held["properties"]


def test_examples_stay_as_they_are(held: dict[str, Any]) -> None:
    assert held["properties"]["sign"]["example"] == {"properties": {"a": {}}}


def test_whole_numbers_have_64_bits_and_ids_are_whole(held: dict[str, Any]) -> None:
    assert held["properties"]["number"] == {"type": "integer", "format": "int64"}
    assert held["properties"]["sender_id"] == {"type": "integer", "format": "int64"}


def test_taken_literally_nothing_is_added(tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "parcels.yaml").write_text(DOCUMENT)
    assert contract_in(tmp_path, Interface(), literal=True) == yaml.safe_load(DOCUMENT)
