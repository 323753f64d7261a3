"""What holds for all months, whatever they tell; each world is one of some 700 random rows."""

import random
from datetime import date
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.features.account_flows import family as account_flows
from ews.features.card_overdraft import family as card_overdraft
from ews.features.credit_inquiries import family as credit_inquiries
from ews.features.repayment_history import family as repayment_history
from tests.books import book_of
from tests.features.observed import frame
from tests.features.worlds import BORROWERS, World, known_by, world
from tests.scoring.exhibits.worked import cells

DAYS = (date(2025, 3, 31), date(2025, 5, 17), date(2025, 12, 31))
seeds = st.integers(0, 10_000)
SUMS = {
    # feature: months, divided by
    "inflow_3m": ("inflow_fen", 3, 1),
    "inflow_12m": ("inflow_fen", 12, 1),
    "outflow_3m": ("outflow_fen", 3, 1),
    "balance_mean_3m": ("balance_fen", 3, 3),  # where every posting tells a balance
    "card_limit": ("card_limit_fen", 1, 1),
    "card_balance": ("card_balance_fen", 1, 1),
    "inquiries_3m": ("inquiries", 3, 1),
    "inquiries_12m": ("inquiries", 12, 1),
    "dpd_now": ("dpd", 1, 1),
}


def telling(rows: World) -> World:
    """Return `rows` in which every posting tells a balance."""
    postings = [{**row, "balance_after": row.get("balance_after") or 500} for row in rows["transactions"]]
    return {**rows, "transactions": postings}


@cache
def told(seed: int, day: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    return cells(book_of(world(seed)), day)


@settings(max_examples=3, deadline=None)
@given(seed=seeds)
def test_the_last_months_add_up_to_the_features_that_sentences_quote(seed):
    day, book = DAYS[seed % len(DAYS)], book_of(telling(world(seed)))
    families = (account_flows, card_overdraft, credit_inquiries, repayment_history)
    features = pd.concat([frame(family, book, [day]).set_index("borrower_id") for family in families], axis=1)
    months, _ = cells(book, day)
    seen = 0
    for feature, (name, window, parts) in SUMS.items():
        within = months[months["lag"] < window].groupby("borrower_id")[name]
        both = features[[feature]].join((within.sum(min_count=1) / parts).rename("told")).dropna(subset=[feature])
        assert both["told"].tolist() == pytest.approx(both[feature].tolist(), nan_ok=False), feature
        seen += len(both)
    assert seen > len(BORROWERS)


@settings(max_examples=3, deadline=None)
@given(seed=seeds)
def test_what_happens_or_is_learnt_later_changes_nothing(seed):
    day = DAYS[seed % len(DAYS)]
    then = cells(book_of(known_by(world(seed), day)), day)
    for now, before in zip(told(seed, day), then, strict=True):
        pd.testing.assert_frame_equal(now, before)


@settings(max_examples=1, deadline=None)
@given(seed=seeds)
def test_the_order_of_rows_changes_nothing(seed):
    rng = random.Random(seed)  # noqa: S311 - test data
    shuffled = {name: rng.sample(content, len(content)) for name, content in world(seed).items()}
    for now, again in zip(told(seed, DAYS[0]), cells(book_of(shuffled), DAYS[0]), strict=True):
        pd.testing.assert_frame_equal(now, again)


def test_a_book_of_names_alone_knows_nothing_of_any_month():
    months, strips = cells(book_of({"borrowers": [{"borrower_id": "B1", "kind": "firm"}]}), DAYS[0])
    assert len(months) == 24
    assert months.drop(columns=["borrower_id", "as_of", "known_by", "lag", "ends_on"]).notna().sum().sum() == 0
    assert len(strips) == 0


@pytest.mark.parametrize(
    ("day", "ends"),
    [
        (date(2026, 6, 30), [date(2026, 6, 30), date(2026, 5, 31), date(2026, 4, 30), date(2026, 3, 31)]),
        (date(2026, 6, 15), [date(2026, 6, 15), date(2026, 5, 15), date(2026, 4, 15), date(2026, 3, 15)]),
        (date(2026, 3, 30), [date(2026, 3, 30), date(2026, 2, 27), date(2026, 1, 30), date(2025, 12, 30)]),
    ],
)
def test_months_end_as_the_features_count_them(day, ends):
    months, _ = cells(book_of({"borrowers": [{"borrower_id": "B1", "kind": "firm"}]}), day)
    assert [end.date() if hasattr(end, "date") else end for end in months["ends_on"][:4]] == ends
