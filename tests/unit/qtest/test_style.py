"""Tests of a service with a style: the same as without, by a client that translates."""

import json
from types import ModuleType

import pytest
from httpx import Request, Response

from quantumlayer.qtest.generator import QTest
from quantumlayer.spec.load import parse_spec

SHED = """
spec: 1
service: {name: shed}
roles: {keeper: }
entities:
  GardenTool:
    fields: {name: {type: string}, line_1: {type: string, optional: true}, paid: {type: int, visible_to: keeper}}
    access: [{who: keeper, may: [create, read, update]}, {who: anyone, may: [read]}]
    audit: {actions: [update], visible_to: keeper}
  Loan:
    relations: {garden_tool: {to: GardenTool}}
    access: [{who: keeper, may: [read]}]
operations:
  lend:
    on: GardenTool
    by: keeper
    creates: {entity: Loan, set: {garden_tool: this}}
interface: INTERFACE
"""


def files(interface: str) -> dict[str, str]:
    spec, generator = parse_spec(SHED.replace("INTERFACE", interface)).spec, QTest()
    (part,) = generator.parts(spec)
    assert generator.open_elements(spec) == ()
    return {file.path: file.content.decode() for file in generator.generate(spec, part)}


def client(interface: str) -> ModuleType:
    """The module of the client, ready to be asked."""
    module = ModuleType("style")
    exec(files(interface)["tests/style.py"], module.__dict__)  # noqa: S102 - it is ours
    return module


@pytest.fixture(scope="module")
def name() -> ModuleType:
    return client("{base: /api, naming: camel, envelope: name}")


@pytest.fixture(scope="module")
def data() -> ModuleType:
    return client("{envelope: data}")


def answer(body: object, media_type: str = "application/json", **headers: str) -> Response:
    content, request = json.dumps(body).encode(), Request("GET", "http://test")
    return Response(200, headers={"Content-Type": media_type, **headers}, content=content, request=request)


def test_other_tests_are_those_of_a_service_without_a_style() -> None:
    plain, styled = files("{}"), files("{naming: camel, envelope: data}")
    assert styled.keys() - plain.keys() == {"tests/style.py", "tests/test_style.py"}
    added = "from .style import raw\n"
    for path in ("tests/test_garden_tools.py", "tests/test_access.py"):
        assert styled[path].replace(added, "").split() == plain[path].split()
    assert "return Client(" in styled["tests/callers.py"]


def test_one_record_and_one_list_are_looked_at_with_nothing_in_between() -> None:
    found = files("{base: /api, naming: camel, envelope: name}")["tests/test_style.py"]
    assert "KEYS = ['createdAt', 'id', 'line1', 'name', 'paid', 'updatedAt']" in found
    assert 'raw(as_keeper, f"/api/garden-tools/{garden_tool.id}")' in found
    assert 'assert list(answer) == ["gardenTool"]' in found
    assert "sorted(answer['gardenTools'][0]) == KEYS" in found
    assert '(await raw(as_keeper, "/garden-tools"))["status"] == 404' in found
    assert [found.count(f'"interface.{word}"') for word in ("base", "naming", "envelope")] == [3, 2, 2]


def test_what_is_sent_is_put_into_the_style(name: ModuleType) -> None:
    body = {"line_1": "a", "paid": 3, "rows": [{"due_on": 1}]}
    styled = {"line1": "a", "paid": 3, "rows": [{"dueOn": 1}]}
    assert name.written("/garden-tools/7", body) == {"gardenTool": styled}
    assert name.written("/garden-tools/7/lend", body) == styled
    assert name.written("/auth/password", {"old_password": "x"}) == {"oldPassword": "x"}
    assert name.asked({"due_on_min": 1, "sort": "-due_on"}) == {"dueOnMin": 1, "sort": "-dueOn"}


def test_what_is_answered_is_taken_out_of_it(name: ModuleType, data: ModuleType) -> None:
    page = {"total": 1, "limit": 20, "offset": 0}
    found = name.plain(
        "/garden-tools", answer({"gardenTools": [{"line1": "a"}], **page}, Location="/api/garden-tools/7")
    )
    assert found.json() == {"items": [{"line_1": "a"}], **page}
    assert found.headers["Location"] == "/garden-tools/7"
    assert name.plain("/garden-tools/7/lend", answer({"loan": {"gardenToolId": 7}})).json() == {"garden_tool_id": 7}
    assert name.plain("/garden-tools/7/audit", answer({"entries": [], **page})).json() == {"items": [], **page}
    assert name.plain("/auth/token", answer({"access_token": "x"})).json() == {"access_token": "x"}
    assert data.plain("/loans/1", answer({"data": {"garden_tool_id": 7}})).json() == {"garden_tool_id": 7}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/garden-tools/7", {"name": "bare"}),
        ("/garden-tools/7", {"garden_tool": {}}),
        ("/garden-tools/7", {"loan": {}}),
        ("/garden-tools/7", {"gardenTool": {"line_1": "a"}}),
        ("/garden-tools/7", {"gardenTool": {}, "total": 1}),
        ("/garden-tools", {"gardenTools": [], "total": 0}),
        ("/garden-tools/7/lend", {"gardenTool": {}}),
        ("/auth/me", {"user_name": "x"}),
    ],
)
def test_an_answer_in_another_style_fails_the_test(name: ModuleType, path: str, body: object) -> None:
    with pytest.raises(AssertionError):
        name.plain(path, answer(body))


def test_a_location_without_the_base_fails_the_test(name: ModuleType) -> None:
    with pytest.raises(AssertionError):
        name.plain("/garden-tools", answer({"gardenTool": {}}, Location="/garden-tools/7"))


def test_pointers_lead_to_what_the_test_wrote(name: ModuleType) -> None:
    pointers = ["/body/gardenTool/line1", "/body/gardenTool", "/query/dueOnMin", "/path/garden_tool_id", "/body"]
    problem = answer({"errors": [{"pointer": one} for one in pointers]}, "application/problem+json")
    told = name.plain("/garden-tools/7", problem).json()["errors"]
    assert [one["pointer"] for one in told] == ["/body/line_1", "/body", "/query/due_on_min", *pointers[3:]]
    for wrong in ("/body/line1", "/query/due_on_min"):
        with pytest.raises(AssertionError):
            name.plain("/garden-tools/7", answer({"errors": [{"pointer": wrong}]}, "application/problem+json"))
