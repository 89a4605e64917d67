"""What each kind of task of a build does."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import cast

from quantumlayer.core.artifact import Artifact, FileTree
from quantumlayer.core.checks import Check
from quantumlayer.core.events import Emit, EventKind
from quantumlayer.core.plan import Task
from quantumlayer.factory.errors import ClashingFilesError
from quantumlayer.factory.evidence import FOLDER, REPORT, checks_json, junit_xml
from quantumlayer.factory.ports import BuildTools, Evidence, Workshop
from quantumlayer.factory.target import Stage
from quantumlayer.factory.understand import Understood
from quantumlayer.spec.generator import Generator, OpenElement, Part, supported
from quantumlayer.spec.model import Spec
from quantumlayer.workflow.ports import Step


class BuildSteps:
    """The steps of one build.

    Args:
        understood: What is built.
        tools: What it is built with.
        stage: Where it is built.
        workshop: Where generated code runs.
    """

    def __init__(self, understood: Understood, tools: BuildTools, stage: Stage, workshop: Workshop) -> None:
        self._spec = understood.spec
        self._understood = understood
        self._tools = tools
        self._generators = {generator.name: generator for generator in tools.generators}
        self._parts: dict[str, dict[str, Part]] = {}
        self._stage = stage
        self._workshop = workshop

    def by_kind(self) -> Mapping[str, Step]:
        """The step for each kind of task that the planner makes."""
        return {
            "generate": self._generate,
            "assemble": self._assemble,
            "check": self._check,
            "claims": self._claims,
            "package": self._package,
        }

    @cached_property
    def open_elements(self) -> tuple[OpenElement, ...]:
        """What the generators leave out."""
        return tuple(
            left for generator in self._tools.generators for left in generator.open_elements(self._asked_of(generator))
        )

    @cached_property
    def _supported(self) -> Spec:
        """What the pack makes of the Spec."""
        return supported(self._tools.generators[0], self._spec)

    def _asked_of(self, generator: Generator) -> Spec:
        """The pack is given the whole Spec, and its companions what the pack makes of it."""
        return self._spec if generator is self._tools.generators[0] else self._supported

    async def _generate(self, task: Task, given: Mapping[str, object], emit: Emit) -> Sequence[Artifact]:  # noqa: ARG002
        """Generate a part; its files lie on the stage, not yet tidy, as soon as they are there."""
        generator = self._generators[str(task.inputs["generator"])]
        spec = self._asked_of(generator)
        if generator.name not in self._parts:
            self._parts[generator.name] = {part.id: part for part in generator.parts(spec)}
        part = self._parts[generator.name][str(task.inputs["part"])]
        artifacts = generator.generate(spec, part)
        self._write(artifacts, task, emit)
        return artifacts

    async def _assemble(self, task: Task, given: Mapping[str, object], emit: Emit) -> FileTree:
        artifacts = [artifact for part in given.values() for artifact in cast("Sequence[Artifact]", part)]
        sources = [Artifact.text("spec.yaml", self._understood.yaml)]
        sources += [Artifact.text(f"requirements/{name}", text) for name, text in self._understood.texts.items()]
        tree = await self._workshop.tidy(_tree([*artifacts, *sources]))
        self._write(sources, task, emit)
        self._stage.write(tree)
        return tree

    def _write(self, artifacts: Sequence[Artifact], task: Task, emit: Emit) -> None:
        self._stage.write(_tree(artifacts))
        for artifact in artifacts:
            emit(EventKind.ARTIFACT_WRITTEN, task.id, path=artifact.path)

    async def _check(self, task: Task, given: Mapping[str, object], emit: Emit) -> Check:  # noqa: ARG002
        check = await self._workshop.check(str(task.inputs["check"]), self._stage.repository)
        _tell(check, task, emit)
        return check

    async def _claims(self, task: Task, given: Mapping[str, object], emit: Emit) -> Check:
        check = self._tools.claims(self._supported, _checks(given), self.open_elements)
        _tell(check, task, emit)
        return check

    async def _package(self, task: Task, given: Mapping[str, object], emit: Emit) -> tuple[Check, ...]:  # noqa: ARG002
        checks = _checks(given)
        service = cast("FileTree", given["assemble"])
        evidence = Evidence(self._spec, self._understood.texts, checks, self.open_elements, len(service))
        report = self._tools.report(evidence)
        texts = {"checks.json": checks_json(checks), "junit.xml": junit_xml(checks), REPORT: report}
        files = [Artifact.text(f"{FOLDER}/{name}", text) for name, text in texts.items()]
        tree = FileTree([*service.values(), *files])
        manifest = self._tools.manifest(evidence, self._tools.generators, tree)
        self._stage.write(FileTree([*files, manifest]))
        return checks


def _tree(artifacts: Sequence[Artifact]) -> FileTree:
    try:
        return FileTree(artifacts)
    except ValueError as error:
        raise ClashingFilesError("the generators do not fit together", why=str(error)) from error


def _checks(given: Mapping[str, object]) -> tuple[Check, ...]:
    return tuple(result for result in given.values() if isinstance(result, Check))


def _tell(check: Check, task: Task, emit: Emit) -> None:
    emit(
        EventKind.CHECK_FINISHED,
        task.id,
        name=check.name,
        title=check.title,
        status=check.status.value,
        seconds=check.seconds,
        summary=check.summary,
        findings=len(check.findings),
        figures=dict(check.figures),
    )
