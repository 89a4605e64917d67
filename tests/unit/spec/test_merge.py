"""Two Specs that come from one: edits stay, what was read anew comes in, and what both changed is asked."""

import pytest

from quantumlayer.spec.load import LoadedSpec, parse_spec
from quantumlayer.spec.merge import Merged, merge
from quantumlayer.spec.validate import validate

BASE = """spec: 1
service: {name: kiln, summary: Pots and firings.}

roles:
  potter:

entities:
  Pot:
    fields:
      name: {type: string, max: 40}
      glaze: {type: string, optional: true}
    access:
      - {who: potter, may: [create, read]}

  Firing:
    relations:
      pot: {to: Pot}
    fields:
      fired_on: {type: date}
      heat: {type: int, max: 1300}
    rules:
      hot: {cel: this.heat > 100, else: A kiln is hot.}
    access:
      - {who: potter, may: [create, read, update]}

operations:
  rename:
    on: Pot
    by: potter
    takes:
      name: {type: string, max: 30}
    sets: {name: takes.name}

assumptions:
  - {about: entities.Pot.fields.glaze, text: The glaze is one line of text.}

questions:
  - {about: entities.Firing.access, text: Who fires?, proposed: The potter does.}

trace:
  - quote: A pot has a name and a glaze.
    file: a.md
    end: 29
    elements: {entities.Pot: 1.0, entities.Pot.fields.name: 1.0, entities.Pot.fields.name.max: 1.0}
  - {quote: A firing is hot., file: a.md, start: 30, end: 46, elements: {entities.Firing.rules.hot: 1.0}}
"""


def merged(mine: str, theirs: str, *, base: bool = True) -> tuple[Merged, LoadedSpec]:
    """The merge of two changed texts of the base; it validates, and so does the file that is written of it."""
    edited = parse_spec(mine)
    found = merge(parse_spec(BASE).spec if base else None, edited.spec, parse_spec(theirs).spec)
    assert [problem for problem in validate(found.spec) if not problem.warning] == []
    written = parse_spec(edited.update(found.spec))
    assert written.spec == found.spec
    return found, written


def changed(*pairs: tuple[str, str]) -> str:
    text = BASE
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def test_nothing_changed_gives_the_same() -> None:
    found, written = merged(BASE, BASE)
    assert (found.conflicts, written.text) == ((), BASE)


def test_edits_stay_and_comments_with_them() -> None:
    mine = changed(
        ("max: 40}", "max: 50}  # engraved"), ("heat: {type: int, max: 1300}", "heat: {type: int, max: 1400}")
    )
    theirs = changed(("      fired_on: {type: date}", "      fired_on: {type: date}\n      cone: {type: int}"))
    found, written = merged(mine, theirs)
    firing = found.spec.entities["Firing"]
    assert (firing.fields["heat"].max, list(firing.fields)) == (1400, ["fired_on", "cone", "heat"])
    assert "max: 50}  # engraved" in written.text
    assert found.conflicts == ()


def test_what_the_text_no_longer_says_goes_unless_it_was_edited() -> None:
    theirs = changed(
        ("      glaze: {type: string, optional: true}\n", ""), ("entities.Pot.fields.glaze", "entities.Pot")
    )
    found, _ = merged(BASE, theirs)
    assert "glaze" not in found.spec.entities["Pot"].fields
    mine = changed(("glaze: {type: string, optional: true}", "glaze: {type: string, optional: true, max: 9}"))
    found, _ = merged(mine, theirs)
    assert found.spec.entities["Pot"].fields["glaze"].max == 9
    assert [one.address for one in found.conflicts] == ["entities.Pot.fields.glaze"]
    note = next(note for note in found.spec.questions if note.about == "entities.Pot.fields.glaze")
    assert "From the text now: gone" in note.text


def test_what_both_changed_is_asked_and_the_edit_stays() -> None:
    theirs = changed(("max: 40", "max: 60"))
    found, _ = merged(changed(("max: 40", "max: 50")), theirs)
    assert found.spec.entities["Pot"].fields["name"].max == 50
    note = next(note for note in found.spec.questions if note.about == "entities.Pot.fields.name.max")
    assert "Edited: 50. From the text now: 60 (before: 40)." in note.text
    assert 'a.md: "A pot has a name and a glaze."' in note.text
    assert note.proposed == "As it was edited: 50."


def test_both_changed_it_the_same_way() -> None:
    found, _ = merged(changed(("max: 40", "max: 60")), changed(("max: 40", "max: 60")))
    assert (found.conflicts, found.spec.entities["Pot"].fields["name"].max) == ((), 60)


def test_what_was_deleted_stays_deleted() -> None:
    gone = changed(
        ("    rules:\n      hot: {cel: this.heat > 100, else: A kiln is hot.}\n", ""),
        ("entities.Firing.rules.hot: 1.0", "entities.Firing: 1.0"),
    )
    found, _ = merged(gone, BASE)
    assert not found.spec.entities["Firing"].rules
    found, _ = merged(gone, changed(("heat > 100", "heat > 200")))
    assert not found.spec.entities["Firing"].rules
    assert [one.address for one in found.conflicts] == ["entities.Firing.rules.hot"]


def test_grants_are_merged_one_by_one() -> None:
    mine = changed(("may: [create, read]}", "may: [create, read, delete]}"))
    theirs = changed(
        ("roles:\n", "roles:\n  guest:\n"),
        ("may: [create, read]}", "may: [create, read]}\n      - {who: guest, may: [read]}"),
    )
    found, _ = merged(mine, theirs)
    assert [(grant.who, len(grant.may)) for grant in found.spec.entities["Pot"].access] == [
        (("potter",), 3),
        (("guest",), 1),
    ]


def test_a_grant_that_both_changed_is_asked_about_the_access() -> None:
    mine = changed(("may: [create, read]}", "may: [create, read, delete]}"))
    theirs = changed(("may: [create, read]}", "may: [read]}"))
    found, _ = merged(mine, theirs)
    assert [one.address for one in found.conflicts] == ["entities.Pot.access"]
    assert len(found.spec.entities["Pot"].access[0].may) == 3


def test_an_edit_that_needs_what_the_text_dropped_brings_it_back() -> None:
    mine = changed(("sets: {name: takes.name}", "sets: {name: takes.name, glaze: takes.name}"))
    theirs = changed(
        ("      glaze: {type: string, optional: true}\n", ""), ("entities.Pot.fields.glaze", "entities.Pot")
    )
    found, _ = merged(mine, theirs)
    assert "glaze" in found.spec.entities["Pot"].fields
    assert set(found.spec.operations["rename"].sets) == {"name", "glaze"}


def test_what_was_read_anew_and_does_not_fit_the_edits_is_left_out_and_asked() -> None:
    mine = changed(
        ("      glaze: {type: string, optional: true}\n", ""),
        ("  - {about: entities.Pot.fields.glaze, text: The glaze is one line of text.}\n", ""),
        ("assumptions:\n", ""),
    )
    theirs = changed(("sets: {name: takes.name}", "sets: {name: takes.name, glaze: takes.name}"))
    found, _ = merged(mine, theirs)
    assert set(found.spec.operations["rename"].sets) == {"name"}
    note = next(note for note in found.spec.questions if "operations.rename.sets.glaze" in note.text)
    assert note.proposed == "The Spec stays as it was edited."


def test_grants_that_do_not_fit_leave_the_edited_access_whole() -> None:
    theirs = changed(
        ("roles:\n  potter:\n", "roles:\n  potter:\n  smith:\n"),
        ("{who: potter, may: [create, read]}", "{who: smith, may: [read]}\n      - {who: potter, may: [create, read]}"),
    )
    mine = changed(("roles:\n  potter:\n", "roles:\n  potter: {about: Who makes pots.}\n"))
    broken = theirs.replace("  smith:\n", "  smith: {record: Pot}\n").replace(
        "who: smith, may: [read]", "who: smith, may: [read], when: this == caller.smith"
    )
    found, _ = merged(mine, broken)
    assert len(found.spec.entities["Pot"].access) == len(set(found.spec.entities["Pot"].access))


def test_notes_are_merged_as_sets() -> None:
    mine = changed(("  - {about: entities.Firing.access, text: Who fires?, proposed: The potter does.}\n",
                    "  - {about: entities.Pot, text: How big?, proposed: Small.}\n"))  # fmt: skip
    theirs = changed(("  - {about: entities.Pot.fields.glaze, text: The glaze is one line of text.}\n",
                      "  - {about: entities.Pot, text: Pots are round.}\n"))  # fmt: skip
    found, _ = merged(mine, theirs)
    assert [note.text for note in found.spec.questions] == ["How big?"]
    assert [note.text for note in found.spec.assumptions] == ["Pots are round."]


def test_the_trace_is_that_of_the_text_as_it_is_now() -> None:
    theirs = changed(("A firing is hot.", "Firings are hot."), ("start: 30, end: 46", "start: 31, end: 47"))
    mine = BASE + "  - {quote: Yes., file: answers, end: 4, elements: {entities.Firing: 1.0, entities.Gone: 1.0}}\n"
    mine = mine.replace(", entities.Gone: 1.0", "")
    found, _ = merged(mine, theirs)
    assert [source.quote for source in found.spec.trace] == [
        "A pot has a name and a glaze.",
        "Firings are hot.",
        "Yes.",
    ]


def test_without_a_base_edits_stay_and_new_sentences_count() -> None:
    mine = changed(("max: 40", "max: 50"), ("      glaze: {type: string, optional: true}\n", ""),
                   ("entities.Pot.fields.glaze", "entities.Pot"))  # fmt: skip
    theirs = BASE.replace(
        "    access:\n      - {who: potter, may: [create, read]}",
        "      clay: {type: string}\n    access:\n      - {who: potter, may: [create, read]}",
    ).replace(
        "trace:\n",
        "trace:\n  - {quote: A pot has clay., file: a.md, end: 15, elements: {entities.Pot.fields.clay: 1.0}}\n",
    )
    theirs = theirs.replace("      clay: {type: string}\n    access", "    access").replace(
        "glaze: {type: string, optional: true}", "glaze: {type: string, optional: true}\n      clay: {type: string}"
    )
    found, _ = merged(mine, theirs, base=False)
    pot = found.spec.entities["Pot"]
    assert (pot.fields["name"].max, list(pot.fields)) == (50, ["name", "clay"])


def test_without_a_base_what_a_new_sentence_changes_is_asked() -> None:
    theirs = changed(("heat > 100", "heat > 200"), ("A firing is hot.", "A firing is very hot."))
    found, _ = merged(BASE, theirs, base=False)
    assert found.spec.entities["Firing"].rules["hot"].cel == "this.heat > 100"
    assert any(one.address.startswith("entities.Firing.rules.hot") for one in found.conflicts)


def test_without_a_base_what_no_sentence_says_any_more_is_asked() -> None:
    start = BASE.index("  - {quote: A firing is hot.")
    theirs = BASE[:start].replace("    rules:\n      hot: {cel: this.heat > 100, else: A kiln is hot.}\n", "")
    found, _ = merged(BASE, theirs, base=False)
    assert "hot" in found.spec.entities["Firing"].rules
    assert [(one.address, one.theirs) for one in found.conflicts] == [("entities.Firing.rules.hot", "")]


@pytest.mark.parametrize("base", [True, False])
def test_a_question_that_was_answered_is_not_asked_again(base: bool) -> None:
    answers = "answers:\n  - {about: entities.Firing.access, question: Who fires?, text: accept}\n\ntrace:"
    mine = changed(
        ("questions:\n  - {about: entities.Firing.access, text: Who fires?, proposed: The potter does.}\n\n", ""),
        ("trace:", answers),
    )
    found, written = merged(mine, BASE, base=base)
    assert found.spec.questions == ()
    assert "text: accept" in written.text
