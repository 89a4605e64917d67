"""Worlds in which a value that is worked out of several records differs."""

from collections.abc import Callable, Mapping, Sequence

from quantumlayer.qtest.decisive import Aggregates
from quantumlayer.qtest.places import COUNT, Slot
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import Suite
from quantumlayer.qtest.witness import Question, Witness
from quantumlayer.qtest.worlds import Built
from quantumlayer.spec.cel import Checked

_MOST_VALUES = 4


def no_names(_built: Built) -> Mapping[str, object]:
    """For expressions without names of their own."""
    return {}


def worked_out(
    suite: Suite,
    question: Question,
    checked: Checked,
    slots: Sequence[Slot],
    value: Callable[[Built], object],
    names: Callable[[Built], Mapping[str, object]] = no_names,
) -> list[tuple[Witness, object, str]]:
    """Worlds in which the value differs, the plainest first; then those that have a name for what they tell.

    Args:
        suite: What is known of the Spec.
        question: Where to search.
        checked: The expression.
        slots: What it reads.
        value: Its value in a world; nothing where it has none.
        names: Names that the expression uses besides the usual ones.
    """
    found: dict[object, Witness] = {}
    for most in (2, 3):
        for witness in question.variations(slots, most=most):
            found.setdefault(value(witness.built), witness)
            if len(found) == _MOST_VALUES:
                break
        if len(found) > 1:
            break
    worlds = list(found.values())
    counted = next((one for one in worlds if any(one.choice.get(slot) for slot in slots if slot.name == COUNT)), None)
    for slot in slots:
        inside = any(step.endswith("*") for step in slot.place)
        start = counted if inside else next(iter(worlds), None)
        if start is not None and slot.name.isidentifier():
            worlds += question.border(start, slot, value) or ()
    unlike: dict[tuple[str, ...], Witness] = {}
    for one in worlds:
        unlike.setdefault(tuple(Scene(suite, one).lines), one)
    aggregates = Aggregates(question, checked, slots, question.accepts, names)
    decisive = [
        (one.witness, value(one.witness.built), "" if one.plain else one.told)
        for one in aggregates.worlds(list(unlike.values()))
    ]
    return [*((one, value(one.built), "") for one in unlike.values()), *decisive]
