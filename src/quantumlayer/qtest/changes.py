"""Tests of changing and deleting records over HTTP."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from quantumlayer.qtest.bodies import IF_ANY, other_values
from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.samples import samples
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import links_given, relations_given, writable
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.model import Action
from quantumlayer.spec.naming import link_ids


def change_tests(records: Records) -> Iterator[Test]:
    """Changed as a whole, never in what stays, and deleted."""
    yield from _updating(records)
    yield from _deleting(records)


@dataclass(frozen=True, slots=True)
class Change:
    """How a caller changes a record as a whole.

    `values` are those it then has; `like` names the variable of another record for a relation that it takes over. The
    ids of a relation to many that needs some stay as they are, `but` those that the test gives itself.
    """

    records: Records
    role: str
    scene: Scene
    values: dict[str, object]
    like: Mapping[str, str] = field(default_factory=dict)
    but: str = ""

    @property
    def url(self) -> str:
        """The record's address as Python."""
        return f'f"{self.records.path}/{{{self.scene.this}.id}}"'

    @property
    def sent(self) -> dict[str, object]:
        """The values as JSON."""
        fields = self.records.entity.fields
        return {key: wire(value, fields[key].type) for key, value in self.values.items()}

    @property
    def body(self) -> str:
        """The body of the request as Python."""
        keys = relations_given(self.records.entity, changing=True)
        relations = [f'"{key}_id": {self.like.get(key, self.scene.this)}.{key}_id' for key in keys]
        held = map(link_ids, links_given(self.records.entity, changing=True))
        relations += [f"{text(ids)}: {self.scene.this}.{ids}" for ids in held if ids != self.but]
        own = {self.records.entity.key: f"{self.scene.this}.{self.records.entity.key}"}  # else it would be elsewhere
        sent = (f"{text(key)}: {own.get(key, source(value))}" for key, value in self.sent.items())
        return "{" + ", ".join([*sent, *relations]) + "}"

    @property
    def put(self) -> str:
        """The request as Python."""
        return f"await {self.scene.caller}.put({self.url}, json={self.body}, {IF_ANY})"

    def moves(self, key: str) -> bool:
        """Whether the field gets another value than it had."""
        return key in self.values and self.values[key] != self.scene.built.this.values.get(key)


def changing(records: Records) -> Change | None:
    """How a caller changes such a record as a whole; nothing if nobody may."""
    plain = records.suite.plain(records.name, Action.UPDATE)
    if plain is None:
        return None
    role, base = plain
    fields = writable(records.entity, changing=True)
    question = records.suite.question(records.name, Action.UPDATE, role)
    others = [key for key in fields if key != records.entity.key]
    changed = other_values(records.suite, question, base, records.name, others)
    values = {key: changed.get(key, base.built.this.values.get(key)) for key in fields}
    return Change(records, role, Scene(records.suite, base), values)


def _updating(records: Records) -> Iterator[Test]:
    change = changing(records)
    if change is None:
        return
    scene, url = change.scene, change.url
    hidden = [key for key in change.values if not records.shown(key, change.role)]
    back = records.given_back("body", hidden=hidden) if hidden else ["assert answer.json().items() >= body.items()"]
    put = f"await {scene.caller}.put({url}, json=body, "
    readable = records.suite.may(records.name, Action.READ, change.role)
    kept = [f"assert (await {scene.caller}.get({url})).json() == answer.json()"] if readable else []
    if change.body != "{}":
        yield Test(
            f"{records.a}_is_changed_as_a_whole",
            [
                *scene.lines,
                f"body = {change.body}",
                f"answer = {put}{IF_ANY})",
                "assert answer.status_code == 200",
                *back,
                *kept,
                *records.suite.silent(records.name),
            ],
            [f"{records.address}.fields.{key}" for key in change.values if key not in hidden],
        )
    if readable and any(change.moves(key) for key in change.values):
        yield Test(
            f"a_change_of_{records.a}_names_the_version_that_it_is_based_on",
            [
                *scene.lines,
                f"body = {change.body}",
                f'etag = (await {scene.caller}.get({url})).headers["ETag"]',
                f"assert ({put[:-2]})).status_code == 428",
                f'assert ({put}headers={{"If-Match": etag}})).status_code == 200',
                f'assert ({put}headers={{"If-Match": etag}})).status_code == 412',
            ],
        )
    yield from _immutable(records, change)


def _immutable(records: Records, change: Change) -> Iterator[Test]:
    scene = change.scene
    rows = [
        Row(
            (text(key), source(wire(next(iter(samples(key, item)), None), item.type))),
            (f"{records.address}.fields.{key}.{word}",),
        )
        for key, item in records.entity.values.items()
        for word in ("immutable", "read_only")
        if getattr(item, word)
    ]
    rows += [
        Row((f'"{key}_id"', "1"), (f"{records.address}.relations.{key}.read_only",) if relation.read_only else ())
        for key, relation in records.entity.references.items()
        if not relation.reassignable
    ]
    if records.entity.states is not None:
        last = records.entity.states.values[-1]
        rows.append(Row((text(records.entity.states.field), text(last)), (f"{records.address}.states",)))
    if rows:
        body = source(change.sent)[:-1] + (", " if change.values else "") + "key: value}"
        yield Test(
            f"{records.a}_is_never_changed_in",
            [
                *scene.lines,
                f"answer = await {scene.caller}.put({change.url}, json={body}, {IF_ANY})",
                'assert f"/body/{key}" in pointers(answer)',
            ],
            names={"key": "str", "value": "object"},
            rows=rows,
        )


def _no_longer_found(records: Records, scene: Scene, *, themselves: bool) -> list[str]:
    """Whoever has deleted their own record has no account any more."""
    role = scene.built.caller.role
    if not records.suite.may(records.name, Action.READ, role):
        return []
    status = 401 if themselves and not records.suite.may(records.name, Action.READ, ANYONE) else 404
    return [f"assert (await {scene.caller}.get(url)).status_code == {status}"]


def _deleting(records: Records) -> Iterator[Test]:
    plain = records.suite.plain(records.name, Action.DELETE)
    if plain is None:
        return
    scene = Scene(records.suite, plain[1])
    url = f'f"{records.path}/{{{scene.this}.id}}"'
    themselves = scene.built.caller.record is scene.built.this
    yield Test(
        f"{records.a}_is_gone_once_deleted",
        [
            *scene.lines,
            f"url = {url}",
            f"assert (await {scene.caller}.delete(url)).status_code == 428",
            f'assert (await {scene.caller}.delete(url, headers={{"If-Match": \'"0"\'}})).status_code == 412',
            f"assert (await {scene.caller}.delete(url, {IF_ANY})).status_code == 204",
            *_no_longer_found(records, scene, themselves=themselves),
            *records.suite.silent(records.name),
        ],
    )
    role = records.suite.own_role(records.name)
    if role is not None and not themselves:
        yield Test(
            f"the_account_of_{records.a}_goes_with_it",
            [
                *scene.lines,
                f'caller = await sign_in("{role}", {scene.this})',
                'assert (await caller.get("/auth/me")).status_code == 200',
                f"assert (await {scene.caller}.delete({url}, {IF_ANY})).status_code == 204",
                'assert (await caller.get("/auth/me")).status_code == 401',
            ],
        )
