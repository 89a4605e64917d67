"""What something costs: so much for each of several things, less for many, nothing above a sum; with examples."""

import re
from collections.abc import Sequence
from decimal import Decimal

from quantumlayer.kit.identifiers import singular, words
from quantumlayer.qlayer.parser.draft import LIKELY, Draft, EntityDraft
from quantumlayer.qlayer.parser.meaning.fields import spec_name
from quantumlayer.qlayer.parser.meaning.sets.nouns import bare
from quantumlayer.qlayer.parser.meaning.sets.sayings import Saying
from quantumlayer.qlayer.parser.text.numbers import NUMBER, number
from quantumlayer.spec.model import Derived, Example, FieldType

_CURRENCY = r"(?: ?(?:eur|euros?|usd|dollars?|gbp|pounds?|chf|francs?))?"
_OVER = r"(?P<way>above|over|more than|from|at|of at least|at least|upwards of|starting at|below|under|less than|up to)"
_COST = (
    rf"(?:is (?:(?P<free>free|free of charge|waived)|(?P<fixed>{NUMBER}){_CURRENCY})|costs? (?:"
    rf"(?P<nothing>nothing)|(?P<cost>{NUMBER}){_CURRENCY}))"
)
_BOUND_FIRST = re.compile(
    rf"\b(?:for (?:orders|carts|purchases|baskets|sums|totals|amounts) )?{_OVER} (?P<sum>{NUMBER}){_CURRENCY},?"
    rf" (?:the )?(?P<name>[a-z][\w ]*?)"
    rf" {_COST},? (?:and |but |or )?(?:otherwise|else|below (?:that|this)|if not)?,? ?(?:it )?(?:is |costs? )"
    rf"(?P<other>{NUMBER}){_CURRENCY}(?: otherwise)?\b"
)
_NAME_FIRST = re.compile(
    rf"^(?:the )?(?P<name>[a-z][\w ]*?) {_COST} (?:for (?:orders|carts|purchases|baskets|sums|totals) )?{_OVER}"
    rf" (?P<sum>{NUMBER}){_CURRENCY}"
    rf",? (?:and |but )?(?:otherwise |else |below (?:that |this )|if not )?(?:it )?(?:is |costs? )"
    rf"(?P<other>{NUMBER}){_CURRENCY}(?: otherwise)?\b"
)
_EACH_COSTS = re.compile(
    rf"\b(?:an?|each|every) (?P<what>[a-z][a-z -]*?) (?:costs?|is|pays?|comes? to)(?: {NUMBER} ?%)? "
    rf"(?P<n>{NUMBER})(?!\s*(?:%|percent)){_CURRENCY}"
)
_COSTS_EACH = re.compile(
    rf"(?P<n>{NUMBER}){_CURRENCY} (?:per|for each|for every|for an?|an?|each) (?P<what>[a-z][a-z -]*)"
)
_AND_EACH = re.compile(
    rf"\b(?:and|,) (?:an?|each|every)? ?(?P<what>[a-z][a-z -]*?) (?P<n>\d+(?:\.\d+)?)\b{_CURRENCY}(?![\d.]* ?"
    rf"(?:%|percent))"
)
_MANY = re.compile(
    rf"\b(?:groups?|parties|bookings?|orders?|reservations?) (?:of|with|for|from) (?:at least "
    rf"(?P<least>{NUMBER})|(?P<n>{NUMBER}) (?:or more|and more|or above|upwards))"
    rf"(?: \w+)? (?:get|gets|have|has|receive|receives|pay|pays) (?:a discount of )?(?P<off>{NUMBER}) ?(?:%"
    rf"|percent)(?: (?P<less>off|less|discount|reduction))?"
)
_SAMPLE = re.compile(
    rf"\b(?P<counts>(?:{NUMBER} (?!and\b|or\b|per\b|for\b|an?\b)[a-z][a-z -]*?(?:,? and |, )?)+?)(?: ones)? "
    rf"(?:together )?(?:costs?|is|are|makes?|comes? to|pays?) (?P<sum>\d+(?:\.\d+)?)\b"
)
_COUNTED = re.compile(rf"(?P<n>{NUMBER}) (?P<what>[a-z][a-z -]*?)(?=,| and |$)")


def find_shipping(draft: Draft, saying: Saying) -> None:
    """`Above 100.00 EUR shipping is free, otherwise it costs 4.90`: of the record whose total is worked out."""
    found = _BOUND_FIRST.search(saying.text) or _NAME_FIRST.match(saying.text)
    owners = _with_total(draft)
    if found is None or len(owners) != 1:
        return
    owner, total = owners[0]
    name = spec_name(bare(found["name"]))
    if name in owner.relations or name in owner.derived or name == total:
        return
    below = found["way"] in {"below", "under", "less than", "up to"}
    sign = {"above": ">", "over": ">", "more than": ">", "below": "<", "under": "<", "less than": "<", "up to": "<="}
    cost = found["fixed"] or found["cost"] or "0"
    owner.fields.pop(name, None)
    test = f"this.{total} {sign.get(found['way'], '>=')} {_money(found['sum'])}"
    cel = f"{test} ? {_money(cost)} : {_money(found['other'])}"
    owner.derived[name] = Derived(type=FieldType.MONEY, cel=cel)
    address = f"{owner.address}.derived.{name}"
    saying.mark(draft, saying.text, address)
    limit = "Below" if below else "From" if found["way"] not in sign else "Above"
    draft.assume(
        address,
        f"{limit} a {total.replace('_', ' ')} of {_money(found['sum'])}, {name.replace('_', ' ')} is {_money(cost)}.",
    )


def _with_total(draft: Draft) -> list[tuple[EntityDraft, str]]:
    found = []
    for owner in draft.entities.values():
        sums = [name for name, one in owner.derived.items() if one.type is FieldType.MONEY and ".sum()" in one.cel]
        named = [name for name in sums if name in {"subtotal", "total"}] or sums
        found += [(owner, named[0])] if named else []
    return found


def _money(text: str) -> str:
    return f"{Decimal(str(number(text))):.2f}"


def find_prices(draft: Draft, saying: Saying, said: Sequence[Saying]) -> None:
    """`An adult pays 14 and a child 9, and groups of six or more get 10% off`: of what says how many there are."""
    rates = _rates(saying.text)
    for owner in draft.entities.values():
        counted = [(name, rate) for what, rate in rates for name in [_count(owner, what)] if name]
        if not counted or len(counted) != len(rates) or len({name for name, _ in counted}) != len(counted):
            continue
        if len(counted) > 1 or re.search(r"\b(?:per|each|every)\b", saying.text):
            _price(draft, saying, owner, counted, said)
            return


def _rates(text: str) -> list[tuple[str, str]]:
    """What is paid for what; the words before the first price may say it, or those behind each."""
    text = _SAMPLE.sub("", text)
    found = {each.start("n"): (each["what"], each["n"]) for each in _COSTS_EACH.finditer(text)}
    if not found:
        found = {each.start("n"): (each["what"], each["n"]) for each in _EACH_COSTS.finditer(text)}
        for each in _AND_EACH.finditer(text) if found else ():
            found.setdefault(each.start("n"), (each["what"], each["n"]))
    return [found[place] for place in sorted(found)]


def _count(owner: EntityDraft, said: str) -> str:
    """The field that counts what something is paid for: `a reduced one` is a reduced seat."""
    target = {singular(word) for word in words(bare(said))} - {"one", "ticket"}
    names = [
        name
        for name, field in owner.fields.items()
        if field.type is FieldType.INT and not field.optional and not field.one_of
    ]
    own = {name: {singular(word) for word in name.split("_")} for name in names}
    near = [name for name in names if target and (target <= own[name] or own[name] - {"number"} <= target)]
    return near[0] if len(near) == 1 else ""


def _price(
    draft: Draft, saying: Saying, owner: EntityDraft, counted: list[tuple[str, str]], said: Sequence[Saying]
) -> None:
    name = next((each for each in ("price", "total", "total_price", "cost", "amount") if each in owner.fields), "price")
    rates = {each: Decimal(str(number(rate))) for each, rate in counted}
    many = next((found for one in (saying, *said) if (found := _MANY.search(one.text))), None)
    base = " + ".join(f"this.{each} * {rate:.2f}" for each, rate in rates.items())
    least, part, cel = 0, Decimal(1), base
    if many:
        count = " + ".join(f"this.{each}" for each in rates)
        least = int(number(many["n"] or many["least"]))
        off = Decimal(str(number(many["off"])))
        part = (100 - off if many["less"] else off) / 100
        cel = f"{count} >= {least} ? ({base}) * {part} : {base}"
    examples, sources = _examples(list(rates), name, said)
    address = f"{owner.address}.derived.{name}"
    for example in examples:
        counts = {each: Decimal(str(example.given[each])) for each in rates}
        cost = sum((counts[each] * rate for each, rate in rates.items()), Decimal())
        if example.then[name] != (cost * part if many and sum(counts.values()) >= least else cost):
            draft.ask(
                address, f"How does {saying.told()} agree with {example.then[name]} in the example?", "It is left out."
            )
            return
    owner.fields.pop(name, None)
    owner.derived[name] = Derived(type=FieldType.MONEY, cel=cel, examples=examples)
    for source in (saying, *sources):
        source.mark(draft, source.text, address, LIKELY)


def _examples(counted: Sequence[str], name: str, said: Sequence[Saying]) -> tuple[tuple[Example, ...], list[Saying]]:
    """`Two full and one reduced cost 37.00`: what is not named is none."""
    found: list[Example] = []
    sources: list[Saying] = []
    for saying in said:
        for sample in _SAMPLE.finditer(saying.text):
            given = dict.fromkeys(counted, 0)
            named = [(_count_among(counted, each["what"]), each["n"]) for each in _COUNTED.finditer(sample["counts"])]
            if not named or not all(field for field, _ in named) or int(number(named[0][1])) < 1:
                continue
            given |= {field: int(number(count)) for field, count in named}
            if sum(given.values()) > 1:  # else it says again what one costs
                found.append(Example(given=dict(given), then={name: Decimal(sample["sum"])}))
                sources.append(saying)
    return tuple(found), sources


def _count_among(counted: Sequence[str], said: str) -> str:
    target = {singular(word) for word in words(said)} - {"one"}
    near = [name for name in counted if target and target <= {singular(word) for word in name.split("_")}]
    return near[0] if len(near) == 1 else ""
