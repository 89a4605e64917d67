"""The claims of webhooks: what is told, what it says, and who tells it."""

from collections.abc import Iterator

from quantumlayer.spec.model import Spec
from quantumlayer.spec.naming import entity_names
from quantumlayer.spec.webhooks import senders
from quantumlayer.spec.wording import a, and_, line


def webhook_claims(spec: Spec) -> Iterator[tuple[str, str]]:
    """What each webhook promises, and each element that sends one."""
    for name, webhook in spec.webhooks.items():
        title = entity_names(webhook.of).title
        yield f"webhooks.{name}", f"{name} of {a(title)} is signed, and sent until it is taken; nothing else sends it"
        said = and_(f"{key} {line(cel)}" for key, cel in webhook.told.items())
        yield f"webhooks.{name}.body", f"{name} says {said}"
    for address, names in senders(spec):
        if names:
            sender = address.split(".")[1]
            yield f"{address}.sends", f"{sender} sends {and_(names)} if it is done, with it or not at all"
