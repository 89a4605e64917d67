"""What a text lists without a sentence: who has a role, and what is out of scope."""

from quantumlayer.qlayer.parser.draft import Draft
from quantumlayer.qlayer.parser.meaning.people import add_role, role_name
from quantumlayer.qlayer.parser.text.document import Kind
from quantumlayer.qlayer.parser.text.phrases import phrase, tokens

_LONGEST = 300


def find_listed_roles(draft: Draft) -> None:
    """`Roles: librarian, member`."""
    for sentence in draft.sentences:
        if sentence.kind is Kind.ROLE:
            name = add_role(draft, role_name(draft, phrase(tokens(sentence.words, sentence.text))))
            if name in draft.roles:
                draft.mark(sentence, f"roles.{name}")


def find_outside(draft: Draft) -> None:
    """What the service is not to do is kept as an assumption: nobody needs to be asked about it."""
    for sentence in draft.sentences:
        if sentence.kind is Kind.OUTSIDE:
            said = " ".join(sentence.quote.split())[:_LONGEST].rstrip(".")
            draft.assume("", f"Out of scope, as the text says: {said}.")
