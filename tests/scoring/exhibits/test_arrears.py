from calendar import monthrange
from datetime import date

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.domain.exhibits import MONTHS
from ews.events.arrears import loan_states
from ews.events.book import Book
from ews.scoring.exhibits.lags import DAY
from tests.books import book_of
from tests.features.worlds import world
from tests.scoring.exhibits.worked import AS_OF, SEEN, cells, loan

DAYS = (date(2025, 3, 31), date(2025, 5, 17), date(2025, 12, 31))
SPANS = (SEEN, (date(2024, 6, 1), date(2025, 4, 10)), (date(2024, 2, 15), date(2025, 12, 31)))
"""Of the extracts: everything seen; payments and ledger that begin late and end early; that begin a little late."""


def as_loan_states_says(book: Book, day: date) -> pd.DataFrame:
    """Return the months' ends as loan_states tells them, asked for every loan at each of them."""
    lags = {last_day(day, lag): lag for lag in range(MONTHS)}
    calendar = ibis.memtable({"as_of": list(lags), "known_by": [day] * MONTHS}, schema=dict.fromkeys(DAY, "date"))
    days = book.table("borrowers").select("borrower_id").distinct().cross_join(calendar)
    states = loan_states(book, days).to_pyarrow().to_pandas()
    found = states[["borrower_id", "loan_id"]].assign(
        lag=[lags[pd.Timestamp(end).date()] for end in states["as_of"]],
        dpd=states["dpd"],
        is_alive=states["live"].astype(bool) | (states["dpd"] > 0),
    )
    ordered: pd.DataFrame = found.sort_values(["borrower_id", "loan_id", "lag"]).reset_index(drop=True)
    return ordered


def last_day(day: date, lag: int) -> date:
    """Return the end of month `lag` counted back from `day`, a month's end or a day before the 28th."""
    months = 12 * day.year + day.month - 1 - lag
    length = monthrange(months // 12, months % 12 + 1)[1]
    is_end = day.day == monthrange(day.year, day.month)[1]
    return date(months // 12, months % 12 + 1, length if is_end else min(day.day, length))


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000), span=st.sampled_from(SPANS))
def test_every_month_end_is_as_loan_states_has_it(seed, span):
    day = DAYS[seed % len(DAYS)]
    book = book_of(world(seed), covered=span)
    _, ends = cells(book, day)
    told = as_loan_states_says(book, day)
    assert ends[["borrower_id", "loan_id", "lag"]].to_numpy().tolist() == told[
        ["borrower_id", "loan_id", "lag"]
    ].to_numpy().tolist()  # fmt: skip
    assert ends["dpd"].fillna(-1).tolist() == told["dpd"].fillna(-1).tolist()
    assert ends["is_alive"].tolist() == told["is_alive"].tolist()


def strip(**rows):
    """Return dpd of the only loan where it is alive, by lag."""
    book = book_of({"borrowers": [{"borrower_id": "B1", "kind": "firm"}], "loans": [loan()], **rows})
    _, ends = cells(book, AS_OF)
    alive = ends[ends["is_alive"]]
    return dict(zip(alive["lag"].tolist(), alive["dpd"].tolist(), strict=True))


def stated(on, balance, dpd):
    return {"loan_id": "L1", "stated_on": on, "balance": balance, "dpd": dpd}


def test_a_loan_never_late_is_0_from_its_payout_on_and_ends_with_its_last_balance():
    told = strip(
        loans=[loan(opened_on=date(2026, 1, 10))],
        ledger=[
            stated(on, 0 if on.month == 5 else 9, 0)
            for on in (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31))
        ],
    )
    assert told == {5: 0, 4: 0, 3: 0, 2: 0}


def test_arrears_grow_while_an_item_stays_open_and_are_gone_when_it_is_paid():
    due = {"loan_id": "L1", "due_on": date(2026, 2, 10), "component": "principal", "due_amount": 100}
    paid = {"payment_id": "Y1", "loan_id": "L1", "paid_on": date(2026, 5, 1), "paid_amount": 100}
    told = strip(loans=[loan(opened_on=date(2026, 1, 10))], instalments=[due], payments=[paid])
    assert told == {5: 0, 4: 18, 3: 49, 2: 79, 1: 0, 0: 0}


def test_a_loan_in_default_that_left_the_ledger_ages_on():
    told = strip(ledger=[stated(date(2026, 1, 31), 900, 95)])
    assert {lag: dpd for lag, dpd in told.items() if lag <= 5} == {5: 95, 4: 123, 3: 154, 2: 184, 1: 215, 0: 245}


@pytest.mark.parametrize(("dpd", "told"), [(0, 0), (None, None)])
def test_a_statement_that_tells_no_dpd_leaves_it_unknown(dpd, told):
    (now,) = [each for lag, each in strip(ledger=[stated(AS_OF, 900, dpd)]).items() if lag == 0]
    assert (None if pd.isna(now) else now) == told
