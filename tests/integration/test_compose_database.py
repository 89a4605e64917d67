"""The script that prepares the database of a Compose deployment, run by a real PostgreSQL."""

import asyncio
from pathlib import Path

from quantumlayer.qinfra.generator import QInfra
from quantumlayer.qlayer.validator.postgres import PostgresServer, program_folder
from quantumlayer.sandbox.find import find_sandbox
from quantumlayer.sandbox.ports import Command
from quantumlayer.spec.load import load_spec

SPEC = Path(__file__).resolve().parents[2] / "examples" / "town-library.spec.yaml"
PASSWORD = "it's a password"
ASKED = """
SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = 'service';
SELECT datname FROM pg_database WHERE datdba = 'service'::regrole;
SELECT rolname FROM pg_authid WHERE rolpassword IS NOT NULL;
"""


def test_the_service_owns_its_database_and_nothing_else() -> None:
    spec = load_spec(SPEC).spec
    files = {item.path: item for part in QInfra().parts(spec) for item in QInfra().generate(spec, part)}
    script = files["compose.database.sql"].content.decode()

    async def run() -> tuple[str, str]:
        sandbox = find_sandbox(unsafe=False)
        async with PostgresServer(sandbox) as postgres:
            mount = (await postgres.database()).mount

            async def told(user: str, database: str, statements: str) -> str:
                psql = (str(program_folder() / "psql"), "-h", str(mount.path), "-U", user, "-d", database)
                argv = (*psql, "-v", "ON_ERROR_STOP=1", "--no-psqlrc", "-Atq")
                env = {"POSTGRES_PASSWORD": PASSWORD}
                done = await sandbox.run(Command(argv, env=env, mounts=(mount,), stdin=statements.encode()))
                assert done.returncode == 0, done.stderr
                return done.stdout

            await told("postgres", "postgres", f"ALTER ROLE postgres PASSWORD 'of the image';{script}")
            kept = await told("service", "service", "CREATE TABLE kept (id int); SELECT count(*) FROM kept;")
            return kept, await told("postgres", "postgres", ASKED)

    kept, found = asyncio.run(run())
    assert kept.split() == ["0"]
    assert found.split() == ["f", "service", "service"]
