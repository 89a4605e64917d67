"""How many records a relation to many holds: tests come near each limit, and whatever else they make keeps to it."""

import pytest

from quantumlayer.qtest.generator import QTest, proofs
from quantumlayer.qtest.seeds import seeds
from quantumlayer.qtest.suite import Suite
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Spec

TEXT = """\
spec: 1
service: {name: choir}
roles: {conductor: }
entities:
  Song:
    relations: {voices: {to: Voice, kind: many_to_many, LIMITS, reassignable: true}}
    fields: {title: {type: string, max: 100}}
    access: [{who: conductor, may: [create, read, update]}]
  Voice:
    fields: {name: {type: string, max: 30, unique: true}}
    access: [{who: conductor, may: [create, read, delete]}]
"""
VOICES = "entities.Song.relations.voices"


def choir(limits: str) -> Spec:
    return parse_spec(TEXT.replace("LIMITS", limits)).spec


def named(spec: Spec, address: str) -> set[str]:
    return {test.name for module in QTest().modules(spec) for test in module.tests if address in proofs(test)}


@pytest.mark.parametrize("limits", ["min: 1", "min: 2, max: 2", "min: 4, max: 9", "max: 1", "min: 1, max: 1"])
def test_each_limit_is_come_near_from_both_sides(limits: str) -> None:
    spec = choir(limits)
    assert named(spec, VOICES)
    if "min" in limits:
        assert named(spec, f"{VOICES}.min") >= {
            "a_song_is_refused_without",
            "a_song_is_refused_with_too_few_voices",
            f"a_song_is_kept_with_{limits[5]}_of_its_voices",
            "a_song_is_not_changed_to_too_few_voices",
            "voices_that_a_song_needs_stay",
            "voices_that_a_song_can_spare_go",
            "of_two_voices_that_a_song_can_spare_one_goes",
        }
    if "max" in limits:
        assert named(spec, f"{VOICES}.max") == {
            "a_song_is_refused_with_too_many_voices",
            f"a_song_is_kept_with_{limits[-1]}_of_its_voices",
            "a_song_is_not_changed_to_too_many_voices",
        }


def test_seeds_hold_what_they_need() -> None:
    found = seeds(Suite(choir("min: 3")))
    voices = [row["id"] for row in found["voices"]]
    assert len({row["name"] for row in found["voices"]}) == len(voices) >= 3
    assert all(len(row["voice_ids"]) == 3 and set(row["voice_ids"]) <= set(voices) for row in found["songs"])
    assert "voice_ids" not in seeds(Suite(choir("max: 3")))["songs"][0]
