from collections.abc import Callable
from pathlib import Path

EXAMPLES = Path(__file__).parents[3] / "examples"


def test_what_can_be_done_once_is_tried_by_several_callers_at_once(written: Callable[[str], dict[str, str]]) -> None:
    tests = written((EXAMPLES / "town-library.spec.yaml").read_text(encoding="utf-8"))
    for verb in ("renew", "return"):
        test = tests[f"one_of_several_callers_may_{verb}_the_same_loan"]
        assert f'calls = [as_member.post(f"/loans/{{loan.id}}/{verb}") for _ in range(4)]' in test
        assert "== [200, 409, 409, 409]" in test


def test_what_can_be_done_again_has_no_race(written: Callable[[str], dict[str, str]]) -> None:
    tests = written((EXAMPLES / "clinic.spec.yaml").read_text(encoding="utf-8"))
    assert "one_of_several_callers_may_confirm_the_same_appointment" in tests
    assert "one_of_several_callers_may_clear_no_shows_the_same_patient" not in tests


HIDDEN = """
spec: 1
service: {name: box}
roles: {keeper: }
entities:
  Letter:
    fields: {text: {type: string}, opened: {type: bool, default: false, read_only: true}}
    access:
      - {who: keeper, may: [create]}
      - {who: keeper, may: [read], when: GRANT}
operations:
  open:
    on: Letter
    by: keeper
    requires: {closed: {cel: '!this.opened', else: It was opened.}}
    sets: {opened: 'true'}
"""


def test_what_nobody_finds_afterwards_is_not_raced_for(written: Callable[[str], dict[str, str]]) -> None:
    race = "one_of_several_callers_may_open_the_same_letter"
    assert race in written(HIDDEN.replace("GRANT", "this.text != ''"))
    assert race not in written(HIDDEN.replace("GRANT", "'!this.opened'"))


WANTED = """
spec: 1
service: {name: rota}
roles: {boss: , volunteer: {record: Volunteer}}
entities:
  Volunteer:
    fields: {name: {type: string}}
    access: [{who: boss, may: [create, read]}]
  Shift:
    relations: {covered_by: {to: Volunteer, optional: true, read_only: true, on_delete: set_null}}
    fields: {label: {type: string}}
    states: {values: [wanted, covered]}
    access:
      - {who: boss, may: [create, read]}
      - {who: volunteer, may: [read], when: GRANT}
operations:
  cover: {on: Shift, by: volunteer, from: wanted, to: covered, sets: {covered_by: caller.volunteer}}
"""


def test_who_comes_too_late_for_what_leaves_their_sight_finds_nothing(
    written: Callable[[str], dict[str, str]],
) -> None:
    race = "one_of_several_callers_may_cover_the_same_shift"
    assert "== [200, 404, 404, 404]" in written(WANTED.replace("GRANT", "this.status == 'wanted'"))[race]
    assert "== [200, 409, 409, 409]" in written(WANTED.replace("GRANT", "this.label != ''"))[race]
