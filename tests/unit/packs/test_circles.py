"""Derived values that look into each other's tables: each is there, whichever module comes first."""

import subprocess
import sys
from pathlib import Path

import pytest

from quantumlayer.qlayer.packs.fastapi.pack import FastApiPack
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Spec
from quantumlayer.spec.validate import checked_spec

RING = """
spec: 1
service: {name: ring}
roles: {clerk: {}}
entities:
  Firm:
    fields: {name: {type: string}}
    derived:
      heads: {type: int, cel: this.people.size()}
      size: {type: int, cel: this.name.size()}
    states: {values: [open, closed]}
    access: [{who: clerk, may: [create, read]}]
  Person:
    relations: {firm: {to: Firm, back: people}}
    fields: {name: {type: string}}
    derived:
      at_work: {type: bool, cel: this.firm.status == 'open'}
      badges: {type: int, cel: this.badges_held.size()}
    access: [{who: clerk, may: [create, read]}]
  Badge:
    relations: {person: {to: Person, back: badges_held}}
    fields: {text: {type: string}}
    derived:
      bearer: {type: string, cel: this.person.name}
operations:
  hand_out:
    on: Person
    by: clerk
    takes: {text: {type: string}}
    creates: {entity: Badge, set: {person: this, text: takes.text}}
"""
READ = """
import asyncio

FIRST
from ring.badges.models import Badge
from ring.database import Record
from ring.firms.models import Firm
from ring.people.models import Person
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine


async def main() -> None:
    engine = create_async_engine("sqlite+aiosqlite://")
    async with engine.begin() as connection:
        await connection.run_sync(Record.metadata.create_all)
    async with AsyncSession(engine) as session:
        session.add_all([Firm(id=1, name="Nuts", status="open"), Firm(id=2, name="Bolts", status="closed")])
        await session.flush()
        session.add_all([Person(id=n, firm_id=firm, name=f"P{n}") for n, firm in ((1, 1), (2, 1), (3, 2))])
        await session.flush()
        session.add(Badge(id=1, person_id=2, text="blue"))
        await session.commit()
        session.expire_all()
        firms = await session.scalars(select(Firm).order_by(Firm.id))
        print([(firm.heads, firm.size) for firm in firms])
        people = await session.scalars(select(Person).order_by(Person.id))
        print([(person.at_work, person.badges) for person in people])
        print([badge.bearer for badge in await session.scalars(select(Badge))])
    await engine.dispose()


asyncio.run(main())
"""


def ring() -> Spec:
    return checked_spec(parse_spec(RING, "ring.spec.yaml"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The service as files."""
    spec, pack, folder = ring(), FastApiPack(), tmp_path_factory.mktemp("ring")
    assert pack.open_elements(spec) == []
    for artifact in (artifact for part in pack.parts(spec) for artifact in pack.generate(spec, part)):
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(artifact.content)
    tidy = [sys.executable, "-m", "ruff", "check", "--isolated", "--quiet", "--select", "F401", "--fix", str(folder)]
    subprocess.run(tidy, check=True)
    return folder


@pytest.mark.parametrize("first", ["badges", "firms", "people"])
def test_each_value_is_worked_out_whichever_module_comes_first(folder: Path, first: str) -> None:
    script = READ.replace("FIRST", f"from ring.{first} import models")

    command = [sys.executable, "-c", script]
    done = subprocess.run(command, check=False, env={"PYTHONPATH": str(folder / "src")}, capture_output=True, text=True)

    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "[(2, 4), (1, 5)]",
        "[(True, 0), (True, 1), (False, 0)]",
        "['P2']",
    ]


def test_the_module_that_has_both_classes_writes_the_value(folder: Path) -> None:
    firms, people = ((folder / f"src/ring/{name}/models.py").read_text() for name in ("firms", "people"))

    assert "        heads: Mapped[int]  # people/models.py works it out" in firms
    assert "ring.people" not in firms.replace("people/models.py", "")
    assert "Firm.heads = column_property(" in people


def test_a_running_service_has_the_module_of_each_value(folder: Path) -> None:
    """Nothing asks for badges, so that their module need not be there when people are read."""
    people = (folder / "src/ring/people/models.py").read_text()

    assert "from ring.badges.models import Badge" in people
    assert "Badge.bearer = column_property(" in people
