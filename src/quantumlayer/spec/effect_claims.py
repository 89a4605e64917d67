"""The claims of what operations do to their record and to others."""

from collections.abc import Iterator

from quantumlayer.spec.base import Names
from quantumlayer.spec.effects import Creation, Effect, Job, effects_within
from quantumlayer.spec.model import Operation
from quantumlayer.spec.naming import entity_names
from quantumlayer.spec.wording import a, and_, line


def effect_words(operation: Operation, title: str) -> str:
    """What an operation does to its own record, and what it makes."""
    parts = _changes(operation.sets, operation.to, f"the {title}")
    if operation.creates is not None:
        parts.append(_made(operation.creates))
    parts += _sent(operation.sends)
    return and_(parts or ["can be done"])


def effect_claims(prefix: str, name: str, operation: Operation) -> Iterator[tuple[str, str]]:
    """What an operation does besides, and what it requires of each record or row."""
    for path, effect in effects_within(operation.also):
        address = prefix + "".join(f".also.{key}" for key in path)
        yield address, f"{name} {_words(effect)}"
        for key, requirement in effect.requires.items():
            whole = f"leaves out {effect.as_}" if effect.skips else f"{name} is refused"
            said = f"{whole} unless {line(requirement.cel)}: {requirement.else_}"
            yield f"{address}.requires.{key}", said


def job_claims(name: str, job: Job) -> Iterator[tuple[str, str]]:
    """What a job does to each record, and what follows from it."""
    title = entity_names(job.of).title
    parts = _changes(job.sets, job.to, f"the {title}")
    if job.creates is not None:
        parts.append(_made(job.creates))
    if job.deletes:
        parts.append("removes it")
    parts += _sent(job.sends)
    done = and_(parts or ["does what follows"])
    yield f"jobs.{name}", f"every {job.every}, for each {title} for which {line(job.where)}, {name} {done}"
    for path, effect in effects_within(job.also):
        yield f"jobs.{name}" + "".join(f".also.{key}" for key in path), f"{name} {_words(effect)}"


def _words(effect: Effect) -> str:
    of = line(effect.on) if effect.on is not None else effect.as_ or ""
    parts = _changes(effect.sets, effect.to, of)
    if effect.creates is not None:
        parts.append(_made(effect.creates))
    if effect.deletes:
        parts.append(f"removes {of}")
    parts += _sent(effect.sends)
    if effect.also:
        parts.append(f"does {and_(key.replace('_', ' ') for key in effect.also)}")
    when = f", if {line(effect.when)}" if effect.when is not None else ""
    each = f"for each {effect.as_} of {line(effect.each)} " if effect.each is not None else "also "
    return f"{each}{and_(parts)}{when}"


def _changes(sets: dict[str, str], to: str | None, of: str) -> list[str]:
    parts = [f"sets {key} to {line(cel)}" for key, cel in sets.items()]
    return [*parts, f"moves {of} to {to}"] if to is not None else parts


def _sent(webhooks: Names) -> list[str]:
    return [f"sends {and_(webhooks)}"] if webhooks else []


def _made(creation: Creation) -> str:
    given = ", ".join(f"{key} {line(cel)}" for key, cel in creation.set.items())
    return f"makes {a(entity_names(creation.entity).title)}{f' with {given}' if given else ''}"
