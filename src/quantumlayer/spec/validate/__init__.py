"""Judges what the grammar cannot: whether the parts of a Spec fit each other, and every expression has its type."""

from collections.abc import Iterator
from dataclasses import replace

from quantumlayer.spec.errors import Problem, SpecError
from quantumlayer.spec.load import LoadedSpec
from quantumlayer.spec.model import Spec
from quantumlayer.spec.validate.askers import judge_askers
from quantumlayer.spec.validate.files import judge_files
from quantumlayer.spec.validate.interface import judge_interface
from quantumlayer.spec.validate.keys import judge_keys
from quantumlayer.spec.validate.lists import judge_lists
from quantumlayer.spec.validate.names import judge_names
from quantumlayer.spec.validate.references import judge_addresses, judge_references
from quantumlayer.spec.validate.reports import judge_reports
from quantumlayer.spec.validate.structure import judge_structure
from quantumlayer.spec.validate.style import judge_style
from quantumlayer.spec.validate.values import judge_values


def validate(source: LoadedSpec | Spec) -> tuple[Problem, ...]:
    """Everything that is wrong with a Spec, in the order of the file, warnings included.

    Expressions, and how entities hang together, are judged once every name in the Spec exists.
    """
    spec = source.spec if isinstance(source, LoadedSpec) else source
    problems = [
        *judge_askers(spec),
        *judge_names(spec),
        *judge_values(spec),
        *judge_files(spec),
        *judge_addresses(spec),
    ]
    references = [*judge_references(spec), *judge_lists(spec), *judge_keys(spec), *judge_reports(spec)]
    references += _judge_webhooks(spec)
    references = references or [*judge_interface(spec), *judge_style(spec)]
    problems += references or _judge_whole(spec)
    placed = [_placed(source, problem) for problem in problems]
    return tuple(sorted(placed, key=lambda problem: (problem.line, problem.column)))


def checked_spec(source: LoadedSpec | Spec) -> Spec:
    """The Spec itself, once it is found free of errors; warnings do not count.

    Raises:
        SpecError: Something is wrong; every problem is listed.
    """
    errors = [problem for problem in validate(source) if not problem.warning]
    if errors:
        raise SpecError(source.name if isinstance(source, LoadedSpec) else "the Spec", errors)
    return source.spec if isinstance(source, LoadedSpec) else source


def _judge_whole(spec: Spec) -> Iterator[Problem]:
    from quantumlayer.spec.validate.effects import judge_effects  # names alone do not need CEL  # noqa: PLC0415
    from quantumlayer.spec.validate.expressions import judge_expressions  # as above  # noqa: PLC0415
    from quantumlayer.spec.validate.fitness import judge_fitness  # as above  # noqa: PLC0415
    from quantumlayer.spec.validate.made import judge_made  # as above  # noqa: PLC0415
    from quantumlayer.spec.validate.webhooks import judge_messages  # as above  # noqa: PLC0415

    yield from judge_structure(spec)
    yield from judge_expressions(spec)
    yield from judge_effects(spec)
    yield from judge_fitness(spec)
    yield from judge_made(spec)
    yield from judge_messages(spec)


def _judge_webhooks(spec: Spec) -> Iterator[Problem]:
    from quantumlayer.spec.validate.webhooks import judge_webhooks  # brings CEL along  # noqa: PLC0415

    yield from judge_webhooks(spec)


def _placed(source: LoadedSpec | Spec, problem: Problem) -> Problem:
    """The problem with its place in the file; a place inside an expression becomes one in the file."""
    if isinstance(source, Spec):
        where = f" (line {problem.line}, column {problem.column} of the expression)" if problem.line else ""
        return replace(problem, message=f"{problem.message.removesuffix('.')}{where}.", line=0, column=0)
    if problem.line:
        line, column = source.position(problem.element, source.offset(problem.element, problem.line, problem.column))
    else:
        line, column = source.position(problem.element)
    return replace(problem, line=line, column=column)
