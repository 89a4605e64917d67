"""What only some may do is kept from everybody else."""

import pytest

from quantumlayer.qlayer.parser import Requirement, parse
from quantumlayer.spec.model import Action

SHOP = """A bike shop keeps customers. A customer has a name and an email address.
Mechanics manage customers. The manager can see every customer. {rule}
"""


@pytest.mark.parametrize(
    "rule",
    [
        "Only the manager may delete customers.",
        "Only managers can delete a customer.",
        "The manager alone may delete customers.",
        "No one but the manager may delete customers.",
        "Nobody except the manager can delete customers.",
        "Customers are precious, and only the manager is allowed to delete customers.",
    ],
)
def test_what_is_reserved_stays_with_who_is_named(rule: str) -> None:
    spec = parse([Requirement(name="shop.md", text=SHOP.format(rule=rule))])
    deleting = {who for grant in spec.entities["Customer"].access if Action.DELETE in grant.may for who in grant.who}
    changing = {who for grant in spec.entities["Customer"].access if Action.UPDATE in grant.may for who in grant.who}
    assert deleting == {"manager"}
    assert "mechanic" in changing
