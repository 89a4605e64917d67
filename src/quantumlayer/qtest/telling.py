"""Worlds in which what an operation or an effect leaves behind shows how it was worked out."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice

from quantumlayer.qtest.acting import Outcome, Simulation, outcome
from quantumlayer.qtest.places import COUNT, Slot
from quantumlayer.qtest.variants import variants
from quantumlayer.qtest.witness import Question, Witness
from quantumlayer.spec.cel import Acting, CelError, CelRuntimeError, Checked, Record, compile_cel, evaluate

_MOST_WORLDS = 400
_NONE = object()


def telling(question: Question, base: Witness, found: Acting, simulation: Callable[[Witness], Simulation]) -> Witness:
    """The nearest world in which most ways of getting an effect wrong leave something else behind.

    Args:
        question: The worlds to choose from.
        base: The one to begin with.
        found: The effect.
        simulation: What happens in a world.
    """
    misread = [(checked, other) for checked in _expressions(found) for other in variants(checked)]
    known = outcome(simulation(base))

    def unnoticed(witness: Witness) -> Sequence[object] | None:
        expected = outcome(simulation(witness))
        # What one record takes from another one may be missing for the next one.
        if expected is None or known is None or len(expected.refused) > len(known.refused):
            return None
        looked = _look(expected)
        return [one for one in misread if _look_of(simulation(witness), dict([one])) == looked]

    return _nearest(question, base, unnoticed)


def telling_values(
    question: Question, base: Witness, expressions: Iterable[Checked], fits: Callable[[Witness], bool]
) -> Witness:
    """The nearest world in which most ways of getting some expressions wrong give another value.

    Args:
        question: The worlds to choose from.
        base: The one to begin with.
        expressions: What is worked out.
        fits: Whether a world is good for what it is chosen for.
    """
    misread = [(checked, other) for checked in expressions for other in variants(checked)]

    def unnoticed(witness: Witness) -> Sequence[object] | None:
        if witness is not base and not fits(witness):
            return None
        return [one for one in misread if _value(one[0], witness) == _value(one[1], witness)]

    return _nearest(question, base, unnoticed)


def _value(checked: Checked, witness: Witness) -> object:
    built = witness.built
    try:
        return evaluate(checked, built.world, this=built.this, caller=built.caller, takes=built.takes)
    except (CelRuntimeError, TypeError, AttributeError):  # a part lacks the guard that stood before it
        return _NONE


def _nearest(question: Question, base: Witness, unnoticed: Callable[[Witness], Sequence[object] | None]) -> Witness:
    best, left = base, unnoticed(base)
    slots = [slot for slot in question.reader.slots if _is_number(question, slot)] if left else []
    for witness in islice(_around(question, base, slots), _MOST_WORLDS):
        if not left:
            break
        fewer = unnoticed(witness)
        if fewer is not None and len(fewer) < len(left):
            best, left = witness, fewer
    return best


def _expressions(found: Acting) -> Iterator[Checked]:
    effect = found.effect
    if found.each is not None:
        yield found.each
    for cel in [*effect.sets.values(), *(effect.creates.set.values() if effect.creates is not None else ())]:
        try:
            yield compile_cel(cel, found.scope)
        except CelError:  # pragma: no cover - the checks of the Spec have told
            continue


def _around(question: Question, base: Witness, slots: list[Slot]) -> Iterator[Witness]:
    builder = question.builder()
    for choice in question.changes(base.choice, slots, most=2):
        built = builder.build(choice)
        if question.accepts(built):
            yield Witness(choice, built)


def _is_number(question: Question, slot: Slot) -> bool:
    if slot.name == COUNT:
        return True
    tried = [one for one in question.options(slot) if one is not None] if slot.name.isidentifier() else []
    return bool(tried) and isinstance(tried[0], int | Decimal) and not isinstance(tried[0], bool)


def _look_of(simulation: Simulation, instead: Mapping[Checked, Checked]) -> object:
    simulation.instead = instead
    try:
        found = outcome(simulation)
    except (TypeError, AttributeError):  # a part lacks the guard that stood before it
        return None
    return None if found is None else _look(found)


def _look(found: Outcome) -> object:
    held = [(record.entity, record.values["id"], key, _plain(value)) for (record, key), value in found.held.items()]
    made = [(record.entity, {key: _plain(one) for key, one in values.items()}) for record, values in found.made]
    return held, made, [(one.entity, one.values["id"]) for one in found.gone], found.refused


def _plain(value: object) -> object:
    """A record by what it is called, because each run makes its own."""
    return (value.entity, value.values["id"]) if isinstance(value, Record) else value
