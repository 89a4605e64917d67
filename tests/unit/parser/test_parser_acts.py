"""What people do with records, and the lives that texts tell of them."""

import pytest

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.spec.model import FieldType, Reference, RelationKind, Spec
from quantumlayer.spec.validate import validate

CASE = "A case has a title. A lawyer has a name and an email. Lawyers can see cases. Clerks manage cases and lawyers. "


def read(text: str) -> Spec:
    spec = parse([Requirement(name="requirements.md", text=text)])
    assert not [problem for problem in validate(spec) if not problem.warning]
    return spec


def test_assigning_keeps_to_whom() -> None:
    spec = read(f"{CASE}Clerks can assign a case to a lawyer.")
    assign = spec.operations["assign"]
    assert (assign.on, assign.by, assign.sets) == ("Case", ("clerk",), {"lawyer": "takes.lawyer"})
    assert assign.takes["lawyer"] == Reference(to="Lawyer")
    assert spec.entities["Case"].relations["lawyer"].optional


def test_files_are_attached_as_parts_and_one_file_is_a_field() -> None:
    spec = read(f"{CASE}Lawyers can attach documents up to 5 MB to a case.")
    document = spec.entities["Document"]
    assert (document.fields["content"].type, document.fields["content"].max) == (FieldType.FILE, 5_000_000)
    assert document.relations["case"].to == "Case"
    assert "attach" not in spec.operations
    assert read(f"{CASE}Lawyers can attach a photo to a case.").entities["Case"].fields["photo"].is_file


def test_tagging_makes_tags() -> None:
    spec = read(f"{CASE}Lawyers can tag cases.")
    assert spec.entities["Case"].relations["tags"].kind is RelationKind.MANY_TO_MANY
    assert spec.entities["Tag"].fields["name"].unique


def test_writing_about_a_record_keeps_the_text_and_who_wrote_it() -> None:
    spec = read(
        "A visit has a start time. A visit is planned, then completed by a nurse. A nurse has a name and an email. "
        "Nurses write a visit note after a completed visit. Clerks manage visits and nurses."
    )
    write = spec.operations["write_visit_note"]
    assert write.on == "Visit"
    assert write.by == ("nurse",)
    assert write.creates is not None
    assert write.creates.set == {
        "visit": "this",
        "nurse": "caller.nurse",
        "text": "takes.text",
    }
    assert [one.cel for one in write.requires.values()] == ["this.status == 'completed'"]


def test_what_is_put_into_something_can_be_put_elsewhere() -> None:
    spec = read(
        "A pupil has a name. A class has a name. Teachers can see pupils. Heads can put pupils into classes. "
        "Clerks manage pupils and classes."
    )
    relation = next(one for one in spec.entities["Pupil"].relations.values() if one.to == "Class")
    assert relation.optional
    assert relation.reassignable


def test_switching_off_needs_what_is_on() -> None:
    spec = read(f"{CASE}Clerks can deactivate a lawyer. Clerks can activate a lawyer.")
    assert spec.entities["Lawyer"].fields["active"].read_only
    assert spec.operations["deactivate"].sets == {"active": "false"}
    assert [one.cel for one in spec.operations["activate"].requires.values()] == ["!this.active"]


def test_again_leads_back_into_a_state() -> None:
    spec = read(f"{CASE}A case is open, then closed by a clerk. Lawyers can reopen a closed case.")
    assert (spec.operations["reopen"].from_, spec.operations["reopen"].to) == (("closed",), "open")


@pytest.mark.parametrize(
    ("told", "states"),
    [
        ('The case is "filed". It becomes "heard", then "decided" with a verdict.', ("filed", "heard", "decided")),
        ("- As a clerk, I want to move a case from filed to heard and decided.", ("filed", "heard", "decided")),
        ("A case is open until a clerk settles it.", ("open", "settled")),
        ("A case passes through filed, heard and decided.", ("filed", "heard", "decided")),
        ("The status of a case is filed, heard or decided.", ("filed", "heard", "decided")),
        ("A case is filed, heard or decided.", ("filed", "heard", "decided")),
        ("It is filed at first. Clerks mark a case as heard.", ()),
        ("A case is filed at first. Clerks mark a case as heard.", ("filed", "heard")),
        ("Clerks approve or reject cases.", ("open", "approved", "rejected")),
        ("A case can be approved or rejected by a clerk.", ("open", "approved", "rejected")),
        ("A case shall be filed, then heard, then decided.", ("filed", "heard", "decided")),
        ("A case is filed, heard and finally decided, in this order.", ("filed", "heard", "decided")),
    ],
)  # fmt: skip
def test_lives(told: str, states: tuple[str, ...]) -> None:
    found = read(f"{CASE}{told}").entities["Case"].states
    assert (found.values if found else ()) == states


def test_a_life_says_who_moves_and_what_is_told_on_the_way() -> None:
    spec = read(f'{CASE}The case is "filed". It becomes "heard" then "decided" with a verdict.')
    decide = spec.operations["decide"]
    assert (decide.from_, decide.to, list(decide.takes), decide.sets) == (
        ("heard",), "decided", ["verdict"], {"verdict": "takes.verdict"},
    )  # fmt: skip
    spec = read(f"{CASE}A case is open until a judge settles it.")
    assert spec.operations["settle"].by == ("judge",)


def test_a_reason_is_given_and_kept_and_a_move_is_narrowed() -> None:
    spec = read(
        f"{CASE}A case is open, heard or suspended. Clerks can suspend a case, giving a reason of at most"
        f" 90 characters, "
        "but only while it is heard. Clerks can reinstate a case."
    )
    suspend = spec.operations["suspend"]
    assert suspend.from_ == ("heard",)
    assert list(suspend.takes) == ["reason"]
    assert suspend.inputs["reason"].max == 90
    assert (spec.operations["reinstate"].from_, spec.operations["reinstate"].to) == (("suspended",), "open")


def test_kinds_of_a_status_that_tell_no_life_stay_a_field() -> None:
    spec = read("* Road: name, status dry / wet / icy\n* Bridge: name, road")
    assert spec.entities["Road"].states is None
    assert spec.entities["Road"].fields["status"].one_of == ("dry", "wet", "icy")


def test_one_record_turns_into_another_with_its_parts() -> None:
    spec = read(
        "A good has a name, a price in EUR and a stock. A buyer has a name and an email. A basket belongs"
        " to a buyer and "
        "holds lines: good and quantity between 1 and 9. Paying turns the basket into a sale: prices are copied and "
        "stock is reserved at once. Buyers see only their own baskets. Staff manage goods and buyers."
    )
    pay = spec.operations["pay"]
    assert (pay.on, pay.by, pay.creates and pay.creates.entity) == ("Basket", ("buyer",), "Sale")
    carried = pay.also["carry_basket_lines"]
    assert carried.creates is not None
    assert carried.creates.entity == "SaleLine"
    assert carried.creates.set["price"] == "part.good.price"
    assert pay.also["reserve_stock"].sets == {"stock": "part.good.stock - part.quantity"}
    assert pay.also["empty_basket"].deletes
