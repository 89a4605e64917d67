"""What the service does by itself, as functions: which records are due, and what is done to one of them."""

from dataclasses import dataclass

from quantumlayer.qlayer.packs.fastapi.code import Prelude, UnsupportedError, names_in
from quantumlayer.qlayer.packs.fastapi.columns import Columns
from quantumlayer.qlayer.packs.fastapi.effects import RELEASED, effect_lines
from quantumlayer.qlayer.packs.fastapi.holds import Start, holds
from quantumlayer.qlayer.packs.fastapi.roots import Changing
from quantumlayer.qlayer.packs.fastapi.sql import Sql
from quantumlayer.qlayer.packs.fastapi.statements import Writer
from quantumlayer.qlayer.packs.fastapi.webhooks import MODULE
from quantumlayer.spec.cel import Scope, acting_job, compile_cel
from quantumlayer.spec.held import work_of_job
from quantumlayer.spec.model import Job, Spec
from quantumlayer.spec.naming import entity_names, function_name

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_BY_A_CALLER = "record_action(session, caller, "
RECORD_JOB = "record_job"
"""What notes in the audit trail what the service did by itself."""


@dataclass(frozen=True, slots=True)
class JobView:
    """A job in the words of the target: the `conditions` under which a record is due, and the `body` that does it."""

    name: str
    function: str
    summary: str
    every: str
    seconds: int
    conditions: tuple[str, ...]
    body: tuple[str, ...]


def job_view(spec: Spec, name: str) -> JobView:
    """The view of one job.

    Raises:
        UnsupportedError: Some part of it cannot be written.
    """
    job = spec.jobs[name]
    names = entity_names(job.of)
    variable, record_id = names.snake, f"{names.snake}_id"
    checked = compile_cel(job.where, Scope.for_job(spec, job.of))
    prelude = Prelude(taken={"session", variable})
    conditions = tuple(Sql(spec, checked, {"this": Columns(job.of)}, {}, prelude=prelude).conditions())
    if prelude.take():
        raise UnsupportedError("a job that looks other records up before it knows which ones are due")
    writer = Writer(spec, {"this": Changing(variable)}, Prelude(taken={"session", variable, record_id, MODULE}))
    held = work_of_job(spec, name).held()
    locks = (
        holds(spec, checked.scope, held, Start(job.of, record_id, lock="lock_to_remove" if job.deletes else "lock"))
        if held
        else writer.locks([checked], record_id, via_this=False, also=(job.of, record_id))
    )
    if job.deletes:  # nothing may begin to refer to it meanwhile
        locks = [
            line.replace(f"await lock(session, {names.name}, ", f"await lock_to_remove(session, {names.name}, ")
            for line in locks
        ]
    body = [*locks, *_found(names.name, variable, function_name(name))]
    body += effect_lines(spec, job.of, acting_job(spec, name), writer)
    if RELEASED in names_in(body):
        raise UnsupportedError("a job that removes records with files")
    body = [line.replace(_BY_A_CALLER, f"{RECORD_JOB}(session, {name!r}, ") for line in body]
    return JobView(
        name, function_name(name), _summary(name, job), job.every, _seconds(job.every), conditions, tuple(body)
    )


def _found(model: str, variable: str, function: str) -> list[str]:
    due = f"due_{function}().where({model}.id == {variable}_id)"
    return [f"{variable} = await session.scalar({due})", f"if {variable} is None:", "    return"]


def _summary(name: str, job: Job) -> str:
    return job.about.rstrip(".") or name.replace("_", " ").strip().capitalize()


def _seconds(every: str) -> int:
    return int(every[:-1]) * _SECONDS[every[-1]]
