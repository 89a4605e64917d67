"""Tests of keeping records: made, read, changed and deleted as the Spec says."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from quantumlayer.qtest.bodies import Creation, other_values
from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.made import is_code
from quantumlayer.qtest.places import SAME, THIS, Slot
from quantumlayer.qtest.samples import lengths, samples, wrong_type
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import Suite, links_given, relations_given, required, writable
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.qtest.variables import variable, without_spare
from quantumlayer.qtest.witness import Witness
from quantumlayer.qtest.worlds import constant
from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.fitting import matching
from quantumlayer.spec.model import Action, FieldType
from quantumlayer.spec.naming import link_ids

NOBODY = 999_999


class Records:
    """The tests of one entity.

    Args:
        suite: What is known of the Spec.
        name: The entity.
    """

    def __init__(self, suite: Suite, name: str) -> None:
        self.suite, self.name = suite, name
        self.entity = suite.spec.entities[name]
        self.names = suite.names(name)
        self.path = f"/{self.names.path}"
        self.variable = variable(self.names.snake)
        self.creation = Creation.of(suite, name)
        self.address = f"entities.{name}"

    def tests(self) -> Iterator[Test]:
        """All of them, in the order of a record's life."""
        if self.creation is not None:
            yield from self._creating(self.creation)
            yield from self._refusing(self.creation)
        else:
            yield from self._kept()
        if self.suite.offered(self.name, Action.READ):
            yield from self._missing()

    def shown(self, key: str, role: str) -> bool:
        """Whether a role sees a field."""
        visible = self.entity.fields[key].visible_to if key in self.entity.fields else ()
        return not visible or role in visible

    def _creating(self, creation: Creation) -> Iterator[Test]:
        full = creation.full()
        scene = creation.scene()
        given = [*required(writable(self.entity)), *full]
        visible = [key for key in given if self.shown(key, creation.role)]
        proves = [f"{self.address}.fields.{key}" for key in visible]
        proves += [f"{self.address}.relations.{key}" for key in relations_given(self.entity)]
        body = creation.body(scene, full)
        lines = [*scene.lines, f"body = {body}"]
        lines += [
            f'answer = await {scene.caller}.post("{self.path}", json=body)',
            "assert answer.status_code == 201",
            *self.given_back("body", hidden=[key for key in given if key not in visible]),
        ]
        if creation.is_read_back:
            lines += [
                f'read = await {scene.caller}.get(answer.headers["Location"])',
                "assert read.json() == answer.json()",
                'assert read.headers["ETag"] == answer.headers["ETag"]',
            ]
        elif reader := self._reader():
            lines += [
                *self.suite.sign_in(reader),
                f'read = await {self.suite.caller(reader)}.get(answer.headers["Location"])',
                "assert read.json().items() >= answer.json().items()",
            ]
        lines += self.suite.silent(self.name)
        yield Test(f"{self.a}_is_kept_as_it_was_given", lines, proves)
        yield from self._defaults(creation)
        yield from self._moved_defaults()
        yield from self._unique(creation)
        if self.suite.own_role(self.name) is not None:
            yield self._one_account(creation)

    @property
    def a(self) -> str:
        """The noun with its article, as part of a name: `an_appointment`."""
        return f"{'an' if self.names.title[0] in 'aeiou' else 'a'}_{self.names.title.replace(' ', '_')}"

    def given_back(self, body: str, hidden: list[str]) -> list[str]:
        """The lines that find in the answer what was sent, hidden values aside."""
        if self.suite.own_role(self.name) is not None and body == "body":
            hidden = [*hidden, "account"]
        if not hidden:
            return [f"assert answer.json().items() >= {body}.items()"]
        left = f"{{key: value for key, value in {body}.items() if key not in {source(hidden)}}}"
        if len(hidden) == 1:
            left = f"{{key: value for key, value in {body}.items() if key != {text(hidden[0])}}}"
        return [f"expected = {left}", "assert answer.json().items() >= expected.items()"]

    def _defaults(self, creation: Creation) -> Iterator[Test]:
        expected, proves = {}, []
        for key, item in writable(self.entity).items():
            if not self.shown(key, creation.role) or key in required(self.entity.fields):
                continue
            if is_code(item):
                continue  # nobody knows it before
            expected[key] = wire(creation.suite.defaults.of(self.name)[key], item.type)
            if item.default is not None and not self.suite.moved(self.name, key):
                proves.append(f"{self.address}.fields.{key}.default")
        scene = creation.scene()
        for key, item in self.entity.fields.items():
            if (
                item.read_only
                and not is_code(item)
                and self.shown(key, creation.role)
                and key in self.suite.defaults.of(self.name)
            ):
                expected[key] = wire(self.suite.defaults.of(self.name)[key], item.type)
                proves.append(f"{self.address}.fields.{key}")
                proves += [f"{self.address}.fields.{key}.default"] if item.default is not None else []
        states = self.entity.states
        if states is not None:
            expected[states.field] = states.values[0]
            proves.append(f"{self.address}.states")
        if expected:
            yield Test(
                f"{self.a}_begins_with_its_defaults",
                [
                    *scene.lines,
                    f'answer = await {scene.caller}.post("{self.path}", json={creation.body(scene)})',
                    f"assert answer.json().items() >= {source(expected)}.items()",
                ],
                proves,
            )

    def _moved_defaults(self) -> Iterator[Test]:
        """Defaults that whoever creates most freely may not leave a field at: another role may."""
        for key, item in writable(self.entity).items():
            roles = self.suite.roles_for(self.name, Action.CREATE) if self.suite.moved(self.name, key) else []
            for role in roles:
                question = self.suite.question(self.name, Action.CREATE, role)
                witness = replace(question, fixed={**question.fixed, Slot(THIS, key): constant(item)}).base()
                if witness is None or not self.shown(key, role):
                    continue
                creation = Creation(self.suite, self.name, role, witness)
                scene = creation.scene()
                body = creation.body(scene, {name: value for name, value in creation.unusual().items() if name != key})
                left = f"{{name: body[name] for name in body if name != {text(key)}}}"
                yield Test(
                    f"{role}_need_not_give_{key}_of_{self.a}",
                    [
                        *scene.lines,
                        f"body = {body}",
                        f'answer = await {scene.caller}.post("{self.path}", json={left})',
                        f'assert answer.json()["{key}"] == {source(wire(constant(item), item.type))}',
                    ],
                    [f"{self.address}.fields.{key}.default"],
                )
                break

    def _unique(self, creation: Creation) -> Iterator[Test]:
        for key, item in writable(self.entity).items():
            if not item.unique:
                continue
            scene = creation.scene()
            value = next(iter(samples(key, item)))
            given = f'{creation.constant}["{key}"]'
            if wire(value, item.type) != value or key not in required(self.entity.fields):
                given = source(value)
            extra = {} if key in required(self.entity.fields) else {key: wire(value, item.type)}
            if item.type is FieldType.EMAIL:  # upper and lower case are the same address
                extra = {key: str(value).upper()}
            yield Test(
                f"no_two_{self.names.plural}_have_the_same_{key}",
                [
                    f"await make.{self.names.snake}({key}={given})",
                    *scene.lines,
                    f'answer = await {scene.caller}.post("{self.path}", json={creation.body(scene, extra)})',
                    f'assert refusal(answer) == (409, "about:blank", "Another {self.names.title} has the same {key}.")',
                ],
                [f"{self.address}.fields.{key}.unique"],
            )

    def _one_account(self, creation: Creation) -> Test:
        """Whoever comes second with a user name is told so."""
        scene = creation.scene()
        unique = [key for key, item in writable(self.entity).items() if item.unique]
        given = creation.body(scene)
        lines = [*scene.lines, f'first = await {scene.caller}.post("{self.path}", json={given})']
        if unique:
            values = {key: next(islice(samples(key, self.entity.fields[key]), 1, None), None) for key in unique}
            sent = {key: wire(value, self.entity.fields[key].type) for key, value in values.items()}
            given = creation.body(scene, {key: value for key, value in sent.items() if value is not None})
        return Test(
            f"a_user_name_belongs_to_one_{self.names.title.replace(' ', '_')}",
            [
                *lines,
                f'second = await {scene.caller}.post("{self.path}", json={given})',
                "assert (first.status_code, second.status_code) == (201, 409)",
            ],
        )

    def _refusing(self, creation: Creation) -> Iterator[Test]:
        scene = creation.scene()
        post = f'answer = await {scene.caller}.post("{self.path}", json='
        needed = required(writable(self.entity))
        rows = [Row((text(key),), (f"{self.address}.fields.{key}",)) for key in needed]
        relations = [key for key in relations_given(self.entity) if not self.entity.references[key].optional]
        rows += [Row((text(f"{key}_id"),), (f"{self.address}.relations.{key}",)) for key in relations]
        rows += [
            Row((text(link_ids(key)),), (f"{self.address}.relations.{key}.min",)) for key in links_given(self.entity)
        ]
        if rows:
            yield Test(
                f"{self.a}_is_refused_without",
                [
                    *scene.lines,
                    f"body = {creation.body(scene)}",
                    f"{post}{{name: body[name] for name in body if name != key}})",
                    'assert pointers(answer) == [f"/body/{key}"]',
                ],
                names={"key": "str"},
                rows=rows,
            )
        yield self._foreign_keys(creation)
        yield from self._wrong_types(creation)
        owned = {slot.place for slot in creation.witness.choice if slot.name == SAME}
        for key in relations_given(self.entity):
            if (*THIS, key) not in owned:
                yield self._unknown_target(creation, key)

    def _foreign_keys(self, creation: Creation) -> Test:
        """What callers cannot set."""
        scene = creation.scene()
        rows = [Row(('"id"', "7")), Row(('"created_at"', '"2020-01-01T00:00:00Z"'))]
        for key, item in self.entity.fields.items():
            if item.read_only:
                given = wire(next(iter(samples(key, item)), None), item.type)
                rows.append(Row((text(key), source(given)), (f"{self.address}.fields.{key}.read_only",)))
        kept = [key for key, relation in self.entity.references.items() if relation.read_only]
        rows += [Row((text(f"{key}_id"), "1"), (f"{self.address}.relations.{key}.read_only",)) for key in kept]
        rows += [Row((text(key), "1")) for key in self.entity.derived]
        rows += [Row((text(key), "None"), (f"{self.address}.fields.{key}",)) for key in self.entity.files]
        if self.entity.states is not None:
            last = self.entity.states.values[-1]
            rows.append(Row((text(self.entity.states.field), text(last)), (f"{self.address}.states",)))
        rows.append(Row(('"nonsense"', "1")))
        return Test(
            f"no_caller_sets_what_the_service_keeps_of_{self.a}",
            [
                *scene.lines,
                f'answer = await {scene.caller}.post("{self.path}", json={self._with_value(creation, scene)})',
                'assert pointers(answer) == [f"/body/{key}"]',
            ],
            names={"key": "str", "value": "object"},
            rows=rows,
        )

    def _with_value(self, creation: Creation, scene: Scene) -> str:
        body = creation.body(scene)
        return f"{body[:-1]}, key: value}}" if body.endswith("}") else f"{body} | {{key: value}}"

    def _wrong_types(self, creation: Creation) -> Iterator[Test]:
        scene = creation.scene()
        rows = [Row((text(key), source(wrong_type(item)))) for key, item in writable(self.entity).items()]
        rows += [Row((text(key), "None")) for key in required(writable(self.entity))]
        rows = rows or [Row((text(f"{key}_id"), text("nonsense"))) for key in relations_given(self.entity)]
        if not rows:
            return
        yield Test(
            f"{self.a}_is_refused_with_a_value_of_another_type",
            [
                *scene.lines,
                f'answer = await {scene.caller}.post("{self.path}", json={self._with_value(creation, scene)})',
                'assert pointers(answer) == [f"/body/{key}"]',
            ],
            names={"key": "str", "value": "object"},
            rows=rows,
        )

    def _unknown_target(self, creation: Creation, key: str) -> Test:
        scene = creation.scene()
        target = self.suite.names(self.entity.references[key].to).title
        body = creation.body(scene, {f"{key}_id": NOBODY})
        return Test(
            f"{self.a}_needs_{key}_that_exists",
            [
                *without_spare(scene.lines, body),
                f'answer = await {scene.caller}.post("{self.path}", json={body})',
                f'assert refusal(answer) == (409, "about:blank", "There is no {target} {NOBODY}.")',
            ],
            [f"{self.address}.relations.{key}"],
        )

    def _kept(self) -> Iterator[Test]:
        """Records that only operations make still show what is kept of them."""
        found = self.reading()
        if found is None:
            return
        role, base = found
        question = self.suite.question(self.name, Action.READ, role)
        keys = [key for key in self.entity.values if self.shown(key, role)]
        changed = other_values(self.suite, question, base, self.name, keys)
        choice = {**base.choice, **{Slot(THIS, key): value for key, value in changed.items()}}
        scene = Scene(self.suite, Witness(choice, question.builder().build(choice)))
        expected = [f"{text(k)}: {source(wire(v, self.entity.fields[k].type))}" for k, v in changed.items()]
        expected += [f'"{key}_id": {scene.this}.{key}_id' for key in self.entity.references]
        yield Test(
            f"{self.a}_is_shown_as_it_is_kept",
            [
                *scene.lines,
                f'answer = await {scene.caller}.get(f"{self.path}/{{{scene.this}.id}}")',
                f"assert answer.json().items() >= {{{', '.join(expected)}}}.items()",
            ],
            [
                *(f"{self.address}.fields.{key}" for key in changed),
                *(f"{self.address}.relations.{key}" for key in self.entity.references),
            ],
        )

    def _reader(self) -> str | None:
        """A role that reads every record."""
        roles = self.suite.roles_for(self.name, Action.READ)
        return next((role for role in roles if self.suite.always(self.name, Action.READ, role)), None)

    def reading(self) -> tuple[str, Witness] | None:
        """Who reads such records, and a world in which they do; never a stranger if others may."""
        return self.suite.plain(self.name, Action.READ)

    def _missing(self) -> Iterator[Test]:
        """A record that is not there is not found, though another one is."""
        found = self.reading()
        if found is None:
            role = next(iter(self.suite.roles_for(self.name, Action.READ)), ANYONE)
            lines, caller = self.suite.sign_in(role), self.suite.caller(role)
        else:
            scene = Scene(self.suite, found[1])
            lines, caller = scene.unnamed(), scene.caller
        missing, told = str(NOBODY), f"{self.names.title} {NOBODY}"
        if self.entity.key is not None:  # the factories number theirs
            item = self.entity.fields[self.entity.key]
            missing = str(next(reversed([*islice(matching(item.pattern or "", *lengths(item)), 60)])))
            told = f"such {self.names.title}"
        yield Test(
            f"{self.a}_that_does_not_exist_is_not_found",
            [
                *lines,
                f'answer = await {caller}.get("{self.path}/{missing}")',
                f'assert refusal(answer) == (404, "about:blank", "There is no {told}.")',
            ],
        )
