"""How much of a text the parser finds: precision and recall over texts with known answers, and its speed.

Run `python benchmarks/parser.py`. Half of the texts were open while the rules were written, half were held back.
"""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from ruamel.yaml import YAML

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.spec.address import elements
from quantumlayer.spec.model import Spec

TEXTS = Path(__file__).parent.parent / "tests" / "cases" / "texts"


@dataclass
class Score:
    """What was expected, what was found and what of it was right, by kind of element; `missed` says what was not."""

    expected: dict[str, int] = field(default_factory=dict)
    found: dict[str, int] = field(default_factory=dict)
    right: dict[str, int] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)

    def count(self, kind: str, wanted: set[str], got: set[str]) -> None:
        """Compare two sets of elements of a kind."""
        self.expected[kind] = self.expected.get(kind, 0) + len(wanted)
        self.found[kind] = self.found.get(kind, 0) + len(got)
        self.right[kind] = self.right.get(kind, 0) + len(wanted & got)
        self.missed += [f"{kind}: {one}" for one in sorted(wanted - got)]

    def add(self, other: "Score") -> None:
        """Take another score's counts in."""
        for mine, theirs in ((self.expected, other.expected), (self.found, other.found), (self.right, other.right)):
            for kind, number in theirs.items():
                mine[kind] = mine.get(kind, 0) + number

    def recall(self, kind: str) -> float:
        """The share of what was expected that was found, 0 to 1."""
        return self.right[kind] / self.expected[kind] if self.expected.get(kind) else 1.0

    def precision(self, kind: str) -> float:
        """The share of what was found that was expected, 0 to 1."""
        return self.right[kind] / self.found[kind] if self.found.get(kind) else 1.0


def texts(half: str) -> Iterator[tuple[Path, Mapping[str, object]]]:
    """The texts of a half (`open` or `held`) with what they should give."""
    for path in sorted(TEXTS.glob("*.expected.yaml")):
        expected = YAML(typ="safe").load(path.read_text("utf-8"))
        if expected["half"] == half:
            yield path.with_name(path.name.replace(".expected.yaml", ".md")), expected


def score(spec: Spec, expected: Mapping[str, object]) -> Score:
    """Hold a Spec against what its text says."""
    result = Score()
    entities: Mapping[str, Mapping[str, str]] = expected["entities"]  # type: ignore[assignment]
    result.count("entities", set(entities), set(spec.entities))
    wanted = {f"{name}.{key}: {kind}" for name, fields in entities.items() for key, kind in fields.items()}
    given = {
        f"{name}.{key}: {one.type}"
        for name, entity in spec.entities.items()
        for key, one in entity.fields.items()
        if not one.read_only
    }
    result.count("fields", wanted, given)
    related = {
        f"{name}.{key} -> {relation.to}"
        for name, entity in spec.entities.items()
        for key, relation in entity.relations.items()
    }
    result.count("relations", _strings(expected["relations"]), related)
    result.count("roles", _strings(expected["roles"]), set(spec.roles))
    done = {f"{name} on {one.on} by {', '.join(one.by)}" for name, one in spec.operations.items()}
    result.count("operations", _strings(expected["operations"]), done)
    rules: Sequence[Mapping[str, object]] = expected["rules"]  # type: ignore[assignment]
    said = {str(rule["says"]) for rule in rules}
    result.count("rules", said, {str(rule["says"]) for rule in rules if _holds(spec, rule)})
    return result


def _strings(values: object) -> set[str]:
    return {str(value) for value in values} if isinstance(values, list) else set()


def _holds(spec: Spec, rule: Mapping[str, object]) -> bool:
    """Whether an element at one of the addresses says all the words, and is traced to a sentence."""
    traced = {address for source in spec.trace for address in source.elements}
    words = [str(word) for word in rule["has"]]  # type: ignore[attr-defined]
    for address, value in elements(spec).items():
        if fnmatch(address, str(rule["at"])) and all(word in _shown(value) for word in words):
            return any(address.startswith(known) or known.startswith(address) for known in traced)
    return False


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(_shown(item) for item in value)
    model = getattr(value, "model_dump_json", None)
    return str(model(exclude_defaults=True)) if model else str(value)


def main() -> int:
    """Print both halves and the time that reading takes."""
    started = time.perf_counter()
    library = TEXTS.parent / "library" / "requirements.md"
    parse([Requirement(name=library.name, text=library.read_text("utf-8"))])
    cold = time.perf_counter() - started
    started = time.perf_counter()
    parse([Requirement(name=library.name, text=library.read_text("utf-8"))])
    warm = time.perf_counter() - started
    lines = [f"library: {cold:.2f} s cold, {warm:.2f} s warm"]
    for half in ("open", "held"):
        whole = Score()
        for path, expected in texts(half):
            one = score(parse([Requirement(name=path.name, text=path.read_text("utf-8"))]), expected)
            whole.add(one)
            lines += [f"  {path.stem}: missed {missed}" for missed in one.missed]
        lines += [
            f"{half:5} {kind:10} recall {whole.recall(kind):.2f}  "
            # Rules are looked for one by one: what else was found is not counted.
            + ("" if kind == "rules" else f"precision {whole.precision(kind):.2f}")
            for kind in whole.expected
        ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
