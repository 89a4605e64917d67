"""Queries as functions: what holds for every row, what is asked only when a parameter is given, and what stays open."""

import pytest

from quantumlayer.qlayer.packs.fastapi.pack import FastApiPack
from quantumlayer.qlayer.packs.fastapi.queries import QueryView, query_view
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Spec
from quantumlayer.spec.validate import checked_spec

SPEC = """
spec: 1
service: {name: desk}
roles: {lead: , agent: {record: Agent}}
entities:
  Agent:
    fields: {name: {type: string}}
    access: [{who: lead, may: [create, read]}]
  Ticket:
    relations: {agent: {to: Agent, optional: true}}
    fields:
      effort: {type: int}
      urgent: {type: bool}
      wanted_by: {type: date, optional: true}
    access: [{who: lead, may: [create, read]}, {who: agent, may: [read], when: this.effort > 0}]
    list: {order: -effort, page: PAGE}
queries:
  some:
    of: Ticket
    by: [lead, agent]
    takes:
      least: {type: int, optional: true, min: 2}
      all: {type: bool, default: false}
      size: {type: int, one_of: [1, 3], default: 1}
    where: WHERE
"""


def spec(where: str, page: str = "20") -> Spec:
    return checked_spec(parse_spec(SPEC.replace("WHERE", f"'{where}'").replace("PAGE", page)))


def view(where: str, page: str = "20") -> QueryView:
    return query_view(spec(where, page), "some")


def test_each_part_of_the_condition_is_one_of_the_statement() -> None:
    found = view("this.urgent && this.effort >= takes.size")
    assert found.conditions == ("Ticket.urgent", "Ticket.effort >= query.size")
    assert found.guarded == ()
    assert not found.takes_caller
    assert found.order == ("-effort",)


def test_a_parameter_that_is_not_given_asks_for_nothing() -> None:
    found = view("takes.least == null || takes.all || this.effort >= takes.least || this.urgent")
    assert found.conditions == ()
    tests = "query.least is not None and not query.all"
    assert found.guarded == ((tests, ("or_(Ticket.effort >= query.least, Ticket.urgent)",)),)


def test_the_caller_is_compared_with_what_a_record_refers_to() -> None:
    found = view("this.agent != null && this.agent == caller.agent")
    assert found.conditions == ("Ticket.agent_id.is_not(None)", "Ticket.agent_id == caller.agent_id")
    assert found.takes_caller


def test_parameters_arrive_as_text() -> None:
    found = {item.view.name: (item.type, item.default) for item in view("this.urgent").takes}
    assert found == {
        "least": ("Annotated[int, Field(ge=2, le=2147483647)]", "None"),
        "all": ("bool", "False"),
        "size": ("Annotated[Literal[1, 3], BeforeValidator(int)]", "1"),
    }


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("this.effort == (takes.least == null ? 1 : takes.least)", None),
        ("this.urgent && (this.effort > 3 || takes.least == null)", None),
        ("this.urgent == (takes.least != null && this.effort > takes.least)", "an optional parameter without"),
        ("takes.all || (takes.least != null && this.effort > takes.least)", "an optional parameter without"),
        ("takes.least == null || this.effort > takes.least + 1", None),
        ('string(this.effort) == "3"', "over rows of a query"),
    ],
)
def test_what_cannot_be_asked_of_the_database_is_left_open(where: str, reason: str | None) -> None:
    opened = {item.element: item.reason for item in FastApiPack().open_elements(spec(where))}
    if reason is None:
        assert opened == {}
    else:
        assert reason in opened["queries.some"]


def test_what_strangers_are_stays_open() -> None:
    text = SPEC.replace("WHERE", "this.urgent && caller.id != null").replace("PAGE", "20")
    text = text.replace("by: [lead, agent]", "by: anyone").replace(
        "{who: lead, may: [create, read]}, {who: agent, may: [read], when: this.effort > 0}",
        "{who: anyone, may: [create, read]}",
    )
    opened = {item.element: item.reason for item in FastApiPack().open_elements(checked_spec(parse_spec(text)))}
    assert opened == {"queries.some": "the pack cannot write a condition on who a stranger is"}


def test_a_query_without_parameters_has_a_class_only_for_another_size() -> None:
    bare = spec("this.urgent")
    bare = bare.model_copy(update={"queries": {"some": bare.queries["some"].model_copy(update={"takes": {}})}})
    assert query_view(bare, "some").query_class == "Paging"
    assert view("this.urgent", "50").query_class == "SomeTicketsQuery"
