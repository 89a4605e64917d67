"""From inputs to a checked Spec."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quantumlayer.factory.inputs import Input
from quantumlayer.spec.model import Spec


@dataclass(frozen=True, slots=True)
class Understood:
    """What was read.

    Args:
        spec: The Spec, free of errors.
        yaml: The Spec as a file: as a person wrote it, or made from the texts.
        texts: The requirement texts by the name that the trace gives them.
        warnings: What looks like a mistake in the Spec but can be built.
        unread: The sentences of the texts that want something, but are not in the Spec.
    """

    spec: Spec
    yaml: str
    texts: Mapping[str, str]
    warnings: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def understand(inputs: Sequence[Input]) -> Understood:
    """Read a Spec, or make one from an OpenAPI document, an SQL schema or texts.

    Raises:
        SpecError: The Spec is wrong; every place is listed.
        DomainError: No Spec can be made from the texts.
    """
    if inputs[0].is_spec:
        return _from_spec(inputs[0])
    if inputs[0].is_contract:
        return _from_contract(inputs[0])
    if inputs[0].is_schema:
        return _from_schema(inputs[0])
    return _from_texts(inputs)


def _from_spec(one: Input) -> Understood:
    from quantumlayer.spec.load import parse_spec  # noqa: PLC0415  the first event must not wait for it
    from quantumlayer.spec.validate import checked_spec, validate  # noqa: PLC0415  as above

    name = str(one.path)
    loaded = parse_spec(one.text, name)
    spec = checked_spec(loaded)
    warnings = tuple(problem.shown(name) for problem in validate(loaded) if problem.warning)
    return Understood(spec, one.text, {}, warnings)


def _from_contract(one: Input) -> Understood:
    from quantumlayer.qlayer.parser import Requirement  # noqa: PLC0415  reading a Spec needs no parser
    from quantumlayer.qlayer.parser.openapi import parse_openapi  # noqa: PLC0415  as above
    from quantumlayer.spec.validate import checked_spec  # noqa: PLC0415  the first event must not wait for it
    from quantumlayer.spec.write import dump_spec  # noqa: PLC0415  as above

    name = _free_name(one.path.name, {})
    spec = checked_spec(parse_openapi(Requirement(name=name, text=one.text)))
    return Understood(spec, dump_spec(spec), {name: one.text})


def _from_schema(one: Input) -> Understood:
    from quantumlayer.qlayer.parser import Requirement  # noqa: PLC0415  reading a Spec needs no parser
    from quantumlayer.qlayer.parser.sql import parse_sql  # noqa: PLC0415  as above
    from quantumlayer.spec.validate import checked_spec  # noqa: PLC0415  the first event must not wait for it
    from quantumlayer.spec.write import dump_spec  # noqa: PLC0415  as above

    name = _free_name(one.path.name, {})
    spec = checked_spec(parse_sql(Requirement(name=name, text=one.text)))
    return Understood(spec, dump_spec(spec), {name: one.text})


def _from_texts(inputs: Sequence[Input]) -> Understood:
    from quantumlayer.qlayer.parser import Requirement, parse, unread  # noqa: PLC0415  reading a Spec needs no language model
    from quantumlayer.spec.validate import checked_spec  # noqa: PLC0415  the first event must not wait for it
    from quantumlayer.spec.write import dump_spec  # noqa: PLC0415  as above

    texts: dict[str, str] = {}
    for one in inputs:
        texts[_free_name(one.path.name, texts)] = one.text
    spec = parse([Requirement(name=name, text=text) for name, text in texts.items()])
    return Understood(checked_spec(spec), dump_spec(spec), texts, unread=unread(spec))


def _free_name(name: str, taken: Mapping[str, str]) -> str:
    """A plain file name that no other input has."""
    plain = re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII).strip(".-") or "requirement"
    number, free = 1, plain
    while free in taken:
        number += 1
        free = f"{number}-{plain}"
    return free
