"""Tests of each endpoint of a contract: what it does, and what it refuses."""

from collections.abc import Callable, Iterator

from quantumlayer.kit.identifiers import words
from quantumlayer.qtest.contract.calls import Call, inside
from quantumlayer.qtest.contract.known import Bodies, Known, sample, unbound
from quantumlayer.qtest.contract.lists import list_tests
from quantumlayer.qtest.literals import source, text, wire
from quantumlayer.qtest.samples import edges, wrong_type
from quantumlayer.qtest.suite import Suite
from quantumlayer.qtest.tests import Row, Test
from quantumlayer.spec.cel import ANYONE
from quantumlayer.spec.interface import Does, Endpoint, Interface, Member, Parameter
from quantumlayer.spec.model import Field, FieldType

NOBODY = 987654
"""The id of no record."""

_LARGEST = 2**63 - 1
"""The greatest number of a record."""


def contract_tests(suite: Suite, interface: Interface, entity: str) -> Iterator[Test]:
    """The tests of the endpoints to records of an entity."""
    bodies = Bodies(suite, interface)
    for name, endpoint in interface.endpoints.items():
        if endpoint.on == entity:
            yield from _Endpoint(bodies, name, endpoint).tests()


class _Endpoint:
    def __init__(self, bodies: Bodies, name: str, endpoint: Endpoint) -> None:
        self.bodies, self.name, self.endpoint = bodies, name, endpoint

    def call(self) -> Call:
        """A new call: each test makes its own records."""
        return Call(self.bodies, self.name, self.endpoint)

    def tests(self) -> Iterator[Test]:
        """Everything that is tried."""
        success: dict[Does, Callable[[], Iterator[Test]]] = {
            Does.CREATE: self._creates,
            Does.READ: self._reads,
            Does.UPDATE: self._changes,
            Does.PATCH: self._changes,
            Does.DELETE: self._removes,
        }
        if self.endpoint.does is Does.LIST:
            yield from list_tests(self.bodies, self.name, self.endpoint)
        else:
            yield from success[self.endpoint.does]()
        yield from self._absent()
        yield from self._strangers()
        if self.endpoint.takes is not None:
            yield from self._bodies()

    def _test(self, name: str, call: Call, lines: list[str], proof: str = "", **more: object) -> Test:
        address = f"{call.address}{proof}"
        body = unbound([*call.opening, *call.lines, *lines])
        return Test(f"{self.name}_{name}", body, [address], **more)  # type: ignore[arg-type]

    # What it does.

    def _shows(self, known: Known) -> list[str]:
        """The lines that compare the answer with what is known of the record."""
        lines = [f"assert answer.status_code == {self.endpoint.status}"]
        if self.endpoint.gives is None:
            return lines
        way, gives = self.bodies.interface.unwrapped(self.endpoint.gives)
        outer = inside(way)
        if untold := self.bodies.untold(gives, known):
            lines.append(f"shown = answer.json(){outer}")
            lines += [f"assert shown.pop({text(json)}) is not None" for json in untold]
            return [*lines, f"assert shown == {self.bodies.shown(gives, known)}"]
        return [*lines, f"assert answer.json(){outer} == {self.bodies.shown(gives, known)}"]

    def _creates(self) -> Iterator[Test]:
        call = self.call()
        parents = call.chain()
        known = Known(self.endpoint.on, targets={way: one for way, one in parents.items() if "." not in way})
        self._unsaid(known)
        known.fields |= call.scopes
        body = call.body(known)
        lines = [call.send(call.path(parents), body=call.wrapped(_dict(body)), query=call.asked())]
        lines += [*self._shows(known), *self._kept_one(known)]
        yield self._test("keeps_what_it_is_given", call, lines)

    def _unsaid(self, known: Known) -> None:
        """What a new record holds where nobody says anything."""
        node, usual = self.bodies.entity(self.endpoint.on), self.bodies.suite.defaults.of(self.endpoint.on)
        for key, item in node.fields.items():
            held = usual.get(key) if item.default is not None else None
            known.fields[key] = (
                source(sample(key, item, 0))
                if held is not None and item.default is None
                else ("None" if held is None else source(_wire(held, item)))
            )
        if node.states is not None:
            known.fields[node.states.field] = source(node.states.values[0])

    def _kept_one(self, known: Known) -> list[str]:
        """The database holds the record."""
        name = self.bodies.suite.names(known.entity).name
        lines = ["async with sessions() as session:", f"    kept = (await session.scalars(select({name}))).one()"]
        return [*lines, *self._compared(known)]

    def _compared(self, known: Known) -> list[str]:
        entity = self.bodies.entity(known.entity)
        plain = [
            key
            for key, item in entity.fields.items()
            if item.type not in {FieldType.DATE, FieldType.DATETIME, FieldType.MONEY, FieldType.DECIMAL, FieldType.JSON}
        ]
        pairs = [(f"kept.{key}", known.fields[key]) for key in plain if key in known.fields]
        pairs += [(f"kept.{key}_id", one.id) for key, one in known.targets.items() if key in entity.references]
        if not pairs:
            return ["assert kept.id"]
        left, right = ", ".join(one for one, _ in pairs), ", ".join(other for _, other in pairs)
        return [f"assert ({left}) == ({right})"] if len(pairs) > 1 else [f"assert {left} == {right}"]

    def _reads(self) -> Iterator[Test]:
        call = self.call()
        parents = call.chain()
        known = call.named(parents)
        lines = [call.send(call.path(parents, known), query=call.asked()), *self._shows(known)]
        yield self._test("shows_a_record", call, lines)

    def _changes(self) -> Iterator[Test]:
        call = self.call()
        parents = call.chain()
        known = call.named(parents)
        body = call.body(known)
        if self.endpoint.does is Does.PATCH:
            yield from self._patches()
        lines = [call.send(call.path(parents, known), body=call.wrapped(_dict(body)), query=call.asked())]
        lines += [*self._shows(known), *self._kept_same(known)]
        yield self._test("changes_a_record", call, lines)

    def _patches(self) -> Iterator[Test]:
        """One value is given, the others stay."""
        whole = self.call()
        names = [json for json, member in (whole.taken.members if whole.taken else {}).items() if member.is_ != "id"]
        for json in names[:1]:
            call = self.call()
            parents = call.chain()
            known = call.named(parents)
            before = dict(known.fields), dict(known.targets), dict(known.links)
            body = call.body(known)
            shown = (whole.taken.members[json].is_ or "") if whole.taken else ""
            fields = {key: value if key == shown else before[0][key] for key, value in known.fields.items()}
            known.fields = fields
            known.targets = {key: one for key, one in known.targets.items() if key == shown or key in before[1]}
            known.targets |= {key: one for key, one in before[1].items() if key != shown}
            known.links = {key: ones for key, ones in known.links.items() if key == shown}
            sent = call.wrapped(f"{{{text(json)}: {body[json]}}}") if json in body else call.wrapped("{}")
            lines = [call.send(call.path(parents, known), body=sent, query=call.asked()), *self._shows(known)]
            yield self._test("leaves_alone_what_is_not_given", call, [*lines, *self._kept_same(known)])

    def _kept_same(self, known: Known) -> list[str]:
        name = self.bodies.suite.names(known.entity).name
        lines = ["async with sessions() as session:", f"    kept = await session.get_one({name}, {known.id})"]
        return [*lines, *self._compared(known)]

    def _removes(self) -> Iterator[Test]:
        call = self.call()
        parents = call.chain()
        known = call.named(parents)
        name = self.bodies.suite.names(known.entity).name
        lines = [call.send(call.path(parents, known), query=call.asked()), *self._shows(known)]
        lines += ["async with sessions() as session:", f"    assert await session.get({name}, {known.id}) is None"]
        yield self._test("removes_a_record", call, lines)

    # What it refuses.

    def _absent(self) -> Iterator[Test]:
        """Records that are not there, or belong to others."""
        for json, parameter in self.call().in_path.items() if self.endpoint.knows_parents else ():
            call = self.call()
            parents = call.chain()
            known = call.named(parents) if self.endpoint.does not in {Does.LIST, Does.CREATE} else None
            whole = parameter.field.type is FieldType.INT
            if self._is_scope(parameter):
                continue
            nobody = str(NOBODY if whole else sample("nobody", parameter.field, 1))
            path = call.path(parents, known, **{json: nobody})
            body = call.wrapped(_dict(call.body(Known(self.endpoint.on)))) if self.endpoint.takes else ""
            lines = [call.send(path, body=body, query=call.asked()), f"assert refused(answer) == {call.status(404)}"]
            if whole and parameter.field.max == _LARGEST:
                beyond = call.path(parents, known, **{json: "{2**63}"})  # the number itself looks like a secret
                beyond = beyond if beyond.startswith("f") else f"f{beyond}"
                lines += [call.send(beyond, body=body, query=call.asked())]
                lines += [f"assert refused(answer) == {call.status(404)}"]
            yield self._test(f"knows_no_{_word(json)}_that_is_not_there", call, lines, ".absent")
        yield from self._others()

    def _is_scope(self, parameter: Parameter) -> bool:
        """Whether a part of the path is no record, so that any value may stand there."""
        fresh = self.endpoint.does in {Does.LIST, Does.CREATE}
        return fresh and parameter.is_ in self.bodies.entity(self.endpoint.on).fields

    def _others(self) -> Iterator[Test]:
        """A record below another parent."""
        call = self.call()
        if self.endpoint.does in {Does.LIST, Does.CREATE} or not call.ways():
            return
        parents, others = call.chain(), None
        known = call.named(parents)
        call._made.clear()  # noqa: SLF001 - the other parents are records of their own
        others = call.chain()
        body = call.wrapped(_dict(call.body(Known(self.endpoint.on)))) if self.endpoint.takes else ""
        lines = [call.send(call.path(others, known), body=body, query=call.asked())]
        lines.append(f"assert refused(answer) == {call.status(404)}")
        yield self._test("finds_no_record_of_another", call, lines, ".absent")

    def _strangers(self) -> Iterator[Test]:
        call = self.call()
        if not self.bodies.suite.spec.roles or call.role == ANYONE:
            return
        parents = call.chain()
        known = call.named(parents) if self.endpoint.does not in {Does.LIST, Does.CREATE} else None
        body = call.wrapped(_dict(call.body(Known(self.endpoint.on)))) if self.endpoint.takes else ""
        lines = [f'client = await sign_in("{ANYONE}")', *call.lines]
        lines += [call.send(call.path(parents, known), body=body, query=call.asked())]
        lines.append(f"assert refused(answer) == {call.status(401)}")
        yield Test(f"{self.name}_is_not_for_strangers", unbound(lines), [f"{call.address}.strangers"])

    def _bodies(self) -> Iterator[Test]:
        rows = [*{row.values: row for row in self._beyond()}.values()]
        required = [json for json, member in self._written() if not member.optional]
        if rows:
            yield self._sends("refuses_a_value_that_is_not_valid", "sent | {key: value}", rows, refused=True)
        if required:
            body = "{name: value for name, value in sent.items() if name != key}"
            found = [Row((text(json),)) for json in required]
            yield self._sends("refuses_a_body_without_what_it_needs", body, found, refused=True)
        fitting = [*{row.values: row for row in self._fitting()}.values()]
        if fitting:
            yield self._sends("takes_a_value_at_its_limit", "sent | {key: value}", fitting, refused=False)
        yield from self._references()

    def _written(self) -> list[tuple[str, Member]]:
        taken = self.call().taken
        return [(json, one) for json, one in (taken.members if taken else {}).items() if _is_taken(one)]

    def _sends(self, name: str, body: str, rows: list[Row], *, refused: bool) -> Test:
        call = self.call()
        parents = call.chain()
        known = call.named(parents) if self.endpoint.does is not Does.CREATE else Known(self.endpoint.on)
        sent = call.body(known)
        lines = [f"sent: dict[str, Any] = {_dict(sent)}"]
        lines.append(
            call.send(
                call.path(parents, known if known.variable else None), body=call.wrapped(body), query=call.asked()
            )
        )
        status = (
            f"refused(answer) == {call.status(422)}" if refused else f"answer.status_code == {self.endpoint.status}"
        )
        names = {"key": "str", "value": "object"} if len(rows[0].values) > 1 else {"key": "str"}
        test = self._test(name, call, [*lines, f"assert {status}"], ".takes", names=names, rows=rows)
        if refused and self.bodies.interface.errors is not None:
            test.proves = [*test.proves, "interface.errors"]
        return test

    def _beyond(self) -> Iterator[Row]:
        """Values that a member must not have."""
        for json, member in self._written():
            if not member.nullable and (member.optional or member.is_ == "id" or member.shape or self._field(member)):
                yield Row((text(json), "None"))
            held = self._field(member)
            if held is None or member.many or member.keyed or held.type is FieldType.JSON:
                continue
            yield Row((text(json), source(wrong_type(held))))
            for edge in _edges(held):
                if not edge[1]:
                    yield Row((text(json), source(edge[0])), id=_label(json, edge[0]))

    def _fitting(self) -> Iterator[Row]:
        node = self.bodies.entity(self.endpoint.on)
        for json, member in self._written():
            held = self._field(member)
            if held is None or member.many or member.keyed or held.unique or member.is_ in node.references:
                continue
            for value, fits in _edges(held):
                if fits:
                    yield Row((text(json), source(value)), id=_label(json, value))

    def _field(self, member: Member) -> Field | None:
        if member.is_ in {"id", "created_at", "updated_at"}:
            return None
        return self.bodies.held(self.endpoint.on, member)

    def _references(self) -> Iterator[Test]:
        """Records that a body refers to and that are not there."""
        node = self.bodies.entity(self.endpoint.on)
        for json, member in self._written():
            if member.is_ not in node.references or member.upsert:
                continue
            call = self.call()
            parents = call.chain()
            known = call.named(parents) if self.endpoint.does is not Does.CREATE else Known(self.endpoint.on)
            sent = call.body(known)
            target = node.references[member.is_].to
            wrong = text(f"{NOBODY}") if target in self.bodies.interface.ids else str(NOBODY)
            if member.shape is not None:
                inner = self.bodies.interface.shapes[member.shape].members
                key = next((name for name, one in inner.items() if one.is_ == "id"), None)
                wrong = f"{sent[json]} | {{{text(key)}: {wrong}}}" if key else ""
            if not wrong:
                continue
            body = call.wrapped(_dict(sent | {json: wrong}))
            lines = [call.send(call.path(parents, known if known.variable else None), body=body, query=call.asked())]
            lines.append(f"assert refused(answer) == {call.status(404)}")
            yield self._test(f"refuses_{_word(json)}_that_is_not_there", call, lines, ".takes")


def _edges(held: Field) -> Iterator[tuple[object, bool]]:
    """Values at the limits, and beyond them."""
    if held.type is FieldType.FLOAT:
        for word, limit, sign in (("min", held.min, -1), ("max", held.max, 1)):
            if limit is not None:
                yield float(limit), word not in held.exclusive
                yield float(limit) + sign, False
        return
    for edge in edges(held):
        if edge.word and not (edge.word == "min" and held.min == 0 and held.type is not FieldType.INT):
            yield _wire(edge.value, held), edge.fits


def _is_taken(member: Member) -> bool:
    """Whether callers may write it."""
    return not (member.read_only or member.says_always)


def _wire(value: object, held: Field) -> object:
    return wire(value, held.type)


def _dict(parts: dict[str, str]) -> str:
    return "{" + ", ".join(f"{text(key)}: {value}" for key, value in parts.items()) + "}"


def _word(json: str) -> str:
    return "_".join(words(json))


def _label(key: str, value: object) -> str:
    return f"{key} of {len(value)} characters" if isinstance(value, str) and len(value) > 40 else ""
