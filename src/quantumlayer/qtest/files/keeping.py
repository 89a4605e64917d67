"""Tests of keeping a file: given back as it was put, replaced, taken away, and refused beyond its limits."""

from collections.abc import Iterator
from dataclasses import replace

from quantumlayer.qtest.bodies import IF_ANY
from quantumlayer.qtest.files.field import PLAIN, FileField
from quantumlayer.qtest.literals import text
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.spec.base import LARGEST_FILE

_KNOWN = ("application/pdf", "image/gif", "image/jpeg", "image/png", "image/webp")


def keeping_tests(file: FileField) -> Iterator[Test]:
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
    yield from _coming(file, scene, caller, begun)
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
                f'assert refusal(answer) == (409, "about:blank", {told})'
                if file.reachable
                else "assert answer.status_code in {403, 404}",
                f"assert (await {caller}.get(url)).content == earlier",
            ],
            [f"{file.address}.immutable"],
        )
    elif file.reachable:
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
        yield _race(file, scene, caller, begun)
    yield from _removed(file, scene, caller, begun, path)
    yield from _versions(file, scene, caller, begun)


def _coming(file: FileField, scene: Scene, caller: str, begun: list[str]) -> Iterator[Test]:
    """Before it is put, and while it is."""
    yield Test(
        f"others_are_served_while_the_{file.noun}_comes_in",
        [
            *begun,
            f"answer = {file.put(scene, f'interrupted(upload, {scene.caller})')}",
            "assert answer.status_code == 200",
        ],
    )
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


def _none() -> list[str]:
    return ['assert refusal(answer) == (404, "about:blank", "There is no file here.")']


def _removed(file: FileField, scene: Scene, caller: str, begun: list[str], path: str) -> Iterator[Test]:
    delete = f"answer = await {scene.caller}.delete(url, {IF_ANY})"
    begun = [line for line in begun if not line.startswith("upload = ")]
    if file.removable:
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
    elif not file.field.optional or file.field.immutable:
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


def _race(file: FileField, scene: Scene, caller: str, begun: list[str]) -> Test:
    """Of two callers who replace the same file at once one is told, and of the other content nothing stays."""
    headers = f'{{"If-Match": etag, "Content-Type": {text(file.media)}}}'
    return Test(
        f"of_two_who_put_the_{file.noun}_at_once_one_is_told",
        [
            *(line for line in begun if not line.startswith("upload = ")),
            f'etag = (await {caller}.get(url)).headers["ETag"]',
            f"uploads = [content_of({text(file.media)}, size) for size in (60, 90)]",
            f"puts = [{scene.caller}.put(url, content=upload, headers={headers}) for upload in uploads]",
            "answers = await asyncio.gather(*puts)",
            "assert sorted(answer.status_code for answer in answers) == [200, 412]",
            f"fetched = await {caller}.get(url)",
            "assert app.state.file_store.contents() == [sha256(fetched.content).hexdigest()]",
        ],
        postgres=True,
    )


def _versions(file: FileField, scene: Scene, caller: str, begun: list[str]) -> Iterator[Test]:
    """A change names the version of the record that it is based on, or that of the file."""
    if file.field.immutable or not file.reachable:
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


def limit_tests(file: FileField) -> Iterator[Test]:
    """Its size and its type."""
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
    rows = [Row((text(kind), text(kind), "200")) for kind in file.field.media or (PLAIN, "image/png")]
    others = [kind for kind in (*_KNOWN, PLAIN) if kind not in file.field.media] if file.field.media else []
    rows += [Row((text(kind), text(kind), "415")) for kind in [*others[:2], "multipart/form-data", "nonsense"]]
    looked_at = [kind for kind in _KNOWN if kind in (file.field.media or _KNOWN)]
    rows += [Row((text(kind), text(PLAIN), "422"), id=f"{kind} that is none") for kind in looked_at]
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
