from datetime import date, timedelta
from typing import Any

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.features.window import (
    Spine,
    joined,
    lag_of,
    last_day_before,
    monthly,
    reaches_back,
    rows_within,
    spine_on,
    statements,
)
from tests.books import ENGINE, book_of

BORROWER = {"borrower_id": "B1", "kind": "firm"}
ORDER = ["borrower_id", "as_of", "lag"]


def lag(day: date, as_of: date) -> int:
    expression = lag_of(ibis.literal(day), ibis.literal(as_of))
    return int(ENGINE.execute(expression))


@pytest.mark.parametrize(
    ("day", "as_of", "months_back"),
    [
        (date(2026, 6, 30), date(2026, 6, 30), 0),
        (date(2026, 6, 1), date(2026, 6, 30), 0),
        (date(2026, 5, 31), date(2026, 6, 30), 1),
        (date(2026, 2, 28), date(2026, 3, 31), 1),
        (date(2026, 2, 28), date(2026, 2, 28), 0),
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2024, 2, 29), date(2024, 3, 30), 0),
        (date(2026, 5, 15), date(2026, 6, 20), 1),
        (date(2026, 5, 20), date(2026, 6, 20), 1),
        (date(2026, 5, 21), date(2026, 6, 20), 0),
        (date(2025, 6, 30), date(2026, 6, 30), 12),
        (date(2026, 7, 1), date(2026, 6, 30), 1 - 2),
    ],
)
def test_months_are_counted_back_from_as_of_with_a_month_end_as_day_31(day, as_of, months_back):
    assert lag(day, as_of) == months_back


def test_a_posting_booked_after_as_of_is_not_known_yet():
    book = book_of(
        {
            "borrowers": [BORROWER],
            "public_events": [
                {"event_id": "E1", "borrower_id": "B1", "occurred_on": date(2026, 5, 3), "known_on": date(2026, 7, 2)},
                {"event_id": "E2", "borrower_id": "B1", "occurred_on": date(2026, 5, 4)},
            ],
        }
    )
    spine = spine_on(book, [date(2026, 6, 30)])
    seen = rows_within(spine, book.table("public_events"), day="occurred_on", months=12).execute()
    assert list(seen.event_id) == ["E2"]
    later = spine_on(book, [date(2026, 6, 30)], known_by=date(2026, 7, 2))
    assert rows_within(later, book.table("public_events"), day="occurred_on", months=12).count().execute() == 2


def test_a_correction_counts_from_the_day_it_was_known_and_the_former_version_until_then():
    book = book_of(
        {
            "borrowers": [BORROWER],
            "public_events": [
                {"event_id": "E1", "borrower_id": "B1", "occurred_on": date(2026, 5, 3), "amount": 100},
                {
                    "event_id": "E1",
                    "borrower_id": "B1",
                    "occurred_on": date(2026, 5, 3),
                    "amount": 7,
                    "known_on": date(2026, 6, 10),
                },
                {"event_id": "E2", "borrower_id": "B1", "occurred_on": date(2026, 5, 3), "amount": 5},
                {
                    "event_id": "E2",
                    "borrower_id": "B1",
                    "occurred_on": date(2026, 5, 3),
                    "withdrawn": True,
                    "known_on": date(2026, 6, 20),
                },
            ],
        }
    )
    spine = spine_on(book, [date(2026, 5, 31), date(2026, 6, 30)])
    cells = monthly(spine, book.table("public_events"), day="occurred_on", months=12, amount=lambda t: t.amount.sum())
    assert cells.order_by("as_of").execute()[["lag", "amount"]].values.tolist() == [[0, 105], [1, 7]]


def test_statements_are_counted_from_the_newest_and_a_stale_card_is_left_out():
    days = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    rows = [{"card_id": "C1", "borrower_id": "B1", "stated_on": day, "balance": day.month} for day in days]
    rows.append({"card_id": "C2", "borrower_id": "B1", "stated_on": date(2025, 12, 31), "balance": 99})
    book = book_of({"borrowers": [BORROWER], "card_statements": rows})
    for as_of in (date(2026, 4, 30), date(2026, 5, 11)):
        seen = statements(spine_on(book, [as_of]), book.table("card_statements"), entity="card_id", count=3)
        assert seen.order_by("ordinal").execute()[["card_id", "ordinal", "balance"]].values.tolist() == [
            ["C1", 0, 4],
            ["C1", 1, 3],
            ["C1", 2, 2],
        ]


FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "event": st.integers(0, 6),
    "borrower": st.sampled_from(["B1", "B2"]),
    "day": st.integers(0, 500),
    "late": st.integers(0, 90),
    "amount": st.integers(0, 1000),
    "withdrawn": st.booleans(),
}
events = st.lists(
    st.fixed_dictionaries(FIELDS), max_size=12, unique_by=lambda row: (row["event"], row["day"] + row["late"])
)


@settings(max_examples=25, deadline=None)
@given(rows=events, anchor=st.sampled_from([date(2025, 1, 31), date(2025, 1, 15)]))
def test_counting_by_month_equals_counting_row_by_row(rows, anchor):
    start = date(2024, 1, 1)
    content = [
        {
            "event_id": f"E{row['event']}",
            "borrower_id": row["borrower"],
            "occurred_on": start + timedelta(days=row["day"]),
            "known_on": start + timedelta(days=row["day"] + row["late"]),
            "amount": row["amount"],
            "withdrawn": row["withdrawn"],
        }
        for row in rows
    ]
    book = book_of({"borrowers": [BORROWER, {**BORROWER, "borrower_id": "B2"}], "public_events": content})
    days = [date(2024, 8, anchor.day), anchor, date(2025, 3, anchor.day)]
    spine = spine_on(book, days)
    table = book.table("public_events")

    def cells_of(spine: Spine) -> pd.DataFrame:
        cells = monthly(
            spine, table, day="occurred_on", months=6, n=lambda t: t.count(), amount=lambda t: t.amount.sum()
        )
        rows: pd.DataFrame = cells.execute()
        return rows[[*ORDER, "n", "amount"]]

    alone = pd.concat(cells_of(Spine(spine.table.filter(spine.table.as_of == day), (day,))) for day in days)
    together = cells_of(spine)
    pd.testing.assert_frame_equal(
        together.sort_values(ORDER, ignore_index=True), alone.sort_values(ORDER, ignore_index=True), check_exact=True
    )


@settings(max_examples=40, deadline=None)
@given(as_of=st.dates(date(2023, 1, 1), date(2026, 12, 31)), months=st.sampled_from([1, 3, 6, 12]))
def test_the_last_day_before_a_window_is_the_newest_with_that_lag(as_of, months):
    before: date = ENGINE.execute(last_day_before(ibis.literal(as_of), months=months).cast("date"))
    before = date(before.year, before.month, before.day)
    assert lag(before, as_of) == months
    assert lag(before + timedelta(days=1), as_of) == months - 1


@pytest.mark.parametrize(("begins", "reaches"), [(date(2026, 4, 1), True), (date(2026, 4, 2), False)])
def test_an_extract_reaches_back_when_it_holds_the_first_day_of_the_window(begins, reaches):
    book = book_of({"borrowers": [BORROWER], "inquiries": []}, covered=(begins, date(2026, 5, 1)))
    assert ENGINE.execute(reaches_back(book, "inquiries", ibis.literal(date(2026, 6, 30)), months=3)) == reaches


@pytest.mark.parametrize("days", [[date(2026, 6, 30)], [date(2026, 5, 31), date(2026, 6, 30)]])
def test_months_can_be_counted_apart_by_another_column(days):
    rows = [
        {"event_id": f"E{number}", "borrower_id": "B1", "occurred_on": date(2026, 5, 3), "kind": kind}
        for number, kind in enumerate(["lawsuit", "lawsuit", "penalty"])
    ]
    book = book_of({"borrowers": [BORROWER], "public_events": rows})
    cells = monthly(
        spine_on(book, days),
        book.table("public_events"),
        day="occurred_on",
        months=12,
        by=("kind",),
        n=lambda t: t.count(),
    )
    newest = cells.filter(cells.as_of == days[-1]).order_by("kind").execute()
    assert newest[["kind", "lag", "n"]].values.tolist() == [["lawsuit", 1, 2], ["penalty", 1, 1]]


def test_joining_parts_keeps_every_row_of_the_spine():
    book = book_of({"borrowers": [BORROWER, {**BORROWER, "borrower_id": "B2"}]})
    spine = spine_on(book, [date(2026, 6, 30)])
    part = spine.table.filter(spine.table.borrower_id == "B2").mutate(n=7)
    rows = joined(spine, part, part.rename(m="n")).order_by("borrower_id").execute()
    assert rows[["borrower_id", "n", "m"]].astype(object).where(rows.notna(), None).values.tolist() == [
        ["B1", None, None],
        ["B2", 7, 7],
    ]
