"""SQL schemas: tables, keys, checks and link tables of three dialects, in scripts and in dumps."""

from decimal import Decimal
from pathlib import Path

import pytest

from quantumlayer.qlayer.parser import Requirement
from quantumlayer.qlayer.parser.errors import NothingDescribedError
from quantumlayer.qlayer.parser.sql import parse_sql
from quantumlayer.spec.model import Computed, FieldType, OnDelete, RelationKind, Spec
from quantumlayer.spec.validate import checked_spec

FERRIES = Path(__file__).resolve().parents[2] / "cases" / "sql" / "ferries.sql"
MYSQL = """
DROP TABLE IF EXISTS `bean`;
CREATE TABLE `bean` (
  `id` int unsigned NOT NULL AUTO_INCREMENT,
  `name` varchar(80) NOT NULL COMMENT 'As on the bag; in capitals',
  `roast` enum('light','dark') NOT NULL DEFAULT 'light',
  `organic` tinyint(1) NOT NULL DEFAULT '0',
  `stars` tinyint unsigned DEFAULT NULL,
  `weight` double DEFAULT 0.5,
  `updated_at` timestamp NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (`id`),
  UNIQUE KEY `name` (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO `bean` VALUES (1,'It\\'s; good','light',0,5,1,NULL);
CREATE TABLE `cup` (
  `id` int NOT NULL AUTO_INCREMENT,
  `bean_id` int unsigned DEFAULT NULL,
  `drunk_on` date NOT NULL DEFAULT (CURRENT_DATE),
  PRIMARY KEY (`id`),
  KEY `bean_id` (`bean_id`),
  CONSTRAINT `cup_bean` FOREIGN KEY (`bean_id`) REFERENCES `bean` (`id`) ON DELETE SET NULL
) ENGINE=InnoDB;
"""
SQLITE = """
PRAGMA foreign_keys = ON;
create table plant (id integer primary key autoincrement, name text not null check (length(name) <= 40),
  parent integer references plant(id), height real check (height > 0 and height < 30));
create table garden (id integer primary key, owner text unique);
create table bed (garden integer not null references garden, plant integer not null references plant,
  number integer not null check (number in (1, 2, 3)), planted_at datetime default current_timestamp,
  primary key (garden, plant, number));
"""


def read(text: str, name: str = "schema.sql") -> Spec:
    return checked_spec(parse_sql(Requirement(name=name, text=text)))


@pytest.fixture(scope="module")
def ferries() -> Spec:
    return read(FERRIES.read_text(), "ferries.sql")


def test_each_table_of_records_is_an_entity(ferries: Spec) -> None:
    assert list(ferries.entities) == ["Ship", "Harbour", "Sailing", "Passenger", "Ticket", "Crew"]
    assert ferries.service.name == "ferries"


def test_types_limits_and_defaults_are_those_of_the_columns(ferries: Spec) -> None:
    berths, price = ferries.entities["Ship"].fields["berths"], ferries.entities["Sailing"].fields["price"]
    assert (berths.type, berths.min, berths.max, berths.default) == (FieldType.INT, 0, 32767, 0)
    assert (price.type, price.min, price.max) == (FieldType.MONEY, Decimal(1), Decimal(900))
    state = ferries.entities["Sailing"].fields["state"]
    assert (state.one_of, state.default) == (("planned", "boarding", "left", "cancelled"), "planned")
    assert ferries.entities["Ticket"].fields["deck"].one_of == ("sun", "car")
    assert ferries.entities["Harbour"].fields["depth_m"].min == Decimal("0.000001")


def test_foreign_keys_are_relations_also_those_that_a_dump_adds_later(ferries: Spec) -> None:
    ticket = ferries.entities["Ticket"].relations
    assert (ticket["sailing"].to, ticket["sailing"].on_delete) == ("Sailing", OnDelete.CASCADE)
    assert ticket["passenger"].optional
    sailing = ferries.entities["Sailing"].relations
    assert {sailing["from_harbour"].back, sailing["to"].back} == {"from_harbour_sailings", "to_sailings"}


def test_a_table_of_pairs_is_a_relation_of_many_to_many(ferries: Spec) -> None:
    assert ferries.entities["Sailing"].relations["crews"].kind is RelationKind.MANY_TO_MANY


def test_what_several_columns_must_fulfil_is_a_rule(ferries: Spec) -> None:
    rules = ferries.entities["Sailing"].rules
    assert "this.departs_at < this.arrives_at" in [rule.cel for rule in rules.values()]
    assert ("ship", "departs_at") in [rule.unique.of for rule in rules.values() if rule.unique]
    assert ferries.entities["Ship"].fields["name"].unique


def test_keys_secrets_and_moments_of_rows_are_no_fields(ferries: Spec) -> None:
    fields = {name for entity in ferries.entities.values() for name in entity.fields}
    assert not fields & {"id", "created_at", "password_hash"}
    assert "A passenger is known by a number, not by a UUID." in [note.text for note in ferries.assumptions]


def test_what_no_field_holds_is_asked_about(ferries: Spec) -> None:
    asked = [note.text for note in ferries.questions]
    assert "What does tags of passengers hold? No field is like `array<text>`." in asked
    assert "Who may do what? A schema does not say it." in asked


def test_each_element_is_traced_to_its_statement(ferries: Spec) -> None:
    text = FERRIES.read_text()
    source = next(one for one in ferries.trace if "entities.Ticket.relations.sailing" in one.elements)
    assert text[source.start : source.end] == source.quote
    assert source.quote.startswith("CREATE TABLE public.tickets")


def test_the_words_of_mysql() -> None:
    spec = read(MYSQL)
    bean = spec.entities["Bean"].fields
    assert (bean["roast"].one_of, bean["organic"].type, bean["organic"].default) == (
        ("light", "dark"), FieldType.BOOL, False,
    )  # fmt: skip
    assert (bean["stars"].min, bean["stars"].max, bean["stars"].optional) == (0, 255, True)
    assert bean["name"].about == "As on the bag; in capitals"
    assert bean["name"].unique
    assert "updated_at" not in bean
    assert spec.entities["Cup"].fields["drunk_on"].default == Computed(cel="today()")
    assert spec.entities["Cup"].relations["bean"].on_delete is OnDelete.SET_NULL


def test_the_words_of_sqlite() -> None:
    spec = read(SQLITE)
    plant = spec.entities["Plant"]
    assert (plant.fields["name"].max, plant.relations["parent"].to) == (40, "Plant")
    assert (plant.fields["height"].min, plant.fields["height"].exclusive) == (0, ("min", "max"))
    bed = spec.entities["Bed"]
    assert bed.fields["number"].one_of == (1, 2, 3)
    assert [rule.unique.of for rule in bed.rules.values() if rule.unique] == [("garden", "plant", "number")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-- nothing",
        "SELECT 1;",
        "CREATE TABLE",
        "CREATE TABLE t (",
        "create table ((((;",
        "DROP TABLE x;'",
        ";" * 50,
    ],
)
def test_what_describes_no_table_is_refused(text: str) -> None:
    with pytest.raises(NothingDescribedError, match="describes no table"):
        read(text)


def test_statements_that_are_broken_are_asked_about_and_the_others_read() -> None:
    spec = read(
        "CREATE TABLE a (id int primary key, b text);\nALTER TABLE a ADD (((;\nCREATE TABLE c (d int, x @@ (y);"
    )
    asked = " ".join(note.text for note in spec.questions)
    assert list(spec.entities) == ["A", "C"]
    assert 'What does this say? "ALTER TABLE a ADD (((' in asked
    assert "What does this of c say? `x @@ (y`" in asked


SQL_SERVER = """\ufeffSET ANSI_NULLS ON
GO
CREATE TABLE [dbo].[Parcels] ([ParcelID] int IDENTITY(1,1) NOT NULL PRIMARY KEY, [Label] [nvarchar](50) NOT NULL);
GO
CREATE TABLE [dbo].[Stamps] ([StampID] int IDENTITY PRIMARY KEY,
  [ParcelID] int NOT NULL FOREIGN KEY REFERENCES [dbo].[Parcels]([ParcelID]), [Worth] decimal(9,2) DEFAULT ((0)))
GO
"""


def test_the_words_of_sql_server() -> None:
    spec = read(SQL_SERVER)
    assert spec.entities["Parcel"].fields["label"].max == 50
    assert spec.entities["Stamp"].relations["parcel"].to == "Parcel"
    assert spec.entities["Stamp"].fields["worth"].default == 0


def test_names_are_the_same_in_whatever_case() -> None:
    road = "CREATE TABLE road (id int, TOWN_ID int REFERENCES TOWN(id), PRIMARY KEY (ID));"
    spec = read(f"CREATE TABLE Town (ID int PRIMARY KEY, Name text); {road}")
    assert spec.entities["Road"].relations["town"].to == "Town"


def test_what_is_worked_out_or_holds_for_some_rows_is_asked_about() -> None:
    spec = read(
        "CREATE TABLE a (id int primary key, b int not null, c int GENERATED ALWAYS AS (b + 1) STORED, d text);"
        "CREATE UNIQUE INDEX i ON a (lower(d)); CREATE TABLE a (id int primary key, other text);"
    )
    asked = " ".join(note.text for note in spec.questions)
    assert "How is c of a worked out? `b + 1`." in asked
    assert "What does this of a say? `CREATE UNIQUE INDEX i ON a" in asked
    assert 'What does this say? "CREATE TABLE a (id int primary key, other text)' in asked


def test_choices_and_patterns_are_read_in_other_words() -> None:
    spec = read(
        "CREATE TABLE a (x int, y int, s varchar(9) check (s = 'n' or (s = 'm')), t varchar(5) check (t ~ '^[A-Z]+$'),"
        " z int check (z is not null), primary key (x, y));"
    )
    fields = spec.entities["A"].fields
    assert (fields["s"].one_of, fields["t"].pattern) == (("n", "m"), "[A-Z]+")
    assert not any(fields[name].optional for name in "xyz")


def test_records_that_are_tied_to_their_own_kind_are() -> None:
    pairs = "p_id int references p, friend_id int references p, primary key (p_id, friend_id)"
    spec = read(f"CREATE TABLE p (id int primary key, n text); CREATE TABLE f ({pairs});")
    relation = spec.entities["P"].relations["friends"]
    assert (relation.kind, relation.to, relation.back) == (RelationKind.MANY_TO_MANY, "P", "ps")


def test_references_to_tables_that_are_not_there_are_asked_about() -> None:
    spec = read("CREATE TABLE a (id int primary key, b_id int references b(id), n int check (n % 2 = 0));")
    asked = " ".join(note.text for note in spec.questions)
    assert "To what does b_id of a refer?" in asked
    assert "Which rule of a is `n % 2 = 0`?" in asked


def test_names_of_a_schema_are_only_names() -> None:
    spec = read(
        'CREATE TABLE "class; drop table x" (id int primary key, "import os" text, "from" text, "Straße" text);'
    )
    entity = next(iter(spec.entities.values()))
    assert all(name.isidentifier() and name.isascii() for name in [*spec.entities, *entity.fields])


def test_tables_that_refer_to_each_other_in_a_circle_are_read() -> None:
    spec = read(
        "CREATE TABLE a (id int primary key, b_id int references b(id));"
        "CREATE TABLE b (id int primary key, a_id int not null references a(id));"
    )
    assert (spec.entities["A"].relations["b"].optional, spec.entities["B"].relations["a"].optional) == (True, False)


def test_a_large_dump_with_its_data_is_read() -> None:
    rows = "\n".join(f"{number}\ttext '; {number}" for number in range(300))
    text = "".join(
        f"CREATE TABLE t{number} (id serial primary key, name varchar(20) not null, other int references t0(id));\n"
        f"COPY t{number} (id, name) FROM stdin;\n{rows}\n\\.\n"
        for number in range(100)
    )
    assert len(read(text).entities) == 100
