"""The style of the API in the words of the target: what stands around a record and a list, in answers and requests."""

import keyword
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from quantumlayer.spec.interface import Envelope
from quantumlayer.spec.model import Spec
from quantumlayer.spec.naming import EntityNames
from quantumlayer.spec.style import Style, style_of


@dataclass(frozen=True, slots=True)
class Member:
    """The member of an envelope: its attribute and, where that has to be called otherwise than its key, the key."""

    attribute: str
    key: str

    @classmethod
    def of(cls, key: str) -> "Member":
        """The member with this key."""
        taken = keyword.iskeyword(key) or hasattr(BaseModel, key)
        return cls(f"{key}_" if taken else key, key)

    def declared(self, kind: str, alias: str) -> str:
        """The source of its declaration; `alias` is the argument that says what callers call it."""
        renamed = f' = Field({alias}="{self.key}")' if self.attribute != self.key else ""
        return f"{self.attribute}: {kind}{renamed}"


@dataclass(frozen=True, slots=True)
class ListStyle:
    """How a list is answered: the type, the class to make it with, and what holds the records there."""

    type: str
    call: str
    held: Member


@dataclass(frozen=True, slots=True)
class RecordStyle:
    """How a record of an entity is answered and taken."""

    names: EntityNames
    envelope: Envelope
    page: ListStyle

    @property
    def member(self) -> Member:
        """What its envelope calls a record."""
        return Member.of(self.names.table)

    @property
    def type(self) -> str:
        """The type of the answer."""
        read = f"{self.names.name}Read"
        return {Envelope.DATA: f"Data[{read}]", Envelope.NAME: f"{self.names.name}Envelope"}.get(self.envelope, read)

    def shown(self, source: str) -> str:
        """The source of the answer, from that of the record."""
        if self.envelope is Envelope.DATA:
            return f"Data(data={source})"
        if self.envelope is Envelope.NAME:
            return f"{self.type}({self.member.attribute}={source})"
        return source

    def taken(self, body: str) -> str:
        """The class of a request body that makes or changes a record, from that of what is in it."""
        return f"{body}Envelope" if self.envelope is Envelope.NAME else body

    @property
    def body(self) -> str:
        """The source of what such a request gives."""
        return f"body.{self.member.attribute}" if self.envelope is Envelope.NAME else "body"

    def classes(self, bodies: Sequence[str]) -> list[str]:
        """What the module of the bodies has for it beside them."""
        if self.envelope is not Envelope.NAME:
            return []
        return [self.type, self.page.call, f"{self.names.name}VersionPage", *map(self.taken, dict.fromkeys(bodies))]


class StyleView:
    """The style that a Spec asks for."""

    def __init__(self, spec: Spec) -> None:
        self._style: Style = style_of(spec)
        self.base = self._style.base
        self.camel = self._style.camel
        self.envelope = self._style.envelope.value
        self.model = "CamelModel" if self.camel else "BaseModel"

    def key(self, name: str) -> str:
        """What callers write for a name."""
        return self._style.key(name)

    def of(self, names: EntityNames) -> RecordStyle:
        """How records of an entity are answered and taken."""
        many = names.path.replace("-", "_")
        return RecordStyle(names, self._style.envelope, self.listed(f"{names.name}Read", many))

    def listed(self, row: str, many: str) -> ListStyle:
        """How a list of such answers is answered; `many` is what it calls them where each kind has its name."""
        if self._style.envelope is Envelope.NAME:
            call = f"{row.removesuffix('Read').removesuffix('Row')}Page"
            return ListStyle(call, call, Member.of(many))
        held = "data" if self._style.envelope is Envelope.DATA else "items"
        return ListStyle(f"Page[{row}]", "Page", Member.of(held))
