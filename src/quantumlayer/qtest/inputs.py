"""Tests of what operations take: of another type, left out, at its limits and beyond them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from quantumlayer.qtest.limits import rows
from quantumlayer.qtest.literals import source, text
from quantumlayer.qtest.named import reference_tests, taken
from quantumlayer.qtest.places import TAKES, Slot
from quantumlayer.qtest.rows import row_tests
from quantumlayer.qtest.samples import wrong_type
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import required
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.qtest.witness import Witness
from quantumlayer.qtest.worlds import constant
from quantumlayer.spec.model import Computed

if TYPE_CHECKING:
    from quantumlayer.qtest.operations import Operating


class Inputs:
    """The tests of what one operation takes."""

    def __init__(self, operating: "Operating") -> None:
        self.operating, self.suite, self.operation = operating, operating.suite, operating.operation

    def tests(self) -> Iterator[Test]:
        """Of another type, left out, at its limits and beyond them."""
        role = next((role for role in self.operation.by if self.operating.base(role) is not None), None)
        base = None if role is None else self.operating.base(role)
        if base is None:
            return
        scene = Scene(self.suite, base)
        body = taken(self.operation, scene)
        verb = self.operating.name.strip("_")
        prefix = f"{self.operating.address}.takes"
        wrong = [Row((text(key), source(wrong_type(item)))) for key, item in self.operation.inputs.items()]
        wrong += [Row((text(f"{key}_id"), text("nonsense"))) for key in self.operation.references]
        yield Test(
            f"{verb}_is_refused_with_input_of_another_type",
            [
                *scene.lines,
                self.operating.sent(scene, f"{body} | {{key: value}}"),
                'assert pointers(answer) == [f"/body/{key}"]',
            ],
            names={"key": "str", "value": "object"},
            rows=[*wrong, Row(('"nonsense"', "1"))],
        )
        needed = {key: key for key in required(self.operation.inputs)}
        needed |= {f"{key}_id": key for key, one in self.operation.references.items() if not one.optional}
        if needed:
            yield Test(
                f"{verb}_is_refused_without",
                [
                    *scene.lines,
                    f"body = {body}",
                    self.operating.sent(scene, "{name: body[name] for name in body if name != key}"),
                    'assert pointers(answer) == [f"/body/{key}"]',
                ],
                names={"key": "str"},
                rows=[Row((text(key),), (f"{prefix}.{element}",)) for key, element in needed.items()],
            )
        yield from self._left_out(role or "", base)
        yield from reference_tests(self.suite, self.operating.name, base)
        for key in self.operation.rows:
            yield from row_tests(self.operating, key, base)
        yield from self._limits(scene, body, verb, prefix, base)

    def _left_out(self, role: str, base: Witness) -> Iterator[Test]:
        """Input with a default need not be given."""
        given = {key: item for key, item in self.operation.inputs.items() if item.default is not None}
        plain = {key: constant(item) for key, item in given.items() if not isinstance(item.default, Computed)}
        question = self.operating.question(role)
        choice = {**base.choice, **{Slot(TAKES, key): value for key, value in plain.items()}}
        witness = Witness(choice, question.builder().build(choice))
        if not plain or not question.accepts(witness.built):
            return
        scene = Scene(self.suite, witness)
        expected, _ = self.operating.expected(witness, scene, role)
        yield Test(
            f"{self.operating.name.strip('_')}_does_without_{'_and_'.join(plain)}",
            [
                *scene.lines,
                self.operating.sent(scene, taken(self.operation, scene, without=plain)),
                f"assert answer.status_code == {self.operating.done}",
                *([f"assert answer.json().items() >= {{{', '.join(expected)}}}.items()"] if expected else []),
            ],
            [f"{self.operating.address}.takes.{key}.default" for key in plain],
        )

    def _limits(self, scene: Scene, body: str, verb: str, prefix: str, base: Witness) -> Iterator[Test]:
        sent = self.operating.sent(scene, f"{body} | {{key: value}}")
        question = self.operating.question(base.built.caller.role)
        fitting = [
            row
            for key, edge, row in rows(prefix, self.operation.inputs, fits=True)
            if question.accepts(question.builder().build({**base.choice, Slot(TAKES, key): edge.value}))
        ]
        names = {"key": "str", "value": "object"}
        if fitting:
            check = f"assert answer.status_code == {self.operating.done}"
            yield Test(f"{verb}_takes_a_value_at_its_limit", [*scene.lines, sent, check], names=names, rows=fitting)
        beyond = [row for _, _, row in rows(prefix, self.operation.inputs, fits=False)]
        if beyond:
            check = 'assert pointers(answer) == [f"/body/{key}"]'
            yield Test(
                f"{verb}_refuses_a_value_beyond_its_limit", [*scene.lines, sent, check], names=names, rows=beyond
            )
