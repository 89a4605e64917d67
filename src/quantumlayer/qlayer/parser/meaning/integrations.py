"""Other systems: who signs what it sends, who has an API key, and whom the service tells by webhook."""

import re

from quantumlayer.kit.identifiers import singular
from quantumlayer.qlayer.parser.draft import LIKELY, Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.people import add_role
from quantumlayer.qlayer.parser.meaning.rights import role_in
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.spec.model import Action, FieldType, Proof, Webhook

_SIGNED = re.compile(
    r"^(?P<before>.*?)\b(?:when|once|as soon as|if) (?:the |our |an? )?(?P<who>[a-z][a-z -]*?)"
    r" (?:tells?|confirms?|notif(?:y|ies)|reports?|informs?|calls?|says?)\b[^.;]*?"
    r" (?:through|by|via|with|using) an? signed (?:webhook|request|message|call)\b"
)
_STATE = re.compile(r"[\"\u201c]?\b(?P<state>[a-z_]+)\b[\"\u201d]?,?\s*$")
_KEY = re.compile(
    r"^(?:the |our |an? |each |every )?(?P<who>[a-z][a-z -]*?) (?:uses?|authenticates? (?:with|by)|signs? in (?:with"
    r"|by)|logs? in (?:with|by)"
    r"|identif(?:y|ies) (?:itself|themselves) (?:with|by)|proves? who (?:it|they) (?:is|are) (?:with|by)|(?:calls"
    r"|call) (?:us|the service|the api) with)"
    r" (?:an?|its own|their own|its|their|the) api[ -]?keys?\b"
)
_SENT = re.compile(r"\bwebhook\b")
_TOLD = frozenset(FieldType) - {FieldType.FILE, FieldType.JSON, FieldType.TEXT}


def find_integrations(draft: Draft) -> None:
    """Systems that sign their requests or have a key."""
    for sentence in draft.sentences:
        text = " ".join(sentence.text.lower().rstrip(".").split())
        for part in re.split(r", then |; ", text):
            _signed(draft, sentence, part)
        if found := _KEY.match(text):
            _key(draft, sentence, found["who"])


def _signed(draft: Draft, sentence: Sentence, text: str) -> None:
    """`It becomes "paid" when the payment provider tells us so through a signed webhook`."""
    found = _SIGNED.match(text) if " signed " in text else None
    state = _STATE.search(found["before"]) if found else None
    if found is None or state is None:
        return
    moving = [name for name, one in draft.operations.items() if one.to == spec_name(state["state"])]
    if len(moving) != 1 or len(found["who"].split()) > 3:
        return
    who = spec_name(singular(found["who"]))
    if who in draft.roles and draft.roles[who].record:
        return  # a person has an account, and signs nothing
    add_role(draft, who)
    draft.roles[who] = draft.roles[who].model_copy(update={"proves": Proof.SIGNATURE})
    operation = draft.operations[moving[0]]
    operation.by, operation.only = [who], [who]
    entity = draft.entities[operation.on]
    draft.grant(entity, who, {Action.READ})
    draft.mark(sentence, f"roles.{who}.proves")
    draft.mark(sentence, f"operations.{moving[0]}.by")
    seen = f"The role {who.replace('_', ' ')} can read every {entity.title}, so that it can tell what became of it."
    draft.assume(f"{entity.address}.access", seen)


def _key(draft: Draft, sentence: Sentence, said: str) -> None:
    """`Partners authenticate with an API key`."""
    entity = draft.spoken(said)
    who = role_in(draft, said) or (add_role(draft, entity.snake) if entity else "")
    if who:
        draft.roles[who] = draft.roles[who].model_copy(update={"proves": Proof.API_KEY})
        draft.mark(sentence, f"roles.{who}.proves")
        draft.mark(sentence, f"{entity.address}.access" if entity else f"roles.{who}", LIKELY)


def is_webhook(said: str) -> bool:
    """Whether words want another system to be told: `a webhook is sent to the warehouse`."""
    return bool(_SENT.search(said)) and not re.search(r"\b(?:not|no|never)\b", said)


def webhook_about(draft: Draft, entity: EntityDraft, done: str) -> str:
    """The webhook that says what was done to a record, with its plain values but for personal and hidden ones."""
    name = spec_name(f"{entity.snake} {done}")
    body: dict[str, str] = {"id": "this.id"}
    body |= {
        key: f"this.{key}"
        for key, field in entity.fields.items()
        if field.type in _TOLD and not field.personal and key not in entity.shown_to
    }
    if entity.states is not None:
        body[entity.states.field] = f"this.{entity.states.field}"
    draft.webhooks[name] = Webhook(of=entity.name, body=dict(body))
    said = f"The message holds the plain values of the {entity.title}, without personal ones."
    draft.assume(f"webhooks.{name}.body", said)
    return name
