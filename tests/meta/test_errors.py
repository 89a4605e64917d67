"""Every error a person may meet says what it is and what to do."""

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator

import quantumlayer
from quantumlayer.cli.commands.explain import explanation
from quantumlayer.cli.exits import BY_KIND
from quantumlayer.core.errors import DomainError, Kind


def errors() -> list[type[DomainError]]:
    """Every error class of the product, found by importing all of it."""
    for module in pkgutil.walk_packages(quantumlayer.__path__, "quantumlayer."):
        if not module.name.endswith(".__main__"):
            importlib.import_module(module.name)
    return sorted(descendants(DomainError), key=lambda error: error.__qualname__)


def descendants(of: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in of.__subclasses__():
        if child.__module__.startswith("quantumlayer."):
            yield child
        yield from descendants(child)


def test_every_error_has_a_code_of_its_own() -> None:
    codes = Counter(vars(error).get("code", f"none: {error.__qualname__}") for error in errors())
    assert [code for code, times in codes.items() if times > 1 or not re.fullmatch(r"QL\d{4}", code)] == []


def test_every_error_has_a_kind_and_a_next_step_of_its_own() -> None:
    lacking = [
        error.__qualname__
        for error in errors()
        if not isinstance(getattr(error, "kind", None), Kind) or error.hint == DomainError.hint or not error.__doc__
    ]
    assert lacking == []


def test_every_kind_ends_with_an_exit_code_of_its_own() -> None:
    assert set(BY_KIND) == set(Kind)
    assert len(set(BY_KIND.values())) == len(Kind)
    assert not set(BY_KIND.values()) & {0, 1, 2, 3}


def test_every_error_is_explained() -> None:
    short = [error.code for error in errors() if len(explanation(error).splitlines()[2]) < 20]
    assert short == []
