"""One field that holds a file, and how its requests are written."""

from dataclasses import dataclass, replace
from functools import cached_property

from quantumlayer.qtest.literals import text
from quantumlayer.qtest.places import THIS, Slot
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.samples import SomeFile
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import holds
from quantumlayer.qtest.witness import Witness
from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.model import Action, Field
from quantumlayer.spec.naming import route_name

PLAIN = "text/plain"
"""A type of which nobody looks at the first bytes."""


@dataclass
class FileField:
    """One field that holds a file."""

    records: Records
    key: str
    field: Field

    @property
    def address(self) -> str:
        """Its address in the Spec."""
        return f"{self.records.address}.fields.{self.key}"

    @property
    def noun(self) -> str:
        """The file of the record, as part of the name of a test."""
        return f"{self.key}_of_{self.records.a}"

    @property
    def media(self) -> str:
        """A type that the file may have."""
        return self.field.media[0] if self.field.media else PLAIN

    @cached_property
    def putting(self) -> Scene | None:
        """A world in which a caller may put the first file, as a role that sees it if there is one."""
        roles = self.records.suite.roles_for(self.records.name, Action.UPDATE)
        for role in sorted(roles, key=lambda role: not self.records.shown(self.key, role)):
            found = self._first(role)
            if found is not None:
                return Scene(self.records.suite, found)
        return None

    def _first(self, role: str) -> Witness | None:
        suite, name = self.records.suite, self.records.name
        question = suite.question(name, Action.UPDATE, role)
        slot = Slot(THIS, self.key)
        after = replace(question, fixed={**question.fixed, slot: SomeFile()}).base()
        if after is None:
            return None
        choice = {**after.choice, slot: None}
        before = Witness(choice, question.builder().build(choice))
        allowed = [*suite.permission(name, Action.UPDATE, role), *suite.permission(name, Action.READ, role)]
        return before if all(holds(one.cel, one.scope, before) for one in allowed) else None

    def url(self, scene: Scene) -> str:
        """The file's address as Python."""
        return f'f"{self.records.path}/{{{scene.this}.id}}/{route_name(self.key)}"'

    def put(self, scene: Scene, content: str = "upload", media: str = "", more: str = "") -> str:
        """The request as Python."""
        headers = f'{{"If-Match": "*", "Content-Type": {media or text(self.media)}{more}}}'
        return f"await {scene.caller}.put(url, content={content}, headers={headers})"

    def reader(self, scene: Scene) -> tuple[list[str], str] | None:
        """Lines that sign in somebody who may fetch the file, and who that is: the caller of the scene if they may."""
        suite, name = self.records.suite, self.records.name
        role = scene.built.caller.role
        if suite.may(name, Action.READ, role) and self.records.shown(self.key, role):
            return [], scene.caller
        others = [one for one in suite.roles_for(name, Action.READ) if one != ANYONE or not self.field.visible_to]
        other = next((r for r in others if suite.always(name, Action.READ, r) and self.records.shown(self.key, r)), "")
        return (suite.sign_in(other), suite.caller(other)) if other else None
