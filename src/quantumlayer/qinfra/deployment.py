"""From a Spec to its deployment."""

from quantumlayer.qinfra.models import Database, Deployment, Setting
from quantumlayer.spec.model import Proof, Spec
from quantumlayer.spec.naming import service_package
from quantumlayer.spec.proofs import proving

PYTHON = "3.11"
"""The version that the checks of a build run on, so that what runs is what was checked."""

_PORT = 8000
_DRAIN_SECONDS = 20
_FILES = "/var/lib/service/files"


def deployment(spec: Spec) -> Deployment:
    """The one deployment model that every generator reads."""
    package = service_package(spec)
    signs_tokens = bool(proving(spec, Proof.PASSWORD))
    return Deployment(
        service=spec.service.name,
        package=package,
        python=PYTHON,
        port=_PORT,
        serve=(
            *("uvicorn", "--factory", f"{package}.app:create_app", "--host", "0.0.0.0", "--port", str(_PORT)),  # noqa: S104 - inside a container
            *("--no-server-header", "--timeout-graceful-shutdown", str(_DRAIN_SECONDS)),
        ),
        migrate=("python", "-m", package, "migrate"),
        settings=(
            Setting("ENVIRONMENT", "production"),
            *([Setting("TOKEN_SECRET", secret=True, about="32 characters or more")] if signs_tokens else []),
            Setting("LOG_LEVEL", "INFO"),
        ),
        database=Database(
            image="postgres:17-bookworm",
            name="service",
            password=Setting("POSTGRES_PASSWORD", secret=True, about="letters and digits only"),
            port=5432,
        ),
        live="/health/live",
        ready="/health/ready",
        drain_seconds=_DRAIN_SECONDS,
        files=_FILES if any(entity.files for entity in spec.entities.values()) else "",
    )
