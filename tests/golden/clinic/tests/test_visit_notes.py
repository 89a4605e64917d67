"""Visit notes."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from clinic.visit_notes.models import VisitNote

from .callers import SignIn, pointers, refusal
from .factories import Make


@pytest.mark.proves("entities.VisitNote.fields.text")
@pytest.mark.proves("entities.VisitNote.relations.appointment")
@pytest.mark.proves("entities.VisitNote.relations.author")
async def test_a_visit_note_is_shown_as_it_is_kept(make: Make, sign_in: SignIn) -> None:
    visit_note = await make.visit_note(text="Another text")
    as_doctor = await sign_in("doctor")
    answer = await as_doctor.get(f"/visit-notes/{visit_note.id}")
    assert (
        answer.json().items()
        >= {
            "text": "Another text",
            "appointment_id": visit_note.appointment_id,
            "author_id": visit_note.author_id,
        }.items()
    )


async def test_a_visit_note_that_does_not_exist_is_not_found(make: Make, sign_in: SignIn) -> None:
    await make.visit_note()
    as_doctor = await sign_in("doctor")
    answer = await as_doctor.get("/visit-notes/999999")
    assert refusal(answer) == (404, "about:blank", "There is no visit note 999999.")


@pytest.mark.proves("entities.VisitNote.relations.appointment")
async def test_a_visit_note_needs_appointment_that_exists(
    make: Make, sessions: async_sessionmaker[AsyncSession]
) -> None:
    visit_note = await make.visit_note()
    async with sessions() as session:
        session.add(visit_note)
        visit_note.appointment_id = 999999
        with pytest.raises(IntegrityError):
            await session.flush()


@pytest.mark.proves("entities.VisitNote.relations.appointment")
async def test_appointment_has_no_second_visit_note(make: Make) -> None:
    appointment = await make.appointment()
    await make.visit_note(appointment=appointment)
    with pytest.raises(IntegrityError):
        await make.visit_note(appointment=appointment)


@pytest.mark.proves("entities.VisitNote.relations.appointment.on_delete")
async def test_appointment_of_a_visit_note_cannot_be_deleted(
    make: Make, sessions: async_sessionmaker[AsyncSession]
) -> None:
    appointment = await make.appointment()
    visit_note = await make.visit_note(appointment=appointment)
    with pytest.raises(IntegrityError):
        async with sessions.begin() as session:
            await session.delete(appointment)
    async with sessions() as session:
        assert await session.get(VisitNote, visit_note.id) is not None


@pytest.mark.proves("entities.VisitNote.relations.author")
async def test_a_visit_note_needs_author_that_exists(make: Make, sessions: async_sessionmaker[AsyncSession]) -> None:
    visit_note = await make.visit_note()
    async with sessions() as session:
        session.add(visit_note)
        visit_note.author_id = 999999
        with pytest.raises(IntegrityError):
            await session.flush()


@pytest.mark.proves("entities.VisitNote.relations.author.on_delete")
async def test_author_of_a_visit_note_cannot_be_deleted(
    make: Make, sign_in: SignIn, sessions: async_sessionmaker[AsyncSession]
) -> None:
    doctor = await make.doctor()
    as_front_desk = await sign_in("front_desk")
    visit_note = await make.visit_note(author=doctor)
    answer = await as_front_desk.delete(f"/doctors/{doctor.id}", headers={"If-Match": "*"})
    assert refusal(answer) == (409, "about:blank", "Other records depend on this one.")
    assert (await as_front_desk.get(f"/doctors/{doctor.id}")).status_code == 200
    async with sessions() as session:
        assert await session.get(VisitNote, visit_note.id) is not None


@pytest.mark.proves("operations.correct")
@pytest.mark.proves("operations.correct.by")
@pytest.mark.proves("operations.correct.takes.text")
async def test_doctor_may_correct(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    visit_note = await make.visit_note(author=doctor)
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(f"/visit-notes/{visit_note.id}/correct", json={"text": "Another text"})
    assert answer.status_code == 200
    assert answer.json().items() >= {"text": "Another text"}.items()


@pytest.mark.proves("operations.correct.requires.own_note")
async def test_correct_is_refused_unless_own_note(make: Make, sign_in: SignIn) -> None:
    visit_note = await make.visit_note()
    as_doctor = await sign_in("doctor")
    answer = await as_doctor.post(f"/visit-notes/{visit_note.id}/correct", json={"text": "Another text"})
    assert refusal(answer) == (409, "own-note", "A note is corrected by the doctor who wrote it.")


@pytest.mark.proves("operations.correct.requires.own_note")
async def test_correct_is_accepted_when_own_note(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    visit_note = await make.visit_note(author=doctor)
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(f"/visit-notes/{visit_note.id}/correct", json={"text": "Another text"})
    assert answer.status_code == 200


@pytest.mark.parametrize(("key", "value"), [("text", 7), ("nonsense", 1)])
async def test_correct_is_refused_with_input_of_another_type(
    make: Make, sign_in: SignIn, key: str, value: object
) -> None:
    doctor = await make.doctor()
    visit_note = await make.visit_note(author=doctor)
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(f"/visit-notes/{visit_note.id}/correct", json={"text": "Another text"} | {key: value})
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.parametrize("key", [pytest.param("text", marks=pytest.mark.proves("operations.correct.takes.text"))])
async def test_correct_is_refused_without(make: Make, sign_in: SignIn, key: str) -> None:
    doctor = await make.doctor()
    visit_note = await make.visit_note(author=doctor)
    as_doctor = await sign_in("doctor", doctor)
    body = {"text": "Another text"}
    answer = await as_doctor.post(
        f"/visit-notes/{visit_note.id}/correct", json={name: body[name] for name in body if name != key}
    )
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.parametrize(("key", "value"), [pytest.param("text", "x" * 10000, id="text of 10000 characters")])
async def test_correct_takes_a_value_at_its_limit(make: Make, sign_in: SignIn, key: str, value: object) -> None:
    doctor = await make.doctor()
    visit_note = await make.visit_note(author=doctor)
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(f"/visit-notes/{visit_note.id}/correct", json={"text": "Another text"} | {key: value})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("key", "value"), [pytest.param("text", "x" * 10001, id="text of 10001 characters"), ("text", "")]
)
async def test_correct_refuses_a_value_beyond_its_limit(make: Make, sign_in: SignIn, key: str, value: object) -> None:
    doctor = await make.doctor()
    visit_note = await make.visit_note(author=doctor)
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(f"/visit-notes/{visit_note.id}/correct", json={"text": "Another text"} | {key: value})
    assert pointers(answer) == [f"/body/{key}"]


@pytest.mark.proves("operations.correct")
async def test_correct_is_refused_for_another_version(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    visit_note = await make.visit_note(author=doctor)
    as_doctor = await sign_in("doctor", doctor)
    answer = await as_doctor.post(
        f"/visit-notes/{visit_note.id}/correct", json={"text": "Another text"}, headers={"If-Match": '"0"'}
    )
    assert answer.status_code == 412


@pytest.mark.proves("entities.VisitNote.list.filter")
async def test_visit_notes_are_filtered_by_author(make: Make, sign_in: SignIn) -> None:
    visit_note = await make.visit_note()
    await make.visit_note()
    as_doctor = await sign_in("doctor")
    answer = await as_doctor.get("/visit-notes", params={"author_id": visit_note.author_id})
    assert [item["id"] for item in answer.json()["items"]] == [visit_note.id]


async def test_visit_notes_are_given_out_in_pages(make: Make, sign_in: SignIn) -> None:
    all_records = [await make.visit_note() for _ in range(3)]
    as_doctor = await sign_in("doctor")
    answer = await as_doctor.get("/visit-notes", params={"limit": 2, "offset": 1})
    assert [item["id"] for item in answer.json()["items"]] == [record.id for record in all_records[1:]]
    assert answer.json().items() >= {"total": 3, "limit": 2, "offset": 1}.items()


@pytest.mark.parametrize(
    ("key", "value"), [("limit", "0"), ("limit", "101"), ("offset", "-1"), ("sort", "nonsense"), ("nonsense", "1")]
)
async def test_a_list_of_visit_notes_is_refused_with(sign_in: SignIn, key: str, value: str) -> None:
    as_doctor = await sign_in("doctor")
    answer = await as_doctor.get("/visit-notes", params={key: value})
    assert pointers(answer) == [f"/query/{key}"]


@pytest.mark.proves("entities.VisitNote.versioned")
async def test_the_earlier_text_of_a_visit_note_stays_readable(make: Make, sign_in: SignIn) -> None:
    doctor = await make.doctor()
    visit_note = await make.visit_note(author=doctor)
    as_doctor = await sign_in("doctor", doctor)
    await as_doctor.post(f"/visit-notes/{visit_note.id}/correct", json={"text": "Another text"})
    versions = await as_doctor.get(f"/visit-notes/{visit_note.id}/versions")
    assert [version["text"] for version in versions.json()["items"]] == ["Some text", "Another text"]


@pytest.mark.proves("entities.VisitNote.audit")
async def test_reading_a_visit_note_leaves_a_trace(make: Make, sign_in: SignIn) -> None:
    visit_note = await make.visit_note()
    as_doctor = await sign_in("doctor")
    await as_doctor.get(f"/visit-notes/{visit_note.id}")
    await as_doctor.get("/visit-notes")
    await as_doctor.get(f"/visit-notes/{visit_note.id}/versions")
    trail = await as_doctor.get(f"/visit-notes/{visit_note.id}/audit")
    entries = trail.json()["items"]
    assert [[entry["action"], entry["role"]] for entry in entries] == [
        ["read", "doctor"],
        ["read", "doctor"],
        ["read", "doctor"],
    ]
    assert all(entry["at"] == "2026-03-04T09:00:00Z" for entry in entries)
    me = await as_doctor.get("/auth/me")
    assert {entry["username"] for entry in entries} == {me.json()["username"]}
