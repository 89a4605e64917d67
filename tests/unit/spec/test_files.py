"""Fields that hold files: read, judged, claimed, compared and written again."""

from collections.abc import Callable

import pytest

from quantumlayer.spec.claims import claims
from quantumlayer.spec.diff import diff
from quantumlayer.spec.errors import Problem
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.sizes import read_size, size_text
from quantumlayer.spec.validate import validate
from quantumlayer.spec.write import dump_spec

DUE = "due: {type: datetime}"
PHOTO = "photo: {type: file, max: 2 MB, media: [image/png, image/jpeg], optional: true}"
GRANT = "{who: clerk, may: [create, read]}\n  Order:"
ACCESS = "may: [create, read], when: this.number > 0}"


@pytest.fixture
def pictured(shop: str) -> str:
    """The shop, whose orders have a photo that clerks and buyers may put."""
    return shop.replace(DUE, f"{DUE}\n      {PHOTO}").replace(
        ACCESS, "may: [create, read, update], when: this.number > 0}"
    )


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("10 MB", 10_000_000),
        ("10mb", 10_000_000),
        ("1 kB", 1000),
        ("512 KiB", 524_288),
        ("1 GiB", 2**30),
        ("7 B", 7),
        ("7", None),
        ("ten MB", None),
        ("1.5 MB", None),
        ("1 megabyte", None),
    ],
)
def test_a_size_is_a_number_with_a_unit(text: str, size: int | None) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize(
    ("size", "text"),
    [(10_000_000, "10 MB"), (2_500_000, "2500 kB"), (1024, "1 KiB"), (1536, "1536 B"), (0, "0 B"), (10**9, "1 GB")],
)
def test_a_size_is_written_in_the_largest_unit_that_fits(size: int, text: str) -> None:
    assert size_text(size) == text
    assert read_size(text) == size


def test_it_is_read_judged_claimed_and_written_again(pictured: str) -> None:
    spec = parse_spec(pictured).spec
    assert validate(spec) == ()
    photo = spec.entities["Order"].fields["photo"]
    assert (photo.max, photo.media, photo.required) == (2_000_000, ("image/png", "image/jpeg"), False)
    assert spec.entities["Order"].files == {"photo": photo}
    assert "photo" not in spec.entities["Order"].values
    said = {claim.element.removeprefix("entities.Order.fields."): claim.says for claim in claims(spec)}
    assert {key: text for key, text in said.items() if key.startswith("photo")} == {
        "photo": (
            "whoever may change an order puts its photo, a file that is given back byte for byte, and takes it away"
        ),
        "photo.max": "photo has at most 2 MB",
        "photo.media": "photo is of the type image/png or image/jpeg",
    }
    written = dump_spec(spec)
    assert PHOTO.replace(", optional: true", "") in written.replace("optional: true, ", "")
    assert parse_spec(written).spec == spec


def test_one_media_type_may_stand_alone(pictured: str) -> None:
    spec = parse_spec(pictured.replace("[image/png, image/jpeg]", "application/pdf")).spec
    assert spec.entities["Order"].fields["photo"].media == ("application/pdf",)
    assert "media: application/pdf" in dump_spec(spec)


@pytest.fixture
def refused(pictured: str) -> Callable[[str, str, str], Problem]:
    """The one problem of an element after an edit."""

    def judged(old: str, new: str, element: str) -> Problem:
        assert old in pictured
        problems = validate(parse_spec(pictured.replace(old, new, 1)).spec)
        (problem,) = [one for one in problems if one.element == element]
        assert problem.hint
        return problem

    return judged


@pytest.mark.parametrize(
    ("old", "new", "element", "message"),
    [
        ("max: 2 MB", "max: 99", "Order.fields.photo.max", "from 100 B to 500 MB"),
        ("max: 2 MB", "max: 2 GB", "Order.fields.photo.max", "from 100 B to 500 MB"),
        ("max: 2 MB", "max: 2.5", "Order.fields.photo.max", "from 100 B to 500 MB"),
        ("max: 2 MB", "min: 1", "Order.fields.photo.min", "no meaning for a file"),
        ("max: 2 MB", "unique: true", "Order.fields.photo.unique", "no meaning for a file"),
        ("max: 2 MB", "default: x", "Order.fields.photo.default", "no meaning for a file"),
        ("max: 2 MB", "pattern: x", "Order.fields.photo.pattern", "no meaning for a file"),
        ("max: 2 MB", "one_of: [x]", "Order.fields.photo.one_of", "no meaning for a file"),
        ("max: 2 MB", "read_only: true", "Order.fields.photo.read_only", "Nobody could ever put"),
        ("[image/png, image/jpeg]", "[]", "Order.fields.photo.media", "the list is empty"),
        ("[image/png, image/jpeg]", "[image/png, image/png]", "Order.fields.photo.media", "stands here twice"),
        ("[image/png, image/jpeg]", "[image/*]", "Order.fields.photo.media", "is no media type"),
        ("[image/png, image/jpeg]", "[PNG]", "Order.fields.photo.media", "is no media type"),
        ("[image/png, image/jpeg]", "['text/csv; x=y']", "Order.fields.photo.media", "is no media type"),
        ("note: {type: text", "note: {media: [text/csv], type: text", "Order.fields.note.media", "has no `media`"),
        ("[create, read, update]", "[create, read]", "Order.fields.photo", "Nobody can put photo"),
        ("filter: [number,", "filter: [photo, number,", "Order.list.filter", "asked for by values"),
        ("sort: [number,", "sort: [photo, number,", "Order.list.sort", "asked for by values"),
        ("list: {", "list: {order: -photo, ", "Order.list.order", "asked for by values"),
        ("versioned: note", "versioned: [note, photo]", "Order.versioned", "no earlier file is kept"),
        (PHOTO, f"{PHOTO.replace('photo', 'versions')}", "Order.fields.versions", "found at `/versions`"),
        (PHOTO, f"{PHOTO}\n      photo_size: {{type: int}}", "Order.fields.photo_size", "become the same name"),
        ("{type: int, cel: this.number * 2}", "{type: file, cel: 'null'}", "Order.derived.double.type", "worked out"),
        ("this.number > 0, else", "this.photo != null, else", "Order.rules.positive", "begins without photo"),
    ],
)
def test_what_no_file_can_be_is_told(
    refused: Callable[[str, str, str], Problem], old: str, new: str, element: str, message: str
) -> None:
    assert message in refused(old, new, f"entities.{element}").message


@pytest.mark.parametrize(
    ("old", "new", "element", "message"),
    [
        ("{type: money, default: 0.50}", "{type: file}", "takes.tip.type", "does not come with"),
        ("{note: \"'paid'\"}", "{photo: 'null'}", "sets.photo", "no operation sets it"),
        (
            "sets: {note:",
            "creates: {entity: Order, set: {photo: 'null'}}\n    sets: {note:",
            "creates.set.photo",
            "no op",
        ),
    ],
)
def test_no_operation_takes_or_sets_one(
    refused: Callable[[str, str, str], Problem], old: str, new: str, element: str, message: str
) -> None:
    assert message in refused(old, new, f"operations.pay.{element}").message


@pytest.mark.parametrize(
    ("cel", "message", "hint"),
    [
        ("this.photo.size > 2", "A file has no member `size`", "`this.photo != null`"),
        ("this.photo != null && this.photo.size > 2", "A file has no member `size`", "Only whether it is there"),
        ("this.photo == this.photo", "Cannot compare file or null with file or null", ""),
        ("this.photo > null", "Cannot compare", ""),
    ],
)
def test_an_expression_asks_only_whether_it_is_there(pictured: str, cel: str, message: str, hint: str) -> None:
    rule = f"positive: {{cel: '{cel}', else: Positive only., 'on': [update]}}"
    text = pictured.replace("positive: {cel: this.number > 0, else: Positive only.}", rule)
    (problem,) = validate(parse_spec(text).spec)
    assert problem.message.startswith(message)
    assert hint in problem.hint
    assert validate(parse_spec(text.replace(cel, "this.photo != null")).spec) == ()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("max: 2 MB", "max: 3 MB", ""),
        ("max: 2 MB", "max: 1 MB", "refused"),
        ("max: 2 MB, ", "", ""),
        ("media: [image/png, image/jpeg]", "media: [image/png]", "Files that were taken are refused now."),
        ("media: [image/png, image/jpeg]", "media: [image/png, image/jpeg, image/gif]", ""),
        ("media: [image/png, image/jpeg], ", "", ""),
        (", optional: true}", "}", "Callers can no longer take it away."),
        (", optional: true}", ", optional: true, immutable: true}", "Callers can no longer change it."),
    ],
)
def test_a_change_that_refuses_what_was_taken_breaks_callers(pictured: str, old: str, new: str, reason: str) -> None:
    before, after = parse_spec(pictured).spec, parse_spec(pictured.replace(PHOTO, PHOTO.replace(old, new))).spec
    (change,) = diff(before, after)
    assert reason in change.reason
    assert bool(reason) is change.breaking


def test_a_new_file_breaks_nobody_though_it_is_not_optional(shop: str, pictured: str) -> None:
    before = parse_spec(shop.replace(ACCESS, "may: [create, read, update], when: this.number > 0}")).spec
    kept = PHOTO.replace(", optional: true", "")
    (change,) = diff(before, parse_spec(pictured.replace(PHOTO, kept)).spec)
    assert not change.breaking
