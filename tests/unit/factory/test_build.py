"""A build puts a capsule in its place, or leaves the place as it was."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from quantumlayer.bootstrap import SystemClock
from quantumlayer.core.artifact import Artifact, FileTree
from quantumlayer.core.checks import Check, Finding, Status, TestCase
from quantumlayer.core.errors import DomainError
from quantumlayer.core.events import Event, EventKind
from quantumlayer.core.journal import Journal
from quantumlayer.factory.build import build
from quantumlayer.factory.errors import ClashingFilesError, DiskFullError, InputEmptyError, TargetInUseError
from quantumlayer.factory.models import BuildResult, Outcome
from quantumlayer.factory.ports import BuildTools, Evidence, Workshop
from quantumlayer.factory.records import claims_check, manifest
from quantumlayer.factory.target import Target
from quantumlayer.qlayer.capsule import verify
from quantumlayer.qlayer.ports import CheckKind
from quantumlayer.spec.errors import SpecError
from quantumlayer.spec.generator import OpenElement, Part
from quantumlayer.spec.model import Spec
from quantumlayer.workflow.errors import StepCrashError
from quantumlayer.workflow.memory import MemoryWorkflow

SHED = """# What the shed keeps.
spec: 1
service: {name: tool-shed}
roles: {keeper: {}}
entities:
  Tool:
    fields: {label: {type: string}}
    access: [{who: keeper, may: [create, read]}]
assumptions: [{text: A tool has a label.}]
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@dataclass(frozen=True)
class Kind:
    name: str
    title: str = "A check"
    estimate: float = 0.1


@dataclass
class Pack:
    """Writes one file for each part."""

    paths: tuple[str, ...] = ("a.txt", "b.txt")
    left_out: tuple[OpenElement, ...] = ()
    name: str = "pack"
    version: str = "7"

    def parts(self, spec: Spec) -> Sequence[Part]:
        return [Part(id=str(number), title=spec.service.name) for number in range(len(self.paths))]

    def generate(self, spec: Spec, part: Part) -> Sequence[Artifact]:
        return [Artifact.text(self.paths[int(part.id)], f"{spec.service.name} {part.id}\n")]

    def open_elements(self, spec: Spec) -> Sequence[OpenElement]:
        assert spec.entities
        return self.left_out


@dataclass
class Shop:
    """A workshop that answers as it was told, and looks at what it is given."""

    status: Status = Status.PASSED
    error: Exception | None = None
    seen: list[str] = field(default_factory=list)
    kinds: Sequence[CheckKind] = (Kind("lint"), Kind("tests"))
    at_check: Callable[[Path], object] = Path.is_dir

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Workshop]:
        yield self

    async def tidy(self, tree: FileTree) -> FileTree:
        return FileTree(Artifact(each.path, each.content.upper()) for each in tree.values())

    async def check(self, name: str, repository: Path) -> Check:
        await asyncio.sleep(0)
        self.at_check(repository)
        self.seen = names(repository)
        if self.error is not None:
            raise self.error
        proves = ("entities.Tool.fields.label",)
        return Check(
            name=name,
            title=name,
            status=self.status,
            seconds=0,
            tests=(TestCase(name="t", passed=True, proves=proves),),
        )


class Bench:
    """A build with its parts at hand."""

    def __init__(self, folder: Path, pack: Pack | None = None, shop: Shop | None = None) -> None:
        self.folder = folder
        self.place = folder / "out" / "shed"
        self.place.parent.mkdir()
        self.spec = folder / "shed.yaml"
        self.spec.write_text(SHED)
        self.events: list[Event] = []
        clock = SystemClock()
        self.shop = shop or Shop()
        self.tools = BuildTools(
            generators=[pack or Pack()],
            checker=self.shop,
            claims=self.claims,
            report=lambda evidence: f"<p>{len(evidence.checks)}</p>",
            manifest=manifest,
            verify=verify,
            workflow=MemoryWorkflow(clock, 2),
            clock=clock,
        )

    def claims(self, spec: Spec, checks: Sequence[Check], left_out: Sequence[OpenElement]) -> Check:
        assert spec.service.name == "tool-shed"
        assert [check.name for check in checks] == [kind.name for kind in self.shop.kinds]
        return Check(name="claims", title=str(len(left_out)), status=Status.PASSED, seconds=0)

    def build(self, *inputs: Path) -> BuildResult:
        journal = Journal("r", SystemClock(), [self.events.append])
        return asyncio.run(build(inputs or [self.spec], Target(self.place, verify), self.tools, journal))

    def beside(self) -> Mapping[str, list[str]]:
        """Every folder beside the target, the target included, with the names in it."""
        return {folder.name: sorted(path.name for path in folder.iterdir()) for folder in self.place.parent.iterdir()}


def test_a_green_build_is_a_capsule_with_its_evidence(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    result = bench.build()
    assert (result.outcome, result.service, result.files) == (Outcome.GREEN, "tool-shed", 3)
    assert (result.assumptions, result.questions, result.tier.value) == (1, 0, "standard")
    assert [check.name for check in result.checks] == ["lint", "tests", "claims"]
    assert bench.beside() == {"shed": ["a.txt", "b.txt", "capsule.json", "evidence", "spec.yaml"]}
    assert (bench.place / "a.txt").read_text() == "TOOL-SHED 0\n"
    assert (bench.place / "spec.yaml").read_text() == SHED.upper()
    assert Path(result.report).read_text() == "<p>3</p>"
    assert bench.shop.seen == ["a.txt", "b.txt", "spec.yaml"]
    assert list(verify(bench.place)) == []


def test_every_step_is_told_in_order(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.build()
    assert [event.seq for event in bench.events] == list(range(1, len(bench.events) + 1))
    ended = [event.task for event in bench.events if event.kind is EventKind.TASK_FINISHED]
    assert ended[:2] == ["read", "plan"]
    assert set(ended[2:4]) == {"generate.pack.0", "generate.pack.1"}
    assert ended[4] == "assemble"
    assert ended[-2:] == ["claims", "package"]
    written = [str(event.data["path"]) for event in bench.events if event.kind is EventKind.ARTIFACT_WRITTEN]
    assert (sorted(written[:2]), written[2:]) == (["a.txt", "b.txt"], ["spec.yaml"])
    checked = [event.data["status"] for event in bench.events if event.kind is EventKind.CHECK_FINISHED]
    assert checked == ["passed", "passed", "passed"]
    assert (bench.events[-1].kind, bench.events[-1].data["outcome"]) == (EventKind.RUN_FINISHED, "green")


def test_texts_stand_beside_the_spec_that_was_read_from_them(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "my text.md").write_text("A shed keeps tools. A tool has a label. A keeper adds tools.\n")
    bench.tools = _with_any_claims(bench.tools)
    bench.build(tmp_path / "one" / "my text.md", tmp_path / "two" / "my text.md")
    texts = sorted(path.name for path in (bench.place / "requirements").iterdir())
    assert texts == ["2-my-text.md", "my-text.md"]
    assert "SPEC: 1" in (bench.place / "spec.yaml").read_text()


def _with_any_claims(tools: BuildTools) -> BuildTools:
    def none(spec: Spec, checks: Sequence[Check], left_out: Sequence[OpenElement]) -> Check:
        assert (spec.entities, len(checks), list(left_out)) == (spec.entities, 2, [])
        return Check(name="claims", title="", status=Status.PASSED, seconds=0)

    return BuildTools(
        generators=tools.generators,
        checker=tools.checker,
        claims=none,
        report=tools.report,
        manifest=tools.manifest,
        verify=tools.verify,
        workflow=tools.workflow,
        clock=tools.clock,
    )


@pytest.mark.parametrize("status", [Status.FAILED, Status.ERROR])
def test_a_red_build_is_kept_beside_the_target(status: Status, tmp_path: Path) -> None:
    bench = Bench(tmp_path, shop=Shop(status=status))
    result = bench.build()
    assert result.outcome is Outcome.RED
    assert Path(result.folder) == bench.place.with_name("shed.rejected")
    assert bench.beside() == {"shed.rejected": ["a.txt", "b.txt", "capsule.json", "evidence", "spec.yaml"]}


def test_what_a_generator_leaves_out_makes_the_build_incomplete(tmp_path: Path) -> None:
    left = OpenElement(element="entities.Tool", reason="no tools yet", needs="work")
    bench = Bench(tmp_path, pack=Pack(left_out=(left,)))
    result = bench.build()
    assert (result.outcome, result.open_elements) == (Outcome.INCOMPLETE, (left,))
    assert result.checks[-1].title == "1"
    assert "shed" in bench.beside()


def test_an_unchanged_capsule_is_built_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.build()
    bench.spec.write_text(SHED.replace("A tool has a label.", "A tool has one label."))
    bench.build()
    assert "ONE LABEL" in (bench.place / "spec.yaml").read_text()
    assert list(bench.beside()) == ["shed"]


def test_a_target_in_use_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.place.mkdir()
    (bench.place / "mine").write_text("mine")
    with pytest.raises(TargetInUseError):
        bench.build(tmp_path / "missing.md")
    assert bench.events == []
    assert bench.beside() == {"shed": ["mine"]}


@pytest.mark.parametrize(
    ("text", "error"), [(" ", InputEmptyError), ("spec: 1\n", SpecError), (SHED.replace("string", "strin"), SpecError)]
)
def test_a_bad_input_leaves_nothing_behind(text: str, error: type[DomainError], tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.spec.write_text(text)
    with pytest.raises(error):
        bench.build()
    assert bench.beside() == {}
    assert [event.kind for event in bench.events] == [EventKind.TASK_STARTED, EventKind.TASK_FAILED]


def test_two_generators_may_not_write_the_same_file(tmp_path: Path) -> None:
    with pytest.raises(ClashingFilesError) as caught:
        Bench(tmp_path, pack=Pack(paths=("a.txt", "a.txt"))).build()
    assert caught.value.why == "two artifacts claim a.txt"


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (OSError(28, "No space left on device", "some/file"), DiskFullError),
        (OSError(122, "Disk quota exceeded"), DiskFullError),
        (OSError(5, "Input/output error"), StepCrashError),
        (ValueError("odd"), StepCrashError),
    ],
)
def test_a_disk_that_fills_up_is_told_from_a_crash(error: Exception, raised: type[DomainError], tmp_path: Path) -> None:
    bench = Bench(tmp_path, shop=Shop(error=error))
    with pytest.raises(raised):
        bench.build()
    assert bench.beside() == {}


def test_cancelling_removes_what_was_staged(tmp_path: Path) -> None:
    bench = Bench(tmp_path, shop=Shop(at_check=_cancel))
    with pytest.raises(asyncio.CancelledError):
        bench.build()
    assert bench.beside() == {}


def _cancel(repository: Path) -> None:
    assert repository.is_dir()
    for task in asyncio.all_tasks():
        task.cancel()


def test_claims_of_what_was_left_out_are_not_asked_for() -> None:
    spec = Spec.model_validate(
        {"spec": 1, "service": {"name": "s"}, "entities": {"Tool": {"fields": {"label": {"type": "string"}}}}}
    )
    asked = claims_check(spec, [], [])
    assert asked.status is Status.FAILED
    assert all(isinstance(finding, Finding) for finding in asked.findings)
    left = OpenElement(element="entities.Tool", reason="", needs="")
    assert claims_check(spec, [], [left]).status is Status.PASSED
    other = OpenElement(element="entities.Too", reason="", needs="")
    assert claims_check(spec, [], [other]).status is Status.FAILED


def test_evidence_goes_into_the_manifest() -> None:
    spec = Spec.model_validate({"spec": 1, "service": {"name": "s"}, "entities": {"Tool": {}}})
    made = manifest(Evidence(spec, {}, [], [], 1), [Pack()], FileTree([Artifact.text("a", "b")]))
    assert made.path == "capsule.json"
    assert b'"pack": "7"' in made.content
