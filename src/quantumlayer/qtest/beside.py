"""Worlds with a further record in them, which their caller may read or may not."""

from collections.abc import Sequence
from dataclasses import replace

from quantumlayer.qtest.places import TAKES
from quantumlayer.qtest.suite import Suite
from quantumlayer.qtest.variables import mentioned
from quantumlayer.qtest.witness import Question, Witness
from quantumlayer.spec.model import Action, Reference


def is_told_apart(suite: Suite, target: str, role: str) -> bool:
    """Whether callers of a role may read some records of an entity and others not."""
    return bool(suite.permission(target, Action.READ, role))


def with_others(
    suite: Suite, question: Question, role: str, target: str, names: Sequence[str], *, readable: bool
) -> Witness | None:
    """A world of the question in which records of the target stand beside all others, by their names."""
    conditions = [
        replace(one, at=(*TAKES, name), wanted=readable)
        for name in names
        for one in suite.permission(target, Action.READ, role)
    ]
    references = {name: Reference(to=target) for name in names}
    return replace(question, conditions=[*question.conditions, *conditions], references=references).base()


def without_idle(lines: Sequence[str], read: Sequence[str]) -> list[str]:
    """The lines with what they make in no variable where neither they nor the lines after them read it."""
    found = list(lines)
    for number, line in enumerate(lines):
        name, given, made = line.partition(" = ")
        others = [*found[:number], *found[number + 1 :], *read]
        if given and name.isidentifier() and made.startswith("await make.") and name not in mentioned(others):
            found[number] = made
    return found
