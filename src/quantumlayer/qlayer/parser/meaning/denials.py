"""What nobody or somebody must not do, who alone sees a value, and who may do all that others may."""

import re
from collections.abc import Iterable

from quantumlayer.kit.identifiers import singular
from quantumlayer.qlayer.parser.draft import LIKELY, Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.defaults import keep_reserved
from quantumlayer.qlayer.parser.meaning.fields import attribute_name, spec_name
from quantumlayer.qlayer.parser.meaning.people import ANYONE, acting_roles, actions_of, add_role
from quantumlayer.qlayer.parser.meaning.rights import narrowing, role_in
from quantumlayer.qlayer.parser.meaning.verbs import DELETE, UPDATE, participle
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.phrases import Phrase
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.spec.model import Action, FieldType

_CHANGES = UPDATE | {"alter", "rewrite", "overwrite", "correct"}
_AT_ALL = r"(?: (?:by anyone|by anybody|by anyone at all|at all|again|ever|afterwards?|later(?: on)?))?"
_NEVER_MORE = re.compile(
    r"(?:(?:,|and|or|nor|,? ?and never|, never|or never|nor ever) ?)+(?P<verb>[a-z]+)" + _AT_ALL + r"$"
)
_FIXED = {
    "immutable": {Action.UPDATE}, "unchangeable": {Action.UPDATE}, "append-only": {Action.UPDATE, Action.DELETE},
    "read-only": {Action.UPDATE, Action.DELETE}, "permanent": {Action.DELETE}, "undeletable": {Action.DELETE},
}  # fmt: skip
_VISIBLE = re.compile(
    r"^(?:is|are|should be|must be|may be|can be) (?P<not>not )?"
    r"(?P<only>(?:only )?(?:visible|shown)(?: only)?|hidden|invisible|secret|(?=for (?!sale)))"
    r"(?P<behind> only)? ?(?:to|for|from) (?P<also>only )?(?P<who>.+?)(?P<alone> only| alone)?(?P<seen> to see)?$"
)
_PUBLIC = re.compile(r"^(?:is|are) (?:public|open to the public|for all to see)$")
_SHARED = re.compile(
    r"(?:^|[.;,] |\b(?:and|but) )(?:the |an? |our )?(?P<who>[a-z][a-z -]*?) (?:can|may|is allowed to|are allowed to)"
    r"(?: also)? do"
    r" (?:everything|anything|all)(?: that| which)? (?:the |an? )?(?P<as>[a-z][a-z -]*?) (?:can|may|is allowed to|are"
    r" allowed to)\b"
)
_SAME = re.compile(
    r"(?:^|[.;,] |\b(?:and|but) )(?:the |an? |our )?(?P<who>[a-z][a-z -]*?) (?:has|have|gets?|inherits?)"
    r" (?:all )?(?:of )?(?:the )?(?:same )?(?:rights|permissions|privileges) (?:as|of|that) (?:the "
    r"|an? )?(?P<as>[a-z][a-z -]*?)"
    r"(?: (?:has|have|do|does))?$"
)
_EXCEPTED = re.compile(r"\b(?:except|but not|apart from|other than|save for|unless)\b")


def find_denials(draft: Draft, clauses: Iterable[Clause]) -> None:
    """Every prohibition about people and actions, after which only what is left is granted."""
    before: Clause | None = None
    for clause in clauses:
        same = before is not None and before.sentence is clause.sentence
        if clause.negated and clause.passive:
            _never(draft, clause)
        elif clause.negated:
            _must_not(draft, clause, before if same else None)
        elif clause.verb == "be":
            _fixed(draft, clause)
            _visible(draft, clause)
        elif clause.passive and clause.verb in {"hide", "show"}:
            _visible(draft, clause)
        if clause.only:
            _alone_sees(draft, clause)
        before = clause
    for sentence in draft.sentences:
        _shared_rights(draft, sentence.text.lower().rstrip("."), sentence)
    keep_reserved(draft)


def _meant(draft: Draft, phrase: Phrase) -> EntityDraft | None:
    """The entity of a subject that means all of its records: no quality and nothing behind it narrows it."""
    entity = draft.entity(phrase)
    plain = entity is not None and "_".join(phrase.core) in {entity.snake, entity.snake.rsplit("_", 1)[-1]}
    return entity if plain and not phrase.post else None


def _never(draft: Draft, clause: Clause) -> None:
    """`Notes are never deleted and never altered`: nobody may, whoever keeps them."""
    entity = _meant(draft, clause.subject[0]) if len(clause.subject) == 1 else None
    if entity is None or clause.condition:
        return
    found = re.search(rf"\b{participle(clause.verb)}\b(?P<rest>.*)$", clause.text)
    rest = found["rest"].strip() if found else "?"
    actions = {Action.DELETE} if clause.verb in DELETE else {Action.UPDATE} if clause.verb in _CHANGES else set()
    more = _NEVER_MORE.fullmatch(rest)
    if more:
        other = {participle(verb): verb for verb in DELETE | _CHANGES}.get(more["verb"])
        actions |= {Action.DELETE} if other in DELETE else {Action.UPDATE}
        rest = "" if other else "?"
    if actions and re.fullmatch(_AT_ALL.strip(), f" {rest}" if rest else ""):
        _forbid(draft, clause, entity, actions)


def _forbid(draft: Draft, clause: Clause, entity: EntityDraft, actions: set[Action]) -> None:
    for action in actions:
        entity.reserved[action] = set()
    draft.mark(clause, f"{entity.address}.access")


def _fixed(draft: Draft, clause: Clause) -> None:
    """`Entries are immutable`."""
    word = re.sub(r"^(?:is|are|must be|should be) ", "", clause.text).replace(" - ", "-")
    entity = _meant(draft, clause.subject[0]) if len(clause.subject) == 1 else None
    if entity is not None and word in _FIXED and not clause.condition:
        _forbid(draft, clause, entity, set(_FIXED[word]))


def _must_not(draft: Draft, clause: Clause, before: Clause | None) -> None:
    """`Clerks cannot delete invoices`; `...; the front desk cannot`, which means what was said before."""
    if clause.condition or not clause.subject:
        return
    elliptic = before is not None and clause.verb in {"", "can", "may", "do"} and not clause.objects
    told = before if elliptic and before is not None else clause
    actions = set(actions_of(told))
    roles = [who for who in _subjects(draft, clause, told) if who in draft.roles]
    for phrase in told.objects if actions and roles else ():
        if narrowing(told, phrase) or "own" in phrase.lead:
            continue
        entity = _meant(draft, phrase)
        if entity is not None:
            for action in actions:
                entity.denied.setdefault(action, set()).update(roles)
            draft.mark(clause, f"{entity.address}.access")
        elif actions == {Action.READ} and len(value := _values(draft, phrase, clause.sentence)) == 1:
            _show(draft, clause, *value[0], {who for who in draft.roles if who not in roles})


def _subjects(draft: Draft, clause: Clause, told: Clause) -> list[str]:
    return acting_roles(draft, clause) if told is clause else [role_in(draft, part.name) for part in clause.subject]


def _values(draft: Draft, phrase: Phrase, sentence: Sentence) -> list[tuple[EntityDraft, str]]:
    """The fields that a phrase means, of whatever entity; `dates` may mean the `dates of birth` of the sentence."""
    name = attribute_name(phrase)
    exact = [(entity, name) for entity in draft.entities.values() if name in entity.fields]
    said = {singular(word.lower) for word in sentence.words}
    longer = [
        (entity, key)
        for entity in draft.entities.values()
        for key in entity.fields
        if key.startswith(f"{name}_") and said.issuperset(key.split("_"))
    ]
    return exact or (longer if len(longer) == 1 else [])


def _alone_sees(draft: Draft, clause: Clause) -> None:
    """`Only the producer sees phone numbers`: the value is hidden from everybody else."""
    roles = set(acting_roles(draft, clause)) - {ANYONE}
    if actions_of(clause) != {Action.READ} or not roles or clause.negated or clause.condition:
        return
    for phrase in clause.attributes:
        if draft.entity(phrase) is None:
            for entity, name in _values(draft, phrase, clause.sentence):
                _show(draft, clause, entity, name, roles)


def _show(draft: Draft, clause: Clause, entity: EntityDraft, name: str, roles: set[str]) -> None:
    entity.shown_to.setdefault(name, set()).update(roles)
    draft.mark(clause, f"{entity.address}.fields.{name}.visible_to", LIKELY)


def _visible(draft: Draft, clause: Clause) -> None:
    """`Margins are visible to managers only`; `the price is hidden from customers`; `courses are public`."""
    if clause.condition:
        return
    if _PUBLIC.match(clause.text):
        for public in filter(None, [_meant(draft, phrase) for phrase in clause.subject]):
            _open(draft, clause, public, {ANYONE}, hidden=False, alone=False)
        return
    found = _VISIBLE.match(clause.text)
    if found is None or not (found["only"] or found["behind"] or found["also"] or found["alone"] or found["seen"]):
        return  # `the box is for members` tells nothing about who sees what
    roles = {_role(draft, part) for part in re.split(r", and |, | and | or ", found["who"])}
    if "" in roles:
        return
    hidden = bool(found["not"]) or found["only"] in {"hidden", "invisible", "secret"}
    alone = bool(found["behind"] or found["also"] or found["alone"]) or "only" in found["only"]
    for phrase in clause.subject:
        entity = _meant(draft, phrase)
        if entity is not None:
            _open(draft, clause, entity, roles, hidden=hidden, alone=alone)
        elif ANYONE not in roles:
            for one, name in _values(draft, phrase, clause.sentence):
                _show(draft, clause, one, name, set(draft.roles) - roles if hidden else roles)


def _open(draft: Draft, clause: Clause, entity: EntityDraft, roles: set[str], *, hidden: bool, alone: bool) -> None:
    """Let roles read records, or forbid it."""
    if hidden:
        entity.denied.setdefault(Action.READ, set()).update(roles)
    else:
        for who in sorted(roles):
            draft.grant(entity, who, {Action.READ})
    if alone:
        entity.reserved.setdefault(Action.READ, set()).update(roles)
    draft.mark(clause, f"{entity.address}.access")


def _role(draft: Draft, text: str) -> str:
    public = {"everyone", "everybody", "anyone", "anybody", "public", "the public", "all"}
    if text in public:
        return ANYONE
    entity = draft.spoken(text)
    exact = entity is not None and spec_name(singular(re.sub(r"^(?:the|an?|our) ", "", text))) == entity.snake
    reached = entity is not None and any(field.type is FieldType.EMAIL for field in entity.fields.values())
    return role_in(draft, text) or (add_role(draft, entity.snake) if entity and exact and reached else "")


def _shared_rights(draft: Draft, text: str, sentence: Sentence) -> None:
    """`Administrators can do everything managers can`."""
    found = _SHARED.search(text) or _SAME.search(text)
    other = role_in(draft, found["as"]) if found else ""
    if found is None or not other or _EXCEPTED.search(text):
        return
    who = add_role(draft, spec_name(singular(found["who"])))
    if who != other:
        draft.above.setdefault(who, set()).add(other)
        draft.mark(sentence, f"roles.{who}")
        for entity in draft.entities.values():
            if any(holder == other for holder, _ in entity.access):
                draft.mark(sentence, f"{entity.address}.access", LIKELY)
