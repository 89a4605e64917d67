"""The headers in which callers send their keys."""

import pytest

from quantumlayer.spec.claims import claims
from quantumlayer.spec.diff import diff
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.proofs import key_header
from quantumlayer.spec.validate import validate

FIRST, SECOND = "roles.keeper.header", "roles.robot.header"


def text(keeper: str, robot: str) -> str:
    return f"""
spec: 1
service: {{name: zoo}}
roles:
  keeper: {{{keeper}}}
  robot: {{{robot}}}
entities:
  Animal:
    fields: {{name: {{type: string}}}}
    access: [{{who: [keeper, robot], may: [create, read]}}]
"""


@pytest.mark.parametrize(
    ("keeper", "robot", "header"),
    [
        ("proves: api_key", "proves: api_key", "X-API-Key"),
        ("proves: api_key, header: X-Zoo", "proves: api_key, header: X-Zoo", "X-Zoo"),
        ("proves: api_key, header: X-Zoo", "proves: api_key, header: x-zoo", "X-Zoo"),
        ("proves: api_key", "proves: api_key, header: X-API-Key", "X-API-Key"),
        ("proves: password", "proves: api_key, header: X-Zoo", "X-Zoo"),
        ("proves: signature", "proves: api_key, header: X-Zoo", "X-Zoo"),
    ],
)
def test_one_header_is_for_all_keys(keeper: str, robot: str, header: str) -> None:
    loaded = parse_spec(text(keeper, robot))
    assert list(validate(loaded)) == []
    assert key_header(loaded.spec) == header


@pytest.mark.parametrize(
    ("keeper", "robot", "element", "message", "hint"),
    [
        ("header: X-Zoo", "proves: api_key", FIRST, "keeper has no key", "`proves: api_key`"),
        ("proves: api_key", "proves: signature, header: X-Zoo", SECOND, "robot has no key", "`proves: api_key`"),
        ("proves: api_key", "proves: api_key, header: X-Zoo", SECOND, "keys as `X-API-Key`", "`header: X-API-Key`"),
        ("proves: api_key, header: X-Zoo", "proves: api_key", SECOND, "keys as `X-Zoo`", "`header: X-Zoo`"),
        ("proves: api_key, header: Authorization", "", FIRST, "`Authorization` means something else", "of your own"),
        ("proves: api_key, header: if-match", "", FIRST, "`if-match` means something else", "of your own"),
        ("proves: api_key, header: X-Signature", "", FIRST, "`X-Signature` means something else", "of your own"),
    ],
)
def test_a_header_that_cannot_carry_the_key_is_told(
    keeper: str, robot: str, element: str, message: str, hint: str
) -> None:
    (problem,) = validate(parse_spec(text(keeper, robot)))
    assert problem.element == element
    assert message in problem.message
    assert hint in problem.hint


def test_the_claim_names_the_header() -> None:
    spec = parse_spec(text("proves: api_key, header: X-Zoo", "proves: api_key, header: X-Zoo")).spec
    said = {claim.element: claim.says for claim in claims(spec)}
    assert said["roles.robot.proves"] == "a robot is known by a key of its own, sent as X-Zoo, and by nothing else"


def test_another_header_breaks_callers() -> None:
    old, new = (parse_spec(text(f"proves: api_key, header: {name}", "")).spec for name in ("X-Zoo", "X-Park"))
    (change,) = diff(old, new)
    assert (change.element, change.breaking) == (FIRST, True)
    assert change.reason == "Keys are sent in another header."
