"""Writes the files that pack, start and check a service."""

import json
from collections.abc import Sequence
from importlib import resources

from quantumlayer.core.artifact import Artifact
from quantumlayer.qinfra.deployment import deployment
from quantumlayer.qinfra.models import Deployment, Setting
from quantumlayer.spec.generator import OpenElement, Part
from quantumlayer.spec.model import Spec

_FILES = {
    "container": ("Dockerfile", ".dockerignore", "compose.database.sql", "compose.yaml"),
    "ci": (".github/workflows/ci.yml",),
}


class QInfra:
    """Container image, Compose file and CI workflow; implements the generator port."""

    name = "qinfra"
    version = "1"

    def parts(self, spec: Spec) -> Sequence[Part]:  # noqa: ARG002 - every service gets the same files
        """Container and CI."""
        return (
            Part(id="container", title="Container image and Compose file"),
            Part(id="ci", title="CI workflow"),
        )

    def generate(self, spec: Spec, part: Part) -> Sequence[Artifact]:
        """The files of one part.

        Raises:
            KeyError: There is no such part.
        """
        model = deployment(spec)
        return [Artifact.text(path, _render(path, model)) for path in _FILES[part.id]]

    def open_elements(self, spec: Spec) -> Sequence[OpenElement]:  # noqa: ARG002 - nothing is left out
        """Nothing: every Spec can be deployed."""
        return ()


def _render(path: str, model: Deployment) -> str:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - costs time that only a build should pay

    environment = Environment(
        autoescape=False,  # noqa: S701 - no HTML; the only texts of a Spec in here are identifiers
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        variable_start_string="[[",  # the braces belong to GitHub's expressions and Compose's variables
        variable_end_string="]]",
    )
    environment.filters["exec"] = lambda command: json.dumps(list(command))
    environment.filters["variable"] = _variable
    needed = [setting for setting in model.settings if not setting.optional]
    secrets = [model.database.password, *(setting for setting in needed if setting.secret)]
    template = resources.files("quantumlayer.qinfra").joinpath("templates", *f"{path}.jinja".split("/"))
    text = template.read_text(encoding="utf-8")
    told = [setting for setting in needed if setting.value is None and not setting.secret]
    spared = [setting for setting in model.settings if setting.optional]
    return environment.from_string(text).render(
        d=model, database=model.database, secrets=secrets, told=told, spared=spared
    )


def _variable(setting: Setting) -> str:
    """A setting's value in Compose, or the variable that must hold it."""
    if setting.optional:
        return f"${{{setting.name}:-}}"
    return setting.value if setting.value is not None else f"${{{setting.name}:?{setting.name} must be set}}"
