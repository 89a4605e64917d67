"""What the report says, as plain values: which words led to which elements, and what proves them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from quantumlayer.core.checks import Check, Status
from quantumlayer.spec.claims import Claim
from quantumlayer.spec.generator import OpenElement
from quantumlayer.spec.model import Source, Spec

_UNTESTED = {
    "quality": "a target, measured in operation",
    "roles": "a role; what it may do is proven at each grant",
    "service": "a setting of the service",
}


class Verdict(StrEnum):
    """How the build ended, in one word."""

    GREEN = "green"
    INCOMPLETE = "incomplete"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Proof:
    """A test that names a claim, and in which checks it ran; it has passed when it passed in all of them."""

    test: str
    passed: bool
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proven:
    """A claim with the tests that name it, failing ones first."""

    claim: Claim
    proofs: tuple[Proof, ...]

    @property
    def holds(self) -> bool:
        """Whether at least one test names it and all that do passed."""
        return bool(self.proofs) and all(proof.passed for proof in self.proofs)


@dataclass(frozen=True, slots=True)
class Element:
    """An element of the Spec that a sentence led to.

    Args:
        address: Its address.
        certainty: How sure the reader was, from 0 to 1.
        claims: What it promises, with what proves it.
        note: Why nothing is to be proven, where it promises nothing itself.
    """

    address: str
    certainty: float
    claims: tuple[Proven, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a requirement and the elements it led to; `place` says where it stands."""

    quote: str
    place: str
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class RuleProof:
    """A rule or requirement of the Spec: what a caller is told, the expression, and its claim with proof."""

    told: str
    expression: str
    moment: str
    proven: Proven


def verdict(checks: Sequence[Check], open_elements: Sequence[OpenElement]) -> Verdict:
    """Failed unless checks ran and all passed; then incomplete if something was left out."""
    if not checks or any(check.status is not Status.PASSED for check in checks):
        return Verdict.FAILED
    return Verdict.INCOMPLETE if open_elements else Verdict.GREEN


def prove(claims: Sequence[Claim], checks: Sequence[Check]) -> tuple[Proven, ...]:
    """Every claim with the tests that name it."""
    runs: dict[str, dict[str, list[tuple[bool, str]]]] = defaultdict(lambda: defaultdict(list))
    for check in checks:
        for test in check.tests:
            for address in test.proves:
                runs[address][test.name].append((test.passed, check.title))
    return tuple(Proven(claim, tuple(sorted(_proofs(runs.get(claim.element, {})), key=_rank))) for claim in claims)


def _proofs(runs: Mapping[str, list[tuple[bool, str]]]) -> Iterator[Proof]:
    for test, results in runs.items():
        yield Proof(test, all(passed for passed, _ in results), tuple(title for _, title in results))


def _rank(proof: Proof) -> bool:
    return proof.passed


def sentences(spec: Spec, proven: Sequence[Proven], texts: Mapping[str, str]) -> tuple[Sentence, ...]:
    """Each sentence of the requirement with what it led to, in the order of the trace."""
    by_source: dict[str, list[Proven]] = defaultdict(list)
    traced = _traced(spec)
    for each in proven:
        by_source[_origin(traced, each.claim.element)].append(each)
    return tuple(
        Sentence(
            source.quote,
            _place(source, texts),
            tuple(
                Element(address, certainty, tuple(by_source[address]), "" if by_source[address] else _note(address))
                for address, certainty in source.elements.items()
            ),
        )
        for source in spec.trace
    )


def untraced(spec: Spec, proven: Sequence[Proven]) -> tuple[Proven, ...]:
    """The claims that no sentence led to."""
    traced = _traced(spec)
    return tuple(each for each in proven if not _origin(traced, each.claim.element))


def rules(spec: Spec, proven: Sequence[Proven]) -> tuple[RuleProof, ...]:
    """Every rule of an entity and every requirement of an operation."""
    by_address = {each.claim.element: each for each in proven}
    found = list(_rules(spec))
    return tuple(
        RuleProof(told, " ".join(expression.split()), moment, by_address[address])
        for address, told, expression, moment in found
        if address in by_address
    )


def _rules(spec: Spec) -> Iterator[tuple[str, str, str, str]]:
    for name, entity in spec.entities.items():
        for key, rule in entity.rules.items():
            overlap = rule.no_overlap
            expression = rule.cel or ""
            if overlap is not None:
                unless = f", those aside without {overlap.when}" if overlap.when else ""
                expression = f"no overlap per {overlap.per} from {overlap.start} to {overlap.end}{unless}"
            if rule.unique is not None:
                among = f", those aside without {rule.unique.when}" if rule.unique.when else ""
                expression = f"no two with the same {' and '.join(rule.unique.of)}{among}"
            yield f"entities.{name}.rules.{key}", rule.else_, expression, f"{' or '.join(rule.on)} of {name}"
    for name, operation in spec.operations.items():
        for key, requirement in operation.requires.items():
            yield f"operations.{name}.requires.{key}", requirement.else_, requirement.cel, f"{name} of {operation.on}"


def _traced(spec: Spec) -> frozenset[str]:
    return frozenset(address for source in spec.trace for address in source.elements)


def _origin(traced: frozenset[str], address: str) -> str:
    """The nearest traced element around an address, itself included; a whole entity is too far away to count."""
    while "." in address:
        if address in traced:
            return address
        parent = address.rpartition(".")[0]
        if parent.count(".") == 1 and parent.startswith("entities."):
            return ""
        address = parent
    return ""


def _place(source: Source, texts: Mapping[str, str]) -> str:
    """File, line where the text is at hand, and characters."""
    text = texts.get(source.file, "")
    line = f", line {text.count(chr(10), 0, source.start) + 1}" if source.start < len(text) else ""
    return f"{source.file}{line}, characters {source.start} to {source.end}" if source.file else ""


def _note(address: str) -> str:
    parts = address.split(".")
    if parts[0] == "entities" and len(parts) == 2:
        return "an entity; its parts are proven one by one"
    return _UNTESTED.get(parts[0], "proven with the element around it")
