"""What breaks the grammar is said in words, at its place, with the edit that mends it."""

from collections.abc import Callable, Sequence

import pytest

from quantumlayer.spec.errors import Problem, SpecError
from quantumlayer.spec.load import parse_spec

Judge = Callable[..., Sequence[Problem]]


@pytest.mark.parametrize(
    ("old", "new", "element", "at", "what", "hint"),
    [
        (
            "cel: this.number > 0, else",
            "cel: min(this.number, 3) > 0, else",
            "rules.positive.3) > 0",
            "3) > 0",
            "no key",
            "A comma ends a value",
        ),
        ("number: {type: int,", "number: {tpye: int,", "fields.number.tpye", "tpye", "no key 'tpye'", "`type`"),
        (
            "number: {type: int,",
            "number: {unique: true,",
            "fields.number.type",
            "{unique: true",
            "`type` is missing",
            "Add `type",
        ),
        (
            "{type: int, min: 1",
            "{required: true, type: int, min: 1",
            "fields.number.required",
            "required",
            "no key",
            "optional",
        ),
        (
            "{type: int, min: 1",
            "{zzz: true, type: int, min: 1",
            "fields.number.zzz",
            "zzz",
            "no key",
            "Keys here are: type, ",
        ),
        ("type: int, min", "type: integer, min", "fields.number.type", "integer", "'integer' is not one of", "`int`"),
        (
            "type: int, min",
            "type: qqq, min",
            "fields.number.type",
            "qqq",
            "'qqq' is not one of",
            "Write one of string,",
        ),
        ("min: 1", "min: few", "fields.number.min", "few", "it must be a number", "Write a number"),
        ("min: 1", "min: {a: 1}", "fields.number.min", "{a: 1}", "must be a number", "Write a number"),
        ("min: 1", "default: [1]", "fields.number.default", "[1]", "A list cannot stand here", "{cel: ...}"),
        ("min: 1", "default: {cell: 1}", "fields.number.default.cell", "cell", "no key 'cell'", "`cel`"),
        ("min: 1", "default: {cel: 1}", "fields.number.default.cel", "1}", "1 must be text", "'1'"),
        ("min: 1", "one_of: [1.5]", "fields.number.one_of.0", "1.5", "a whole number or text", "Write"),
        ("min: 1", "optional: maybe", "fields.number.optional", "maybe", "valid boolean", "Correct"),
        (
            "number: {type: int, min: 1, max: 9}",
            "number: int",
            "fields.number",
            "int\n",
            "'int' must be a mapping",
            "keys",
        ),
        (
            "number: {type: int, min: 1, max: 9}",
            "number:",
            "fields.number",
            "number:",
            "An empty value must be",
            "keys",
        ),
        (
            "cel: this.number > 0, else",
            "cel: true, else",
            "rules.positive.cel",
            "true, else",
            "true must be text",
            "'true'",
        ),
        (
            "else: Positive only.",
            "about: x",
            "rules.positive.else",
            "{cel: this.number > 0, a",
            "`else` is missing",
            "Add `else",
        ),
        ("else: Positive only.", "message: x", "rules.positive.message", "message", "no key", "else: ..."),
        ("else: Positive only.", "else: ''", "rules.positive.else", "''", "at least 1 character", "Correct"),
        ("values: [open, paid]", "values: [open]", "states.values", "[open]", "A list is not allowed here", "Correct"),
        ("    derived:\n", "    derivd:\n", "derivd", "derivd", "no key 'derivd'", "`derived`"),
        ("      number: {", "      Number: {", "fields", "Number", "'Number' is not a name in snake_case", "`number`"),
        ("      number: {", "      'nu''m/../b\"er': {", "fields", "'nu''m", "not a name in snake_case", "`num_b_er`"),
        ("      number: {", '      "num\\nber": {', "fields", '"num', "not a name in snake_case", "`num_ber`"),
        ("      number: {", "      größe: {", "fields", "größe", "not a name in snake_case", "`grosse`"),
        ("      number: {", "      '{{ 7*7 }}': {", "fields", "'{{ 7", "not a name in snake_case", "`n_7_7`"),
        (
            "      number: {",
            '      "; DROP TABLE x": {',
            "fields",
            '"; DROP',
            "not a name in snake_case",
            "`drop_table_x`",
        ),
    ],
)
def test_a_broken_entity(
    judge: Judge, shop: str, *, old: str, new: str, element: str, at: str, what: str, hint: str
) -> None:
    problem = next(item for item in judge(old, new) if what in item.message)
    assert problem.element == f"entities.Order.{element}"
    text = shop.replace(old, new, 1)
    lines = text.splitlines(keepends=True)
    rest = "".join([lines[problem.line - 1][problem.column - 1 :], *lines[problem.line :]])
    assert rest.startswith(at)
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("old", "new", "element", "what", "hint"),
    [
        ("name: shop", "name: My Shop", "service.name", "kebab-case", "`my-shop`"),
        ("name: shop", "name: ../shop", "service.name", "kebab-case", "`shop`"),
        ("  Order:\n", "  order:\n", "entities", "PascalCase", "`Order`"),
        ("  Buyer:\n", "  Käufer:\n", "entities", "PascalCase", "`Kaufer`"),
        (
            "access:\n      - {who: clerk",
            "access: {who: clerk",
            "entities.Buyer.access",
            "A mapping must be a list",
            "[a, b]",
        ),
        ("by: clerk", "by: [1]", "operations.pay.by.0", "1 must be text", "'1'"),
        ("by: clerk", "by: [[a]]", "operations.pay.by.0", "A list must be text", "Write text"),
        ("from: open", "form: open", "operations.pay.form", "no key 'form'", "`from`"),
        ("  clerk:\n", "  clerk: 3\n", "roles.clerk", "3 must be a mapping", "keys"),
    ],
)
def test_a_broken_part(judge: Judge, old: str, new: str, element: str, what: str, hint: str) -> None:
    new = (
        new + ", may: [read]}\n    list: {}\n    derived: {}\n    rules: {}\n    relations: {}"
        if "A mapping" in what
        else new
    )
    old = "access:\n      - {who: clerk, may: [create, read]}" if "A mapping" in what else old
    problem = next(item for item in judge(old, new) if what in item.message)
    assert problem.element == element
    assert hint in problem.hint
    assert problem.line > 0


def test_long_and_unprintable_values_are_shown_short_and_on_one_line(shop: str) -> None:
    text = shop.replace("type: int", f'type: "{"x" * 500}\\n\\e[31m"')
    text = text.replace("name: {type: string}", '"na\\nme\\e": {type: string}')
    text = text.replace("    from: open", '    "fr\\nom\\e": open')
    with pytest.raises(SpecError) as caught:
        parse_spec(text)
    for problem in caught.value.problems:
        assert problem.shown("spec.yaml").isprintable()
        assert len(problem.message) < 300


def test_an_empty_file_of_keys_says_what_is_missing() -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec("spec: 1\n")
    assert [problem.message for problem in caught.value.problems] == [
        "The key `service` is missing.",
        "The key `entities` is missing.",
    ]


def test_no_entities_are_too_few() -> None:
    with pytest.raises(SpecError, match=r"spec.yaml:3:11: entities: A mapping is not allowed here"):
        parse_spec("spec: 1\nservice: {name: a}\nentities: {}\n")
