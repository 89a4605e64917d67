from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from quantumlayer.core.checks import Check, Finding, Status, TestCase
from quantumlayer.qlayer.report import render
from quantumlayer.qlayer.report.diagram import entity_picture, state_picture
from quantumlayer.qlayer.report.view import Verdict, prove, rules, sentences, untraced, verdict
from quantumlayer.spec.claims import claims
from quantumlayer.spec.generator import OpenElement
from quantumlayer.spec.load import load_spec
from quantumlayer.spec.model import Note, Source, Spec

EXAMPLES = Path(__file__).parents[3] / "examples"
EVIL = """<script>alert(1)</script>{{ 7*7 }}{% raw %}"'&]]>"""
OPEN = OpenElement(element="entities.Book", reason="The pack cannot do it.", needs="a later pack")


def example(name: str) -> Spec:
    return load_spec(EXAMPLES / f"{name}.spec.yaml").spec


def traced(spec: Spec, *sources: Source) -> Spec:
    return spec.model_copy(update={"trace": sources})


def check(*tests: TestCase, status: Status = Status.PASSED, title: str = "Tests pass", **more: object) -> Check:
    return Check.model_validate(
        {"name": "tests", "title": title, "status": status, "seconds": 1.25, "tests": tests, **more}
    )


def page(spec: Spec, *checks: Check, left: tuple[OpenElement, ...] = (), text: str = "") -> str:
    return render(
        spec,
        checks=checks,
        claims=claims(spec),
        open_elements=left,
        generated_at=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
        texts={"text.md": text},
        files=61,
    )


class Reader(HTMLParser):
    """Everything of a page that a test wants to know."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def said(self) -> str:
        return " ".join(" ".join(self.text).split())


def test_a_page_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    reader = Reader(page(example("clinic"), check()))
    names = {tag for tag, _ in reader.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    targets = [attrs[key] for _, attrs in reader.tags for key in ("src", "href") if key in attrs]
    assert targets
    assert all((target or "").startswith("#") for target in targets)
    assert not [key for _, attrs in reader.tags for key in attrs if key.startswith("on")]


def test_every_link_and_label_points_at_something() -> None:
    failed = check(status=Status.FAILED)
    reader = Reader(page(example("clinic"), failed, check(), check(status=Status.ERROR)))
    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [(attrs["href"] or "")[1:] for tag, attrs in reader.tags if tag == "a"]
    labels = [name for _, attrs in reader.tags for name in (attrs.get("aria-labelledby") or "").split()]
    assert {*links, *labels} <= set(ids)
    assert "check-2-of-failed" in links


@pytest.mark.parametrize(
    ("checks", "left", "expected", "words"),
    [
        ([check()], (), Verdict.GREEN, "✓ Green"),
        ([check()], (OPEN,), Verdict.INCOMPLETE, "◐ Incomplete"),
        ([check(), check(status=Status.FAILED)], (OPEN,), Verdict.FAILED, "✗ Failed"),
        ([check(status=Status.ERROR)], (), Verdict.FAILED, "✗ Failed"),
        ([], (), Verdict.FAILED, "No check ran."),
    ],
)
def test_the_verdict_is_said_in_words(
    checks: list[Check], left: tuple[OpenElement, ...], expected: Verdict, words: str
) -> None:
    assert verdict(checks, left) is expected
    assert words in Reader(page(example("town-library"), *checks, left=left)).said()


def test_the_headline_counts() -> None:
    spec = example("town-library")
    proving = [TestCase(name=f"test_{each.element}", passed=True, proves=(each.element,)) for each in claims(spec)]
    first = check(*proving, figures={"coverage_percent": 97.25})
    said = Reader(page(spec, first, check(TestCase(name="test_x", passed=False), status=Status.FAILED))).said()
    assert "checks passed 1 of 2" in said
    assert f"tests passed {len(proving)} of {len(proving) + 1}" in said
    assert f"promises proven {len(proving)}" in said
    assert "branch coverage 97.2 %" in said
    assert "seconds of checks 2.5" in said
    assert "files 61" in said


def test_a_claim_holds_when_every_test_that_names_it_passed_everywhere() -> None:
    spec = example("town-library")
    element = "entities.Book.fields.isbn.pattern"
    good, bad = (TestCase(name="test_isbn", passed=passed, proves=(element,)) for passed in (True, False))

    def holds(*checks: Check) -> bool:
        return next(each.holds for each in prove(claims(spec), checks) if each.claim.element == element)

    assert holds(check(good))
    assert holds(check(good), check(good, title="Tests pass on PostgreSQL"))
    assert not holds(check(good), check(bad, title="Tests pass on PostgreSQL"))
    assert not holds(check())


def test_failing_tests_come_first() -> None:
    spec = example("town-library")
    element = claims(spec)[0].element
    cases = [TestCase(name=f"test_{number}", passed=number != 4, proves=(element,)) for number in range(6)]
    proven = prove(claims(spec), [check(*cases)])[0]
    assert [proof.test for proof in proven.proofs] == ["test_4", "test_0", "test_1", "test_2", "test_3", "test_5"]
    assert "3 more tests" in page(spec, check(*cases))
    assert "1 more test<" in page(spec, check(*cases[:4]))


def test_a_sentence_leads_to_its_elements_their_promises_and_tests() -> None:
    text = "# Library\n\nAn ISBN has 13 digits. It is up.\n"
    quote = "An ISBN has 13 digits."
    elements = {
        "entities.Book.fields.isbn": 0.9,
        "entities.Book": 0.8,
        "quality.uptime": 0.5,
        "entities.Loan.list": 0.4,
    }
    spec = traced(
        example("town-library"),
        Source(quote=quote, file="text.md", start=11, end=33, elements=elements),
        Source(quote="Hello.", file="other.md", start=7, end=13),
        Source(quote="Bye."),
    )
    proven = prove(
        claims(spec), [check(TestCase(name="test_isbn", passed=True, proves=("entities.Book.fields.isbn",)))]
    )
    first, second, third = sentences(spec, proven, {"text.md": text})
    assert first.place == "text.md, line 3, characters 11 to 33"
    assert second.place == "other.md, characters 7 to 13"
    assert (third.place, third.elements) == ("", ())
    isbn, book, uptime, listed = first.elements
    assert [each.claim.element for each in isbn.claims] == [
        "entities.Book.fields.isbn",
        "entities.Book.fields.isbn.pattern",
        "entities.Book.fields.isbn.unique",
    ]
    assert [proof.test for proof in isbn.claims[0].proofs] == ["test_isbn"]
    assert (book.claims, book.note) == ((), "an entity; its parts are proven one by one")
    assert uptime.note == "a target, measured in operation"
    assert listed.claims
    said = Reader(page(spec, check(), text=text)).said()
    assert "Nothing in the Spec came from this sentence." in said


@pytest.mark.parametrize("name", ["town-library", "clinic"])
def test_each_claim_is_either_from_a_sentence_or_not_from_the_text(name: str) -> None:
    spec = example(name)
    addresses = [each.element for each in claims(spec)]
    spec = traced(spec, Source(quote="One.", elements=dict.fromkeys([*addresses[::7], "roles.librarian"], 1.0)))
    proven = prove(claims(spec), [])
    shown = [
        each for sentence in sentences(spec, proven, {}) for element in sentence.elements for each in element.claims
    ]
    rest = untraced(spec, proven)
    assert {each.claim.element for each in (*shown, *rest)} == set(addresses)
    assert len(shown) + len(rest) == len(addresses)
    assert all(each.claim.text for each in shown)
    assert not any(each.claim.text for each in rest)


def test_an_element_without_a_promise_says_why() -> None:
    addresses = {"roles.member": 1.0, "service.timezone": 1.0, "operations.borrow.creates": 1.0}
    (sentence,) = sentences(traced(example("town-library"), Source(quote="One.", elements=addresses)), (), {})
    assert [element.note for element in sentence.elements] == [
        "a role; what it may do is proven at each grant",
        "a setting of the service",
        "proven with the element around it",
    ]


def test_rules_are_listed_with_what_callers_are_told() -> None:
    spec = example("clinic")
    found = rules(spec, prove(claims(spec), []))
    stated = sum(len(entity.rules) for entity in spec.entities.values())
    assert len(found) == stated + sum(len(operation.requires) for operation in spec.operations.values())
    overlap = next(rule for rule in found if rule.proven.claim.element.endswith("no_double_booking"))
    assert overlap.told == "The doctor has another appointment at that time."
    assert overlap.expression.startswith("no overlap per doctor from starts_at to ends_at")
    assert overlap.moment == "create or update of Appointment"


def test_what_is_open_comes_before_the_model() -> None:
    html = page(example("clinic"), check(), left=(OPEN,))
    said = Reader(html).said()
    places = [said.index(words) for words in ("✗ no test", "Left out:", "Question:", "Assumption:", "A line runs from")]
    assert places == sorted(places)


def test_a_spec_with_nothing_open_says_so() -> None:
    spec = Spec.model_validate({"spec": 1, "service": {"name": "tiny"}, "entities": {"Book": {}}})
    proving = [TestCase(name="test", passed=True, proves=(each.element,)) for each in claims(spec)]
    said = Reader(page(spec, check(*proving))).said()
    assert "Nothing is unproven, left out, assumed or to be answered." in said
    assert "Rules" not in said
    assert "Quality targets" not in said


def test_a_check_shows_how_it_ran() -> None:
    finding = Finding(message="Wrong.", code="E1", element="entities.Book", path="src/a.py", line=7)
    plain = Finding(message="Odd.")
    one = check(
        status=Status.FAILED,
        command=("pytest", "--cov"),
        figures={"coverage_percent": 91.5, "cases": 12},
        findings=(finding, plain),
        log="the end of it",
        summary="2 findings",
    )
    said = Reader(page(example("town-library"), one)).said()
    for words in (
        *("✗ failed", "$ pytest --cov", "coverage 91.5 %", "cases 12", "2 findings", "Wrong. E1"),
        *("src/a.py:7 · entities.Book", "the end of it"),
    ):
        assert words in said
    assert "✗ could not run" in Reader(page(example("town-library"), check(status=Status.ERROR))).said()


def test_texts_are_shown_and_never_run() -> None:
    spec = example("clinic")
    poisoned = spec.model_copy(
        update={
            "service": spec.service.model_copy(update={"summary": EVIL}),
            "questions": (Note(text=EVIL, about=EVIL, proposed=EVIL),),
            "assumptions": (Note(text=EVIL),),
            "trace": (Source(quote=EVIL, file=EVIL, start=1, end=2, elements={EVIL: 0.5}),),
            "operations": {
                name: operation.model_copy(
                    update={
                        "requires": {
                            key: one.model_copy(update={"cel": EVIL, "else_": EVIL})
                            for key, one in operation.requires.items()
                        }
                    }
                )
                for name, operation in spec.operations.items()
            },
        }
    )
    evil = check(
        TestCase(name=EVIL, passed=False, proves=("entities.Patient.access",)),
        status=Status.FAILED,
        title=EVIL,
        summary=EVIL,
        log=EVIL,
        command=(EVIL,),
        figures={EVIL: 1.0},
        findings=(Finding(message=EVIL, code=EVIL, element=EVIL, path=EVIL, line=1),),
    )
    html = page(poisoned, evil, left=(OpenElement(element=EVIL, reason=EVIL, needs=EVIL),))
    assert "<script" not in html
    assert Reader(html).said().count(EVIL) >= 20


@pytest.mark.parametrize("name", ["town-library", "clinic"])
def test_pictures_are_well_formed_and_say_in_words_what_they_show(name: str) -> None:
    spec = example(name)
    html = page(spec, check())
    found = [ET.fromstring(f"<svg{part.split('</svg>')[0]}</svg>") for part in html.split("<svg")[1:]]  # noqa: S314 - ours
    assert len(found) == 1 + sum(entity.states is not None for entity in spec.entities.values())
    for picture in found:
        children = [child.tag.rpartition("}")[2] for child in picture]
        assert children[:2] == ["title", "desc"]
    model = entity_picture(spec)
    assert all(entity in model.about for entity in spec.entities)


def test_the_model_shows_every_field_relation_and_cardinality() -> None:
    spec = example("clinic")
    picture = entity_picture(spec)
    note = next(box for box in picture.boxes if box.title == "VisitNote")
    assert [(row.name, row.type, row.kind) for row in note.rows] == [
        ("appointment", "Appointment", "relation"),
        ("author", "Doctor", "relation"),
        ("text", "text", "field"),
    ]
    assert [line.says for line in picture.lines] == [
        "Many Appointment to one Patient as patient",
        "Many Appointment to one Doctor as doctor",
        "One VisitNote to one Appointment as appointment",
        "Many VisitNote to one Doctor as author",
    ]


def test_texts_too_long_for_a_box_are_shortened_and_kept_in_full() -> None:
    long, entity = "a" * 60, "B" * 60
    raw = {
        "spec": 1,
        "service": {"name": "long"},
        "entities": {
            entity: {
                "fields": {long: {"type": "string", "optional": True, "unique": True}},
                "relations": {"parent": {"to": entity, "optional": True}},
                "derived": {"sum": {"type": "int", "cel": "1", "optional": True}},
            }
        },
    }
    picture = entity_picture(Spec.model_validate(raw))
    (box,) = picture.boxes
    parent, field, derived = box.rows
    assert len(box.title) == len(field.name) == 28
    assert (box.full, field.full) == (entity, f"{long}: string? unique")
    assert parent.full == f"parent: {entity}?"
    assert derived.type == "int?"
    assert picture.lines[0].says == f"Many {entity} to at most one {entity} as parent"


def test_the_life_of_a_record_begins_at_its_first_state() -> None:
    spec = example("clinic")
    states = spec.entities["Appointment"].states
    assert states is not None
    picture = state_picture(spec, "Appointment", states)
    kinds = {box.title: box.kind for box in picture.boxes}
    assert kinds["booked"] == "begin"
    assert kinds["confirmed"] == "state"
    assert kinds["cancel"] == "operation"
    assert "cancel moves it from booked or confirmed to cancelled." in picture.about
    assert sum(bool(line.marks) for line in picture.lines) == 4


def test_an_operation_from_any_state_says_so() -> None:
    raw = {
        "spec": 1,
        "service": {"name": "door"},
        "entities": {"Door": {"states": {"values": ["open", "shut"]}}},
        "operations": {"close": {"on": "Door", "by": ["guard"], "to": "shut"}},
        "roles": {"guard": None},
    }
    spec = Spec.model_validate(raw)
    states = spec.entities["Door"].states
    assert states is not None
    assert "close moves it from any state to shut." in state_picture(spec, "Door", states).about
