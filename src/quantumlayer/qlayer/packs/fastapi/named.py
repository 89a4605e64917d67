"""The records that callers name in the input of an operation: there, and theirs to read."""

from quantumlayer.kit.identifiers import safe, singular
from quantumlayer.qlayer.packs.fastapi import access
from quantumlayer.qlayer.packs.fastapi.code import UnsupportedError
from quantumlayer.spec.model import Operation, Spec


def named_records(spec: Spec, operation: Operation) -> list[str]:
    """The statements that refuse records which are not there, or which the caller may not read.

    Raises:
        UnsupportedError: A condition on what the caller may read cannot be written.
    """
    lines: list[str] = []
    for key, reference in operation.references.items():
        found = _required(spec, operation, reference.to, f"body.{key}_id")
        if reference.optional:
            found = [f"if body.{key}_id is not None:", *_indented(found)]
        lines += found
    for key, rows in operation.rows.items():
        one, checks = safe(singular(key)), list[str]()
        for cell, reference in rows.references.items():
            found = _required(spec, operation, reference.to, f"{one}.{cell}_id")
            checks += [f"if {one}.{cell}_id is not None:", *_indented(found)] if reference.optional else found
        lines += [f"for {one} in body.{key}:", *_indented(checks)] if checks else []
    return lines


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _required(spec: Spec, operation: Operation, target: str, source: str) -> list[str]:
    by_condition: dict[str, list[str]] = {}
    for role in operation.by:
        condition = access.readable_by(spec, target, role)
        if condition == access.NEVER:
            raise UnsupportedError("a record that some of its callers may not read")
        by_condition.setdefault(condition, []).append(role)
    calls = [
        (access.is_any(roles), _call(target, source, condition))
        for condition, roles in sorted(by_condition.items(), key=lambda item: item[0] == access.ALWAYS)
    ]
    if len(calls) == 1:
        return [calls[0][1]]
    lines: list[str] = []
    for number, (test, call) in enumerate(calls):
        last = number == len(calls) - 1
        lines += ["else:" if last else f"{'elif' if number else 'if'} {test}:", f"    {call}"]
    return lines


def _call(target: str, source: str, condition: str) -> str:
    if condition == access.ALWAYS:
        return f"await require_reference(session, {target}, {source})"
    return f"await require_readable(session, {target}, {source}, {condition})"
