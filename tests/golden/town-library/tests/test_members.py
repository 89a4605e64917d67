"""Members."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from time_machine import TimeMachineFixture

from .callers import SignIn, pointers, refusal
from .conftest import Logs
from .factories import Make

MEMBER: dict[str, Any] = {
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "account": {"username": "newcomer", "password": "a password to try"},
}


@pytest.mark.proves("entities.Member.fields.name")
@pytest.mark.proves("entities.Member.fields.email")
@pytest.mark.proves("entities.Member.fields.joined_on")
async def test_a_member_is_kept_as_it_was_given(sign_in: SignIn) -> None:
    as_librarian = await sign_in("librarian")
    body = MEMBER | {"joined_on": "2026-03-03"}
    answer = await as_librarian.post("/members", json=body)
    assert answer.status_code == 201
    expected = {key: value for key, value in body.items() if key != "account"}
    assert answer.json().items() >= expected.items()
    read = await as_librarian.get(answer.headers["Location"])
    assert read.json() == answer.json()
    assert read.headers["ETag"] == answer.headers["ETag"]


@pytest.mark.proves("entities.Member.fields.joined_on.default")
async def test_a_member_begins_with_its_defaults(sign_in: SignIn) -> None:
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.post("/members", json=MEMBER)
    assert answer.json().items() >= {"joined_on": "2026-03-04"}.items()


@pytest.mark.proves("entities.Member.fields.email.unique")
async def test_no_two_members_have_the_same_email(make: Make, sign_in: SignIn) -> None:
    await make.member(email=MEMBER["email"])
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.post("/members", json=MEMBER | {"email": "ADA@EXAMPLE.ORG"})
    assert refusal(answer) == (409, "about:blank", "Another member has the same email.")


async def test_a_user_name_belongs_to_one_member(sign_in: SignIn) -> None:
    as_librarian = await sign_in("librarian")
    first = await as_librarian.post("/members", json=MEMBER)
    second = await as_librarian.post("/members", json=MEMBER | {"email": "grace@example.org"})
    assert (first.status_code, second.status_code) == (201, 409)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("name", marks=pytest.mark.proves("entities.Member.fields.name")),
        pytest.param("email", marks=pytest.mark.proves("entities.Member.fields.email")),
    ],
)
async def test_a_member_is_refused_without(sign_in: SignIn, key: str) -> None:
    as_librarian = await sign_in("librarian")
    body = MEMBER
    answer = await as_librarian.post("/members", json={name: body[name] for name in body if name != key})
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.parametrize(("key", "value"), [("id", 7), ("created_at", "2020-01-01T00:00:00Z"), ("nonsense", 1)])
async def test_no_caller_sets_what_the_service_keeps_of_a_member(sign_in: SignIn, key: str, value: object) -> None:
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.post("/members", json=MEMBER | {key: value})
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.parametrize(
    ("key", "value"), [("name", 7), ("email", 7), ("joined_on", "tomorrow"), ("name", None), ("email", None)]
)
async def test_a_member_is_refused_with_a_value_of_another_type(sign_in: SignIn, key: str, value: object) -> None:
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.post("/members", json=MEMBER | {key: value})
    assert pointers(answer) == [f"/body/{key}"]


async def test_a_member_that_does_not_exist_is_not_found(make: Make, sign_in: SignIn) -> None:
    await make.member()
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get("/members/999999")
    assert refusal(answer) == (404, "about:blank", "There is no member 999999.")


@pytest.mark.proves("entities.Member.fields.name")
@pytest.mark.proves("entities.Member.fields.email")
@pytest.mark.proves("entities.Member.fields.joined_on")
async def test_a_member_is_changed_as_a_whole(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    as_librarian = await sign_in("librarian")
    body = {"name": "Grace Hopper", "email": "grace@example.org", "joined_on": "2026-03-03"}
    answer = await as_librarian.put(f"/members/{member.id}", json=body, headers={"If-Match": "*"})
    assert answer.status_code == 200
    assert answer.json().items() >= body.items()
    assert (await as_librarian.get(f"/members/{member.id}")).json() == answer.json()


async def test_a_change_of_a_member_names_the_version_that_it_is_based_on(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    as_librarian = await sign_in("librarian")
    body = {"name": "Grace Hopper", "email": "grace@example.org", "joined_on": "2026-03-03"}
    etag = (await as_librarian.get(f"/members/{member.id}")).headers["ETag"]
    assert (await as_librarian.put(f"/members/{member.id}", json=body)).status_code == 428
    assert (await as_librarian.put(f"/members/{member.id}", json=body, headers={"If-Match": etag})).status_code == 200
    assert (await as_librarian.put(f"/members/{member.id}", json=body, headers={"If-Match": etag})).status_code == 412


async def test_a_member_is_gone_once_deleted(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    as_librarian = await sign_in("librarian")
    url = f"/members/{member.id}"
    assert (await as_librarian.delete(url)).status_code == 428
    assert (await as_librarian.delete(url, headers={"If-Match": '"0"'})).status_code == 412
    assert (await as_librarian.delete(url, headers={"If-Match": "*"})).status_code == 204
    assert (await as_librarian.get(url)).status_code == 404


async def test_the_account_of_a_member_goes_with_it(make: Make, sign_in: SignIn) -> None:
    member = await make.member()
    as_librarian = await sign_in("librarian")
    caller = await sign_in("member", member)
    assert (await caller.get("/auth/me")).status_code == 200
    assert (await as_librarian.delete(f"/members/{member.id}", headers={"If-Match": "*"})).status_code == 204
    assert (await caller.get("/auth/me")).status_code == 401


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("name", "x" * 200, id="name of 200 characters"),
        pytest.param(
            "email",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx@b.c",
            id="email of 254 characters",
        ),
    ],
)
async def test_member_takes_a_value_at_its_limit(sign_in: SignIn, key: str, value: object) -> None:
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.post("/members", json=MEMBER | {key: value})
    assert answer.json()[key] == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("name", "x" * 201, id="name of 201 characters"),
        ("name", ""),
        pytest.param(
            "email",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx@b.c",
            id="email of 255 characters",
        ),
    ],
)
async def test_member_refuses_a_value_beyond_its_limit(sign_in: SignIn, key: str, value: object) -> None:
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.post("/members", json=MEMBER | {key: value})
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.proves("entities.Member.fields.joined_on.default")
@pytest.mark.parametrize(
    ("moment", "joined_on"),
    [(datetime(2026, 3, 4, 22, 59, tzinfo=UTC), "2026-03-04"), (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), "2026-07-02")],
)
async def test_joined_on_of_a_member_follows_the_local_day(
    sign_in: SignIn, clock: TimeMachineFixture, moment: datetime, joined_on: object
) -> None:
    clock.move_to(moment)
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.post("/members", json=MEMBER)
    assert answer.json()["joined_on"] == joined_on


@pytest.mark.proves("entities.Member.list.search")
@pytest.mark.parametrize("part", ["DA LOVELACE 0"])
async def test_members_are_found_by_a_part_of_their_text(make: Make, sign_in: SignIn, part: str) -> None:
    member = await make.member(name="Ada Lovelace 0")
    await make.member(name="Grace Hopper")
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get("/members", params={"search": part})
    assert [item["id"] for item in answer.json()["items"]] == [member.id]


@pytest.mark.proves("entities.Member.list.search")
async def test_signs_with_a_meaning_to_the_database_find_no_members(make: Make, sign_in: SignIn) -> None:
    await make.member(name="Ada Lovelace 0")
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get("/members", params={"search": "%_"})
    assert answer.json()["items"] == []


@pytest.mark.proves("entities.Member.list.filter")
async def test_members_are_filtered_by_email(make: Make, sign_in: SignIn) -> None:
    member = await make.member(email="grace@example.org")
    await make.member()
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get("/members", params={"email": "grace@example.org"})
    assert [item["id"] for item in answer.json()["items"]] == [member.id]


@pytest.mark.proves("entities.Member.list.sort")
async def test_members_are_sorted_by_name(make: Make, sign_in: SignIn) -> None:
    high = await make.member(name="Bert")
    low = await make.member(name="Anna")
    as_librarian = await sign_in("librarian")
    up = await as_librarian.get("/members", params={"sort": "name"})
    down = await as_librarian.get("/members", params={"sort": "-name"})
    assert [item["id"] for item in up.json()["items"]] == [low.id, high.id]
    assert [item["id"] for item in down.json()["items"]] == [high.id, low.id]


@pytest.mark.proves("entities.Member.list.sort")
async def test_members_are_sorted_by_joined_on(make: Make, sign_in: SignIn) -> None:
    high = await make.member(joined_on=date(2026, 3, 4))
    low = await make.member(joined_on=date(2026, 3, 3))
    as_librarian = await sign_in("librarian")
    up = await as_librarian.get("/members", params={"sort": "joined_on"})
    down = await as_librarian.get("/members", params={"sort": "-joined_on"})
    assert [item["id"] for item in up.json()["items"]] == [low.id, high.id]
    assert [item["id"] for item in down.json()["items"]] == [high.id, low.id]


async def test_members_are_given_out_in_pages(make: Make, sign_in: SignIn) -> None:
    all_records = [await make.member() for _ in range(3)]
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get("/members", params={"limit": 2, "offset": 1})
    assert [item["id"] for item in answer.json()["items"]] == [record.id for record in all_records[1:]]
    assert answer.json().items() >= {"total": 3, "limit": 2, "offset": 1}.items()


@pytest.mark.parametrize(
    ("key", "value"), [("limit", "0"), ("limit", "101"), ("offset", "-1"), ("sort", "nonsense"), ("nonsense", "1")]
)
async def test_a_list_of_members_is_refused_with(sign_in: SignIn, key: str, value: str) -> None:
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.get("/members", params={key: value})
    assert pointers(answer) == [f"/query/{key}"]


@pytest.mark.proves("entities.Member.fields.email.personal")
async def test_personal_data_of_a_member_never_reaches_a_log(sign_in: SignIn, logs: Logs) -> None:
    as_librarian = await sign_in("librarian")
    personal = {"email": "telling-email@example.org"}
    body = MEMBER | personal
    assert (await as_librarian.post("/members", json=body)).status_code == 201
    assert (await as_librarian.post("/members", json=body)).status_code == 409
    assert (await as_librarian.post("/members", json=body | {"nonsense": 1})).status_code == 422
    await as_librarian.get("/members", params={"email": personal["email"]})
    written = logs()
    assert "POST" in written
    assert not [value for value in personal.values() if value in written]


@pytest.mark.parametrize(
    "key", [pytest.param("email", marks=pytest.mark.proves("entities.Member.fields.email.personal"))]
)
async def test_personal_data_of_a_member_is_not_repeated_to_whoever_sends_it(
    sign_in: SignIn, logs: Logs, key: str
) -> None:
    as_librarian = await sign_in("librarian")
    answer = await as_librarian.post("/members", json=MEMBER | {key: ["a telling value"]})
    assert pointers(answer) == [f"/body/{key}"]
    assert "telling" not in answer.text + logs()
