"""From a Spec to its deployment."""

from collections.abc import Iterator

from quantumlayer.qinfra.models import Database, Deployment, Setting
from quantumlayer.spec.model import Proof, Spec
from quantumlayer.spec.naming import service_package
from quantumlayer.spec.proofs import proving
from quantumlayer.spec.webhooks import setting

PYTHON = "3.11"
"""The version that the checks of a build run on, so that what runs is what was checked."""

_PORT = 8000
_DRAIN_SECONDS = 20
_FILES = "/var/lib/service/files"


def deployment(spec: Spec) -> Deployment:
    """The one deployment model that every generator reads."""
    package = service_package(spec)
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
            *_proofs(spec),
            *_receivers(spec),
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


def _receivers(spec: Spec) -> Iterator[Setting]:
    """Whom the service tells what happens."""
    for name in spec.webhooks:
        about = f"who is told of {name}; nobody if left out"
        yield Setting(setting(name, "url").upper(), about=about, optional=True)
        about = f"32 characters or more, which the receiver of {name} has, too; needed with the address"
        yield Setting(setting(name, "secret").upper(), secret=True, about=about, optional=True)


def _proofs(spec: Spec) -> Iterator[Setting]:
    """What the service needs to know who is calling."""
    if proving(spec, Proof.PASSWORD):
        yield Setting("TOKEN_SECRET", secret=True, about="32 characters or more")
    if proving(spec, Proof.OIDC):
        yield Setting("OPENID_ISSUER", about="the OpenID provider, as it calls itself in its tokens")
        yield Setting("OPENID_AUDIENCE", about="what the provider calls this service in its access tokens")
    for role in proving(spec, Proof.SIGNATURE):
        about = f"32 characters or more, which {role} has, too, and signs its requests with"
        yield Setting(f"{role.upper()}_SECRET", secret=True, about=about)
