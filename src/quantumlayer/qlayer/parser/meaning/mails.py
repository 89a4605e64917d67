"""Mails: what people are told is queued as a record, which a mailer of the operator takes from the service."""

import re

from quantumlayer.kit.identifiers import singular
from quantumlayer.qlayer.parser.draft import Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.meaning.rights import role_in
from quantumlayer.spec.effects import Effect
from quantumlayer.spec.model import Action, Creation, Field, FieldType, Proof, Role, States

MAIL, MAILER = "Mail", "mailer"
_TELLS = re.compile(
    r"^(?:(?:the|its|their|every|each|all|an?|his|her)(?: the| of the)? )?(?P<who>[a-z][a-z -]*?) (?:is|are"
    r"|gets?|receives?|will be|must be|should be)"
    r"(?: also| automatically)? (?:told|informed|notified|mailed|emailed|sent an? (?:e-?mail|message|confirmation)"
    r"|an? (?:e-?mail|mail|message by e-?mail"
    r"|notification by e-?mail|confirmation by e-?mail))(?: about (?:it|this|that))?(?: by (?:e-?mail|mail))?$"
)
_BY_MAIL = re.compile(r"\be-?mail(?:ed)?\b|\bmail(?:ed)?\b")


def tells(said: str) -> bool:
    """Whether words want somebody to be told something."""
    return _TELLS.match(said) is not None


def queue_mail(
    draft: Draft, entity: EntityDraft, done: str, said: str, operation: OperationDraft
) -> dict[str, Effect] | None:
    """The effects that queue a mail to whoever is to be told; None where it is not sure who, or how.

    Whoever is told belongs to the record, or to those records that an effect of the operation goes through.
    """
    found = _TELLS.match(said)
    person = _person(draft, found["who"]) if found else None
    if found is None or person is None or not _BY_MAIL.search(said):
        return None
    if MAIL in draft.entities and not _is_queue(draft):
        return None
    way = draft.path(entity, person.name)
    if (way and way != "this") or person is entity:
        _queue(draft)
        return {"tell": Effect(creates=_mail(entity, done, f"{way or 'this'}.email"))}
    for key, effect in operation.also.items():
        among = _among(draft, entity, effect)
        inner = draft.path(among, person.name) if among else ""
        if effect.as_ and inner and inner != "this":
            _queue(draft)
            mail = _mail(entity, done, f"{effect.as_}{inner.removeprefix('this')}.email")
            return {key: effect.model_copy(update={"also": {**effect.also, "tell": Effect(creates=mail)}})}
    return None


def _person(draft: Draft, text: str) -> EntityDraft | None:
    """Who has an email that is always there."""
    entity = draft.spoken(text) or draft.record_of(role_in(draft, singular(text)))
    field = entity.fields.get("email") if entity else None
    return entity if field is not None and not field.optional else None


def _among(draft: Draft, entity: EntityDraft, effect: Effect) -> EntityDraft | None:
    """The entity that an effect goes through the records of."""
    if effect.each is None or effect.as_ is None:
        return None
    return next((one for one in draft.entities.values() if one.snake == effect.as_ and one is not entity), None)


def _mail(entity: EntityDraft, done: str, to: str) -> Creation:
    told = f"'Your {entity.title} was {done}'"
    return Creation(entity=MAIL, set={"to": to, "subject": told, "text": f"{told[:-1]}.'"})


def _is_queue(draft: Draft) -> bool:
    return {"to", "subject", "text"} == set(draft.entities[MAIL].fields)


def _queue(draft: Draft) -> None:
    """The mails that wait, and the mailer that takes them."""
    if MAIL in draft.entities:
        return
    mail = draft.add_entity(MAIL)
    mail.fields = {
        "to": Field(type=FieldType.EMAIL, personal=True),
        "subject": Field(type=FieldType.STRING),
        "text": Field(type=FieldType.TEXT),
    }
    mail.states = States(values=("queued", "sent"))
    draft.roles.setdefault(MAILER, Role(proves=Proof.API_KEY))
    draft.grant(mail, MAILER, {Action.READ})
    mail.created_by = MAILER
    draft.operations["mark_sent"] = OperationDraft(on=MAIL, by=[MAILER], from_=["queued"], to="sent")
    draft.assume(mail.address, "Mails are queued here; a mailer of the operator fetches and sends them.")
