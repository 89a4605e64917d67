"""Worlds in which one part of what an expression asks of related records decides, so that none can be left away."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from quantumlayer.kit.identifiers import singular
from quantumlayer.qtest.places import ABSENT, COUNT, SAME, Slot
from quantumlayer.qtest.variants import STRICT, variants, widened
from quantumlayer.qtest.witness import Condition, Pair, Question, Witness
from quantumlayer.qtest.worlds import Built
from quantumlayer.spec.cel import (
    Binary,
    CelRuntimeError,
    Checked,
    Comprehension,
    Expr,
    Ident,
    ListNode,
    Literal,
    Macro,
    MemberKind,
    Record,
    Select,
    Unary,
    compile_cel,
    evaluate,
    walk,
)
from quantumlayer.spec.naming import entity_names

_MOST_WORLDS = 4000
_MOST_MISREAD = 1000
_NONE = object()


@dataclass(frozen=True, slots=True)
class Decisive:
    """A world, and what it shows as part of a name: `leaves_out_loans_with_returned_on_2026_03_04`.

    A `plain` one shows no more than that it differs.
    """

    witness: Witness
    told: str
    plain: bool = False


@dataclass
class Aggregates:
    """What an expression makes of related records.

    Args:
        question: Where to search.
        checked: The expression.
        slots: What it reads.
        fits: Whether a world can be arranged and asked.
        names: Names that the expression uses besides the usual ones.
    """

    question: Question
    checked: Checked
    slots: Sequence[Slot]
    fits: Callable[[Built], bool]
    names: Callable[[Built], Mapping[str, object]] = lambda _built: {}

    def worlds(self, known: Sequence[Witness]) -> Iterator[Decisive]:
        """What the known worlds do not tell: each part that decides alone, and that records of others do not count."""
        known = list(known)
        strangers: set[Slot] = set()
        for node in walk(self.checked.expr):
            start, slot = self._counted(known, self._collection(node))
            if start is None or slot is None:
                continue
            if isinstance(node, Comprehension):
                for found in self._parts(node, start, slot, known):
                    known.append(found.witness)
                    yield found
            elif slot not in strangers and len(slot.place) > 1:
                strangers.add(slot)
                yield from self._of_another(start, slot)
        yield from self._misread(known)

    def _value(self, checked: Checked, built: Built) -> object:
        try:
            return evaluate(
                checked,
                built.world,
                this=built.this,
                caller=built.caller,
                takes=built.takes,
                others=self.names(built),
            )
        except (CelRuntimeError, TypeError, AttributeError):
            return _NONE  # a part lacks the guard that stood before it

    def _collection(self, node: Expr) -> str | None:
        """The name of the related records that a selection gives or a comprehension goes through."""
        within = walk(node.range) if isinstance(node, Comprehension) else [node]
        for one in within:
            member = self.checked.member_of(one) if isinstance(one, Select) else None
            if member is not None and member.kind is MemberKind.BACK:
                return member.name
            if isinstance(one, Ident) and one.name in self.question.spec.entities:
                return one.name
        return None

    def _counted(self, known: Sequence[Witness], name: str | None) -> tuple[Witness | None, Slot | None]:
        """The first world in which such records make a difference."""
        slots = [slot for slot in self.slots if slot.name == COUNT and slot.place[-1] == f"{name}*"]
        for slot in slots:
            for witness in known:
                if self._matters(witness, slot):
                    return witness, slot
        for slot in slots:
            for witness in self._around(known[0], _MOST_WORLDS) if known else ():
                if self._matters(witness, slot):
                    return witness, slot
        return None, None

    def _matters(self, witness: Witness, slot: Slot) -> bool:
        if not witness.choice.get(slot):
            return False
        without = self.question.builder().build({**witness.choice, slot: 0})
        return self._value(self.checked, witness.built) != self._value(self.checked, without)

    def _around(self, start: Witness, most: int) -> Iterator[Witness]:
        builder = self.question.builder()
        for choice in islice(self.question.changes(start.choice, self.slots, most=2), most):
            built = builder.build(choice)
            if self.fits(built) and self._value(self.checked, built) is not _NONE:
                yield Witness(choice, built)

    def _parts(self, node: Comprehension, start: Witness, slot: Slot, known: Sequence[Witness]) -> Iterator[Decisive]:
        asked = node.where if node.kind is Macro.MAP else node.body
        if asked is None:
            return
        others = [self.checked.with_part(old, new) for old, new in _weakened(asked)]
        for witness in known:
            others = self._alike(others, witness)
        for witness in self._around(start, _MOST_WORLDS) if others else ():
            left = self._alike(others, witness)
            if len(left) < len(others):
                others = left
                word = "counts" if self._matters(witness, slot) else "leaves_out"
                unlike = {one: new for one, new in witness.choice.items() if start.choice.get(one, _NONE) != new}
                yield Decisive(witness, f"{word}_{slot.place[-1].removesuffix('*')}_{told(unlike)}")
            if not others:
                return

    def _misread(self, known: Sequence[Witness]) -> Iterator[Decisive]:
        """Worlds in which the expression differs from each way of misreading it that the known ones do not tell."""
        others = [*variants(self.checked), *widened(self.checked)] if known else []
        for witness in known:
            others = self._alike(others, witness)
        for start in self._starts(known) if others else ():
            worlds = [*self._around(start, _MOST_MISREAD)] if others else []
            while others and worlds:
                left, best = min(
                    ((self._alike(others, witness), witness) for witness in worlds), key=lambda pair: len(pair[0])
                )
                if len(left) == len(others):
                    break
                others = left
                unlike = {one: new for one, new in best.choice.items() if known[0].choice.get(one, _NONE) != new}
                yield Decisive(best, told(unlike), plain=True)

    def _starts(self, known: Sequence[Witness]) -> list[Witness]:
        """The plainest world, and the first one in which most kinds of records are there."""
        counts = [slot for slot in self.slots if slot.name == COUNT]
        fullest = max(known, key=lambda one: sum(bool(one.choice.get(slot)) for slot in counts))
        return [known[0]] if fullest is known[0] else [known[0], fullest]

    def _alike(self, others: list[Checked], witness: Witness) -> list[Checked]:
        """Those that give what the expression gives in a world."""
        value = self._value(self.checked, witness.built)
        return [one for one in others if self._value(one, witness.built) == value]

    def _of_another(self, start: Witness, slot: Slot) -> Iterator[Decisive]:
        """The same records, but related to another one."""
        question = self.question
        built = question.builder().build(start.choice)
        owner = built.records[slot.place[:-1]][0]
        fields = question.spec.entities[owner.entity].fields
        usual = {
            key: value
            for key, value in question.defaults.of(owner.entity).items()
            if key not in fields or not fields[key].unique
        }
        rules = question.spec.entities[owner.entity].rules.values()
        apart = {key for rule in rules if rule.unique is not None for key in rule.unique.of}
        same = {key: one for key, one in owner.values.items() if isinstance(one, Record) and key not in apart}
        system = dict.fromkeys(("created_at", "updated_at"), built.world.now)
        another = built.world.add(Record(owner.entity, {"id": 0, **system, **usual, **same}))
        for record in built.records[slot.place]:
            via = next(key for key, value in record.values.items() if value is owner)
            record.values[via] = another
        without = question.builder().build({**start.choice, slot: 0})
        if self.fits(built) and self._value(self.checked, built) == self._value(self.checked, without):
            of = entity_names(owner.entity).snake
            told = f"leaves_out_{slot.place[-1].removesuffix('*')}_of_another_{of}"
            yield Decisive(replace(start, built=built), told)


def of_condition(question: Question, condition: Condition, pairs: Sequence[Pair]) -> Iterator[tuple[Decisive, bool]]:
    """The same for a rule or a requirement, of which both sides are known; whether it holds in each world."""
    slots = [slot for one in question.judged if one.cel == condition.cel for slot in one.slots]
    checked = compile_cel(condition.cel, condition.scope)
    found = Aggregates(question, checked, slots, lambda built: question.accepts(built, besides=condition.cel))
    known = [one for pair in pairs for one in (pair.refused, pair.accepted) if one is not None]
    for one in found.worlds(known):
        yield one, question.accepts(one.witness.built)


def _weakened(asked: Expr) -> Iterator[tuple[Expr, Expr]]:
    """Each part of a condition with what stands there when it is left away or its border moves."""
    if not (isinstance(asked, Binary) and asked.operator == "&&"):
        yield asked, Literal(asked.line, asked.column, value=True)
    yield from _parts(asked)


def _parts(expr: Expr) -> Iterator[tuple[Expr, Expr]]:
    match expr:
        case Binary(operator="&&" | "||" as operator, left=left, right=right):
            for part, rest in ((left, right), (right, left)):
                if not (isinstance(part, Binary) and part.operator == operator):
                    yield expr, rest
                yield from _parts(part)
        case Unary(operator="!", operand=operand):
            yield from _parts(operand)
        case Binary(line, column, "in", left, ListNode(items=items) as choices) if len(items) > 1:
            for item in items:
                fewer = tuple(one for one in items if one is not item)
                yield expr, Binary(line, column, "in", left, replace(choices, items=fewer))
        case Binary(operator=operator) if operator in STRICT:
            yield expr, replace(expr, operator=STRICT[operator])


def told(changed: dict[Slot, object]) -> str:
    """What is special about a world, as part of a name."""
    words = []
    for slot, value in changed.items():
        last = slot.place[-1].removesuffix("*")
        said = f"{value:%Y_%m_%d_%H_%M}" if isinstance(value, datetime) else value
        if slot.name == COUNT:
            words.append(f"{said}_{last if value != 1 else singular(last)}")
        elif slot.name == SAME:
            words.append(last if value else f"another_{last}")
        elif slot.name == ABSENT:
            words.append(f"no_{last}" if value else last)
        else:
            words.append(f"{slot.name}_{said}")
    return "with_" + "_and_".join(re.sub(r"\W+", "_", word).strip("_").lower() for word in words)
