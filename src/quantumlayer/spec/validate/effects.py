"""Judges what operations do besides: whether each effect has something to change, and may change it."""

from collections.abc import Iterator

from quantumlayer.spec.cel import INT, Acting, CelError, Ident, ListType, RecordType, TakesType, acting, acting_job
from quantumlayer.spec.effects import effects_within
from quantumlayer.spec.errors import Problem
from quantumlayer.spec.model import Effect, Spec
from quantumlayer.spec.validate.names import judge_variable
from quantumlayer.spec.validate.structure import judge_creation, not_settable

_DEEPEST = 2


def judge_effects(spec: Spec) -> Iterator[Problem]:
    """Effects that change nothing, something that is no record, or what cannot be changed."""
    said = {f"operations.{name}": operation.also for name, operation in spec.operations.items()}
    said |= {f"jobs.{name}": job.also for name, job in spec.jobs.items()}
    for prefix, effects in said.items():
        for path, effect in effects_within(effects):
            yield from _each_and_as(prefix + "".join(f".also.{key}" for key in path), effect)
    for name in spec.operations:
        try:
            for found in acting(spec, name):
                yield from _effect(spec, found, 1)
        except CelError:
            continue  # told where expressions are judged
    for name, job in spec.jobs.items():
        try:
            yield from _effect(spec, acting_job(spec, name), 1)
        except CelError:
            continue  # as above
        if job.deletes and any(effect.on == "this" for _, effect in effects_within(job.also)):
            message = "What is removed cannot be changed, too."
            yield Problem(f"jobs.{name}.deletes", message, "Write one of the two.")


def _each_and_as(address: str, effect: Effect) -> Iterator[Problem]:
    if (effect.each is None) == (effect.as_ is None):
        return
    message = "`each` and `as` stand together: what is gone through, and what one of them is called."
    hint = "Write both, or neither."
    if effect.each is None and effect.on is not None:
        hint = f"Remove `as`: expressions call the record `{effect.on}`, as `on` does."
    yield Problem(address, message, hint)


def _effect(spec: Spec, found: Acting, depth: int) -> Iterator[Problem]:
    effect, address = found.effect, found.address
    yield from _items(found)
    if found.on is not None and found.target is None:
        message = f"This is no record but {found.on.type}."
        yield Problem(f"{address}.on", message, "Name one record, as in `this.room`.", 1, 1)
    if depth > _DEEPEST:
        yield Problem(address, "Effects go two deep at most.", "Put it beside the effect that it stands in.")
        return
    if not (effect.sets or effect.to or effect.creates or effect.also or effect.sends or effect.deletes):
        hint = "Give it `sets`, `to`, `creates`, `deletes`, `sends` or `also`."
        yield Problem(address, "This effect changes nothing.", hint)
    yield from _change(spec, found)
    if effect.creates is not None:
        yield from judge_creation(spec, f"{address}.creates", effect.creates)
    if effect.requires and depth > 1:
        message = "What follows for each record or row has no requirements of its own."
        yield Problem(f"{address}.requires", message, "Require it one level up.")
    if effect.skips and not (found.rows and effect.requires):
        message = "`skips` leaves out rows of the input that break a requirement."
        yield Problem(f"{address}.skips", message, "Go through `takes` and give it `requires`, or drop `skips`.")
    for inner in found.within:
        yield from _effect(spec, inner, depth + 1)


def _items(found: Acting) -> Iterator[Problem]:
    effect, address = found.effect, found.address
    if found.each is not None and not isinstance(found.item, RecordType | TakesType) and found.item != INT:
        message = f"This is no collection of records or rows but {found.each.type}."
        hint = "Write a way back, a filtered one, rows of `takes`, or `range(...)`."
        yield Problem(f"{address}.each", message, hint, 1, 1)
    if found.each is not None and not isinstance(found.each.type, ListType):
        return
    if effect.as_ is not None:
        yield from judge_variable(f"{address}.as", effect.as_, found.outer.names)


def _change(spec: Spec, found: Acting) -> Iterator[Problem]:
    """What is set, moved and removed."""
    effect, address = found.effect, found.address
    words = [word for word in ("sets", "to", "deletes") if getattr(effect, word)]
    if words and found.target is None:
        message = f"`{words[0]}` changes a record, and there is none here."
        yield Problem(f"{address}.{words[0]}", message, "Say which one: `on: this`, `on: row.product`.")
        return
    if found.target is None:
        return
    entity = spec.entities[found.target]
    if effect.deletes and len(words) > 1:
        yield Problem(f"{address}.deletes", "What is removed cannot be changed, too.", "Write one of the two.")
    named = found.on is not None and isinstance(found.on.expr, Ident) and not address.startswith("jobs.")
    if effect.deletes and named and found.on is not None and isinstance(found.on.expr, Ident):
        message = f"`{found.on.expr.name}` is still needed."
        yield Problem(f"{address}.deletes", message, "Remove records that it goes through with `each`.")
    for key in effect.sets:
        if fault := not_settable(entity, key):
            yield Problem(f"{address}.sets.{key}", *fault)
    if effect.to is not None and (entity.states is None or effect.to not in entity.states.values):
        known = ", ".join(entity.states.values) if entity.states is not None else "none"
        yield Problem(f"{address}.to", f"{found.target} has no state {effect.to!r}.", f"Its states are: {known}.")
