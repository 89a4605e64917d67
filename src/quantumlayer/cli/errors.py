"""What a person sees when something goes wrong."""

import errno
import inspect
import os
import shlex
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from typing import ClassVar

import typer

from quantumlayer.cli.exits import BY_KIND
from quantumlayer.cli.style import BROKEN, STOPPED, Style, one_line, printable
from quantumlayer.core.errors import DomainError, Kind


class UnknownCodeError(DomainError):
    """`ql explain` was asked for a code that no error has.

    Example: `ql explain QL9999`.
    """

    code: ClassVar[str] = "QL4002"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    hint: str = "See all codes with `ql explain`."


class OutputError(DomainError):
    """The file that a command was to write could not be written.

    Example: `ql parse shop.md -o missing/spec.yaml`, where the folder `missing` does not exist.
    """

    code: ClassVar[str] = "QL4003"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    hint: str = "Name a file in a folder that exists and that you may write to."


class UnexpectedError(DomainError):
    """Something happened that nobody foresaw: a defect of QuantumLayer. Where it happened stands above.

    Example: a file system answers in a way that no file system should.
    """

    code: ClassVar[str] = "QL4004"
    kind: ClassVar[Kind] = Kind.INTERNAL
    hint: str = "Report it with the lines above and what you typed."


def story(error: type[DomainError]) -> str:
    """The class's own words about itself, without its arguments."""
    return inspect.cleandoc(error.__doc__ or "").split("\n\nArgs:")[0]


def described(error: DomainError) -> dict[str, str]:
    """An error as data."""
    return {
        "code": error.code,
        "kind": error.kind.value,
        "what": error.what,
        "why": error.why or _first_sentence(error),
        "hint": error.hint,
    }


def show(error: DomainError, style: Style) -> None:
    """Write an error in its three lines: what, why, the next step."""
    shown = described(error)
    in_three_lines(
        f"{style.mark(BROKEN)}  {one_line(shown['what'])} ({error.code})", shown["why"], shown["hint"], style
    )


def in_three_lines(what: str, why: str, hint: str, style: Style) -> None:
    """Write what is wrong, why, and the next step."""
    style.line(what)
    style.line(_indented("why", why, style))
    style.line(_indented("next", one_line(hint), style))


@contextmanager
def told(again: str = "") -> Iterator[None]:
    """End the command with the right exit code, whatever is raised inside, and say why on standard error.

    Args:
        again: What to say after Ctrl-C beside the command that starts it again.
    """
    try:
        yield
    except typer.Exit:
        raise
    except BrokenPipeError as error:
        # Whoever reads what is written here has gone, as `head` does: there is nobody to tell, nor to flush for.
        sys.stdout = sys.stderr = StringIO()
        raise typer.Exit(BY_KIND[Kind.CANCELLED]) from error
    except KeyboardInterrupt as stop:
        with suppress(OSError):  # a terminal that was closed takes no words
            style = Style(sys.stderr)
            style.line(f"{style.mark(STOPPED)}  {one_line(again or 'nothing was changed')}")
            style.line(_indented("next", f"start it again with `{shlex.join(['ql', *sys.argv[1:]])}`", style))
        raise typer.Exit(BY_KIND[Kind.CANCELLED]) from stop
    except Exception as caught:
        meant = _meant(caught)
        with suppress(OSError):
            if meant.kind is Kind.INTERNAL and meant.__cause__ is not None:
                traceback.print_exception(meant.__cause__)
            show(meant, Style(sys.stderr))
        raise typer.Exit(BY_KIND[meant.kind]) from caught


def _meant(error: Exception) -> DomainError:
    """An error in words for a person."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO}:
        what = f"{error.filename or 'the output'} cannot be written"
        return OutputError(what, why=os.strerror(error.errno), hint="Make room, or write to another place.")
    unexpected = UnexpectedError(f"{type(error).__name__}: {error}")
    unexpected.__cause__ = error
    return unexpected


def _indented(label: str, text: str, style: Style) -> str:
    first, *others = printable(text).splitlines() or [""]
    return "\n".join([f"  {style.paint(f'{label:<4}', 'dim')}   {first}", *(f"         {line}" for line in others)])


def _first_sentence(error: DomainError) -> str:
    return " ".join(story(type(error)).split("\n\n", maxsplit=1)[0].split())
