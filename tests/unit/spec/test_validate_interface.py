"""Interfaces that name nothing, or contradict themselves."""

import pytest

from quantumlayer.spec.errors import Problem
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.validate import validate

SPEC = """\
spec: 1
service: {name: kennel}
entities:
  Dog:
    relations:
      owner: {to: Owner}
    fields:
      name: {type: string, min: 0, max: 30}
      traits: {type: json, optional: true}
    access: [{who: anyone, may: [create, read, update]}]
  Owner:
    fields:
      town: {type: string}
    access: [{who: anyone, may: [create]}]
interface:
  base: /api
  shapes:
    Dog:
      of: Dog
      members:
        id: {is: id, read_only: true}
        name: {is: name}
        traits: {is: traits, shape: Trait, many: true, optional: true}
    Dogs:
      of: Dog
      page: true
      members:
        items: {is: items, shape: Dog, many: true}
        total: {is: total}
    Trait:
      members:
        word: {field: {type: string}}
    Owner:
      of: Owner
      members:
        town: {is: town}
        dogs: {is: dogs, shape: Dog, many: true, read_only: true}
  endpoints:
    add_owner: {method: post, path: /owners, does: create, on: Owner, takes: Owner, gives: Owner, status: 201}
    add_dog:
      method: post
      path: /owners/{ownerId}/dogs
      does: create
      on: Dog
      parameters:
        ownerId: {is: owner, in: path, field: {type: int}}
      takes: Dog
      gives: Dog
    list_dogs: {method: get, path: /dogs, does: list, on: Dog, gives: Dogs}
    change_dog:
      method: put
      path: /dogs/{id}
      does: update
      on: Dog
      parameters: {id: {is: id, in: path, field: {type: int}}}
      takes: Dog
      status: 204
"""


def problems(text: str) -> list[Problem]:
    return [problem for problem in validate(parse_spec(text, "kennel.yaml")) if not problem.warning]


def test_an_interface_that_fits_has_no_problem() -> None:
    assert problems(SPEC) == []


CASES = [
    ("of: Owner\n", "of: Onwer\n", "shapes.Owner.of", "no entity 'Onwer'", "`Owner`"),
    ("{is: town}", "{is: twon}", "shapes.Owner.members.town.is", "no value 'twon'", "`town`"),
    ("{is: dogs, shape: Dog", "{is: dogs, shape: Dgo", "shapes.Owner.members.dogs.shape", "no shape 'Dgo'", "`Dog`"),
    ("total: {is: total}", "total: {is: totl}", "shapes.Dogs.members.total.is", "no value 'totl'", "`total`"),
    (
        "items: {is: items",
        "items: {is: total",
        "endpoints.list_dogs",
        "A list gives `many` of a shape or a page",
        "many",
    ),
    (
        "name: {is: name}",
        "name: {is: name}\n        call: {is: name}",
        "shapes.Dog.members.call.is",
        "already",
        "Remove",
    ),
    ("{field: {type: string}}", "{}", "shapes.Trait.members.word", "belongs to no record", "`field`"),
    ("{field: {type: string}}", "{shape: Trait}", "shapes.Trait", "without end", "id alone"),
    (
        "id: {is: id, read_only: true}",
        "id: {is: id, read_only: true, write_only: true}",
        "shapes.Dog.members.id",
        "Nobody could ever",
        "Remove",
    ),
    ("does: list, on: Dog", "does: list, on: Dgo", "endpoints.list_dogs.on", "no entity 'Dgo'", "`Dog`"),
    ("gives: Dogs}", "gives: Dosg}", "endpoints.list_dogs.gives", "no shape 'Dosg'", "`Dog`"),
    ("path: /dogs, does", "path: /../docs, does", "endpoints.list_dogs.path", "take the parts", "that is meant"),
    ("method: put", "method: get", "endpoints.change_dog.method", "changes nothing", "`post`"),
    ("gives: Dogs}", "gives: Dogs, status: 404}", "endpoints.list_dogs.status", "went well", "`errors`"),
    ("gives: Dogs}", "gives: Dog}", "endpoints.list_dogs", "A list gives", "many"),
    ("gives: Dogs}", "gives: Owner, many: true}", "endpoints.list_dogs.gives", "no view of Dog", "shape of that"),
    ("gives: Dogs}", "gives: Dogs, takes: Dog}", "endpoints.list_dogs.takes", "takes no body", "Remove"),
    ("      takes: Dog\n      status: 204", "      status: 204", "endpoints.change_dog", "takes a body", "takes"),
    ("      status: 204", "      status: 204\n      gives: Dog", "endpoints.change_dog.gives", "no body", "200"),
    ("path: /dogs/{id}", "path: /dogs/{name}", "endpoints.change_dog.parameters", "'name' is not among", "Add it"),
    ("path: /dogs/{id}", "path: /dogs/{id}/{id}", "endpoints.change_dog.path", "twice", "Rename"),
    ("{is: owner, in: path", "{is: onwer, in: path", "endpoints.add_dog.parameters.ownerId.is", "leads to no", "owner"),
    (
        "{is: owner, in: path",
        "{is: name.x, in: path",
        "endpoints.add_dog.parameters.ownerId.is",
        "leads to no",
        "owner",
    ),
    ("{is: owner, in: path", "{in: path", "endpoints.add_dog.parameters.ownerId", "which record is meant", "is: id"),
    ("path: /owners/{ownerId}/dogs", "path: /dogs", "endpoints.add_dog.parameters", "not in the path", "Add it"),
    (
        "many: true, optional: true}",
        "many: true}",
        "endpoints.list_dogs.gives",
        "may be without its traits",
        "nullable",
    ),
    ("name: {is: name}", "name: {is: name, optional: true}", "endpoints.add_dog", "Nobody gives name", "optional"),
    (
        "method: put\n      path: /dogs/{id}",
        "method: get\n      path: /dogs",
        "endpoints.change_dog.path",
        "list_dogs, too",
        "another path",
    ),
]


@pytest.mark.parametrize(("old", "new", "element", "message", "hint"), CASES)
def test_what_does_not_fit_is_told(old: str, new: str, element: str, message: str, hint: str) -> None:
    assert old in SPEC
    found = {problem.element: problem for problem in problems(SPEC.replace(old, new, 1))}
    assert f"interface.{element}" in found
    problem = found[f"interface.{element}"]
    assert message in problem.message
    assert hint in problem.hint
    assert problem.line > 0


@pytest.mark.parametrize(
    ("field", "element", "message"),
    [
        ("{type: json}", "type", "shapes of an `interface`"),
        ("{type: string, min: 0}", "min", "never empty here"),
    ],
)
def test_what_only_an_interface_can_say_is_refused_without_one(field: str, element: str, message: str) -> None:
    text = f"spec: 1\nservice: {{name: a}}\nentities:\n  Dog:\n    fields:\n      it: {field}\n"
    found = problems(f"{text}    access: [{{who: anyone, may: [create]}}]\n")
    assert [(one.element, message in one.message) for one in found] == [(f"entities.Dog.fields.it.{element}", True)]
