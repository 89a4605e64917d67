"""Books as callers see them."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from town_library.listing import Paging
from town_library.schemas import MAX_INT, Reading, Text, Whole, Writing

Title = Annotated[Text, StringConstraints(max_length=200)]
Author = Annotated[Text, StringConstraints(max_length=200)]
Isbn = Annotated[Text, StringConstraints(max_length=200, pattern=r"^(?:[0-9]{13})$")]
Copies = Annotated[Whole, Field(ge=0, le=MAX_INT, description="How many copies the library owns.")]


class BookWrite(Writing):
    """A book to keep."""

    title: Title
    author: Author
    isbn: Isbn
    copies: Copies


class BookRead(Reading):
    """A book."""

    title: str
    author: str
    isbn: str
    copies: int = Field(description="How many copies the library owns.")
    available: int = Field(description="Copies that are not out on loan.")


class BookQuery(Paging):
    """Which books are asked for."""

    search: Annotated[str, Field(min_length=1, max_length=200, description="Part of title or author.")] | None = None
    isbn: Isbn | None = None
    sort: Literal["title", "-title", "author", "-author"] | None = None
