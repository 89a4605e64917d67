"""The FastAPI pack as a generator."""

from collections.abc import Sequence

from quantumlayer.core.artifact import Artifact
from quantumlayer.spec.generator import OpenElement, Part
from quantumlayer.spec.model import Spec
from quantumlayer.spec.naming import entity_names

PLATFORM = "platform"
MIGRATIONS = "migrations"
# Files of the platform that only some services need, with the word in the entities' code that tells.
_OPTIONAL = {"references.py": "require_reference", "audit/": "record_action"}


class FastApiPack:
    """A service in FastAPI, Pydantic 2, SQLAlchemy 2 and Alembic: PostgreSQL in production, SQLite in development."""

    name = "fastapi"
    version = "1"

    def parts(self, spec: Spec) -> Sequence[Part]:
        """The platform, the migrations, and one part for each entity."""
        entities = [Part(id=name, title=entity_names(name).plural.replace("_", " ")) for name in spec.entities]
        return [Part(id=PLATFORM, title="application"), Part(id=MIGRATIONS, title="migrations"), *entities]

    def generate(self, spec: Spec, part: Part) -> Sequence[Artifact]:
        """The files of one part."""
        from quantumlayer.qlayer.packs.fastapi.render import Templates  # noqa: PLC0415  jinja2 loads when something is generated

        templates = Templates(spec)
        if part.id == PLATFORM:
            return templates.platform(_OPTIONAL)
        if part.id == MIGRATIONS:
            return templates.migrations()
        return templates.entity(part.id)

    def open_elements(self, spec: Spec) -> Sequence[OpenElement]:
        """What the pack cannot write yet, found by trying each element."""
        from quantumlayer.qlayer.packs.fastapi.openness import open_elements  # noqa: PLC0415  as above

        return open_elements(spec)
