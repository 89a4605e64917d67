"""Reading requirement texts into a Spec."""

from collections.abc import Sequence

from quantumlayer.qlayer.parser import silence
from quantumlayer.qlayer.parser.assemble import assemble
from quantumlayer.qlayer.parser.draft import Draft
from quantumlayer.qlayer.parser.errors import NothingDescribedError
from quantumlayer.qlayer.parser.meaning import (
    acts,
    arrows,
    attributes,
    becoming,
    concepts,
    conversions,
    defaults,
    denials,
    describing,
    fees,
    integrations,
    later,
    limits,
    listed,
    lists,
    marks,
    noting,
    operations,
    outcomes,
    people,
    quality,
    queries,
    reactions,
    relations,
    reports,
    states,
    stories,
    trails,
)
from quantumlayer.qlayer.parser.meaning.sets.reading import find_sets
from quantumlayer.qlayer.parser.meaning.times import reader as times
from quantumlayer.qlayer.parser.models import Requirement
from quantumlayer.qlayer.parser.text import intake
from quantumlayer.qlayer.parser.text.clauses import Clause, ClauseReader, is_story
from quantumlayer.qlayer.parser.text.sentences import sentences
from quantumlayer.spec.model import Spec


def parse(requirements: Sequence[Requirement]) -> Spec:
    """Read the requirement of one service.

    The Spec validates. Each of its elements is traced to the sentence it came from with how sure the reading is; what
    the text leaves open is an assumption, and what it demands without being understood a question.

    Raises:
        UnreadableRequirementError: A text is empty, binary, too long, source code, not in English, or names nothing
            to keep.
    """
    intake.check(requirements)
    text = [sentence for requirement in requirements for sentence in sentences(requirement)]
    draft = Draft(text)
    clauses = describing.as_managing(noting.as_noted(ClauseReader(text).clauses()))
    _read(draft, clauses)
    if not draft.entities:
        message = f"{intake.shown(requirements[0].name)} names nothing that a service could keep"
        raise NothingDescribedError(message)
    _complete(draft, clauses)
    silence.ask_about_silence(draft, clauses)
    return assemble(draft, intake.shown(requirements[0].name))


def _read(draft: Draft, clauses: list[Clause]) -> None:
    """What the text says, each reading on top of those before it."""
    told = stories.find_stories(draft)
    concepts.find_entities(draft, [clause for clause in clauses if not (told and is_story(clause.sentence))])
    attributes.find_attributes(draft, clauses)
    conversions.find_converted(draft)
    relations.find_chosen(draft, clauses)
    later.find_personal(draft, clauses)
    later.find_later_limits(draft, clauses)
    arrows.find_arrows(draft, clauses)
    states.find_states(draft, clauses)
    outcomes.find_lives(draft)
    relations.find_made_of(draft, clauses)
    times.find_moments(draft)
    states.status_fields(draft)
    listed.find_listed_roles(draft)
    people.find_roles(draft, clauses)
    conversions.convert(draft)
    acts.find_acts(draft, clauses)
    operations.find_operations(draft, clauses)
    outcomes.find_outcomes(draft)
    becoming.find_chances(draft)
    becoming.find_becoming(draft)
    operations.find_creations(draft)
    marks.find_marks(draft, clauses)
    marks.find_given(draft, clauses)
    limits.find_durations(draft, clauses)
    operations.find_effects(draft)
    fees.find_fees(draft)
    people.find_access(draft, clauses)
    denials.find_denials(draft, clauses)
    lists.find_lists(draft, clauses)
    limits.find_prohibitions(draft, clauses)
    limits.find_quotas(draft, clauses)
    limits.find_orders(draft, clauses)
    limits.find_orders_in_asides(draft)
    limits.find_overlaps(draft, clauses)
    times.find_times(draft, clauses)
    marks.find_last_marks(draft)
    find_sets(draft, clauses)
    integrations.find_integrations(draft)
    reactions.find_reactions(draft)
    trails.find_trails(draft)
    quality.find_quality(draft)
    listed.find_outside(draft)


def _complete(draft: Draft, clauses: list[Clause]) -> None:
    """What the text leaves out and a service cannot do without."""
    attributes.ensure_fields(draft)
    operations.find_takings(draft)
    operations.require_open(draft)
    operations.give_effects(draft)
    states.assign_movers(draft)
    defaults.default_access(draft)
    trails.finish_trails(draft)
    queries.find_queries(draft, clauses)
    reports.find_reports(draft, clauses)
    draft.assume("service.timezone", "Days begin and end in Coordinated Universal Time.")


def read_more(draft: Draft, *, ask: bool = False) -> None:
    """Read the sentences of a draft on top of all that it holds; with `ask`, ask about those that gave nothing."""
    clauses = ClauseReader(draft.sentences).clauses()
    _read(draft, clauses)
    _complete(draft, clauses)
    if ask:
        silence.ask_about_silence(draft, clauses)
