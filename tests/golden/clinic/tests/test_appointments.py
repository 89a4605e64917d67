"""Appointments."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from clinic.appointments.models import Appointment

from .callers import SignIn, pointers, refusal
from .factories import Make

APPOINTMENT: dict[str, Any] = {"starts_at": "2026-03-11T09:00:00Z", "duration": 15, "reason": "Some reason"}


@pytest.mark.proves("entities.Appointment.fields.starts_at")
@pytest.mark.proves("entities.Appointment.fields.duration")
@pytest.mark.proves("entities.Appointment.fields.reason")
@pytest.mark.proves("entities.Appointment.relations.patient")
@pytest.mark.proves("entities.Appointment.relations.doctor")
async def test_an_appointment_is_kept_as_it_was_given(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    body = APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id}
    answer = await as_front_desk.post("/appointments", json=body)
    assert answer.status_code == 201
    assert answer.json().items() >= body.items()
    read = await as_front_desk.get(answer.headers["Location"])
    assert read.json() == answer.json()
    assert read.headers["ETag"] == answer.headers["ETag"]


@pytest.mark.proves("entities.Appointment.states")
async def test_an_appointment_begins_with_its_defaults(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments", json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id}
    )
    assert answer.json().items() >= {"status": "booked"}.items()


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("starts_at", marks=pytest.mark.proves("entities.Appointment.fields.starts_at")),
        pytest.param("duration", marks=pytest.mark.proves("entities.Appointment.fields.duration")),
        pytest.param("reason", marks=pytest.mark.proves("entities.Appointment.fields.reason")),
        pytest.param("patient_id", marks=pytest.mark.proves("entities.Appointment.relations.patient")),
        pytest.param("doctor_id", marks=pytest.mark.proves("entities.Appointment.relations.doctor")),
    ],
)
async def test_an_appointment_is_refused_without(make: Make, sign_in: SignIn, key: str) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    body = APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id}
    answer = await as_front_desk.post("/appointments", json={name: body[name] for name in body if name != key})
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", 7),
        ("created_at", "2020-01-01T00:00:00Z"),
        ("ends_at", 1),
        pytest.param("status", "no_show", marks=pytest.mark.proves("entities.Appointment.states")),
        ("nonsense", 1),
    ],
)
async def test_no_caller_sets_what_the_service_keeps_of_an_appointment(
    make: Make, sign_in: SignIn, key: str, value: object
) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments", json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id, key: value}
    )
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("starts_at", "soon"),
        ("duration", "many"),
        ("reason", 7),
        ("starts_at", None),
        ("duration", None),
        ("reason", None),
    ],
)
async def test_an_appointment_is_refused_with_a_value_of_another_type(
    make: Make, sign_in: SignIn, key: str, value: object
) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments", json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id, key: value}
    )
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.proves("entities.Appointment.relations.patient")
async def test_an_appointment_needs_patient_that_exists(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments", json=APPOINTMENT | {"doctor_id": doctor.id, "patient_id": 999999}
    )
    assert refusal(answer) == (409, "about:blank", "There is no patient 999999.")


@pytest.mark.proves("entities.Appointment.relations.doctor")
async def test_an_appointment_needs_doctor_that_exists(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments", json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": 999999}
    )
    assert refusal(answer) == (409, "about:blank", "There is no doctor 999999.")


async def test_an_appointment_that_does_not_exist_is_not_found(make: Make, sign_in: SignIn) -> None:
    await make.appointment()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get("/appointments/999999")
    assert refusal(answer) == (404, "about:blank", "There is no appointment 999999.")


@pytest.mark.proves("entities.Appointment.fields.starts_at")
@pytest.mark.proves("entities.Appointment.fields.duration")
@pytest.mark.proves("entities.Appointment.fields.reason")
async def test_an_appointment_is_changed_as_a_whole(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment()
    as_front_desk = await sign_in("front_desk")
    body = {"starts_at": "2026-03-12T09:00:00Z", "duration": 30, "reason": "Another reason"}
    answer = await as_front_desk.put(f"/appointments/{appointment.id}", json=body, headers={"If-Match": "*"})
    assert answer.status_code == 200
    assert answer.json().items() >= body.items()
    assert (await as_front_desk.get(f"/appointments/{appointment.id}")).json() == answer.json()


async def test_a_change_of_an_appointment_names_the_version_that_it_is_based_on(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment()
    as_front_desk = await sign_in("front_desk")
    body = {"starts_at": "2026-03-12T09:00:00Z", "duration": 30, "reason": "Another reason"}
    etag = (await as_front_desk.get(f"/appointments/{appointment.id}")).headers["ETag"]
    assert (await as_front_desk.put(f"/appointments/{appointment.id}", json=body)).status_code == 428
    assert (
        await as_front_desk.put(f"/appointments/{appointment.id}", json=body, headers={"If-Match": etag})
    ).status_code == 200
    assert (
        await as_front_desk.put(f"/appointments/{appointment.id}", json=body, headers={"If-Match": etag})
    ).status_code == 412


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("patient_id", 1),
        ("doctor_id", 1),
        pytest.param("status", "no_show", marks=pytest.mark.proves("entities.Appointment.states")),
    ],
)
async def test_an_appointment_is_never_changed_in(make: Make, sign_in: SignIn, key: str, value: object) -> None:
    appointment = await make.appointment()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-03-12T09:00:00Z", "duration": 30, "reason": "Another reason", key: value},
        headers={"If-Match": "*"},
    )
    assert f"/body/{key}" in pointers(answer)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("duration", 15, marks=pytest.mark.proves("entities.Appointment.fields.duration.one_of")),
        pytest.param("duration", 30, marks=pytest.mark.proves("entities.Appointment.fields.duration.one_of")),
        pytest.param("duration", 45, marks=pytest.mark.proves("entities.Appointment.fields.duration.one_of")),
        pytest.param(
            "reason",
            "x" * 500,
            marks=pytest.mark.proves("entities.Appointment.fields.reason.max"),
            id="reason of 500 characters",
        ),
    ],
)
async def test_appointment_takes_a_value_at_its_limit(make: Make, sign_in: SignIn, key: str, value: object) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments", json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id, key: value}
    )
    assert answer.json()[key] == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("starts_at", "0001-01-01T00:00:00Z"),
        pytest.param("duration", 46, marks=pytest.mark.proves("entities.Appointment.fields.duration.one_of")),
        pytest.param(
            "reason",
            "x" * 501,
            marks=pytest.mark.proves("entities.Appointment.fields.reason.max"),
            id="reason of 501 characters",
        ),
        ("reason", ""),
    ],
)
async def test_appointment_refuses_a_value_beyond_its_limit(
    make: Make, sign_in: SignIn, key: str, value: object
) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments", json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id, key: value}
    )
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.proves("entities.Appointment.derived.ends_at")
@pytest.mark.parametrize(
    ("given", "ends_at"),
    [
        ({}, "2026-03-11T09:15:00Z"),
        ({"duration": 30}, "2026-03-11T09:30:00Z"),
        ({"duration": 45}, "2026-03-11T09:45:00Z"),
        ({"starts_at": datetime(2026, 3, 12, 9, 0, tzinfo=UTC)}, "2026-03-12T09:15:00Z"),
        ({"starts_at": datetime(2026, 3, 4, 9, 0, tzinfo=UTC)}, "2026-03-04T09:15:00Z"),
        ({"starts_at": datetime(2026, 3, 4, 8, 59, tzinfo=UTC)}, "2026-03-04T09:14:00Z"),
    ],
)
async def test_ends_at_is_worked_out(make: Make, sign_in: SignIn, given: dict[str, Any], ends_at: object) -> None:
    appointment = await make.appointment(**given)
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get(f"/appointments/{appointment.id}")
    assert answer.json()["ends_at"] == ends_at


@pytest.mark.proves("entities.Appointment.rules.no_double_booking")
async def test_two_appointments_of_one_doctor_do_not_overlap(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    await make.appointment(doctor=doctor)
    answer = await as_front_desk.post(
        "/appointments", json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id}
    )
    assert refusal(answer) == (409, "no-double-booking", "The doctor has another appointment at that time.")


@pytest.mark.proves("entities.Appointment.rules.no_double_booking")
async def test_appointments_of_one_doctor_follow_one_another_without_a_gap(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    await make.appointment(doctor=doctor, starts_at=datetime(2026, 3, 11, 8, 45, tzinfo=UTC))
    await make.appointment(doctor=doctor, starts_at=datetime(2026, 3, 11, 9, 15, tzinfo=UTC))
    answer = await as_front_desk.post(
        "/appointments", json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id}
    )
    assert answer.status_code == 201


@pytest.mark.proves("entities.Appointment.rules.no_double_booking")
async def test_appointments_of_another_doctor_do_not_matter(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    await make.appointment()
    answer = await as_front_desk.post(
        "/appointments", json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id}
    )
    assert answer.status_code == 201


@pytest.mark.proves("entities.Appointment.rules.no_double_booking")
@pytest.mark.parametrize("status", ["booked", "confirmed", "completed", "no_show"])
async def test_an_appointment_of_the_same_doctor_stands_in_the_way_with_status(
    make: Make, sign_in: SignIn, status: str
) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    await make.appointment(doctor=doctor, status=status)
    answer = await as_front_desk.post(
        "/appointments", json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id}
    )
    assert refusal(answer) == (409, "no-double-booking", "The doctor has another appointment at that time.")


@pytest.mark.proves("entities.Appointment.rules.no_double_booking")
@pytest.mark.parametrize("status", ["cancelled"])
async def test_an_appointment_of_the_same_doctor_does_not_stand_in_the_way_with_status(
    make: Make, sign_in: SignIn, status: str
) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    await make.appointment(doctor=doctor, status=status)
    answer = await as_front_desk.post(
        "/appointments", json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id}
    )
    assert answer.status_code == 201


@pytest.mark.proves("entities.Appointment.rules.no_double_booking")
async def test_an_appointment_is_not_moved_into_another_one_of_its_doctor(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    appointment = await make.appointment(doctor=doctor)
    await make.appointment(doctor=doctor, starts_at=datetime(2026, 3, 12, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-03-12T09:00:00Z", "duration": 30, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert refusal(answer) == (409, "no-double-booking", "The doctor has another appointment at that time.")


@pytest.mark.proves("entities.Appointment.rules.no_double_booking")
async def test_an_appointment_of_a_doctor_does_not_stand_in_its_own_way(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    appointment = await make.appointment(doctor=doctor)
    await make.appointment(doctor=doctor, starts_at=datetime(2026, 3, 12, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-03-11T09:00:00Z", "duration": 15, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200


@pytest.mark.proves("entities.Appointment.rules.within_opening_hours")
async def test_an_appointment_is_not_made_unless_within_opening_hours(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments",
        json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id, "starts_at": "2026-03-11T06:59:00Z"},
    )
    assert refusal(answer) == (409, "within-opening-hours", "Appointments are between 08:00 and 18:00.")


@pytest.mark.proves("entities.Appointment.rules.within_opening_hours")
async def test_an_appointment_is_made_when_within_opening_hours(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments",
        json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id, "starts_at": "2026-03-11T07:00:00Z"},
    )
    assert answer.status_code == 201


@pytest.mark.proves("entities.Appointment.rules.within_opening_hours")
async def test_an_appointment_is_not_made_unless_within_opening_hours_with_clocks_changed(
    make: Make, sign_in: SignIn
) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments",
        json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id, "starts_at": "2026-07-08T05:59:00Z"},
    )
    assert refusal(answer) == (409, "within-opening-hours", "Appointments are between 08:00 and 18:00.")


@pytest.mark.proves("entities.Appointment.rules.within_opening_hours")
async def test_an_appointment_is_made_when_within_opening_hours_with_clocks_changed(
    make: Make, sign_in: SignIn
) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments",
        json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id, "starts_at": "2026-07-08T06:00:00Z"},
    )
    assert answer.status_code == 201


@pytest.mark.proves("entities.Appointment.rules.within_opening_hours")
async def test_an_appointment_is_not_made_unless_within_opening_hours_2(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments",
        json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id, "starts_at": "2026-03-11T16:46:00Z"},
    )
    assert refusal(answer) == (409, "within-opening-hours", "Appointments are between 08:00 and 18:00.")


@pytest.mark.proves("entities.Appointment.rules.within_opening_hours")
async def test_an_appointment_is_made_when_within_opening_hours_2(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments",
        json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id, "starts_at": "2026-03-11T16:45:00Z"},
    )
    assert answer.status_code == 201


@pytest.mark.proves("entities.Appointment.rules.within_opening_hours")
async def test_an_appointment_is_not_made_unless_within_opening_hours_2_with_clocks_changed(
    make: Make, sign_in: SignIn
) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments",
        json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id, "starts_at": "2026-07-08T15:46:00Z"},
    )
    assert refusal(answer) == (409, "within-opening-hours", "Appointments are between 08:00 and 18:00.")


@pytest.mark.proves("entities.Appointment.rules.within_opening_hours")
async def test_an_appointment_is_made_when_within_opening_hours_2_with_clocks_changed(
    make: Make, sign_in: SignIn
) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments",
        json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id, "starts_at": "2026-07-08T15:45:00Z"},
    )
    assert answer.status_code == 201


@pytest.mark.proves("entities.Appointment.rules.within_opening_hours")
async def test_an_appointment_is_not_changed_unless_within_opening_hours(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(starts_at=datetime(2026, 3, 11, 6, 59, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-03-11T06:59:00Z", "duration": 15, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert refusal(answer) == (409, "within-opening-hours", "Appointments are between 08:00 and 18:00.")


@pytest.mark.proves("entities.Appointment.rules.within_opening_hours")
async def test_an_appointment_is_changed_when_within_opening_hours(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(starts_at=datetime(2026, 3, 11, 7, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-03-11T07:00:00Z", "duration": 15, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200


@pytest.mark.proves("entities.Appointment.rules.within_opening_hours")
async def test_an_appointment_is_not_changed_unless_within_opening_hours_with_clocks_changed(
    make: Make, sign_in: SignIn
) -> None:
    appointment = await make.appointment(starts_at=datetime(2026, 7, 8, 5, 59, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-07-08T05:59:00Z", "duration": 15, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert refusal(answer) == (409, "within-opening-hours", "Appointments are between 08:00 and 18:00.")


@pytest.mark.proves("entities.Appointment.rules.within_opening_hours")
async def test_an_appointment_is_changed_when_within_opening_hours_with_clocks_changed(
    make: Make, sign_in: SignIn
) -> None:
    appointment = await make.appointment(starts_at=datetime(2026, 7, 8, 6, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-07-08T06:00:00Z", "duration": 15, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200


@pytest.mark.proves("entities.Appointment.rules.within_opening_hours")
async def test_an_appointment_is_not_changed_unless_within_opening_hours_2(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(starts_at=datetime(2026, 3, 11, 16, 46, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-03-11T16:46:00Z", "duration": 15, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert refusal(answer) == (409, "within-opening-hours", "Appointments are between 08:00 and 18:00.")


@pytest.mark.proves("entities.Appointment.rules.within_opening_hours")
async def test_an_appointment_is_changed_when_within_opening_hours_2(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(starts_at=datetime(2026, 3, 11, 16, 45, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-03-11T16:45:00Z", "duration": 15, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200


@pytest.mark.proves("entities.Appointment.rules.within_opening_hours")
async def test_an_appointment_is_not_changed_unless_within_opening_hours_2_with_clocks_changed(
    make: Make, sign_in: SignIn
) -> None:
    appointment = await make.appointment(starts_at=datetime(2026, 7, 8, 15, 46, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-07-08T15:46:00Z", "duration": 15, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert refusal(answer) == (409, "within-opening-hours", "Appointments are between 08:00 and 18:00.")


@pytest.mark.proves("entities.Appointment.rules.within_opening_hours")
async def test_an_appointment_is_changed_when_within_opening_hours_2_with_clocks_changed(
    make: Make, sign_in: SignIn
) -> None:
    appointment = await make.appointment(starts_at=datetime(2026, 7, 8, 15, 45, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-07-08T15:45:00Z", "duration": 15, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200


@pytest.mark.proves("entities.Appointment.rules.on_a_weekday")
async def test_an_appointment_is_not_made_unless_on_a_weekday(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments",
        json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id, "starts_at": "2026-03-14T09:00:00Z"},
    )
    assert refusal(answer) == (409, "on-a-weekday", "Appointments are from Monday to Friday.")


@pytest.mark.proves("entities.Appointment.rules.on_a_weekday")
async def test_an_appointment_is_made_when_on_a_weekday(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments",
        json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id, "starts_at": "2026-03-13T09:00:00Z"},
    )
    assert answer.status_code == 201


@pytest.mark.proves("entities.Appointment.rules.on_a_weekday")
async def test_an_appointment_is_not_changed_unless_on_a_weekday(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(starts_at=datetime(2026, 3, 14, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-03-14T09:00:00Z", "duration": 15, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert refusal(answer) == (409, "on-a-weekday", "Appointments are from Monday to Friday.")


@pytest.mark.proves("entities.Appointment.rules.on_a_weekday")
async def test_an_appointment_is_changed_when_on_a_weekday(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(starts_at=datetime(2026, 3, 13, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-03-13T09:00:00Z", "duration": 15, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200


@pytest.mark.proves("entities.Appointment.rules.an_hour_ahead")
async def test_an_appointment_is_not_made_unless_an_hour_ahead(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments",
        json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id, "starts_at": "2026-03-04T09:59:00Z"},
    )
    assert refusal(answer) == (409, "an-hour-ahead", "Appointments are booked at least one hour in advance.")


@pytest.mark.proves("entities.Appointment.rules.an_hour_ahead")
async def test_an_appointment_is_made_when_an_hour_ahead(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments",
        json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id, "starts_at": "2026-03-04T10:00:00Z"},
    )
    assert answer.status_code == 201


@pytest.mark.proves("entities.Appointment.rules.an_hour_ahead")
async def test_an_appointment_is_not_changed_unless_an_hour_ahead(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(starts_at=datetime(2026, 3, 4, 9, 59, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-03-04T09:59:00Z", "duration": 15, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert refusal(answer) == (409, "an-hour-ahead", "Appointments are booked at least one hour in advance.")


@pytest.mark.proves("entities.Appointment.rules.an_hour_ahead")
async def test_an_appointment_is_changed_when_an_hour_ahead(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(starts_at=datetime(2026, 3, 4, 10, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-03-04T10:00:00Z", "duration": 15, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200


@pytest.mark.proves("entities.Appointment.rules.may_book_online")
async def test_an_appointment_is_not_made_unless_may_book_online(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    for _ in range(3):
        await make.appointment(patient=patient, status="no_show")
    as_patient = await sign_in("patient", patient)
    answer = await as_patient.post(
        "/appointments", json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id}
    )
    assert refusal(answer) == (409, "may-book-online", "After three missed appointments only the front desk can book.")


@pytest.mark.proves("entities.Appointment.rules.may_book_online")
async def test_an_appointment_is_made_when_may_book_online(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    for _ in range(2):
        await make.appointment(patient=patient, status="no_show")
    as_patient = await sign_in("patient", patient)
    answer = await as_patient.post(
        "/appointments", json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id}
    )
    assert answer.status_code == 201


@pytest.mark.proves("entities.Appointment.rules.may_book_online")
async def test_an_appointment_is_made_when_may_book_online_because_of_reason_1(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    for _ in range(3):
        await make.appointment(patient=patient, status="no_show")
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments", json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id}
    )
    assert answer.status_code == 201


@pytest.mark.proves("entities.Appointment.rules.may_book_online")
async def test_an_appointment_is_made_when_may_book_online_because_of_reason_2(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_patient = await sign_in("patient", patient)
    answer = await as_patient.post(
        "/appointments", json=APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id}
    )
    assert answer.status_code == 201


@pytest.mark.proves("entities.Appointment.rules.not_over_yet")
async def test_an_appointment_is_not_changed_unless_not_over_yet(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(status="completed")
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-03-11T09:00:00Z", "duration": 15, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert refusal(answer) == (409, "not-over-yet", "Only an appointment that is booked or confirmed can be changed.")


@pytest.mark.proves("entities.Appointment.rules.not_over_yet")
async def test_an_appointment_is_changed_when_not_over_yet(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-03-11T09:00:00Z", "duration": 15, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200


@pytest.mark.proves("entities.Appointment.rules.not_over_yet")
async def test_an_appointment_is_not_changed_as_not_over_yet_with_status_cancelled(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(status="cancelled")
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-03-11T09:00:00Z", "duration": 15, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert refusal(answer) == (409, "not-over-yet", "Only an appointment that is booked or confirmed can be changed.")


@pytest.mark.proves("entities.Appointment.rules.not_over_yet")
async def test_an_appointment_is_not_changed_as_not_over_yet_with_status_no_show(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(status="no_show")
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-03-11T09:00:00Z", "duration": 15, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert refusal(answer) == (409, "not-over-yet", "Only an appointment that is booked or confirmed can be changed.")


@pytest.mark.proves("entities.Appointment.relations.patient.on_delete")
async def test_deleting_patient_deletes_its_appointments(
    make: Make, sessions: async_sessionmaker[AsyncSession]
) -> None:
    patient = await make.patient()
    appointment = await make.appointment(patient=patient)
    async with sessions.begin() as session:
        await session.delete(patient)
    async with sessions() as session:
        assert await session.get(Appointment, appointment.id) is None


@pytest.mark.proves("entities.Appointment.relations.doctor.on_delete")
async def test_doctor_of_an_appointment_cannot_be_deleted(
    make: Make, sign_in: SignIn, sessions: async_sessionmaker[AsyncSession]
) -> None:
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    appointment = await make.appointment(doctor=doctor)
    answer = await as_front_desk.delete(f"/doctors/{doctor.id}", headers={"If-Match": "*"})
    assert refusal(answer) == (409, "about:blank", "Other records depend on this one.")
    assert (await as_front_desk.get(f"/doctors/{doctor.id}")).status_code == 200
    async with sessions() as session:
        assert await session.get(Appointment, appointment.id) is not None


@pytest.mark.proves("operations.confirm")
@pytest.mark.proves("operations.confirm.by")
@pytest.mark.proves("entities.Appointment.states")
async def test_front_desk_may_confirm(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/appointments/{appointment.id}/confirm")
    assert answer.status_code == 200
    assert answer.json().items() >= {"status": "confirmed"}.items()


@pytest.mark.proves("operations.confirm.from")
@pytest.mark.parametrize("status", ["confirmed", "completed", "cancelled", "no_show"])
async def test_confirm_is_refused_in_another_state(make: Make, sign_in: SignIn, status: str) -> None:
    appointment = await make.appointment(status=status)
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/appointments/{appointment.id}/confirm")
    status_code, rule, _ = refusal(answer)
    assert (status_code, rule) == (409, "wrong-state")


@pytest.mark.proves("operations.confirm")
async def test_confirm_is_refused_for_another_version(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/appointments/{appointment.id}/confirm", headers={"If-Match": '"0"'})
    assert answer.status_code == 412


@pytest.mark.proves("operations.complete")
@pytest.mark.proves("operations.complete.by")
@pytest.mark.proves("entities.Appointment.states")
async def test_front_desk_may_complete(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(status="confirmed", starts_at=datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/appointments/{appointment.id}/complete")
    assert answer.status_code == 200
    assert answer.json().items() >= {"status": "completed"}.items()


@pytest.mark.proves("operations.complete")
@pytest.mark.proves("operations.complete.by")
@pytest.mark.proves("entities.Appointment.states")
async def test_doctor_may_complete(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    appointment = await make.appointment(
        doctor=doctor, status="confirmed", starts_at=datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
    )
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(f"/appointments/{appointment.id}/complete")
    assert answer.status_code == 200
    assert answer.json().items() >= {"status": "completed"}.items()


@pytest.mark.proves("operations.complete.requires.has_begun")
async def test_complete_is_refused_unless_has_begun(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(status="confirmed", starts_at=datetime(2026, 3, 4, 9, 1, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/appointments/{appointment.id}/complete")
    assert refusal(answer) == (409, "has-begun", "The appointment has not begun yet.")


@pytest.mark.proves("operations.complete.requires.has_begun")
async def test_complete_is_accepted_when_has_begun(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(status="confirmed", starts_at=datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/appointments/{appointment.id}/complete")
    assert answer.status_code == 200


@pytest.mark.proves("operations.complete.from")
@pytest.mark.parametrize("status", ["booked", "completed", "cancelled", "no_show"])
async def test_complete_is_refused_in_another_state(make: Make, sign_in: SignIn, status: str) -> None:
    appointment = await make.appointment(status=status, starts_at=datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/appointments/{appointment.id}/complete")
    status_code, rule, _ = refusal(answer)
    assert (status_code, rule) == (409, "wrong-state")


@pytest.mark.proves("operations.complete")
async def test_complete_is_refused_for_another_version(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(status="confirmed", starts_at=datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/appointments/{appointment.id}/complete", headers={"If-Match": '"0"'})
    assert answer.status_code == 412


@pytest.mark.proves("operations.mark_no_show")
@pytest.mark.proves("operations.mark_no_show.by")
@pytest.mark.proves("entities.Appointment.states")
async def test_front_desk_may_mark_no_show(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(status="confirmed", starts_at=datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/appointments/{appointment.id}/mark-no-show")
    assert answer.status_code == 200
    assert answer.json().items() >= {"status": "no_show"}.items()


@pytest.mark.proves("operations.mark_no_show.requires.has_begun")
async def test_mark_no_show_is_refused_unless_has_begun(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(status="confirmed", starts_at=datetime(2026, 3, 4, 9, 1, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/appointments/{appointment.id}/mark-no-show")
    assert refusal(answer) == (409, "has-begun", "The appointment has not begun yet.")


@pytest.mark.proves("operations.mark_no_show.requires.has_begun")
async def test_mark_no_show_is_accepted_when_has_begun(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(status="confirmed", starts_at=datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/appointments/{appointment.id}/mark-no-show")
    assert answer.status_code == 200


@pytest.mark.proves("operations.mark_no_show.from")
@pytest.mark.parametrize("status", ["booked", "completed", "cancelled", "no_show"])
async def test_mark_no_show_is_refused_in_another_state(make: Make, sign_in: SignIn, status: str) -> None:
    appointment = await make.appointment(status=status, starts_at=datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/appointments/{appointment.id}/mark-no-show")
    status_code, rule, _ = refusal(answer)
    assert (status_code, rule) == (409, "wrong-state")


@pytest.mark.proves("operations.mark_no_show")
async def test_mark_no_show_is_refused_for_another_version(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(status="confirmed", starts_at=datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/appointments/{appointment.id}/mark-no-show", headers={"If-Match": '"0"'})
    assert answer.status_code == 412


@pytest.mark.proves("operations.cancel")
@pytest.mark.proves("operations.cancel.by")
@pytest.mark.proves("entities.Appointment.states")
async def test_front_desk_may_cancel(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/appointments/{appointment.id}/cancel")
    assert answer.status_code == 200
    assert answer.json().items() >= {"status": "cancelled"}.items()


@pytest.mark.proves("operations.cancel")
@pytest.mark.proves("operations.cancel.by")
@pytest.mark.proves("entities.Appointment.states")
async def test_patient_may_cancel(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    appointment = await make.appointment(patient=patient)
    as_patient = await sign_in("patient", patient)
    answer = await as_patient.post(f"/appointments/{appointment.id}/cancel")
    assert answer.status_code == 200
    assert answer.json().items() >= {"status": "cancelled"}.items()


@pytest.mark.proves("operations.cancel.requires.a_day_ahead")
async def test_cancel_is_refused_unless_a_day_ahead(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    appointment = await make.appointment(patient=patient, starts_at=datetime(2026, 3, 5, 8, 59, tzinfo=UTC))
    as_patient = await sign_in("patient", patient)
    answer = await as_patient.post(f"/appointments/{appointment.id}/cancel")
    assert refusal(answer) == (
        409,
        "a-day-ahead",
        "Less than 24 hours before the start only the front desk can cancel.",
    )


@pytest.mark.proves("operations.cancel.requires.a_day_ahead")
async def test_cancel_is_accepted_when_a_day_ahead(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    appointment = await make.appointment(patient=patient, starts_at=datetime(2026, 3, 5, 9, 0, tzinfo=UTC))
    as_patient = await sign_in("patient", patient)
    answer = await as_patient.post(f"/appointments/{appointment.id}/cancel")
    assert answer.status_code == 200


@pytest.mark.proves("operations.cancel.requires.a_day_ahead")
async def test_cancel_is_accepted_when_a_day_ahead_because_of_reason_1(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(starts_at=datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/appointments/{appointment.id}/cancel")
    assert answer.status_code == 200


@pytest.mark.proves("operations.cancel.requires.a_day_ahead")
async def test_cancel_is_accepted_when_a_day_ahead_because_of_reason_2(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    appointment = await make.appointment(patient=patient)
    as_patient = await sign_in("patient", patient)
    answer = await as_patient.post(f"/appointments/{appointment.id}/cancel")
    assert answer.status_code == 200


@pytest.mark.proves("operations.cancel.from")
@pytest.mark.parametrize("status", ["completed", "cancelled", "no_show"])
async def test_cancel_is_refused_in_another_state(make: Make, sign_in: SignIn, status: str) -> None:
    appointment = await make.appointment(status=status)
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/appointments/{appointment.id}/cancel")
    status_code, rule, _ = refusal(answer)
    assert (status_code, rule) == (409, "wrong-state")


@pytest.mark.proves("operations.cancel")
async def test_cancel_is_refused_for_another_version(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(f"/appointments/{appointment.id}/cancel", headers={"If-Match": '"0"'})
    assert answer.status_code == 412


@pytest.mark.proves("operations.write_note")
@pytest.mark.proves("operations.write_note.by")
@pytest.mark.proves("entities.VisitNote.relations.appointment")
@pytest.mark.proves("entities.VisitNote.relations.author")
@pytest.mark.proves("operations.write_note.takes.text")
async def test_doctor_may_write_note(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    appointment = await make.appointment(doctor=doctor, status="completed")
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(f"/appointments/{appointment.id}/write-note", json={"text": "Another text"})
    assert answer.status_code == 201
    assert (
        answer.json().items()
        >= {"appointment_id": appointment.id, "author_id": doctor.id, "text": "Another text"}.items()
    )
    assert answer.headers["Location"] == f"/visit-notes/{answer.json()['id']}"
    versions = await as_doctor.get(f"{answer.headers['Location']}/versions")
    assert versions.json()["total"] == 1


@pytest.mark.proves("operations.write_note.requires.visit_took_place")
async def test_write_note_is_refused_unless_visit_took_place(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    appointment = await make.appointment(doctor=doctor)
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(f"/appointments/{appointment.id}/write-note", json={"text": "Another text"})
    assert refusal(answer) == (409, "visit-took-place", "A note is written after a completed appointment.")


@pytest.mark.proves("operations.write_note.requires.visit_took_place")
async def test_write_note_is_accepted_when_visit_took_place(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    appointment = await make.appointment(doctor=doctor, status="completed")
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(f"/appointments/{appointment.id}/write-note", json={"text": "Another text"})
    assert answer.status_code == 201


@pytest.mark.proves("operations.write_note.requires.visit_took_place")
async def test_write_note_is_refused_as_visit_took_place_with_status_confirmed(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    appointment = await make.appointment(doctor=doctor, status="confirmed")
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(f"/appointments/{appointment.id}/write-note", json={"text": "Another text"})
    assert refusal(answer) == (409, "visit-took-place", "A note is written after a completed appointment.")


@pytest.mark.proves("operations.write_note.requires.visit_took_place")
async def test_write_note_is_refused_as_visit_took_place_with_status_cancelled(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    appointment = await make.appointment(doctor=doctor, status="cancelled")
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(f"/appointments/{appointment.id}/write-note", json={"text": "Another text"})
    assert refusal(answer) == (409, "visit-took-place", "A note is written after a completed appointment.")


@pytest.mark.proves("operations.write_note.requires.visit_took_place")
async def test_write_note_is_refused_as_visit_took_place_with_status_no_show(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    appointment = await make.appointment(doctor=doctor, status="no_show")
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(f"/appointments/{appointment.id}/write-note", json={"text": "Another text"})
    assert refusal(answer) == (409, "visit-took-place", "A note is written after a completed appointment.")


@pytest.mark.proves("operations.write_note.requires.no_note_yet")
async def test_write_note_is_refused_unless_no_note_yet(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    appointment = await make.appointment(doctor=doctor, status="completed")
    await make.visit_note(appointment=appointment)
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(f"/appointments/{appointment.id}/write-note", json={"text": "Another text"})
    assert refusal(answer) == (409, "no-note-yet", "This appointment has a note; correct that one.")


@pytest.mark.proves("operations.write_note.requires.no_note_yet")
async def test_write_note_is_accepted_when_no_note_yet(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    appointment = await make.appointment(doctor=doctor, status="completed")
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(f"/appointments/{appointment.id}/write-note", json={"text": "Another text"})
    assert answer.status_code == 201


@pytest.mark.proves("operations.write_note.requires.no_note_yet")
async def test_write_note_is_accepted_as_no_note_yet_leaves_out_note_of_another_appointment(
    make: Make, sign_in: SignIn
) -> None:
    doctor = await make.doctor()
    appointment = await make.appointment(doctor=doctor, status="completed")
    another_appointment = await make.appointment(doctor=doctor)
    await make.visit_note(appointment=another_appointment)
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(f"/appointments/{appointment.id}/write-note", json={"text": "Another text"})
    assert answer.status_code == 201


@pytest.mark.parametrize(("key", "value"), [("text", 7), ("nonsense", 1)])
async def test_write_note_is_refused_with_input_of_another_type(
    make: Make, sign_in: SignIn, key: str, value: object
) -> None:
    doctor = await make.doctor()
    appointment = await make.appointment(doctor=doctor, status="completed")
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(
        f"/appointments/{appointment.id}/write-note", json={"text": "Another text"} | {key: value}
    )
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.parametrize("key", [pytest.param("text", marks=pytest.mark.proves("operations.write_note.takes.text"))])
async def test_write_note_is_refused_without(make: Make, sign_in: SignIn, key: str) -> None:
    doctor = await make.doctor()
    appointment = await make.appointment(doctor=doctor, status="completed")
    as_doctor = await sign_in("doctor", doctor)
    body = {"text": "Another text"}
    answer = await as_doctor.post(
        f"/appointments/{appointment.id}/write-note", json={name: body[name] for name in body if name != key}
    )
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.parametrize(("key", "value"), [pytest.param("text", "x" * 10000, id="text of 10000 characters")])
async def test_write_note_takes_a_value_at_its_limit(make: Make, sign_in: SignIn, key: str, value: object) -> None:
    doctor = await make.doctor()
    appointment = await make.appointment(doctor=doctor, status="completed")
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(
        f"/appointments/{appointment.id}/write-note", json={"text": "Another text"} | {key: value}
    )
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("key", "value"), [pytest.param("text", "x" * 10001, id="text of 10001 characters"), ("text", "")]
)
async def test_write_note_refuses_a_value_beyond_its_limit(
    make: Make, sign_in: SignIn, key: str, value: object
) -> None:
    doctor = await make.doctor()
    appointment = await make.appointment(doctor=doctor, status="completed")
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(
        f"/appointments/{appointment.id}/write-note", json={"text": "Another text"} | {key: value}
    )
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.proves("operations.write_note")
async def test_write_note_is_refused_for_another_version(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    appointment = await make.appointment(doctor=doctor, status="completed")
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(
        f"/appointments/{appointment.id}/write-note", json={"text": "Another text"}, headers={"If-Match": '"0"'}
    )
    assert answer.status_code == 412


@pytest.mark.proves("entities.Appointment.list.filter")
async def test_appointments_are_filtered_by_doctor(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment()
    await make.appointment()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get("/appointments", params={"doctor_id": appointment.doctor_id})
    assert [item["id"] for item in answer.json()["items"]] == [appointment.id]


@pytest.mark.proves("entities.Appointment.list.filter")
async def test_appointments_are_filtered_by_patient(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment()
    await make.appointment()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get("/appointments", params={"patient_id": appointment.patient_id})
    assert [item["id"] for item in answer.json()["items"]] == [appointment.id]


@pytest.mark.proves("entities.Appointment.list.filter")
async def test_appointments_are_filtered_by_status(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(status="confirmed")
    await make.appointment()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get("/appointments", params={"status": "confirmed"})
    assert [item["id"] for item in answer.json()["items"]] == [appointment.id]


@pytest.mark.proves("entities.Appointment.list.sort")
async def test_appointments_are_sorted_by_starts_at(make: Make, sign_in: SignIn) -> None:
    high = await make.appointment(starts_at=datetime(2026, 3, 12, 9, 0, tzinfo=UTC))
    low = await make.appointment(starts_at=datetime(2026, 3, 11, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    up = await as_front_desk.get("/appointments", params={"sort": "starts_at"})
    down = await as_front_desk.get("/appointments", params={"sort": "-starts_at"})
    assert [item["id"] for item in up.json()["items"]] == [low.id, high.id]
    assert [item["id"] for item in down.json()["items"]] == [high.id, low.id]


async def test_appointments_are_given_out_in_pages(make: Make, sign_in: SignIn) -> None:
    all_records = [await make.appointment() for _ in range(3)]
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get("/appointments", params={"limit": 2, "offset": 1})
    assert [item["id"] for item in answer.json()["items"]] == [record.id for record in all_records[1:]]
    assert answer.json().items() >= {"total": 3, "limit": 2, "offset": 1}.items()


@pytest.mark.parametrize(
    ("key", "value"), [("limit", "0"), ("limit", "101"), ("offset", "-1"), ("sort", "nonsense"), ("nonsense", "1")]
)
async def test_a_list_of_appointments_is_refused_with(sign_in: SignIn, key: str, value: str) -> None:
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get("/appointments", params={key: value})
    assert pointers(answer) == [f"/query/{key}"]
