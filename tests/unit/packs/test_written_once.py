"""What keeps the pack's work in proportion to the service: imports and platform code by what is used."""

from quantumlayer.qlayer.packs.fastapi.entities import EntityView
from quantumlayer.qlayer.packs.fastapi.others import offers, others, with_others
from quantumlayer.qlayer.packs.fastapi.pack import FastApiPack
from quantumlayer.qlayer.packs.fastapi.uses import Uses
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.model import Spec

SHOP = """
spec: 1
service: {name: shop}
roles: {clerk: {}}
entities:
  Shelf:
    fields: {label: {type: string}}
    access: [{who: clerk, may: [create, read]}]
  Good:
    relations: {shelf: {to: Shelf}}
    fields: {note: {type: text}}
    rules: {told: {cel: this.note != 'x', else: Say more.}}
    versioned: [note]
"""


def shop() -> Spec:
    return parse_spec(SHOP, "shop.spec.yaml").spec


def test_a_file_imports_the_entities_that_it_names() -> None:
    offered = offers("shop", [EntityView(shop(), name) for name in shop().entities])

    text = f"import re\n{others('models', 'rules')}\n\n\nGood, GoodVersion, goods_rules\n"

    assert with_others(text, offered) == (
        "import re\n"
        "from shop.goods.models import Good\n"
        "from shop.goods.models import GoodVersion\n"
        "from shop.goods import rules as goods_rules\n"
        "\n\nGood, GoodVersion, goods_rules\n"
    )


def test_the_answers_of_entities_that_nobody_reads_are_not_offered() -> None:
    offered = offers("shop", [EntityView(shop(), name) for name in shop().entities])

    assert list(offered["schemas"]) == ["ShelfRead"]


def test_a_file_without_a_place_for_imports_stays_as_it_is() -> None:
    assert with_others("Good\n", {"models": {"Good": "import Good"}}) == "Good\n"


def test_a_name_is_used_where_it_is_read_or_called_and_not_where_it_is_imported_or_told() -> None:
    uses = Uses(['"""A lock."""\nfrom a import page\nclocks = lock\n', "x.touch()\nunlocked = 1\n"])

    assert "lock" in uses
    assert "touch" in uses
    assert "page" not in uses
    assert "unlocked" not in uses
    assert uses.any_of(["page", "touch"])
    assert not uses.any_of(["page", "clocks"])


def test_files_of_one_service_are_the_same_whatever_is_written_first() -> None:
    one, other, spec = FastApiPack(), FastApiPack(), shop()
    parts = list(one.parts(spec))

    forwards = {file.path: file.content for part in parts for file in one.generate(spec, part)}
    backwards = {file.path: file.content for part in reversed(parts) for file in other.generate(spec, part)}

    assert forwards == backwards
