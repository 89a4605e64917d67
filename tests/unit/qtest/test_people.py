from collections.abc import Callable

import pytest

CLUB = """
spec: 1
service: {name: club}
roles: {office: , member: {record: Member}}
entities:
  Member:
    fields:
      name: {type: string}
      email: {type: email, personal: true}
      born_on: {type: date, personal: true}
    access:
      - {who: office, may: [create, read, update, delete]}
      - {who: member, may: [read, update], when: this == caller.member}
    audit: {actions: [update], visible_to: office}
"""

Written = Callable[[str], dict[str, str]]


@pytest.fixture(scope="module")
def tests(written: Written) -> dict[str, str]:
    return written(CLUB)


def test_whoever_is_deleted_is_signed_in_no_longer(tests: dict[str, str]) -> None:
    lines = [line.strip() for line in tests["the_account_of_a_member_goes_with_it"].splitlines()]
    asked = lines.index('assert (await caller.get("/auth/me")).status_code == 401')
    assert 'caller = await sign_in("member", member)' in lines[:asked]
    assert '.delete(f"/members/{member.id}"' in lines[asked - 1]


def test_nobody_loses_an_account_where_nobody_deletes(written: Written) -> None:
    assert "the_account_of_a_member_goes_with_it" not in written(CLUB.replace(", delete]", "]"))


def test_a_refusal_must_not_repeat_personal_data(tests: dict[str, str]) -> None:
    assert "not in answer.text + logs()" in tests["personal_data_of_a_member_is_not_repeated_to_whoever_sends_it"]


def test_a_trace_names_whoever_left_it(tests: dict[str, str]) -> None:
    test = tests["changing_a_member_leaves_a_trace"]
    assert 'me = await as_office.get("/auth/me")' in test
    assert '{entry["username"] for entry in entries} == {me.json()["username"]}' in test


def test_colleagues_meet_themselves_in_the_list_of_all(written: Written) -> None:
    tests = written("""
spec: 1
service: {name: offices}
roles: {staff: {record: Person}}
entities:
  Office:
    fields: {name: {type: string}}
    access: [{who: staff, may: [create]}]
  Person:
    relations: {office: {to: Office}}
    fields: {name: {type: string}}
    access: [{who: staff, may: [create, read], when: this.office == caller.staff.office}]
    list: {sort: [name]}
""")
    lines = [line.strip() for line in tests["people_are_sorted_by_name"].splitlines()]
    assert 'low = await make.person(office=office, name="Anna")' in lines
    assert 'as_staff = await sign_in("staff", low)' in lines
