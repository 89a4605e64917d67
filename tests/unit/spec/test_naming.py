"""All names come from the Spec by one set of rules."""

import pytest

from quantumlayer.spec.load import LoadedSpec
from quantumlayer.spec.model import Relation, RelationKind
from quantumlayer.spec.naming import EntityNames, back_name, entity_names, function_name, route_name, service_package


def test_the_names_of_a_compound_entity() -> None:
    assert entity_names("VisitNote") == EntityNames(
        name="VisitNote",
        snake="visit_note",
        plural="visit_notes",
        module="visit_notes",
        table="visit_note",
        path="visit-notes",
        title="visit note",
    )


@pytest.mark.parametrize(
    ("name", "package"),
    [("json", "json_service"), ("fastapi", "fastapi_service"), ("tests", "tests_service"), ("town-hall", "town_hall")],
)
def test_a_service_never_hides_a_module_that_it_needs(library: LoadedSpec, name: str, package: str) -> None:
    spec = library.spec
    renamed = spec.model_copy(update={"service": spec.service.model_copy(update={"name": name})})
    assert service_package(renamed) == package


@pytest.mark.parametrize("name", ["Class", "Type", "List", "Match", "Import", "Order", "User", "Sheep", "Select"])
def test_a_variable_never_shadows_and_one_is_never_called_like_many(name: str) -> None:
    names = entity_names(name)
    assert names.snake.rstrip("_") == name.lower()
    assert names.snake not in {"class", "type", "list", "match", "import"}
    assert names.snake != names.plural


def test_an_entity_in_the_plural_is_named_like_the_singular() -> None:
    assert entity_names("Books").table == entity_names("Book").table


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        (Relation(to="Book"), "visit_notes"),
        (Relation(to="Book", kind=RelationKind.ONE_TO_ONE), "visit_note"),
        (Relation(to="Book", back="notes"), "notes"),
    ],
)
def test_the_way_back(relation: Relation, expected: str) -> None:
    assert back_name("VisitNote", relation) == expected


def test_the_package_of_a_service(library: LoadedSpec) -> None:
    assert service_package(library.spec) == "town_library"


def test_operations_get_a_path_and_a_function() -> None:
    assert (route_name("write_note"), function_name("write_note")) == ("write-note", "write_note")
    assert (route_name("return"), function_name("return")) == ("return", "return_")


@pytest.mark.parametrize("name", ["Item", "Role", "Rule", "Page", "Book"])
def test_a_collection_of_seeds_is_called_like_the_module(name: str) -> None:
    assert entity_names(name).collection == entity_names(name).module
