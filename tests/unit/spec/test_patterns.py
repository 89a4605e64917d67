"""Patterns must be valid, must run in the services' engine, and must never be slow."""

import pytest

from quantumlayer.spec.validate.patterns import judge_pattern, matches


@pytest.mark.parametrize(
    "pattern",
    [
        "[0-9]{13}",
        "[A-Z]{2}-?[0-9]+",
        "(a|b)c",
        "[a-z0-9]+(-[a-z0-9]+)*",
        r"\d{3}(?:\.\d{3})*",
        r"[^\]]+",
        "(ab?){2}",
        "[]a]+",
        "a{2,}b",
        "a+?",
        r"\(x\)",
        "x{0,3}",
        ".*foo.*",
        r"\S+@\S+\.\S+",
        r"[a-z0-9.]+@[a-z0-9-]+(\.[a-z0-9-]+)*",
        r"\d+|[a-z]+|\w+",
        r"\d+\.\d+\.\d+\.\d+",
        r"[^\x00]*[a-z]+[^\x00]*",
        ".{0,20}.{0,20}.{0,20}x",
    ],
)
def test_usual_patterns_are_fine(pattern: str) -> None:
    assert judge_pattern(pattern) == ""


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("(a+)+", "for ever"),
        ("(a*)*b", "for ever"),
        ("(?:a{1,3})*", "for ever"),
        ("(a|a)*", "for ever"),
        ("((a+)b?)+", "for ever"),
        ("([a-z]*-)*", "for ever"),
        ("(-[-a]+)*", "for ever"),
        (".*.*.*x", "in a row"),
        ("a*a*a*b", "in a row"),
        ("(.*)(.*)(.*)x", "in a row"),
        ("(a*){3}b", "in a row"),
        ("a+(a+b?|c)a+b", "in a row"),
        (r"\w*[0-9]{0,90}\d+x", "in a row"),
        (".*a.*a.*a.*x", "in a row"),
        ("(?:x.*)?.*.*y", "in a row"),
        ("((a{50}){50}){50}", "1000 times"),
        ("a{2000}", "1000 times"),
        ("[", "no regular expression"),
        ("a)", "no regular expression"),
        ("(?=a)b", "look-around"),
        (r"(a)\1", "look-around"),
        ("a" * 201, "longer than 200"),
    ],
)
def test_bad_patterns_are_refused(pattern: str, fault: str) -> None:
    assert fault in judge_pattern(pattern)


def test_a_pattern_describes_the_whole_text() -> None:
    assert matches("[0-9]{3}|x", "123")
    assert not matches("[0-9]{3}|x", "1234")
    assert not matches("[0-9]{3}", "123\n")


@pytest.mark.parametrize("pattern", [".+", "[^a]+", r"\D+", r"\W+", r"\S+", r"[^\d]+", "x|.*"])
def test_no_pattern_describes_what_a_database_cannot_keep(pattern: str) -> None:
    assert not matches(pattern, "!\x00")


@pytest.mark.parametrize("end", ["\n", "\r", "\u2028", "\u2029"])
def test_a_point_is_no_end_of_a_line(end: str) -> None:
    assert not matches("a.b", f"a{end}b")
    assert matches(r"a[^.]b\.", f"a{end}b.")
