import ast
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from quantumlayer.qtest.generator import QTest
from quantumlayer.qtest.seeds import seeds
from quantumlayer.qtest.suite import Suite
from quantumlayer.spec.claims import claims
from quantumlayer.spec.load import load_spec, parse_spec
from quantumlayer.spec.model import Spec
from quantumlayer.spec.validate import validate

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[2] / "examples"
SCHOOL = HERE / "school.spec.yaml"
SPECS = [EXAMPLES / "town-library.spec.yaml", EXAMPLES / "clinic.spec.yaml", SCHOOL]

GUESTBOOK = """
spec: 1
service: {name: guestbook}
entities:
  Remark:
    fields: {text: {type: string}}
    access: [{who: anyone, may: [create, read]}]
"""

KEYS_ONLY = """
spec: 1
service: {name: guestbook}
roles: {robot: {proves: api_key}, guest: {record: Guest, proves: api_key}}
entities:
  Guest:
    fields: {name: {type: string}}
    access: [{who: robot, may: [create, read]}]
"""


def generated(spec: Spec) -> dict[str, str]:
    generator = QTest()
    return {
        file.path: file.content.decode() for part in generator.parts(spec) for file in generator.generate(spec, part)
    }


def proven(files: dict[str, str]) -> set[str]:
    return {found for text in files.values() for found in re.findall(r'proves\("([^"]+)"\)', text)}


@pytest.fixture(scope="module", params=SPECS, ids=lambda path: path.name)
def spec(request: pytest.FixtureRequest) -> Spec:
    path: Path = request.param
    return load_spec(path).spec


@pytest.fixture(scope="module")
def files(spec: Spec) -> dict[str, str]:
    return generated(spec)


def test_the_example_of_these_tests_is_a_sound_spec() -> None:
    assert not validate(load_spec(SCHOOL))


def test_each_claim_is_proven(spec: Spec, files: dict[str, str]) -> None:
    assert {claim.element for claim in claims(spec)} <= proven(files)
    assert QTest().open_elements(spec) == ()


def test_no_test_names_what_is_no_claim(spec: Spec, files: dict[str, str]) -> None:
    assert proven(files) <= {claim.element for claim in claims(spec)}


def test_the_files_are_python_with_a_test_of_each_kind(files: dict[str, str]) -> None:
    for path, text in files.items():
        if path.endswith(".py"):
            ast.parse(text, path)
    names = [
        node.name
        for path, text in files.items()
        if path.startswith("tests/test_")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]
    assert len(names) == len(set(names)) > 100


def test_every_test_asserts_something(files: dict[str, str]) -> None:
    for path, text in files.items():
        for node in ast.walk(ast.parse(text)) if path.startswith("tests/test_") else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                source = ast.unparse(node)
                assert "assert " in source or "pytest.raises" in source, node.name


def test_where_there_are_no_roles_one_client_calls() -> None:
    spec = parse_spec(GUESTBOOK, "guestbook.spec.yaml").spec
    files = generated(spec)
    assert "tests/test_accounts.py" not in files
    assert "async def client(" in files["tests/conftest.py"]
    code = {path: re.sub(r"^(from|import) .*\n", "", text, flags=re.MULTILINE) for path, text in files.items()}
    assert not any(word in text for text in code.values() for word in ("sign_in", "SignIn", "token", "account"))
    assert "accounts" not in json.loads(files["tests/seed.json"])
    assert {claim.element for claim in claims(spec)} <= proven(files)


def test_what_must_be_unique_is_sent_back_as_json_writes_it() -> None:
    unique = "{type: %s, unique: true}"
    kinds = {"price": "money", "weight": "decimal", "day": "date", "at": "datetime", "mail": "email"}
    fields = ", ".join(f"{name}: {unique % kind}" for name, kind in kinds.items())
    text = GUESTBOOK.replace("{text: {type: string}}", f"{{text: {{type: string}}, {fields}}}").replace(
        "read]", "read, update]"
    )
    body = generated(parse_spec(text).spec)["tests/test_properties.py"]
    for sent in ("price:.2f}", "weight:.6f}", "day:%Y-%m-%d}", "at:%Y-%m-%dT%H:%M:%SZ}"):
        assert f'f"{{remark.{sent}"' in body
    assert '"mail": remark.mail' in body


def test_the_same_spec_gives_the_same_bytes(spec: Spec, files: dict[str, str]) -> None:
    assert generated(spec) == files


def test_seeds_have_an_account_for_each_role(spec: Spec, files: dict[str, str]) -> None:
    seeds = json.loads(files["tests/seed.json"])
    rows = [row for name, rows in seeds.items() if name != "accounts" for row in rows]
    opened = [row["account"]["username"] for row in rows if "account" in row]
    assert sorted([*opened, *(row["username"] for row in seeds["accounts"])]) == sorted(spec.roles)


NASTY = """
spec: 1
service: {name: nasty}
roles: {keeper: }
entities:
  Thing:
    fields:
      name: {type: string, one_of: ['"; import os; "', "it's", 'a\\b', '{{ 7 * 7 }}']}
      size: {type: int}
    rules:
      fits:
        cel: this.size < 5
        else: "It's \\"too\\" big: {{ 7 * 7 }} {size} \\\\ ok"
    access:
      - {who: keeper, may: [create, read, update]}
"""


def test_text_of_the_spec_is_data() -> None:
    spec = parse_spec(NASTY).spec
    files = generated(spec)
    constants = {
        node.value
        for path, text in files.items()
        if path.endswith(".py")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant)
    }
    assert spec.entities["Thing"].rules["fits"].else_ in constants
    assert set(spec.entities["Thing"].fields["name"].one_of) <= constants


OPEN = """
spec: 1
service: {name: closed-shop}
roles: {keeper: }
entities:
  Thing:
    fields:
      name: {type: string, max: 5}
      motto: {type: string, pattern: '[a-z]{3}'}
      begins: {type: datetime}
    relations:
      shelf: {to: Thing, optional: true}
    derived:
      seen: {type: int, cel: this.name.size(), visible_to: nobody}
    rules:
      never: {cel: this.name.size() > 3 && this.name.size() < 3, else: Never.}
      apart: {no_overlap: {per: shelf, start: begins, end: begins}, else: Apart.}
    access:
      - {who: keeper, may: [create, update]}
    versioned: motto
    audit: {actions: [read], visible_to: keeper}
    list: {search: [motto], filter: [name], sort: [name]}
operations:
  shut:
    on: Thing
    by: keeper
    requires:
      hopeless: {cel: '1 > 2', else: Hopeless.}
    sets: {name: "'shut'"}
"""


def test_what_has_no_test_is_open_with_the_reason() -> None:
    spec = parse_spec(OPEN).spec
    found = {item.element: item.reason for item in QTest().open_elements(spec)}
    assert found["entities.Thing.rules.never"] == "no small world was found in which it alone decides"
    assert found["entities.Thing.rules.apart"] == "no caller makes such records directly"
    assert found["entities.Thing.derived.seen"] == "no role may read it"
    assert found["entities.Thing.audit"] == "no reader of the trail may read the record"
    assert found["entities.Thing.versioned"] == "nothing changes it"
    assert found["operations.shut.requires.hopeless"] == "no small world was found in which it alone decides"


TURNS = """
spec: 1
service: {name: turns}
roles: {keeper: }
entities:
  Court:
    fields: {name: {type: string}}
    access: [{who: keeper, may: [create, read]}]
  Turn:
    relations: {court: {to: Court, reassignable: true}}
    fields:
      begins: {type: datetime}
      ends: {type: datetime}
      held: {type: bool, default: true}
      rank: {type: int, min: 0, max: 9}
    states: {values: [planned, played, dropped]}
    rules:
      apart:
        no_overlap: {per: court, start: begins, end: ends, when: this.held && this.rank < 7 && this.status != 'dropped'}
        else: The court is taken.
    access: [{who: keeper, may: [create, read, update]}]
"""


def test_a_rule_against_overlaps_is_tried_from_every_side() -> None:
    module = ast.parse(generated(parse_spec(TURNS).spec)["tests/test_turns.py"])
    tests = {node.name: ast.unparse(node) for node in module.body if isinstance(node, ast.AsyncFunctionDef)}
    expected = {
        "stands_in_the_way_with_status": "['planned', 'played']",
        "does_not_stand_in_the_way_with_status": "['dropped']",
        "stands_in_the_way_with_held": "[True]",
        "does_not_stand_in_the_way_with_held": "[False]",
        "stands_in_the_way_with_rank": "[6]",
        "does_not_stand_in_the_way_with_rank": "[7]",
    }
    for name, rows in expected.items():
        assert f"parametrize('{name.rpartition('_')[2]}', {rows})" in tests[f"test_a_turn_of_the_same_court_{name}"]
    assert tests["test_turns_of_one_court_follow_one_another_without_a_gap"].count("await make.turn(court=court") == 2
    for moved in ("moved_into_another_one_of_its_court", "given_to_another_court_whose_time_is_taken"):
        test = tests[f"test_a_turn_is_not_{moved}"]
        assert ".put(" in test
        assert "(409, 'apart', 'The court is taken.')" in test
    assert "status_code == 200" in tests["test_a_turn_of_a_court_does_not_stand_in_its_own_way"]


def test_callers_with_keys_only_are_tried_without_passwords() -> None:
    files = generated(parse_spec(KEYS_ONLY).spec)
    assert [path for path, text in files.items() if "password" in text or "token" in text] == []
    seeds = json.loads(files["tests/seed.json"])
    assert seeds["accounts"] == [{"username": "robot", "role": "robot"}]
    assert seeds["guests"][0]["account"] == {"username": "guest"}
    assert {"roles.robot.proves", "roles.guest.proves"} <= proven(files)


ROTA = """
spec: 1
service: {name: rota}
roles: {boss: }
entities:
  Crew:
    fields: {number: {type: int, min: 100000, max: 100009, unique: true}}
    access: [{who: boss, may: [create, read]}]
  Turn:
    relations: {crew: {to: Crew}}
    fields:
      starts_at: {type: datetime}
      ends_at: {type: datetime}
      seat: {type: int, min: 1, max: 9}
    states: {values: [planned, kept, missed, paid]}
    rules:
      one_at_a_time: {no_overlap: {per: crew, start: starts_at, end: ends_at}, else: Another turn then.}
      one_a_seat: {unique: {of: [starts_at, seat]}, else: That seat is taken.}
    access: [{who: boss, may: [create, read, update]}]
operations:
  keep: {on: Turn, by: boss, from: planned, to: kept}
  miss: {on: Turn, by: boss, from: planned, to: missed}
  pay: {on: Turn, by: boss, from: kept, to: paid}
"""


def test_seeds_have_as_many_different_values_as_they_need() -> None:
    spec = parse_spec(ROTA).spec
    crews = seeds(Suite(spec))["crews"]
    assert len({row["number"] for row in crews}) == len(crews) > 4


def test_a_rule_against_overlaps_and_one_about_the_same_values_are_tried_apart(
    written: Callable[[str], dict[str, str]],
) -> None:
    tests = written(ROTA)
    overlapping = tests["two_turns_of_one_crew_do_not_overlap"]
    assert "await make.turn(crew=crew, starts_at=datetime(" in overlapping
    alike = tests["turns_with_the_same_starts_at_and_seat_are_refused"]
    assert "crew=await make.crew()" in alike


COURSES = """
spec: 1
service: {name: courses}
roles: {boss: }
entities:
  Student: {fields: {name: {type: string}}, access: [{who: boss, may: [create, read]}]}
  Sitting:
    fields: {places: {type: int, min: 1, max: 1}}
    derived: {taken: {type: int, cel: this.registrations.size()}}
    access: [{who: boss, may: [create, read]}]
  Registration:
    relations: {student: {to: Student}, sitting: {to: Sitting}}
    rules:
      once: {unique: {of: [student, sitting]}, else: Registered already.}
      room_left: {on: [create], cel: this.sitting.taken < this.sitting.places, else: No place is left.}
    access: [{who: boss, may: [create, read]}]
"""


def test_who_would_hear_of_another_rule_first_is_not_asked_about_the_same_values(
    written: Callable[[str], dict[str, str]],
) -> None:
    refused = "registrations_with_the_same_student_and_sitting_are_refused"
    assert refused not in written(COURSES)
    assert refused in written(COURSES.replace("this.sitting.taken < this.sitting.places", "this.sitting.places > 0"))


def test_a_field_may_have_the_name_of_its_entity() -> None:
    week = "{fields: {week: {type: int}}, access: [{who: anyone, may: [create, read]}]}"
    files = generated(parse_spec(f"spec: 1\nservice: {{name: seasons}}\nentities:\n  Week: {week}\n").spec)
    assert (
        "        made_week = Week(\n            week=week,\n        )\n        return await self._keep(made_week)"
        in (files["tests/factories.py"])
    )


FAIR = """
spec: 1
service: {name: fair}
roles: {boss: }
entities:
  Pitch:
    fields: {row: {type: string, unique: true, one_of: [north, south]}}
    access: [{who: boss, may: [create, read]}]
  Stall:
    relations: {pitch: {to: Pitch}}
    list: {filter: [pitch]}
    access: [{who: boss, may: [create, read]}]
"""


def test_records_of_which_there_can_be_a_few_are_shared(written: Callable[[str], dict[str, str]]) -> None:
    factories = generated(parse_spec(FAIR).spec)["tests/factories.py"]
    assert 'row or ["north", "south"][next(self._few["pitch.row"]) % 2]' in factories
    assert "pitch_id=(pitch or await self._one(self.pitch)).id" in factories
    assert "await make.stall(pitch=await make.pitch())" in written(FAIR)["stalls_are_filtered_by_pitch"]
