"""Who calls a service, and how they prove it."""

from enum import StrEnum

from quantumlayer.spec.base import EntityName, HeaderName, Node

KEY_HEADER = "X-API-Key"
"""Where callers send their keys unless the Spec says otherwise."""


class Proof(StrEnum):
    """How callers prove who they are: by a password, by a key, by signing each request, or at an OpenID provider."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind, not one
    API_KEY = "api_key"
    SIGNATURE = "signature"
    OIDC = "oidc"


class Role(Node):
    """A part a caller plays. `record` names the entity whose record such a caller is (`caller.member`).

    With `proves: signature` it is another system, which has no account: a secret that both know signs its requests.
    With `proves: api_key` its requests carry the key in `header`, which is `X-API-Key` unless it is said.
    With `proves: oidc` such callers sign in at an OpenID provider, and send the access token that it gives them.
    """

    about: str = ""
    record: EntityName | None = None
    proves: Proof = Proof.PASSWORD
    header: HeaderName | None = None
