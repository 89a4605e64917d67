"""Relations to many: judged, promised, written and read again."""

import pytest

from quantumlayer.qlayer.packs.fastapi.entities import EntityView
from quantumlayer.qlayer.packs.fastapi.openness import supported
from quantumlayer.spec.claims import claims
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
