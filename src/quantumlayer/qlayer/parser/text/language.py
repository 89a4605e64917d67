"""Which language a text is in, told by its commonest words; no model and no network."""

import re
import unicodedata

_COMMON = {
    "English": "the a an and of to in is are that for with it as be on by or not can must have has may who when which "
    "at from this their they we i want so only every each will should my all more than",
    "German": "der die das und ist nicht ein eine einen zu mit den von für auf werden wird kann sind dem im hat haben "
    "oder jeder dass muss bei nur wenn",
    "French": "le la les un une des et est dans pour que qui pas sur avec par du au ne sont peut doit être il elle ou "
    "plus chaque ont",
    "Spanish": "el la los las un una y de que en es por con para no se del puede son su tiene cada debe al como más o",
    "Italian": "il lo la gli un una e di che è per con non si del della può sono ha ogni deve i le nel da o più",
    "Portuguese": "o a os as um uma e de que em é por com para não se do da pode são seu tem cada deve ou mais no na",
    "Dutch": "de het een en van is dat niet met voor op kan zijn te worden heeft hebben elke moet of als door bij",
    "Polish": "i w z na nie się jest do że to o jak są lub może każdy przez od musi być dla",
    "Swedish": "och att det som en ett är på av för med inte kan har den till varje måste eller om",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_SCRIPTS = {
    "CYRILLIC": "Russian or another language in Cyrillic script", "GREEK": "Greek", "ARABIC": "Arabic",
    "HEBREW": "Hebrew", "CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean",
    "DEVANAGARI": "Hindi", "THAI": "Thai",
}  # fmt: skip
_FEW = 8


def language_of(text: str) -> str:
    """`English`, the name of another language, or an empty text where it is none that is known.

    A text of fewer than eight words is taken as English, unless its script says otherwise: it is too short to tell.
    """
    sample = text[:20_000]
    if script := _script(sample):
        return script
    words = re.findall(r"[^\W\d_]+", sample.lower())
    if len(words) < _FEW:
        return "English"
    shares = {name: sum(word in common for word in words) / len(words) for name, common in _WORDS.items()}
    best = max(shares, key=lambda name: shares[name])
    if shares["English"] >= 0.12 and shares["English"] * 1.2 >= shares[best]:
        return "English"
    if best != "English" and shares[best] >= 0.15:
        return best
    # A list of bare nouns ("Venue: name, address, capacity") has few common words in any language.
    return "English" if shares["English"] >= shares[best] and re.search(r"[:*-]", sample) else ""


def _script(sample: str) -> str:
    """The language of a text that is mostly in another script than Latin."""
    letters = [char for char in sample if char.isalpha()]
    foreign = [char for char in letters if ord(char) > 0x36F]
    if len(foreign) * 2 <= len(letters):
        return ""
    names = [unicodedata.name(char, "").split(" ")[0] for char in foreign[:2000]]
    if any(name in {"HIRAGANA", "KATAKANA"} for name in names):
        return "Japanese"
    commonest = max(set(names), key=lambda name: (names.count(name), name))
    return _SCRIPTS.get(commonest, f"a language in {commonest.capitalize()} script")
