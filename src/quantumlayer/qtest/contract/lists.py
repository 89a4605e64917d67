"""Tests of the lists of a contract: what is in them, in which order, filtered and in parts."""

from collections.abc import Iterator

from quantumlayer.kit.identifiers import words
from quantumlayer.qtest.contract.calls import Call, inside
from quantumlayer.qtest.contract.known import Bodies, Known, sample, unbound
from quantumlayer.qtest.literals import source, text
from quantumlayer.qtest.tests import Test
from quantumlayer.spec.interface import Endpoint, Parameter, Part, Shape


def list_tests(bodies: Bodies, name: str, endpoint: Endpoint) -> Iterator[Test]:
    """The tests of one list."""
    shown = _Shown(bodies, name, endpoint)
    yield shown.everything()
    if shown.paged:
        yield from shown.parts()
    for json, parameter in endpoint.parameters.items():
        if parameter.in_ == "query" and parameter.part is Part.FILTER and parameter.is_ is not None:
            yield from shown.filtered(json, parameter)


class _Shown:
    def __init__(self, bodies: Bodies, name: str, endpoint: Endpoint) -> None:
        self.bodies, self.name, self.endpoint = bodies, name, endpoint
        way, self.shape = bodies.interface.unwrapped(endpoint.gives or "")
        self.outer = self.items = inside(way)
        shape = bodies.interface.shapes[self.shape]
        items = ((json, one.shape) for json, one in shape.members.items() if one.is_ == "items")
        if shape.page and (found := next(items, None)):
            self.items, self.shape = f"{self.outer}[{text(found[0])}]", found[1] or ""
        self.page = shape if shape.page else None
        self.parts_of = {one.part: json for json, one in endpoint.parameters.items() if one.part is not Part.FILTER}

    @property
    def paged(self) -> bool:
        """Whether callers may ask for a part."""
        return bool(self.parts_of.keys() & {Part.SIZE, Part.LIMIT})

    def _call(self) -> Call:
        return Call(self.bodies, self.name, self.endpoint)

    def _list(self, records: list[Known]) -> str:
        return "[" + ", ".join(self.bodies.shown(self.shape, one) for one in records) + "]"

    def _test(self, name: str, call: Call, lines: list[str], proof: str = "") -> Test:
        body = unbound([*call.opening, *call.lines, *lines])
        return Test(f"{self.name}_{name}", body, [f"{call.address}{proof}"])

    def everything(self) -> Test:
        """All records that belong there, oldest first, and no other."""
        call = self._call()
        parents = call.chain()
        records = [call.named(parents, "first"), call.named(parents, "second")]
        if parents or call.scopes:
            call.make(self.endpoint.on, "stray")
        sizes = {json: "2" for part, json in self.parts_of.items() if part in {Part.SIZE, Part.LIMIT}}
        needed = {json: size for json, size in sizes.items() if not self.endpoint.parameters[json].optional}
        lines = [call.send(call.path(parents), query=call.asked(**needed))]
        lines += [f"assert answer.status_code == {self.endpoint.status}"]
        lines += [f"assert answer.json(){self.items} == {self._list(records)}"]
        return self._test("lists_every_record_in_order", call, lines)

    def parts(self) -> Iterator[Test]:
        """The second part of three records, two at a time."""
        call = self._call()
        parents = call.chain()
        records = [call.named(parents, word) for word in ("first", "second", "third")]
        size = self.parts_of.get(Part.SIZE) or self.parts_of.get(Part.LIMIT) or ""
        asked = {size: "2"}
        number = 0
        if page := self.parts_of.get(Part.PAGE):
            number = self.endpoint.parameters[page].first + 1
            asked[page] = str(number)
        elif offset := self.parts_of.get(Part.OFFSET):
            asked[offset] = "2"
        second = bool(self.parts_of.keys() & {Part.PAGE, Part.OFFSET})
        lines = [call.send(call.path(parents), query=call.asked(**asked))]
        lines.append(f"assert answer.json(){self.items} == {self._list(records[2:] if second else records[:2])}")
        said = {"total": 3, "pages": 2, "size": 2, "limit": 2, "page": number, "offset": 2 if second else 0}
        lines += self._told(self.page, self.outer, said)
        yield self._test("gives_a_list_in_parts", call, lines, ".parts")

    def _told(self, page: Shape | None, outer: str, said: dict[str, int]) -> Iterator[str]:
        """What a page tells of itself, also in objects inside it."""
        for json, member in (page.members if page else {}).items():
            if member.is_ in said:
                yield f"assert answer.json(){outer}[{text(json)}] == {said[member.is_]}"
            elif member.is_ == "this" and member.shape:
                yield from self._told(self.bodies.interface.shapes[member.shape], f"{outer}[{text(json)}]", said)

    def filtered(self, json: str, parameter: Parameter) -> Iterator[Test]:
        """Only the records that a parameter means."""
        call = self._call()
        parents = call.chain()
        node, name = self.bodies.entity(self.endpoint.on), parameter.is_ or ""
        own = {way: one for way, one in parents.items() if "." not in way}
        if name in node.references:
            target = call.make(node.references[name].to, name)
            wanted, value = call.make(self.endpoint.on, "wanted", own | {name: target}, **call.narrowed), target.id
        elif name in node.fields:
            narrow = parameter.field
            bounded = narrow.one_of or narrow.pattern is not None or narrow.min not in {None, 0}
            held = narrow if bounded else node.fields[name]
            first, second = sample(name, held, 0), sample(name, held, 1)
            if first == second or not isinstance(first, str | int) or held.type in _WRITTEN_OUT:
                return
            wanted = call.make(self.endpoint.on, "wanted", own, **call.narrowed | {name: source(second)})
            call.make(self.endpoint.on, "stray", own, **call.narrowed | {name: source(first)})
            value = source(second)
        else:
            return
        if name in node.references:
            call.named(parents, "stray")
        value = f"[{value}]" if parameter.many else value
        lines = [call.send(call.path(parents), query=call.asked(**{json: value}))]
        lines.append(f"assert answer.json(){self.items} == {self._list([wanted])}")
        yield self._test(f"finds_records_by_{_word(json)}", call, lines, f".parameters.{json}")


_WRITTEN_OUT = frozenset({"date", "datetime", "money", "decimal"})


def _word(json: str) -> str:
    return "_".join(words(json))
