"""Access told as a thing that people have: `read-only access to invoices` is what they may read."""

import re
from collections.abc import Sequence
from dataclasses import replace

from quantumlayer.qlayer.parser.text.phrases import Token

_ACCESS = re.compile(
    r"^(?P<helped>can |may |must |should )?(?:have|has|get|gets|(?:is|are) given|(?:is|are) granted)"
    r" (?P<kind>(?:only )?(?:read ?- ?only |read - only |read |reading |full |write |complete |unrestricted )?)access"
    r" to "
)
_EVERYTHING = re.compile(r"^(?:can |may )?(?:do|does) everything (?:with|to|about) ")
_FULL = frozenset({"full", "write", "complete", "unrestricted"})


def as_access(words: Sequence[Token]) -> list[Token]:
    """`Has read access to` as `may view`, `has full access to` and `does everything with` as `may manage`.

    Access of which nothing is said is the right to read: no more than the words are sure to mean.
    """
    found = list(words)
    for place in range(len(found)):
        said = "".join(f"{token.lower} " for token in found[place : place + 9])
        told = _ACCESS.match(said) or _EVERYTHING.match(said)
        related = any(token.tag in {"WDT", "WP", "VBP", "VBZ", "MD"} for token in found[:place])
        if told is None or related:
            continue  # `the files that they have access to` only says which files
        end = place + said[: told.end()].count(" ")
        verb = "manage" if told.groupdict().get("kind", "full").strip() in _FULL else "view"
        may = replace(found[place], word=replace(found[place].word, text="may", lemma="may", tag="MD"))
        doing = replace(found[end - 1], word=replace(found[end - 1].word, text=verb, lemma=verb, tag="VB"))
        return [*found[:place], may, doing, *found[end:]]
    return found
