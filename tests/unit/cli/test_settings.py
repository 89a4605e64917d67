"""Settings come from the environment, and what looks like a mistake there is said."""

from pathlib import Path

import pytest

from quantumlayer.bootstrap import bootstrap
from quantumlayer.settings import SettingError, read_settings


def test_without_variables_there_are_defaults() -> None:
    settings = read_settings({"PATH": "/bin"})
    assert settings.pack == "fastapi"
    assert 1 <= settings.jobs <= 64
    assert settings.warnings == ()
    assert settings.cache == Path.home() / ".cache" / "quantumlayer"


def test_variables_are_taken() -> None:
    settings = read_settings({"QL_JOBS": "7", "QL_PACK": "tiny", "XDG_CACHE_HOME": "/caches"})
    assert (settings.jobs, settings.pack, settings.cache) == (7, "tiny", Path("/caches/quantumlayer"))


@pytest.mark.parametrize("value", ["0", "65", "-1", "many", "1.5", "²"])
def test_impossible_values_are_refused(value: str) -> None:
    with pytest.raises(SettingError, match="QL_JOBS"):
        bootstrap({"QL_JOBS": value})


def test_unknown_variables_are_warned_of() -> None:
    warnings = read_settings({"QL_JOB": "7", "QL_COLOUR_OF_THE_SKY": "blue"}).warnings
    assert warnings == (
        "QL_COLOUR_OF_THE_SKY in the environment is no setting; there are QL_JOBS and QL_PACK",
        "QL_JOB in the environment is no setting; did you mean QL_JOBS?",
    )
