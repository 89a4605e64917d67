"""Patients."""

from datetime import UTC, datetime
from typing import Any

import pytest

from .callers import SignIn, pointers, refusal
from .conftest import Logs
from .factories import Make

PATIENT: dict[str, Any] = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "date_of_birth": "2026-03-04",
    "phone": "+49 30 1234567",
    "email": "ada@example.org",
    "account": {"username": "newcomer", "password": "a password to try"},
}


@pytest.mark.proves("entities.Patient.fields.first_name")
@pytest.mark.proves("entities.Patient.fields.last_name")
@pytest.mark.proves("entities.Patient.fields.date_of_birth")
@pytest.mark.proves("entities.Patient.fields.phone")
@pytest.mark.proves("entities.Patient.fields.email")
async def test_a_patient_is_kept_as_it_was_given(sign_in: SignIn) -> None:
    as_anyone = await sign_in("anyone")
    body = PATIENT
    answer = await as_anyone.post("/patients", json=body)
    assert answer.status_code == 201
    expected = {key: value for key, value in body.items() if key != "account"}
    assert answer.json().items() >= expected.items()
    as_front_desk = await sign_in("front_desk")
    read = await as_front_desk.get(answer.headers["Location"])
    assert read.json().items() >= answer.json().items()


async def test_a_user_name_belongs_to_one_patient(sign_in: SignIn) -> None:
    as_anyone = await sign_in("anyone")
    first = await as_anyone.post("/patients", json=PATIENT)
    second = await as_anyone.post("/patients", json=PATIENT)
    assert (first.status_code, second.status_code) == (201, 409)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("first_name", marks=pytest.mark.proves("entities.Patient.fields.first_name")),
        pytest.param("last_name", marks=pytest.mark.proves("entities.Patient.fields.last_name")),
        pytest.param("date_of_birth", marks=pytest.mark.proves("entities.Patient.fields.date_of_birth")),
        pytest.param("phone", marks=pytest.mark.proves("entities.Patient.fields.phone")),
        pytest.param("email", marks=pytest.mark.proves("entities.Patient.fields.email")),
    ],
)
async def test_a_patient_is_refused_without(sign_in: SignIn, key: str) -> None:
    as_anyone = await sign_in("anyone")
    body = PATIENT
    answer = await as_anyone.post("/patients", json={name: body[name] for name in body if name != key})
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", 7),
        ("created_at", "2020-01-01T00:00:00Z"),
        pytest.param(
            "cleared_at",
            "2026-03-11T09:00:00Z",
            marks=pytest.mark.proves("entities.Patient.fields.cleared_at.read_only"),
        ),
        ("recent_no_shows", 1),
        ("nonsense", 1),
    ],
)
async def test_no_caller_sets_what_the_service_keeps_of_a_patient(sign_in: SignIn, key: str, value: object) -> None:
    as_anyone = await sign_in("anyone")
    answer = await as_anyone.post("/patients", json=PATIENT | {key: value})
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("first_name", 7),
        ("last_name", 7),
        ("date_of_birth", "tomorrow"),
        ("phone", 7),
        ("email", 7),
        ("first_name", None),
        ("last_name", None),
        ("date_of_birth", None),
        ("phone", None),
        ("email", None),
    ],
)
async def test_a_patient_is_refused_with_a_value_of_another_type(sign_in: SignIn, key: str, value: object) -> None:
    as_anyone = await sign_in("anyone")
    answer = await as_anyone.post("/patients", json=PATIENT | {key: value})
    assert pointers(answer) == [f"/body/{key}"]


async def test_a_patient_that_does_not_exist_is_not_found(make: Make, sign_in: SignIn) -> None:
    await make.patient()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get("/patients/999999")
    assert refusal(answer) == (404, "about:blank", "There is no patient 999999.")


@pytest.mark.proves("entities.Patient.fields.first_name")
@pytest.mark.proves("entities.Patient.fields.last_name")
@pytest.mark.proves("entities.Patient.fields.date_of_birth")
@pytest.mark.proves("entities.Patient.fields.phone")
@pytest.mark.proves("entities.Patient.fields.email")
async def test_a_patient_is_changed_as_a_whole(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    as_front_desk = await sign_in("front_desk")
    body = {
        "first_name": "Grace",
        "last_name": "Hopper",
        "date_of_birth": "2026-03-03",
        "phone": "+49 40 7654321",
        "email": "grace@example.org",
    }
    answer = await as_front_desk.put(f"/patients/{patient.id}", json=body, headers={"If-Match": "*"})
    assert answer.status_code == 200
    assert answer.json().items() >= body.items()
    assert (await as_front_desk.get(f"/patients/{patient.id}")).json() == answer.json()


async def test_a_change_of_a_patient_names_the_version_that_it_is_based_on(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    as_front_desk = await sign_in("front_desk")
    body = {
        "first_name": "Grace",
        "last_name": "Hopper",
        "date_of_birth": "2026-03-03",
        "phone": "+49 40 7654321",
        "email": "grace@example.org",
    }
    etag = (await as_front_desk.get(f"/patients/{patient.id}")).headers["ETag"]
    assert (await as_front_desk.put(f"/patients/{patient.id}", json=body)).status_code == 428
    assert (
        await as_front_desk.put(f"/patients/{patient.id}", json=body, headers={"If-Match": etag})
    ).status_code == 200
    assert (
        await as_front_desk.put(f"/patients/{patient.id}", json=body, headers={"If-Match": etag})
    ).status_code == 412


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param(
            "cleared_at",
            "2026-03-11T09:00:00Z",
            marks=pytest.mark.proves("entities.Patient.fields.cleared_at.read_only"),
        )
    ],
)
async def test_a_patient_is_never_changed_in(make: Make, sign_in: SignIn, key: str, value: object) -> None:
    patient = await make.patient()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/patients/{patient.id}",
        json={
            "first_name": "Grace",
            "last_name": "Hopper",
            "date_of_birth": "2026-03-03",
            "phone": "+49 40 7654321",
            "email": "grace@example.org",
            key: value,
        },
        headers={"If-Match": "*"},
    )
    assert f"/body/{key}" in pointers(answer)


async def test_a_patient_is_gone_once_deleted(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient(created_at=datetime(2016, 3, 4, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    url = f"/patients/{patient.id}"
    assert (await as_front_desk.delete(url)).status_code == 428
    assert (await as_front_desk.delete(url, headers={"If-Match": '"0"'})).status_code == 412
    assert (await as_front_desk.delete(url, headers={"If-Match": "*"})).status_code == 204
    assert (await as_front_desk.get(url)).status_code == 404


async def test_the_account_of_a_patient_goes_with_it(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient(created_at=datetime(2016, 3, 4, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    caller = await sign_in("patient", patient)
    assert (await caller.get("/auth/me")).status_code == 200
    assert (await as_front_desk.delete(f"/patients/{patient.id}", headers={"If-Match": "*"})).status_code == 204
    assert (await caller.get("/auth/me")).status_code == 401


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("first_name", "x" * 200, id="first_name of 200 characters"),
        pytest.param("last_name", "x" * 200, id="last_name of 200 characters"),
        pytest.param(
            "phone", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", marks=pytest.mark.proves("entities.Patient.fields.phone.max")
        ),
        pytest.param(
            "email",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx@b.c",
            id="email of 254 characters",
        ),
    ],
)
async def test_patient_takes_a_value_at_its_limit(sign_in: SignIn, key: str, value: object) -> None:
    as_anyone = await sign_in("anyone")
    answer = await as_anyone.post("/patients", json=PATIENT | {key: value})
    assert answer.json()[key] == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("first_name", "x" * 201, id="first_name of 201 characters"),
        ("first_name", ""),
        pytest.param("last_name", "x" * 201, id="last_name of 201 characters"),
        ("last_name", ""),
        pytest.param(
            "phone", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", marks=pytest.mark.proves("entities.Patient.fields.phone.max")
        ),
        ("phone", ""),
        pytest.param(
            "email",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx@b.c",
            id="email of 255 characters",
        ),
    ],
)
async def test_patient_refuses_a_value_beyond_its_limit(sign_in: SignIn, key: str, value: object) -> None:
    as_anyone = await sign_in("anyone")
    answer = await as_anyone.post("/patients", json=PATIENT | {key: value})
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.proves("entities.Patient.derived.recent_no_shows")
async def test_recent_no_shows_with_1_appointment_and_status_no_show(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    await make.appointment(patient=patient, status="no_show")
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get(f"/patients/{patient.id}")
    assert answer.json()["recent_no_shows"] == 1


@pytest.mark.proves("entities.Patient.derived.recent_no_shows")
async def test_recent_no_shows_with_2_appointments_and_status_no_show(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    for _ in range(2):
        await make.appointment(patient=patient, status="no_show")
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get(f"/patients/{patient.id}")
    assert answer.json()["recent_no_shows"] == 2


@pytest.mark.proves("entities.Patient.derived.recent_no_shows")
async def test_recent_no_shows_with_1_appointment_and_status_booked(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    await make.appointment(patient=patient)
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get(f"/patients/{patient.id}")
    assert answer.json()["recent_no_shows"] == 0


@pytest.mark.proves("entities.Patient.derived.recent_no_shows")
async def test_recent_no_shows_with_1_appointment_and_status_no_show_and_starts_at_2025_03_04_09_00(
    make: Make, sign_in: SignIn
) -> None:
    patient = await make.patient()
    await make.appointment(patient=patient, status="no_show", starts_at=datetime(2025, 3, 4, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get(f"/patients/{patient.id}")
    assert answer.json()["recent_no_shows"] == 1


@pytest.mark.proves("entities.Patient.derived.recent_no_shows")
async def test_recent_no_shows_with_1_appointment_and_status_no_show_and_starts_at_2025_03_04_08_59(
    make: Make, sign_in: SignIn
) -> None:
    patient = await make.patient()
    await make.appointment(patient=patient, status="no_show", starts_at=datetime(2025, 3, 4, 8, 59, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get(f"/patients/{patient.id}")
    assert answer.json()["recent_no_shows"] == 0


@pytest.mark.proves("entities.Patient.derived.recent_no_shows")
async def test_recent_no_shows_leaves_out_appointments_with_cleared_at_2026_03_11_09_00(
    make: Make, sign_in: SignIn
) -> None:
    patient = await make.patient(cleared_at=datetime(2026, 3, 11, 9, 0, tzinfo=UTC))
    await make.appointment(patient=patient, status="no_show")
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get(f"/patients/{patient.id}")
    assert answer.json()["recent_no_shows"] == 0


@pytest.mark.proves("entities.Patient.derived.recent_no_shows")
async def test_recent_no_shows_counts_appointments_with_cleared_at_2026_03_04_09_00(
    make: Make, sign_in: SignIn
) -> None:
    patient = await make.patient(cleared_at=datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    await make.appointment(patient=patient, status="no_show")
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get(f"/patients/{patient.id}")
    assert answer.json()["recent_no_shows"] == 1


@pytest.mark.proves("entities.Patient.derived.recent_no_shows")
async def test_recent_no_shows_leaves_out_appointments_of_another_patient(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    another_patient = await make.patient()
    await make.appointment(patient=another_patient, status="no_show")
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get(f"/patients/{patient.id}")
    assert answer.json()["recent_no_shows"] == 0


@pytest.mark.proves("entities.Patient.derived.recent_no_shows")
async def test_recent_no_shows_with_1_appointment_and_status_confirmed(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    await make.appointment(patient=patient, status="confirmed")
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get(f"/patients/{patient.id}")
    assert answer.json()["recent_no_shows"] == 0


@pytest.mark.proves("entities.Patient.derived.recent_no_shows")
async def test_recent_no_shows_with_1_appointment_and_status_completed(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    await make.appointment(patient=patient, status="completed")
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get(f"/patients/{patient.id}")
    assert answer.json()["recent_no_shows"] == 0


@pytest.mark.proves("entities.Patient.derived.recent_no_shows")
async def test_recent_no_shows_with_1_appointment_and_status_cancelled(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    await make.appointment(patient=patient, status="cancelled")
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get(f"/patients/{patient.id}")
    assert answer.json()["recent_no_shows"] == 0


@pytest.mark.proves("entities.Patient.derived.recent_no_shows")
async def test_recent_no_shows_is_worked_out(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get(f"/patients/{patient.id}")
    assert answer.json()["recent_no_shows"] == 0


@pytest.mark.proves("entities.Patient.rules.kept_for_ten_years")
async def test_a_patient_is_not_deleted_unless_kept_for_ten_years(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient(created_at=datetime(2016, 3, 4, 9, 1, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.delete(f"/patients/{patient.id}", headers={"If-Match": "*"})
    assert refusal(answer) == (409, "kept-for-ten-years", "Patients' data is kept for 10 years.")


@pytest.mark.proves("entities.Patient.rules.kept_for_ten_years")
async def test_a_patient_is_deleted_when_kept_for_ten_years(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient(created_at=datetime(2016, 3, 4, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.delete(f"/patients/{patient.id}", headers={"If-Match": "*"})
    assert answer.status_code == 204


@pytest.mark.proves("entities.Patient.rules.kept_for_ten_years")
async def test_a_patient_is_not_deleted_unless_kept_for_ten_years_2(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient(created_at=datetime(2016, 3, 4, 9, 0, tzinfo=UTC))
    await make.appointment(patient=patient)
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.delete(f"/patients/{patient.id}", headers={"If-Match": "*"})
    assert refusal(answer) == (409, "kept-for-ten-years", "Patients' data is kept for 10 years.")


@pytest.mark.proves("entities.Patient.rules.kept_for_ten_years")
async def test_a_patient_is_deleted_when_kept_for_ten_years_2(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient(created_at=datetime(2016, 3, 4, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.delete(f"/patients/{patient.id}", headers={"If-Match": "*"})
    assert answer.status_code == 204


@pytest.mark.proves("entities.Patient.rules.kept_for_ten_years")
async def test_a_patient_is_deleted_as_kept_for_ten_years_leaves_out_appointments_with_starts_at_2015_08_29_09_00(
    make: Make, sign_in: SignIn
) -> None:
    patient = await make.patient(created_at=datetime(2016, 3, 4, 9, 0, tzinfo=UTC))
    await make.appointment(patient=patient, starts_at=datetime(2015, 8, 29, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.delete(f"/patients/{patient.id}", headers={"If-Match": "*"})
    assert answer.status_code == 204


@pytest.mark.proves("entities.Patient.rules.kept_for_ten_years")
async def test_a_patient_is_deleted_as_kept_for_ten_years_leaves_out_appointments_of_another_patient(
    make: Make, sign_in: SignIn
) -> None:
    patient = await make.patient(created_at=datetime(2016, 3, 4, 9, 0, tzinfo=UTC))
    another_patient = await make.patient()
    await make.appointment(patient=another_patient)
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.delete(f"/patients/{patient.id}", headers={"If-Match": "*"})
    assert answer.status_code == 204


@pytest.mark.proves("operations.clear_no_shows")
@pytest.mark.proves("operations.clear_no_shows.by")
@pytest.mark.proves("entities.Patient.fields.cleared_at")
async def test_front_desk_may_clear_no_shows(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/patients/{patient.id}/clear-no-shows")
    assert answer.status_code == 200
    assert answer.json().items() >= {"cleared_at": "2026-03-04T09:00:00Z"}.items()


@pytest.mark.proves("operations.clear_no_shows")
async def test_clear_no_shows_is_refused_for_another_version(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/patients/{patient.id}/clear-no-shows", headers={"If-Match": '"0"'})
    assert answer.status_code == 412


@pytest.mark.proves("entities.Patient.list.search")
@pytest.mark.parametrize("part", ["DA 0", "OVELACE 1"])
async def test_patients_are_found_by_a_part_of_their_text(make: Make, sign_in: SignIn, part: str) -> None:
    patient = await make.patient(first_name="Ada 0", last_name="Lovelace 1")
    await make.patient(first_name="Grace", last_name="Hopper")
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get("/patients", params={"search": part})
    assert [item["id"] for item in answer.json()["items"]] == [patient.id]


@pytest.mark.proves("entities.Patient.list.search")
async def test_signs_with_a_meaning_to_the_database_find_no_patients(make: Make, sign_in: SignIn) -> None:
    await make.patient(first_name="Ada 0", last_name="Lovelace 1")
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get("/patients", params={"search": "%_"})
    assert answer.json()["items"] == []


@pytest.mark.proves("entities.Patient.list.sort")
async def test_patients_are_sorted_by_last_name(make: Make, sign_in: SignIn) -> None:
    high = await make.patient(last_name="Bert")
    low = await make.patient(last_name="Anna")
    as_front_desk = await sign_in("front_desk")
    up = await as_front_desk.get("/patients", params={"sort": "last_name"})
    down = await as_front_desk.get("/patients", params={"sort": "-last_name"})
    assert [item["id"] for item in up.json()["items"]] == [low.id, high.id]
    assert [item["id"] for item in down.json()["items"]] == [high.id, low.id]


async def test_patients_are_given_out_in_pages(make: Make, sign_in: SignIn) -> None:
    all_records = [await make.patient() for _ in range(3)]
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get("/patients", params={"limit": 2, "offset": 1})
    assert [item["id"] for item in answer.json()["items"]] == [record.id for record in all_records[1:]]
    assert answer.json().items() >= {"total": 3, "limit": 2, "offset": 1}.items()


@pytest.mark.parametrize(
    ("key", "value"), [("limit", "0"), ("limit", "101"), ("offset", "-1"), ("sort", "nonsense"), ("nonsense", "1")]
)
async def test_a_list_of_patients_is_refused_with(sign_in: SignIn, key: str, value: str) -> None:
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get("/patients", params={key: value})
    assert pointers(answer) == [f"/query/{key}"]


@pytest.mark.proves("entities.Patient.fields.date_of_birth.personal")
@pytest.mark.proves("entities.Patient.fields.phone.personal")
@pytest.mark.proves("entities.Patient.fields.email.personal")
async def test_personal_data_of_a_patient_never_reaches_a_log(sign_in: SignIn, logs: Logs) -> None:
    as_anyone = await sign_in("anyone")
    personal = {"date_of_birth": "1987-06-05", "phone": "telling phone", "email": "telling-email@example.org"}
    body = PATIENT | personal
    assert (await as_anyone.post("/patients", json=body)).status_code == 201
    assert (await as_anyone.post("/patients", json=body)).status_code == 409
    assert (await as_anyone.post("/patients", json=body | {"nonsense": 1})).status_code == 422
    written = logs()
    assert "POST" in written
    assert not [value for value in personal.values() if value in written]


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("date_of_birth", marks=pytest.mark.proves("entities.Patient.fields.date_of_birth.personal")),
        pytest.param("phone", marks=pytest.mark.proves("entities.Patient.fields.phone.personal")),
        pytest.param("email", marks=pytest.mark.proves("entities.Patient.fields.email.personal")),
    ],
)
async def test_personal_data_of_a_patient_is_not_repeated_to_whoever_sends_it(
    sign_in: SignIn, logs: Logs, key: str
) -> None:
    as_anyone = await sign_in("anyone")
    answer = await as_anyone.post("/patients", json=PATIENT | {key: ["a telling value"]})
    assert pointers(answer) == [f"/body/{key}"]
    assert "telling" not in answer.text + logs()
