"""Values that depend on who asks: tests show both sides of them, to those who see one thing and to those who do not."""

import pytest

from quantumlayer.qtest.generator import QTest, proofs
from quantumlayer.qtest.tests import Test
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Spec
from quantumlayer.spec.validate import checked_spec

TEXT = """
spec: 1
service: {name: board}
roles: {editor: , member: {record: Member}}
entities:
  Member:
    fields: {name: {type: string}}
    access: [{who: editor, may: [create, read]}]
  Post:
    relations: {author: {to: Member, reassignable: true}}
    fields: {title: {type: string}, open: {type: bool, default: false}, photo: {type: file, optional: true}}
    derived:
      seen: {type: TYPE, cel: "CEL"VISIBLE}
    access:
      - {who: member, may: [create, read, update], when: this.author == caller.member || this.open}
      - {who: editor, may: [read]}
      - {who: anyone, may: [read], when: this.open}
  Mark:
    relations: {post: {to: Post, on_delete: cascade}, member: {to: Member}}
    fields: {stars: {type: int, min: 1, max: 5}}
    access: [{who: member, may: [create, read]}]
queries:
  mine: {of: Post, by: member, where: this.author == caller.member}
operations:
  close: {on: Post, by: member, sets: {open: 'false'}}
  give: {on: Post, by: member, sets: {author: caller.member}}
  copy: {on: Member, by: editor, creates: {entity: Post, set: {author: this, title: "'New'"}}}
"""
SEEN = "entities.Post.derived.seen"
MARKED = "this.marks.exists(m, m.member == caller.member && m.stars > 3)"


def board(cel: str, kind: str = "bool", more: str = "") -> Spec:
    text = TEXT.replace("CEL", cel).replace("TYPE", kind).replace("VISIBLE", more)
    if "sets: {author" in text:  # the author changes by this operation only
        text = text.replace(
            "{to: Member}}\n    fields: {title", "{to: Member, reassignable: true}}\n    fields: {title"
        )
    return checked_spec(parse_spec(text))


def written_for(spec: Spec, address: str = SEEN) -> dict[str, Test]:
    found = [test for module in QTest().modules(spec) for test in module.tests if address in proofs(test)]
    assert len({test.name for test in found}) == len(found)
    return {test.name.removeprefix("seen_of_a_post_"): test for test in found}


@pytest.fixture(scope="module")
def marked() -> dict[str, Test]:
    return written_for(board(MARKED))


def test_each_part_of_the_condition_decides_once(marked: dict[str, Test]) -> None:
    shown = {name: test.body[-1] for name, test in marked.items() if name.startswith("is_told_to_member")}
    assert shown["is_told_to_member"].endswith('["seen"] is True')
    left_out = [name for name in shown if shown[name].endswith("is False")]
    assert any("of_another_post" in name for name in left_out)
    assert any("stars_3" in name for name in left_out)
    bodies = ["\n".join(marked[name].body) for name in left_out]
    assert any("make.mark(post=post, member=another_member, stars=5)" in body for body in bodies)


@pytest.mark.parametrize("other", ["another", "editor", "anyone"])
def test_the_same_record_is_not_the_same_for_others(marked: dict[str, Test], other: str) -> None:
    body = marked[f"is_not_the_same_for_member_and_{other}"].body
    assert [line for line in body if line.startswith("assert")] == [
        'assert answer.json()["seen"] is True',
        'assert answer.json()["seen"] is False',
    ]
    asking = "member" if other == "another" else other
    assert f'as_{other} = await sign_in("{asking}")' in body
    assert ("open=True" in "".join(body)) is (other != "editor")


def test_a_list_tells_it_of_each_record(marked: dict[str, Test]) -> None:
    body = marked["is_told_of_each_record_of_a_list"].body
    assert body[0].startswith("other = await make.post(")
    assert body[-2:] == ['assert listed[other.id]["seen"] is False', 'assert listed[post.id]["seen"] is True']


def test_every_other_answer_tells_it_where_it_is_true(marked: dict[str, Test]) -> None:
    answers = {
        "is_told_in_mine",
        "is_told_to_member_who_updates_it",
        "is_told_to_member_who_puts_its_photo",
        "is_told_to_member_after_close",
    }
    assert answers <= marked.keys()
    assert all(marked[name].body[-1].endswith('["seen"] is True') for name in answers)
    assert all("await make.mark(post=post, member=member, stars=5)" in marked[name].body for name in answers)
    assert "is_told_to_member_who_creates_it" not in marked  # nobody can have marked it


def test_a_new_record_and_what_an_operation_makes_tell_it() -> None:
    found = written_for(board("this.author == caller.member"))
    assert found["is_told_to_member_who_creates_it"].body[-1].endswith("is True")
    given = found["is_told_to_member_after_give"].body
    assert given[-1].endswith("is True")
    by_role = written_for(board("caller.role == 'editor'"))
    assert by_role["is_told_to_editor_after_copy"].body[-1].endswith("is True")
    assert by_role["is_told_to_editor"].body[-1].endswith("is True")
    assert by_role["is_told_to_member"].body[-1].endswith("is False")
    assert "is_not_the_same_for_editor_and_anyone" in by_role
    assert "is_told_of_each_record_of_a_list" not in by_role  # it is the same of each


def test_numbers_are_counted_for_whoever_asks() -> None:
    found = written_for(board("this.marks.filter(m, m.member == caller.member).size()", "int"))
    shown = {test.body[-1].rpartition(" ")[2] for name, test in found.items() if name.startswith("is_told_to_member")}
    assert {"0", "1", "2"} <= shown
    assert any("of_another_post" in name for name in found)
    assert found["is_not_the_same_for_member_and_another"].body[-1].endswith("== 0")


def test_only_those_who_see_it_are_told() -> None:
    spec = board(MARKED, more=", visible_to: member")
    names = written_for(spec).keys()
    assert not any("editor" in name or "anyone" in name for name in names)
    assert written_for(spec, f"{SEEN}.visible_to")


@pytest.mark.parametrize("cel", ["this.title != '' && caller.role != 'anyone' && caller.role == 'anyone'", MARKED])
def test_what_is_the_same_for_all_is_not_proven(cel: str) -> None:
    more = ", visible_to: editor" if cel == MARKED else ""
    spec = board(cel, more=more)
    opened = {item.element: item.reason for item in QTest().open_elements(spec)}
    assert opened[SEEN] == "no small world was found in which it alone decides"
    assert written_for(spec) == {}


def test_nobody_is_told_what_nobody_reads() -> None:
    text = TEXT.replace("CEL", "caller.role == 'editor'").replace("TYPE", "bool").replace("VISIBLE", "")
    head, _, rest = text.partition("    access:\n      - {who: member, may: [create")
    text = f"{head}    access: [{{who: member, may: [create]}}]\n  Mark:{rest.partition('  Mark:')[2]}".partition(
        "queries:"
    )[0]
    opened = {item.element: item.reason for item in QTest().open_elements(parse_spec(text).spec)}
    assert opened[SEEN] == "no role may read it"
