"""The Spec while it is being written: what is known so far, and from which sentence."""

import re
from dataclasses import dataclass, field

from quantumlayer.kit.identifiers import class_name, singular, words
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.qlayer.parser.text.phrases import Phrase
from quantumlayer.qlayer.parser.text.sentences import Sentence
from quantumlayer.spec.effects import Effect, Input
from quantumlayer.spec.model import (
    Action,
    Creation,
    Derived,
    Field,
    Job,
    Note,
    Quality,
    Query,
    Relation,
    Report,
    Requirement,
    Role,
    Rule,
    States,
    Webhook,
)

STATED, LIKELY, ASSUMED = 0.9, 0.6, 0.2
"""How sure a reading is: the words say it, the words mean it, the words suggest it.

The share of such readings that are right in the texts of tests/cases/texts, as docs/confidence.md measures it.
"""


@dataclass(slots=True)
class EntityDraft:
    """An entity so far.

    `access` holds for each (who, when) what they may; `events` names for each field the participle that it dates.
    `due` is the field that says when it is due, `created_by` the operation that makes one, `reserved` holds the only
    roles that may do an action. `whole` is the entity that this one is a part of, `attached_by` the roles
    that add such parts, and `hidden` says for a role which of the records it sees alone. `denied` holds the roles that
    must not do an action, `shown_to` the only roles that see a field, `trail` the actions that are recorded and
    `trail_readers` who is said to see them.
    """

    name: str
    fields: dict[str, Field] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    derived: dict[str, Derived] = field(default_factory=dict)
    states: States | None = None
    rules: dict[str, Rule] = field(default_factory=dict)
    access: dict[tuple[str, str], set[Action]] = field(default_factory=dict)
    reserved: dict[Action, set[str]] = field(default_factory=dict)
    search: list[str] = field(default_factory=list)
    filter: list[str] = field(default_factory=list)
    range: list[str] = field(default_factory=list)
    sort: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    page: int = 20
    events: dict[str, str] = field(default_factory=dict)
    due: str = ""
    created_by: str = ""
    whole: str = ""
    attached_by: set[str] = field(default_factory=set)
    hidden: dict[str, str] = field(default_factory=dict)
    denied: dict[Action, set[str]] = field(default_factory=dict)
    shown_to: dict[str, set[str]] = field(default_factory=dict)
    versioned: list[str] = field(default_factory=list)
    trail: set[Action] = field(default_factory=set)
    trail_readers: set[str] = field(default_factory=set)
    title: str = field(init=False)

    def __post_init__(self) -> None:
        """Its name in a sentence: `visit note`; a long text asks for it thousands of times."""
        self.title = " ".join(words(self.name))

    @property
    def address(self) -> str:
        """Where it stands in the Spec."""
        return f"entities.{self.name}"

    @property
    def snake(self) -> str:
        """Its name as a relation to it is called: `visit_note`."""
        return self.title.replace(" ", "_")

    @property
    def one(self) -> str:
        """Its name at the beginning of a sentence, with its article: `An order`."""
        return f"An {self.title}" if self.title[0] in "aeio" else f"A {self.title}"

    def open_to(self, who: str, actions: set[Action]) -> set[Action]:
        """Those of the actions that are neither reserved for others nor forbidden to this role."""
        free = {action for action in actions if who in self.reserved.get(action, {who})}
        return {action for action in free if who not in self.denied.get(action, set())}

    @property
    def ended(self) -> str:
        """The date that is set when it is over, such as `returned_on`; empty where there is none."""
        return next((name for name in reversed(self.events) if self.fields[name].optional), "")


@dataclass(slots=True)
class OperationDraft:
    """An operation so far; where `only` names roles, nobody else gets it."""

    on: str
    by: list[str]
    only: list[str] = field(default_factory=list)
    takes: dict[str, Input] = field(default_factory=dict)
    from_: list[str] = field(default_factory=list)
    to: str | None = None
    requires: dict[str, Requirement] = field(default_factory=dict)
    sets: dict[str, str] = field(default_factory=dict)
    creates: Creation | None = None
    also: dict[str, Effect] = field(default_factory=dict)
    sends: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """Everything known so far. Each element is marked with the sentence that it came from.

    Assumptions and questions are kept in their order, each once. `itself` are the words that mean the service's place,
    `acted` the clauses that say what their verb does, `whole` those that were understood with their conditions, and
    `kinds` the values of what the text only enumerates. `above` names for a role those whose rights it has, too.
    """

    sentences: list[Sentence]
    itself: tuple[tuple[str, ...], ...] = ()
    entities: dict[str, EntityDraft] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    operations: dict[str, OperationDraft] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    quality: dict[str, Quality] = field(default_factory=dict)
    assumptions: dict[Note, None] = field(default_factory=dict)
    questions: dict[Note, None] = field(default_factory=dict)
    marks: dict[int, dict[str, float]] = field(default_factory=dict)
    read: set[int] = field(default_factory=set)
    acted: set[int] = field(default_factory=set)
    kinds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    whole: set[int] = field(default_factory=set)
    above: dict[str, set[str]] = field(default_factory=dict)
    _places: dict[int, int] = field(init=False)
    _endings: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remember where each sentence stands: a long text has thousands."""
        self._places = {id(sentence): place for place, sentence in enumerate(self.sentences)}

    def mark(self, source: Clause | Sentence, address: str, confidence: float = STATED) -> None:
        """Say that an element came from a sentence, or from one clause of it.

        Who acts is not yet what they may do: a clause that only names a role is still to be read.
        """
        sentence = source.sentence if isinstance(source, Clause) else source
        if not address.startswith("roles."):
            self.read.add(id(source))
        elements = self.marks.setdefault(self._places[id(sentence)], {})
        elements[address] = max(confidence, elements.get(address, 0))

    def gave(self, sentence: Sentence) -> bool:
        """Whether a sentence gave more than the name of a role so far."""
        return any(not address.startswith("roles.") for address in self.marks.get(self._places[id(sentence)], ()))

    def source_of(self, address: str) -> Sentence | None:
        """The first sentence that an element came from."""
        return next((self.sentences[index] for index in sorted(self.marks) if address in self.marks[index]), None)

    def assume(self, about: str, text: str, proposed: str = "") -> None:
        """List a decision that no sentence states."""
        self.assumptions.setdefault(Note(text=text, about=about, proposed=proposed))

    def ask(self, about: str, text: str, proposed: str) -> None:
        """List something that a person should answer."""
        self.questions.setdefault(Note(text=text, about=about, proposed=proposed))

    def add_entity(self, name: str) -> EntityDraft:
        """The entity with this name, made if it is new."""
        key = class_name(singular(name)).strip("_")[:59]
        if key not in self.entities:
            entity = self.entities[key] = EntityDraft(key)
            self._endings.setdefault(entity.title.split(" ")[-1], []).append(key)
        return self.entities[key]

    def entity(self, phrase: Phrase) -> EntityDraft | None:
        """The entity that a phrase means: by its whole name, by its end, or by the only entity that ends so."""
        return self.named(phrase.core)

    def named(self, core: tuple[str, ...]) -> EntityDraft | None:
        """The entity that these words mean, as `entity`."""
        for start in range(len(core)):
            key = class_name(" ".join(core[start:])).strip("_")
            if key in self.entities:
                return self.entities[key]
        if len(core) != 1:
            return None
        ending = [self.entities[key] for key in self._endings.get(core[0], ()) if key in self.entities]
        return ending[0] if len(ending) == 1 else None

    def spoken(self, text: str) -> EntityDraft | None:
        """The entity that a text in lower case means: `the categories`, `each ticket type`."""
        plain = re.sub(r"^(?:an?|the|each|every|all|any|its|their|his|her|one|two|no)\s+", "", text.strip())
        return self.named(tuple(words(singular(plain)))) if plain else None

    def record_of(self, role: str) -> EntityDraft | None:
        """The entity whose record a role's caller is."""
        record = self.roles[role].record if role in self.roles else None
        return self.entities[record] if record else None

    def grant(self, entity: EntityDraft, who: str, actions: set[Action], when: str = "") -> None:
        """Let a role do something with an entity's records, but for what is reserved for others."""
        if granted := entity.open_to(who, actions):
            entity.access.setdefault((who, when), set()).update(granted)

    def path(self, entity: EntityDraft, target: str) -> str:
        """The shortest way over relations from a record to one of the target, as CEL (`this.dog.owner`), else empty.

        Nothing leads on from a relation that may be empty.
        """
        ways: list[tuple[str, str, bool]] = [(entity.name, "this", True)]
        seen = {entity.name}
        while ways:
            name, way, leads_on = ways.pop(0)
            if name == target:
                return way
            for relation_name, relation in self.entities[name].relations.items() if leads_on else ():
                if relation.to not in seen and relation.to in self.entities:
                    seen.add(relation.to)
                    ways.append((relation.to, f"{way}.{relation_name}", not relation.optional))
        return ""
