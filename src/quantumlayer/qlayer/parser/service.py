"""Reading requirement texts into a Spec."""

from collections.abc import Sequence

from quantumlayer.qlayer.parser import silence
from quantumlayer.qlayer.parser.assemble import assemble
from quantumlayer.qlayer.parser.draft import Draft
from quantumlayer.qlayer.parser.errors import NothingDescribedError
from quantumlayer.qlayer.parser.meaning import concepts, fees, limits, operations, people, quality, states, stories
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
    clauses = ClauseReader(text).clauses()
    _read(draft, clauses)
    if not draft.entities:
        message = f"{intake.shown(requirements[0].name)} names nothing that a service could keep"
        raise NothingDescribedError(message)
    _complete(draft)
    silence.ask_about_silence(draft, clauses)
    return assemble(draft, intake.shown(requirements[0].name))


def _read(draft: Draft, clauses: list[Clause]) -> None:
    """What the text says, each reading on top of those before it."""
    told = stories.find_stories(draft)
    concepts.find_entities(draft, [clause for clause in clauses if not (told and is_story(clause.sentence))])
    concepts.find_attributes(draft, clauses)
    concepts.find_personal(draft, clauses)
    concepts.find_later_limits(draft, clauses)
    states.status_fields(draft)
    states.find_states(draft)
    people.find_roles(draft, clauses)
    operations.find_operations(draft, clauses)
    operations.find_creations(draft)
    limits.find_durations(draft, clauses)
    operations.find_effects(draft)
    fees.find_fees(draft)
    people.find_access(draft, clauses)
    limits.find_prohibitions(draft, clauses)
    limits.find_quotas(draft, clauses)
    limits.find_orders(draft, clauses)
    limits.find_overlaps(draft, clauses)
    quality.find_quality(draft)


def _complete(draft: Draft) -> None:
    """What the text leaves out and a service cannot do without."""
    concepts.ensure_fields(draft)
    operations.find_takings(draft)
    operations.require_open(draft)
    operations.give_effects(draft)
    states.assign_movers(draft)
    people.default_access(draft)
    draft.assume("service.timezone", "Days begin and end in Coordinated Universal Time.")
