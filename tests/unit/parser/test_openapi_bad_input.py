"""Documents that break the standard, or were made to break their reader."""

import copy
import json
import random
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from quantumlayer.core.errors import DomainError
from quantumlayer.qlayer.parser import Requirement
from quantumlayer.qlayer.parser.errors import BrokenDocumentError, UnknownDocumentError
from quantumlayer.qlayer.parser.openapi import parse_openapi
from quantumlayer.qlayer.parser.openapi.document import read_document
from quantumlayer.qlayer.parser.openapi.patterns import whole_pattern
from quantumlayer.spec.model import Spec
from quantumlayer.spec.validate import checked_spec
from quantumlayer.spec.validate.patterns import matches

CASES = Path(__file__).parents[2] / "cases"
VALUES: dict[str, Any] = {"id": {"type": "integer"}, "name": {"type": "string"}}
THING: dict[str, Any] = {"type": "object", "required": ["id", "name"], "properties": VALUES}


def parse(document: dict[str, Any] | str) -> Spec:
    text = document if isinstance(document, str) else json.dumps(document)
    return checked_spec(parse_openapi(Requirement(name="api.yaml", text=text)))


def answer(schema: dict[str, Any]) -> dict[str, Any]:
    return {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}


def body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def document(paths: dict[str, Any], **schemas: object) -> dict[str, Any]:
    return {"openapi": "3.0.3", "info": {"title": "Things"}, "paths": paths, "components": {"schemas": schemas}}


def things(**schemas: object) -> dict[str, Any]:
    """A document with one collection."""
    ref = {"$ref": "#/components/schemas/Thing"}
    return document(
        {"/things": {"post": {"requestBody": body(ref), "responses": answer(ref)}}}, **{"Thing": THING, **schemas}
    )


def endpoints(spec: Spec) -> list[str]:
    return list(spec.interface.endpoints) if spec.interface else []


def notes(spec: Spec) -> str:
    return " ".join(note.text for note in spec.assumptions)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("openapi: 3.0.0\npaths: [", "line 3"),
        ("openapi: 3.0.0\npaths:\n\t/x: {}", "line 3"),
        ('{"openapi": "3.0.0", "paths": {', "line 2"),
        ("- openapi: 3.0.0", "no mapping"),
        ("openapi: 3.0.0\npaths: {}", "empty or missing"),
        ("openapi: 3.0.0\ninfo: {title: X}", "empty or missing"),
        (
            "openapi: 3.0.0\npaths: {/x: {get: {responses: {'200': {description: ok}}}}}",
            "nothing that the service keeps",
        ),
    ],
)
def test_a_document_that_cannot_be_read_says_where(text: str, why: str) -> None:
    with pytest.raises(BrokenDocumentError) as caught:
        parse(text)
    assert why in caught.value.why
    assert caught.value.hint


@pytest.mark.parametrize("version", ["swagger: '1.2'", "openapi: 4.0.0"])
def test_another_version_is_told_apart(version: str) -> None:
    with pytest.raises(UnknownDocumentError, match="another version"):
        parse(f"{version}\npaths: {{}}")


def test_dates_and_words_of_yaml_stay_text() -> None:
    read = read_document("openapi: 3.0.0\npaths: {/a: {}}\nx: {on: 2026-01-01, no: yes, real: true}", "api.yaml")
    assert read.root["x"] == {"on": "2026-01-01", "no": "yes", "real": True}


@pytest.mark.parametrize(
    ("reference", "note"),
    [
        ("https://example.org/schemas/size.json", "leads out of the document"),
        ("other.yaml#/Size", "leads out of the document"),
        ("#/components/schemas/Nothing", "leads nowhere"),
    ],
)
def test_a_reference_that_leads_nowhere_is_told_and_never_followed(reference: str, note: str) -> None:
    thing = {**THING, "properties": {**VALUES, "size": {"$ref": reference}}}
    spec = parse(things(Thing=thing))
    assert endpoints(spec) == ["post_things"]
    assert note in notes(spec)


def test_references_that_go_round_end() -> None:
    loop = {"$ref": "#/components/schemas/Loop"}
    spec = parse(things(Loop=loop, Thing={**THING, "properties": {**VALUES, "loop": loop}}))
    assert endpoints(spec) == ["post_things"]


def test_schemas_that_hold_each_other_are_cut_off() -> None:
    leaf = {
        "type": "object",
        "properties": {"inner": {"$ref": "#/components/schemas/Leaf"}, "word": {"type": "string"}},
    }
    thing = {**THING, "properties": {**VALUES, "leaf": {"$ref": "#/components/schemas/Leaf"}}}
    spec = parse(things(Thing=thing, Leaf=leaf))
    assert "goes round in circles" in notes(spec)
    assert spec.interface is not None
    assert list(spec.interface.shapes["Leaf"].members) == ["word"]


def test_a_record_of_its_own_kind_is_cut_off() -> None:
    thing = {**THING, "properties": {**VALUES, "parent": {"$ref": "#/components/schemas/Thing"}}}
    assert endpoints(parse(things(Thing=thing))) == ["post_things"]


def test_schemas_that_differ_only_in_case_stay_apart() -> None:
    ref = {"$ref": "#/components/schemas/THING"}
    given = things(THING={**THING, "properties": {**VALUES, "note": {"type": "string"}}})
    given["paths"]["/things/{id}"] = {
        "get": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
            "responses": answer(ref),
        }
    }
    spec = parse(given)
    assert spec.interface is not None
    assert sorted(spec.interface.shapes) == ["THING2", "Thing"]


def test_paths_that_collide_are_built_once() -> None:
    one: dict[str, Any] = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    ref = {"$ref": "#/components/schemas/Thing"}
    given = things()
    given["paths"]["/things/{id}"] = {"get": {"parameters": [one], "responses": answer(ref)}}
    given["paths"]["/things/{thingId}"] = {
        "get": {"parameters": [{**one, "name": "thingId"}], "responses": answer(ref)}
    }
    spec = parse(given)
    assert spec.interface is not None
    assert spec.interface.open == {"GET /things/{thingId}": "GET /things/{id} stands on the same path."}


def test_operations_with_one_id_get_names_of_their_own() -> None:
    given = things()
    given["paths"]["/things"]["post"]["operationId"] = "do it"
    given["paths"]["/stuff"] = copy.deepcopy(given["paths"]["/things"])
    ref = {"$ref": "#/components/schemas/Stuff"}
    given["paths"]["/stuff"]["post"] |= {"requestBody": body(ref), "responses": answer(ref)}
    given["components"]["schemas"]["Stuff"] = THING
    assert endpoints(parse(given)) == ["do_it", "do_it_2"]


def test_long_ids_that_collide_stay_within_the_longest_name() -> None:
    given = things()
    given["paths"]["/things"]["post"]["operationId"] = "make a thing " * 10
    given["paths"]["/stuff"] = copy.deepcopy(given["paths"]["/things"])
    ref = {"$ref": "#/components/schemas/Stuff"}
    given["paths"]["/stuff"]["post"] |= {"requestBody": body(ref), "responses": answer(ref)}
    given["components"]["schemas"]["Stuff"] = THING
    first, second = endpoints(parse(given))
    assert len(first) <= 60
    assert len(second) <= 60
    assert second.endswith("_2")


def test_a_kind_of_record_called_as_an_exception_gets_another_name() -> None:
    given = json.loads(json.dumps(things()).replace("Thing", "ImportError").replace("things", "import-errors"))
    assert list(parse(given).entities) == ["ImportErrorItem"]


def test_a_field_called_as_the_column_of_a_parent_stays_beside_it() -> None:
    part = {**THING, "properties": {**VALUES, "thingId": {"type": "string", "maxLength": 9}}}
    given = things(Part=part)
    key = {"name": "thingId", "in": "path", "required": True, "schema": {"type": "integer"}}
    ref = {"$ref": "#/components/schemas/Part"}
    given["paths"]["/things/{thingId}/parts"] = {
        "post": {"parameters": [key], "requestBody": body(ref), "responses": answer(ref)}
    }
    entity = parse(given).entities["Part"]
    assert list(entity.relations) == ["thing_2"]
    assert "thing_id" in entity.fields


def test_names_that_a_service_has_already_get_others() -> None:
    thing = {
        **THING,
        "properties": {**VALUES, "class": {"type": "string"}, "metadata": {"type": "string"}},
    }
    given = json.loads(json.dumps(things(Thing=thing)).replace("Thing", "Role").replace("things", "roles"))
    spec = parse(given)
    assert list(spec.entities) == ["RoleItem"]
    assert list(spec.entities["RoleItem"].fields) == ["name", "class_value", "metadata_value"]


def test_five_hundred_operations_are_read() -> None:
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for number in range(250):
        ref = {"$ref": f"#/components/schemas/Kind{number}"}
        schemas[f"Kind{number}"] = THING
        key = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
        paths[f"/kind{number}"] = {"post": {"requestBody": body(ref), "responses": answer(ref)}}
        paths[f"/kind{number}/{{id}}"] = {"get": {"parameters": [key], "responses": answer(ref)}}
    assert len(endpoints(parse(document(paths, **schemas)))) == 500


def test_two_megabytes_are_read() -> None:
    padding = {f"Unused{number}": {"type": "object", "description": "x" * 1000} for number in range(2000)}
    given = things(**padding)
    assert len(json.dumps(given)) > 2_000_000
    assert endpoints(parse(given)) == ["post_things"]


def test_aliases_that_unfold_without_end_do_not() -> None:
    lines = [f"  a{n}: &a{n} {{type: object, properties: {{x: *a{n - 1}, y: *a{n - 1}}}}}" for n in range(1, 40)]
    schema = "{type: object, properties: {id: {type: integer}, deep: *a39}}"
    taken = f"requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}"
    made = f"{taken}, responses: {{'201': {{description: x}}}}"
    head = ["openapi: 3.0.0", "bomb:", "  a0: &a0 {type: string}"]
    text = "\n".join([*head, *lines, "paths:", f"  /things: {{post: {{{made}}}}}"])
    assert endpoints(parse(text)) == ["post_things"]


def changed(node: Mapping[str, Any], chance: random.Random) -> dict[str, Any]:
    """The document with something broken in it."""
    root: dict[str, Any] = copy.deepcopy(dict(node))
    places: list[tuple[Any, Any]] = []

    def walk(value: object) -> None:
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, inner in items:
            places.append((value, key))
            walk(inner)

    walk(root)
    for holder, key in chance.sample(places, 6):
        if key in holder if isinstance(holder, dict) else key < len(holder):
            holder[key] = chance.choice([None, 7, "", "x", [], {}, [1], {"a": {}}, -1.5, True, {"$ref": "#/paths"}])
    return root


@pytest.mark.parametrize("name", ["petclinic/openapi.yml", "openapi/bookshop.yaml", "openapi/tracker.json"])
@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_broken_is_read_or_refused(name: str, seed: int) -> None:
    whole = read_document((CASES / name).read_text(), name).root
    broken = changed(whole, random.Random(seed))  # noqa: S311 - chance, not secrecy
    with suppress(DomainError):
        assert endpoints(parse(broken))


@pytest.mark.parametrize(
    ("pattern", "fits", "unfit"),
    [
        ("^[0-9]{3}$", "123", "1234"),
        ("abc", "xxabcxx", "ab"),
        ("^(a|b)$", "a", "c"),
        ("a|b", "xbx", "x"),
        (r"^\p{Lu}x", "Äxy", "äx"),
        (r"x\$", "ax$b", "x"),
        ("^[[a-c]+$", "[b", "d"),
        (r"^[a&&b\]]+$", "a&b]", "c"),
        ("^[!--a]+$", "#-a", "b"),
        ("^[--/]+$", "-./", "a"),
    ],
)
def test_a_pattern_means_the_same_of_the_whole_text(pattern: str, fits: str, unfit: str) -> None:
    whole = whole_pattern(pattern)
    assert whole is not None
    assert matches(whole, fits)
    assert not matches(whole, unfit)


@pytest.mark.parametrize("pattern", ["^a|b$", "^(?=x)", r"\bword\b", r"\p{Script=Greek}", "["])
def test_a_pattern_that_cannot_be_said_is_left_out(pattern: str) -> None:
    assert whole_pattern(pattern) is None


def test_no_message_is_longer_than_a_screen() -> None:
    with pytest.raises(BrokenDocumentError) as caught:
        parse("openapi: 3.0.0\nx: " + "{" * 50_000)
    assert len(str(caught.value)) < 300
    assert "nested too deep" in caught.value.why
