import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from quantumlayer.core.artifact import FileTree
from quantumlayer.qinfra.deployment import PYTHON, deployment
from quantumlayer.qinfra.generator import QInfra
from quantumlayer.spec.generator import Generator, Part
from quantumlayer.spec.load import load_spec
from quantumlayer.spec.model import Proof, Role, Spec

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples").glob("*.spec.yaml"))
CLUBHOUSE = ROOT / "tests" / "cases" / "specs" / "clubhouse.spec.yaml"
CI = ".github/workflows/ci.yml"


@cache
def example(name: str) -> Spec:
    return load_spec(ROOT / "examples" / f"{name}.spec.yaml").spec


def files(spec: Spec) -> FileTree:
    generator: Generator = QInfra()
    return FileTree(artifact for part in generator.parts(spec) for artifact in generator.generate(spec, part))


def text(spec: Spec, path: str) -> str:
    return files(spec)[path].content.decode()


def parsed(spec: Spec, path: str) -> Any:  # noqa: ANN401 - a YAML document may hold anything
    return YAML(typ="safe", pure=True).load(text(spec, path))


def named(name: str) -> Spec:
    return Spec.model_validate({"spec": 1, "service": {"name": name}, "entities": {"Book": {}}})


def test_each_part_gives_its_files_and_nothing_is_left_open() -> None:
    spec = example("town-library")
    assert list(files(spec)) == [".dockerignore", CI, "Dockerfile", "compose.database.sql", "compose.yaml"]
    assert QInfra().open_elements(spec) == ()
    with pytest.raises(KeyError):
        QInfra().generate(spec, Part(id="unknown", title="unknown"))


@pytest.mark.parametrize("path", [".dockerignore", CI, "Dockerfile", "compose.database.sql", "compose.yaml"])
def test_the_town_library_gets_the_files_reviewed_by_hand(path: str) -> None:
    golden = ROOT / "tests" / "golden" / "town-library" / path
    assert text(example("town-library"), path) == golden.read_text()


def test_the_deployment_names_the_service_as_its_code_does() -> None:
    model = deployment(example("town-library"))
    assert (model.service, model.package) == ("town-library", "town_library")
    assert "town_library.app:create_app" in model.serve
    assert model.migrate == ("python", "-m", "town_library", "migrate")
    assert {setting.name for setting in model.settings if setting.secret} == {"TOKEN_SECRET"}
    assert all(setting.value is None for setting in (*model.settings, model.database.password) if setting.secret)


def test_where_nobody_signs_in_there_is_no_secret_for_tokens() -> None:
    spec = named("town-library")
    assert [setting.name for setting in deployment(spec).settings if setting.secret] == []
    assert "One secret comes" in text(spec, "compose.yaml")
    assert not any("TOKEN_SECRET" in text(spec, path) for path in files(spec))


def test_who_has_a_key_needs_no_secret_for_tokens() -> None:
    spec = named("town-library").model_copy(update={"roles": {"robot": Role(proves=Proof.API_KEY)}})
    assert not any("TOKEN_SECRET" in text(spec, path) for path in files(spec))
    signs_in = spec.model_copy(update={"roles": {**spec.roles, "clerk": Role()}})
    assert "TOKEN_SECRET" in text(signs_in, "compose.yaml")
    assert "TOKEN_SECRET" in text(signs_in, CI)


def test_compose_names_all_that_callers_are_known_by() -> None:
    spec = load_spec(CLUBHOUSE).spec
    settings = {setting.name: setting for setting in deployment(spec).settings if setting.value is None}
    assert {name for name, setting in settings.items() if setting.secret} == {"TOKEN_SECRET", "FEDERATION_SECRET"}
    assert settings.keys() >= {"OPENID_ISSUER", "OPENID_AUDIENCE"}
    assert "Three secrets come from the environment" in text(spec, "compose.yaml")
    assert "OPENID_ISSUER: the OpenID provider" in text(spec, "compose.yaml")


@pytest.mark.parametrize("name", ["pg-backup", "template1", "class", "a", "x" * 60, "true", "null"])
def test_any_name_gives_files_that_mean_what_they_say(name: str) -> None:
    spec = named(name)
    compose = parsed(spec, "compose.yaml")
    assert str(compose["name"]) == name
    assert "postgresql+asyncpg://service:" in compose["services"]["service"]["environment"]["DATABASE_URL"]
    assert parsed(spec, CI)["jobs"].keys() == {"check", "postgres", "image"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.name))
def test_texts_of_a_spec_never_reach_the_files(path: Path) -> None:
    spec = load_spec(path).spec
    evil = spec.service.model_copy(update={"summary": '"\nRUN rm -rf / {{ 7*7 }} [[ 7*7 ]] ${HOME}'})
    assert files(spec) == files(spec.model_copy(update={"service": evil}))


def instructions(spec: Spec) -> list[tuple[str, str]]:
    lines = re.sub(r"\\\n\s*", "", text(spec, "Dockerfile")).splitlines()
    return [
        (word, rest) for line in lines if line and not line.startswith("#") for word, _, rest in [line.partition(" ")]
    ]


def test_the_image_is_built_in_two_stages_from_locked_packages() -> None:
    found = instructions(example("clinic"))
    stages = [rest for word, rest in found if word == "FROM"]
    assert stages == [f"python:{PYTHON}-slim AS dependencies", f"python:{PYTHON}-slim"]
    (install,) = [rest for word, rest in found if word == "RUN" and "pip install" in rest]
    assert {"--require-hashes", "--no-cache-dir", "--no-deps"} <= set(install.split())
    assert not [word for word, _ in found if word == "ADD"]


def test_the_container_runs_without_rights_and_stops_gracefully() -> None:
    found = dict(instructions(example("clinic")))
    assert found["USER"] == "10001:10001"
    assert found["CMD"].startswith('["uvicorn", ')
    assert '"--timeout-graceful-shutdown"' in found["CMD"]
    assert 'CMD ["python", ' in found["HEALTHCHECK"]
    assert "/health/live" in found["HEALTHCHECK"]
    assert "PYTHONDONTWRITEBYTECODE=1" in found["ENV"]
    order = [word for word, _ in instructions(example("clinic"))]
    assert order.index("USER") > max(index for index, word in enumerate(order) if word == "COPY")


def test_only_what_the_image_copies_reaches_the_builder() -> None:
    spec = example("clinic")
    lines = [line for line in text(spec, ".dockerignore").splitlines() if not line.startswith("#")]
    copied = {
        source
        for word, rest in instructions(spec)
        if word == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    }
    assert lines[0] == "*"
    assert {line.removeprefix("!") for line in lines if line.startswith("!")} == copied


def test_compose_confines_every_container() -> None:
    services = parsed(example("town-library"), "compose.yaml")["services"]
    assert services.keys() == {"database", "migrate", "service"}
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "/tmp" in service["tmpfs"]  # noqa: S108 - inside a container
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert services["database"]["user"] == "postgres"
    assert [port for service in services.values() for port in service.get("ports", [])] == [
        "127.0.0.1:${PORT:-8000}:8000"
    ]


def test_compose_starts_in_order() -> None:
    services = parsed(example("town-library"), "compose.yaml")["services"]
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert services["service"]["depends_on"] == {
        "database": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }
    assert services["migrate"]["restart"] == "no"
    assert "--host=127.0.0.1" in services["database"]["healthcheck"]["test"]
    assert services["database"]["volumes"] == [
        "database:/var/lib/postgresql/data",
        "./compose.database.sql:/docker-entrypoint-initdb.d/service.sql:ro",
    ]


def test_compose_holds_no_secret() -> None:
    services = parsed(example("town-library"), "compose.yaml")["services"]
    environment = services["service"]["environment"]
    assert environment["TOKEN_SECRET"] == "${TOKEN_SECRET:?TOKEN_SECRET must be set}"
    assert services["database"]["environment"].keys() == {"POSTGRES_PASSWORD"}
    assert services["database"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    assert environment["DATABASE_URL"].startswith("postgresql+asyncpg://service:${POSTGRES_PASSWORD:?")
    assert environment["ENVIRONMENT"] == "production"


def test_ci_has_no_rights_beyond_reading() -> None:
    workflow = parsed(example("town-library"), CI)
    assert workflow["permissions"] == {}
    assert workflow["concurrency"]["cancel-in-progress"] is True
    for job in workflow["jobs"].values():
        assert job["permissions"] == {"contents": "read"}
        assert job["timeout-minutes"] <= 15
        used = [step for step in job["steps"] if "uses" in step]
        assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]) for step in used)
        assert used[0]["with"] == {"persist-credentials": False}
        assert not [step for step in job["steps"] if "${{" in step.get("run", "")]


def test_ci_runs_what_a_build_checks() -> None:
    jobs = parsed(example("town-library"), CI)["jobs"]
    commands = {name: "\n".join(step.get("run", "") for step in job["steps"]) for name, job in jobs.items()}
    for command in ("ruff check .", "ruff format --check .", "mypy", "pytest --cov", "alembic downgrade base"):
        assert command in commands["check"]
    assert "pytest" in commands["postgres"].splitlines()
    for command in ("python -m town_library migrate", "alembic check"):
        assert command in commands["postgres"]
    assert "docker compose up --detach --wait" in commands["image"]
    assert jobs["postgres"]["services"]["database"]["image"] == "postgres:17-bookworm"


@pytest.mark.parametrize("path", [*EXAMPLES, CLUBHOUSE], ids=lambda path: path.stem)
def test_ci_gives_the_image_all_that_compose_asks_for(path: Path) -> None:
    spec = load_spec(path).spec
    asked = set(re.findall(r"\$\{(\w+):\?", text(spec, "compose.yaml")))
    workflow = parsed(spec, CI)
    given = {**workflow["env"], **workflow["jobs"]["image"]["env"]}
    assert "POSTGRES_PASSWORD" in asked
    assert asked <= given.keys()
    secrets = {setting.name for setting in deployment(spec).settings if setting.secret}
    assert {given[name] for name in secrets} <= {"${{ github.sha }}"}


def test_a_service_with_files_gets_a_volume_for_them_that_it_may_write() -> None:
    entity = {"fields": {"scan": {"type": "file"}}}
    spec = Spec.model_validate({"spec": 1, "service": {"name": "archive"}, "entities": {"Paper": entity}})
    folder = deployment(spec).files
    compose, image = parsed(spec, "compose.yaml"), text(spec, "Dockerfile")
    assert compose["services"]["service"]["volumes"] == [f"files:{folder}"]
    assert list(compose["volumes"]) == ["database", "files"]
    assert f"ENV FILES_FOLDER={folder}\n" in image
    assert image.index(f"--owner=10001 --group=10001 --mode=0700 {folder}\n") < image.index("USER 10001")
    assert deployment(named("archive")).files == ""
    assert "files" not in parsed(named("archive"), "compose.yaml")["volumes"]


def test_whom_a_service_tells_may_be_left_out() -> None:
    webhook = {"of": "Book", "body": {"id": "this.id"}}
    operation = {"on": "Book", "by": "clerk", "sends": "sold"}
    spec = Spec.model_validate(
        {
            "spec": 1,
            "service": {"name": "till"},
            "roles": {"clerk": {}},
            "entities": {"Book": {}},
            "operations": {"sell": operation},
            "webhooks": {"sold": webhook},
        }
    )
    environment = parsed(spec, "compose.yaml")["services"]["service"]["environment"]
    assert environment["WEBHOOK_SOLD_URL"] == "${WEBHOOK_SOLD_URL:-}"
    assert environment["WEBHOOK_SOLD_SECRET"] == "${WEBHOOK_SOLD_SECRET:-}"
    assert "\n# And what may be left out:\n#\n#   WEBHOOK_SOLD_URL: " in text(spec, "compose.yaml")
    assert "Two secrets come" in text(spec, "compose.yaml")
