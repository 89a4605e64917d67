"""What the FastAPI pack writes for the harder parts of a Spec."""

import pytest

from quantumlayer.qlayer.packs.fastapi.pack import PLATFORM, FastApiPack
from quantumlayer.spec.load import parse_spec
from quantumlayer.spec.validate import checked_spec

WORKSHOP = """
spec: 1
service: {name: workshop}
roles:
  foreman:
entities:
  Machine:
    fields: {name: {type: string}}
    access: [{who: foreman, may: [create, read]}]
  Job:
    relations:
      machine: {to: Machine, optional: true}
    fields:
      begins: {type: datetime}
      ends: {type: datetime}
    rules:
      one_at_a_time: {no_overlap: {per: machine, start: begins, end: ends}, else: The machine is taken.}
      in_time: {cel: this.ends >= this.begins, else: It ends before it begins.}
      late: {on: [update], cel: this.begins > now(), else: No caller changes what has begun.}
    access: [{who: foreman, may: [create, read, update]}]
operations:
  prolong:
    on: Job
    by: foreman
    takes: {hours: {type: int, default: 2, min: 1, max: 8}}
    sets: {ends: this.ends + hours(takes.hours)}
"""


def sources(text: str, entity: str) -> dict[str, str]:
    """The modules of an entity by their name."""
    spec = checked_spec(parse_spec(text))
    pack = FastApiPack()
    assert pack.open_elements(spec) == []
    part = next(part for part in pack.parts(spec) if part.id == entity)
    return {artifact.path.rsplit("/", 1)[1]: artifact.content.decode() for artifact in pack.generate(spec, part)}


def function(source: str, name: str) -> str:
    """The source of one function."""
    return source.partition(f"async def {name}(")[2].partition("\n\n\n")[0]


def test_an_operation_that_moves_a_record_in_time_looks_for_others_and_at_no_other_rule() -> None:
    service = sources(WORKSHOP, "Job")["service.py"]
    assert "await rules.require_free(session, job)" in function(service, "prolong")
    assert "require_changeable" not in function(service, "prolong")
    assert "require_valid" not in function(service, "prolong")
    changed = function(service, "update_job")
    assert changed.index("require_changeable") < changed.index("require_valid") < changed.index("require_free")


def test_a_record_that_belongs_to_nobody_is_in_nobodys_way() -> None:
    files = sources(WORKSHOP, "Job")
    assert (
        "    if job.machine_id is not None:\n        await lock(session, Machine, job.machine_id)" in files["rules.py"]
    )
    assert "machine_id IS NOT NULL" in files["models.py"]


def test_an_operation_locks_its_record_before_it_reads_it() -> None:
    prolonged = function(sources(WORKSHOP, "Job")["service.py"], "prolong")
    assert prolonged.index("await lock(session, Job, job_id)") < prolonged.index("await get_job(")


def test_words_of_a_sentence_are_no_code() -> None:
    rules = sources(WORKSHOP, "Job")["rules.py"]
    assert "require_changeable(session: AsyncSession, job: Job)" in rules


def test_an_input_has_its_default() -> None:
    assert "hours: ProlongHours = 2" in sources(WORKSHOP, "Job")["schemas.py"]


def test_a_sentence_is_quoted_once_in_a_function() -> None:
    quote = "A job ends after it begins and changes only before."
    trace = "trace: [{quote: QUOTE, elements: {ADDRESS.in_time: 1.0, ADDRESS.short: 1.0}}]\n"
    short = "      short: {cel: 'this.ends < this.begins + days(9)', else: It is too long.}\n"
    text = WORKSHOP.replace("      late: {on", f"{short}      late: {{on")
    text += trace.replace("QUOTE", quote).replace("ADDRESS", "entities.Job.rules")
    rules = sources(text, "Job")["rules.py"]
    assert rules.count(quote) == 1
    assert rules.index(quote) < rules.index("It ends before") < rules.index("It is too long")


def test_operations_are_in_the_audit_trail() -> None:
    text = WORKSHOP.replace("    rules:\n", "    audit: {actions: [update], visible_to: foreman}\n    rules:\n")
    service = sources(text, "Job")["service.py"]
    assert 'await record_action(session, caller, "update", [job])' in function(service, "prolong")


def test_a_grant_to_create_sees_what_the_database_works_out() -> None:
    text = WORKSHOP.replace(
        "    access: [{who: foreman, may: [create, read, update]}]\noperations",
        """\
    derived: {known: {type: bool, cel: "this.machine != null && this.machine.name == 'lathe'"}}
    access: [{who: foreman, may: [create, read, update], when: this.known}]
operations""",
    )
    made = function(sources(text, "Job")["service.py"], "create_job")
    assert "job.known" not in made
    assert "lathe" in made


@pytest.mark.parametrize("words", ["ruff: noqa", "fmt: off", "# type: ignore", "nosec", "pragma: no cover", "mypy: x"])
def test_a_sentence_cannot_speak_to_tools(words: str) -> None:
    text = WORKSHOP + f"trace: [{{quote: '{words}', elements: {{entities.Job.rules.in_time: 1.0}}}}]\n"
    rules = sources(text, "Job")["rules.py"]
    assert words not in rules
    assert words.rsplit(maxsplit=1)[-1][:2] in rules


@pytest.mark.parametrize(
    ("limits", "length", "api"),
    [
        ("max: 20", 20, "max_length=20"),
        ("min: 9, max: 20", 20, "min_length=9, max_length=20"),
        ("max: 300", 254, "max_length=254"),
    ],
)
def test_an_email_keeps_to_its_own_limits(limits: str, length: int, api: str) -> None:
    text = WORKSHOP.replace("fields: {name: {type: string}}", f"fields: {{contact: {{type: email, {limits}}}}}")
    found = sources(text, "Machine")
    assert f"Annotated[Email, StringConstraints({api})]" in found["schemas.py"]
    assert f"String({length})" in found["models.py"]


def test_what_an_effect_goes_through_has_a_name_that_python_takes() -> None:
    effect = "\n    also:\n      gone: {each: this.jobs, as: i, deletes: true}\n"
    text = WORKSHOP.partition("operations:")[0] + "operations:\n  clear:\n    on: Machine\n    by: foreman" + effect
    service = sources(text, "Machine")["service.py"]
    assert "is_ = (await session.scalars(select(Job)" in function(service, "clear")
    assert "for i in is_:" in function(service, "clear")


MUST = """
spec: 1
service: {name: cellar}
roles: {boss: {proves: oidc}, courier: {proves: api_key}}
entities:
  Must:
    fields:
      sugar: {type: float, min: 0, max: 40}
      depth: {type: float, optional: true}
    derived:
      weight: {type: decimal, cel: this.sugar * 4.25}
      twice: {type: float, cel: this.sugar + this.sugar}
      same: {type: float, optional: true, cel: this.depth}
      deep: {type: bool, cel: this.depth != null && this.depth > 0.1}
    access:
      - {who: boss, may: [create, read, update, delete]}
      - {who: [courier, anyone], may: [read], when: this.sugar < 12.5}
"""


def test_a_measurement_is_reckoned_with_as_the_decimal_that_it_is_written_as() -> None:
    models = sources(MUST, "Must")["models.py"]
    assert 'return rounded(Decimal(str(self.sugar)) * Decimal("4.25"), 6)' in models
    assert "return float(Decimal(str(self.sugar)) + Decimal(str(self.sugar)))" in models
    assert "return self.depth\n" in models
    assert 'return self.depth is not None and Decimal(str(self.depth)) > Decimal("0.1")' in models
    assert "Measure" in sources(MUST, "Must")["schemas.py"].partition("import Annotated")[2].partition("class ")[0]


def test_rows_are_compared_with_measurements_as_they_are_kept() -> None:
    assert 'Must.sugar < Decimal("12.5")' in sources(MUST, "Must")["service.py"]


def platform(text: str, path: str) -> str:
    """One module of the platform."""
    pack, spec = FastApiPack(), checked_spec(parse_spec(text))
    part = next(part for part in pack.parts(spec) if part.id == PLATFORM)
    return next(file.content.decode() for file in pack.generate(spec, part) if file.path.endswith(path))


def test_whoever_may_come_unknown_is_asked_for_each_proof_by_its_name() -> None:
    visiting = function(platform(MUST, "accounts/access.py"), "visiting")
    assert "sent = await bearer(request)\n    key = await api_key(request)\n" in visiting
    assert "signed_in(request, session, sent, key)) if sent or key else None" in visiting


def test_a_seed_that_is_refused_is_named() -> None:
    seeds = platform(MUST, "seeds.py")
    assert 'place = f"{name}[{number}]"\n            with _telling(place):' in seeds
    assert "_value(model, place, key, value)" in seeds
    assert "asyncio.run(seed_database(read_seeds(arguments.file)))" in platform(MUST, "__main__.py")
