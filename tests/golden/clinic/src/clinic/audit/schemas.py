"""The audit trail as callers see it."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class AuditEntryRead(BaseModel):
    """Who did what with the record, and when."""

    model_config = ConfigDict(from_attributes=True)

    account_id: int
    username: str
    role: str
    action: str
    at: datetime
