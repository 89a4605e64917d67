"""What changed between two Specs, and whether callers break."""

import pytest

from quantumlayer.spec.diff import ChangeKind, diff
from quantumlayer.spec.load import LoadedSpec, parse_spec


def test_nothing_changed(library: LoadedSpec) -> None:
    assert diff(library.spec, parse_spec(library.text).spec) == ()


BREAKING = [
    ("  clerk:\n", "", "roles.clerk", "refused"),
    ("{record: Buyer}", "{record: Order}", "roles.buyer.record", "other records"),
    ("      number: {type: int, min: 1, max: 9}\n", "", "entities.Order.fields.number", "read or give"),
    (
        "    fields:\n      number",
        "    fields:\n      extra: {type: int}\n      number",
        "entities.Order.fields.extra",
        "must give",
    ),
    ("type: int, min: 1", "type: money, min: 1", "entities.Order.fields.number.type", "another type"),
    ("min: 1", "min: 2", "entities.Order.fields.number.min", "Smaller"),
    ("max: 9", "max: 8", "entities.Order.fields.number.max", "Larger"),
    ("name: {type: string}", "name: {type: string, max: 100}", "entities.Buyer.fields.name.max", "Larger"),
    ("name: {type: string}", "name: {type: string, min: 1}", "entities.Buyer.fields.name.min", "Smaller"),
    ("name: {type: string}", "name: {type: string, pattern: x}", "entities.Buyer.fields.name.pattern", "match"),
    ("name: {type: string}", "name: {type: string, one_of: [x]}", "entities.Buyer.fields.name.one_of", "refused"),
    (
        "name: {type: string}",
        "name: {type: string, unique: true}",
        "entities.Buyer.fields.name.unique",
        "another record",
    ),
    ("name: {type: string}", "name: {type: string, immutable: true}", "entities.Buyer.fields.name.immutable", "change"),
    ("name: {type: string}", "name: {type: string, read_only: true}", "entities.Buyer.fields.name.read_only", "give"),
    ("name: {type: string}", "name: {type: string, visible_to: clerk}", "entities.Buyer.fields.name.visible_to", "see"),
    ("name: {type: string}", "name: {type: string, optional: true}", "entities.Buyer.fields.name.optional", "no value"),
    ("{type: text, optional: true}", "{type: text}", "entities.Order.fields.note.optional", "must give"),
    ("{type: money, default: 0.50}", "{type: money}", "operations.pay.takes.tip.default", "must give"),
    ("tip: {type: money", "more: {type: int}\n      tip: {type: money", "operations.pay.takes.more", "must give"),
    (
        "      tip: {type: money, default: 0.50}\n",
        "      top: {type: money, optional: true}\n",
        "operations.pay.takes.tip",
        "give",
    ),
    ("      buyer: {to: Buyer}\n", "      buyer: {to: Order}\n", "entities.Order.relations.buyer.to", "another kind"),
    ("{to: Buyer}", "{to: Buyer, kind: one_to_one}", "entities.Order.relations.buyer.kind", "How many"),
    ("{to: Buyer}", "{to: Buyer, on_delete: cascade}", "entities.Order.relations.buyer.on_delete", "something else"),
    ("{to: Buyer}", "{to: Buyer, optional: true}", "entities.Order.relations.buyer.optional", "no value"),
    ("{to: Buyer}", "{to: Buyer}\n      shop: {to: Buyer}", "entities.Order.relations.shop", "must give"),
    ("    derived:\n      double: {type: int, cel: this.number * 2}\n", "", "entities.Order.derived.double", "read it"),
    ("double: {type: int", "double: {type: money", "entities.Order.derived.double.type", "another type"),
    ("double: {type: int", "double: {optional: true, type: int", "entities.Order.derived.double.optional", "no value"),
    ("double: {type: int", "double: {visible_to: clerk, type: int", "entities.Order.derived.double.visible_to", "see"),
    ("values: [open, paid]", "values: [open, lost]", "entities.Order.states.values", "is gone"),
    ("values: [open, paid]", "field: state\n      values: [open, paid]", "entities.Order.states.field", "another name"),
    ("this.number > 0, else", "this.number > 1, else", "entities.Order.rules.positive.cel", "refused"),
    (
        "      positive: {",
        "      other: {cel: 'true', else: X.}\n      positive: {",
        "entities.Order.rules.other",
        "refused",
    ),
    ("{who: [clerk, buyer]", "{who: [clerk]", "entities.Order.access", "buyer may no longer create"),
    ("when: this.number > 0", "when: this.number > 1", "entities.Order.access", "clerk may no longer read"),
    ("filter: [number, buyer", "filter: [number", "entities.Order.list.filter", "no longer be asked"),
    ("    on: Order", "    on: Buyer", "operations.pay.on", "another path"),
    ("by: clerk", "by: buyer", "operations.pay.by", "may no longer do it"),
    ("from: open", "from: paid", "operations.pay.from", "state in which"),
    (
        "    from: open\n",
        "    from: open\n    requires: {a: {cel: 'true', else: X.}}\n",
        "operations.pay.requires.a",
        "refused",
    ),
    ("    sets:", "    creates: {entity: Buyer}\n    sets:", "operations.pay.creates", "another record"),
]
HARMLESS = [
    ("  clerk:\n", "  clerk:\n  boss:\n", "roles.boss"),
    (
        "    fields:\n      number",
        "    fields:\n      extra: {type: int, optional: true}\n      number",
        "entities.Order.fields.extra",
    ),
    (
        "    fields:\n      number",
        "    fields:\n      extra: {type: int, default: 1}\n      number",
        "entities.Order.fields.extra",
    ),
    ("min: 1", "min: 0", "entities.Order.fields.number.min"),
    ("min: 1, ", "", "entities.Order.fields.number.min"),
    ("max: 9", "max: 10", "entities.Order.fields.number.max"),
    (", max: 9", "", "entities.Order.fields.number.max"),
    ("name: {type: string}", "name: {type: string, max: 300}", "entities.Buyer.fields.name.max"),
    ("name: {type: string}", "name: {type: string, personal: true}", "entities.Buyer.fields.name.personal"),
    ("name: {type: string}", "name: {type: string, about: X}", "entities.Buyer.fields.name.about"),
    (", visible_to: clerk", "", "entities.Order.fields.secret.visible_to"),
    ("{to: Buyer}", "{to: Buyer}\n      shop: {to: Buyer, optional: true}", "entities.Order.relations.shop"),
    ("{to: Buyer}", "{to: Buyer, reassignable: true}", "entities.Order.relations.buyer.reassignable"),
    ("this.number * 2", "this.number * 3", "entities.Order.derived.double.cel"),
    ("values: [open, paid]", "values: [open, paid, lost]", "entities.Order.states.values"),
    ("    rules:\n      positive: {cel: this.number > 0, else: Positive only.}\n", "", "entities.Order.rules.positive"),
    ("else: Positive only.", "else: Other words.", "entities.Order.rules.positive.else"),
    (", when: this.number > 0", "", "entities.Order.access"),
    ("sort: [number, due]", "sort: [due, number]", "entities.Order.list.sort"),
    ("by: clerk", "by: [clerk, buyer]", "operations.pay.by"),
    ("    from: open\n", "", "operations.pay.from"),
    ("operations:", "quality: {a: {metric: latency, target: 1 s}}\noperations:", "quality.a"),
    ("operations:", "assumptions: [{text: x}]\noperations:", "assumptions"),
    ("    list:", "    audit: {actions: [read], visible_to: clerk}\n    list:", "entities.Order.audit"),
    ("operations:", "operations:\n  void: {on: Order, by: clerk, to: open}", "operations.void"),
    ("  Order:", "  Tag: {}\n  Order:", "entities.Tag"),
]


@pytest.mark.parametrize(("old", "new", "element", "reason"), BREAKING)
def test_a_change_that_breaks_callers(shop: str, old: str, new: str, element: str, reason: str) -> None:
    assert old in shop
    changes = diff(parse_spec(shop).spec, parse_spec(shop.replace(old, new, 1)).spec)
    (change,) = [change for change in changes if change.element == element]
    assert change.breaking
    assert reason in change.reason
    assert element in change.says


@pytest.mark.parametrize(("old", "new", "element"), HARMLESS)
def test_a_change_that_breaks_nobody(shop: str, old: str, new: str, element: str) -> None:
    assert old in shop
    (change,) = diff(parse_spec(shop).spec, parse_spec(shop.replace(old, new, 1)).spec)
    assert change.element == element
    assert not change.breaking


def test_grants_that_are_only_written_differently_break_nobody(shop: str) -> None:
    split = "{who: clerk, may: create}".replace("may: create", "may: [create]") + "\n      - {who: clerk, may: [read]}"
    (change,) = diff(parse_spec(shop).spec, parse_spec(shop.replace("{who: clerk, may: [create, read]}", split)).spec)
    assert change.says == (
        "entities.Buyer.access lost clerk may create/read and gained clerk may create, clerk may read."
    )
    assert not change.breaking


def test_a_field_that_only_operations_give_is_not_asked_of_callers(library: LoadedSpec) -> None:
    text = library.text.replace("renewed: {type: bool, default: false}", "renewed: {type: bool}")
    (change,) = diff(library.spec, parse_spec(text).spec)
    assert (change.kind, change.breaking) == (ChangeKind.REMOVED, False)


def test_what_is_gone_and_what_is_new_is_said_in_order(shop: str) -> None:
    text = shop.replace("  pay:\n", "  settle:\n").replace("min: 1, max: 9", "default: 3, unique: true")
    changes = diff(parse_spec(shop).spec, parse_spec(text).spec)
    assert [(change.element, str(change.kind), change.breaking) for change in changes] == [
        ("entities.Order.fields.number.unique", "changed", True),
        ("entities.Order.fields.number.default", "added", False),
        ("entities.Order.fields.number.min", "removed", False),
        ("entities.Order.fields.number.max", "removed", False),
        ("operations.pay", "removed", True),
        ("operations.settle", "added", False),
    ]
    assert changes[0].says == "entities.Order.fields.number.unique changed from false to true."


def test_parts_that_were_removed(clinic: LoadedSpec) -> None:
    text = clinic.text.replace("    audit: {actions: [read], visible_to: doctor}\n", "").replace(
        "    versioned: text\n", ""
    )
    changes = {change.element: change.reason for change in diff(clinic.spec, parse_spec(text).spec)}
    assert changes == {
        "entities.VisitNote.versioned": "Earlier values can no longer be read.",
        "entities.VisitNote.audit": "The audit trail can no longer be read.",
    }


INTERFACE = """\
spec: 1
service: {name: kennel}
entities:
  Dog:
    fields:
      name: {type: string, min: 0, max: 30}
    access: [{who: anyone, may: [create, read]}]
interface:
  shapes:
    Dog: {of: Dog, members: {id: {is: id, read_only: true}, name: {is: name, optional: true}}}
    Dogs: {of: Dog, page: true, members: {items: {is: items, shape: Dog, many: true}, total: {is: total}}}
  endpoints:
    read_dog:
      method: get
      path: /dogs/{id}
      does: read
      on: Dog
      parameters: {id: {is: id, in: path, field: {type: int, max: 9}}}
      gives: Dog
      errors: [404]
    list_dogs: {method: get, path: /dogs, does: list, on: Dog, gives: Dogs}
"""


@pytest.mark.parametrize(
    ("old", "new", "element", "breaking"),
    [
        (
            "    list_dogs: {method: get, path: /dogs, does: list, on: Dog, gives: Dogs}\n",
            "",
            "endpoints.list_dogs",
            True,
        ),
        ("path: /dogs/{id}", "path: /hounds/{id}", "endpoints.read_dog.path", True),
        ("gives: Dog\n", "gives: Dog\n      status: 203\n", "endpoints.read_dog.status", True),
        ("errors: [404]", "errors: [400, 404]", "endpoints.read_dog.errors", False),
        (", total: {is: total}", "", "shapes.Dogs.members.total", True),
        ("{is: name, optional: true}", "{is: name}", "shapes.Dog.members.name.optional", True),
        (
            "name: {is: name, ",
            "age: {is: created_at, optional: true}, name: {is: name, ",
            "shapes.Dog.members.age",
            False,
        ),
        ("name: {is: name, ", "age: {is: created_at}, name: {is: name, ", "shapes.Dog.members.age", True),
        ("{type: int, max: 9}", "{type: int, max: 8}", "endpoints.read_dog.parameters.id.field.max", True),
        ("{type: int, max: 9}", "{type: int, max: 10}", "endpoints.read_dog.parameters.id.field.max", False),
        ("interface:\n", "interface:\n  base: /api\n", "base", True),
    ],
)
def test_a_changed_interface_says_what_it_breaks(old: str, new: str, element: str, breaking: bool) -> None:
    assert old in INTERFACE
    before, after = (parse_spec(text, "a.yaml").spec for text in (INTERFACE, INTERFACE.replace(old, new, 1)))
    changes = diff(before, after)
    assert [(change.element, change.breaking) for change in changes] == [(f"interface.{element}", breaking)]
