"""Turns a Spec into the task graph that builds it, with an estimate of its size.

The lines are an estimate of business code, boilerplate aside, made before anything is generated:

| element | lines |
|---|---|
| entity (model, schemas) | 30 |
| action that any grant gives on it (route, query, judgement) | 30 |
| field / relation / derived field | 8 / 15 / 15 |
| rule / grant | 20 / 10 |
| state | 10 |
| versioned field / audit trail | 40 / 60 |
| operation / its requirement / value it sets / record it creates | 25 / 8 / 3 / 10 |
| query / its parameter | 20 / 8 |
| role | 15 |

The weights were fitted to the town library written by hand; they are to tell 300 lines from 3,000, no more.
"""

from collections.abc import Sequence

from quantumlayer.core.plan import Plan, Task, Tier
from quantumlayer.qlayer.ports import CheckKind
from quantumlayer.spec.generator import Generator
from quantumlayer.spec.model import Entity, Operation, Spec

SIMPLE_BELOW = 100
"""Lines of business code under which a Spec is of the tier `simple`."""

COMPLEX_ABOVE = 1000
"""Lines of business code over which it is `complex`."""


def estimated_lines(spec: Spec) -> int:
    """Lines of business code by the table above."""
    entities = sum(_entity_lines(entity) for entity in spec.entities.values())
    operations = sum(_operation_lines(operation) for operation in spec.operations.values())
    queries = sum(20 + 8 * len(query.takes) for query in spec.queries.values())
    return entities + operations + queries + 15 * len(spec.roles)


def tier(lines: int) -> Tier:
    """The tier of one service of that many lines of business code."""
    if lines < SIMPLE_BELOW:
        return Tier.SIMPLE
    return Tier.COMPLEX if lines > COMPLEX_ABOVE else Tier.STANDARD


def plan_build(spec: Spec, generators: Sequence[Generator], checks: Sequence[CheckKind]) -> Plan:
    """The tasks that build a Spec: generate in parallel, assemble, check in parallel, hold claims, package."""
    generate = [_generate(generator, spec) for generator in generators]
    parts = [task for tasks in generate for task in tasks]
    assemble = Task(
        id="assemble",
        kind="assemble",
        title="put together and tidy",
        group="generate",
        needs=tuple(task.id for task in parts),
        estimate=0.5,
    )
    checking = [
        Task(
            id=f"check.{check.name}",
            kind="check",
            title=check.title,
            group="check",
            needs=(assemble.id,),
            inputs={"check": check.name},
            estimate=check.estimate,
        )
        for check in checks
    ]
    names = tuple(task.id for task in checking)
    claims = Task(
        id="claims", kind="claims", title="every promise has a passing test", group="check", needs=(*names, assemble.id)
    )
    package = Task(
        id="package",
        kind="package",
        title="manifest and report",
        group="package",
        needs=(assemble.id, *names, claims.id),
        estimate=0.3,
    )
    lines = estimated_lines(spec)
    return Plan(tier=tier(lines), lines=lines, tasks=(*parts, assemble, *checking, claims, package))


def _generate(generator: Generator, spec: Spec) -> list[Task]:
    return [
        Task(
            id=f"generate.{generator.name}.{part.id}",
            kind="generate",
            title=part.title,
            group="generate",
            inputs={"generator": generator.name, "part": part.id},
            estimate=part.estimate,
        )
        for part in generator.parts(spec)
    ]


def _entity_lines(entity: Entity) -> int:
    actions = {action for grant in entity.access for action in grant.may}
    return (
        30
        + 30 * len(actions)
        + 8 * len(entity.fields)
        + 15 * len(entity.relations)
        + 15 * len(entity.derived)
        + 20 * len(entity.rules)
        + 10 * len(entity.access)
        + 10 * len(entity.states.values if entity.states else ())
        + 40 * len(entity.versioned)
        + (60 if entity.audit else 0)
    )


def _operation_lines(operation: Operation) -> int:
    return (
        25
        + 8 * len(operation.takes)
        + 8 * len(operation.requires)
        + 3 * len(operation.sets)
        + (10 if operation.creates else 0)
    )
