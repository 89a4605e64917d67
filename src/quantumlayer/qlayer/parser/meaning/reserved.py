"""What only some may do: `Only the manager may delete customers`, `nobody but the manager can`."""

import re
from collections.abc import Iterator

from quantumlayer.kit.identifiers import singular
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.people import ALL, add_role
from quantumlayer.qlayer.parser.meaning.verbs import CREATE, DELETE, MANAGE, READ, UPDATE
from quantumlayer.spec.model import Action

_MAY = r"(?:can|may|is allowed to|are allowed to|must be able to)"
_WHO = r"(?:the |an? |our )?(?P<who>[a-z][a-z -]*?)"
_ONLY = (
    re.compile(rf"\bonly {_WHO} {_MAY} (?P<what>.+)"),
    re.compile(rf"(?:^|[,;] |\bthe |\ban? ){_WHO} (?:alone|only) {_MAY} (?P<what>.+)"),
    re.compile(
        rf"\b(?:nobody|no one|no-one|none) (?:else )?(?:but|except|other than|apart from) {_WHO} {_MAY} (?P<what>.+)"
    ),
)
_CHANGES = ALL - {Action.READ}
_VERBS = (
    (MANAGE, _CHANGES),
    (CREATE, frozenset({Action.CREATE})),
    (READ, frozenset({Action.READ})),
    (UPDATE, frozenset({Action.UPDATE})),
    (DELETE, frozenset({Action.DELETE})),
)
_NOT_WHO = frozenset({"their", "his", "her", "its", "own", "once", "if", "when", "one", "then"})


def find_reserved(draft: Draft) -> None:
    """Give the roles that are named what the sentence says, and remember that nobody else may."""
    for sentence in draft.sentences:
        text = " ".join(sentence.text.lower().rstrip(".!").split())
        found = next((match for pattern in _ONLY if (match := pattern.search(text))), None)
        if found is None or _NOT_WHO.intersection(found["who"].split()):
            continue
        who = [spec_name(singular(part)) for part in re.split(r" and (?:the )?| or (?:the )?", found["who"])]
        actions = {
            action for verbs, meant in _VERBS if any(_said(verb, found["what"]) for verb in verbs) for action in meant
        }
        for entity in _named(draft, found["what"]) if actions else ():
            for role in who:
                add_role(draft, role)
                held = {action for (other, _), may in entity.access.items() if other == role for action in may}
                draft.grant(entity, role, actions - held)
                draft.mark(sentence, f"roles.{role}")
            for action in actions:
                draft.reserved.setdefault((entity.name, action), set()).update(who)
            draft.mark(sentence, f"{entity.address}.access")


def keep_reserved(draft: Draft) -> None:
    """Take from everybody else what a sentence reserves, however they came by it."""
    for (name, action), who in draft.reserved.items():
        entity = draft.entities.get(name)
        for (role, _), actions in entity.access.items() if entity is not None else ():
            if role not in who:
                actions.discard(action)


def _said(verb: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(verb)}\b", text) is not None


def _named(draft: Draft, text: str) -> Iterator[EntityDraft]:
    """The entities of which a predicate speaks; `notes of a customer` are notes."""
    first = re.split(r"\b(?:of|for|from|by|with|when|if|until|unless)\b", text)[0]
    spoken = " ".join(singular(word) for word in re.findall(r"[a-z]+", first))
    found = [entity for entity in draft.entities.values() if re.search(rf"\b{entity.title}\b", spoken)]
    longer = [entity.title for entity in found]
    return (one for one in found if not any(one.title in title and one.title != title for title in longer))
