"""What can be done with visit notes."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clinic.accounts.access import Caller
from clinic.audit.models import AuditEntry
from clinic.audit.service import list_entries, record_action
from clinic.database import lock
from clinic.listing import Paging, page
from clinic.preconditions import require_match
from clinic.problems import NotFound, RuleBroken
from clinic.visit_notes.models import VisitNote, VisitNoteVersion
from clinic.visit_notes.schemas import Correct, VisitNoteQuery


async def list_visit_notes(
    session: AsyncSession, caller: Caller, query: VisitNoteQuery
) -> tuple[Sequence[VisitNote], int]:
    """A page of the visit notes that match, and how many match in all."""
    statement = select(VisitNote)
    if query.author_id is not None:
        statement = statement.where(VisitNote.author_id == query.author_id)
    statement = statement.order_by(VisitNote.id)
    visit_notes, total = await page(session, statement, query)
    await record_action(session, caller, "read", visit_notes)
    return visit_notes, total


async def get_visit_note(session: AsyncSession, visit_note_id: int) -> VisitNote:
    """One visit note.

    Raises:
        NotFound: There is none with this id.
    """
    visit_note = await session.scalar(select(VisitNote).where(VisitNote.id == visit_note_id))
    if visit_note is None:
        raise NotFound(f"There is no visit note {visit_note_id}.")
    return visit_note


async def read_visit_note(session: AsyncSession, caller: Caller, visit_note_id: int) -> VisitNote:
    """One visit note, and a note of who read it.

    Raises:
        NotFound: There is none with this id.
    """
    visit_note = await get_visit_note(session, visit_note_id)
    # Keep an audit trail of who read which note.
    await record_action(session, caller, "read", [visit_note])
    return visit_note


async def list_visit_note_audit(
    session: AsyncSession, visit_note_id: int, paging: Paging
) -> tuple[Sequence[AuditEntry], int]:
    """A page of who did what with a visit note, oldest first, and how much there is in all.

    Raises:
        NotFound: There is no such visit note.
    """
    return await list_entries(session, await get_visit_note(session, visit_note_id), paging)


async def list_visit_note_versions(
    session: AsyncSession, caller: Caller, visit_note_id: int, paging: Paging
) -> tuple[Sequence[VisitNoteVersion], int]:
    """A page of everything that a visit note ever said, oldest first, and how much there is in all.

    Raises:
        NotFound: There is no such visit note.
    """
    visit_note = await get_visit_note(session, visit_note_id)
    # Notes are never deleted; a correction adds a new version.
    await record_action(session, caller, "read", [visit_note])
    statement = select(VisitNoteVersion).where(VisitNoteVersion.visit_note_id == visit_note.id)
    return await page(session, statement.order_by(VisitNoteVersion.number), paging)


async def correct(
    session: AsyncSession, caller: Caller, visit_note_id: int, body: Correct, if_match: str | None
) -> VisitNote:
    """Correct a visit note.

    Raises:
        NotFound: There is no such visit note.
        PreconditionFailed: It is not the version that the caller means.
        RuleBroken: A rule stands against it.
    """
    await lock(session, VisitNote, visit_note_id)
    visit_note = await get_visit_note(session, visit_note_id)
    require_match(if_match, visit_note)
    if visit_note.author_id != caller.doctor_id:
        raise RuleBroken("own-note", "A note is corrected by the doctor who wrote it.")
    # Notes are never deleted; a correction adds a new version.
    visit_note.text = body.text
    changed = session.is_modified(visit_note)
    await session.flush()
    if changed:
        session.add(VisitNoteVersion.of(visit_note))
        await session.flush()
    await session.refresh(visit_note)
    return visit_note
