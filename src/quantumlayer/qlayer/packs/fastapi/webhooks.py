"""Webhooks as functions that keep a message, and the statements that call them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from quantumlayer.kit.identifiers import class_name
from quantumlayer.qlayer.packs.fastapi.code import Prelude
from quantumlayer.qlayer.packs.fastapi.fields import read_type
from quantumlayer.qlayer.packs.fastapi.roots import Loaded
from quantumlayer.qlayer.packs.fastapi.statements import Writer
from quantumlayer.spec.messages import said_by
from quantumlayer.spec.model import Creation, Spec
from quantumlayer.spec.naming import EntityNames, entity_names
from quantumlayer.spec.remember import remembered
from quantumlayer.spec.webhooks import setting, tells_of_made
from quantumlayer.spec.wording import a

MODULE = "webhooks"
"""What services call the module whose functions tell others."""
_LOADS = re.compile(r"(\w+) = await session\.get(?:_one)?\((\w+), .*\)")
_FIXED = frozenset({"session", "schemas", "WebhookMessage", "now", "today", "select", "func"})


@dataclass(frozen=True, slots=True)
class SaidView:
    """A value of a message: its name, its type in Python, and what is said of it."""

    name: str
    type: str
    about: str


@dataclass(frozen=True, slots=True)
class WebhookView:
    """A webhook in the words of the target: the function that keeps a message, and the class of what it says."""

    name: str
    function: str
    data_class: str
    summary: str
    of: EntityNames
    values: tuple[SaidView, ...]
    body: tuple[str, ...]
    url: str
    secret: str

    @property
    def awaits(self) -> bool:
        """Whether the function looks something up."""
        return any("await " in line for line in self.body)


@remembered
def webhook_view(spec: Spec, name: str) -> WebhookView:
    """The view of one webhook.

    Raises:
        UnsupportedError: Some part of it cannot be written.
        CelError: It reads what is not there.
    """
    webhook = spec.webhooks[name]
    names = entity_names(webhook.of)
    writer = Writer(spec, {"this": Loaded(names.snake)}, Prelude(taken={names.snake, *_FIXED}))
    lines: list[str] = writer.sentence(f"webhooks.{name}")
    values, given = [], []
    for said in said_by(spec, name):
        before, source = writer.value(said.checked, said.kind)
        lines += before
        given.append(f"{said.name}={source}")
        kind = read_type(said.kind)
        values.append(SaidView(said.name, f"{kind} | None" if said.optional else kind, said.about))
    data_class = f"{class_name(name)}Data"
    lines = [_as_it_is(spec, line, given) for line in lines]
    lines.append(f"session.add(WebhookMessage.of({name!r}, schemas.{data_class}({', '.join(given)})))")
    return WebhookView(
        name=name,
        function=f"tell_{name.strip('_')}",
        data_class=data_class,
        summary=webhook.about or f"Tells of {a(names.title)}.",
        of=names,
        values=tuple(values),
        body=tuple(lines),
        url=setting(name, "url"),
        secret=setting(name, "secret"),
    )


def _as_it_is(spec: Spec, line: str, given: Iterable[str]) -> str:
    """A statement that loads a record loads it anew where the database works out what is read of it.

    The caller may have loaded it before the change.
    """
    loads = _LOADS.fullmatch(line)
    entity = spec.entities.get(loads[2]) if loads is not None else None
    if loads is None or entity is None:
        return line
    read = {word for source in given for word in re.findall(rf"\b{loads[1]}\.(\w+)", source)}
    worked_out = any(not entity.derived[key].stored for key in entity.derived.keys() & read)
    return f"{line[:-1]}, populate_existing=True)" if worked_out else line


@dataclass(frozen=True, slots=True)
class Sender:
    """What sends something, with the variables of the record that it changes and of the one that it makes."""

    sends: tuple[str, ...]
    changed: str | None
    variable: str
    made: Creation | None
    new: str


def told(spec: Spec, sender: Sender, *, fresh: Iterable[str] = (), flushed: bool = False) -> list[str]:
    """The statements that keep what is sent.

    They read records as they are now; those that are `fresh` were just read, and the database knows all if `flushed`.
    """
    calls = list(_calls(spec, sender))
    refreshed = [variable for variable in dict.fromkeys(variable for variable, _ in calls) if variable not in fresh]
    before = [f"await session.refresh({variable})" for variable in refreshed]
    flush = ["await session.flush()"] if before and not flushed else []
    return [*flush, *before, *(call for _, call in calls)]


def _calls(spec: Spec, sender: Sender) -> Iterator[tuple[str, str]]:
    for name in sender.sends:
        variable = sender.new if tells_of_made(spec.webhooks[name], sender.changed, sender.made) else sender.variable
        view = webhook_view(spec, name)
        yield variable, f"{'await ' if view.awaits else ''}{MODULE}.{view.function}(session, {variable})"
