"""Feature build: the SQL by hand makes our features, and what differs is found before anything is timed."""

from datetime import date
from math import nan

import duckdb
import pyarrow as pa
import pytest

from benchmarks.feature_build import by_hand, one_family
from benchmarks.feature_build.contenders import Contender, Seconds, in_turns, ratio
from benchmarks.feature_build.equality import DifferentValuesError, compare, told
from benchmarks.feature_build.floor import statements
from benchmarks.feature_build.run import features, month_ends, snapshots
from benchmarks.large_book import multiply
from ews.events.book import open_book
from ews.features.build import build_features
from ews.features.catalogue import FEATURES
from ews.features.window import spine_on
from ews.simulation.simulate import simulate


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built") / "small"
    simulate(folder, borrowers=60, months=38, seed=7)
    return folder


@pytest.fixture(scope="module")
def directory(small):
    multiply(small, small.parent / "large", 2)
    return small.parent / "large"


@pytest.mark.parametrize("day", [date(2026, 6, 30), date(2026, 2, 28)])
def test_the_sql_by_hand_makes_all_our_features(directory, day):
    book = open_book(directory, threads=1)
    con = book.engine.con
    ours = build_features(book, spine_on(book, [day])).get_name()
    by_hand.views(con, directory, book.manifest)
    by_hand.run(con, book.manifest, day)
    assert compare(con, ours, by_hand.RESULT) <= 1e-12
    assert told(con, by_hand.RESULT) > 0.9 * len(FEATURES)
    by_hand.drop(con, book.manifest, day)
    left = con.execute("SELECT table_name FROM duckdb_tables() WHERE table_name = 'spine'").fetchall()
    assert left == []


def table_of(**given: float):
    """Return two borrowers that have `given` in the named features and 1 in the others."""
    columns = {each.name: pa.array([1.0, given.get(each.name, 1.0)], pa.float64()) for each in FEATURES}
    columns = {name: pa.array(values.to_pylist(), pa.float64(), from_pandas=True) for name, values in columns.items()}
    return pa.table({"borrower_id": ["A", "B"], **columns})


@pytest.mark.parametrize(
    ("feature", "value", "is_equal"),
    [
        ("inflow_change_3m", 1 + 1e-13, True),
        ("inflow_change_3m", 1 + 1e-11, False),
        ("inflow_change_3m", nan, False),
        ("dpd_now", 1 + 1e-13, False),
        ("dpd_now", 2, False),
    ],
)
def test_counts_are_equal_exactly_and_what_is_divided_nearly(feature, value, is_equal):
    con = duckdb.connect()
    con.register("one", table_of())
    con.register("other", table_of(**{feature: value}))
    if is_equal:
        assert compare(con, "one", "other") <= 1e-12
        return
    with pytest.raises(DifferentValuesError, match=feature):
        compare(con, "one", "other")


def test_all_four_ways_to_one_family_agree(directory):
    day = date(2026, 6, 30)
    book = open_book(directory, threads=1)
    ways = one_family.contenders(book, spine_on(book, [day]), directory, day)
    made = {name: way() for name, way in ways.items()}
    assert made["ours"].num_rows > 50
    for name, rows in made.items():
        one_family.check_equal(made["ours"], rows, name)
    wrong = made["sql"].set_column(1, "earned_3", pa.array([0] * made["sql"].num_rows))
    with pytest.raises(DifferentValuesError, match="earned_3"):
        one_family.check_equal(made["ours"], wrong, "sql")


def test_contenders_take_turns_and_are_cleared():
    said = []
    contenders = {
        name: Contender(lambda name=name: said.append(name), lambda name=name: said.append(f"not {name}"))
        for name in ("a", "b")
    }
    timed = in_turns(contenders, 2)
    assert said == ["a", "not a", "b", "not b"] * 2
    assert [len(found) for found in timed.values()] == [2, 2]


def test_ratios_are_medians_of_rounds():
    timed = {"a": [Seconds(2, 1), Seconds(9, 1), Seconds(4, 1)], "b": [Seconds(1, 2), Seconds(1, 2), Seconds(2, 2)]}
    assert (ratio(timed, "a", "b"), ratio(timed, "a", "b", cpu=True)) == (2, 0.5)


def test_the_floor_reads_every_table_of_the_book(directory):
    manifest = open_book(directory).manifest
    assert len(statements(manifest)) == len(manifest.tables)


def test_month_ends_go_back_from_the_last():
    assert month_ends(date(2026, 3, 31), 3) == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]


def test_the_measurements_have_what_the_benchmarks_promise(small):
    found = features(small, 1)
    assert {"ratio_vs_sql", "ratio_vs_floor", "peak_gib"} <= set(found)
    assert found["features"] == len(FEATURES)
    assert found["left_out"] == {}
    assert 0 < found["peak_gib"] < 6
    many = snapshots(small, 1)
    assert many["ratio_12"] > 0
    assert many["ratio_36"] > 0
