from datetime import date
from pathlib import Path

import duckdb
import pytest

from ews.domain.errors import SettingsError
from ews.events.manifest import FILE_NAME, read_manifest
from ews.events.schemas import TABLES
from ews.simulation.simulate import simulate
from ews.simulation.truth import EPISODES_NAME
from ews.simulation.truth import FILE_NAME as FILE_OF_PD


def bytes_of(directory: Path) -> list[bytes]:
    truth = directory.with_name(f"{directory.name}-truth")
    return [file.read_bytes() for file in (directory / FILE_NAME, truth / FILE_OF_PD, truth / EPISODES_NAME)]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    directory = tmp_path_factory.mktemp("small") / "book"
    simulate(directory, borrowers=150, months=14, seed=3)
    return directory


def test_the_same_seed_gives_the_same_bytes_whatever_the_block_size(small, tmp_path):
    said: list[tuple[str, int, int]] = []
    tell = lambda *step: said.append(step)  # noqa: E731
    simulate(tmp_path / "book", borrowers=150, months=14, seed=3, block_size=75, progress=tell)
    assert bytes_of(tmp_path / "book") == bytes_of(small)
    assert [step for step in said if step[0] == "events"] == [("events", 0, 2), ("events", 1, 2), ("events", 2, 2)]
    assert ("latent states", 14, 14) in said


def test_another_seed_makes_another_book_in_the_place_of_the_first(tmp_path):
    first, second = (simulate(tmp_path / "book", borrowers=20, months=3, seed=seed) for seed in (1, 2))
    assert first.book.manifest.book_id != second.book.manifest.book_id == read_manifest(tmp_path / "book").book_id
    assert (second.snapshot, second.auc) == (None, None)


@pytest.mark.parametrize(("borrowers", "months"), [(1, 1), (2, 24)])
def test_the_smallest_books_are_books(tmp_path, borrowers, months):
    assert simulate(tmp_path / "book", borrowers=borrowers, months=months, seed=1).rows["borrowers"] >= borrowers


def test_the_book_has_every_table_that_the_simulator_makes(made):
    assert set(made.report.rows) == {schema.name for schema in TABLES}


def test_worlds_make_different_books_of_the_same_people(tmp_path):
    a, b = (simulate(tmp_path / world, borrowers=150, months=14, seed=3, world=world) for world in "AB")
    assert (a.world, b.world) == ("A", "B")
    assert a.network == b.network
    ids = "SELECT DISTINCT borrower_id FROM '{}' ORDER BY ALL"
    people = [
        duckdb.sql(ids.format(tmp_path / report.world / report.book.manifest.tables["borrowers"].file)).fetchall()
        for report in (a, b)
    ]
    assert people[0] == people[1]
    assert a.book.manifest.book_id != b.book.manifest.book_id


def test_an_unknown_world_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(SettingsError, match="There is no world 'C'"):
        simulate(tmp_path / "book", borrowers=5, months=3, seed=1, world="C")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_rejected(made):
    assert {table.name: table.rejected for table in made.report.book.tables if table.rejected} == {}


def test_no_row_happened_or_was_known_after_the_extraction(made):
    extracted_on = made.report.book.manifest.extracted_on
    assert extracted_on == date(2026, 6, 30)
    for schema in TABLES:
        if made.report.rows.get(schema.name):
            newest = made.rows(f"SELECT max({schema.happened}::DATE), max(known_on) FROM {schema.name}")[0]
            assert max(newest) <= extracted_on, schema.name


def test_no_row_was_known_before_it_happened(made):
    for schema in TABLES:
        if schema.name in made.report.rows:
            assert made.value(f"SELECT count(*) FROM {schema.name} WHERE known_on < {schema.happened}::DATE") == 0


@pytest.mark.parametrize(
    ("table", "column", "target"),
    [(schema.name, column.name, column.refers) for schema in TABLES for column in schema.columns if column.refers],
)
def test_every_reference_holds(made, table, column, target):
    other, key = target.split(".")
    assert (
        made.value(
            f"SELECT count(*) FROM {table} t ANTI JOIN {other} o ON o.{key} = t.{column} WHERE t.{column} IS NOT NULL"
        )
        == 0
    )


@pytest.mark.parametrize("column", ["guarantor_id", "borrower_id"])
def test_few_guarantees_name_somebody_outside_the_book(made, column):
    outside = made.value(f"SELECT count(*) FROM guarantees g ANTI JOIN borrowers b ON b.borrower_id = g.{column}")
    assert 0 < outside < 0.25 * made.report.rows["guarantees"]


def test_no_borrower_moves_money_before_becoming_a_customer(made):
    assert (
        made.value("""
        SELECT count(*) FROM transactions t JOIN accounts a USING (account_id) WHERE t.occurred_at < a.opened_on
    """)
        == 0
    )


def test_the_manifest_says_how_to_label_and_what_is_covered(made):
    manifest = made.report.book.manifest
    assert manifest.portfolio == "synthetic"
    assert (manifest.recipe["default_above_dpd"], manifest.recipe["horizon_months"]) == (90, 12)
    assert manifest.tables["loans"].covered_from == date(2023, 7, 1)
    assert manifest.tables["inquiries"].covered_to == date(2026, 6, 30)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"borrowers": 0}, "borrowers is 0. Give a number from 1"),
        ({"months": 241}, "months is 241. Give a number from 1 to 240"),
        ({"seed": -1}, "seed is -1"),
        ({"block_size": 0}, "block_size is 0"),
        ({"last_month_end": date(2026, 6, 29)}, "2026-06-29 is not the last day of a month"),
    ],
)
def test_numbers_out_of_range_are_refused_and_nothing_is_written(tmp_path, wrong, message):
    with pytest.raises(SettingsError, match=message):
        simulate(tmp_path / "book", **{"borrowers": 5, "months": 3, "seed": 1, **wrong})
    assert list(tmp_path.iterdir()) == []
