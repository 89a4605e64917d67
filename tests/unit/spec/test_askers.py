"""Values that depend on who asks: who that may be, and that they stand in answers and nowhere else."""

import pytest

from quantumlayer.spec.askers import asker_values, askers
from quantumlayer.spec.cel import BOOL, CallerType, Nullable, RecordType, Scope, compile_cel
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Spec
from quantumlayer.spec.validate import checked_spec, validate

TEXT = """
spec: 1
service: {name: board}
roles: {editor: , member: {record: Member}}
entities:
  Member:
    fields: {name: {type: string}}
    access: [{who: anyone, may: [create]}, {who: editor, may: [read]}]
  Post:
    relations: {author: {to: Member}, reviewer: {to: Member, optional: true, back: reviewed}}
    fields: {title: {type: string}, rank: {type: int, default: 1}}
    derived:
      mine: {type: bool, cel: this.author == caller.member}
      long: {type: bool, cel: this.title.size() > 9}
    access: [{who: [editor, member], may: [create, read, delete]}]
    list: {search: [title], filter: [author], range: [rank], sort: [rank], order: [-rank]}
    versioned: [title]
queries:
  top: {of: Post, by: editor, where: this.rank > 3, order: [rank]}
operations:
  rise:
    on: Post
    by: editor
    requires: {low: {cel: this.rank < 9, else: It is high.}}
    sets: {rank: this.rank + 1}
reports:
  posts: {of: Post, by: editor, values: {length: {type: int, cel: this.title.size()}}}
jobs:
  tidy: {of: Post, where: this.rank < 0, every: 1d, sets: {rank: '0'}}
"""


def spec(text: str = TEXT) -> Spec:
    return checked_spec(parse_spec(text))


def test_a_value_depends_on_who_asks_where_its_expression_speaks_of_the_caller() -> None:
    assert asker_values(spec().entities["Post"]) == ("mine",)
    assert list(validate(parse_spec(TEXT))) == []


def test_whoever_is_answered_a_record_may_ask() -> None:
    found = spec()
    assert askers(found, "Post") == ("editor", "member")
    assert askers(found, "Member") == ("editor", "member", "anyone")
    only_removed = spec(TEXT.replace("[create, read, delete]}]", "[create, read]}, {who: anyone, may: [delete]}]"))
    assert askers(only_removed, "Post") == ("editor", "member")


def test_who_creates_records_by_an_operation_is_answered_them() -> None:
    made = TEXT.replace("sets: {rank: this.rank + 1}", "creates: {entity: Note, set: {text: this.title}}")
    note = "  Note: {fields: {text: {type: string}}, access: [{who: member, may: [read]}]}\n"
    assert askers(spec(made.replace("queries:\n", f"{note}queries:\n")), "Note") == ("editor", "member")


def test_the_callers_record_may_be_missing_where_others_ask() -> None:
    found = spec()
    scope = Scope.of_derived(found, "Post", "mine")
    assert scope.names["caller"] == CallerType(("editor", "member"))
    assert compile_cel("caller.member", scope).type == Nullable(RecordType("Member"))
    assert compile_cel("this.author == caller.member", scope).type == BOOL
    assert "caller" not in Scope.of_derived(found, "Post", "long").names
    alone = spec(TEXT.replace("{who: [editor, member], may", "{who: member, may").replace("by: editor", "by: member"))
    assert compile_cel("caller.member", Scope.of_derived(alone, "Post", "mine")).type == RecordType("Member")


@pytest.mark.parametrize(
    ("cel", "says"),
    [
        ("caller.member.name == this.title", "may be null here"),
        ("this.author == caller.guest", "`guest` is no member of caller"),
        ("caller.role == 'guest'", "`guest` is no value of caller.role"),
        ("caller.role", "This is a string, and a bool is needed here"),
    ],
)
def test_its_expression_has_a_type_for_whoever_asks(cel: str, says: str) -> None:
    text = TEXT.replace("cel: this.author == caller.member", f'cel: "{cel}"')
    problems = [one for one in validate(parse_spec(text)) if one.element == "entities.Post.derived.mine.cel"]
    assert [says in one.message for one in problems] == [True]
    assert all(one.hint for one in problems)


@pytest.mark.parametrize(
    ("old", "new", "address", "says"),
    [
        ("search: [title]", "search: [mine]", "entities.Post.list.search", "no list is searched by it"),
        ("filter: [author]", "filter: [mine]", "entities.Post.list.filter", "no list is filtered by it"),
        ("range: [rank]", "range: [mine]", "entities.Post.list.range", "no list has a range of it"),
        ("sort: [rank]", "sort: [mine]", "entities.Post.list.sort", "no list is sorted by it"),
        ("order: [-rank]", "order: [-mine]", "entities.Post.list.order", "no list stands in its order"),
        ("order: [rank]", "order: [mine]", "queries.top.order", "no list stands in its order"),
        ("versioned: [title]", "versioned: [mine]", "entities.Post.versioned", "it has no earlier values"),
        ("mine: {type: bool,", "mine: {type: bool, stored: true,", "entities.Post.derived.mine.stored",
         "it cannot be kept"),
        ("mine: {type: bool,", "mine: {type: bool, examples: [{given: {title: a}, then: {mine: true}}],",
         "entities.Post.derived.mine.examples", "nobody asks in an example"),
        ("long: {type: bool,", "long: {type: bool, examples: [{given: {title: a}, then: {mine: true}}],",
         "entities.Post.derived.long.examples", "'mine' depends on who asks: nobody asks in an example"),
    ],
)  # fmt: skip
def test_where_it_may_not_stand_is_told_once(old: str, new: str, address: str, says: str) -> None:
    assert old in TEXT
    problems = list(validate(parse_spec(TEXT.replace(old, new, 1))))
    assert [(one.element, says in one.message) for one in problems] == [(address, True)]
    assert problems[0].line > 0
    assert problems[0].hint


@pytest.mark.parametrize(
    ("old", "new", "address"),
    [
        ("this.title.size() > 9", "this.mine", "entities.Post.derived.long.cel"),
        ("may: [create, read, delete]}]", "may: [create, read], when: this.mine}]", "entities.Post.access.0.when"),
        ("default: 1", "default: {cel: 'this.mine ? 1 : 2'}", "entities.Post.fields.rank.default.cel"),
        ("    versioned: [title]", "    versioned: [title]\n    rules: {own: {cel: this.mine, else: No.}}",
         "entities.Post.rules.own.cel"),
        ("where: this.rank > 3", "where: this.mine", "queries.top.where"),
        ("cel: this.rank < 9", "cel: this.mine", "operations.rise.requires.low.cel"),
        ("rank: this.rank + 1", "rank: 'this.mine ? 1 : 2'", "operations.rise.sets.rank"),
        ("cel: this.title.size()}}}", "cel: 'Post.filter(p, p.mine).size()'}}}", "reports.posts.values.length.cel"),
        ("where: this.rank < 0", "where: this.mine", "jobs.tidy.where"),
        ("    access: [{who: anyone",
         "    derived: {a: {type: bool, cel: 'this.posts.exists(p, p.mine)'}}\n    access: [{who: anyone",
         "entities.Member.derived.a.cel"),
    ],
)  # fmt: skip
def test_no_expression_reads_it(old: str, new: str, address: str) -> None:
    assert old in TEXT
    problems = [one for one in validate(parse_spec(TEXT.replace(old, new, 1))) if one.element == address]
    assert [one.message for one in problems] == ["'mine' of Post depends on who asks: no expression can read it."]
    assert "this.author == caller.member" in problems[0].hint
    assert problems[0].column > 0


def test_a_contract_asks_for_no_record_by_it() -> None:
    contract = """
interface:
  shapes: {Line: {of: Post, members: {title: {is: title}, mine: {is: mine, read_only: true}}}}
  endpoints:
    lines:
      {method: get, path: /lines, does: list, on: Post, gives: Line, many: true, status: 200,
       parameters: {mine: PARAMETER}}
"""
    given = "{is: mine, optional: true, field: {type: bool}}"
    text = TEXT.partition("queries:")[0] + contract.replace("PARAMETER", given)
    problems = [one for one in validate(parse_spec(text)) if "depends on who asks" in one.message]
    assert [one.element for one in problems] == ["interface.endpoints.lines.parameters.mine.is"]
    beyond = given.replace("is: mine", "is: author.name")
    assert not [one for one in validate(parse_spec(text.replace(given, beyond))) if "who asks" in one.message]
