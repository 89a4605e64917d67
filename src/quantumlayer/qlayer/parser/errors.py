"""Why a text cannot be read as a requirement."""

from typing import ClassVar

from quantumlayer.core.errors import DomainError, Kind


class UnreadableRequirementError(DomainError):
    """The family of texts that no Spec can come from."""

    code: ClassVar[str] = "QL1500"
    kind: ClassVar[Kind] = Kind.INVALID
    hint = "Describe in English sentences what the service keeps, and who does what with it."


class EmptyRequirementError(UnreadableRequirementError):
    """There is no text, or nothing but blanks and marks."""

    code: ClassVar[str] = "QL1501"


class BinaryRequirementError(UnreadableRequirementError):
    """The text is the content of a binary file."""

    code: ClassVar[str] = "QL1502"
    hint = "Give a text file in UTF-8; export documents as text or Markdown first."


class TooLongRequirementError(UnreadableRequirementError):
    """The text is longer than one service's requirement can be."""

    code: ClassVar[str] = "QL1503"
    hint = "Keep to the requirement of one service; leave logs, data and other documents out."


class ForeignRequirementError(UnreadableRequirementError):
    """The text is not in English."""

    code: ClassVar[str] = "QL1504"
    hint = "Translate the text into English, or write the Spec by hand."


class CodeRequirementError(UnreadableRequirementError):
    """The text is source code."""

    code: ClassVar[str] = "QL1505"
    hint = "Describe in sentences what the code is for."


class NothingDescribedError(UnreadableRequirementError):
    """The text is English but names no kind of record that a service could keep."""

    code: ClassVar[str] = "QL1506"
    hint = "Say what is kept and what it has, as in: A book has a title and an author."


class BrokenDocumentError(UnreadableRequirementError):
    """An OpenAPI document is neither YAML nor JSON, or describes nothing."""

    code: ClassVar[str] = "QL1507"
    hint = "Correct the document at that place; an OpenAPI linter lists all such places."


class UnknownDocumentError(UnreadableRequirementError):
    """An API document is of a version that is not read."""

    code: ClassVar[str] = "QL1508"
    hint = "Convert it to OpenAPI 3, for instance with `npx swagger2openapi FILE`."
