"""How good the service must be: times to answer, availability, load, and how long data is kept."""

import re

from quantumlayer.qlayer.parser.draft import Draft
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.text.numbers import NUMBER
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.spec.model import Metric, Quality

_LATENCY = re.compile(
    r"(?P<what>[^,:;.]{0,120}?)\b(?:should|must|shall|has to|needs to|will|can)?"
    r" ?(?:take|takes|answer|answers|respond|responds|load|loads|be done|finish|return|returns)?"
    r" ?(?:in |within )?(?:less than|under|within|at most|below|no more than|not more than)"
    r" (?P<n>\d+(?:\.\d+)?) ?(?P<unit>ms|milliseconds?|seconds?|s)\b"
)
_UPTIME = re.compile(
    r"(?P<n>\d{2,3}(?:\.\d+)?) ?(?:%|percent)(?: of the time| availability| uptime)"
    r"|(?:available|up|uptime of|availability of) (?P<m>\d{2}(?:\.\d+)?) ?(?:%|percent)"
)
_LOAD = re.compile(
    rf"(?<!most )(?<!up to )(?<!than )(?P<n>{NUMBER}) (?P<what>[a-z]+)"
    r" (?:per|a|every|each) (?P<unit>second|minute|hour|day)\b"
)
_KEPT = re.compile(
    rf"\b(?:kept|keep|stored|retained|retain|preserved)(?: [a-z']+){{0,3}}? for(?: at least)? (?P<n>{NUMBER})"
    r" (?P<unit>days?|weeks?|months?|years?)\b"
)
_UNITS = {"millisecond": "ms", "milliseconds": "ms", "second": "s", "seconds": "s"}
_HELPERS = re.compile(
    r"\b(?:should|must|shall|has to|needs to|will|can|take|takes|answer|answers|respond|and|the system|it)\b"
)


def find_quality(draft: Draft) -> None:
    """Every target with a number in the text."""
    for sentence in draft.sentences:
        text = sentence.text.lower()
        for found in _LATENCY.finditer(text):
            what = " ".join(_HELPERS.sub(" ", found["what"]).split())
            target = f"{found['n']} {_UNITS.get(found['unit'], found['unit'])}"
            _add(
                draft,
                f"{what or 'answer'} latency",
                Quality(metric=Metric.LATENCY, target=target, about=what),
                sentence,
            )
        for found in _UPTIME.finditer(text):
            _add(draft, "uptime", Quality(metric=Metric.AVAILABILITY, target=f"{found['n'] or found['m']} %"), sentence)
        for found in _KEPT.finditer(text):
            about = " ".join(text[: found.start()].split()[-6:])
            target = f"{found['n']} {found['unit']}"
            _add(draft, "retention", Quality(metric=Metric.RETENTION, target=target, about=about), sentence)
        for found in _LOAD.finditer(text):
            if found["what"] in {"requests", "orders", "calls", "messages", "events", "readings", "users", "queries"}:
                target = f"{found['n']} {found['what']}/{found['unit']}"
                _add(draft, "load", Quality(metric=Metric.THROUGHPUT, target=target), sentence)


def _add(draft: Draft, name: str, quality: Quality, sentence: Sentence) -> None:
    key = spec_name(name)
    number = 2
    while key in draft.quality and draft.quality[key] != quality:
        key, number = spec_name(f"{name} {number}"), number + 1
    draft.quality[key] = quality

    draft.mark(sentence, f"quality.{key}")
