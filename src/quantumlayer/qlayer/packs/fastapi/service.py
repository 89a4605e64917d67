"""The service as a whole in the words of the target."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from quantumlayer.qlayer.packs.fastapi.access import member
from quantumlayer.qlayer.packs.fastapi.amounts import amount_pattern
from quantumlayer.qlayer.packs.fastapi.circles import Circles
from quantumlayer.qlayer.packs.fastapi.code import names_in
from quantumlayer.qlayer.packs.fastapi.contract.service import ContractView
from quantumlayer.qlayer.packs.fastapi.decimals import PLACES
from quantumlayer.qlayer.packs.fastapi.entities import EntityView
from quantumlayer.qlayer.packs.fastapi.fields import LARGEST, FieldView
from quantumlayer.qlayer.packs.fastapi.files import contents
from quantumlayer.qlayer.packs.fastapi.jobs import RECORD_JOB
from quantumlayer.qlayer.packs.fastapi.reports import ReportView
from quantumlayer.qlayer.packs.fastapi.rules import Exclusion
from quantumlayer.qlayer.packs.fastapi.style import StyleView
from quantumlayer.qlayer.packs.fastapi.trees import trees
from quantumlayer.qlayer.packs.fastapi.uniques import UniqueIndex
from quantumlayer.qlayer.packs.fastapi.webhooks import webhook_view
from quantumlayer.spec.model import Proof, RelationKind, Spec
from quantumlayer.spec.naming import entity_names, service_package
from quantumlayer.spec.order import making_order, set_later
from quantumlayer.spec.proofs import key_header, proving
from quantumlayer.spec.style import contract_of

_NUMBER = 40
"""Characters that a number, a date or an instant and its name take in a row, at most."""
CLOCK = ("add_months", "day_of", "days_between", "end_of", "now", "start_of", "time_of_day", "today", "TIMEZONE")


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role; `entity` and `table` name the record of such a caller, empty when there is none."""

    name: str
    member: str
    entity: str
    table: str
    proves: Proof

    @property
    def secret(self) -> str:
        """The setting that holds what signs its requests."""
        return f"{self.name}_secret"


def _table(entity: str | None) -> str:
    return entity_names(entity).table if entity is not None else ""


class ServiceView:
    """Everything that the templates know of a Spec."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        interface = contract_of(spec)
        self.contract = ContractView(spec, interface) if interface is not None else None
        self.text_ids = dict(interface.ids) if interface is not None else {}
        self.by_name = {name: EntityView(spec, name) for name in spec.entities}
        self.roles = [
            RoleView(name, member(name), role.record or "", _table(role.record), role.proves)
            for name, role in spec.roles.items()
        ]

    @cached_property
    def entities(self) -> list[EntityView]:
        """The entities in an order in which each comes after those that it cannot be without."""
        return [self.by_name[name] for name in making_order(self.spec)]

    @cached_property
    def later(self) -> dict[str, tuple[str, ...]]:
        """The relations of each entity to records that may be made after its own."""
        return set_later(self.spec, (entity.name for entity in self.entities))

    @property
    def altered(self) -> dict[str, tuple[str, ...]]:
        """The relations of each entity whose foreign key waits for the other table."""
        found = {
            name: tuple(key for key in keys if self.spec.entities[name].relations[key].to != name)
            for name, keys in self.later.items()
        }
        return {name: keys for name, keys in found.items() if keys}

    @cached_property
    def circles(self) -> Circles:
        """Where the derived values stand that the database works out."""
        return Circles({view.name: view for view in self.entities}, self.routed)

    @property
    def routed(self) -> frozenset[str]:
        """The entities for which there are requests."""
        contract = self.contract
        views = self.by_name.items()
        return frozenset(name for name, view in views if (contract.routed(name) if contract else view.routed))

    @property
    def trees(self) -> dict[str, tuple[str, ...]]:
        """The relations of each entity that make a tree."""
        found = {name: trees(self.spec, name) for name in self.spec.entities}
        return {name: keys for name, keys in found.items() if keys}

    @property
    def has_accounts(self) -> bool:
        """Whether anybody has an account: systems that sign their requests have none."""
        return any(role.proves is not Proof.SIGNATURE for role in self.roles)

    @property
    def opened(self) -> list[RoleView]:
        """The roles without records that accounts are opened for: systems that sign their requests have none."""
        return [role for role in self.roles if not role.entity and role.proves is not Proof.SIGNATURE]

    @cached_property
    def reports(self) -> list[ReportView]:
        """The reports."""
        return [ReportView(self.spec, name) for name in self.spec.reports]

    @property
    def exclusions(self) -> list[Exclusion]:
        """Every exclusion constraint."""
        return [exclusion for entity in self.entities for exclusion in entity.exclusions]

    @property
    def unique_indexes(self) -> list[UniqueIndex]:
        """Every unique index that a rule asks for."""
        return [index for entity in self.entities for index in entity.unique_indexes]

    @property
    def constraints(self) -> frozenset[str]:
        """What tables are kept to that a request can break: accounts have a name of their own and a known role."""
        entities = [view.entity for view in self.entities]
        relations = [relation for entity in entities for relation in entity.relations.values()]
        one_to_one = any(relation.kind is RelationKind.ONE_TO_ONE for relation in relations)
        unique = one_to_one or any(field.unique for entity in entities for field in entity.fields.values())
        found = {"relations": bool(relations), "unique": unique or self.has_accounts}
        found["unique rules"] = bool(self.unique_indexes)
        return frozenset(name for name, there in found.items() if there)

    @property
    def body_mebibytes(self) -> int:
        """What the largest body may take: a character of JSON is at most twelve bytes, a pair of escapes."""
        taken = [entity.fields for entity in self.spec.entities.values()]
        taken += [operation.inputs for operation in self.spec.operations.values()]
        texts = [sum(FieldView("", key, item).max_length or 0 for key, item in fields.items()) for fields in taken]
        for operation in self.spec.operations.values():
            for rows in operation.rows.values():
                row = sum(FieldView("", key, item).max_length or _NUMBER for key, item in rows.inputs.items())
                texts.append(rows.max * (row + _NUMBER * len(rows.references)))
        return max(1, ceil(12 * max(texts, default=0) / 2**20))

    def context(self) -> Mapping[str, object]:
        """The variables of every template."""
        name = self.spec.service.name
        return {
            "service": name,
            "package": service_package(self.spec),
            "title": name.replace("-", " ").capitalize(),
            "summary": self.spec.service.summary or f"The {name.replace('-', ' ')} service.",
            "timezone": self.spec.service.timezone,
            "entities": self.entities,
            "by_name": self.by_name,
            "later": self.later,
            "altered": self.altered,
            "circles": self.circles,
            "routed": self.routed,
            "trees": self.trees,
            "contract": self.contract,
            "style": StyleView(self.spec),
            "roles": self.roles,
            "record_roles": [role for role in self.roles if role.entity],
            "staff": [role for role in self.roles if not role.entity and role.proves is Proof.PASSWORD],
            "passwords": bool(proving(self.spec, Proof.PASSWORD)),
            "has_accounts": self.has_accounts,
            "opened": self.opened,
            "key_header": key_header(self.spec),
            "openid": [role for role in self.roles if role.proves is Proof.OIDC],
            "keyed": [role for role in self.roles if role.proves is Proof.API_KEY],
            "signing": [role for role in self.roles if role.proves is Proof.SIGNATURE],
            "exclusions": self.exclusions,
            "unique_indexes": self.unique_indexes,
            "constraints": self.constraints,
            "has_queries": bool(self.spec.queries),
            "reports": self.reports,
            "report_readers": sorted({reader for report in self.reports for reader in report.readers}),
            "keeps_routes": any(entity.taken_keys for entity in self.entities),
            "has_jobs": bool(self.spec.jobs),
            "webhooks": [webhook_view(self.spec, name) for name in self.spec.webhooks],
            "audits_jobs": any(RECORD_JOB in names_in(job.body) for entity in self.entities for job in entity.jobs),
            "has_audit": any(entity.entity.audit for entity in self.entities),
            "has_files": bool(contents(self.spec)),
            "contents": contents(self.spec),
            "text_ids": self.text_ids,
            "id_type": "int | str" if self.text_ids else "int",
            "has_links": any(entity.links for entity in self.entities),
            "seeds_link": any(
                entity.links if self.contract else entity.entity.needed_links for entity in self.entities
            ),
            "links_are_read": any(entity.links_are_read for entity in self.entities),
            "optional_search": any(
                entity.entity.fields[name].optional for entity in self.entities for name in entity.entity.list.search
            ),
            "body_mebibytes": self.body_mebibytes,
            "clock_names": ", ".join(CLOCK),
            "patterns": {kind.value: amount_pattern(-most, most, PLACES[kind]) for kind, most in LARGEST.items()},
        }
