"""Who may do what, and who sees what."""

from datetime import UTC, datetime

import pytest

from .callers import SignIn
from .factories import Make


@pytest.mark.proves("entities.Patient.access")
@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        ("anyone", "GET", "/patients/1", 401),
        ("anyone", "GET", "/patients", 401),
        ("anyone", "PUT", "/patients/1", 401),
        ("doctor", "PUT", "/patients/1", 403),
        ("anyone", "DELETE", "/patients/1", 401),
        ("doctor", "DELETE", "/patients/1", 403),
        ("patient", "DELETE", "/patients/1", 403),
    ],
)
async def test_whoever_has_no_grant_is_refused_patients(
    sign_in: SignIn, role: str, method: str, path: str, status: int
) -> None:
    caller = await sign_in(role)
    answer = await caller.request(method, path)
    assert answer.status_code == status


@pytest.mark.proves("entities.Patient.access.0")
async def test_anyone_may_create_a_patient(sign_in: SignIn) -> None:
    as_anyone = await sign_in("anyone")
    answer = await as_anyone.post(
        "/patients",
        json={
            "first_name": "Ada",
            "last_name": "Lovelace",
            "date_of_birth": "2026-03-04",
            "phone": "+49 30 1234567",
            "email": "ada@example.org",
            "account": {"username": "newcomer", "password": "a password to try"},
        },
    )
    assert answer.status_code == 201


@pytest.mark.proves("entities.Patient.access.1")
async def test_front_desk_may_read_a_patient(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get(f"/patients/{patient.id}")
    assert answer.status_code == 200
    listed = await as_front_desk.get("/patients")
    assert patient.id in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Patient.access.2")
async def test_doctor_may_read_a_patient(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    as_doctor = await sign_in("doctor")
    answer = await as_doctor.get(f"/patients/{patient.id}")
    assert answer.status_code == 200
    listed = await as_doctor.get("/patients")
    assert patient.id in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Patient.access.3")
async def test_patient_may_read_patient_of_their_own(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    as_patient = await sign_in("patient", patient)
    answer = await as_patient.get(f"/patients/{patient.id}")
    assert answer.status_code == 200
    listed = await as_patient.get("/patients")
    assert patient.id in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Patient.access.3")
async def test_patient_may_not_read_another_patient(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    as_patient = await sign_in("patient")
    answer = await as_patient.get(f"/patients/{patient.id}")
    assert answer.status_code == 404
    listed = await as_patient.get("/patients")
    assert patient.id not in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Patient.access.1")
async def test_front_desk_may_update_a_patient(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/patients/{patient.id}",
        json={
            "first_name": "Ada",
            "last_name": "Lovelace",
            "date_of_birth": "2026-03-04",
            "phone": "+49 30 1234567",
            "email": "ada@example.org",
        },
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200


@pytest.mark.proves("entities.Patient.access.3")
async def test_patient_may_update_patient_of_their_own(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    as_patient = await sign_in("patient", patient)
    answer = await as_patient.put(
        f"/patients/{patient.id}",
        json={
            "first_name": "Ada",
            "last_name": "Lovelace",
            "date_of_birth": "2026-03-04",
            "phone": "+49 30 1234567",
            "email": "ada@example.org",
        },
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200


@pytest.mark.proves("entities.Patient.access.3")
async def test_patient_may_not_update_another_patient(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    as_patient = await sign_in("patient")
    answer = await as_patient.put(
        f"/patients/{patient.id}",
        json={
            "first_name": "Ada",
            "last_name": "Lovelace",
            "date_of_birth": "2026-03-04",
            "phone": "+49 30 1234567",
            "email": "ada@example.org",
        },
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 404


@pytest.mark.proves("entities.Patient.access.1")
async def test_front_desk_may_delete_a_patient(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient(created_at=datetime(2016, 3, 4, 9, 0, tzinfo=UTC))
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.delete(f"/patients/{patient.id}", headers={"If-Match": "*"})
    assert answer.status_code == 204


@pytest.mark.proves("entities.Doctor.access")
@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        ("anyone", "POST", "/doctors", 401),
        ("doctor", "POST", "/doctors", 403),
        ("patient", "POST", "/doctors", 403),
        ("anyone", "GET", "/doctors/1", 401),
        ("anyone", "GET", "/doctors", 401),
        ("anyone", "PUT", "/doctors/1", 401),
        ("doctor", "PUT", "/doctors/1", 403),
        ("patient", "PUT", "/doctors/1", 403),
        ("anyone", "DELETE", "/doctors/1", 401),
        ("doctor", "DELETE", "/doctors/1", 403),
        ("patient", "DELETE", "/doctors/1", 403),
    ],
)
async def test_whoever_has_no_grant_is_refused_doctors(
    sign_in: SignIn, role: str, method: str, path: str, status: int
) -> None:
    caller = await sign_in(role)
    answer = await caller.request(method, path)
    assert answer.status_code == status


@pytest.mark.proves("entities.Doctor.access.0")
async def test_front_desk_may_create_a_doctor(sign_in: SignIn) -> None:
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/doctors",
        json={
            "name": "Ada Lovelace",
            "speciality": "general",
            "room": "Some room",
            "account": {"username": "newcomer", "password": "a password to try"},
        },
    )
    assert answer.status_code == 201


@pytest.mark.proves("entities.Doctor.access.0")
async def test_front_desk_may_read_a_doctor(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get(f"/doctors/{doctor.id}")
    assert answer.status_code == 200
    listed = await as_front_desk.get("/doctors")
    assert doctor.id in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Doctor.access.1")
async def test_doctor_may_read_a_doctor(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    as_doctor = await sign_in("doctor")
    answer = await as_doctor.get(f"/doctors/{doctor.id}")
    assert answer.status_code == 200
    listed = await as_doctor.get("/doctors")
    assert doctor.id in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Doctor.access.1")
async def test_patient_may_read_a_doctor(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    as_patient = await sign_in("patient")
    answer = await as_patient.get(f"/doctors/{doctor.id}")
    assert answer.status_code == 200
    listed = await as_patient.get("/doctors")
    assert doctor.id in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Doctor.access.0")
async def test_front_desk_may_update_a_doctor(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/doctors/{doctor.id}",
        json={"name": "Ada Lovelace", "speciality": "general", "room": "Some room"},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200


@pytest.mark.proves("entities.Doctor.access.0")
async def test_front_desk_may_delete_a_doctor(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.delete(f"/doctors/{doctor.id}", headers={"If-Match": "*"})
    assert answer.status_code == 204


@pytest.mark.proves("entities.Appointment.access")
@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        ("anyone", "POST", "/appointments", 401),
        ("doctor", "POST", "/appointments", 403),
        ("anyone", "GET", "/appointments/1", 401),
        ("anyone", "GET", "/appointments", 401),
        ("anyone", "PUT", "/appointments/1", 401),
        ("doctor", "PUT", "/appointments/1", 403),
        ("patient", "PUT", "/appointments/1", 403),
    ],
)
async def test_whoever_has_no_grant_is_refused_appointments(
    sign_in: SignIn, role: str, method: str, path: str, status: int
) -> None:
    caller = await sign_in(role)
    answer = await caller.request(method, path)
    assert answer.status_code == status


@pytest.mark.proves("entities.Appointment.access.0")
async def test_front_desk_may_create_an_appointment(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.post(
        "/appointments",
        json={
            "starts_at": "2026-03-11T09:00:00Z",
            "duration": 15,
            "reason": "Some reason",
            "patient_id": patient.id,
            "doctor_id": doctor.id,
        },
    )
    assert answer.status_code == 201


@pytest.mark.proves("entities.Appointment.access.1")
async def test_patient_may_create_appointment_of_their_own(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_patient = await sign_in("patient", patient)
    answer = await as_patient.post(
        "/appointments",
        json={
            "starts_at": "2026-03-11T09:00:00Z",
            "duration": 15,
            "reason": "Some reason",
            "patient_id": patient.id,
            "doctor_id": doctor.id,
        },
    )
    assert answer.status_code == 201


@pytest.mark.proves("entities.Appointment.access.1")
async def test_patient_may_not_create_another_appointment(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    doctor = await make.doctor()
    as_patient = await sign_in("patient")
    answer = await as_patient.post(
        "/appointments",
        json={
            "starts_at": "2026-03-11T09:00:00Z",
            "duration": 15,
            "reason": "Some reason",
            "patient_id": patient.id,
            "doctor_id": doctor.id,
        },
    )
    assert answer.status_code == 403


@pytest.mark.proves("entities.Appointment.access.0")
async def test_front_desk_may_read_an_appointment(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get(f"/appointments/{appointment.id}")
    assert answer.status_code == 200
    listed = await as_front_desk.get("/appointments")
    assert appointment.id in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Appointment.access.2")
async def test_doctor_may_read_appointment_of_their_own(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    appointment = await make.appointment(doctor=doctor)
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.get(f"/appointments/{appointment.id}")
    assert answer.status_code == 200
    listed = await as_doctor.get("/appointments")
    assert appointment.id in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Appointment.access.2")
async def test_doctor_may_not_read_another_appointment(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment()
    as_doctor = await sign_in("doctor")
    answer = await as_doctor.get(f"/appointments/{appointment.id}")
    assert answer.status_code == 404
    listed = await as_doctor.get("/appointments")
    assert appointment.id not in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Appointment.access.1")
async def test_patient_may_read_appointment_of_their_own(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    appointment = await make.appointment(patient=patient)
    as_patient = await sign_in("patient", patient)
    answer = await as_patient.get(f"/appointments/{appointment.id}")
    assert answer.status_code == 200
    listed = await as_patient.get("/appointments")
    assert appointment.id in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Appointment.access.1")
async def test_patient_may_not_read_another_appointment(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment()
    as_patient = await sign_in("patient")
    answer = await as_patient.get(f"/appointments/{appointment.id}")
    assert answer.status_code == 404
    listed = await as_patient.get("/appointments")
    assert appointment.id not in [item["id"] for item in listed.json()["items"]]


@pytest.mark.proves("entities.Appointment.access.0")
async def test_front_desk_may_update_an_appointment(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.put(
        f"/appointments/{appointment.id}",
        json={"starts_at": "2026-03-11T09:00:00Z", "duration": 15, "reason": "Some reason"},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200


@pytest.mark.proves("entities.VisitNote.access")
@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        ("anyone", "GET", "/visit-notes/1", 401),
        ("front_desk", "GET", "/visit-notes/1", 403),
        ("patient", "GET", "/visit-notes/1", 403),
        ("anyone", "GET", "/visit-notes", 401),
        ("front_desk", "GET", "/visit-notes", 403),
        ("patient", "GET", "/visit-notes", 403),
        ("anyone", "GET", "/visit-notes/1/versions", 401),
        ("front_desk", "GET", "/visit-notes/1/versions", 403),
        ("patient", "GET", "/visit-notes/1/versions", 403),
        ("anyone", "GET", "/visit-notes/1/audit", 401),
        ("front_desk", "GET", "/visit-notes/1/audit", 403),
        ("patient", "GET", "/visit-notes/1/audit", 403),
    ],
)
async def test_whoever_has_no_grant_is_refused_visit_notes(
    sign_in: SignIn, role: str, method: str, path: str, status: int
) -> None:
    caller = await sign_in(role)
    answer = await caller.request(method, path)
    assert answer.status_code == status


@pytest.mark.proves("entities.VisitNote.access.0")
async def test_doctor_may_read_a_visit_note(make: Make, sign_in: SignIn) -> None:
    visit_note = await make.visit_note()
    as_doctor = await sign_in("doctor")
    answer = await as_doctor.get(f"/visit-notes/{visit_note.id}")
    assert answer.status_code == 200
    listed = await as_doctor.get("/visit-notes")
    assert visit_note.id in [item["id"] for item in listed.json()["items"]]


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        pytest.param("anyone", "/appointments/1/confirm", 401, marks=pytest.mark.proves("operations.confirm.by")),
        pytest.param("doctor", "/appointments/1/confirm", 403, marks=pytest.mark.proves("operations.confirm.by")),
        pytest.param("patient", "/appointments/1/confirm", 403, marks=pytest.mark.proves("operations.confirm.by")),
        pytest.param("anyone", "/appointments/1/complete", 401, marks=pytest.mark.proves("operations.complete.by")),
        pytest.param("patient", "/appointments/1/complete", 403, marks=pytest.mark.proves("operations.complete.by")),
        pytest.param(
            "anyone", "/appointments/1/mark-no-show", 401, marks=pytest.mark.proves("operations.mark_no_show.by")
        ),
        pytest.param(
            "doctor", "/appointments/1/mark-no-show", 403, marks=pytest.mark.proves("operations.mark_no_show.by")
        ),
        pytest.param(
            "patient", "/appointments/1/mark-no-show", 403, marks=pytest.mark.proves("operations.mark_no_show.by")
        ),
        pytest.param("anyone", "/appointments/1/cancel", 401, marks=pytest.mark.proves("operations.cancel.by")),
        pytest.param("doctor", "/appointments/1/cancel", 403, marks=pytest.mark.proves("operations.cancel.by")),
        pytest.param(
            "anyone", "/patients/1/clear-no-shows", 401, marks=pytest.mark.proves("operations.clear_no_shows.by")
        ),
        pytest.param(
            "doctor", "/patients/1/clear-no-shows", 403, marks=pytest.mark.proves("operations.clear_no_shows.by")
        ),
        pytest.param(
            "patient", "/patients/1/clear-no-shows", 403, marks=pytest.mark.proves("operations.clear_no_shows.by")
        ),
        pytest.param("anyone", "/appointments/1/write-note", 401, marks=pytest.mark.proves("operations.write_note.by")),
        pytest.param(
            "front_desk", "/appointments/1/write-note", 403, marks=pytest.mark.proves("operations.write_note.by")
        ),
        pytest.param(
            "patient", "/appointments/1/write-note", 403, marks=pytest.mark.proves("operations.write_note.by")
        ),
        pytest.param("anyone", "/visit-notes/1/correct", 401, marks=pytest.mark.proves("operations.correct.by")),
        pytest.param("front_desk", "/visit-notes/1/correct", 403, marks=pytest.mark.proves("operations.correct.by")),
        pytest.param("patient", "/visit-notes/1/correct", 403, marks=pytest.mark.proves("operations.correct.by")),
    ],
)
async def test_an_operation_is_refused_to(sign_in: SignIn, role: str, path: str, status: int) -> None:
    caller = await sign_in(role)
    answer = await caller.post(path)
    assert answer.status_code == status


@pytest.mark.proves("operations.complete.by")
async def test_doctor_cannot_complete_what_they_may_not_read(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(status="confirmed", starts_at=datetime(2026, 3, 4, 9, 0, tzinfo=UTC))
    as_doctor = await sign_in("doctor")
    answer = await as_doctor.post(f"/appointments/{appointment.id}/complete")
    assert answer.status_code == 404


@pytest.mark.proves("operations.cancel.by")
async def test_patient_cannot_cancel_what_they_may_not_read(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment()
    as_patient = await sign_in("patient")
    answer = await as_patient.post(f"/appointments/{appointment.id}/cancel")
    assert answer.status_code == 404


@pytest.mark.proves("operations.write_note.by")
async def test_doctor_cannot_write_note_what_they_may_not_read(make: Make, sign_in: SignIn) -> None:
    appointment = await make.appointment(status="completed")
    as_doctor = await sign_in("doctor")
    answer = await as_doctor.post(f"/appointments/{appointment.id}/write-note", json={"text": "Another text"})
    assert answer.status_code == 404


@pytest.mark.proves("entities.Patient.fields.cleared_at.visible_to")
@pytest.mark.proves("entities.Patient.derived.recent_no_shows.visible_to")
async def test_front_desk_sees_of_patients_only_what_is_for_them(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    as_front_desk = await sign_in("front_desk")
    answer = await as_front_desk.get(f"/patients/{patient.id}")
    assert answer.json().keys() & {"cleared_at", "recent_no_shows"} == {"cleared_at", "recent_no_shows"}


@pytest.mark.proves("entities.Patient.fields.cleared_at.visible_to")
@pytest.mark.proves("entities.Patient.derived.recent_no_shows.visible_to")
async def test_doctor_sees_of_patients_only_what_is_for_them(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    as_doctor = await sign_in("doctor")
    answer = await as_doctor.get(f"/patients/{patient.id}")
    assert answer.json().keys() & {"cleared_at", "recent_no_shows"} == set()


@pytest.mark.proves("entities.Patient.fields.cleared_at.visible_to")
@pytest.mark.proves("entities.Patient.derived.recent_no_shows.visible_to")
async def test_patient_sees_of_patients_only_what_is_for_them(make: Make, sign_in: SignIn) -> None:
    patient = await make.patient()
    as_patient = await sign_in("patient", patient)
    answer = await as_patient.get(f"/patients/{patient.id}")
    assert answer.json().keys() & {"cleared_at", "recent_no_shows"} == set()
