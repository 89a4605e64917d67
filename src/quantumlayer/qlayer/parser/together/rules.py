"""Rules that contradict each other: the same with two numbers, of which the stricter is taken."""

from collections.abc import Mapping

from quantumlayer.qlayer.parser.together.elements import Joining
from quantumlayer.qlayer.parser.twins import rule_at, stricter, twins, without_rule
from quantumlayer.spec.model import Spec


def only_stricter(spec: Spec, join: Joining) -> Spec:
    """The Spec with one rule of each pair that differs in a number; the pair is a question."""
    ours = _rules(join.lead.spec)
    for one, other in twins(spec):
        first, second = (one, other) if one in ours else (other, one)
        if (first in ours) == (second in ours):
            continue  # one source says both
        tells = stricter(rule_at(spec, first).cel or "", rule_at(spec, second).cel or "")
        taken, gone = (second, first) if tells is False else (first, second)
        sides = {first: join.disputes.origin(first), second: join.other}
        told = {address: rule_at(spec, address).else_ for address in (first, second)}
        why = "it comes first" if tells is None else "the stricter of the two"
        join.disputes.add(taken, "rule", (told[taken], sides[taken]), (told[gone], sides[gone]), why, instead=gone)
        spec = without_rule(spec, gone)
    return spec


def _rules(spec: Spec) -> Mapping[str, object]:
    found: dict[str, object] = {}
    for name, entity in spec.entities.items():
        found |= {f"entities.{name}.rules.{key}": rule for key, rule in entity.rules.items()}
    for name, one in spec.operations.items():
        found |= {f"operations.{name}.requires.{key}": rule for key, rule in one.requires.items()}
    return found
