"""The claims of reports, those about the limits of their parameters aside."""

from collections.abc import Iterator

from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.model import Report
from quantumlayer.spec.naming import entity_names
from quantumlayer.spec.wording import a, and_, line


def report_claims(name: str, report: Report) -> Iterator[tuple[str, str]]:
    """Which rows a report has and what they show, who may ask for it, and the records that callers name."""
    prefix = f"reports.{name}"
    yield prefix, f"{name} has a row for {_rows(report)}"
    if report.where is not None:
        yield f"{prefix}.where", f"{name} has no row for others than those for which {line(report.where)}"
    for key, value in report.values.items():
        yield f"{prefix}.values.{key}", f"{key} of {name} is {line(value.cel)}"
    only = "" if ANYONE in report.by else "only "
    yield f"{prefix}.by", f"{only}{and_(report.by)} may ask for {name}"
    for key, reference in report.references.items():
        need, target = "may take" if reference.optional else "takes", entity_names(reference.to).title
        yield f"{prefix}.takes.{key}", f"{name} {need} {key}, {a(target)} that exists and that the caller may read"


def _rows(report: Report) -> str:
    each = "" if report.of is None else f"each {entity_names(report.of).title} that the caller may read"
    if report.per is None:
        return each
    days = f"each {report.per} from since to until, both included"
    return f"{days}, and {each}" if each else days
