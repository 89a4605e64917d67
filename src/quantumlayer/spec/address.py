"""Addresses: dotted paths that name every element of a Spec, such as `entities.Book.fields.isbn`."""

from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel

from quantumlayer.spec.model import Note, Source, Spec

_ALWAYS = frozenset({"access", "on_delete", "timezone"})


def elements(spec: Spec) -> Mapping[str, object]:
    """Every element that the Spec states, by address, in the order of the grammar."""
    return dict(_inside("", spec))


def nearest(address: str, known: Mapping[str, object]) -> str:
    """The address itself, or that of the closest thing around it that there is; empty where there is none."""
    while address and address not in known:
        address = address.rpartition(".")[0]
    return address


def placed(notes: Iterable[Note], known: Mapping[str, object]) -> tuple[Note, ...]:
    """The notes, each once and about something that there is."""
    return tuple(dict.fromkeys(note.model_copy(update={"about": nearest(note.about, known)}) for note in notes))


def still_traced(sources: Iterable[Source], known: Mapping[str, object]) -> tuple[Source, ...]:
    """The sentences, each with those of its elements that there are."""
    return tuple(
        source.model_copy(update={"elements": {key: how for key, how in source.elements.items() if key in known}})
        for source in sources
    )


def _inside(prefix: str, node: BaseModel) -> Iterator[tuple[str, object]]:
    for name, field in type(node).model_fields.items():
        value = getattr(node, name)
        key = field.alias or name
        if field.is_required() or value != field.default or key in _ALWAYS:
            yield from _element(f"{prefix}{key}", value)


def _element(address: str, value: object) -> Iterator[tuple[str, object]]:
    yield address, value
    if isinstance(value, BaseModel):
        yield from _inside(f"{address}.", value)
    elif isinstance(value, dict) and not address.startswith("trace."):
        for key, item in value.items():
            yield from _element(f"{address}.{key}", item)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            if isinstance(item, BaseModel):
                yield from _element(f"{address}.{index}", item)
