"""Imports from the packages of the entities: a file gets those that it has a word for.

A template cannot know what of the others its lines will name, and to offer all of them to each file of a service of
hundreds would be most of the work. So it says where such imports stand, and of what kinds, with `others("models")`.
"""

import re
from collections.abc import Iterable, Mapping

from quantumlayer.qlayer.packs.fastapi.entities import EntityView
from quantumlayer.spec.interface import Envelope
from quantumlayer.spec.style import style_of

_PLACE = re.compile(r"^# others: (.*)\n", re.MULTILINE)
_WORD = re.compile(r"\w+")

Offers = Mapping[str, Mapping[str, str]]
"""Lines of import by kind, then by the word that needs them."""


def others(*kinds: str) -> str:
    """Marks the place of the imports of these kinds in a template."""
    return f"# others: {' '.join(kinds)}"


def offers(package: str, entities: Iterable[EntityView]) -> Offers:
    """What the packages of the entities offer to each other's files."""
    found: dict[str, dict[str, str]] = {
        kind: {} for kind in ("askers", "models", "readers", "rules", "schemas", "services")
    }
    for entity in entities:
        home = f"{package}.{entity.names.module}"
        classes = [entity.name, *([f"{entity.name}Version"] if entity.versioned else [])]
        found["models"] |= {name: f"from {home}.models import {name}" for name in classes}
        if entity.rule_functions:
            rules = f"{entity.names.module}_rules"
            found["rules"][rules] = f"from {home} import rules as {rules}"
        if entity.answered:
            named = style_of(entity.spec).envelope is Envelope.NAME
            answers = [f"{entity.name}Read", *([f"{entity.name}Envelope"] if named else [])]
            found["schemas"] |= {name: f"from {home}.schemas import {name}" for name in answers}
        service = f"{entity.names.module}_service"
        for kind, wanted in (("askers", entity.asked), ("readers", entity.readable)):
            if wanted:
                found[kind][service] = f"from {home} import service as {service}"
        found["services"][entity.names.module] = f"from {home} import service as {entity.names.module}"
    return found


def with_others(text: str, offered: Offers) -> str:
    """A file's text with the imports that it needs in the place that its template marked."""
    place = _PLACE.search(text)
    if place is None:
        return text
    words = set(_WORD.findall(text))
    lines = [offered[kind][word] for kind in place[1].split() for word in sorted(words & offered[kind].keys())]
    return "".join([text[: place.start()], *(f"{line}\n" for line in lines), text[place.end() :]])
