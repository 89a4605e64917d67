"""Where an operation works: for the seeds, and for whoever looks for one."""

from quantumlayer.qtest.operations import Operating
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.suite import Suite
from quantumlayer.qtest.witness import Witness


def works(suite: Suite, name: str) -> tuple[str, Witness] | None:
    """A role and a world in which an operation works."""
    operation = suite.spec.operations[name]
    for role in operation.by:
        base = Operating(Records(suite, operation.on), name, operation).base(role)
        if base is not None:
            return role, base
    return None
