"""Trails, queries, reports, what happens besides, mails and other systems, as texts tell of them."""

import pytest

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.spec.model import Action, Moment, OnDelete, Proof, Spec
from quantumlayer.spec.validate import validate

LOANS = (
    "A tool has a name. A member has a name. A member borrows a tool. The loan records the day it was borrowed, the "
    "day it is due and, later, the day the tool came back. Members can borrow and return. "
    "Clerks manage tools and members. Clerks can see every loan. "
)
EVENTS = (
    "An event has a title. An event is draft, then published, then cancelled. An attendee has a name and an email. "
    "A booking belongs to an event and an attendee. A booking is pending, then paid. "
    "Organisers manage events, attendees and bookings. "
)
SHOPS = "A shop has a name. A sale belongs to a shop and has an amount and a day. Owners manage shops and sales. "


def read(text: str) -> Spec:
    spec = parse([Requirement(name="requirements.md", text=text)])
    assert not [problem for problem in validate(spec) if not problem.warning]
    return spec


def asked(spec: Spec) -> list[str]:
    return [note.text for note in spec.questions]


@pytest.mark.parametrize(
    ("said", "actions"),
    [
        ("Keep an audit trail of who read which contract.", {Action.READ}),
        ("We must be able to see who changed what.", {Action.UPDATE}),
        ("Every change of a price is recorded with who made it.", {Action.UPDATE}),
        ("All changes to contracts are logged.", {Action.UPDATE}),
        ("Every access to a contract is logged.", {Action.READ}),
        (
            "It must be possible to tell who created, changed or deleted a contract.",
            {Action.CREATE, Action.UPDATE, Action.DELETE},
        ),
    ],
)
def test_trails(said: str, actions: set[Action]) -> None:
    spec = read(f"A contract has a title and a price. Lawyers manage contracts. Partners can see contracts. {said}")
    audit = spec.entities["Contract"].audit
    assert audit is not None
    assert (set(audit.actions), audit.visible_to) == (actions, ("lawyer",))
    assert any(note.about == "entities.Contract.audit" for note in spec.assumptions)
    assert not asked(spec)


def test_who_moved_what_is_a_change() -> None:
    spec = read(
        "A box has a label. A shelf has a name. A box belongs to a shelf. Clerks manage boxes and shelves. "
        "Clerks can lock a box. We want to see afterwards who locked what and when."
    )
    audit = spec.entities["Box"].audit
    assert audit is not None
    assert audit.actions == (Action.UPDATE,)
    assert spec.entities["Shelf"].audit is None


def test_who_reads_a_trail() -> None:
    spec = read(
        "A contract has a title. Lawyers manage contracts. Auditors can see contracts. "
        "All changes to contracts are logged. Auditors can see the audit trail."
    )
    audit = spec.entities["Contract"].audit
    assert audit is not None
    assert audit.visible_to == ("auditor",)


def test_a_correction_is_a_new_version_and_made_by_who_wrote_it() -> None:
    spec = read(
        "A visit has a day. A doctor has a name and belongs to a ward. A ward has a name. A note has a text. "
        "The front desk manages visits, doctors and wards. Doctors write a note after a visit. "
        "Notes are never deleted; a correction adds a new version. Doctors can read notes."
    )
    note = spec.entities["Note"]
    assert note.versioned == ("text",)
    assert not spec.entities["Doctor"].versioned
    assert [grant.when for grant in note.access if Action.UPDATE in grant.may] == ["this.doctor == caller.doctor"]


def test_earlier_versions_stay_readable() -> None:
    text = "A policy has a title and a body text. Lawyers manage policies. "
    assert read(f"{text}Earlier versions of a policy stay readable.").entities["Policy"].versioned == ("body_text",)
    assert not read(f"{text}Earlier versions of a policy are not kept.").entities["Policy"].versioned


def test_how_long_records_are_kept() -> None:
    spec = read(f"{SHOPS}Sales must be kept for ten years.")
    (rule,) = spec.entities["Sale"].rules.values()
    assert (rule.cel, rule.on) == ("this.created_at <= add_months(now(), -120)", (Moment.DELETE,))
    assert any("removed after ten years" in text for text in asked(spec))
    assert not read(f"{SHOPS}Sales are not kept for ten years.").entities["Sale"].rules


@pytest.mark.parametrize(
    "said",
    [
        "Sales are deleted after 90 days.",
        "The system shall delete sales after 90 days.",
        "We delete sales 90 days after they were made.",
    ],
)
def test_what_is_removed_after_some_time(said: str) -> None:
    (job,) = read(SHOPS + said).jobs.values()
    assert (job.of, job.deletes) == ("Sale", True)
    assert job.where.endswith("- days(90)")


@pytest.mark.parametrize(
    ("said", "name", "where"),
    [
        ("Clerks can list overdue loans.", "overdue", "today() > this.due_on"),
        ("Clerks need a list of open loans.", "open", "this.returned_on == null"),
        ("The list of open loans is printed every morning.", "open", "this.returned_on == null"),
    ],
)
def test_lists_of_some_records_are_queries(said: str, name: str, where: str) -> None:
    query = read(LOANS + said).queries[name]
    assert (query.of, query.by, query.where) == ("Loan", ("clerk",), where)


def test_what_was_never_assigned_sorted_by_what_presses() -> None:
    spec = read(
        "A ticket has a subject and a priority (low, normal, high). An agent has a name. Clerks manage tickets and "
        "agents. "
        "Agents can assign a ticket to an agent. Agents can see every ticket. "
        "Agents can see all unassigned tickets sorted by priority and age."
    )
    query = spec.queries["unassigned"]
    assert (query.where, query.order) == ("this.agent == null", ("-priority", "created_at"))


def test_whoever_sees_only_those_needs_no_query() -> None:
    spec = read("A page has a title and a public yes/no flag. Editors manage pages. Anyone can see public pages.")
    assert not spec.queries
    assert not read("A page has a title. Editors manage pages. Editors need a list of lovely pages.").queries


def test_lists_between_two_dates() -> None:
    spec = read(f"{SHOPS}Auditors can see the sales of a shop between two dates.")
    listing = spec.entities["Sale"].list
    assert (listing.range, listing.filter) == (("day",), ("shop",))


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("Owners need a report per shop with the number of sales.", {"sales": "this.sales.size()"}),
        ("Owners need a report per shop with the revenue.", {"revenue": "this.sales.map(s, s.amount).sum()"}),
        (
            "Owners want to see the number of sales per shop and month.",
            {
                "sales": "this.sales.filter(s, s.day.getFullYear() == takes.year && s.day.getMonth() + 1 == "
                "takes.month).size()"
            },
        ),
        (
            "Owners need a report that shows, for each shop, the number of sales in a year.",
            {"sales": "this.sales.filter(s, s.day.getFullYear() == takes.year).size()"},
        ),
        (
            "Owners need the total sales per shop and year.",
            {"total_sales": "this.sales.filter(s, s.day.getFullYear() == takes.year).map(s, s.amount).sum()"},
        ),
        (
            "Owners need a daily report with the average amount per shop.",
            {"average_amount": "this.sales.filter(s, s.day == day).map(s, s.amount).average()"},
        ),
    ],
)
def test_reports(said: str, values: dict[str, str]) -> None:
    spec = read(SHOPS + said)
    (report,) = spec.reports.values()
    assert (report.of, report.by) == ("Shop", ("owner",))
    assert {name: value.cel for name, value in report.values.items()} == values
    assert not [text for text in asked(spec) if "report" in text or "How is" in text]


def test_a_report_of_all_records_is_for_who_sees_them_all() -> None:
    said = "need a report with the number of sales and the total amount per day."
    report = read(f"{SHOPS}Owners {said}").reports["sales"]
    assert (report.of, report.per, list(report.values)) == (None, "day", ["sales", "amount"])
    spec = read(f"{SHOPS}A seller has a name. A sale belongs to a seller. Sellers see their own sales. Sellers {said}")
    assert not spec.reports
    assert any("number of sales" in text for text in asked(spec))


def test_what_a_step_further_adds_up_to() -> None:
    spec = read(
        "A play has a title. A show belongs to a play and has a start time. A ticket belongs to a show and has a "
        "price. Producers manage plays, shows and tickets. "
        "Producers need a report per play with the number of tickets and the takings."
    )
    (report,) = spec.reports.values()
    assert {name: value.cel for name, value in report.values.items()} == {
        "tickets": "this.shows.map(ts, ts.tickets.size()).sum()",
        "takings": "this.shows.map(ts, ts.tickets.map(t, t.price).sum()).sum()",
    }


@pytest.mark.parametrize(
    "said",
    [
        "Owners need a report per shop with the weather and the revenue.",
        "Owners need a report of the moods per shop.",
        "A shop has at most the number of sales per shop and month that the law allows.",
    ],
)
def test_a_figure_that_is_not_sure_makes_no_report(said: str) -> None:
    assert not read(SHOPS + said).reports


def test_what_happens_to_others_and_who_is_told() -> None:
    spec = read(
        f"{EVENTS}When an event is cancelled, every paid booking is refunded and the attendees are told by email."
    )
    (effect,) = spec.operations["cancel"].also.values()
    assert (effect.each, effect.to) == ("this.bookings.filter(b, b.status == 'paid')", "refunded")
    mail = effect.also["tell"].creates
    assert mail is not None
    assert (mail.entity, mail.set["to"]) == ("Mail", "booking.attendee.email")
    assert (spec.operations["mark_sent"].by, spec.roles["mailer"].proves) == (("mailer",), Proof.API_KEY)
    assert any(note.about == "entities.Mail" for note in spec.assumptions)
    assert not asked(spec)


@pytest.mark.parametrize(
    "said", ["the attendees are told by phone", "the neighbours are told by email", "the moon is full"]
)
def test_what_else_happens_is_asked(said: str) -> None:
    spec = read(f"{EVENTS}When an event is cancelled, every paid booking is refunded and {said}.")
    assert "Mail" not in spec.entities
    assert any(said in text for text in asked(spec))


def test_doing_something_to_one_does_it_to_others() -> None:
    spec = read(
        "A course has a title. A course is planned, then rejected. A seat belongs to a course. A seat is held, then "
        "released. Tutors manage courses and seats. Rejecting a course releases its seats."
    )
    (effect,) = spec.operations["reject"].also.values()
    assert (effect.each, effect.to) == ("this.seats", "released")


def test_what_is_given_back_when_somebody_leaves() -> None:
    spec = read(
        "A ticket has a subject. A ticket is open, then closed. An agent has a name. Clerks manage tickets. "
        "Agents can assign a ticket to an agent. "
        "As an administrator, I want to deactivate an agent; their open tickets go back to unassigned."
    )
    (effect,) = spec.operations["deactivate"].also.values()
    assert (effect.each, effect.sets) == ("this.tickets.filter(t, t.status == 'open')", {"agent": "null"})


def test_what_a_record_belongs_to_changes_with_it() -> None:
    spec = read(
        "A van has a plate and an available yes/no flag. A trip belongs to a van. A trip is running, then ended. "
        "Drivers manage vans and trips. When a trip is ended, the van becomes available."
    )
    (effect,) = next(one for one in spec.operations.values() if one.to == "ended").also.values()
    assert (effect.on, effect.sets) == ("this.van", {"available": "true"})


def test_an_operation_makes_its_own_record_available_again() -> None:
    spec = read(
        "A bike has a name. A bike is available, then rented. Clerks manage bikes. Clerks can return bikes. "
        "Returning a bike makes it available again."
    )
    assert (spec.operations["return"].to, spec.operations["return"].from_) == ("available", ("rented",))


@pytest.mark.parametrize(
    ("said", "on_delete"),
    [
        ("Deleting an author deletes their posts.", OnDelete.CASCADE),
        ("When an author is deleted, their posts are deleted too.", OnDelete.CASCADE),
        ("When an author is deleted, the posts stay without author.", OnDelete.SET_NULL),
        ("An author with posts cannot be deleted.", OnDelete.RESTRICT),
        ("An author cannot be deleted while there are posts.", OnDelete.RESTRICT),
    ],
)
def test_what_a_deletion_does(said: str, on_delete: OnDelete) -> None:
    spec = read(
        f"An author has a name. A post has a title and belongs to an author. Editors manage authors and posts. {said}"
    )
    assert spec.entities["Post"].relations["author"].on_delete is on_delete
    assert not asked(spec)


def test_a_deletion_is_refused_while_some_are_left() -> None:
    spec = read(f"{LOANS}A member with open loans cannot be deleted.")
    rule = spec.entities["Member"].rules["no_open_loans"]
    assert (rule.cel, rule.on) == ("!this.loans.exists(l, l.returned_on == null)", (Moment.DELETE,))


def test_a_signed_message_moves_a_record() -> None:
    spec = read(
        'An order has a total. An order is "placed". It becomes "paid" when the payment provider tells us so through a '
        'signed webhook, then "shipped". Staff manage orders.'
    )
    assert spec.roles["payment_provider"].proves is Proof.SIGNATURE
    assert spec.operations["pay"].by == ("payment_provider",)
    assert spec.operations["ship"].by == ("staff",)


def test_other_systems_are_told_without_personal_data() -> None:
    spec = read(
        "An order has a total and an email. An order is placed, then shipped. Staff manage orders. "
        "When an order is shipped, a webhook is sent to the warehouse."
    )
    assert spec.operations["ship"].sends == ("order_shipped",)
    assert dict(spec.webhooks["order_shipped"].body) == {
        "id": "this.id",
        "total": "this.total",
        "status": "this.status",
    }


def test_keys_prove_who_calls() -> None:
    spec = read(
        "A partner has a name. A lead has a title. Partners can create leads. Partners authenticate with an API key."
    )
    assert spec.roles["partner"].proves is Proof.API_KEY
