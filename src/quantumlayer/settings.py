"""What can be set from outside, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import ClassVar

from quantumlayer.core.errors import DomainError, Kind

PREFIX = "QL_"


class SettingError(DomainError):
    """A variable of the environment holds a value that the setting cannot take.

    Example: `QL_JOBS=many ql build shop.md -o shop`, where a number from 1 to 64 is meant.
    """

    code: ClassVar[str] = "QL4001"
    kind: ClassVar[Kind] = Kind.INVALID
    hint: str = "Correct the variable or unset it."


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings with their defaults.

    Args:
        jobs: How many tasks of a build run at the same time (`QL_JOBS`, 1 to 64); by default one for each core.
        pack: The pack that builds use unless `--pack` names another (`QL_PACK`).
        cache: Where caches of this person live, by the convention of the system (`XDG_CACHE_HOME`).
        warnings: What looks like a mistake in the environment, a sentence each.
    """

    jobs: int
    pack: str
    cache: Path
    warnings: tuple[str, ...] = ()


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in an environment. A variable `QL_...` that is no setting is a warning.

    Raises:
        SettingError: A value cannot be taken.
    """
    jobs = environment.get("QL_JOBS", "") or str(min(os.cpu_count() or 1, 64))
    if not jobs.isdecimal() or not 1 <= int(jobs) <= 64:
        raise SettingError(f"QL_JOBS is {jobs!r}", why="it must be a whole number from 1 to 64")
    known = ["QL_JOBS", "QL_PACK"]
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    return Settings(
        jobs=int(jobs),
        pack=environment.get("QL_PACK") or "fastapi",
        cache=Path(environment.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "quantumlayer",
        warnings=tuple(_unknown(name, known) for name in unknown),
    )


def _unknown(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    meant = f"; did you mean {near[0]}?" if near else f"; there are {' and '.join(known)}"
    return f"{name} in the environment is no setting{meant}"
