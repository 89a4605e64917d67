"""What the FastAPI pack writes where a Spec asks for a style."""

import pytest

from quantumlayer.qlayer.packs.fastapi.pack import FastApiPack
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.validate import checked_spec

BLOG = """
spec: 1
service: {name: blog}
roles: {writer: }
entities:
  BlogPost:
    fields: {title: {type: string}, seen_on: {type: date}}
    access: [{who: anyone, may: [create, read, update]}]
    list: {sort: [seen_on], range: [seen_on]}
    versioned: [title]
  Copy:
    relations: {blog_post: {to: BlogPost}}
    access: [{who: anyone, may: [create, read]}]
operations:
  copy_it:
    on: BlogPost
    by: writer
    takes: {new_title: {type: string}}
    requires: {new: {cel: takes.new_title != this.title, else: It is called so already.}}
    creates: {entity: Copy, set: {blog_post: this}}
reports:
  titles: {of: BlogPost, by: anyone, values: {how_long: {type: int, cel: this.title.size()}}}
interface: INTERFACE
"""


def sources(interface: str) -> dict[str, str]:
    """Every file of the service below its package."""
    spec = checked_spec(parse_spec(BLOG.replace("INTERFACE", interface)))
    pack = FastApiPack()
    assert pack.open_elements(spec) == []
    files = [artifact for part in pack.parts(spec) for artifact in pack.generate(spec, part)]
    return {file.path.removeprefix("src/blog/"): file.content.decode() for file in files}


@pytest.fixture(scope="module")
def data() -> dict[str, str]:
    return sources("{base: /api/v1, envelope: data}")


@pytest.fixture(scope="module")
def name() -> dict[str, str]:
    return sources("{naming: camel, envelope: name}")


def test_a_style_of_nothing_changes_nothing() -> None:
    assert sources("{}") == sources("{naming: snake, envelope: none}")
    assert "class CamelModel" not in sources("{}")["schemas.py"]


def test_the_base_stands_before_every_path_but_those_of_probes(data: dict[str, str]) -> None:
    assert "app.include_router(health.router)\n" in data["app.py"]
    assert "app.include_router(router, prefix='/api/v1')" in data["app.py"]
    assert 'f"/api/v1/blog-posts/{blog_post.id}"' in data["blog_posts/router.py"]
    assert "| `GET /api/v1/blog-posts` | anyone |" in data["README.md"]


def test_a_record_and_a_list_are_data(data: dict[str, str]) -> None:
    router = data["blog_posts/router.py"]
    assert ") -> Data[BlogPostRead]:" in router
    assert "return Data(data=BlogPostRead.model_validate(blog_post))" in router
    assert "return Page(data=items, total=total, limit=query.limit, offset=query.offset)" in router
    assert "body: BlogPostWrite," in router
    assert "class Data(BaseModel, Generic[T]):" in data["schemas.py"]


def test_a_record_stands_under_its_name_in_answers_and_requests(name: dict[str, str]) -> None:
    router = name["blog_posts/router.py"]
    assert "body: BlogPostWriteEnvelope," in router
    assert "await service.create_blog_post(session, body.blog_post)" in router
    assert "return BlogPostEnvelope(blog_post=BlogPostRead.model_validate(blog_post))" in router
    assert "return BlogPostPage(blog_posts=items," in router
    assert "return BlogPostVersionPage(versions=items," in router
    assert ") -> TitlesPage:" in name["reports/router.py"]


def test_what_an_operation_takes_has_no_envelope_and_its_answer_that_of_its_kind(name: dict[str, str]) -> None:
    router = name["blog_posts/router.py"]
    assert "body: CopyIt, " in router
    assert "return CopyEnvelope(copy_=CopyRead.model_validate(copy))" in router
    assert "from blog.copies.schemas import CopyEnvelope" in router


def test_a_name_that_a_model_has_already_is_written_as_callers_say_it(name: dict[str, str]) -> None:
    schemas = name["copies/schemas.py"]
    assert 'copy_: CopyRead = Field(serialization_alias="copy")' in schemas
    assert 'copy_: CopyCreate = Field(alias="copy")' in schemas


def test_keys_parameters_and_words_to_sort_by_are_in_camel_case(name: dict[str, str]) -> None:
    assert "ConfigDict(alias_generator=AliasGenerator(serialization_alias=to_camel))" in name["schemas.py"]
    assert 'ConfigDict(extra="forbid", alias_generator=to_camel)' in name["schemas.py"]
    assert 'ConfigDict(extra="forbid", alias_generator=to_camel)' in name["listing.py"]
    assert 'sort: Literal["seenOn", "-seenOn", ]' in name["blog_posts/schemas.py"]
    assert '"seenOn": BlogPost.seen_on' in name["blog_posts/service.py"]
    assert "class BlogPostVersionRead(CamelModel):" in name["blog_posts/schemas.py"]
    assert "class TitlesRow(CamelModel):" in name["reports/schemas.py"]
