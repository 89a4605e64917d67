"""Migrations: up, in agreement with the models, down to nothing, and up again."""

from pathlib import Path

from quantumlayer.core.checks import Finding
from quantumlayer.qlayer.validator.models import CheckContext, Outcome
from quantumlayer.qlayer.validator.workspace import crashed, run_in
from quantumlayer.sandbox.ports import Completed, Mount

STEPS = ("upgrade head", "check", "downgrade base", "upgrade head")
MEANING = (
    "An empty database cannot be brought up to date",
    "Models and migrations do not agree",
    "The migrations cannot be undone",
    "The migrations cannot be applied again after they were undone",
)
BEGIN = "step: "

# One process for all steps: importing a service takes longer than migrating it.
ALEMBIC = f"""
import sys
from alembic.config import main
for step in sys.argv[1:]:
    print({BEGIN!r} + step, flush=True)
    main(argv=step.split())
"""


async def check_migrations_sqlite(copy: Path, context: CheckContext) -> Outcome:
    """The migrations work on SQLite."""
    return await _migrate(copy, context, f"sqlite+aiosqlite:///{copy / 'migrations.db'}", ())


async def check_migrations_postgres(copy: Path, context: CheckContext) -> Outcome:
    """The migrations work on PostgreSQL."""
    database = await context.postgres.database()
    return await _migrate(copy, context, database.url, (database.mount,))


async def _migrate(copy: Path, context: CheckContext, url: str, mounts: tuple[Mount, ...]) -> Outcome:
    shown = ("sh", "-c", " && ".join(f"alembic {step}" for step in STEPS))
    env = {"DATABASE_URL": url}
    completed = await run_in(copy, context.sandbox, "python", "-c", ALEMBIC, *STEPS, env=env, mounts=mounts)
    findings: tuple[Finding, ...] = ()
    if completed.returncode:
        begun = [line.removeprefix(BEGIN) for line in completed.stdout.splitlines() if line.startswith(BEGIN)]
        if not begun:
            raise crashed(completed, "alembic")
        meaning = MEANING[len(begun) - 1]
        findings = (Finding(message=f"{meaning}: {_reason(completed)}", code=begun[-1], path="migrations"),)
    return Outcome.of(shown, completed, findings, "up, down and up again")


def _reason(completed: Completed) -> str:
    """What alembic said last."""
    lines = [line for line in completed.stderr.splitlines() if line.strip()]
    return lines[-1].strip() if lines else f"alembic ended with {completed.returncode}."
