"""Tests of how many records a relation to many holds: too few and too many are refused, those at the limit are not."""

from collections.abc import Iterator
from dataclasses import replace

from quantumlayer.qtest.bodies import IF_ANY, Creation, new_ids, with_value
from quantumlayer.qtest.changes import changing
from quantumlayer.qtest.records import NOBODY, Records
from quantumlayer.qtest.scenes import Scene
from quantumlayer.qtest.tests import Test
from quantumlayer.spec.model import Action, Relation
from quantumlayer.spec.naming import link_ids


def limit_tests(records: Records, key: str, relation: Relation) -> Iterator[Test]:
    """The limits of one relation to many, wherever callers come near them."""
    if relation.min is None and relation.max is None:
        return
    limits = _Limits(records, key, relation)
    if records.creation is not None and not relation.read_only:
        yield from limits.made(records.creation)
    yield from limits.changed()
    if relation.min is not None:
        yield from limits.removed(relation.min)


def holds_two(relation: Relation) -> bool:
    """Whether a relation to many may hold two records, as its other tests have it."""
    return (relation.min or 0) <= 2 <= (relation.max or 2)


class _Limits:
    """The limits of one relation to many."""

    def __init__(self, records: Records, key: str, relation: Relation) -> None:
        self.records, self.key, self.relation = records, key, relation
        self.ids = link_ids(key)
        self.address = f"{records.address}.relations.{key}"

    @property
    def _refused(self) -> Iterator[tuple[str, str, str]]:
        """What is beyond each limit: its name, the ids as Python, and the limit."""
        if self.relation.min is not None:
            yield "too_few", self._new(self.relation.min - 1), "min"
        if self.relation.max is not None:
            yield "too_many", self._new(self.relation.max + 1), "max"

    @property
    def _accepted(self) -> dict[int, list[str]]:
        """The numbers at the limits, each with the limits that it is at."""
        found: dict[int, list[str]] = {}
        for word in ("min", "max"):
            if (number := getattr(self.relation, word)) is not None:
                found.setdefault(number, []).append(f"{self.address}.{word}")
        return found

    def _new(self, number: int) -> str:
        return new_ids(self.records.suite, self.relation.to, number)

    def made(self, creation: Creation) -> Iterator[Test]:
        """Whoever makes such a record gives neither too few nor too many."""
        scene, a = creation.scene(), self.records.a
        body = with_value(creation.body(scene, but=self.key), self.ids, "ids")
        post = f'answer = await {scene.caller}.post("{self.records.path}", json={body})'
        for name, ids, word in self._refused:
            yield Test(
                f"{a}_is_refused_with_{name}_{self.key}",
                [*scene.lines, _given(ids), post, f'assert pointers(answer) == ["/body/{self.ids}"]'],
                [f"{self.address}.{word}"],
            )
        for number, proves in self._accepted.items():
            yield Test(
                f"{a}_is_kept_with_{number}_of_its_{self.key}",
                [
                    *scene.lines,
                    f"ids = {self._new(number)}",
                    post,
                    "assert answer.status_code == 201",
                    f'assert answer.json()["{self.ids}"] == ids',
                ],
                proves if holds_two(self.relation) else [self.address, *proves],
            )
        if not holds_two(self.relation):
            target = self.records.suite.names(self.relation.to).title
            others = f"*{self._new(self.relation.min - 1)}, " if self.relation.min else ""
            yield Test(
                f"{a}_is_refused_with_{self.key}_that_do_not_exist",
                [
                    *scene.lines,
                    f"ids = [{others}{NOBODY}]",
                    post,
                    f'assert refusal(answer) == (409, "about:blank", "There is no {target} {NOBODY}.")',
                ],
                [self.address],
            )

    def changed(self) -> Iterator[Test]:
        """Whoever changes it keeps to the limits, too."""
        change = changing(self.records)
        if change is None or not self.relation.reassignable:
            return
        scene = change.scene
        body = with_value(replace(change, but=self.ids).body, self.ids, "ids")
        put = f"answer = await {scene.caller}.put({change.url}, json={body}, {IF_ANY})"
        for name, ids, word in self._refused:
            yield Test(
                f"{self.records.a}_is_not_changed_to_{name}_{self.key}",
                [*scene.lines, _given(ids), put, f'assert pointers(answer) == ["/body/{self.ids}"]'],
                [f"{self.address}.{word}"],
            )

    def removed(self, least: int) -> Iterator[Test]:
        """A record on the other side goes where it can be spared, and only there."""
        suite = self.records.suite
        plain = suite.plain(self.relation.to, Action.DELETE)
        if plain is None:
            return
        target, snake = suite.names(self.relation.to), self.records.names.snake
        scene = Scene(suite, plain[1])
        this, url = scene.this, f'f"/{target.path}/{{{scene.this}.id}}"'
        linked = f"await make.{snake}({self.key}=[{this}, *others])"
        delete = f"answer = await {scene.caller}.delete({url}, {IF_ANY})"
        said = f"This {target.title} stays: one {self.records.names.title} would have too few"
        said = f"{said} {self.key.replace('_', ' ')} without it."
        alone = [self._others(least - 1), linked] if least > 1 else [f"await make.{snake}({self.key}=[{this}])"]
        kept = f"{self.key}_that_{self.records.a}"
        yield Test(
            f"{kept}_needs_stay",
            [*scene.lines, *alone, delete, f'assert refusal(answer) == (409, "about:blank", "{said}")'],
            [f"{self.address}.min"],
        )
        yield Test(
            f"{kept}_can_spare_go",
            [*scene.lines, self._others(least), linked, delete, "assert answer.status_code == 204"],
            [f"{self.address}.min"],
        )
        second = scene.call(scene.built.this)
        more = [self._others(least - 1)] if least > 1 else []
        listed = f"[{this}, second, *others]" if more else f"[{this}, second]"
        yield Test(
            f"of_two_{kept}_can_spare_one_goes",
            [
                *scene.lines,
                f"second = {second}",
                *more,
                f"await make.{snake}({self.key}={listed})",
                f'urls = [f"/{target.path}/{{one.id}}" for one in ({this}, second)]',
                f"calls = [{scene.caller}.delete(url, {IF_ANY}) for url in urls]",
                "answers = await asyncio.gather(*calls)",
                "assert sorted(answer.status_code for answer in answers) == [204, 409]",
            ],
            [f"{self.address}.min"],
            postgres=True,
        )

    def _others(self, number: int) -> str:
        made = f"await make.{self.records.suite.names(self.relation.to).snake}()"
        return f"others = [{made}{f' for _ in range({number})' if number > 1 else ''}]"


def _given(ids: str) -> str:
    return f"ids: list[int] = {ids}" if ids == "[]" else f"ids = {ids}"
