"""Rules that say the same with another number: `at most 5 open loans` and `at most 7 open loans`."""

import re
from collections.abc import Mapping
from decimal import Decimal

from quantumlayer.spec.model import Operation, Requirement, Rule, Spec

_NUMBER = re.compile(r"(?P<sign>[<>]=?)?(?P<blank>\s*)(?<![\w.])(?P<number>\d+(?:\.\d+)?)(?![\w.])")


def twins(spec: Spec) -> list[tuple[str, str]]:
    """The addresses of rules and requirements in pairs that differ in one number only."""
    found: list[tuple[str, str]] = []
    groups: list[tuple[str, Mapping[str, Rule | Requirement]]] = [
        (f"entities.{name}.rules", entity.rules) for name, entity in spec.entities.items()
    ]
    groups += [(f"operations.{name}.requires", one.requires) for name, one in spec.operations.items()]
    for address, rules in groups:
        keys = list(rules)
        found += [
            (f"{address}.{one}", f"{address}.{other}")
            for index, one in enumerate(keys)
            for other in keys[index + 1 :]
            if _differ_in_number(rules[one].cel or "", rules[other].cel or "")
        ]
    return found


def stricter(one: str, other: str) -> bool | None:
    """Whether the first of two expressions that differ in one number lets less pass; nothing where neither says so."""
    for first, second in zip(_NUMBER.finditer(one), _NUMBER.finditer(other), strict=False):
        if first["number"] != second["number"]:
            sign = (first["sign"] or "")[:1]
            less = Decimal(first["number"]) < Decimal(second["number"])
            return less if sign == "<" else not less if sign == ">" else None
    return None


def rule_at(spec: Spec, address: str) -> Rule | Requirement:
    """The rule or requirement at an address that `twins` gave."""
    part, name, _, key = address.split(".")
    return spec.operations[name].requires[key] if part == "operations" else spec.entities[name].rules[key]


def without_rule(spec: Spec, address: str) -> Spec:
    """The Spec without the rule or requirement at such an address."""
    part, name, rules, key = address.split(".")
    owner = spec.operations[name] if part == "operations" else spec.entities[name]
    held = owner.requires if isinstance(owner, Operation) else owner.rules
    changed = owner.model_copy(update={rules: {each: rule for each, rule in held.items() if each != key}})
    return spec.model_copy(update={part: {**getattr(spec, part), name: changed}})


def _differ_in_number(one: str, other: str) -> bool:
    if not one or one == other or _NUMBER.sub("0", one) != _NUMBER.sub("0", other):
        return False
    numbers = [[found["number"] for found in _NUMBER.finditer(text)] for text in (one, other)]
    pairs = list(zip(*numbers, strict=True))
    return sum(1 for first, second in pairs if first != second) == 1
