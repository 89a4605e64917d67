"""Templates to files."""

import json
import re
import textwrap
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache, cached_property
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from quantumlayer.core.artifact import Artifact
from quantumlayer.qlayer.packs.fastapi.contract.service import ContractView
from quantumlayer.qlayer.packs.fastapi.entities import EntityView
from quantumlayer.qlayer.packs.fastapi.others import Offers, offers, others, with_others
from quantumlayer.qlayer.packs.fastapi.service import ServiceView
from quantumlayer.qlayer.packs.fastapi.statements import sentence
from quantumlayer.qlayer.packs.fastapi.uses import Uses
from quantumlayer.spec.model import Proof, Spec

TEMPLATES = Path(__file__).parent / "templates"
_SUFFIX = ".jinja"
_ACCOUNTS = "src/package/accounts/"
_LOCKED = {
    "argon2-cffi": {Proof.PASSWORD},
    "argon2-cffi-bindings": {Proof.PASSWORD},
    "cffi": {Proof.PASSWORD, Proof.OIDC},
    "cryptography": {Proof.OIDC},
    "httpcore": {Proof.OIDC},
    "httpx": {Proof.OIDC},
    "pycparser": {Proof.PASSWORD, Proof.OIDC},
    "pyjwt": {Proof.PASSWORD, Proof.OIDC},
    "python-multipart": {Proof.PASSWORD},
}
"""The packages that a service needs only for some proofs of who is calling."""

_CLIENT = frozenset({"httpcore", "httpx"})
"""Those of them that every test needs, and a service that sends webhooks."""


@cache
def environment() -> Environment:
    """The templates and their filters. Text of a Spec reaches code only through `py`, `json` and `doc`."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - the output is Python and TOML, not HTML; the filters quote
    )
    env.filters |= {
        "py": python_text,
        "json": json_text,
        "doc": doc,
        "words": words,
        "article": article,
        "oneline": oneline,
        "sqltext": sqltext,
    }
    env.globals["others"] = others
    return env


_PROOFS = {
    "/accounts/keys.py": Proof.API_KEY,
    "/accounts/openid.py": Proof.OIDC,
    "/accounts/passwords.py": Proof.PASSWORD,
    "/accounts/service.py": Proof.PASSWORD,
    "/accounts/signatures.py": Proof.SIGNATURE,
    "/accounts/tokens.py": Proof.PASSWORD,
}


def python_text(value: object) -> str:
    """A value as a Python literal."""
    return repr(value)


def json_text(value: object) -> str:
    """A text as a JSON string, which is a TOML string too."""
    return json.dumps(value, ensure_ascii=False)


def doc(text: str) -> str:
    """A text for a docstring: one paragraph that ends like a sentence and cannot end the docstring."""
    plain = " ".join(text.split()).replace("\\", "").replace('"', "'")
    sentence = plain if plain.endswith((".", "!", "?")) else f"{plain}."
    return "\n    ".join(textwrap.wrap(sentence, 110))


def words(name: str) -> str:
    """An identifier as words."""
    return name.replace("_", " ").strip()


def oneline(text: str) -> str:
    """A text as one line of Markdown that cannot start a block of its own."""
    return " ".join(text.split()).lstrip("#>-+*|`~ ").replace("<", "&lt;").replace("](", "] (")


def sqltext(condition: str) -> str:
    """A condition as the text of SQLAlchemy, where a colon would begin a parameter."""
    return condition.replace(":", "\\:")


def article(noun: str) -> str:
    """A noun with its indefinite article."""
    return f"an {noun}" if noun[:1] in "aeiou" else f"a {noun}"


def locked(name: str, lock: str, proofs: AbstractSet[Proof], *, sends: bool = False) -> str:
    """A lock file without the packages that only other proofs need; what `sends` webhooks needs an HTTP client."""
    entries = re.split(r"^(?=\S)", lock, flags=re.MULTILINE)
    names = {package for package, needing in _LOCKED.items() if not needing & proofs}
    names -= _CLIENT if sends or "dev" in name else frozenset()
    return "".join(entry for entry in entries if entry.partition("==")[0] not in names)


def without_unused(text: str, start: str) -> str:
    """The text without imports from the service's own modules that it never uses."""
    lines = text.split("\n")
    offered = [line.startswith(start) and " import " in line and "(" not in line for line in lines]
    used = set(re.findall(r"\w+", "\n".join(line for line, here in zip(lines, offered, strict=True) if not here)))
    return "\n".join(
        line
        for line, here in zip(lines, offered, strict=True)
        if not here or not used.isdisjoint(re.findall(r"\w+", line.partition(" import ")[2]))
    )


class Templates:
    """Renders the parts of one service."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._view = ServiceView(spec)
        self._written: dict[str, list[Artifact]] = {}

    def entity(self, name: str) -> list[Artifact]:
        """The package of one entity, written once: what the platform needs is seen in it, too."""
        if name not in self._written:
            self._written[name] = self._entity(self._view.by_name[name])
        return self._written[name]

    def _entity(self, entity: EntityView) -> list[Artifact]:
        if self._view.contract is not None:
            return self._by_contract(entity, self._view.contract)
        files = ["__init__", "models", "schemas"]
        files += ["rules"] if entity.rule_functions else []
        files += ["service", "router"] if entity.routed else []
        files += ["jobs"] if entity.jobs else []
        return [
            self._file(f"src/package/entity/{file}.py", f"src/PACKAGE/{entity.names.module}/{file}.py", entity=entity)
            for file in files
        ]

    def _by_contract(self, entity: EntityView, contract: ContractView) -> list[Artifact]:
        """The package of an entity whose API a contract gives."""
        module = entity.names.module
        files = ["__init__", "models", *(["rules"] if entity.rule_functions else [])]
        found = [
            self._file(f"src/package/entity/{file}.py", f"src/PACKAGE/{module}/{file}.py", entity=entity)
            for file in files
        ]
        files = ["service"] if contract.does(entity.name) else []
        files += ["router"] if contract.routed(entity.name) else []
        return found + [
            self._file(f"src/package/contract/{file}.py", f"src/PACKAGE/{module}/{file}.py", entity=entity)
            for file in files
        ]

    def platform(self, optional: Mapping[str, str]) -> list[Artifact]:
        """Everything that does not belong to an entity."""
        uses = self._uses
        proofs = {role.proves for role in self._spec.roles.values()}
        media = self._view.contract is not None and self._view.contract.media
        found = []
        for path in sorted(TEMPLATES.rglob(f"*{_SUFFIX}")):
            target = path.relative_to(TEMPLATES).as_posix().removesuffix(_SUFFIX)
            unused = any(
                f"src/package/{part}" in target and not uses.any_of(words.split()) for part, words in optional.items()
            )
            unused = unused or ("/reports/" in target and not self._spec.reports)
            unused = unused and not (target.endswith("package/references.py") and self._view.trees)  # seeds need it
            unused = unused or ("/contract/" in target) or (target.endswith("/shapes.py") and not self._view.contract)
            unused = unused or (target.endswith("package/jobs.py") and not self._spec.jobs)
            unused = unused or (target.endswith("/media.py") and not media)
            unused = unused or ("/webhooks/" in target and not self._spec.webhooks)
            unused = unused or (target.endswith("/webhooks/signatures.py") and Proof.SIGNATURE in proofs)
            unused = unused or (_ACCOUNTS in target and not self._spec.roles)
            unused = unused or any(target.endswith(file) and proof not in proofs for file, proof in _PROOFS.items())
            if "/entity/" not in target and "/versions/" not in target and not unused:
                found.append(self._file(target, target.replace("src/package", "src/PACKAGE"), uses=uses))
        locks = ((path.name, path.read_text()) for path in sorted(TEMPLATES.glob("*.lock")))
        return [
            *self._asked_for(found),
            *(Artifact.text(name, locked(name, text, proofs, sends=bool(self._spec.webhooks))) for name, text in locks),
        ]

    def _asked_for(self, found: list[Artifact]) -> list[Artifact]:
        """The files without the parts of bodies that no file of a small contract takes."""
        package = self._shared["package"]
        everything = [*found, *(one for name in self._spec.entities for one in self.entity(name))]
        if any(f"from {package}.schemas import".encode() in one.content for one in everything):
            return found
        return [one for one in found if one.path != f"src/{package}/schemas.py"]

    def migrations(self) -> list[Artifact]:
        """The first migration."""
        target = "migrations/versions/0001_initial.py"
        return [self._file(target, target)]

    @cached_property
    def _uses(self) -> Uses:
        files = [artifact for name in self._spec.entities for artifact in self.entity(name)]
        files += [self._file("src/package/shapes.py", "shapes.py")] if self._view.contract else []
        reports = ("schemas", "service", "router") if self._spec.reports else ()
        files += [self._file(f"src/package/reports/{name}.py", f"{name}.py") for name in reports]
        days = ("days",) if reports else ()
        files += [self._file(f"src/package/reports/{name}.py", f"{name}.py", uses=frozenset()) for name in days]
        told = ("schemas", "events") if self._spec.webhooks else ()
        files += [self._file(f"src/package/webhooks/{name}.py", f"{name}.py") for name in told]
        return Uses(artifact.content.decode() for artifact in files)

    @cached_property
    def _offers(self) -> Offers:
        return offers(str(self._shared["package"]), self._view.entities)

    @cached_property
    def _shared(self) -> Mapping[str, object]:
        """What every template is told, worked out once."""
        return self._view.context()

    def _file(self, template: str, path: str, **more: object) -> Artifact:
        context = {**self._shared, **more, "sentence": lambda address: sentence(self._spec, address)}
        text = environment().get_template(f"{template}{_SUFFIX}").render(context)
        text = with_others(re.sub(r"[ \t]+\n", "\n", text), self._offers)
        text = without_unused(text, f"from {context['package']}.")
        return Artifact.text(path.replace("PACKAGE", str(context["package"])), text)
