"""OpenAPI documents become entities and an interface that says the same."""

from pathlib import Path

import pytest

from quantumlayer.qlayer.parser import Requirement
from quantumlayer.qlayer.parser.openapi import parse_openapi
from quantumlayer.spec.interface import Does, ErrorPart, Part
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import FieldType, OnDelete, RelationKind, Spec
from quantumlayer.spec.validate import checked_spec
from quantumlayer.spec.write import dump_spec

CASES = Path(__file__).parents[2] / "cases"
DOCUMENTS = ["petclinic/openapi.yml", "openapi/bookshop.yaml", "openapi/harbour.yaml", "openapi/tracker.json"]


def read(name: str) -> Spec:
    path = CASES / name
    return checked_spec(parse_openapi(Requirement(name=path.name, text=path.read_text())))


@pytest.fixture(scope="module")
def clinic() -> Spec:
    return read("petclinic/openapi.yml")


@pytest.fixture(scope="module")
def bookshop() -> Spec:
    return read("openapi/bookshop.yaml")


@pytest.fixture(scope="module")
def tracker() -> Spec:
    return read("openapi/tracker.json")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_spec_read_from_a_document_is_the_same_when_it_was_written_and_read(name: str) -> None:
    spec = read(name)
    assert parse_spec(dump_spec(spec), "spec.yaml").spec == spec


def test_schemas_that_are_views_of_one_thing_are_one_entity(clinic: Spec) -> None:
    assert list(clinic.entities) == ["Owner", "Pet", "Visit", "PetType", "Specialty", "Vet", "User"]


def test_limits_of_a_field_are_those_of_the_document(clinic: Spec) -> None:
    field = clinic.entities["Owner"].fields["first_name"]
    assert (field.type, field.min, field.max) == (FieldType.STRING, 1, 30)
    assert field.pattern == r"[\p{L}]+([ '-][\p{L}]+){0,2}"


def test_a_path_below_another_says_what_belongs_to_what(clinic: Spec) -> None:
    relation = clinic.entities["Pet"].relations["owner"]
    assert (relation.to, relation.back, relation.on_delete) == ("Owner", "pets", OnDelete.CASCADE)
    parameters = clinic.interface.endpoints["add_visit_to_owner"].parameters if clinic.interface else {}
    assert {key: one.is_ for key, one in parameters.items()} == {"ownerId": "pet.owner", "petId": "pet"}


def test_an_object_with_an_id_is_a_relation_and_a_list_of_them_one_to_many(clinic: Spec) -> None:
    assert clinic.entities["Pet"].relations["type"].to == "PetType"
    assert clinic.entities["Vet"].relations["specialties"].kind is RelationKind.MANY_TO_MANY


def test_objects_without_an_id_are_kept_as_a_whole(clinic: Spec) -> None:
    assert clinic.interface is not None
    assert clinic.entities["User"].fields["roles"].type is FieldType.JSON
    member = clinic.interface.shapes["User"].members["roles"]
    assert (member.shape, member.many) == ("Role", True)
    assert clinic.interface.shapes["Role"].of is None


def test_the_body_of_errors_is_read_by_its_names(clinic: Spec, bookshop: Spec) -> None:
    assert clinic.interface is not None
    assert clinic.interface.errors is not None
    assert clinic.interface.errors.members["schemaValidationErrors"] is ErrorPart.FAULTS
    assert bookshop.interface is not None
    assert bookshop.interface.errors is not None
    assert bookshop.interface.errors.within == "error"
    assert bookshop.interface.errors.fault == {"field": ErrorPart.PATH, "message": ErrorPart.DETAIL}


def test_what_no_endpoint_does_is_left_open_with_the_reason(clinic: Spec, bookshop: Spec) -> None:
    assert clinic.interface is not None
    assert clinic.interface.open == {"GET /oops": "it answers text/plain, not JSON."}
    assert [note.text for note in clinic.questions] == ["GET /oops is left open: it answers text/plain, not JSON."]
    assert bookshop.interface is not None
    assert list(bookshop.interface.open) == ["GET /books/{isbn}/cover"]


def test_the_path_of_the_first_server_stands_before_every_path(bookshop: Spec) -> None:
    assert bookshop.interface is not None
    assert bookshop.interface.base == "/api/v1"


def test_pages_say_which_part_they_are(bookshop: Spec) -> None:
    assert bookshop.interface is not None
    endpoint = bookshop.interface.endpoints["list_authors"]
    parts = {key: (one.part, one.first) for key, one in endpoint.parameters.items()}
    assert parts == {"page": (Part.PAGE, 1), "per_page": (Part.SIZE, 0), "country": (Part.FILTER, 0)}
    shape = bookshop.interface.shapes[endpoint.gives or ""]
    assert {key: one.is_ for key, one in shape.members.items()} == {"data": "items", "total": "total", "pages": "pages"}


def test_a_list_may_be_a_plain_array_in_parts(bookshop: Spec) -> None:
    assert bookshop.interface is not None
    endpoint = bookshop.interface.endpoints["list_books_of_author"]
    assert endpoint.many
    assert endpoint.parameters["genre"].many
    assert {one.part for one in endpoint.parameters.values()} == {Part.FILTER, Part.LIMIT, Part.OFFSET}


def test_an_envelope_holds_the_record(bookshop: Spec) -> None:
    assert bookshop.interface is not None
    envelope = bookshop.interface.shapes["AuthorEnvelope"]
    assert {key: (one.is_, one.shape) for key, one in envelope.members.items()} == {"author": ("this", "Author")}


def test_a_value_in_a_path_is_a_key(bookshop: Spec, tracker: Spec) -> None:
    assert bookshop.entities["Book"].fields["isbn"].unique
    assert tracker.interface is not None
    endpoint = tracker.interface.endpoints["post_projects_key_issues"]
    assert endpoint.parameters["key"].is_ == "project.key"


def test_a_default_fills_what_a_body_may_leave_out(bookshop: Spec) -> None:
    field = bookshop.entities["Book"].fields["in_print"]
    assert (field.default, field.optional) == (True, False)


def test_null_beside_another_type_may_be_null(tracker: Spec) -> None:
    assert tracker.interface is not None
    members = tracker.interface.shapes["NewIssue"].members
    assert members["weight"].nullable
    assert tracker.entities["Issue"].fields["weight"].min == 1
    assert tracker.interface.shapes["NewProject"].members["note"].nullable


def test_write_only_values_are_never_shown(tracker: Spec) -> None:
    assert tracker.interface is not None
    assert tracker.interface.shapes["Issue"].members["secret"].write_only


def test_a_document_with_security_has_callers_who_sign_in(tracker: Spec) -> None:
    assert list(tracker.roles) == ["user"]
    grants = tracker.entities["Project"].access
    assert [(grant.who, grant.may) for grant in grants] == [(("anyone",), ("read",)), (("user",), ("create", "delete"))]


def test_operations_without_an_id_are_called_by_method_and_path(tracker: Spec) -> None:
    assert tracker.interface is not None
    assert tracker.interface.endpoints["delete_projects_key"].does is Does.DELETE


def test_what_a_document_cannot_refuse_is_done_and_said(clinic: Spec) -> None:
    assert clinic.interface is not None
    assert clinic.entities["Pet"].relations["type"].on_delete is OnDelete.CASCADE
    assert clinic.interface.shapes["PetFields"].members["type"].upsert
    assert len(clinic.assumptions) == 2
