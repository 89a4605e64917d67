"""What people answered to the questions of a Spec."""

import hashlib

from quantumlayer.spec.base import Node


class Answer(Node):
    """What a person said to a question, which is not asked again.

    `question` and `about` are those of the question; `text` is the answer, or `accept` where what was proposed holds.
    """

    about: str = ""
    question: str
    text: str


def question_id(about: str, text: str) -> str:
    """What a person calls a question: the same for the same question, whatever else the Spec says."""
    digest = hashlib.sha256(f"{about}\n{text}".encode()).hexdigest()
    return f"q{digest[:6]}"
