"""Callers who do the same thing at the same moment."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from .callers import SignIn
from .factories import Make

APPOINTMENT: dict[str, Any] = {"starts_at": "2026-03-11T09:00:00Z", "duration": 15, "reason": "Some reason"}


@pytest.mark.proves("entities.Appointment.rules.no_double_booking")
@pytest.mark.postgres
async def test_one_of_several_overlapping_appointments_of_one_doctor_is_kept(make: Make, sign_in: SignIn) -> None:
    for _ in range(5):
        patient = await make.patient()
        doctor = await make.doctor()
        as_front_desk = await sign_in("front_desk")
        body = APPOINTMENT | {"patient_id": patient.id, "doctor_id": doctor.id}
        calls = [as_front_desk.post("/appointments", json=body) for _ in range(4)]
        answers = await asyncio.gather(*calls)
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.proves("operations.confirm.from")
@pytest.mark.postgres
async def test_one_of_several_callers_may_confirm_the_same_appointment(make: Make, sign_in: SignIn) -> None:
    for _ in range(5):
        appointment = await make.appointment()
        as_front_desk = await sign_in("front_desk")
        calls = [as_front_desk.post(f"/appointments/{appointment.id}/confirm") for _ in range(4)]
        answers = await asyncio.gather(*calls)
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


@pytest.mark.proves("operations.complete.from")
@pytest.mark.postgres
async def test_one_of_several_callers_may_complete_the_same_appointment(make: Make, sign_in: SignIn) -> None:
    for _ in range(5):
        appointment = await make.appointment(status="confirmed", starts_at=datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
        as_front_desk = await sign_in("front_desk")
        calls = [as_front_desk.post(f"/appointments/{appointment.id}/complete") for _ in range(4)]
        answers = await asyncio.gather(*calls)
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


@pytest.mark.proves("operations.mark_no_show.from")
@pytest.mark.postgres
async def test_one_of_several_callers_may_mark_no_show_the_same_appointment(make: Make, sign_in: SignIn) -> None:
    for _ in range(5):
        appointment = await make.appointment(status="confirmed", starts_at=datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
        as_front_desk = await sign_in("front_desk")
        calls = [as_front_desk.post(f"/appointments/{appointment.id}/mark-no-show") for _ in range(4)]
        answers = await asyncio.gather(*calls)
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


@pytest.mark.proves("operations.cancel.from")
@pytest.mark.postgres
async def test_one_of_several_callers_may_cancel_the_same_appointment(make: Make, sign_in: SignIn) -> None:
    for _ in range(5):
        appointment = await make.appointment()
        as_front_desk = await sign_in("front_desk")
        calls = [as_front_desk.post(f"/appointments/{appointment.id}/cancel") for _ in range(4)]
        answers = await asyncio.gather(*calls)
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


@pytest.mark.proves("operations.write_note.requires.no_note_yet")
@pytest.mark.postgres
async def test_callers_at_once_cannot_pass_no_note_yet_together(make: Make, sign_in: SignIn) -> None:
    for _ in range(5):
        doctor = await make.doctor()
        appointment = await make.appointment(doctor=doctor, status="completed")
        as_doctor = await sign_in("doctor", doctor)
        calls = [
            as_doctor.post(f"/appointments/{appointment.id}/write-note", json={"text": "Another text"})
            for _ in range(4)
        ]
        answers = await asyncio.gather(*calls)
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
