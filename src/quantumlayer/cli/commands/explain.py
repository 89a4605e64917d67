"""`ql explain`."""

import sys
from itertools import takewhile
from typing import Annotated

import typer

from quantumlayer.cli.errors import UnknownCodeError, story, told
from quantumlayer.cli.exits import BY_KIND
from quantumlayer.cli.style import Style
from quantumlayer.core.errors import DomainError


def explain(
    code: Annotated[str, typer.Argument(metavar="[CODE]", help="The code of an error; without it, all of them.")] = "",
) -> None:
    """Tell the whole story of an error by its code.

    Where it comes from, an example, what to do.
    """
    with told():
        style = Style(sys.stdout)
        errors = all_errors()
        if not code:
            for error in errors.values():
                style.line(f"{style.paint(error.code, 'bold')}  {_first_line(error)}")
            return
        wanted = code.strip().upper()
        if wanted not in errors:
            near = sorted(errors, key=lambda known: -_alike(known, wanted))[:5]
            raise UnknownCodeError(f"no error has the code {code}", why=f"the nearest are {', '.join(near)}")
        style.line(explanation(errors[wanted]))


def all_errors() -> dict[str, type[DomainError]]:
    """Every error of the product by its code."""
    import importlib  # noqa: PLC0415  only this command needs it
    import pkgutil  # noqa: PLC0415  as above

    import quantumlayer  # noqa: PLC0415  as above

    for module in pkgutil.walk_packages(quantumlayer.__path__, "quantumlayer."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = (error for error in _descendants(DomainError) if error.__module__.startswith("quantumlayer."))
    return {error.code: error for error in sorted(found, key=lambda error: error.code)}


def explanation(error: type[DomainError]) -> str:
    """The whole story of one error."""
    kind = error.kind
    origin = error.__module__.removeprefix("quantumlayer.").removesuffix(".errors")
    return (
        f"{error.code}\n\n{story(error)}\n\nWhat to do: {error.hint}\n\n"
        f"It comes from {origin} and is of the kind {kind.value}; `ql` ends with the exit code {BY_KIND[kind]}."
    )


def _alike(one: str, other: str) -> int:
    """How many characters two codes begin with in common."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))


def _descendants(of: type[DomainError]) -> list[type[DomainError]]:
    children = of.__subclasses__()
    return children + [deeper for child in children for deeper in _descendants(child)]


def _first_line(error: type[DomainError]) -> str:
    return " ".join(story(error).split("\n\n", maxsplit=1)[0].split())
