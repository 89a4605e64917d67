"""The page on which a person reviews a Spec before it is built."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quantumlayer.qlayer.report.diagram import entity_picture, state_picture
from quantumlayer.spec.address import elements
from quantumlayer.spec.model import Source, Spec
from quantumlayer.spec.points import points
from quantumlayer.spec.write import document, in_one_line

_LONGEST = 300
_COUNTED = ("entities", "roles", "operations", "queries", "reports", "jobs", "webhooks")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a text: a sentence with its number in the trace, or what stands between two, without one."""

    text: str
    number: int | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An element: what it is called within its owner, its value, and the numbers of the sentences it came from."""

    address: str
    name: str
    value: str
    sentences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Owner:
    """An entity, an operation or another part of the Spec with its elements; `states` are those of its records."""

    address: str
    title: str
    items: tuple[Item, ...]
    states: tuple[str, ...] = ()


def render_review(spec: Spec, texts: Mapping[str, str]) -> str:
    """One HTML file that needs nothing else and runs no script; the same Spec gives the same file.

    Args:
        spec: What was read.
        texts: The sources by the name that the trace gives them.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  costs time that only a page pays

    environment = Environment(
        loader=PackageLoader("quantumlayer.qlayer.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    owners = tuple(_owners(spec))
    return environment.get_template("review.html.jinja").render(
        spec=spec,
        points=points(spec),
        files=_files(spec, texts),
        owners=owners,
        known={item.address for owner in owners for item in owner.items} | {owner.address for owner in owners},
        model=entity_picture(spec),
        lives=[state_picture(spec, name, one.states) for name, one in spec.entities.items() if one.states is not None],
        counts=_counts(spec),
    )


def _files(spec: Spec, texts: Mapping[str, str]) -> dict[str, tuple[Stretch, ...]]:
    """Every source, cut into sentences; of one whose text is not at hand its sentences alone."""
    by_file: dict[str, list[tuple[int, Source]]] = {}
    for number, source in enumerate(spec.trace):
        by_file.setdefault(source.file, []).append((number, source))
    return {name: tuple(_stretches(texts.get(name), found)) for name, found in by_file.items()}


def _stretches(text: str | None, found: list[tuple[int, Source]]) -> Iterator[Stretch]:
    if text is None or any(text[source.start : source.end] != source.quote for _, source in found):
        for number, source in found:
            yield Stretch(source.quote, number, source)
            yield Stretch("\n")
        return
    at = 0
    for number, source in sorted(found, key=lambda one: one[1].start):
        if source.start < at:
            continue  # two readings of one place
        yield Stretch(text[at : source.start])
        yield Stretch(source.quote, number, source)
        at = source.end
    yield Stretch(text[at:])


def _owners(spec: Spec) -> Iterator[Owner]:
    told = _told(spec)
    whole = document(spec)
    for part in ("entities", "operations", "queries", "reports", "jobs", "webhooks", "roles", "quality"):
        members = whole.get(part)
        for name, value in members.items() if isinstance(members, dict) else ():
            address = f"{part}.{name}"
            entity = spec.entities.get(name) if part == "entities" else None
            states = entity.states.values if entity is not None and entity.states is not None else ()
            items = tuple(_items(address, value, told)) if isinstance(value, dict) else ()
            yield Owner(address, name, items, states)


def _items(address: str, value: Mapping[str, object], told: Mapping[str, tuple[int, ...]]) -> Iterator[Item]:
    """The elements of an entity or an operation; those of collections one by one."""
    for key, inner in value.items():
        at = f"{address}.{key}"
        if isinstance(inner, dict) and key in {"fields", "relations", "derived", "rules", "requires", "takes"}:
            for name, one in inner.items():
                yield _item(f"{at}.{name}", f"{key}.{name}", one, told)
        else:
            yield _item(at, key, inner, told)


def _item(address: str, name: str, value: object, told: Mapping[str, tuple[int, ...]]) -> Item:
    shown = in_one_line(value)
    shown = shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}\u2026"
    within = [found for key, found in told.items() if key == address or key.startswith(f"{address}.")]
    inside = sorted({one for found in within for one in found})
    return Item(address, name, shown, tuple(inside))


def _told(spec: Spec) -> dict[str, tuple[int, ...]]:
    """The numbers of the sentences that each element came from."""
    found: dict[str, tuple[int, ...]] = {}
    for number, source in enumerate(spec.trace):
        for address in source.elements:
            found[address] = (*found.get(address, ()), number)
    return found


def _counts(spec: Spec) -> list[tuple[str, int]]:
    known = elements(spec)
    counts = [(name, len(getattr(spec, name))) for name in _COUNTED]
    fields = sum(len(entity.fields) for entity in spec.entities.values())
    relations = sum(len(entity.relations) for entity in spec.entities.values())
    rules = sum(1 for one in known if one.count(".") == 3 and one.split(".")[2] in {"rules", "requires"})
    counts[1:1] = [("fields", fields), ("relations", relations), ("rules", rules)]
    return [(name, number) for name, number in counts if number]
