"""What holds for every value, tried with many."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .callers import SignIn
from .factories import Make


@pytest.mark.proves("entities.Patient.fields.first_name")
@pytest.mark.proves("entities.Patient.fields.last_name")
@pytest.mark.proves("entities.Patient.fields.phone")
@given(
    first_name=st.text(
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=200
    ).filter(lambda text: text == text.lstrip()),
    last_name=st.text(
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=200
    ).filter(lambda text: text == text.lstrip()),
    phone=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=30).filter(
        lambda text: text == text.lstrip()
    ),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_text_of_a_patient_is_given_back_unchanged(
    make: Make, sign_in: SignIn, first_name: str, last_name: str, phone: str
) -> None:
    patient = await make.patient()
    as_front_desk = await sign_in("front_desk")
    body = {
        "first_name": first_name,
        "last_name": last_name,
        "date_of_birth": "2026-03-03",
        "phone": phone,
        "email": "grace@example.org",
    }
    answer = await as_front_desk.put(f"/patients/{patient.id}", json=body, headers={"If-Match": "*"})
    assert answer.status_code == 200
    assert answer.json().items() >= body.items()


@pytest.mark.proves("entities.Doctor.fields.name")
@pytest.mark.proves("entities.Doctor.fields.room")
@given(
    name=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=200).filter(
        lambda text: text == text.lstrip()
    ),
    room=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20).filter(
        lambda text: text == text.lstrip()
    ),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_text_of_a_doctor_is_given_back_unchanged(make: Make, sign_in: SignIn, name: str, room: str) -> None:
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    body = {"name": name, "speciality": "paediatrics", "room": room}
    answer = await as_front_desk.put(f"/doctors/{doctor.id}", json=body, headers={"If-Match": "*"})
    assert answer.status_code == 200
    assert answer.json().items() >= body.items()


@pytest.mark.proves("entities.Appointment.fields.reason")
@given(
    reason=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=500).filter(
        lambda text: text == text.lstrip()
    )
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_text_of_an_appointment_is_given_back_unchanged(make: Make, sign_in: SignIn, reason: str) -> None:
    appointment = await make.appointment()
    as_front_desk = await sign_in("front_desk")
    body = {"starts_at": "2026-03-12T09:00:00Z", "duration": 30, "reason": reason}
    answer = await as_front_desk.put(f"/appointments/{appointment.id}", json=body, headers={"If-Match": "*"})
    assert answer.status_code == 200
    assert answer.json().items() >= body.items()
