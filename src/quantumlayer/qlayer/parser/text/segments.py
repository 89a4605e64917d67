"""The parts of a sentence that have a subject of their own, and their conditions."""

from collections.abc import Sequence

from quantumlayer.kit.identifiers import singular
from quantumlayer.qlayer.parser.text.phrases import FINITE as _FINITE
from quantumlayer.qlayer.parser.text.phrases import NOUNS, Token
from quantumlayer.qlayer.parser.text.shapes import OWN_SUBJECT

_VERBS = _FINITE | {"VB", "VBN", "VBG"}
_SPLIT = frozenset({",", "and", "or", "but", "then"})


_WHEN = frozenset({"when", "if", "unless", "until", "while", "whenever", "because", "since", "although"})
_SHORTEST = 3
_WORDS = 4
_OPENING = 2
_RHYTHMS = (
    frozenset({"minute", "hour", "day", "night", "morning", "evening", "week", "month", "year"})
    | {f"{day}day" for day in ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun")}
    | {"spring", "summer", "autumn", "fall", "winter", "season", "quarter", "afternoon", "weekend"}
)


def segments(words: list[Token]) -> list[list[Token]]:
    """The parts of a sentence that have a subject of their own."""
    found: list[list[Token]] = [[]]
    for place, token in enumerate(words):
        closed = token.lower in {";", ":", "\u2014", "\u2013"}
        joined = token.lower in _SPLIT and bool(found[-1]) and has_own_subject(words, place + 1)
        if closed or (joined and _is_whole(found[-1])):
            found.append([])
        else:
            found[-1].append(token)
    return [segment for segment in found if segment]


def without_rhythm(words: list[Token]) -> list[Token]:
    """`Every night, expired holds are deleted` is about holds: what opens it says how often."""
    comma = next((place for place, token in enumerate(words[:7]) if token.lower == ","), 0)
    often = len(words) > 1 and words[0].lower in {"every", "each"} and words[1].lower in _RHYTHMS
    if often and len(words) > _OPENING and words[2].tag in {"DT", "PRP"}:
        return words[2:]
    return words[comma + 1 :] if often and comma else words


def _is_whole(words: Sequence[Token]) -> bool:
    """Whether there is a verb already: a subject that is a list (`title, author and ISBN are ...`) is not split."""
    return not _opens_condition(words) and any(token.tag in _FINITE for token in words)


def _opens_condition(words: Sequence[Token]) -> bool:
    return words[0].lower in _WHEN and not any(token.lower == "," for token in words)


def has_own_subject(words: Sequence[Token], place: int) -> bool:
    """Whether a subject and its verb begin at this place, or behind an `and` there."""
    if place < len(words) and words[place].lower in {"and", "but", "or"}:
        place += 1
    return bool(OWN_SUBJECT.match(" ".join(token.tag for token in words[place : place + 9])))


def without_condition(words: list[Token]) -> tuple[list[Token], str]:
    """The main part and the `when` part of a statement."""
    opened = next((i for i, token in enumerate(words) if token.lower in _WHEN), None)
    if opened is None:
        return words, ""
    comma = next((i for i in range(opened, len(words)) if words[i].lower == ","), len(words))
    if opened == 0 and comma == len(words):
        comma = _second_subject(words)
    condition = " ".join(token.lower for token in words[opened:comma])
    rest = words[comma + 1 :] if comma < len(words) and words[comma].lower == "," else words[comma:]
    main = [*words[:opened], *rest]
    return (main, condition) if main else (words, "")


def _second_subject(words: list[Token]) -> int:
    """Where the main part begins after a `when` part that no comma closes: `When it is late the member owes ...`."""
    verb = next((i for i, token in enumerate(words) if token.tag in _FINITE), len(words))
    for place in range(verb + 1, len(words)):
        if words[place].tag in {"DT", "PRP", "NNS"} and has_own_subject(words, place):
            return place
    return len(words)


def in_relative(words: Sequence[Token]) -> bool:
    """Whether the last thing said is a relative clause that has no verb yet."""
    last = max((i for i, token in enumerate(words) if token.tag in {"WDT", "WP"}), default=-1)
    return last >= 0 and not any(token.tag in _FINITE for token in words[last:])


def without_setting(words: list[Token]) -> list[Token]:
    """The subject without what stands before it: `after the event I`, `on Sundays a hire`, `each quarter the clerk`."""
    if len(words) < _SHORTEST or words[0].tag not in {"IN", "DT"}:
        return words
    noun = next((place for place, token in enumerate(words) if token.tag in NOUNS and place), len(words))
    begins = {"PRP", "DT"} if words[0].tag == "IN" else {"DT"}
    again = next((place for place in range(noun + 1, len(words)) if words[place].tag in begins), None)
    plain = again is not None and all(token.tag in NOUNS for token in words[noun:again])
    timed = words[0].tag == "IN" or singular(words[again - 1].lower if again else "") in _RHYTHMS
    return words[again:] if again is not None and plain and timed else words


def is_again(words: list[Token], first: tuple[Token, ...], last: tuple[Token, ...]) -> bool:
    """Whether the last subject was an object before: `an invoice is for one hire, and one hire has one invoice`."""
    between = [token for token in words if first[-1].index < token.index < last[0].index]
    return any(token.word.lemma == last[-1].word.lemma for token in between)


def is_topic(words: list[Token]) -> bool:
    """Whether a sentence only names what comes next: `Jurors! They have a name`."""
    named = 0 < len(words) < _WORDS and words[-1].tag in {"NNS", "NN"} and not words[-1].aside
    return named and all(token.tag in NOUNS | {"DT", "JJ"} for token in words)


def without_to(words: list[Token]) -> list[Token]:
    """`To release a donation or to discard it` wants two things."""
    return [
        token
        for place, token in enumerate(words)
        if not (token.tag == "TO" and place and words[place - 1].lower in _SPLIT and words[place + 1 : place + 2])
        or words[place + 1].tag != "VB"
    ]
