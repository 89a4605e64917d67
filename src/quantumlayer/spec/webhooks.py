"""Webhooks: what the service tells other systems, in a message that is kept until the other one has it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Discriminator, Tag
from pydantic import Field as Key

from quantumlayer.spec.base import Cel, EntityName, Name, Names, Node
from quantumlayer.spec.effects import Creation, effects_within
from quantumlayer.spec.reports import Value

if TYPE_CHECKING:
    from quantumlayer.spec.model import Spec


BODY_TAGS = ("an expression", "an expression with its type")
"""What pydantic calls the kinds of values of a body in the places of its errors."""


def _kind_of_value(value: object) -> str:
    return BODY_TAGS[1] if isinstance(value, Value | dict) else BODY_TAGS[0]


Told = Annotated[Annotated[Cel, Tag(BODY_TAGS[0])] | Annotated[Value, Tag(BODY_TAGS[1])], Discriminator(_kind_of_value)]


class Webhook(Node):
    """An event that another system is told of, about a record `of` an entity.

    `body` is what the message says: expressions over `this`, the record as it is when the effect that sends it is
    done. One alone has the type of the field or value that it reads, or of the expression; `{type: money, cel: ...}`
    says it. Personal values may be among them where the webhook says that it is `personal`.
    """

    of: EntityName
    about: str = ""
    body: Annotated[dict[Name, Told], Key(min_length=1)]
    personal: bool = False

    @property
    def told(self) -> dict[str, str]:
        """The expressions of the body."""
        return {key: one.cel if isinstance(one, Value) else one for key, one in self.body.items()}


def tells_of_made(webhook: Webhook, changed: str | None, made: Creation | None) -> bool | None:
    """Whether an effect tells of the record that it makes, not of the one that it changes; None if of neither."""
    if webhook.of == changed:
        return False
    return True if made is not None and made.entity == webhook.of else None


def senders(spec: "Spec") -> Iterator[tuple[str, Names]]:
    """Every element that sends something, by address, with the names of what it sends."""
    for name, operation in spec.operations.items():
        yield f"operations.{name}", operation.sends
        for path, effect in effects_within(operation.also):
            yield f"operations.{name}" + "".join(f".also.{key}" for key in path), effect.sends
    for name, job in spec.jobs.items():
        yield f"jobs.{name}", job.sends
        for path, effect in effects_within(job.also):
            yield f"jobs.{name}" + "".join(f".also.{key}" for key in path), effect.sends


def setting(name: str, part: str) -> str:
    """The setting of the service that holds the `url` of a webhook's receiver, or the `secret` shared with it."""
    return f"webhook_{name}_{part}"
