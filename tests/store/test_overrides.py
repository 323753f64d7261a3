from datetime import date, datetime

import pytest

from ews.scoring.overrides import OVERRIDES
from ews.store.cases import Case, open_case
from ews.store.engine import writing
from ews.store.overrides import KIND, overrides_known_by

BODY = {
    "tier": "substandard",
    "reason": "重组中",
    "expires_on": "2026-09-30",
    "loan_id": None,
    "author": "officer",
    "approved_by": None,
    "approved_on": "2026-07-06",
}


def _stored(store, portfolio="sme", **changed):
    with writing(store) as connection:
        made = open_case(
            connection,
            Case(KIND, "approved", portfolio=portfolio, borrower_id="B1", body={**BODY, **changed}),
            verb="state",
            user_id="officer",
            at=datetime(2026, 7, 6, 9),
            content={},
        )
    return made[0].case_id


def test_the_columns_are_those_that_a_batch_takes(store):
    assert overrides_known_by(store, "sme", date(2026, 7, 6)).schema == OVERRIDES
    _stored(store)
    assert overrides_known_by(store, "sme", date(2026, 7, 6)).schema == OVERRIDES


def test_a_row_tells_what_was_stated(store):
    _stored(store, loan_id="L1", approved_by="risk")
    assert overrides_known_by(store, "sme", date(2026, 7, 6)).to_pylist() == [
        {
            "override_id": "O0000001",
            "borrower_id": "B1",
            "loan_id": "L1",
            "tier_rank": 2,
            "reason": "重组中",
            "author": "officer",
            "approved_by": "risk",
            "approved_on": date(2026, 7, 6),
            "expires_on": date(2026, 9, 30),
        }
    ]


@pytest.mark.parametrize(
    ("changed", "days"),
    [
        ({}, [6, 7, 8, 9]),
        ({"approved_on": None}, []),  # proposed or refused
        ({"ended_on": "2026-07-08"}, [6, 7]),
        ({"ended_on": "2026-07-06"}, []),
        ({"expires_on": "2026-07-07"}, [6, 7, 8, 9]),  # by date, for whoever reads it
    ],
)
def test_an_override_is_known_from_its_approval_until_the_day_before_its_end(store, changed, days):
    _stored(store, **changed)
    assert [day for day in range(5, 10) if overrides_known_by(store, "sme", date(2026, 7, day)).num_rows] == days


def test_other_portfolios_have_their_own_and_rows_are_in_order_of_id(store):
    ids = [_stored(store), _stored(store, portfolio="retail"), _stored(store)]
    assert overrides_known_by(store, "sme", date(2026, 8, 1))["override_id"].to_pylist() == [ids[0], ids[2]]
