"""How callers of a document prove who they are."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from quantumlayer.qlayer.parser.openapi.calls import Call
from quantumlayer.qlayer.parser.openapi.document import Document
from quantumlayer.qlayer.parser.openapi.schemas import plain
from quantumlayer.spec.model import Proof, Role

_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,59}")


def _wanted(document: Document, call: Call) -> list[object]:
    wanted = call.operation.get("security", document.root.get("security"))
    return wanted if isinstance(wanted, list) else []


def is_guarded(document: Document, call: Call) -> bool:
    """Whether callers must prove who they are."""
    wanted = _wanted(document, call)
    return bool(wanted) and all(isinstance(one, dict) and one for one in wanted)


def caller(document: Document, calls: Iterable[Call]) -> tuple[Role, str]:
    """Callers with a key or an account at an OpenID provider, as most operations ask; else with a password.

    The other value says what of the document callers cannot do; it is empty where they can.
    """
    schemes = document.mapping("components", "securitySchemes")
    named = [
        str(name) for call in calls for one in _wanted(document, call)[:1] if isinstance(one, dict) for name in one
    ]
    usual = max(dict.fromkeys(named), key=named.count, default="")
    scheme = document.resolved(schemes.get(usual))
    if scheme.get("type") == "openIdConnect":
        return Role(proves=Proof.OIDC), ""
    header = str(scheme.get("name"))
    keyed = scheme.get("type") == "apiKey" and scheme.get("in") == "header" and _HEADER.fullmatch(header)
    if not keyed or header.lower() == "authorization":  # where bearer tokens are
        if usual and not scheme:
            document.note(f"Callers send a bearer token: the scheme {plain(usual)!r} is not described.")
        return Role(), _unmet(scheme)
    return Role(proves=Proof.API_KEY, header=header), ""


def _unmet(scheme: Mapping[str, Any]) -> str:
    """Why callers cannot prove themselves as a scheme says."""
    kind, form = scheme.get("type"), str(scheme.get("scheme")).lower()
    if (
        not scheme
        or kind == "oauth2"
        or (kind == "http" and form == "bearer")
        or (kind == "apiKey" and scheme.get("in") == "header")
    ):
        return ""
    said = f"{kind} {form}" if kind == "http" else f"{kind} in {scheme.get('in')}" if kind == "apiKey" else kind
    return f"callers cannot prove themselves by {plain(str(said))}; they send a bearer token."
