"""The FastAPI pack on Specs of other domains: what it writes is Python, and what it leaves out it names."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from quantumlayer.core.artifact import Artifact
from quantumlayer.qlayer.packs.fastapi.pack import FastApiPack
from quantumlayer.spec.address import elements
from quantumlayer.spec.load import LoadedSpec, load_spec, parse_spec
from quantumlayer.spec.model import Spec
from quantumlayer.spec.naming import service_package
from quantumlayer.spec.validate import checked_spec

ROOT = Path(__file__).resolve().parents[3]
SPECS = sorted((ROOT / "tests" / "cases" / "specs").glob("*.spec.yaml"))
EXAMPLES = sorted((ROOT / "examples").glob("*.spec.yaml"))


def spec_of(path: Path) -> Spec:
    return checked_spec(load_spec(path))


def written(spec: Spec) -> dict[str, Artifact]:
    pack = FastApiPack()
    found = [artifact for part in pack.parts(spec) for artifact in pack.generate(spec, part)]
    assert len({artifact.path for artifact in found}) == len(found)
    return {artifact.path: artifact for artifact in found}


def without_imports(loaded: LoadedSpec) -> dict[str, str]:
    """The files without imports, of which those that nothing uses go later."""
    texts = {name: artifact.content.decode() for name, artifact in written(checked_spec(loaded)).items()}
    return {name: re.sub(r"^(from|import) .*\n", "", text, flags=re.MULTILINE) for name, text in texts.items()}


@pytest.mark.parametrize("path", [*SPECS, *EXAMPLES], ids=lambda path: path.stem)
def test_every_file_is_sound(path: Path) -> None:
    spec = spec_of(path)
    files = written(spec)
    for name, artifact in files.items():
        if name.endswith(".py"):
            ast.parse(artifact.content.decode(), name)
    assert tomllib.loads(files["pyproject.toml"].content.decode())["project"]["name"] == spec.service.name
    package = f"src/{service_package(spec)}"
    assert {f"{package}/app.py", f"{package}/seeds.py", "migrations/versions/0001_initial.py"} <= set(files)


@pytest.mark.parametrize("path", [*SPECS, *EXAMPLES], ids=lambda path: path.stem)
def test_what_is_left_out_has_an_address_and_a_reason(path: Path) -> None:
    spec = spec_of(path)
    known = elements(spec)
    for element in FastApiPack().open_elements(spec):
        assert element.element in known
        assert element.reason


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_nothing_of_the_examples_is_left_out(path: Path) -> None:
    assert not FastApiPack().open_elements(spec_of(path))


@pytest.mark.parametrize("path", [*SPECS, *EXAMPLES], ids=lambda path: path.stem)
def test_the_same_spec_gives_the_same_bytes(path: Path) -> None:
    assert written(spec_of(path)) == written(spec_of(path))


NOTHING_TO_SIGN_IN_WITH = """
spec: 1
service: {name: guestbook}
entities:
  Remark:
    fields: {text: {type: string}}
    access: [{who: anyone, may: [create, read]}]
"""


def test_where_there_are_no_roles_nobody_signs_in() -> None:
    files = without_imports(parse_spec(NOTHING_TO_SIGN_IN_WITH))
    words = ("account", "auth", "token", "argon2", "jwt", "multipart", "cffi")
    assert {(name, word) for name, text in files.items() for word in words if word in text.lower()} == set()


def test_what_no_request_can_reach_is_left_out() -> None:
    files = without_imports(parse_spec(NOTHING_TO_SIGN_IN_WITH))
    words = (
        "require_match",
        "PreconditionFailed",
        "ordered",
        "contains",
        "require_reference",
        "RuleBroken",
        "_conflict",
    )
    assert {(name, word) for name, text in files.items() for word in words if word in text} == set()


def test_strangers_read_in_part_what_others_read_whole() -> None:
    spec = spec_of(ROOT / "tests" / "cases" / "specs" / "news.spec.yaml")
    assert FastApiPack().open_elements(spec) == []
    files = written(spec)
    service = files["src/news/articles/service.py"].content.decode()
    assert "if caller is None:\n        return Article.status == 'published'\n" in service
    router = ast.parse(files["src/news/articles/router.py"].content)
    callers = {
        node.name: ast.unparse(argument.annotation)
        for node in ast.walk(router)
        if isinstance(node, ast.AsyncFunctionDef)
        for argument in node.args.args
        if argument.arg == "caller" and argument.annotation
    }
    assert callers["read_article"] == callers["list_articles"] == "Visitor"
    assert "allow(Role.WRITER)" in callers["update_article"]


def test_an_operation_may_make_another_record_of_its_entity() -> None:
    spec = spec_of(ROOT / "tests" / "cases" / "specs" / "warehouse.spec.yaml")
    assert FastApiPack().open_elements(spec) == []
    service = written(spec)["src/warehouse/orders/service.py"].content.decode()
    reorder = service[service.index("async def reorder(") :]
    assert "new_order = Order(buyer_id=order.buyer_id, " in reorder
    assert "await rules.require_valid(session, caller, new_order)" in reorder
    assert "return new_order" in reorder


def test_text_of_a_spec_never_becomes_code() -> None:
    hostile = '"""\nimport os\nos.system("touch planted")\n"""{{ 7*7 }}{% raw %}\'; DROP TABLE book; --\\'
    spec = spec_of(ROOT / "examples" / "town-library.spec.yaml")
    book = spec.entities["Book"].model_copy(update={"about": hostile})
    borrow = spec.operations["borrow"]
    requires = {key: item.model_copy(update={"else_": hostile}) for key, item in borrow.requires.items()}
    changed = spec.model_copy(
        update={
            "entities": {**spec.entities, "Book": book},
            "operations": {**spec.operations, "borrow": borrow.model_copy(update={"requires": requires})},
            "service": spec.service.model_copy(update={"summary": hostile}),
        }
    )
    for name, artifact in written(changed).items():
        if name.endswith(".py"):
            tree = ast.parse(artifact.content.decode(), name)
            called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
            assert "os.system" not in called
            assert b"49" not in artifact.content
