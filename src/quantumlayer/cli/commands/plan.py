"""`ql plan`."""

import sys
from itertools import groupby
from typing import TYPE_CHECKING

import typer

from quantumlayer.cli.commands.options import AsJson, Inputs, Pack, app_of, inputs_of
from quantumlayer.cli.errors import told
from quantumlayer.cli.style import Style, seconds

if TYPE_CHECKING:
    from quantumlayer.core.plan import Plan


def plan(context: typer.Context, inputs: Inputs, as_json: AsJson = False, pack: Pack = "") -> None:
    """Show what a build would do, without doing it.

    Its tasks, the seconds they take, the size of the service and the tier that follows from it.
    """
    with told():
        app = app_of(context)
        from quantumlayer.factory.understand import understand  # noqa: PLC0415  help must not load the engines
        from quantumlayer.qlayer.planner import plan_build  # noqa: PLC0415  as above

        generators = app.generators(pack)
        spec = understand(inputs_of(inputs)).spec
        made = plan_build(spec, generators, app.checks(generators))
        if as_json:
            typer.echo(made.model_dump_json(indent=2))
        else:
            _show(spec.service.name, made, Style(sys.stdout))


def _show(service: str, plan: "Plan", style: Style) -> None:
    style.line(f"{service}: {plan.tier.value}, about {plan.lines:,} lines of business code, {len(plan.tasks)} tasks")
    branch, last = ("├─", "╰─") if style.unicode else ("|-", "`-")
    for group, grouped in groupby(plan.tasks, key=lambda task: task.group):
        tasks = list(grouped)
        style.line(style.paint(f"{group}  {seconds(sum(task.estimate for task in tasks))}", "bold"))
        for task in tasks:
            style.line(f"{last if task is tasks[-1] else branch} {task.title:<50} {seconds(task.estimate):>7}")
    style.line(style.paint("Times are seconds of work on two cores; independent tasks run side by side.", "dim"))
