"""From inputs to a checked Spec."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantumlayer.factory.inputs import Input
from quantumlayer.spec.model import Spec

if TYPE_CHECKING:
    from quantumlayer.qlayer.parser.together import Part


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
    """Read a Spec, or make one of all the sources of a service: OpenAPI documents, SQL schemas, texts, other Specs.

    Raises:
        SpecError: A Spec is wrong; every place is listed.
        DomainError: No Spec can be made from some other source.
    """
    if len(inputs) == 1 and inputs[0].is_spec:
        return _from_spec(inputs[0])
    return _from_sources(inputs)


def _from_spec(one: Input) -> Understood:
    from quantumlayer.spec.load import parse_spec  # noqa: PLC0415  the first event must not wait for it
    from quantumlayer.spec.validate import checked_spec, validate  # noqa: PLC0415  as above

    name = str(one.path)
    loaded = parse_spec(one.text, name)
    spec = checked_spec(loaded)
    warnings = tuple(problem.shown(name) for problem in validate(loaded) if problem.warning)
    return Understood(spec, one.text, {}, warnings)


def _from_sources(inputs: Sequence[Input]) -> Understood:
    from quantumlayer.qlayer.parser.silence import unread  # noqa: PLC0415  reading a Spec needs no language model
    from quantumlayer.spec.validate import checked_spec  # noqa: PLC0415  the first event must not wait for it
    from quantumlayer.spec.write import dump_spec  # noqa: PLC0415  as above

    texts: dict[str, str] = {}
    named: list[tuple[str, Input]] = []
    for one in inputs:
        name = _free_name(one.path.name, texts)
        texts[name] = one.text
        named.append((name, one))
    spec = checked_spec(_joined(named))
    kept = {name: one.text for name, one in named if not one.is_spec}
    return Understood(spec, dump_spec(spec), kept, unread=unread(spec))


def _joined(named: Sequence[tuple[str, Input]]) -> Spec:
    """What all sources say together; the texts are one source."""
    from quantumlayer.qlayer.parser import Requirement  # noqa: PLC0415  reading a Spec needs no parser
    from quantumlayer.qlayer.parser.context import read_beside  # noqa: PLC0415  as above
    from quantumlayer.qlayer.parser.errors import NothingDescribedError  # noqa: PLC0415  as above
    from quantumlayer.qlayer.parser.together import Kind, Part, parse_texts, together  # noqa: PLC0415  as above

    parts = [_part(name, one) for name, one in named if not one.is_prose]
    prose = [Requirement(name=name, text=one.text) for name, one in named if one.is_prose]
    if not prose:
        return together(parts)
    try:
        texts = Part(Kind.TEXTS, parse_texts(prose), {one.name: one.text for one in prose})
    except NothingDescribedError:
        if not parts:
            raise
        return read_beside(together(parts), prose)  # texts that speak only of what the other sources keep
    return together([*parts, texts])


def _part(name: str, one: Input) -> "Part":
    """What one source that is no prose says by itself."""
    from quantumlayer.qlayer.parser import Requirement  # noqa: PLC0415  reading a Spec needs no parser
    from quantumlayer.qlayer.parser.openapi import parse_openapi  # noqa: PLC0415  as above
    from quantumlayer.qlayer.parser.sql import parse_sql  # noqa: PLC0415  as above
    from quantumlayer.qlayer.parser.together import Kind, Part  # noqa: PLC0415  as above

    texts, requirement = {name: one.text}, Requirement(name=name, text=one.text)
    if one.is_spec:
        return Part(Kind.SPEC, _from_spec(one).spec, texts)
    if one.is_contract:
        return Part(Kind.CONTRACT, parse_openapi(requirement), texts)
    return Part(Kind.SCHEMA, parse_sql(requirement), texts)


def _free_name(name: str, taken: Mapping[str, str]) -> str:
    """A plain file name that no other input has."""
    plain = re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII).strip(".-") or "requirement"
    number, free = 1, plain
    while free in taken:
        number += 1
        free = f"{number}-{plain}"
    return free
