"""Values that depend on who asks: one query for all records of an answer, and what stays open."""

import pytest

from quantumlayer.qlayer.packs.fastapi.askers import Asked, asked
from quantumlayer.qlayer.packs.fastapi.pack import FastApiPack
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Spec
from quantumlayer.spec.validate import checked_spec

TEXT = """
spec: 1
service: {name: board}
roles: {editor: , member: {record: Member}}
entities:
  Member:
    fields: {name: {type: string}, level: {type: int}}
    derived: {me: {type: bool, cel: this == caller.member}}
    access: [{who: anyone, may: [create]}, {who: editor, may: [read, update]}]
  Post:
    relations: {author: {to: Member}, reviewer: {to: Member, optional: true, back: reviewed}}
    fields: {title: {type: string}, price: {type: money}, photo: {type: file, optional: true}}
    derived:
      seen: {type: TYPE, cel: "CEL"OPTIONAL}
    access: [{who: WHO, may: [create, read, update]}]
  Mark:
    relations: {post: {to: Post}, member: {to: Member}}
    access: [{who: member, may: [create, read]}]
operations:
  rise: {on: Post, by: editor, sets: {title: "'Up'"}}
  write: {on: Member, by: editor, creates: {entity: Post, set: {author: this, title: "'New'", price: '1.00'}}}
queries:
  top: {of: Post, by: editor, where: this.price > 3}
"""
OWN = "Mark.post_id == Post.id, Mark.member_id == caller.member_id"
EDITOR = "(true() if caller.role is Role.EDITOR else false())"
LIKED = "this.marks.exists(m, m.member == caller.member)"


def spec(cel: str, kind: str = "bool", who: str = "[editor, member]", more: str = "") -> Spec:
    text = TEXT.replace("CEL", cel).replace("TYPE", kind).replace("WHO", who).replace("OPTIONAL", more)
    return checked_spec(parse_spec(text))


def found(cel: str, kind: str = "bool", who: str = "[editor, member]", more: str = "") -> Asked:
    one = asked(spec(cel, kind, who, more), "Post")
    assert one is not None
    return one


def files(of: Spec) -> dict[str, str]:
    pack = FastApiPack()
    return {file.path: file.content.decode() for part in pack.parts(of) for file in pack.generate(of, part)}


def opened(of: Spec) -> dict[str, str]:
    return {item.element: item.reason for item in FastApiPack().open_elements(of)}


def test_it_is_a_column_of_a_query_for_whoever_asks() -> None:
    one = found(LIKED)
    assert one.caller_type == "Caller"
    assert one.before == ()
    assert one.values[0].source == f"exists().where({OWN}).correlate_except(Mark).label('seen')"


def test_a_stranger_is_no_record() -> None:
    one = found("this.author == caller.member", who="anyone")
    assert one.caller_type == "Caller | None"
    assert one.before == ("member_id = caller.member_id if caller else 0",)
    assert one.values[0].source == "(Post.author_id == member_id).label('seen')"
    missing = found("this.reviewer == caller.member", who="anyone")
    assert missing.values[0].source == "(func.coalesce(Post.reviewer_id, 0) == member_id).label('seen')"


@pytest.mark.parametrize(
    ("cel", "kind", "source", "nobody"),
    [
        ("caller.role == 'editor'", "bool", "(true() if caller.role is Role.EDITOR else false())", "False"),
        ("caller.member != null && this.price > caller.member.level", "bool",
         "and_((true() if caller.member_id != 0 else false()), Post.price > value_of(Member.level, caller.member_id))",
         "False"),
        ("caller.member == null && caller.role == 'editor'", "bool",
         "and_((true() if caller.member_id == 0 else false()), (true() if caller.role is Role.EDITOR else false()))",
         "False"),
        ("caller.role == 'editor' ? 1 : 2", "int", "literal(1 if caller.role is Role.EDITOR else 2)", "0"),
        ("this.marks.filter(m, m.member == caller.member).size()", "int",
         f"select(func.count(Mark.id)).where({OWN}).correlate_except(Mark).scalar_subquery()", "0"),
        ("caller.role == 'editor' ? this.price : 0.00", "money",
         f'type_coerce(case(({EDITOR}, Post.price), else_=Decimal("0.00")), Numeric(18, 2))',
         "Decimal(0)"),
        ("caller.role == 'editor' ? this.title : '-'", "string",
         "case(((true() if caller.role is Role.EDITOR else false()), Post.title), else_='-')", '""'),
    ],
)  # fmt: skip
def test_each_value_has_a_source_and_what_nobody_sees(cel: str, kind: str, source: str, nobody: str) -> None:
    value = found(cel, kind).values[0]
    assert value.source.removesuffix(".label('seen')").removeprefix("(").removesuffix(")") in f"({source})"
    assert value.nobody == nobody


def test_a_value_that_may_be_missing_is_nothing_for_nobody() -> None:
    value = found("caller.member == null ? null : caller.member.name", "string", more=", optional: true").values[0]
    assert value.nobody == "None"
    assert "value_of(Member.name, caller.member_id)" in value.source


def test_a_table_that_the_query_has_already_gets_another_name() -> None:
    one = found("this.author.posts.exists(p, p.reviewer == caller.member)")
    assert one.before == ("other_post = aliased(Post)",)
    assert "other_post.author_id == Post.author_id" in one.values[0].source


def test_every_answer_tells_it() -> None:
    written = files(spec(LIKED))
    router = written["src/board/posts/router.py"]
    for route in ("list_posts", "list_top_posts"):
        asked_for = f"posts, total = await service.{route}(session, query)"
        assert f"{asked_for}\n    await service.set_seen_by(session, caller, posts)" in router
    told = "    await service.set_seen_by(session, caller, [post])\n    return PostRead.model_validate(post)"
    assert router.count(told) == 5  # read, made, changed, with another photo, after `rise`
    members = written["src/board/members/router.py"]
    assert "from board.posts import service as posts_service" in members
    assert "    await posts_service.set_seen_by(session, caller, [post])\n" in members
    assert "set_seen_by" not in written["src/board/marks/router.py"]


def test_the_values_stand_in_the_class_and_are_worked_out_at_once() -> None:
    written = files(spec(LIKED))
    assert "    seen = False\n" in written["src/board/posts/models.py"]
    assert "    seen: bool\n" in written["src/board/posts/schemas.py"]
    service = written["src/board/posts/service.py"]
    assert "async def set_seen_by(session: AsyncSession, caller: Caller, posts: Sequence[Post]) -> None:" in service
    assert (
        "for row in await session.execute(statement.where(Post.id.in_(by_id))):\n        post = by_id[row.id]"
        in service
    )


def test_who_makes_a_record_without_signing_in_is_told_as_anybody_else() -> None:
    members = files(spec(LIKED))["src/board/members/router.py"]
    assert (
        "async def create_member(body: MemberCreate, session: Session, caller: Visitor, response: Response)" in members
    )
    assert "responses=responses(Unauthenticated, BadRequest, Conflict),\n    openapi_extra=VISITORS," in members


@pytest.mark.parametrize(
    ("cel", "who", "reason"),
    [
        ("caller.role == 'anyone'", "anyone", "a condition on who a stranger is"),
        ("caller.id != null && caller.id > 3", "anyone", "`caller.id` where strangers ask"),
        ("string(this.price) == '3' && this.author == caller.member", "editor, member", "over rows of a query"),
    ],
)
def test_what_cannot_be_asked_of_the_database_is_left_open(cel: str, who: str, reason: str) -> None:
    found = opened(spec(cel, who=who if who == "anyone" else f"[{who}]"))
    assert list(found) == ["entities.Post.derived.seen"]
    assert reason in found["entities.Post.derived.seen"]


def test_what_no_request_is_about_and_what_a_contract_answers_stays_open() -> None:
    text = TEXT.replace("CEL", LIKED).replace("TYPE", "bool").replace("OPTIONAL", "")
    alone = text.replace(LIKED, "caller.role == 'editor'").replace(
        "access: [{who: WHO, may: [create, read, update]}]", "access: []"
    )
    alone = (
        alone.replace(", photo: {type: file, optional: true}", "")
        .replace("  rise: {on: Post, by: editor, sets: {title: \"'Up'\"}}\n", "")
        .partition("queries:")[0]
    )
    found = opened(checked_spec(parse_spec(alone)))
    assert "no request is about" in found["entities.Post.derived.seen"]
    contract = """
interface:
  shapes: {Line: {of: Post, members: {title: {is: title}, seen: {is: seen, read_only: true}}}}
  endpoints:
    lines: {method: get, path: /lines, does: list, on: Post, gives: Line, many: true, status: 200}
    own: {method: get, path: '/lines/{id}', does: read, on: Post, gives: Line, status: 200, errors: [404],
          parameters: {id: {is: id, in: path, field: {type: int}}}}
"""
    whole = text.replace("WHO", "[editor, member]").partition("operations:")[0] + contract
    found = opened(checked_spec(parse_spec(whole)))
    assert found["entities.Post.derived.seen"] == (
        "the pack cannot write a value that depends on who asks, in the answers of a contract"
    )
    assert {"interface.endpoints.lines", "interface.endpoints.own"} <= found.keys()
