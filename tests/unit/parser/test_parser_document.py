from quantumlayer.qlayer.parser import Requirement
from quantumlayer.qlayer.parser.text.document import Kind, blocks
from quantumlayer.qlayer.parser.text.sentences import sentences


def outline(text: str) -> list[tuple[Kind, str]]:
    return [(block.kind, block.text) for block in blocks(Requirement(name="a.md", text=text))]


def test_headings_items_paragraphs_and_code() -> None:
    text = "# Title #\n\nOne\nline.\n\n- first\n  more\n* second\n1. third\n\nUnder\n-----\n\n~~~\nx = 1\n~~~\nEnd."
    assert outline(text) == [
        (Kind.HEADING, "Title"),
        (Kind.PROSE, "One line."),
        (Kind.ITEM, "first more"),
        (Kind.ITEM, "second"),
        (Kind.ITEM, "third"),
        (Kind.HEADING, "Under"),
        (Kind.CODE, "x = 1"),
        (Kind.PROSE, "End."),
    ]


def test_a_short_first_line_without_a_point_is_the_title() -> None:
    assert outline("Online shop backend\n\nA cart has lines.")[0][0] is Kind.HEADING
    assert outline("A cart has lines\n\nMore.")[0][0] is Kind.PROSE


def test_an_open_fence_reaches_to_the_end() -> None:
    assert outline("```\nx = 1\n") == [(Kind.CODE, "x = 1")]


def test_emphasis_is_taken_out_and_places_stay_true() -> None:
    requirement = Requirement(name="a.md", text="  A **book** has_a   `title`.")
    (block,) = blocks(requirement)
    assert block.text == "A book has_a title."
    assert "".join(requirement.text[place] for place in block.places) == block.text


def test_sentences_quote_their_very_characters() -> None:
    requirement = Requirement(name="a.md", text="A loan\nruns for 21 days. A **book** has\ta title.")
    found = sentences(requirement)
    assert [sentence.text for sentence in found] == ["A loan runs for 21 days.", "A book has a title."]
    assert [sentence.quote for sentence in found] == ["A loan\nruns for 21 days.", "A **book** has\ta title."]


def test_a_verb_that_looks_like_a_plural_is_mended() -> None:
    (sentence,) = sentences(Requirement(name="a.md", text="A loan runs for 21 days."))
    assert (sentence.words[2].tag, sentence.words[2].lemma) == ("VBZ", "run")
