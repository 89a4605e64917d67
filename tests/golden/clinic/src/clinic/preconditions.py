"""Conditional requests after RFC 9110: a change names the version of the record that it is based on."""

from typing import Annotated

from fastapi import Header, Response

from clinic.database import Record
from clinic.problems import PreconditionFailed

IfMatch = Annotated[
    str, Header(description="The ETag of the version that this change is based on, or `*` for whatever is there.")
]
MaybeIfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="The ETag of the version that this is meant for, if it is for one alone."),
]


def set_etag(response: Response, record: Record) -> None:
    """Tell the caller which version this is."""
    response.headers["ETag"] = f'"{record.version}"'


def require_match(if_match: str | None, record: Record) -> None:
    """Refuse a change that is not based on the current version; one that names none is meant for any.

    Raises:
        PreconditionFailed: It is based on another one.
    """
    if if_match is None:
        return
    tags = {tag.strip() for tag in if_match.split(",")}
    if not tags & {"*", f'"{record.version}"'}:
        raise PreconditionFailed("The record was changed since you read it; read it again.")
