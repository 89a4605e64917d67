"""One field that holds a file, and how its requests are written."""

from dataclasses import dataclass, replace
from functools import cached_property

from quantumlayer.qtest.literals import text
from quantumlayer.qtest.places import THIS, Slot
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.samples import SomeFile
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import holds
from quantumlayer.qtest.witness import Question, Witness
from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.model import Action, Field, Moment
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
        return None if self._worlds is None else Scene(self.records.suite, self._worlds[0])

    @property
    def reachable(self) -> bool:
        """Whether the same caller may still change the record once it has the file."""
        return self._worlds is not None and self._allowed(self._worlds[1])

    @property
    def removable(self) -> bool:
        """Whether they may take it away again, and no rule wants the record to have it."""
        offered = self.field.optional and not self.field.immutable
        if self._worlds is None or not offered or not self.reachable:
            return False
        rules = self.records.suite.rules(self.records.name, Moment.UPDATE)
        return all(holds(one.cel, one.scope, self._worlds[0]) for one in rules.values())

    @cached_property
    def _worlds(self) -> tuple[Witness, Witness] | None:
        """Before and after the first file is put."""
        roles = self.records.suite.roles_for(self.records.name, Action.UPDATE)
        for role in sorted(roles, key=lambda role: not self.records.shown(self.key, role)):
            question = self.records.suite.question(self.records.name, Action.UPDATE, role)
            after = replace(question, fixed={**question.fixed, Slot(THIS, self.key): SomeFile()}).base()
            before = None if after is None else self.without(question, after)
            if after is not None and before is not None:
                return before, after
        return None

    def without(self, question: Question, after: Witness) -> Witness | None:
        """The world without the file, if its caller may put one there."""
        choice = {**after.choice, Slot(THIS, self.key): None}
        before = Witness(choice, question.builder().build(choice))
        return before if self._allowed(before) else None

    def _allowed(self, world: Witness) -> bool:
        suite, name, role = self.records.suite, self.records.name, world.built.caller.role
        allowed = [*suite.permission(name, Action.UPDATE, role), *suite.permission(name, Action.READ, role)]
        return all(holds(one.cel, one.scope, world) for one in allowed)

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
