"""Puts the report together."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from quantumlayer.core.checks import Check, Status
from quantumlayer.qlayer.report import view
from quantumlayer.qlayer.report.diagram import entity_picture, state_picture
from quantumlayer.spec.claims import Claim
from quantumlayer.spec.generator import OpenElement
from quantumlayer.spec.model import Spec

_WORDS = {Status.PASSED: "passed", Status.FAILED: "failed", Status.ERROR: "could not run"}


def render(
    spec: Spec,
    *,
    checks: Sequence[Check],
    claims: Sequence[Claim],
    open_elements: Sequence[OpenElement],
    generated_at: datetime,
    texts: Mapping[str, str],
    files: int,
) -> str:
    """One HTML file that needs nothing else and runs no script.

    Args:
        spec: What was built.
        checks: What ran.
        claims: What the Spec promises.
        open_elements: What the generators left out.
        generated_at: The moment to put on it.
        texts: The requirement texts by the name that the trace gives them.
        files: How many files were generated.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  costs time that only a build pays

    environment = Environment(
        loader=PackageLoader("quantumlayer.qlayer.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    proven = view.prove(claims, checks)
    return environment.get_template("report.html.jinja").render(
        spec=spec,
        checks=checks,
        words=_WORDS,
        verdict=view.verdict(checks, open_elements),
        figures=_figures(checks, proven, files),
        measured=_measured,
        unproven=[each for each in proven if not each.holds],
        open_elements=open_elements,
        generated_at=generated_at.astimezone(UTC),
        model=entity_picture(spec),
        lives=[state_picture(spec, name, one.states) for name, one in spec.entities.items() if one.states is not None],
        sentences=view.sentences(spec, proven, texts),
        untraced=view.untraced(spec, proven),
        rules=view.rules(spec, proven),
    )


def _figures(checks: Sequence[Check], proven: Sequence[view.Proven], files: int) -> list[tuple[str, str]]:
    """The headline's figures by name."""
    tests = [test.passed for check in checks for test in check.tests]
    coverage = [check.figures["coverage_percent"] for check in checks if "coverage_percent" in check.figures]
    return [
        ("checks passed", _of(check.status is Status.PASSED for check in checks)),
        ("tests passed", _of(tests)),
        ("promises proven", _of(each.holds for each in proven)),
        ("branch coverage", f"{min(coverage):.1f} %" if coverage else "not measured"),
        ("seconds of checks", f"{sum(check.seconds for check in checks):.1f}"),
        ("files", str(files)),
    ]


def _of(results: Iterable[bool]) -> str:
    """How many of how many: `12`, or `11 of 12` where it is not all."""
    known = list(results)
    return str(len(known)) if all(known) else f"{sum(known)} of {len(known)}"


def _measured(check: Check) -> list[tuple[str, str]]:
    """The figures of a check by name, with their unit."""
    return [
        (name.removesuffix("_percent").replace("_", " "), f"{value:g}{' %' if name.endswith('_percent') else ''}")
        for name, value in check.figures.items()
    ]
