"""What the parser takes."""

from pydantic import BaseModel, ConfigDict


class Requirement(BaseModel):
    """A text that a person wrote.

    `name` is the file it came from, as the trace shows it; `text` is the whole of it, unchanged, so that offsets fit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    text: str
