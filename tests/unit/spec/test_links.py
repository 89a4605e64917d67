"""Relations to many: judged, promised, written and read again."""

import pytest

from quantumlayer.qlayer.packs.fastapi.entities import EntityView
from quantumlayer.qlayer.packs.fastapi.openness import supported
from quantumlayer.spec.claims import claims
from quantumlayer.spec.diff import diff
from quantumlayer.spec.errors import SpecError
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Spec
from quantumlayer.spec.validate import validate
from quantumlayer.spec.write import dump_spec

BLOG = """\
spec: 1
service: {name: blog}
roles: {writer: }
entities:
  Tag:
    fields: {name: {type: string}}
    access: [{who: writer, may: [create, read, delete]}]
  Post:
    relations:
      tags: {to: Tag, kind: many_to_many, reassignable: true}
      sources: {to: Post, kind: many_to_many, back: cited_by}
    fields: {title: {type: string}}
    access: [{who: writer, may: [create, read, update]}]
    list: {filter: [tags, title]}
"""


def read(text: str) -> Spec:
    return parse_spec(text).spec


def test_a_relation_to_many_is_sound_and_written_as_it_was_read() -> None:
    assert validate(read(BLOG)) == ()
    assert read(dump_spec(read(BLOG))) == read(BLOG)
    assert supported(read(BLOG)) == (read(BLOG), [])


def test_what_a_relation_to_many_promises() -> None:
    said = {claim.element: claim.says for claim in claims(read(BLOG))}
    tags = "entities.Post.relations.tags"
    assert said[tags] == "a post may have any number of tags: tags that exist, each of them once"
    assert "links" in said[f"{tags}.on_delete"]


@pytest.mark.parametrize(
    ("old", "new", "element", "message"),
    [
        ("reassignable", "optional: true, reassignable", "entities.Post.relations.tags.optional", "none anyway"),
        ("reassignable", "on_delete: cascade, reassignable", "entities.Post.relations.tags.on_delete", "either record"),
        ("{title: {", "{tag_ids: {type: int}, title: {", "entities.Post.relations.tags", "same name"),
        ("      sources:", "      tag: {to: Tag, back: own}\n      sources:", "entities.Post.list.filter", "'tag_id'"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(old: str, new: str, element: str, message: str) -> None:
    text = BLOG.replace(old, new, 1)
    if element.endswith("filter"):
        text = text.replace("filter: [tags", "filter: [tag, tags")
    told = {problem.element: problem.message for problem in validate(read(text))}
    assert message in told[element]


def test_links_have_a_table_of_their_own() -> None:
    other = (
        "  PostTag:\n    fields: {note: {type: string}}\n    access: [{who: writer, may: [create, read]}]\n  Post:\n"
    )
    text = BLOG.replace("  Post:\n", other, 1).replace("      tags: {", "      tag: {").replace("[tags,", "[tag,")
    (problem,) = validate(read(text))
    assert (problem.element, "'post_tag'" in problem.message) == ("entities.Post.relations.tag", True)


def test_bodies_name_what_is_linked_by_its_ids() -> None:
    post = EntityView(read(BLOG), "Post")
    assert [link.ids for link in post.links] == ["tag_ids", "source_ids"]
    assert "post.sources = await referenced(session, Post, body.source_ids)" in post.create_lines
    assert not any("source" in line for line in post.update_lines)
    assert [(one.name, one.condition("Post")) for one in post.lists.filters] == [
        ("tag_id", "Post.tags.any(id=query.tag_id)"),
        ("title", "Post.title == query.title"),
    ]


AT_LEAST = BLOG.replace("many, reassignable", "many, min: 1, max: 3, reassignable", 1)
TAGS = "entities.Post.relations.tags"


def test_a_relation_to_some_is_sound_and_written_as_it_was_read() -> None:
    assert validate(read(AT_LEAST)) == ()
    assert read(dump_spec(read(AT_LEAST))) == read(AT_LEAST)
    assert supported(read(AT_LEAST)) == (read(AT_LEAST), [])


@pytest.mark.parametrize(
    ("limits", "many", "also"),
    [
        ("min: 2", "at least 2", {f"{TAGS}.min"}),
        ("max: 5", "at most 5", {f"{TAGS}.max"}),
        ("min: 2, max: 5", "2 to 5", {f"{TAGS}.min", f"{TAGS}.max"}),
        ("min: 2, max: 2", "exactly 2", {f"{TAGS}.min", f"{TAGS}.max"}),
        ("min: 1", "at least one of its", {f"{TAGS}.min"}),
    ],
)
def test_how_many_a_relation_to_some_promises(limits: str, many: str, also: set[str]) -> None:
    spec = read(BLOG.replace("many, reassignable", f"many, {limits}, reassignable", 1))
    said = {claim.element: claim.says for claim in claims(spec)}
    assert said[TAGS] == f"a post has {many} tags: tags that exist, each of them once"
    assert also == {element for element in said if element.endswith((".min", ".max"))}


OPERATION = """\
operations:
  quote: {on: Post, by: writer, creates: {entity: Post, set: {title: this.title}}}
"""
JOB = """\
jobs:
  tidy: {of: Tag, where: this.created_at < now() - days(9), every: 1d, deletes: true}
"""
BEFORE = """\
  Theme:
    fields: {name: {type: string}}
    access: [{who: writer, may: [create, read, delete]}]
  Tag:
    relations: {theme: {to: Theme, on_delete: cascade}}
"""


@pytest.mark.parametrize(
    ("old", "new", "element", "message"),
    [
        ("min: 1, max: 3", "min: 4, max: 3", f"{TAGS}.max", "at least 4 and at most 3"),
        ("min: 1", "optional: true, min: 1", f"{TAGS}.optional", "cannot be left out"),
        ("max: 3, reassignable: true", "read_only: true", f"{TAGS}.min", "Nobody can give tags"),
        ("kind: many_to_many, min: 1, max: 3", "min: 1", f"{TAGS}.min", "a single record"),
        ("kind: many_to_many, min: 1, max: 3", "max: 3", f"{TAGS}.max", "a single record"),
        ("many, back: cited_by", "many, min: 1, back: cited_by", "entities.Post.relations.sources.min", "Post -> Post"),
        ("  Tag:\n", BEFORE, "entities.Tag.relations.theme.on_delete", "unasked"),
        ("    list: {", f"{OPERATION}# ", "operations.quote.creates", "no tags"),
        ("    list: {", f"{JOB}# ", "jobs.tidy.deletes", "unasked"),
    ],
)
def test_limits_that_cannot_hold_are_told_with_their_place(old: str, new: str, element: str, message: str) -> None:
    assert old in AT_LEAST
    told = {problem.element: problem.message for problem in validate(read(AT_LEAST.replace(old, new, 1)))}
    assert message in told[element]


@pytest.mark.parametrize("limit", ["min: 0", "min: 1001", "max: 0", "max: 1001"])
def test_limits_are_counts(limit: str) -> None:
    with pytest.raises(SpecError, match=f"{TAGS}.{limit[:3]}"):
        read(BLOG.replace("many, reassignable", f"many, {limit}, reassignable", 1))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("min: 1, ", "", ""),
        ("min: 1", "min: 2", "Fewer records are refused now."),
        ("max: 3", "max: 2", "More records are refused now."),
        ("max: 3", "max: 4", ""),
        (", max: 3", "", ""),
    ],
)
def test_which_changes_of_limits_break_callers(old: str, new: str, reason: str) -> None:
    (change,) = diff(read(AT_LEAST), read(AT_LEAST.replace(old, new, 1)))
    assert change.reason == reason


def test_new_limits_and_new_relations_that_must_be_given_break_callers() -> None:
    reasons = {change.element: change.reason for change in diff(read(BLOG), read(AT_LEAST))}
    assert reasons == {f"{TAGS}.min": "Fewer records are refused now.", f"{TAGS}.max": "More records are refused now."}
    (line,) = [line for line in AT_LEAST.splitlines(keepends=True) if line.startswith("      tags:")]
    without = read(AT_LEAST.replace(line, "").replace("[tags, title]", "[title]"))
    added = {change.element: change.reason for change in diff(without, read(AT_LEAST))}
    assert added[TAGS] == "Callers must give it now."


def test_what_others_need_is_asked_about_before_it_goes() -> None:
    tag, post = EntityView(read(AT_LEAST), "Tag"), EntityView(read(AT_LEAST), "Post")
    assert tag.delete_lines == ["await require_spare(session, Post.tags, tag, 1)"]
    assert post.delete_lines == ["await lock_to_remove(session, Post, post.id)"]
    assert EntityView(read(BLOG), "Tag").delete_lines == []
    tags, sources = (link.written for link in post.links)
    assert tags.startswith("Annotated[tuple[Reference, ...], Field(min_length=1, max_length=3, ")
    assert sources == "References = ()"


def test_what_callers_read_only_in_part_stays_open() -> None:
    text = AT_LEAST.replace(
        "access: [{who: writer, may: [create, read, delete]}]",
        "access: [{who: writer, may: [create, read, delete], when: this.name != 'secret'}]",
        1,
    )
    spec, left = supported(read(text))
    assert [one.element for one in left] == [f"{TAGS}.min"]
    assert spec.entities["Post"].needed_links == {}
