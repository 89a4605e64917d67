"""What holds within one record: what it is when its values lie so, what goes together and what does not."""

import re

from quantumlayer.qlayer.parser.draft import LIKELY, STATED, Draft, EntityDraft, OperationDraft
from quantumlayer.qlayer.parser.meaning.conditions import opposite
from quantumlayer.qlayer.parser.meaning.fields import attribute, spec_name
from quantumlayer.qlayer.parser.meaning.sets.comparisons import Comparison, compared
from quantumlayer.qlayer.parser.meaning.sets.nouns import NUMERIC, bare, member, mentioned, own, state_test
from quantumlayer.qlayer.parser.meaning.sets.sayings import Saying
from quantumlayer.spec.model import Derived, Field, FieldType, Rule

_WHEN = r"(?:when|if|once|as soon as|while|whenever)"
_CALLED = r"(?:considered |called |counted as |regarded as |said to be |shown as |marked as |flagged as )?"
_IS_WHEN = re.compile(
    rf"^(?:an?|the|each|every) (?P<what>[a-z][\w -]*?) (?:is|counts as) {_CALLED}(?P<word>[a-z-]+) {_WHEN} "
    rf"(?P<test>.+)$"
)
_WHEN_IS = re.compile(
    rf"\b{_WHEN} (?P<test>.+?),? (?:an?|the|this|that) (?P<what>[a-z][\w-]*(?: (?!(?:the|an?|its)"
    rf" )[a-z][\w-]*){{0,2}}?) (?:is|counts as) {_CALLED}(?P<word>[a-z-]+)$"
)
_NO_FLAG = frozenset(
    {"required", "mandatory", "needed", "optional", "possible", "allowed", "forbidden", "done", "made", "sure"}
)
_EITHER = re.compile(
    r"\beither (?:an? |the )?(?P<a>[a-z][\w -]*?)(?: \([^)]*\))?,? or (?:an? |the )?(?P<b>[a-z][\w -]*?)(?:"
    r" \([^)]*\))?(?= off\b|,|$| and | but | is | are )"
)
_NEVER_BOTH = re.compile(
    r"\b(?:an? |the )(?P<a>[a-z][\w-]*(?: [\w-]+)?)(?: \([^)]*\))? or (?:an? |the )?(?P<b>[a-z][\w -]*?)(?:"
    r" \([^)]*\))?,? (?:but )?(?:never|not) both\b"
)
_NOT_BOTH_ZERO = re.compile(
    r"\bboth (?:of (?:which|them) )?(?:may|can) be (?P<what>zero|0|empty|missing|left out),? but not "
    r"(?:together|both|at once|at the same time)\b"
    r"|\b(?:must|may|can)(?: ?not) both be (?P<none>zero|0|empty|missing|left out)\b|\bcannot both be "
    r"(?P<no>zero|0|empty|missing|left out)\b"
)
_ONE_OF = re.compile(
    r"\bat least one of (?P<list>[a-z][\w, -]*?) (?:must|has to|is|needs? to|should)(?: be)? (?P<how>given|set"
    r"|filled(?: in)?|required|entered|known|stated|there|present)\b"
)
_NEVER_NEGATIVE = re.compile(
    r"^(?:an?|the|its) (?P<off>[a-z][\w -]*?) (?:may |must |can |should |will )?(?:never|not|cannot) (?:makes?"
    r"|turns?|brings?|pushes?|takes?) (?:an?|the|its)? ?(?P<sum>[a-z][\w -]*?) (?:negative|below (?:zero|0))$"
)
_NEEDED = r"(?:required|mandatory|needed|obligatory|compulsory|given|filled in|entered|stated|provided|recorded|noted)"
_REQUIRED_WHEN = re.compile(
    rf"^(?:an?|the|its) (?P<what>[a-z][\w -]*?) (?:is|are|must be|has to be|should be) (?:only )?{_NEEDED} "
    rf"(?:when|if|for|once|in case|whenever|as soon as) (?P<when>.+)$"
)
_WHEN_REQUIRED = re.compile(
    rf"^{_WHEN} (?P<when>.+?),? (?:an?|the|its) (?P<what>[a-z][\w -]*?) (?:is|are|must be|has to be|should be) "
    rf"(?:also )?{_NEEDED}$"
)
_WITH_ONLY = re.compile(
    r"^(?P<when>.+?) (?:must|needs?|requires?|always (?:needs?|has|have)|must have|needs? to have|can only be"
    r" \w+ with) (?P<article>an?) (?P<what>reason|comment|note|explanation|justification|remark|[a-z]+ number"
    r"|[a-z]+ date)$"
)


def find_flags(draft: Draft, saying: Saying) -> None:
    """`When its stock is below the reorder level the medicine is low`: a yes or no that is worked out."""
    for part in (
        saying.text,
        *re.split(r", (?:and |but )?(?=(?:when|if|once|an?|the) )|(?<=\w) and (?=(?:when|if) )", saying.text),
    ):
        found = _IS_WHEN.match(part) or _WHEN_IS.search(part)
        entity = draft.spoken(found["what"]) if found else None
        if found is None or entity is None or not _may_flag(saying, entity, found["word"]):
            continue
        before = saying.text[: saying.text.find(found["test"])]
        spoken = [
            name for name in [*entity.derived, *entity.fields] if re.search(rf"\b{name.replace('_', ' ')}\b", before)
        ]
        test = compared(draft, entity, found["test"], spoken[0] if spoken else "")
        if test is not None:
            name = spec_name(found["word"])
            entity.derived[name] = Derived(type=FieldType.BOOL, cel=test.cel)
            saying.mark(draft, part, f"{entity.address}.derived.{name}", STATED)
            return


def _may_flag(saying: Saying, entity: EntityDraft, word: str) -> bool:
    """Whether a word says what a record is rather than what was done to it."""
    name = spec_name(word)
    tags = {one.tag for one in saying.sentence.words if one.lower == word}
    stated = entity.states is not None and name in entity.states.values
    taken = name in entity.fields or name in entity.relations or name in entity.derived
    return (
        not stated
        and not taken
        and word not in _NO_FLAG
        and bool(tags & {"JJ", "JJR", "RB", "NN"} or word.startswith(("over", "under")))
    )


def find_bounds(draft: Draft, saying: Saying) -> None:
    """`The minimum is not above the maximum`; `the deposit must not exceed the price`."""
    for part in re.split(r", (?:and |but )?(?=(?:the|its|an?) )", saying.text):
        if re.search(r"\b(?:when|if|unless|until|while|per|together)\b", part):
            continue
        fitting = [(entity, test) for entity in draft.entities.values() if (test := _demanded(draft, entity, part))]
        named = [one for one in fitting if one[0] in mentioned(draft, saying.text)] or fitting
        if len(named) == 1:
            _bound(draft, saying, part, *named[0])


def _demanded(draft: Draft, entity: EntityDraft, part: str) -> Comparison | None:
    test = compared(draft, entity, part)
    if test is None or not test.demanded or test.left.entity != entity.name:
        return None
    counted = [
        entity.derived[one.name].cel
        for one in (test.left, test.right)
        if one.entity == entity.name and one.name in entity.derived
    ]
    simple = not any(".sum()" in cel or ".size()" in cel for cel in counted)
    single = not test.right.name and test.left.name in entity.fields
    return test if simple and not single else None


def _bound(draft: Draft, saying: Saying, part: str, entity: EntityDraft, test: Comparison) -> None:
    both = {test.left.cel, test.right.cel}
    if any(
        rule.cel and all(re.search(rf"{re.escape(cel)}\b", rule.cel) for cel in both) for rule in entity.rules.values()
    ):
        return  # another reading has it
    way = {"<": "below", "<=": "not above", ">": "above", ">=": "not below", "==": "same as", "!=": "not"}[test.sign]
    _rule(draft, saying, part, entity, f"{test.left.name} {way} {test.right.name or test.right.cel}", test.rule)


def find_alternatives(draft: Draft, saying: Saying) -> None:
    """What goes together and what does not."""
    _either(draft, saying)
    _not_both_zero(draft, saying)
    _one_of(draft, saying)
    _never_negative(draft, saying)
    _required(draft, saying)


def _either(draft: Draft, saying: Saying) -> None:
    """`Either a percentage or a fixed amount, never both`."""
    found = _EITHER.search(saying.text) or _NEVER_BOTH.search(saying.text)
    for entity in draft.entities.values() if found else ():
        names = [member(entity, found[side]) for side in ("a", "b")] if found else []
        if all(name in entity.fields for name in names) and len(set(names)) == 2:
            _loosen(entity, names)
            one, other = names
            _rule(
                draft,
                saying,
                saying.text,
                entity,
                f"{one} or {other}",
                f"(this.{one} == null) != (this.{other} == null)",
            )
            return


def _loosen(entity: EntityDraft, names: list[str]) -> None:
    for name in names:
        entity.fields[name] = entity.fields[name].model_copy(update={"optional": True, "default": None})


def _not_both_zero(draft: Draft, saying: Saying) -> None:
    """`Both may be zero but not together`: of the two values that the sentence told of last."""
    found = _NOT_BOTH_ZERO.search(saying.text)
    if found is None:
        return
    zero = (found["what"] or found["none"] or found["no"]) in {"zero", "0"}
    place = draft.sentences.index(saying.sentence)
    told = [address.split(".") for address in draft.marks.get(place, {})]
    for entity in draft.entities.values():
        marked = [parts[3] for parts in told if len(parts) == 4 and parts[1] == entity.name and parts[2] == "fields"]
        named = [name for one in re.split(r",? and |, ", saying.text[: found.start()]) if (name := member(entity, one))]
        kinds = [
            name
            for name in (named if len(named) == 2 else marked)
            if name in entity.fields and (not zero or entity.fields[name].type in NUMERIC)
        ]
        if len(kinds) < 2:
            continue
        one, other = kinds[-2:]
        cel = f"this.{one} + this.{other} > 0" if zero else f"this.{one} != null || this.{other} != null"
        if not zero:
            _loosen(entity, [one, other])
        elif any(entity.fields[name].optional for name in (one, other)):
            return
        _rule(draft, saying, saying.text, entity, f"{one} or {other}", cel)
        return


def _one_of(draft: Draft, saying: Saying) -> None:
    """`At least one of phone and email must be given`."""
    found = _ONE_OF.search(saying.text)
    for entity in draft.entities.values() if found else ():
        parts = re.split(r", (?:and |or )?| and | or ", found["list"]) if found else []
        names = [member(entity, part) for part in parts]
        if len(names) > 1 and all(name in entity.fields for name in names):
            _loosen(entity, names)
            cel = " || ".join(f"this.{name} != null" for name in names)
            _rule(draft, saying, saying.text, entity, f"{' or '.join(names)}", cel)
            return


def _never_negative(draft: Draft, saying: Saying) -> None:
    """`The discount never makes a total negative`."""
    found = _NEVER_NEGATIVE.match(saying.text)
    for entity in draft.entities.values() if found else ():
        off, total = (member(entity, found["off"]), member(entity, found["sum"])) if found else ("", "")
        if not off or not total or off == total or not {own(entity, off).type, own(entity, total).type} <= NUMERIC:
            continue
        derived = entity.derived.get(total)
        less = derived is not None and re.search(rf" - this\.{off}\b", derived.cel)
        _rule(
            draft,
            saying,
            saying.text,
            entity,
            f"{total} not negative",
            f"this.{total} >= 0" if less else f"this.{off} <= this.{total}",
        )


def _required(draft: Draft, saying: Saying) -> None:
    """`A reason is required when it is rejected`; `rejected permits need a reason`."""
    found = _REQUIRED_WHEN.match(saying.text) or _WHEN_REQUIRED.match(saying.text) or _WITH_ONLY.match(saying.text)
    if found is None:
        return
    there = mentioned(draft, found["when"])
    entity = there[0] if there else saying.about(draft, saying.text)
    entity = entity or _only(draft, found["what"], found["when"]) or _before(draft, saying)
    if entity is None:
        return
    word = next((one for one in re.findall(r"[a-z]+", found["when"]) if _is_state(entity, one)), "")
    moving = [
        (name, one) for name, one in draft.operations.items() if one.on == entity.name and one.to == spec_name(word)
    ]
    if word and moving:
        for name, operation in moving:
            _take(draft, saying, entity, found["what"], name, operation)
        return
    known = member(entity, found["what"])
    test = next(
        (
            test
            for one in re.findall(r"[a-z]+", found["when"])
            if not _is_state(entity, one) and (test := state_test(entity, one))
        ),
        "",
    )
    comparison = compared(draft, entity, found["when"])
    test = comparison.cel if comparison is not None else test
    if test and known in entity.fields:
        _loosen(entity, [known])
        otherwise = opposite(test) if test.count(" ") in {0, 2} else f"!({test})"
        _rule(draft, saying, saying.text, entity, f"{known} given", f"{otherwise} || this.{known} != null")


def _only(draft: Draft, what: str, when: str) -> EntityDraft | None:
    """The only entity that can be what a text says, or that has what it asks for."""
    stated = [
        one for one in draft.entities.values() if any(_is_state(one, word) for word in re.findall(r"[a-z]+", when))
    ]
    having = [one for one in draft.entities.values() if member(one, what)]
    return next((found[0] for found in (stated, having) if len(found) == 1), None)


def _before(draft: Draft, saying: Saying) -> EntityDraft | None:
    """What the text spoke of last before this sentence."""
    place = draft.sentences.index(saying.sentence)
    for sentence in reversed(draft.sentences[max(0, place - 2) : place]):
        if there := mentioned(draft, sentence.text.lower()):
            return there[0]
    return None


def _is_state(entity: EntityDraft, word: str) -> bool:
    return entity.states is not None and spec_name(word) in entity.states.values


def _take(draft: Draft, saying: Saying, entity: EntityDraft, said: str, name: str, operation: OperationDraft) -> None:
    """Whoever moves a record into the state says it."""
    clause = saying.clause_of(said)
    phrase = (
        next((one for one in clause.subject if one.core and one.core[-1] == said.rsplit(maxsplit=1)[-1]), None)
        if clause
        else None
    )
    told = attribute(phrase).field if phrase else Field(type=FieldType.TEXT)
    field = member(entity, said) or spec_name(bare(said))
    known = entity.fields.get(field, told)
    entity.fields[field] = known.model_copy(update={"optional": True, "read_only": True})
    operation.takes[field] = known.model_copy(update={"optional": False, "read_only": False, "default": None})
    operation.sets[field] = f"takes.{field}"
    saying.mark(draft, saying.text, f"{entity.address}.fields.{field}")
    saying.mark(draft, saying.text, f"operations.{name}.takes.{field}")


def _rule(draft: Draft, saying: Saying, part: str, entity: EntityDraft, title: str, cel: str) -> None:
    name = spec_name(title)
    entity.rules[name] = Rule(cel=cel, else_=saying.told(part if part != saying.text else ""))
    saying.mark(draft, part, f"{entity.address}.rules.{name}", LIKELY)
