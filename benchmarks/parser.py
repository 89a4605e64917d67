"""How much of a text the parser finds: precision and recall over texts with known answers, and its speed.

Run `python benchmarks/parser.py`. Half of the texts were open while the rules were written, half were held back.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from ruamel.yaml import YAML

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.spec.address import elements
from quantumlayer.spec.model import RelationKind, Spec

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
    related = _numbered(map(_plain_relation, _strings(expected["relations"])))
    result.count("relations", related, _numbered(_related(spec)))
    result.count("roles", set(_strings(expected["roles"])), set(spec.roles))
    done = {f"{name} on {one.on} by {', '.join(sorted(one.by))}" for name, one in spec.operations.items()}
    result.count("operations", {_sorted_roles(one) for one in _strings(expected["operations"])}, done)
    lives: Mapping[str, Sequence[str]] = expected.get("states", {})  # type: ignore[assignment]
    told = {f"{name}.{state}" for name, states in lives.items() for state in states}
    kept = {name: entity.states.values for name, entity in spec.entities.items() if entity.states is not None}
    result.count("states", told, {f"{name}.{state}" for name, states in kept.items() for state in states})
    rules: Sequence[Mapping[str, object]] = expected["rules"]  # type: ignore[assignment]
    said = {str(rule["says"]) for rule in rules}
    result.count("rules", said, {str(rule["says"]) for rule in rules if _holds(spec, rule)})
    return result


def _strings(values: object) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list) else []


def _related(spec: Spec) -> Iterator[str]:
    """The relations of a Spec as `Dog -> Owner` and `Product <-> Category`: what is related counts, not its name."""
    for name, entity in spec.entities.items():
        for relation in entity.relations.values():
            arrow = "<->" if relation.kind is RelationKind.MANY_TO_MANY else "->"
            yield f"{name} {arrow} {relation.to}"


def _plain_relation(text: str) -> str:
    """`Dog.owner ->? Owner` as `Dog -> Owner`."""
    start, arrow, to = text.replace("->?", "->").split(" ")
    return f"{start.partition('.')[0]} {arrow} {to}"


def _numbered(texts: Iterable[str]) -> set[str]:
    """Each text with its number among its equals, so that two are not one."""
    counted: Counter[str] = Counter()
    found = set()
    for text in texts:
        counted[text] += 1
        found.add(f"{text} {counted[text]}")
    return found


def _sorted_roles(operation: str) -> str:
    start, _, roles = operation.partition(" by ")
    return f"{start} by {', '.join(sorted(role.strip() for role in roles.split(',') if role.strip()))}"


def _holds(spec: Spec, rule: Mapping[str, object]) -> bool:
    """Whether an element at one of the addresses says all the words, and is traced to a sentence."""
    traced = {address for source in spec.trace for address in source.elements}
    places = [str(rule["at"])] if isinstance(rule["at"], str) else _strings(rule["at"])
    words = [_strings(word) if isinstance(word, list) else [str(word)] for word in rule["has"]]  # type: ignore[attr-defined]
    for address, value in elements(spec).items():
        shown = _shown(value)
        said = all(any(word in shown for word in offered) for offered in words)
        if said and any(fnmatch(address, place) for place in places):
            return any(address.startswith(known) or known.startswith(address) for known in traced)
    return False


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(_shown(item) for item in value)
    model = getattr(value, "model_dump", None)
    return json.dumps(model(mode="json", exclude_defaults=True), ensure_ascii=False) if model else str(value)


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
