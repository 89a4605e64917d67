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
    hint = "Give a document of OpenAPI 3.0 or 3.1, or of Swagger 2.0."


class UnknownQuestionError(DomainError):
    """A Spec has no open question with this number or id.

    Example: `ql answer spec.yaml --set 9=accept` where there are three questions, or one that was answered already.
    """

    code: ClassVar[str] = "QL1510"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    hint = "See the open questions with `ql answer SPEC --list`."


class UnfitAnswerError(DomainError):
    """An answer is empty, too long, holds control characters, or accepts a question that proposes nothing.

    Example: `ql answer spec.yaml --set 1=`.
    """

    code: ClassVar[str] = "QL1511"
    kind: ClassVar[Kind] = Kind.INVALID
    hint = "Answer in one or two English sentences, or with `accept`."


class UnreadableAnswersError(DomainError):
    """A file of answers is no YAML mapping of numbers or ids of questions to answers.

    Example: a list of sentences, which does not say what they answer.
    """

    code: ClassVar[str] = "QL1512"
    kind: ClassVar[Kind] = Kind.INVALID
    hint = "Write one line for each answer: `q1a2b3c: accept`."


class AnsweredTwiceError(DomainError):
    """Two answers are given to one question, so that nobody can tell which holds.

    Example: `--set 1=accept --set q1a2b3c='At most five.'`, where the question with the number 1 has that id.
    """

    code: ClassVar[str] = "QL1513"
    kind: ClassVar[Kind] = Kind.CONFLICT
    hint = "Leave one of them out."
