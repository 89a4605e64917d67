"""Names that cannot be used, or that would become the same."""

from collections.abc import Callable

import pytest

from quantumlayer.spec.errors import Problem

CASES = [
    ("number: {type: int,", "class: {type: int,", "entities.Order.fields.class", "keyword of Python", "class_value"),
    (
        "number: {type: int,",
        "package: {type: int,",
        "entities.Order.fields.package",
        "reserved word of expr",
        "package_value",
    ),
    ("number: {type: int,", "self: {type: int,", "entities.Order.fields.self", "calls itself so", "self_value"),
    ("number: {type: int,", "id: {type: int,", "entities.Order.fields.id", "every record has", "id_value"),
    ("number: {type: int,", "version: {type: int,", "entities.Order.fields.version", "every record has", "Choose"),
    ("number: {type: int,", "metadata: {type: int,", "entities.Order.fields.metadata", "the table", "Choose"),
    ("number: {type: int,", "model_config: {type: int,", "entities.Order.fields.model_config", "the schema", "Choose"),
    ("number: {type: int,", "model_dump_x: {type: int,", "entities.Order.fields.model_dump_x", "the schema", "Choose"),
    ("number: {type: int,", "copy: {type: int,", "entities.Order.fields.copy", "the schema", "Choose"),
    ("number: {type: int,", "list: {type: int,", "entities.Order.fields.list", "type of Python", "Choose"),
    ("double: {", "note: {", "entities.Order.derived.note", "would become the same name", "Rename"),
    ("double: {", "note_: {", "entities.Order.derived.note_", "would become the same name", "Rename"),
    ("double: {", "buyer_id: {", "entities.Order.derived.buyer_id", "would become the same name", "Rename"),
    (
        "values: [open",
        "field: note\n      values: [open",
        "entities.Order.states",
        "would become the same name",
        "Rename",
    ),
    ("values: [open", "field: class\n      values: [open", "entities.Order.states", "keyword", "class_value"),
    (
        "  Order:",
        "  Buyers:\n    access: [{who: clerk, may: [create]}]\n  Order:",
        "entities.Buyers",
        "same names (buyer",
        "Rename",
    ),
    (
        "  Order:",
        "  BUYER:\n    access: [{who: clerk, may: [create]}]\n  Order:",
        "entities.BUYER",
        "same names",
        "Rename",
    ),
    (
        "  Order:",
        "  None:\n    access: [{who: clerk, may: [create]}]\n  Order:",
        "entities.None",
        "Python has",
        "NoneRecord",
    ),
    (
        "  Order:",
        "  Exception:\n    access: [{who: clerk, may: [create]}]\n  Order:",
        "entities.Exception",
        "Python",
        "Record",
    ),
    ("  clerk:\n", "  clerk:\n  anyone:\n", "roles.anyone", "`caller` has", "anyone_value"),
    ("  clerk:\n", "  clerk:\n  class:\n", "roles.class", "keyword", "class_value"),
    ("  clerk:\n", "  clerk:\n  clerk_:\n", "roles.clerk_", "same name", "Rename"),
    ("      tip: {", "      class: {", "operations.pay.takes.class", "keyword", "Choose"),
    ("      tip: {", "      tip_: {type: int}\n      tip: {", "operations.pay.takes.tip", "same name", "Rename"),
    (
        "operations:\n",
        "operations:\n  pay_: {on: Order, by: clerk, to: paid}\n",
        "operations.pay",
        "same path",
        "Rename",
    ),
    ("buyer: {to: Buyer}", "buyer: {to: Buyer, back: name}", "entities.Order.relations.buyer", "taken by", "`back"),
    ("buyer: {to: Buyer}", "buyer: {to: Buyer, back: id}", "entities.Order.relations.buyer", "every record", "`back"),
    (
        "buyer: {to: Buyer}",
        "buyer: {to: Buyer}\n      payer: {to: Buyer}",
        "entities.Order.relations.payer",
        "called 'orders', which is taken by entities.Order.relations.buyer",
        "`back",
    ),
]


@pytest.mark.parametrize(("old", "new", "element", "what", "hint"), CASES)
def test_a_name_that_cannot_be_used_is_found_at_its_place(
    contradiction: Callable[..., Problem], old: str, new: str, element: str, what: str, hint: str
) -> None:
    assert hint in contradiction(old, new, element, what).hint


@pytest.mark.parametrize(
    "name", ["AuthAccount", "AuditEntry", "NewAccount", "BuyerVersion", "BuyerQuery", "BuyerRead", "BuyerWrite"]
)
def test_an_entity_is_not_called_like_what_the_service_has_itself(
    contradiction: Callable[..., Problem], name: str
) -> None:
    entity = f"  {name}:\n    access: [{{who: clerk, may: [create]}}]\n  Order:"
    problem = contradiction("  Order:", entity, f"entities.{name}", "of that name")
    assert f"{name}Record" in problem.hint
