"""The review that `ql parse` prints, at several widths, and the page it writes."""

import re
from io import StringIO
from pathlib import Path

import pytest
from typer.testing import CliRunner

from quantumlayer.cli.main import app
from quantumlayer.cli.review import review
from quantumlayer.cli.style import Style
from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.qlayer.report import render_review
from quantumlayer.spec.load import load_spec
from quantumlayer.spec.model import Entity, Field, Note, Source, Spec

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted((ROOT / "examples").glob("*.spec.yaml"))
TEXT = """# Kayak hire

A kayak has a name and a number of seats. A guest has a name and an email address. A guest hires a kayak.
The hire records the day it starts. It must be sunny at all times.
"""


@pytest.fixture(scope="module")
def kayaks() -> Spec:
    return parse([Requirement(name="kayaks.md", text=TEXT)])


class Terminal(StringIO):
    """A stream that can show all signs."""

    encoding = "utf-8"


def shown(spec: Spec, width: int, path: Path | None = None) -> list[str]:
    stream = Terminal()
    style = Style(stream, {})
    review(spec, style, width, path)
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("width", [40, 80, 120, 200])
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_no_line_is_wider_than_the_terminal(path: Path, width: int) -> None:
    lines = shown(load_spec(path).spec, width)
    assert max(len(line) for line in lines if "entities" not in line) <= max(width, 44)


def test_open_points_come_first_then_text_then_model(kayaks: Spec) -> None:
    lines = shown(kayaks, 100, Path("my spec.yaml"))
    places = [next(index for index, line in enumerate(lines) if line.startswith(start)) for start in (
        "Questions (", "Decided without", "From the text", "Model", "3 entities")]  # fmt: skip
    assert places == sorted(places)
    assert lines[-1] == "  next   ql answer 'my spec.yaml'"


def test_a_sentence_stands_beside_what_it_led_to(kayaks: Spec) -> None:
    lines = shown(kayaks, 100)
    beside = next(line for line in lines if "A kayak has a name" in line and "\u2502" in line)
    assert beside.rstrip().endswith("Kayak: name, seats")
    narrow = shown(kayaks, 60)
    at = next(index for index, line in enumerate(narrow) if line.startswith("  A kayak has a name"))
    assert "    Kayak: name, seats" in narrow[at + 1 : at + 3]


def test_entities_are_boxes_with_their_relations(kayaks: Spec) -> None:
    lines = shown(kayaks, 80)
    assert any("\u250c\u2500 Hire \u2500" in line for line in lines)
    assert any("kayak" in line and "\u2192 Kayak n:1" in line for line in lines)
    assert any(line.count("\u250c") == 2 for line in lines)


def test_details_beyond_a_dozen_are_counted(kayaks: Spec) -> None:
    notes = tuple(Note(about="entities.Kayak.fields.name", text=f"Guess {number}.") for number in range(20))
    lines = shown(kayaks.model_copy(update={"assumptions": notes}), 80)
    assert any("and 8 more details in the Spec" in line for line in lines)


def test_a_terminal_without_unicode_gets_plain_signs(kayaks: Spec) -> None:
    class Ascii(StringIO):
        encoding = "ascii"

    stream = Ascii()
    review(kayaks, Style(stream, {}), 80, None)
    assert stream.getvalue().isascii()
    assert "+- Hire -" in stream.getvalue()


def test_what_would_steer_the_terminal_is_shown_as_signs(kayaks: Spec) -> None:
    note = Note(about="entities.Kayak.access", text="Who\x1b[2J?", proposed="\x07Nobody.")
    source = Source(quote="A\x1b]0;x kayak", file="b\x1b.md", elements={"entities.Kayak": 0.5})
    text = "\n".join(shown(kayaks.model_copy(update={"questions": (note,), "trace": (source,)}), 80))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "Who\ufffd[2J?" in text


def test_the_page_needs_nothing_and_runs_nothing(kayaks: Spec) -> None:
    page = render_review(kayaks, {"kayaks.md": TEXT})
    assert "<script" not in page
    assert "://" not in page.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "default-src 'none'" in page
    assert page == render_review(kayaks, {"kayaks.md": TEXT})


def test_every_link_of_the_page_leads_somewhere(kayaks: Spec) -> None:
    for spec, texts in [(kayaks, {"kayaks.md": TEXT}), *((load_spec(path).spec, {}) for path in EXAMPLES)]:
        page = render_review(spec, texts)
        links, places = set(re.findall(r'href="#([^"]+)"', page)), re.findall(r' id="([^"]+)"', page)
        assert links <= set(places)
        assert len(places) == len(set(places))


def test_the_page_shows_text_points_model_and_states(kayaks: Spec) -> None:
    page = render_review(kayaks, {"kayaks.md": TEXT})
    assert page.index("Open points") < page.index('id="text"') < page.index("<svg") < page.index('id="elements"')
    assert '<span id="sentence-1" class="said gave">A kayak has a name and a number of seats.</span>' in page
    assert '<a href="#entities.Kayak.fields.seats"' in page
    ticket = render_review(load_spec(ROOT / "examples" / "helpdesk.spec.yaml").spec, {})
    assert '<span class="chip begin">' in ticket


def test_everything_on_the_page_is_escaped() -> None:
    evil = "<img src=x onerror=alert(1)>"
    spec = parse([Requirement(name="a.md", text="A kayak has a name. Clerks manage kayaks.")])
    spec = spec.model_copy(
        update={
            "service": spec.service.model_copy(update={"summary": evil}),
            "questions": (Note(text=evil, proposed=evil),),
            "trace": (Source(quote=evil, file=evil, elements={"entities.Kayak": 1.0}),),
        }
    )
    page = render_review(spec, {evil: evil})
    assert "<img" not in page
    assert page.count("&lt;img") >= 5


@pytest.mark.parametrize("number", [1, 7, 40])
def test_a_model_of_any_size_is_drawn(number: int) -> None:
    base = parse([Requirement(name="a.md", text="A kayak has a name. Clerks manage kayaks.")])
    entities = {
        f"Thing{index}": Entity(fields={"name": Field.model_validate({"type": "string"})}) for index in range(number)
    }
    spec = base.model_copy(update={"entities": entities, "trace": (), "questions": (), "assumptions": ()})
    page = render_review(spec, {})
    assert page.count('class="entity"') == number
    assert "Nothing is assumed or to be answered." in page
    assert 'id="text"' not in page


def test_a_page_replaces_nothing_but_a_page(tmp_path: Path) -> None:
    text, notes = tmp_path / "kayaks.md", tmp_path / "notes.txt"
    text.write_text(TEXT, "utf-8")
    notes.write_text("keep me", "utf-8")
    for options in (["--html", str(notes)], ["--html", str(tmp_path / "a"), "-o", str(tmp_path / "a")]):
        result = CliRunner().invoke(app, ["parse", str(text), *options])
        assert result.exit_code == 6
    assert notes.read_text("utf-8") == "keep me"
    assert not (tmp_path / "a").exists()
