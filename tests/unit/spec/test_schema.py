"""The published JSON Schema accepts what the reader accepts, refuses what it refuses, and explains itself."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from quantumlayer.spec.load import LoadedSpec, parse_spec
from quantumlayer.spec.schema import spec_schema
from quantumlayer.spec.write import dump_spec

ROOT = Path(__file__).parents[3]


def faults(loaded: LoadedSpec | None, data: object = None) -> list[str]:
    plain = json.loads(json.dumps(loaded.root.data() if loaded else data, default=_json))
    validator = jsonschema_rs.validator_for(spec_schema())
    return [error.message for error in validator.iter_errors(plain)]


def _json(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)


def test_the_examples_are_valid(library: LoadedSpec, clinic: LoadedSpec) -> None:
    assert faults(library) == []
    assert faults(clinic) == []
    assert faults(parse_spec(dump_spec(clinic.spec))) == []


@pytest.mark.parametrize(
    "change",
    [
        {"spec": 2},
        {"extra": 1},
        {"roles": {"Bad Name": None}},
        {"entities": {}},
        {"entities": {"book": {}}},
        {"entities": {"Book": {"fields": {"a": {"type": "strng"}}}}},
        {"entities": {"Book": {"fields": {"a": {"type": "int", "required": True}}}}},
        {"entities": {"Book": {"fields": {"A": {"type": "int"}}}}},
        {"entities": {"Book": {"access": [{"who": 1, "may": ["read"]}]}}},
        {"entities": {"Book": {"rules": {"a": {"cel": "true"}}}}},
    ],
)
def test_what_the_reader_refuses_is_not_valid(change: dict[str, Any]) -> None:
    base = {"spec": 1, "service": {"name": "a"}, "entities": {"Book": {}}}
    assert faults(None, base) == []
    assert len(faults(None, base | change)) > 0


def test_each_part_is_explained() -> None:
    schema = spec_schema()
    silent = [name for name, part in schema["$defs"].items() if not part.get("description")]
    assert silent == []
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_published_file_is_up_to_date() -> None:
    tool = ROOT / "tools" / "make_schema.py"
    done = subprocess.run([sys.executable, tool, "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
