"""Worlds in which callers meet their own record, though no condition speaks of it."""

from quantumlayer.qtest.places import ONESELF
from quantumlayer.qtest.witness import Question, Witness


def as_caller(question: Question, witness: Witness) -> Witness | None:
    """The world in which `this` is the caller's record, if there both are such records and all conditions hold."""
    own, this = witness.built.caller.record, witness.built.this
    if question.new or own is None or own is this or own.entity != this.entity:
        return None
    choice = {**witness.choice, ONESELF: True}
    built = question.builder().build(choice)
    return Witness(choice, built) if question.accepts(built) else None
