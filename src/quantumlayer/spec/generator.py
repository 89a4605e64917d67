"""The port of everything that turns a Spec into files: packs, test generators, infrastructure generators."""

from collections.abc import Sequence
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from quantumlayer.core.artifact import Artifact
from quantumlayer.spec.model import Spec


class Part(BaseModel):
    """A share of a generator's work that can run beside the others: one task of the plan.

    `id` is unique within the generator, `estimate` the expected seconds on two cores.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    estimate: float = 0.05


class OpenElement(BaseModel):
    """An element of the Spec that the generator leaves out, why, and what would close it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    element: str
    reason: str
    needs: str


class Generator(Protocol):
    """Pure functions from a Spec to files: the same Spec gives the same bytes.

    A generator may have `checks: tuple[str, ...]`, the names of the checks that apply to what it makes; without it all
    checks do. One that leaves elements open may have `supported(spec: Spec) -> Spec`: the Spec without them, which its
    companions then write for.
    """

    name: str
    version: str

    def parts(self, spec: Spec) -> Sequence[Part]:
        """The shares of the work for this Spec."""
        ...

    def generate(self, spec: Spec, part: Part) -> Sequence[Artifact]:
        """The files of one part."""
        ...

    def open_elements(self, spec: Spec) -> Sequence[OpenElement]:
        """What this generator cannot do of this Spec; empty when it does all."""
        ...


def supported(pack: Generator, spec: Spec) -> Spec:
    """The Spec without what a pack leaves open: what its companions write for."""
    reduce = getattr(pack, "supported", None)
    return spec if reduce is None else reduce(spec)
