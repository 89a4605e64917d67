"""A distribution adds a plugin through its entry point, and nothing else is needed."""

import sys
from pathlib import Path

import pytest

from quantumlayer.plugins import BrokenPluginError, Plugins, UnknownPluginError
from quantumlayer.plugins.errors import AmbiguousPluginError
from quantumlayer.spec.model import Spec

GROUP = "quantumlayer.packs"
SPEC = Spec.model_validate({"spec": 1, "service": {"name": "shed"}, "entities": {"Tool": {}}})


@pytest.fixture(autouse=True)
def _clean_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tiny_pack", raising=False)


def install(site: Path, distribution: str, **points: str) -> None:
    info = site / f"{distribution}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    lines = [f"{name.replace('__', '.')} = {value}" for name, value in points.items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines, ""]))


def test_a_pack_is_added_from_outside(tiny_pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugins = Plugins(GROUP, ("name", "generate"))
    assert "tiny" not in plugins.names()
    monkeypatch.syspath_prepend(tiny_pack)
    assert "tiny" in plugins.names()
    (pack,) = plugins.load("tiny")
    assert getattr(pack, "name", "") == "tiny"
    assert getattr(pack, "open_elements")(SPEC)[0].element == "entities"  # noqa: B009  foreign to the type checker


def test_companions_are_loaded_with_their_plugin(tiny_pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tiny_pack, "more", tiny__tests="builtins:list", tiny__infra="builtins:dict", tinyish="builtins:set")
    monkeypatch.syspath_prepend(tiny_pack)
    plugins = Plugins(GROUP, ())
    first, *companions = plugins.load("tiny")
    assert type(first).__name__ == "TinyPack"
    assert companions == [{}, []]
    assert {"tiny", "tinyish"} <= set(plugins.names())
    assert "tiny.tests" not in plugins.names()


@pytest.mark.parametrize("name", ["tinny", "tiny.tests", ""])
def test_an_unknown_name_is_answered_with_the_known_ones(
    name: str, tiny_pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tiny_pack, "more", tiny__tests="builtins:list")
    monkeypatch.syspath_prepend(tiny_pack)
    with pytest.raises(UnknownPluginError) as caught:
        Plugins(GROUP, ()).load(name)
    assert "tiny" in caught.value.why


def test_two_distributions_may_not_offer_the_same_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "one", both="builtins:list")
    install(tmp_path, "two", both="builtins:dict")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(AmbiguousPluginError) as caught:
        Plugins(GROUP, ()).load("both")
    assert caught.value.why == "by one (builtins:list) and two (builtins:dict)"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("nowhere_at_all:Pack", "ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("builtins:Pack", "AttributeError"),
        ("builtins:open", "TypeError"),
        ("builtins:list", "it has no name, generate"),
    ],
)
def test_a_broken_plugin_is_named_with_its_distribution(
    value: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "careless", bad=value)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(BrokenPluginError, match="careless") as caught:
        Plugins(GROUP, ("name", "generate")).load("bad")
    assert why in caught.value.why
