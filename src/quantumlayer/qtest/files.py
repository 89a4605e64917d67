"""Tests of files: put, fetched and taken away at an address of their own, by whoever may change the record."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from quantumlayer.qtest.bodies import IF_ANY
from quantumlayer.qtest.literals import text
from quantumlayer.qtest.places import THIS, Slot
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.samples import SomeFile
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.suite import NO_WITNESS, Suite, holds
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.qtest.witness import Witness
from quantumlayer.spec.base import LARGEST_FILE
from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.model import Action, Field, OnDelete
from quantumlayer.spec.naming import route_name

_KNOWN = ("application/pdf", "image/gif", "image/jpeg", "image/png", "image/webp")
_PLAIN = "text/plain"


def file_tests(records: Records) -> Iterator[Test]:
    """The files of one entity."""
    for key, field in records.entity.files.items():
        file = _File(records, key, field)
        yield from _refused(file)
        if file.putting is None:
            records.suite.leave_open(file.address, NO_WITNESS)
            continue
        yield from _put(file)
        yield from _limits(file)
        yield from _kept_out(file)
        yield from _history(file)
    yield from _released(records)


@dataclass
class _File:
    """One field that holds a file."""

    records: Records
    key: str
    field: Field

    @property
    def address(self) -> str:
        return f"{self.records.address}.fields.{self.key}"

    @property
    def noun(self) -> str:
        """The file of the record, as part of the name of a test."""
        return f"{self.key}_of_{self.records.a}"

    @property
    def media(self) -> str:
        """A type that the file may have."""
        return self.field.media[0] if self.field.media else _PLAIN

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


def _put(file: _File) -> Iterator[Test]:
    """Given back byte for byte, replaced or not, taken away or not; of what is let go of nothing stays."""
    scene = file.putting
    reader = file.reader(scene) if scene is not None else None
    if scene is None or reader is None:
        return
    signed_in, caller = reader
    begun = [*scene.lines, *signed_in, f"url = {file.url(scene)}", f"upload = content_of({text(file.media)})"]
    name = ', "Content-Disposition": \'attachment; filename="a name.txt"\''
    lines = [*begun, f"answer = {file.put(scene, more=name)}", "assert answer.status_code == 200"]
    kept = f'kept_as("a name.txt", {text(file.media)}, upload)'
    if file.records.shown(file.key, scene.built.caller.role):
        lines.append(f'assert answer.json()["{file.key}"] == {kept}')
    lines += [
        f"fetched = await {caller}.get(url)",
        "assert fetched.content == upload",
        f'assert fetched.headers["Content-Type"] == {text(file.media)}',
        'assert fetched.headers["Content-Disposition"].startswith("attachment")',
        'assert fetched.headers["Content-Length"] == str(len(upload))',
        'assert fetched.headers["ETag"] == f\'"{sha256(upload).hexdigest()}"\'',
        f'part = await {caller}.get(url, headers={{"Range": "bytes=2-5"}})',
        "assert (part.status_code, part.content) == (206, upload[2:6])",
    ]
    yield Test(f"the_{file.noun}_is_given_back_byte_for_byte", lines, [file.address])
    yield Test(
        f"the_{file.noun}_is_not_there_before_it_is_put",
        [
            *begun[:-1],
            f"answer = await {caller}.get(url)",
            *_none(),
            f'assert (await {caller}.get(url.rpartition("/")[0])).json()["{file.key}"] is None',
        ],
        [file.address],
    )
    put = [f"earlier = content_of({text(file.media)}, 80)", file.put(scene, "earlier")]
    begun = [*begun, *put]
    path = "app.state.file_store.path(sha256(earlier).hexdigest())"
    if file.field.immutable:
        told = f'"The {file.key.replace("_", " ")} of {file.records.a.replace("_", " ")} never changes."'
        yield Test(
            f"the_{file.noun}_never_changes",
            [
                *begun,
                f"answer = {file.put(scene)}",
                f'assert refusal(answer) == (409, "about:blank", {told})',
                f"assert (await {caller}.get(url)).content == earlier",
            ],
            [f"{file.address}.immutable"],
        )
    else:
        yield Test(
            f"the_{file.noun}_is_replaced",
            [
                *begun,
                f"assert ({file.put(scene)}).status_code == 200",
                f"assert (await {caller}.get(url)).content == upload",
                f"assert not {path}.exists()",
            ],
            [file.address],
        )
    yield from _removed(file, scene, caller, begun, path)
    yield from _versions(file, scene, caller, begun)


def _none() -> list[str]:
    return ['assert refusal(answer) == (404, "about:blank", "There is no file here.")']


def _removed(file: _File, scene: Scene, caller: str, begun: list[str], path: str) -> Iterator[Test]:
    delete = f"answer = await {scene.caller}.delete(url, {IF_ANY})"
    begun = [line for line in begun if not line.startswith("upload = ")]
    if file.field.optional and not file.field.immutable:
        yield Test(
            f"the_{file.noun}_is_taken_away",
            [
                *begun,
                delete,
                "assert answer.status_code == 204",
                f"assert (await {caller}.get(url)).status_code == 404",
                f"assert not {path}.exists()",
                delete,
                *_none(),
            ],
            [file.address],
        )
    else:
        yield Test(
            f"the_{file.noun}_is_not_taken_away",
            [
                *begun,
                delete,
                "assert answer.status_code == 405",
                f"assert (await {caller}.get(url)).content == earlier",
            ],
            [file.address],
        )


def _versions(file: _File, scene: Scene, caller: str, begun: list[str]) -> Iterator[Test]:
    """A change names the version of the record that it is based on, or that of the file."""
    if file.field.immutable:
        return
    plain = f'"Content-Type": {text(file.media)}'
    put = f"await {scene.caller}.put(url, content=upload, headers="
    yield Test(
        f"a_change_of_the_{file.noun}_names_the_version_that_it_is_based_on",
        [
            *begun,
            f'etag = (await {caller}.get(url)).headers["ETag"]',
            f"assert ({put}{{{plain}}})).status_code == 428",
            f'assert ({put}{{{plain}, "If-Match": \'"0"\'}})).status_code == 412',
            f'assert ({put}{{{plain}, "If-Match": etag}})).status_code == 200',
            f'assert ({put}{{{plain}, "If-Match": etag}})).status_code == 412',
        ],
    )


def _limits(file: _File) -> Iterator[Test]:
    scene = file.putting
    if scene is None:
        return
    begun = [*scene.lines, f"url = {file.url(scene)}"]
    most = int(file.field.max or LARGEST_FILE)
    yield Test(
        f"the_{file.noun}_is_taken_up_to_its_size",
        [
            *begun,
            f"answer = {file.put(scene, f'sent({text(file.media)}, upload_size)')}",
            "assert answer.status_code == status",
            "assert list(app.state.file_store.incoming()) == []",
        ],
        names={"upload_size": "int", "status": "int"},
        rows=[
            Row((f"{size:_}", str(status)), (f"{file.address}.max",) if file.field.max is not None else ())
            for size, status in ((most, 200), (most + 1, 413))
        ],
    )
    rows = [Row((text(kind), text(kind), "200")) for kind in file.field.media or (_PLAIN, "image/png")]
    others = [kind for kind in (*_KNOWN, _PLAIN) if kind not in file.field.media] if file.field.media else []
    rows += [Row((text(kind), text(kind), "415")) for kind in [*others[:2], "multipart/form-data", "nonsense"]]
    looked_at = [kind for kind in _KNOWN if kind in (file.field.media or _KNOWN)]
    rows += [Row((text(kind), text(_PLAIN), "422"), id=f"{kind} that is none") for kind in looked_at]
    proves = (f"{file.address}.media",) if file.field.media else ()
    yield Test(
        f"the_{file.noun}_is_of_a_type_that_is_taken",
        [
            *begun,
            f"answer = {file.put(scene, 'content_of(looks_like)', 'media_type')}",
            "assert answer.status_code == status",
        ],
        names={"media_type": "str", "looks_like": "str", "status": "int"},
        rows=[replace(row, proves=proves) for row in rows],
    )


def _refused(file: _File) -> Iterator[Test]:
    """Roles that may not put it, or not fetch it, whichever record it is of."""
    suite, name = file.records.suite, file.records.name
    path = f"{file.records.path}/1/{route_name(file.key)}"
    rows = []
    for role in (ANYONE, *suite.spec.roles):
        methods = [] if suite.may(name, Action.UPDATE, role) else ["PUT"]
        methods += ["DELETE"] if methods and file.field.optional and not file.field.immutable else []
        fetched = suite.may(name, Action.READ, role) and (file.records.shown(file.key, role))
        readers = [one for one in suite.spec.roles if suite.may(name, Action.READ, one)]
        offered = any(file.records.shown(file.key, one) for one in readers) or suite.may(name, Action.READ, ANYONE)
        methods += ["GET"] if not fetched and offered else []
        status = "401" if role == ANYONE else "403"
        seen = (f"{file.address}.visible_to",) if file.field.visible_to else ()
        rows += [
            Row((text(role), text(method), status), seen if method == "GET" else (file.address,)) for method in methods
        ]
    if rows:
        yield Test(
            f"the_{file.noun}_is_refused_to",
            [
                "caller = await sign_in(role)",
                f'answer = await caller.request(method, "{path}")',
                "assert answer.status_code == status",
            ],
            names={"role": "str", "method": "str", "status": "int"},
            rows=rows,
        )


def _kept_out(file: _File) -> Iterator[Test]:
    """A record that the caller may not change, or not even read."""
    suite, name = file.records.suite, file.records.name
    for role in suite.roles_for(name, Action.UPDATE):
        if suite.always(name, Action.UPDATE, role):
            continue
        question = suite.question(name, Action.UPDATE, role)
        target = suite.permission(name, Action.UPDATE, role)[0]
        found = question.refusal(next(one for one in question.conditions if one.cel == target.cel))
        if found is None:
            continue
        scene = Scene(suite, found.refused)
        readable = suite.permission(name, Action.READ, role)
        seen = suite.may(name, Action.READ, role) and all(holds(one.cel, one.scope, found.refused) for one in readable)
        put = file.put(scene, f"content_of({text(file.media)})")
        yield Test(
            f"{role}_may_not_put_the_{file.key}_of_another_{file.records.names.snake}",
            [
                *scene.lines,
                f"url = {file.url(scene)}",
                f"assert ({put}).status_code == {403 if seen else 404}",
            ],
            [file.address],
        )


def _history(file: _File) -> Iterator[Test]:
    """What is written to the trail, and what never reaches a log."""
    scene, audit = file.putting, file.records.entity.audit
    if scene is None:
        return
    begun = [*scene.lines, f"url = {file.url(scene)}", f"upload = content_of({text(file.media)})"]
    if file.field.personal:
        name = ', "Content-Disposition": \'attachment; filename="telling.txt"\''
        yield Test(
            f"the_{file.noun}_never_reaches_a_log",
            [
                *begun,
                f"answer = {file.put(scene, more=name)}",
                "assert answer.status_code == 200",
                "written = logs()",
                'assert "PUT" in written',
                'assert "telling" not in written',
                'assert upload.decode("latin-1")[:8] not in written',
            ],
            [f"{file.address}.personal"],
        )
    role = scene.built.caller.role
    if audit is None or Action.UPDATE not in audit.actions:
        return
    readers = [one for one in audit.visible_to if file.records.suite.always(file.records.name, Action.READ, one)]
    if not readers:
        return
    reader = readers[0]
    signed_in = [] if reader == role else file.records.suite.sign_in(reader)
    trail = f'f"{file.records.path}/{{{scene.this}.id}}/audit"'
    yield Test(
        f"putting_the_{file.noun}_leaves_a_trace",
        [
            *begun,
            file.put(scene),
            *signed_in,
            f"trail = await {file.records.suite.caller(reader)}.get({trail})",
            'entries = trail.json()["items"]',
            f'assert [[entry["action"], entry["role"]] for entry in entries] == [["update", {text(role)}]]',
        ],
        [f"{file.records.address}.audit"],
    )


def _released(records: Records) -> Iterator[Test]:
    """What goes with a record takes its files along, whoever else held the same content."""
    plain = records.suite.plain(records.name, Action.DELETE)
    if plain is None:
        return
    scene = Scene(records.suite, plain[1])
    delete = f'await {scene.caller}.delete(f"{records.path}/{{{scene.this}.id}}", {IF_ANY})'
    for name, key, what, made in [*_own(records, scene), *_below(records, scene)]:
        yield Test(
            f"the_{key}_of_{what}_goes_with_{records.a}",
            [
                *made,
                f"assert ({delete}).status_code == 204",
                "assert not app.state.file_store.path(held_file.sha256).exists()",
            ],
            [f"entities.{name}.fields.{key}"],
        )


def _own(records: Records, scene: Scene) -> Iterator[tuple[str, str, str, list[str]]]:
    """The files of the record itself: the entity and the field, what the record is called, and how it is made."""
    made = f"{scene.this} = await make.{records.names.snake}("
    for key in records.entity.files:
        lines = []
        for line in scene.lines:
            bare = line.replace(f"{key}=A_FILE", "").replace("(, ", "(").replace(", )", ")")
            given = f"{key}=held_file" + ("" if bare.removeprefix(made) == ")" else ", ")
            lines.append(made + given + bare.removeprefix(made) if line.startswith(made) else line)
        yield records.name, key, "the_record", [f'held_file = kept_already(app, content_of("{_PLAIN}"))', *lines]


def _below(records: Records, scene: Scene) -> Iterator[tuple[str, str, str, list[str]]]:
    """The same of what goes with the record, unless what it has below it matters for removing it."""
    question = records.suite.question(records.name, Action.DELETE, scene.built.caller.role)
    if any(place[-1].endswith("*") for place in question.reader.entities):
        return
    for name, what, given in _ways(records.suite, records.name, scene.this):
        for key in records.suite.spec.entities[name].files:
            held = f"await make.{records.suite.names(name).snake}({given}, {key}=held_file)"
            yield name, key, what, [*scene.lines, f'held_file = kept_already(app, content_of("{_PLAIN}"))', held]


def _ways(suite: Suite, target: str, value: str, behind: str = "") -> Iterator[tuple[str, str, str]]:
    """The entities whose records go with one, each with the way to it, in words and as Python."""
    for name, entity in suite.spec.entities.items():
        for via, relation in entity.references.items():
            if relation.to == target and relation.on_delete is OnDelete.CASCADE:
                what = f"{suite.names(name).snake}_by_{via}{behind}"
                yield name, what, f"{via}={value}"
                if name != target:
                    yield from _ways(suite, name, f"await make.{suite.names(name).snake}({via}={value})", f"_of_{what}")
