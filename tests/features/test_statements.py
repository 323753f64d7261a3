import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from ews.events.book import Book
from ews.features import statements
from ews.features.statements import worked_out
from ews.features.steps import applied, step
from ews.features.window import Spine, spine_on
from tests.books import book_of

DAY = date(2026, 6, 30)
NAMES = ibis.schema({"borrower_id": "string"})


def firms(*names: str) -> Book:
    return book_of({"borrowers": [{"borrower_id": name, "kind": "firm"} for name in names]})


def told(book: Book, make, days: tuple[date, ...] = (DAY,)) -> list[str]:
    return sorted(worked_out(book, spine_on(book, days), make).borrower_id.execute())


def longer(_: Book, spine: Spine) -> ir.Table:
    return step(spine.table.filter(spine.table.borrower_id.length() > 1)).select("borrower_id")


@pytest.fixture(autouse=True)
def _nothing_kept():
    statements.script_of.cache_clear()


def test_statements_are_written_once_per_shape_and_tell_of_the_book_they_run_on():
    assert told(firms("A", "AB"), longer) == ["AB"]
    assert told(firms("ABC", "B", "BC"), longer) == ["ABC", "BC"]
    assert (statements.script_of.cache_info().misses, statements.script_of.cache_info().hits) == (1, 1)


def test_which_day_it_is_makes_no_other_shape_but_how_the_days_lie_does():
    book = firms("AB")
    month_ends = (date(2026, 4, 30), date(2026, 5, 31)), (date(2026, 5, 31), DAY, date(2026, 7, 31))
    for days, misses in [
        ((DAY,), 1),
        ((date(2026, 7, 15),), 1),
        (month_ends[0], 2),
        (month_ends[1], 2),
        ((date(2026, 5, 15), date(2026, 6, 15)), 3),
        ((date(2026, 5, 14), date(2026, 6, 15)), 4),
        ((date(2026, 5, 16), DAY), 4),
    ]:
        assert told(book, longer, days) == ["AB"] * len(days)
        assert statements.script_of.cache_info().misses == misses


def covering(book: Book, *days: date | None) -> Book:
    entry = replace(book.manifest.tables["borrowers"], covered_from=days[0], covered_to=days[1])
    return replace(book, manifest=replace(book.manifest, tables={"borrowers": entry}))


def test_which_days_an_extract_speaks_of_makes_no_other_shape():
    def covered(book: Book, spine: Spine) -> ir.Table:
        first, last = (ibis.literal(day) for day in book.covered("borrowers") or ())
        return step(spine.table.filter(spine.table.as_of.between(first, last))).select("borrower_id")

    book = firms("AB")
    days = [(DAY, DAY), (date(2020, 1, 1), DAY), (date(2020, 1, 1), date(2020, 1, 2))]
    assert [told(covering(book, *each), covered) for each in days] == [["AB"], ["AB"], []]
    assert statements.script_of.cache_info().misses == 1


@pytest.mark.parametrize(
    "reckoned",
    [
        lambda day, _: day - timedelta(days=1),
        lambda day, _: min(day, DAY),
        lambda day, spine: max(spine.days[0], day),
        lambda day, _: DAY - day,
    ],
)
def test_a_description_that_reckons_with_a_day_itself_is_refused(reckoned):
    def described(book: Book, spine: Spine) -> ir.Table:
        return spine.table.filter(spine.table.as_of > reckoned((book.covered("borrowers") or (DAY, DAY))[0], spine))

    with pytest.raises(TypeError, match="reckons with a day that stands in for another"):
        told(covering(firms("AB"), DAY, DAY), described)


def test_another_number_of_days_no_coverage_or_another_table_is_another_shape():
    book = firms("AB")
    others = [
        covering(book, None, None),
        replace(book, tables={**book.tables, "relations": book.table("borrowers")}),
    ]
    assert [told(each, longer) for each in (book, *others)] == [["AB"]] * 3
    assert told(book, longer, (date(2026, 5, 31), DAY)) == ["AB", "AB"]
    assert statements.script_of.cache_info().misses == 4


def test_a_step_that_two_parts_ask_for_is_worked_out_once():
    def both(book: Book, spine: Spine) -> ir.Table:
        return ibis.union(longer(book, spine), longer(book, spine))

    seen: list[int] = []
    book = firms("AB")
    rows = worked_out(book, spine_on(book, [DAY]), both, lambda _, done, __: seen.append(done))
    assert rows.borrower_id.execute().tolist() == ["AB", "AB"]
    assert seen == [0, 1, 2]


def test_what_sql_cannot_say_is_done_by_a_function_on_all_rows_of_a_step():
    def reverse(rows: pa.Table) -> pa.Table:
        return pa.table({"borrower_id": pc.utf8_reverse(rows["borrower_id"])})

    def turned(book: Book, spine: Spine) -> ir.Table:
        table = applied(reverse, longer(book, spine), NAMES)
        return table.filter(table.borrower_id != "DC")

    assert told(firms("A", "AB", "CD"), turned) == ["BA"]


WRITING = """
from ews.features import scripts, statements
from ews.features.public_events import family
from ews.features.window import spine_on
from tests.books import book_of
from tests.features.test_statements import DAY

event = {"borrower_id": "A", "occurred_on": DAY, "kind": "lawsuit"}
book = book_of({"borrowers": [{"borrower_id": "A", "kind": "firm"}], "public_events": [event]})
print(scripts.written(statements.shape_of(book, spine_on(book, [DAY]), family.build)))
"""


def test_two_processes_write_the_same_statements_whatever_their_hashes():
    said = [
        subprocess.run(
            [sys.executable, "-c", WRITING],
            check=True,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1]
    assert b"SELECT" in said[0]


def test_only_the_result_stays_behind_and_a_failure_before_does_no_harm():
    def failing(_: Book, spine: Spine) -> ir.Table:
        first = step(spine.table.select("borrower_id"))
        return first.select(borrower_id=first.borrower_id.cast("int64").cast("string"))

    book = firms("A")
    spine = spine_on(book, [DAY])
    with pytest.raises(duckdb.ConversionException, match="Could not convert string 'A' to INT64"):
        worked_out(book, spine, failing)
    before = set(book.engine.list_tables())
    kept = worked_out(book, spine, longer)
    assert set(book.engine.list_tables()) - before == {kept.op().name}
