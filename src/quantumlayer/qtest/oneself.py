"""Worlds in which callers meet their own record, though no condition speaks of it."""

from quantumlayer.qtest.places import CALLER, ONESELF, SAME, THIS, Slot
from quantumlayer.qtest.witness import Question, Witness


def as_caller(question: Question, witness: Witness) -> Witness | None:
    """The world in which `this` is the caller's record, if there both are such records and all conditions hold."""
    own, this = witness.built.caller.record, witness.built.this
    if question.new or own is None or own is this or own.entity != this.entity:
        return None
    choice = {slot: value for slot, value in witness.choice.items() if not _goes_without_saying(slot)} | {ONESELF: True}
    built = question.builder().build(choice)
    return Witness(choice, built) if question.accepts(built) else None


def _goes_without_saying(slot: Slot) -> bool:
    """Whether it lets the caller's record and `this` refer to the same one, as they do where they are one record."""
    ends = {slot.place[:1], slot.other[:1]}
    return slot.name == SAME and ends == {CALLER, THIS} and slot.place[1:] == slot.other[1:]
