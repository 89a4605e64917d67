"""The FastAPI pack as a generator."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from quantumlayer.core.artifact import Artifact
from quantumlayer.spec.generator import OpenElement, Part
from quantumlayer.spec.model import Spec
from quantumlayer.spec.naming import entity_names

if TYPE_CHECKING:
    from quantumlayer.qlayer.packs.fastapi.render import Templates

PLATFORM = "platform"
MIGRATIONS = "migrations"
# Files of the platform that only some services need, with the word in the entities' code that tells.
_OPTIONAL = {
    "references.py": "leads_to require_reference require_readable require_spare referenced matched found_or_made",
    "audit/": "record_action",
    "decimals.py": "rounded",
    "file_storage/": "StoredFile",
    "free_names.py": "free_name new_code unused_name",
    "figures.py": "average median",
    "listing.py": "page part_of_list page_of_days",
    "reports/tables.py": "grouped",
    "reports/days.py": "page_of_days page_by_day",
    "preconditions.py": "set_etag",
}


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What is worked out once for each Spec."""

    whole: Spec
    supported: Spec
    templates: "Templates"
    left_out: list[OpenElement]


class FastApiPack:
    """A service in FastAPI, Pydantic 2, SQLAlchemy 2 and Alembic: PostgreSQL in production, SQLite in development."""

    name = "fastapi"
    version = "1"

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: _Prepared | None = None

    def parts(self, spec: Spec) -> Sequence[Part]:
        """The platform, the migrations, and one part for each entity."""
        entities = [Part(id=name, title=entity_names(name).plural.replace("_", " ")) for name in spec.entities]
        return [Part(id=PLATFORM, title="application"), Part(id=MIGRATIONS, title="migrations"), *entities]

    def generate(self, spec: Spec, part: Part) -> Sequence[Artifact]:
        """The files of one part, without what cannot be written yet."""
        templates = self._prepared(spec).templates
        if part.id == PLATFORM:
            return templates.platform(_OPTIONAL)
        if part.id == MIGRATIONS:
            return templates.migrations()
        return templates.entity(part.id)

    def open_elements(self, spec: Spec) -> Sequence[OpenElement]:
        """What the pack cannot write yet, found by trying each element."""
        return self._prepared(spec).left_out

    def supported(self, spec: Spec) -> Spec:
        """The Spec without what is left open."""
        return self._prepared(spec).supported

    def _prepared(self, spec: Spec) -> "_Prepared":
        """What all parts of one Spec share, worked out once."""
        from quantumlayer.qlayer.packs.fastapi.openness import supported  # noqa: PLC0415  asking for help must not pay
        from quantumlayer.qlayer.packs.fastapi.render import Templates  # noqa: PLC0415  as above

        with self._lock:
            if self._last is None or self._last.whole is not spec:
                within, left_out = supported(spec)
                self._last = _Prepared(spec, within, Templates(within), left_out)
            return self._last
