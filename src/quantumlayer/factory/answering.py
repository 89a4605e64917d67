"""Answers the questions of a Spec on disk, each kept as soon as it is given."""

from collections.abc import Sequence
from pathlib import Path

from quantumlayer.factory.errors import InputMissingError
from quantumlayer.factory.kept import write_spec
from quantumlayer.qlayer.parser.answers import Answered, answer
from quantumlayer.spec.load import LoadedSpec, load_spec, parse_spec
from quantumlayer.spec.model import Spec
from quantumlayer.spec.points import Point, questions
from quantumlayer.spec.validate import checked_spec

MAX_BYTES = 1_000_000
"""Most bytes of a file of answers that are read."""


class Answering:
    """A Spec on disk whose questions are answered one by one.

    Args:
        path: Where it is.

    Raises:
        SpecError: It cannot be read, or has errors.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._loaded: LoadedSpec = load_spec(path)
        checked_spec(self._loaded)

    @property
    def spec(self) -> Spec:
        """The Spec as it is now."""
        return self._loaded.spec

    @property
    def open(self) -> tuple[Point, ...]:
        """The questions that are still to be answered."""
        return questions(self.spec)

    def give(self, answers: Sequence[tuple[Point, str]]) -> list[Answered]:
        """Answer questions and write the Spec, in one step for all of them.

        Raises:
            ReadOnlySpecError: It may not be written; nothing is answered.
            OSError: It cannot be written; nothing is answered.
        """
        found: list[Answered] = []
        spec = self.spec
        for point, text in answers:
            found.append(answer(spec, point, text))
            spec = found[-1].spec
        if found:
            text = self._loaded.update(spec)
            write_spec(self._path, text)
            self._loaded = parse_spec(text, str(self._path))
        return found


def read_text(path: Path) -> str:
    """A file of answers.

    Raises:
        InputMissingError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES).decode()
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputMissingError(f"{str(path)!r} cannot be read", why=reason) from error
