from datetime import date
from typing import Any

import ibis
import pytest

from ews.features.statements import worked_out
from ews.scoring.payment_record import clean_stretches, whole_months
from tests.scoring.paid_loans import OPENED, book_with, dues, facts_of, loan, served, spine_of, stated

DAY = date(2026, 6, 30)
TWO_YEARS = dues(24)
ZERO = (5_000, 0)
ENDS = [date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31), date(2026, 3, 31)]


@pytest.fixture(scope="module")
def records() -> dict[str, dict[str, Any]]:
    """Every kind of record in as few books as can be, so that the facts are worked out once each."""
    monthly = dict.fromkeys([date(2026, 1, 31), date(2026, 2, 28), date(2026, 4, 30), date(2026, 5, 31), DAY], ZERO)
    names = ("prompt", "next_day", "late", "relapse", "open", "quarterly", "bullet", "partly", "on_the_day", "untold")
    by_schedule = book_with(
        [loan(name) for name in names],
        served("prompt", TWO_YEARS),
        served("next_day", TWO_YEARS, {10: date(2025, 11, 21)}),
        served("late", TWO_YEARS, {8: date(2025, 12, 25), 9: date(2025, 12, 25), 10: date(2025, 12, 25)}),
        served("relapse", TWO_YEARS, {8: date(2025, 12, 25), 13: date(2026, 2, 23)}),
        served("open", TWO_YEARS, {16: None}),
        served("quarterly", dues(8, every=3), {4: date(2026, 1, 25)}),
        served("bullet", [date(2026, 12, 20)]),
        served("partly", TWO_YEARS[:18], {17: date(2026, 7, 5)}),
        {"payments": [{"payment_id": "half", "loan_id": "partly", "paid_on": date(2026, 6, 20), "paid_amount": 50}]},
        served("on_the_day", [*TWO_YEARS[:17], DAY]),
    )
    by_both = book_with(
        [loan("ledger"), loan("ledger_late"), loan("ledger_gap"), loan("ledger_quarters"), loan("thin")],
        stated("ledger", monthly),
        stated("ledger_late", {**monthly, date(2026, 3, 31): (5_000, 20)}),
        stated("ledger_gap", dict.fromkeys([*ENDS[:2], date(2026, 2, 28), date(2026, 5, 31), DAY], ZERO)),
        stated("ledger_quarters", dict.fromkeys([*ENDS, DAY], ZERO)),
        served("thin", [date(2025, 6, 20), date(2027, 6, 20)]),
        stated("thin", {**monthly, date(2026, 3, 31): (5_000, 5)}),
    )
    return {**facts_of(by_schedule, DAY), **facts_of(by_both, DAY)}


@pytest.mark.parametrize(
    ("loan_id", "dpd", "months", "periods"),
    [
        ("prompt", 0, 17, 18),
        ("next_day", 0, 17, 18),  # what is paid a day after it fell due was never past due
        ("late", 0, 6, 6),  # since 2025-12-25
        ("relapse", 0, 4, 4),  # since 2026-02-23
        ("open", 10, 0, 0),  # the money of June went to the item of May
        ("quarterly", 0, 5, 1),  # since 2026-01-25; April only
        ("bullet", 0, 17, 0),
        ("partly", 10, 0, 0),
        ("on_the_day", 0, 17, 18),  # what falls due on the day itself is paid
        ("ledger", 0, 17, 5),
        ("ledger_late", 0, 2, 2),  # since the statement of 2026-04-30
        ("ledger_gap", 0, 4, 2),  # nothing was stated for 151 days up to 2026-02-28
        ("ledger_quarters", 0, 17, 5),
        ("thin", 0, 2, 0),  # the schedule has one item a year: the ledger speaks
        ("untold", None, None, None),
    ],
)
def test_the_record_of_each_loan(
    loan_id: str, dpd: int | None, months: int | None, periods: int | None, records: dict[str, dict[str, Any]]
):
    row = records[loan_id]
    assert (row["dpd"], row["months_clean"], row["periods_clean"]) == (dpd, months, periods)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2025, 12, 31), date(2026, 6, 30), 6),
        (date(2025, 8, 31), date(2026, 2, 28), 6),
        (date(2025, 8, 31), date(2026, 2, 27), 5),
        (date(2025, 12, 25), date(2026, 6, 24), 5),
        (date(2025, 12, 25), date(2026, 6, 25), 6),
        (date(2025, 12, 29), date(2026, 2, 28), 2),
        (date(2026, 2, 28), date(2026, 8, 28), 6),
        (date(2026, 1, 1), date(2026, 1, 31), 0),
    ],
)
def test_months_are_whole_and_end_with_a_shorter_month(start: date, end: date, months: int):
    days = ibis.memtable([{"start": start, "end": end}])
    assert days.select(months=whole_months(days.start, days.end)).to_pyarrow().to_pylist() == [{"months": months}]


def test_stretches_begin_with_the_loan_and_end_where_arrears_begin():
    book = book_with([loan("L1")], served("L1", TWO_YEARS, {3: date(2025, 5, 6)}))
    spine = spine_of(book, date(2025, 6, 30))
    rows = worked_out(book, spine, clean_stretches).order_by("clean_from").to_pyarrow().to_pylist()
    assert [(row["clean_from"], row["late_from"], row["beats"]) for row in rows] == [
        (OPENED, date(2025, 4, 21), TWO_YEARS[:3]),
        (date(2025, 5, 6), None, [date(2025, 5, 20), date(2025, 6, 20)]),
    ]


def test_a_payment_not_known_yet_keeps_the_loan_late():
    rows = served("L1", TWO_YEARS, {3: date(2025, 4, 22)})
    late = [
        {**row, "known_on": date(2025, 5, 2)} if row["paid_on"] == date(2025, 4, 22) else row
        for row in rows["payments"]
    ]
    book = book_with([loan("L1")], {**rows, "payments": late})
    assert facts_of(book, date(2025, 4, 30))["L1"]["periods_clean"] == 0
    assert facts_of(book, date(2025, 5, 31))["L1"]["periods_clean"] == 1
