"""Judges reports: whether they have rows, whether their callers may see them, and what their parameters are."""

from collections.abc import Iterator

from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import Action, Entity, FieldType, Report, Spec
from quantumlayer.spec.naming import entity_names, row_id
from quantumlayer.spec.reports import DAY, PATH, PERIOD
from quantumlayer.spec.validate.references import ANYONE, known

_PAGING = frozenset({"limit", "offset"})
_SHOWN = frozenset(FieldType) - {FieldType.JSON, FieldType.FILE}


def judge_reports(spec: Spec) -> Iterator[Problem]:
    """Reports without rows or without readers, and names in them that mean something else already."""
    for name, report in spec.reports.items():
        yield from _report(spec, f"reports.{name}", report)
    taken = next((name for name in spec.entities if PATH in _places(name)), None) if spec.reports else None
    if taken is not None:
        message = f"Reports are found at /{PATH}/..., where the records of {taken} are."
        yield Problem(f"entities.{taken}", message, f"Give {taken} another name, such as `Filed{taken}`.")


def _places(entity: str) -> tuple[str, str]:
    names = entity_names(entity)
    return names.module, names.path


def _report(spec: Spec, prefix: str, report: Report) -> Iterator[Problem]:
    yield from known([] if report.of is None else [report.of], spec.entities, f"{prefix}.of", "entity")
    yield from known(report.by, [*spec.roles, ANYONE], f"{prefix}.by", "role", some=True)
    if report.of is None and report.per is None:
        message = "Nothing says what the rows are."
        yield Problem(prefix, message, "Give it `of: ...`, a row for each record, or `per: day`, or both.")
    if report.of is None and report.where is not None:
        message = "`where` chooses among records, and there are none: the rows are days."
        yield Problem(f"{prefix}.where", message, "Say it in the values, or give the report `of: ...`.")
    if report.of in spec.entities and report.of is not None:
        yield from _readers(spec.entities[report.of], f"{prefix}.by", report.of, report)
    yield from _parameters(spec, prefix, report)
    yield from _values(prefix, report)


def _readers(entity: Entity, address: str, target: str, report: Report) -> Iterator[Problem]:
    readers = {who for grant in entity.access if Action.READ in grant.may for who in grant.who}
    if ANYONE not in readers and (blind := [who for who in report.by if who not in readers]):
        message = f"A report has rows for what its caller may read, and {', '.join(blind)} may read no {target}."
        yield Problem(address, message, f"Grant them `read` in the access of {target}, or leave them out here.")


def _parameters(spec: Spec, prefix: str, report: Report) -> Iterator[Problem]:
    for key in sorted(_PAGING & report.takes.keys()):
        message = f"Every report has the parameter {key!r} already."
        yield Problem(f"{prefix}.takes.{key}", message, "Choose another name.")
    for key in PERIOD if report.per is not None else ():
        field = report.inputs.get(key)
        if field is None or field.type is not FieldType.DATE or not field.required:
            place = f"{prefix}.takes.{key}" if key in report.takes else f"{prefix}.per"
            message = f"Days go from `since` to `until`: {key} is a date that callers give."
            yield Problem(place, message, f"Write `takes: {{{key}: {{type: date}}}}`.")
    for key, reference in report.references.items():
        address = f"{prefix}.takes.{key}.to"
        yield from known([reference.to], spec.entities, address, "entity")
        if reference.to in spec.entities:
            yield from _readers(spec.entities[reference.to], address, reference.to, report)


def _values(prefix: str, report: Report) -> Iterator[Problem]:
    own = [] if report.of is None else [row_id(report.of)]
    own += [] if report.per is None else [DAY]
    for key, value in report.values.items():
        address = f"{prefix}.values.{key}"
        if key in own:
            message = f"Each row has {key!r} already: what it is about."
            yield Problem(address, message, "Choose another name.")
        if value.type not in _SHOWN:
            message = f"A row shows plain values, and a {value.type} is none."
            yield Problem(f"{address}.type", message, f"Use one of {', '.join(sorted(_SHOWN))}.")
