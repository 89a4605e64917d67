"""Verbs: their forms, their everyday synonyms, and which of them every service knows."""

import re

_PHRASAL = {
    "come back": "return", "bring back": "return", "give back": "return", "hand back": "return",
    "take back": "return", "hand in": "return", "check out": "check out", "sign up": "register",
    "pick up": "collect", "put off": "postpone", "set up": "create",
}  # fmt: skip
_IRREGULAR = {
    "came": "come", "brought": "bring", "gave": "give", "given": "give", "took": "take", "taken": "take",
    "sent": "send",
    "sold": "sell", "bought": "buy", "paid": "pay", "left": "leave", "made": "make", "began": "begin", "begun": "begin",
    "went": "go", "gone": "go", "lent": "lend", "kept": "keep", "met": "meet", "written": "write", "wrote": "write",
    "held": "hold", "hired": "hire", "lost": "lose", "found": "find", "built": "build", "chosen": "choose",
    "drawn": "draw", "driven": "drive", "done": "do", "seen": "see", "sat": "sit", "set": "set", "put": "put",
    "taught": "teach", "shown": "show", "withdrawn": "withdraw", "handed": "hand", "picked": "pick", "ended": "end",
}  # fmt: skip
_PARTICIPLES = {
    "give": "given", "take": "taken", "send": "sent", "sell": "sold", "buy": "bought", "pay": "paid", "leave": "left",
    "make": "made", "begin": "begun", "lend": "lent", "keep": "kept", "meet": "met", "write": "written", "hold": "held",
    "lose": "lost", "find": "found", "build": "built", "choose": "chosen", "draw": "drawn", "drive": "driven",
    "set": "set", "put": "put", "see": "seen", "withdraw": "withdrawn", "come": "come", "go": "gone", "show": "shown",
    "bring": "brought", "teach": "taught", "submit": "submitted", "ship": "shipped", "cancel": "cancelled",
    "refer": "referred", "plan": "planned", "stop": "stopped", "enrol": "enrolled", "drop": "dropped",
    "scan": "scanned",
}  # fmt: skip

CREATE = frozenset(
    {"create", "add", "register", "enter", "open", "submit", "record", "make", "set up", "file", "raise"}
)
BRING = frozenset(
    {"post", "send", "submit", "report", "upload", "enter", "log", "transmit", "deliver", "provide", "file", "put up"}
    | {"offer", "add", "publish", "list", "announce", "record", "register"}
)  # fmt: skip)
READ = frozenset(
    {
        "see",
        "view",
        "read",
        "look up",
        "look at",
        "look through",
        "consult",
        "browse",
        "access",
        "inspect",
        "list",
        "check",
        "show",
    }
)
UPDATE = frozenset({"update", "edit", "change", "modify", "amend"})
DELETE = frozenset({"delete", "remove", "erase"})
MANAGE = frozenset({"manage", "administer", "maintain", "look after", "administrate"})
SEARCH = frozenset({"search", "find", "search for", "look for"})
FILTER = frozenset({"filter", "narrow"})
SORT = frozenset({"sort", "order by"})
LASTING = frozenset({"run", "last", "expire", "end"})
NO_ACTION = frozenset(
    {
        "have",
        "be",
        "cost",
        "take",
        "pay",
        "owe",
        "want",
        "need",
        "like",
        "belong",
        "link",
        "get",
        "become",
        "add",
        "run",
    }
    | {"last", "keep", "receive", "contain", "include", "consist", "record", "hold", "store", "share", "know", "go"}
    | {"come", "say", "tell", "do", "use", "own", "expect", "work", "live", "happen", "appear", "exceed", "share", ""}
)


def event_form(form: str, particle: str = "") -> str:
    """The participle of what happened, everyday phrases replaced: `came back` gives `returned`."""
    base = _IRREGULAR.get(form, form)
    meant = _PHRASAL.get(f"{base} {particle}".strip())
    if meant:
        return participle(meant)
    return participle(base) if form in _IRREGULAR else f"{form} {particle}".strip()


def synonym(verb: str) -> str:
    """The one word that is meant by a phrase: `bring back` gives `return`."""
    return _PHRASAL.get(verb, verb)


def happens(verb: str, event: str) -> bool:
    """Whether an event (`cancelled`) is what a verb (`cancel`) does; British and American spelling are one."""
    return bool(event) and participle(verb).replace("ll", "l") == event.replace("ll", "l")


def participle(verb: str) -> str:
    """The past participle: `borrow` gives `borrowed`, `take out` gives `taken out`."""
    first, _, rest = verb.partition(" ")
    form = _PARTICIPLES.get(first) or _with_ed(first)
    return f"{form} {rest}".strip()


def _with_ed(verb: str) -> str:
    if verb.endswith("e"):
        return f"{verb}d"
    if verb.endswith("y") and verb[-2:-1] not in set("aeiou"):
        return f"{verb[:-1]}ied"
    if re.fullmatch(r"[^aeiou]*[aeiou][bdgklmnprtz]", verb):
        return f"{verb}{verb[-1]}ed"
    return f"{verb}ed"


def names_event(verb: str, noun: str) -> bool:
    """Whether a noun is what a verb makes: `book` and `booking`, `reserve` and `reservation`, `rent` and `rental`."""
    if " " in noun or noun == verb:
        return noun == verb
    stem = verb.rstrip("e") if len(verb) > 4 else verb
    for cut in (stem, stem[:-1] if len(stem) > 5 else stem):
        rest = noun.removeprefix(cut)
        if rest != noun and re.fullmatch(r"e?(?:ing|al|ation|ition|tion|ion|ment|ance|ence|ption|ription|y)|", rest):
            return True
    return False
