"""When something may be done or may lie: all that a clause says about time, or nothing of it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from quantumlayer.qlayer.parser.draft import Draft
from quantumlayer.qlayer.parser.meaning.conditions import qualities
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.people import add_role, nobody, role_name
from quantumlayer.qlayer.parser.meaning.times.acts import Act, Test, act_of, apply, is_object
from quantumlayer.qlayer.parser.meaning.times.deadlines import deadlines
from quantumlayer.qlayer.parser.meaning.times.parts import Part
from quantumlayer.qlayer.parser.meaning.times.windows import windows
from quantumlayer.qlayer.parser.text.clauses import Clause
from quantumlayer.spec.model import Derived, FieldType

_JOINT = re.compile(r"^ ?(?:, ?)?(?:(?P<joint>and|or|but|then) )?(?:also )?(?P<no>not )?(?:only )?")
_OPENS = ("until", "when", "since", "while", "once")
_LATER_ONLY = re.compile(
    r"\b(?:after that|afterwards|later than that|thereafter|from then on|later)(?: on)?,? only (?P<who>[\w -]+?)"
    r" (?:can|may|is allowed to|are allowed to)(?: (?:do (?:so|it|that)|cancel|change)(?: it| them)?)?\s*(?:[.;]|$)"
)
_FREE = re.compile(
    r"^(?P<before>.*?)\b(?:free of charge|for free|at no (?:extra )?(?:cost|charge)"
    r"|without (?:any )?(?:charge|fee|cost)s?)\b ?"
)


def find_bounds(draft: Draft, clauses: Sequence[Clause]) -> None:
    """Rules of records and requirements of operations from every clause that is understood to its end."""
    for place, clause in enumerate(clauses):
        if not clause.subject or (clause.condition and not clause.condition.startswith(_OPENS)):
            continue
        act = act_of(draft, clause)
        said = f"{' '.join(token.lower for token in clause.tail)} {clause.condition}".strip()
        said = re.sub(r" ?([-\u2013]) ?", r"\1", said)
        if act is None or not said or not _means_all(draft, clause, act):
            continue
        if free := _FREE.match(said):
            _free_until(draft, clause, act, f"{free['before']}{said[free.end() :]}")
            continue
        tests = _tests(draft, clause, act, said)
        exempt = _exempt(draft, clause, clauses[place + 1 : place + 2], act) if tests else ()
        for test in tests:
            apply(draft, clause, act, _in_state(act, clause, test), exempt)
        if tests:
            draft.whole.add(id(clause))


def _means_all(draft: Draft, clause: Clause, act: Act) -> bool:
    """Whether a clause is about all of its subject, or about those in some state."""
    phrase = clause.subject[0]
    entity = draft.entity(phrase)
    if act.point or entity is None or role_name(draft, phrase) in draft.roles:
        return bool(act.point) or not phrase.post
    known = entity.states.values if entity.states else ()
    return not phrase.post and all(spec_name(word) in known for word in qualities(entity, phrase))


def _in_state(act: Act, clause: Clause, test: Test) -> Test:
    """The test as it is meant where only records in a state are spoken of: `a confirmed order can be cancelled ...`."""
    said = [word for phrase in (clause.subject if clause.passive else clause.objects) for word in phrase.core]
    states = act.entity.states
    named = [state for state in (states.values if states else ()) if state in map(spec_name, said)]
    if states is None or len(named) != 1 or test.within or act.operation is None or act.operation.from_ == named:
        return test
    inner = f"({test.cel})" if "||" in test.cel else test.cel
    return replace(test, cel=f"this.{states.field} != '{named[0]}' || {inner}")


def _tests(draft: Draft, clause: Clause, act: Act, said: str) -> list[Test]:
    """What a clause demands, from the first place on from which everything is about time."""
    for begin in [0, *(found.end() for found in re.finditer(r" ", said))]:
        if is_object(draft, act, said[:begin]) and (tests := _parts(draft, clause, act, said[begin:])):
            return tests
    return []


def _parts(draft: Draft, clause: Clause, act: Act, said: str) -> list[Test]:
    """The parts of a text, all of which must be understood."""
    negated = clause.negated or nobody(clause.subject[0])
    found: list[Test] = []
    rest = said
    while rest.strip(" ,"):
        joint = _JOINT.match(rest)
        rest = rest[joint.end() :] if joint else rest
        denied = negated or bool(joint and joint["no"])
        part = _first(draft, clause, act, rest, denied=denied)
        if part is None:
            return []
        test, length = part
        if found and not denied and joint and joint["joint"] == "or":
            test = replace(test, cel=f"({found[-1].cel}) || ({test.cel})", name=found.pop().name)
        found.append(test)
        rest = rest[length:]
    return found


def _first(draft: Draft, clause: Clause, act: Act, rest: str, *, denied: bool) -> tuple[Test, int] | None:
    # Deadlines are about when something is done: what only lies somewhere has none.
    for pattern, meaning in windows() if act.name == "lie" else (*windows(), *deadlines()):
        match = pattern.match(rest)
        ends = match is not None and re.match(r"$|[ ,]", rest[match.end() :])
        if match and ends and (test := meaning(Part(draft, clause, act, match, denied))):
            return test, match.end()
    return None


def _exempt(draft: Draft, clause: Clause, following: Sequence[Clause], act: Act) -> tuple[str, ...]:
    """Who alone may do it later: `after that only the front desk can`."""
    texts = [clause.sentence.text, *(after.sentence.text for after in following)]
    found = next((match for text in texts if (match := _LATER_ONLY.search(text.lower()))), None)
    if found is None or act.operation is None:
        return ()
    who = spec_name(re.sub(r"^(?:the|an?) ", "", found["who"]))
    singular = who if who in draft.roles else who.removesuffix("s")
    role = add_role(draft, singular if singular in draft.roles else who)
    if role not in act.operation.by:
        act.operation.by.append(role)
    for one in (clause, *following):
        if _LATER_ONLY.search(one.sentence.text.lower()):
            draft.mark(one, f"operations.{act.name}")
    return (role,)


def _free_until(draft: Draft, clause: Clause, act: Act, said: str) -> None:
    """`Can be cancelled free of charge until a day before`: what it costs later is for a person to say."""
    tests = _tests(draft, clause, act, said)
    if act.operation is None or len(tests) != 1:
        return
    name = spec_name(f"free to {act.name}")
    about = f"Whether it still costs nothing to {act.name.replace('_', ' ')}."
    act.entity.derived[name] = Derived(type=FieldType.BOOL, cel=tests[0].cel, about=about)
    draft.mark(clause, f"{act.entity.address}.derived.{name}")
    draft.whole.add(id(clause))
    draft.ask(f"operations.{act.name}", f"What does it cost to {act.name} later?", "Nothing yet: it is shown only.")
