"""What a build writes down about itself, with the engines of the slices."""

from collections.abc import Sequence

from quantumlayer.core.artifact import Artifact, FileTree
from quantumlayer.core.checks import Check
from quantumlayer.factory.ports import Evidence
from quantumlayer.qlayer.capsule import build_manifest
from quantumlayer.qlayer.validator.claims import check_claims
from quantumlayer.spec.claims import claims
from quantumlayer.spec.generator import Generator, OpenElement
from quantumlayer.spec.model import Spec
from quantumlayer.spec.write import dump_spec


def claims_check(spec: Spec, checks: Sequence[Check], left_out: Sequence[OpenElement]) -> Check:
    """Whether each promise of a Spec has a passing test; those of elements that were left out are not asked for."""
    every = claims(spec)
    asked = [claim for claim in every if not any(_within(claim.element, left.element) for left in left_out)]
    unasked = [claim for claim in every if claim not in asked]
    return check_claims(asked, [test for check in checks for test in check.tests], unasked)


def manifest(evidence: Evidence, generators: Sequence[Generator], tree: FileTree) -> Artifact:
    """The manifest of a repository."""
    return build_manifest(
        service=evidence.spec.service.name,
        spec=dump_spec(evidence.spec).encode(),
        generators={generator.name: generator.version for generator in generators},
        tree=tree,
        checks=evidence.checks,
    )


def _within(address: str, outer: str) -> bool:
    return address == outer or address.startswith(f"{outer}.")
