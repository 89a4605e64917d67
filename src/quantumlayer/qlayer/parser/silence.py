"""What the readings left over: background to keep, or a demand to ask about. No sentence is dropped."""

import re
from collections.abc import Iterable

from quantumlayer.qlayer.parser.draft import ASSUMED, Draft
from quantumlayer.qlayer.parser.meaning.people import actors
from quantumlayer.qlayer.parser.text.clauses import Clause, is_story
from quantumlayer.qlayer.parser.text.document import Kind
from quantumlayer.qlayer.parser.text.language import language_of
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.spec.model import Spec

_DEMANDS = re.compile(
    r"\b(?:must|should|shall|may|can|cannot|can't|only|never|always|no longer|at most|at least|every|each|when|if"
    r"|until|unless|after|before|once|twice|automatically|not|want)\b"
)
_DUTY = re.compile(r"\b(?:must|should|shall|cannot|can't|never|only|may|can)\b")
_DUTIES = frozenset({"must", "should", "shall", "can", "may"})
_RULE = re.compile(
    r"\b(?:must|shall|at most|at least|only|never|cannot|can not|can't|may not|(?:no|not) (?:more|less|fewer|longer)"
    r"|up to|exactly|until|unless)\b"
)
_WHICH_RULE = "Which rule does this state", "None yet: the service does not check it."
_WHAT_TO_DO = "What should the service do about this", "Nothing yet: it is not in the Spec."
_BACKGROUND = "What should the service do about this", "Nothing: it is background."
_ASKED = re.compile(rf'(?:{_WHICH_RULE[0]}|{_WHAT_TO_DO[0]}): "(?P<said>.*)"\?(?: \(in: .*\))?', re.DOTALL)
_CONDITIONS = frozenset({"when", "if", "unless", "until", "while", "whenever"})
_FORBIDS = re.compile(r"\b(?:(?:must|may|shall|should)(?: not| never)|cannot|can not|can't|mustn't|never)\b")
_MORE = re.compile(r"entities\.\w+\.|(?!entities\.|roles\.)")
_KEPT = re.compile(r"(?:an? (?:\w+ )?\w+ (?:has|belongs to)|the (?:\w+ )?\w+ is (?:one|either) of) ")
_REPORT = re.compile(r"\breports?\b")
_LONGEST = 300
_ANSWERS = re.compile(r"entities\.\w+\.(?!relations\b)|(?!entities\.|roles\.)")


def ask_about_silence(draft: Draft, clauses: Iterable[Clause]) -> None:
    """A question for every sentence, and every clause of a sentence, that demands something and gave no element."""
    by_sentence: dict[int, list[Clause]] = {}
    for clause in clauses:
        by_sentence.setdefault(id(clause.sentence), []).append(clause)
    first = min(draft.marks, default=0)
    for index, sentence in enumerate(draft.sentences):
        if sentence.kind in {Kind.HEADING, Kind.LEAD, Kind.ROLE, Kind.OUTSIDE}:
            continue
        if (language := language_of(sentence.text)) not in {"", "English"}:
            draft.ask(
                "", f'What does this say in English: "{sentence.text[:_LONGEST]}"?', f"Nothing: it is {language}."
            )
            continue
        parts = by_sentence.get(id(sentence), [])
        told = sentence.kind is not Kind.ROW and not _demands(draft, sentence, parts, opening=index < first)
        if sentence.kind is Kind.CODE or not (_gave(draft, index) or told):
            ask_about(draft, sentence.text)
            continue
        if _REPORT.search(sentence.text.lower()) and not _reports(draft, index):
            ask_about(draft, sentence.text)
            continue
        for clause in parts:
            if id(clause) not in draft.whole and _restricts(draft, clause) and _gave(draft, index):
                draft.ask("", _question(_WHICH_RULE[0], sentence.text), _WHICH_RULE[1])
            elif not {id(sentence), id(clause)} & draft.read and clause.modal and _gave(draft, index):
                ask_about(draft, _said(clause), sentence)


def _reports(draft: Draft, index: int) -> bool:
    """Whether a sentence that speaks of a report gave one, or something that is called so, or tells of reporting."""
    sentence = draft.sentences[index]
    known = any("report" in address.lower() for address in draft.marks.get(index, {}))
    told = any(word.lower in {"report", "reports"} and word.tag.startswith("V") for word in sentence.words)
    return known or told or draft.spoken("report") is not None


def _restricts(draft: Draft, clause: Clause) -> bool:
    """Whether a clause lets somebody act under a condition, which no reading takes into what they may do.

    `Members without loans may borrow books`; `members may borrow books if they have paid`.
    """
    if clause.negated or id(clause) in draft.whole or not any(who in draft.roles for who in actors(draft, clause)):
        return False
    narrowed = any(part.post and not part.post.startswith("of ") for part in clause.subject)
    return narrowed or clause.condition.split(" ")[0] in _CONDITIONS


def _gave(draft: Draft, index: int) -> bool:
    """Whether a sentence gave more than the name of a role; a story, more than the names of things."""
    marks = draft.marks.get(index, {})
    if is_story(draft.sentences[index]):
        return any(_ANSWERS.match(address) for address in marks)
    if _FORBIDS.search(draft.sentences[index].text.lower()):  # what is forbidden is more than what is named by the way
        return any(_MORE.match(address) and sure > ASSUMED for address, sure in marks.items())
    return any(not address.startswith("roles.") for address in marks)


def _demands(draft: Draft, sentence: Sentence, parts: list[Clause], *, opening: bool) -> bool:
    """Whether a sentence wants something of the service, rather than telling about the people who asked for it."""
    text = sentence.text.lower()
    if opening and not _DUTY.search(text):
        return False
    told = bool(parts) and all(part.subject and _ourselves(part) for part in parts)
    mentions = any(draft.named((word.lemma,)) for word in sentence.words)
    return bool(_DEMANDS.search(text) or _KEPT.match(text)) or (mentions and not told)


def _ourselves(clause: Clause) -> bool:
    """Whether a clause tells about those who write: `Our gym still keeps its lists on paper`."""
    subject = clause.subject[0]
    return (subject.core[-1] in {"we", "i"} or subject.lead.startswith(("our", "my"))) and clause.modal not in _DUTIES


def _said(clause: Clause) -> str:
    subject = " and ".join(part.text for part in clause.subject)
    return f"{subject} {clause.text}".strip()


def ask_about(draft: Draft, quote: str, sentence: Sentence | None = None) -> None:
    """Ask what a sentence wants, or a part of it."""
    whole = f" (in: {sentence.text[:_LONGEST]})" if sentence and sentence.text != quote else ""
    lowered = quote.lower()
    duty = sentence is not None or _DUTY.search(lowered)
    asked, proposed = _WHICH_RULE if _RULE.search(lowered) else _WHAT_TO_DO if duty else _BACKGROUND
    draft.ask("", f"{_question(asked, quote)}{whole}", proposed)


def _question(asked: str, quote: str) -> str:
    said = quote if len(quote) <= _LONGEST else f"{quote[: _LONGEST - 1]}\u2026"
    return f'{asked}: "{said}"?'


def unread(spec: Spec) -> tuple[str, ...]:
    """The sentences and parts of sentences that want something, but gave nothing to the Spec that was read."""
    asked = [_ASKED.fullmatch(note.text) for note in spec.questions if note.proposed != _BACKGROUND[1]]
    return tuple(found["said"] for found in asked if found)
