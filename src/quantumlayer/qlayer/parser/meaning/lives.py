"""How texts tell the life of a record: `A permit is requested, then approved or rejected by an officer`.

Each form gives the stages of a life in order, and each stage the steps that may come next.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from quantumlayer.qlayer.parser.draft import LIKELY, Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.verbs import participle
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.sentences import Sentence

_STATE = r"[a-z][a-z-]*(?: [a-z-]+){0,2}"
_LIFE = re.compile(
    r"^(?:[\w ]+: )?(?:once \w+, )?(?:an?|every|each|the)?\s*(?P<what>[\w -]+?) (?:(?:shall|must|will|should|can) be|is"
    r"|are|starts? (?:out |off )?as|begins? as|gets?)"
    r" (?:first |initially |at first )?(?P<first>[\w -]+?)"
    r"(?: at first| by (?:an?|the) (?P<who>[\w ]+?))?(?:,| and) (?:and )?(?:then|after that|thereafter"
    r"|afterwards|later)"
    r" (?P<rest>.+?)\.?$"
)
_THROUGH = re.compile(
    r"(?:an?|every|each|the) (?P<what>[\w -]+?) (?:goes|passes|runs|moves|progresses) through"
    r" (?:(?:the|these|the following|several|\w+) )?(?:states?|stages?|phases?|steps?|statuses)?:? ?(?P<rest>[^.;]+)"
)
_HAS_STATES = re.compile(
    r"(?:(?:the )?(?:status|state|stage)(?: of (?:an?|each|every|the))? (?P<of>[\w -]+?)"
    r"|(?:an?|every|each|the) (?P<has>[\w -]+?)(?:'s)? (?:status|state|stage))"
    r" (?:is|are|can be|may be|must be|is one of|is either|can be one of)(?: one of| either)?:? (?P<rest>[^.;]+)"
)
_EITHER = re.compile(
    r"\b(?:an?|every|each) (?P<what>[\w -]+?) (?:(?:is|can be) (?:always )?(?:either |one of:? )?|has one"
    r" of the (?:states|statuses):? )"
    r"(?P<rest>[a-z-]+(?: [a-z-]+)?(?:, [a-z-]+(?: [a-z-]+)?)+,? (?:or|and finally|and then|and)"
    r" [a-z-]+(?: [a-z-]+)?)(?=[.;,]|$)(?P<order>, in (?:this|that) order)?"
)
_FROM_TO = re.compile(
    r"\b(?:move|moves|goes|go|advance|advances|progresses|changes|change|take|takes)"
    r"(?: (?:an?|the|each|my|their) (?P<what>[\w -]+?))?"
    r" from (?P<first>[\w -]+?) to (?P<rest>[^.;]+?)(?=,? (?:so that|in order)|[.;]|$)"
)
_UNTIL = re.compile(
    r"(?:an?|every|each|the) (?P<what>[\w -]+?) (?:(?:shall|must|will) (?:be|stay|remain)|is|are|stays?|remains?)"
    r" (?P<first>[\w -]+?) until (?:(?:an?|the|some|its|their) )?(?P<who>[\w ]+?) (?P<verb>[a-z]+)(?: or"
    r" (?P<other>[a-z]+))? it\b"
)
_UNTIL_DONE = re.compile(
    r"(?:an?|every|each|the) (?P<what>[\w -]+?) (?:(?:shall|must|will) (?:be|stay|remain)|is|are|stays?|remains?)"
    r" (?P<first>[\w -]+?) until it (?:is|has been|gets) (?P<done>[a-z]+)(?: or (?P<other>[a-z]+))?"
    r"(?: by (?:an?|the) (?P<who>[a-z ]+?))?(?=[.,;]|$)"
)
_AFTERWARDS = r"(?:then|finally|after that|thereafter|afterwards|in the end|at last|eventually|later|ultimately|lastly)"
_STAGE = re.compile(rf"[,;] (?:and )?{_AFTERWARDS} | and {_AFTERWARDS} | ?(?:->|\u2192|\u21d2) ?")
_OPTION = re.compile(r", or |, and |, | or | and ")
_BY = re.compile(r" by (?:an?|the|one of the) (?P<who>[\w ]+)$")
_PLAINLY = re.compile(
    r"^(?:(?:either|or|finally|in the end|it|they|is|are|becomes?|gets?|can be|may be|at last|as an?|later) )+"
)
_MARKED = re.compile(r"^(?:is )?marked as (?:an? )?")
_WITH = re.compile(r"^(?P<state>[\w -]+?) with (?:an?|its|the) (?P<what>[\w ]+)$")
_QUOTED = re.compile(
    r"\b(?:is|are|becomes?|then|as|to|gets?|turns?|or|either)(?: to)?(?: be)?"
    r" [\"\u201c](?P<state>[a-z][\w -]*?)[\"\u201d]"
    r"(?: with (?:an?|its|the) (?P<takes>[\w ]+?)(?=[,.;]|$))?"
)
_ABOUT = re.compile(
    r"\b(?:an?|every|each|the) (?P<what>[\w -]+?) (?:is|are|becomes?|starts?)(?: out)?(?: as)? [\"\u201c]"
)
_OFTEN = 2
_FIRST = re.compile(
    r"\b(?:an?|the|each|every) (?:new )?(?P<what>[\w -]+?) (?:is|starts?(?: out| off)?(?: life)? as"
    r"|begins?(?: life)? as)"
    r" (?:an? |the )?(?P<first>[a-z-]+(?: [a-z-]+)?) (?:at first|initially|to begin with|by default|to start with)"
)
_BEGINS = re.compile(
    r"\b(?:an?|the|each|every) (?:new )?(?P<what>[\w -]+?) (?:starts?|begins?)(?: out| off)?(?: life)?(?:"
    r" as| in the state)"
    r" (?:an? |the )?[\"\u201c]?(?P<first>[a-z-]+(?: [a-z-]+)?)[\"\u201d]?(?=[,.;]| and\b|$)"
)
_BEGINNINGS = frozenset({"new", "open", "draft", "pending", "requested", "planned", "waiting", "created", "active"})
ENDS = frozenset(
    {"cancelled", "canceled", "rejected", "withdrawn", "declined", "refused", "expired", "failed", "lost", "void"}
    | {"no_show", "abandoned", "revoked", "written_off", "disqualified"}
)
"""Where a life can end from any state before."""
_PLAIN = frozenset(
    {"new", "open", "draft", "pending", "ready", "done", "in_progress", "active", "on_hold", "waiting", "in_review"}
    | {"in_use", "available", "overdue", "no_show", "complete", "void", "scheduled", "under_review"}
)
"""States that are no participles."""


@dataclass(frozen=True, slots=True)
class Step:
    """A state that may come next.

    Args:
        state: Its name.
        verb: What the move into it is called where the text says so.
        who: The role that moves there, where the text says so.
        takes: What must be told on the way.
    """

    state: str
    verb: str = ""
    who: str = ""
    takes: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """The stages of an entity's records, as sentences tell them; `ordered` says that a later stage follows a former."""

    entity: EntityDraft
    stages: tuple[tuple[Step, ...], ...]
    sentences: tuple[Sentence, ...]
    ordered: bool = True

    @property
    def states(self) -> tuple[str, ...]:
        """All states in order."""
        return tuple(step.state for stage in self.stages for step in stage)

    @property
    def sound(self) -> bool:
        """Whether these can be states: several, each named once, and in few words."""
        names = self.states
        return 1 < len(names) == len(set(names)) and all(0 < len(name.split("_")) <= 3 for name in names)


def lives(draft: Draft, clauses: Iterable[Clause]) -> Iterator[Life]:
    """Every life that the text tells."""
    told = {id(clause.sentence): clause.subject[0] for clause in reversed(list(clauses)) if clause.subject}
    for index, sentence in enumerate(draft.sentences):
        text = re.sub(r"\s*\([^)]*\)", "", sentence.text.lower())
        if text.startswith("it ") and id(sentence) in told:
            text = f"the {told[id(sentence)].name}{text.removeprefix('it')}"
        for form in (_told, _listed, _moved, _until):
            if (life := form(draft, sentence, text)) is not None and life.sound:
                yield life
        if (life := _quoted(draft, index)) is not None and life.sound:
            yield life


def _living(draft: Draft, sentence: Sentence, what: str) -> EntityDraft | None:
    """The entity whose life is told; what has a life is kept, even where nothing else is said of it."""
    known = draft.spoken(what)
    named = re.sub(r"^(?:an?|the|each|every) ", "", what.strip())
    if known is not None or not re.fullmatch(r"[a-z]+(?: [a-z]+)?", named) or named in {"it", "they", "this", "that"}:
        return known
    mentioned = sum(re.search(rf"\b{named}", other.text.lower()) is not None for other in draft.sentences)
    if mentioned < _OFTEN:
        return None
    entity = draft.add_entity(named)
    draft.mark(sentence, entity.address, LIKELY)
    return entity


def _told(draft: Draft, sentence: Sentence, text: str) -> Life | None:
    found = _LIFE.match(text)
    entity = _living(draft, sentence, found["what"]) if found else None
    if found is None or entity is None or ";" in found["rest"]:
        return None
    first = Step(spec_name(_PLAINLY.sub("", found["first"])), who=spec_name(found["who"]) if found["who"] else "")
    return Life(entity, ((first,), *(options(stage) for stage in _STAGE.split(found["rest"]))), (sentence,))


def _listed(draft: Draft, sentence: Sentence, text: str) -> Life | None:
    """`A claim passes through received, assessed and paid`; `the status of a bike is free, rented or broken`."""
    for form in (_THROUGH, _HAS_STATES, _EITHER):
        found = form.search(text)
        what = (
            next((found[name] for name in ("what", "of", "has") if name in form.groupindex and found[name]), "")
            if found
            else ""
        )
        entity = draft.spoken(what) if what else None
        if found is None or entity is None:
            continue
        names = [spec_name(part) for part in _OPTION.split(_STAGE.sub(", ", found["rest"].strip())) if part.strip()]
        ordered = form is _THROUGH or (form is _EITHER and found["order"] is not None)
        offered = form is not _EITHER or ordered or " or " in found["rest"]
        if form is _EITHER and not (is_life(names) and offered):
            continue
        return Life(entity, tuple((Step(name),) for name in names), (sentence,), ordered=ordered)
    return None


def _moved(draft: Draft, sentence: Sentence, text: str) -> Life | None:
    """`As an agent, I want to move a ticket from open to in progress, resolved and closed`."""
    found = _FROM_TO.search(text)
    if found is None:
        return None
    entity = draft.spoken(found["what"] or re.split(r"\s", text[: found.start()].strip())[-1] or "")
    rest = [part for part in re.split(r",? to |, (?:and |or )?| and | or ", found["rest"]) if part.strip()]
    teller = re.match(
        r"(?:- )?as an? (?P<who>[\w ]+?),|^(?P<whom>[\w ]+?) (?:can|may|must)? ?(?:move|take|change)", text
    )
    who = spec_name((teller["who"] or teller["whom"] or "").strip()) if teller else ""
    if entity is None or not rest:
        return None
    names = [spec_name(part) for part in (found["first"], *rest)]
    return Life(entity, tuple((Step(name, who=who),) for name in names), (sentence,))


def _until(draft: Draft, sentence: Sentence, text: str) -> Life | None:
    """`An alert is open until a dispatcher acknowledges it`."""
    if done := _UNTIL_DONE.search(text):
        return _until_done(draft, sentence, done)
    found = _UNTIL.search(text)
    entity = _living(draft, sentence, found["what"]) if found else None
    if found is None or entity is None or found["who"] in {"it", "they"}:
        return None
    who = spec_name(found["who"])
    lemmas = {word.lower: word.lemma for word in sentence.words}
    verbs = [lemmas.get(told, told) for told in (found["verb"], found["other"]) if told]
    after = tuple(Step(spec_name(participle(verb)), verb=verb, who=who) for verb in verbs)
    return Life(entity, ((Step(spec_name(found["first"])),), after), (sentence,))


def _until_done(draft: Draft, sentence: Sentence, found: re.Match[str]) -> Life | None:
    """`A request is open until it is answered by a clerk`."""
    entity = _living(draft, sentence, found["what"])
    who = spec_name(found["who"]) if found["who"] else ""
    after = tuple(Step(spec_name(done), who=who) for done in (found["done"], found["other"]) if done)
    return Life(entity, ((Step(spec_name(found["first"])),), after), (sentence,)) if entity is not None else None


def _quoted(draft: Draft, index: int) -> Life | None:
    """States in quotes, over several sentences: `The order is "placed". It becomes "paid" when ...`."""
    told: list[Sentence] = []
    steps: list[Step] = []
    start = _ABOUT.search(draft.sentences[index].text.lower())
    entity = draft.spoken(re.split(r"\b(?:and|an?|the|each|every) ", start["what"])[-1]) if start else None
    if entity is None:
        return None
    for sentence in draft.sentences[index:]:
        found = list(_QUOTED.finditer(sentence.text.lower()))
        if not found:
            break
        told.append(sentence)
        steps += [Step(spec_name(one["state"]), takes=(one["takes"] or "").strip()) for one in found]
    return Life(entity, tuple((step,) for step in steps), tuple(told))


def options(stage: str) -> tuple[Step, ...]:
    """The states that may come next, with the role behind the last of them for all."""
    by = _BY.search(stage)
    who = spec_name(by["who"]) if by else ""
    found = []
    for option in re.split(r", or |, | or ", stage[: by.start()] if by else stage):
        plain = _PLAINLY.sub("", option.strip())
        inner = _BY.search(plain)
        plain = plain[: inner.start()] if inner else plain
        given = _WITH.match(plain)
        plain = given["state"] if given else plain
        marked = _MARKED.match(plain)
        state = spec_name(plain[marked.end() :] if marked else plain)
        doer = spec_name(inner["who"]) if inner else who
        found.append(Step(state, f"mark {state}" if marked else "", doer, given["what"] if given else ""))
    return tuple(found)


def is_life(values: Sequence[str]) -> bool:
    """Whether values of a status tell a life, rather than kinds: most are participles or known beginnings."""
    told = sum(name in _PLAIN | _BEGINNINGS | ENDS or name.endswith(("ed", "en", "wn", "nt", "ld")) for name in values)
    return len(values) > 1 and told * 2 > len(values)


def beginning(draft: Draft, entity: EntityDraft) -> str:
    """The state that records of an entity begin in, where the text tells it: `a booking starts as booked`."""
    for sentence in draft.sentences:
        told = sentence.text.lower()
        match = _FIRST.search(told) or _BEGINS.search(told)
        if match and draft.spoken(match["what"]) is entity:
            draft.mark(sentence, f"{entity.address}.states")
            return spec_name(match["first"])
    return ""
