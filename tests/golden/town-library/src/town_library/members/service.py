"""What can be done with members."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from town_library.accounts.access import Caller
from town_library.accounts.models import Role
from town_library.accounts.service import new_account
from town_library.clock import today
from town_library.listing import contains, ordered, page
from town_library.members.models import Member
from town_library.members.schemas import MemberCreate, MemberQuery, MemberUpdate
from town_library.preconditions import require_match
from town_library.problems import NotFound


def readable(caller: Caller) -> ColumnElement[bool]:
    """The members that the caller may read."""
    # Librarians manage books and members and can see every loan.
    if caller.role is Role.MEMBER:
        return Member.id == caller.member_id
    return true()


async def list_members(session: AsyncSession, caller: Caller, query: MemberQuery) -> tuple[Sequence[Member], int]:
    """A page of the members that match, and how many match in all."""
    statement = select(Member).where(readable(caller))
    if query.search is not None:
        statement = statement.where(contains(query.search, Member.name))
    if query.email is not None:
        statement = statement.where(Member.email == query.email)
    statement = ordered(statement, Member, query.sort, {"name": Member.name, "joined_on": Member.joined_on})
    return await page(session, statement, query)


async def get_member(session: AsyncSession, caller: Caller, member_id: int) -> Member:
    """One member.

    Raises:
        NotFound: There is none with this id that the caller may read.
    """
    member = await session.scalar(select(Member).where(Member.id == member_id, readable(caller)))
    if member is None:
        raise NotFound(f"There is no member {member_id}.")
    return member


async def create_member(session: AsyncSession, body: MemberCreate) -> Member:
    """Keep a new member and open the account they sign in with."""
    await session.commit()  # nothing has changed yet, and no connection waits while the password is hashed
    account = await new_account(body.account, Role.MEMBER)
    member = Member(
        name=body.name, email=body.email, joined_on=body.joined_on if body.joined_on is not None else today()
    )
    session.add(member)
    await session.flush()
    account.member_id = member.id
    session.add(account)
    await session.flush()
    await session.refresh(member)
    return member


async def update_member(
    session: AsyncSession, caller: Caller, member_id: int, body: MemberUpdate, if_match: str
) -> Member:
    """Replace what is kept of a member.

    Raises:
        NotFound: There is no such member.
        PreconditionFailed: The member was changed since the caller read it.
    """
    member = await get_member(session, caller, member_id)
    require_match(if_match, member)
    member.name = body.name
    member.email = body.email
    member.joined_on = body.joined_on
    await session.flush()
    await session.refresh(member)
    return member


async def delete_member(session: AsyncSession, caller: Caller, member_id: int, if_match: str) -> None:
    """Remove a member; one that has loans stays.

    Raises:
        NotFound: There is no such member.
        PreconditionFailed: The member was changed since the caller read it.
    """
    member = await get_member(session, caller, member_id)
    require_match(if_match, member)
    await session.delete(member)
    await session.flush()
