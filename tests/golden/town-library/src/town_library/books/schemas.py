"""Books as callers see them."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from town_library.listing import Paging
from town_library.schemas import Reading, Text, Writing, whole

BookTitle = Annotated[Text, StringConstraints(max_length=200)]
BookAuthor = Annotated[Text, StringConstraints(max_length=200)]
BookIsbn = Annotated[Text, StringConstraints(max_length=200, pattern=r"^[0-9]{13}$")]
BookCopies = Annotated[int, Field(strict=True, ge=0, le=2147483647), BeforeValidator(whole)]


class BookWrite(Writing):
    """What callers write of a book."""

    title: BookTitle
    author: BookAuthor
    isbn: BookIsbn
    copies: BookCopies = Field(description="How many copies the library owns.")


class BookRead(Reading):
    """A book."""

    title: str
    author: str
    isbn: str
    copies: int = Field(description="How many copies the library owns.")
    available: int = Field(description="Copies that are not out on loan.")


class BookQuery(Paging):
    """Which books are asked for."""

    search: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")] | None = Field(
        None, description="Part of title or author."
    )
    isbn: BookIsbn | None = None
    sort: Literal["title", "-title", "author", "-author"] | None = None
