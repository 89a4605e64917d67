"""The generator: from a Spec to its `tests/` folder."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any

from quantumlayer.core.artifact import Artifact
from quantumlayer.qtest.access import access_tests
from quantumlayer.qtest.askers import asker_tests
from quantumlayer.qtest.bodies import Creation
from quantumlayer.qtest.changed_limits import changed_limit_tests
from quantumlayer.qtest.changes import change_tests
from quantumlayer.qtest.concurrency import concurrency_tests
from quantumlayer.qtest.contract.endpoints import contract_tests
from quantumlayer.qtest.derived import derived_tests
from quantumlayer.qtest.factories import factories
from quantumlayer.qtest.files.tests import file_tests
from quantumlayer.qtest.free_names import free_name_tests
from quantumlayer.qtest.history import history_tests
from quantumlayer.qtest.jobs import job_tests
from quantumlayer.qtest.keys import address_by_key, key_tests
from quantumlayer.qtest.limits import limit_tests
from quantumlayer.qtest.links import link_tests
from quantumlayer.qtest.lists import list_tests
from quantumlayer.qtest.literals import source, text
from quantumlayer.qtest.operations import operation_tests
from quantumlayer.qtest.privacy import personal_input_tests, personal_tests, visibility_tests
from quantumlayer.qtest.properties import property_tests
from quantumlayer.qtest.queries import query_tests
from quantumlayer.qtest.ranges import range_tests
from quantumlayer.qtest.reassigned import reassigned_tests
from quantumlayer.qtest.records import Records
from quantumlayer.qtest.relations import relation_tests
from quantumlayer.qtest.reports import report_tests
from quantumlayer.qtest.rules import rule_tests
from quantumlayer.qtest.samples import NOW
from quantumlayer.qtest.scenes import SET_LATER
from quantumlayer.qtest.seeds import seeds
from quantumlayer.qtest.style import style_context, style_tests
from quantumlayer.qtest.suite import Suite
from quantumlayer.qtest.tests import Module, Test
from quantumlayer.qtest.today import today_tests
from quantumlayer.qtest.trees import SEEDS, tree_tests
from quantumlayer.qtest.unreadable import unreadable_tests
from quantumlayer.qtest.variables import mentioned
from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.cel.runtime import zone
from quantumlayer.spec.claims import claims
from quantumlayer.spec.generator import OpenElement, Part
from quantumlayer.spec.interface import ErrorPart, Errors, Interface
from quantumlayer.spec.model import Action, Proof, Spec
from quantumlayer.spec.naming import collection
from quantumlayer.spec.order import making_order, set_later
from quantumlayer.spec.proofs import key_header, proving
from quantumlayer.spec.style import contract_of

_PART = Part(id="tests", title="Tests", estimate=1.0)
_PLATFORM = ("Account", "Base", "Record", "Role")
_UNPROVEN = "no test could be derived for it"


class QTest:
    """Writes the tests that prove each claim of a Spec."""

    name = "qtest"
    version = "1"

    def __init__(self) -> None:
        self._last: tuple[Suite, list[Module]] | None = None

    def parts(self, spec: Spec) -> Sequence[Part]:
        """One: the searches that the modules share are done once."""
        del spec
        return (_PART,)

    def generate(self, spec: Spec, part: Part) -> Sequence[Artifact]:
        """The files of `tests/`, Python not yet formatted."""
        del part
        return tuple(_files(*self._found(spec)))

    def modules(self, spec: Spec) -> Sequence[Module]:
        """The tests of a Spec, by file."""
        return self._found(spec)[1]

    def open_elements(self, spec: Spec) -> Sequence[OpenElement]:
        """The claims that no test names, each with the reason."""
        suite, modules = self._found(spec)
        proven = {address for module in modules for test in module.tests for address in proofs(test)}
        proven |= {f"roles.{name}.proves" for name in spec.roles}  # by tests/test_proofs.py, where they make a claim
        proven |= {f"webhooks.{name}" for name in spec.webhooks}  # by tests/test_webhooks.py
        reasons = {item.element: item for item in suite.open}
        return tuple(
            reasons.get(claim.element)
            or OpenElement(element=claim.element, reason=_UNPROVEN, needs="Write a test for it by hand.")
            for claim in claims(spec)
            if claim.element not in proven
        )

    def _found(self, spec: Spec) -> tuple[Suite, list[Module]]:
        """The tests of a Spec; the search takes seconds, so it is done once."""
        if self._last is None or self._last[0].spec is not spec:
            suite = Suite(spec)
            modules = _modules(suite)
            address_by_key(suite, modules)
            self._last = suite, modules
        return self._last


def proofs(test: Test) -> set[str]:
    """Every address that a test names."""
    return {*test.proves, *(address for row in test.rows for address in row.proves)}


def mentions(module: Module) -> frozenset[str]:
    """Every constant, class and fixture that the tests of a module use."""
    return frozenset().union(*(mentioned(test.body) for test in module.tests))


def _modules(suite: Suite) -> list[Module]:
    if contract := contract_of(suite.spec):
        return _contract_modules(suite, contract)
    found = []
    for name in suite.spec.entities:
        records = Records(suite, name)
        module = Module(
            f"tests/test_{records.names.module}.py", f"{records.names.plural.replace('_', ' ').capitalize()}."
        )
        if records.creation is not None:
            module.constants.append(records.creation.definition)
        module.tests += records.tests()
        module.tests += change_tests(records)
        module.tests += limit_tests(records)
        module.tests += changed_limit_tests(records)
        module.tests += derived_tests(records)
        module.tests += asker_tests(records)
        module.tests += rule_tests(records)
        module.tests += relation_tests(records)
        module.tests += reassigned_tests(records)
        module.tests += link_tests(records)
        module.tests += tree_tests(records)
        module.constants += [SEEDS] if "SEEDS" in mentions(module) else []
        module.tests += unreadable_tests(records)
        module.tests += operation_tests(records)
        module.tests += today_tests(records)
        module.tests += list_tests(records)
        module.tests += range_tests(records)
        module.tests += query_tests(records)
        module.tests += key_tests(records)
        module.tests += free_name_tests(records)
        module.tests += history_tests(records)
        module.tests += personal_tests(records)
        module.tests += personal_input_tests(records)
        module.tests += file_tests(records)
        found.append(module)
    access = Module("tests/test_access.py", "Who may do what, and who sees what.")
    access.tests += access_tests(suite)
    access.tests += visibility_tests(suite)
    races = Module("tests/test_concurrency.py", "Callers who do the same thing at the same moment.")
    races.tests += concurrency_tests(suite)
    bodies = (Creation.of(suite, name) for name in suite.spec.entities)
    used = mentions(races)
    races.constants += [one.definition for one in bodies if one is not None and one.constant in used]
    jobs = Module("tests/test_jobs.py", "What the service does by itself.")
    jobs.tests += job_tests(suite)
    reports = Module("tests/test_reports.py", "What reports show.")
    reports.tests += report_tests(suite)
    texts = Module("tests/test_properties.py", "What holds for every value, tried with many.")
    texts.tests += property_tests(suite)
    style = style_tests(suite)
    found += [module for module in (access, races, jobs, reports, texts) if module.tests]
    return [*found, style] if style is not None else found


def _contract_modules(suite: Suite, interface: Interface) -> list[Module]:
    """The tests of a service whose API a contract gives."""
    found = []
    for name in suite.spec.entities:
        names = suite.names(name)
        module = Module(f"tests/test_{names.module}.py", f"{names.plural.replace('_', ' ').capitalize()}.")
        module.tests += contract_tests(suite, interface, name)
        found += [module] if module.tests else []
    return found


def _files(suite: Suite, modules: list[Module]) -> Iterator[Artifact]:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  heavy, and only needed here

    templates = Environment(
        loader=PackageLoader("quantumlayer.qtest"),
        autoescape=False,  # noqa: S701  Python is written, not HTML; every text of the Spec goes through `quoted`
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters["quoted"] = text
    shared = _shared(suite, modules)
    proofs = {role.proves for role in suite.spec.roles.values()}
    accounts = ["test_accounts"] if proofs else []
    accounts += ["test_proofs"] if proofs - {Proof.PASSWORD} else []
    accounts += ["provider"] if Proof.OIDC in proofs else []
    files = ["contents", "test_file_storage"] if shared["holders"] else []
    files += ["test_job_runner"] if suite.spec.jobs else []
    files += ["style"] if shared["styled"] else []
    files += ["outbox", "test_webhooks"] if suite.spec.webhooks else []
    files += ["waiting"] if shared["waits"] else []
    for name in ("__init__", "conftest", "callers", "factories", *accounts, *files, "test_service"):
        content = templates.get_template(f"tests/{name}.py.jinja").render(shared)
        yield Artifact.text(f"tests/{name}.py", content)
    for module in modules:
        mentioned_here = mentions(module)
        used = [suite.names(name) for name in suite.spec.entities if name in mentioned_here]
        content = templates.get_template("tests/test_module.py.jinja").render(shared, module=module, used=used)
        yield Artifact.text(module.path, content)
    yield Artifact.text("tests/seed.json", json.dumps(seeds(suite), indent=2, ensure_ascii=False) + "\n")


def _shared(suite: Suite, modules: list[Module]) -> dict[str, Any]:
    spec, contract = suite.spec, contract_of(suite.spec)
    roles, passwords = list(spec.roles), proving(spec, Proof.PASSWORD)
    snakes = {suite.names(name).snake for name in spec.entities}
    texts = spec.interface.ids if spec.interface is not None else {}
    spare = [name for name, entity in spec.entities.items() if not entity.needed_links]
    seeded = next((name for name in spare if name not in texts), spare[0])
    return {
        **style_context(spec),
        "package": suite.package,
        "service": spec.service.name,
        "entities": [suite.names(name) for name in spec.entities],
        "seeded": suite.names(seeded),
        "numbered": seeded not in texts,
        "collection": collection(spec, seeded),
        "needing": next((collection(spec, name) for name, one in spec.entities.items() if one.needed_links), None),
        "errors": _errors(contract) if contract is not None else None,
        "factories": factories(suite),
        "now": source(NOW.astimezone(UTC)),
        "local_time": f"{NOW.astimezone(zone(spec.service.timezone)):%H:%M} in {spec.service.timezone}",
        "roles": roles,
        "loops": [
            (suite.names(name), f"{key}_id")
            for name, keys in set_later(spec, making_order(spec)).items()
            for key in keys
        ],
        "rare": any(one.shares for one in factories(suite)),
        "few": any(one.counts for one in factories(suite)),
        "sets_later": any(SET_LATER in line for module in modules for test in module.tests for line in test.body),
        "waits": any("waits(" in line for module in modules for test in module.tests for line in test.body),
        "plain_roles": [name for name, role in spec.roles.items() if role.record is None],
        "staff_roles": [name for name in passwords if spec.roles[name].record is None],
        "own": [{"role": name, "entity": suite.names(role.record)} for name, role in spec.roles.items() if role.record],
        "example_role": next(iter([*passwords, *roles]), ""),
        "passwords": passwords,
        "has_accounts": any(role.proves is not Proof.SIGNATURE for role in spec.roles.values()),
        "openid": proving(spec, Proof.OIDC),
        "keyed": proving(spec, Proof.API_KEY),
        "key_header": key_header(spec),
        "signing": proving(spec, Proof.SIGNATURE),
        "related": any(entity.references for entity in spec.entities.values()),
        "listed": next((suite.names(name) for name in spec.entities if _listed(suite, name)), None)
        if contract is None
        else None,
        "webhooks": list(suite.spec.webhooks),
        "holders": [(suite.names(name), key) for name in spec.entities for key in spec.entities[name].files],
        "worked": next((suite.names(job.of) for job in spec.jobs.values()), None),
        "platform": {name: _apart(suite, name) for name in _PLATFORM},
        "account": next(name for name in ("account", "login", "sign_in_account") if name not in snakes),
    }


def _errors(interface: Interface) -> dict[str, Any]:
    """What the contract calls the parts of an error; problem documents where it does not say."""
    errors = interface.errors
    if errors is None:
        return {
            "within": None,
            "members": ["detail", "errors", "status", "title", "type"],
            "kind": "type",
            "detail": '["detail"]',
            "media": "application/problem+json",
            "stated": False,
        }
    named = {part: json for json, part in reversed(errors.members.items())}
    return {
        "within": errors.within,
        "members": sorted(errors.members),
        "kind": named.get(ErrorPart.KIND),
        "detail": _quoted_way(errors, named),
        "media": errors.media,
    }


def _quoted_way(errors: Errors, named: dict[ErrorPart, str]) -> str:
    """The Python that leads to the sentence of an error: its own, or that of its first fault."""
    if ErrorPart.DETAIL in named:
        return f"[{text(named[ErrorPart.DETAIL])}]"
    inside = next((json for json, part in errors.fault.items() if part is ErrorPart.DETAIL), None)
    return f"[{text(named[ErrorPart.FAULTS])}][0]" + (f"[{text(inside)}]" if inside else "")


def _listed(suite: Suite, name: str) -> bool:
    """Whether strangers are given all records of an entity."""
    return suite.always(name, Action.READ, ANYONE)


def _apart(suite: Suite, name: str) -> str:
    """What a class of the service is called beside the entities."""
    return f"Service{name}" if name in suite.spec.entities else name
