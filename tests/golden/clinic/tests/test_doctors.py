"""Doctors."""

from typing import Any

import pytest

from .callers import SignIn, pointers, refusal
from .factories import Make

DOCTOR: dict[str, Any] = {
    "name": "Ada Lovelace",
    "speciality": "general",
    "room": "Some room",
    "account": {"username": "newcomer", "password": "a password to try"},
}


@pytest.mark.proves("entities.Doctor.fields.name")
@pytest.mark.proves("entities.Doctor.fields.speciality")
@pytest.mark.proves("entities.Doctor.fields.room")
async def test_a_doctor_is_kept_as_it_was_given(sign_in: SignIn) -> None:
    as_front_desk = await sign_in("front_desk")
    body = DOCTOR
    answer = await as_front_desk.post("/doctors", json=body)
    assert answer.status_code == 201
    expected = {key: value for key, value in body.items() if key != "account"}
    assert answer.json().items() >= expected.items()
    read = await as_front_desk.get(answer.headers["Location"])
    assert read.json() == answer.json()
    assert read.headers["ETag"] == answer.headers["ETag"]


async def test_a_user_name_belongs_to_one_doctor(sign_in: SignIn) -> None:
    as_front_desk = await sign_in("front_desk")
    first = await as_front_desk.post("/doctors", json=DOCTOR)
    second = await as_front_desk.post("/doctors", json=DOCTOR)
    assert (first.status_code, second.status_code) == (201, 409)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("name", marks=pytest.mark.proves("entities.Doctor.fields.name")),
        pytest.param("speciality", marks=pytest.mark.proves("entities.Doctor.fields.speciality")),
        pytest.param("room", marks=pytest.mark.proves("entities.Doctor.fields.room")),
    ],
)
async def test_a_doctor_is_refused_without(sign_in: SignIn, key: str) -> None:
    as_front_desk = await sign_in("front_desk")
    body = DOCTOR
    answer = await as_front_desk.post("/doctors", json={name: body[name] for name in body if name != key})
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.parametrize(("key", "value"), [("id", 7), ("created_at", "2020-01-01T00:00:00Z"), ("nonsense", 1)])
async def test_no_caller_sets_what_the_service_keeps_of_a_doctor(sign_in: SignIn, key: str, value: object) -> None:
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post("/doctors", json=DOCTOR | {key: value})
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.parametrize(
    ("key", "value"),
    [("name", 7), ("speciality", 7), ("room", 7), ("name", None), ("speciality", None), ("room", None)],
)
async def test_a_doctor_is_refused_with_a_value_of_another_type(sign_in: SignIn, key: str, value: object) -> None:
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post("/doctors", json=DOCTOR | {key: value})
    assert pointers(answer) == [f"/body/{key}"]


async def test_a_doctor_that_does_not_exist_is_not_found(make: Make, sign_in: SignIn) -> None:
    await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get("/doctors/999999")
    assert refusal(answer) == (404, "about:blank", "There is no doctor 999999.")


@pytest.mark.proves("entities.Doctor.fields.name")
@pytest.mark.proves("entities.Doctor.fields.speciality")
@pytest.mark.proves("entities.Doctor.fields.room")
async def test_a_doctor_is_changed_as_a_whole(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    body = {"name": "Grace Hopper", "speciality": "paediatrics", "room": "Another room"}
    answer = await as_front_desk.put(f"/doctors/{doctor.id}", json=body, headers={"If-Match": "*"})
    assert answer.status_code == 200
    assert answer.json().items() >= body.items()
    assert (await as_front_desk.get(f"/doctors/{doctor.id}")).json() == answer.json()


async def test_a_change_of_a_doctor_names_the_version_that_it_is_based_on(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    body = {"name": "Grace Hopper", "speciality": "paediatrics", "room": "Another room"}
    etag = (await as_front_desk.get(f"/doctors/{doctor.id}")).headers["ETag"]
    assert (await as_front_desk.put(f"/doctors/{doctor.id}", json=body)).status_code == 428
    assert (await as_front_desk.put(f"/doctors/{doctor.id}", json=body, headers={"If-Match": etag})).status_code == 200
    assert (await as_front_desk.put(f"/doctors/{doctor.id}", json=body, headers={"If-Match": etag})).status_code == 412


async def test_a_doctor_is_gone_once_deleted(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    url = f"/doctors/{doctor.id}"
    assert (await as_front_desk.delete(url)).status_code == 428
    assert (await as_front_desk.delete(url, headers={"If-Match": '"0"'})).status_code == 412
    assert (await as_front_desk.delete(url, headers={"If-Match": "*"})).status_code == 204
    assert (await as_front_desk.get(url)).status_code == 404


async def test_the_account_of_a_doctor_goes_with_it(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    caller = await sign_in("doctor", doctor)
    assert (await caller.get("/auth/me")).status_code == 200
    assert (await as_front_desk.delete(f"/doctors/{doctor.id}", headers={"If-Match": "*"})).status_code == 204
    assert (await caller.get("/auth/me")).status_code == 401


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("name", "x" * 200, id="name of 200 characters"),
        pytest.param("speciality", "general", marks=pytest.mark.proves("entities.Doctor.fields.speciality.one_of")),
        pytest.param("speciality", "paediatrics", marks=pytest.mark.proves("entities.Doctor.fields.speciality.one_of")),
        pytest.param("speciality", "dermatology", marks=pytest.mark.proves("entities.Doctor.fields.speciality.one_of")),
        pytest.param("speciality", "cardiology", marks=pytest.mark.proves("entities.Doctor.fields.speciality.one_of")),
        pytest.param("room", "xxxxxxxxxxxxxxxxxxxx", marks=pytest.mark.proves("entities.Doctor.fields.room.max")),
    ],
)
async def test_doctor_takes_a_value_at_its_limit(sign_in: SignIn, key: str, value: object) -> None:
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post("/doctors", json=DOCTOR | {key: value})
    assert answer.json()[key] == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("name", "x" * 201, id="name of 201 characters"),
        ("name", ""),
        pytest.param(
            "speciality", "none of them", marks=pytest.mark.proves("entities.Doctor.fields.speciality.one_of")
        ),
        pytest.param("room", "xxxxxxxxxxxxxxxxxxxxx", marks=pytest.mark.proves("entities.Doctor.fields.room.max")),
        ("room", ""),
    ],
)
async def test_doctor_refuses_a_value_beyond_its_limit(sign_in: SignIn, key: str, value: object) -> None:
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post("/doctors", json=DOCTOR | {key: value})
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.proves("entities.Doctor.list.search")
@pytest.mark.parametrize("part", ["DA LOVELACE 0"])
async def test_doctors_are_found_by_a_part_of_their_text(make: Make, sign_in: SignIn, part: str) -> None:
    doctor = await make.doctor(name="Ada Lovelace 0")
    await make.doctor(name="Grace Hopper")
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get("/doctors", params={"search": part})
    assert [item["id"] for item in answer.json()["items"]] == [doctor.id]


@pytest.mark.proves("entities.Doctor.list.search")
async def test_signs_with_a_meaning_to_the_database_find_no_doctors(make: Make, sign_in: SignIn) -> None:
    await make.doctor(name="Ada Lovelace 0")
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get("/doctors", params={"search": "%_"})
    assert answer.json()["items"] == []


@pytest.mark.proves("entities.Doctor.list.filter")
async def test_doctors_are_filtered_by_speciality(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor(speciality="paediatrics")
    await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get("/doctors", params={"speciality": "paediatrics"})
    assert [item["id"] for item in answer.json()["items"]] == [doctor.id]


@pytest.mark.proves("entities.Doctor.list.sort")
async def test_doctors_are_sorted_by_name(make: Make, sign_in: SignIn) -> None:
    high = await make.doctor(name="Bert")
    low = await make.doctor(name="Anna")
    as_front_desk = await sign_in("front_desk")
    up = await as_front_desk.get("/doctors", params={"sort": "name"})
    down = await as_front_desk.get("/doctors", params={"sort": "-name"})
    assert [item["id"] for item in up.json()["items"]] == [low.id, high.id]
    assert [item["id"] for item in down.json()["items"]] == [high.id, low.id]


async def test_doctors_are_given_out_in_pages(make: Make, sign_in: SignIn) -> None:
    all_records = [await make.doctor() for _ in range(3)]
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get("/doctors", params={"limit": 2, "offset": 1})
    assert [item["id"] for item in answer.json()["items"]] == [record.id for record in all_records[1:]]
    assert answer.json().items() >= {"total": 3, "limit": 2, "offset": 1}.items()


@pytest.mark.parametrize(
    ("key", "value"), [("limit", "0"), ("limit", "101"), ("offset", "-1"), ("sort", "nonsense"), ("nonsense", "1")]
)
async def test_a_list_of_doctors_is_refused_with(sign_in: SignIn, key: str, value: str) -> None:
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get("/doctors", params={key: value})
    assert pointers(answer) == [f"/query/{key}"]
