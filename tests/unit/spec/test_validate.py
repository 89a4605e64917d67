"""What the grammar cannot see is judged with place and remedy."""

from collections.abc import Callable, Sequence

import pytest

from quantumlayer.spec.errors import Problem, SpecError
from quantumlayer.spec.load import LoadedSpec, parse_spec
from quantumlayer.spec.validate import checked_spec, validate

Judge = Callable[..., Sequence[Problem]]
Contradiction = Callable[..., Problem]


def test_the_examples_are_clean(library: LoadedSpec, clinic: LoadedSpec, judge: Judge) -> None:
    assert [*validate(library), *validate(clinic), *judge()] == []
    assert checked_spec(clinic) is clinic.spec


def test_an_error_in_an_expression_has_its_line_and_column(shop: str) -> None:
    text = shop.replace(
        "double: {type: int, cel: this.number * 2}",
        "double:\n        type: int\n        cel: >-\n          this.number\n          + this.nmber",
    )
    (problem,) = validate(parse_spec(text))
    line = text.splitlines()[problem.line - 1]
    assert line[problem.column - 1 :].startswith("nmber") or line[problem.column - 1 :].startswith(".nmber")


def test_a_spec_without_a_file_names_the_place_in_the_expression(shop: str) -> None:
    spec = parse_spec(shop.replace("this.number * 2", "this.number * this.nmber")).spec
    (problem,) = validate(spec)
    assert problem.line == 0
    assert "(line 1, column 2" in problem.message
    with pytest.raises(SpecError, match=r"^the Spec: entities.Order.derived.double.cel:"):
        checked_spec(spec)


def test_a_warning_does_not_stop_a_build(shop: str) -> None:
    loaded = parse_spec(shop.replace("values: [open, paid]", "values: [open, paid, lost]"))
    (problem,) = validate(loaded)
    assert problem.warning
    assert checked_spec(loaded) == loaded.spec


def test_an_operation_that_does_nothing(contradiction: Contradiction) -> None:
    text = "    to: paid\n    takes:\n      tip: {type: money, default: 0.50}\n    sets: {note: \"'paid'\"}\n"
    assert "`sets`" in contradiction(text, "", "operations.pay", "changes nothing").hint


def test_an_immutable_field_cannot_be_set(contradiction: Contradiction) -> None:
    text = "note: {type: text, optional: true}"
    new = text.replace("}", ", immutable: true}")
    assert "Drop `immutable`" in contradiction(text, new, "operations.pay.sets.note", "immutable").hint


def test_a_record_that_only_itself_could_make_never_exists(contradiction: Contradiction) -> None:
    new = "  Tag: {}\noperations:\n  copy: {on: Tag, by: clerk, creates: {entity: Tag}}\n"
    assert "Grant `create`" in contradiction("operations:\n", new, "entities.Tag", "can ever be made").hint


def test_a_chain_of_creations_can_exist(judge: Judge) -> None:
    new = "operations:\n  tag: {on: Buyer, by: clerk, creates: {entity: Tag, set: {buyer: this}}}\n"
    assert judge("operations:\n", f"  Tag: {{relations: {{buyer: {{to: Buyer}}}}}}\n{new}") == ()


def test_fields_may_be_named_like_words_of_sql_and_soft_keywords(judge: Judge) -> None:
    fields = "".join(
        f"      {name}: {{type: string}}\n" for name in ["select", "order", "group", "type", "match", "date"]
    )
    assert judge("      name: {type: string}\n", f"      name: {{type: string}}\n{fields}") == ()


def test_texts_that_look_like_templates_or_sql_are_only_text(judge: Judge) -> None:
    text = '{{ 7*7 }} ${x} <% y %> \'; DROP TABLE book; -- "quoted" {% if x %}'
    written = "'" + text.replace("'", "''") + "'"
    assert judge("else: Positive only.", f"else: {written}, about: {written}") == ()


def test_derived_fields_that_need_each_other_across_records(judge: Judge, contradiction: Contradiction) -> None:
    buyer = "    access:\n      - {who: clerk, may"
    derived = "    derived:\n      spent: {type: int, cel: 'this.orders.map(o, o.double).sum()'}\n"
    assert judge(buyer, derived + buyer) == ()
    broken = derived.replace("o.double", "o.buyer.spent") + buyer
    assert contradiction(buyer, broken, "entities.Buyer.derived.spent", "Buyer.spent -> Buyer.spent").hint


def test_defaults_may_build_on_each_other(library: LoadedSpec) -> None:
    text = library.text.replace(
        "default: {cel: today()}}\n      due_on", "default: {cel: this.due_on - days(21)}}\n      due_on"
    )
    problems = validate(parse_spec(text))
    assert [problem.message for problem in problems] == [
        "These defaults need each other: Loan.borrowed_on -> Loan.due_on -> Loan.borrowed_on."
    ]
