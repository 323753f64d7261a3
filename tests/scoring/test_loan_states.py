from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from ews.scoring.loan_states import FORGOTTEN_DAYS, loan_states, named
from ews.scoring.states import LOANS, NOTHING, States
from tests.scoring.paid_loans import book_with, loan, state_of

DAY, BEFORE = date(2026, 6, 30), date(2026, 5, 31)
USUAL = {
    "borrower_id": "B1",
    "own_tier_rank": 0,
    "tier_rank": 0,
    "npl_since": pd.NaT,
    "restructured": False,
    "restructured_on": pd.NaT,
    "observed_from": pd.NaT,
    "restructured_again": False,
    "was_non_performing": False,
    "other_claim_non_performing": False,
    "by_days_alone": False,
    "grounds": [],
    "carried": [],
}


def left(*loans: dict[str, Any], before: States = NOTHING, names: Sequence[str] = ()) -> dict[str, dict[str, Any]]:
    frame = pd.DataFrame(
        [
            {"loan_id": f"L{number}", **USUAL, "floor_rank": loan.get("tier_rank", 0), **loan}
            for number, loan in enumerate(loans)
        ]
    )
    found = loan_states(frame, before, DAY, names)
    assert found.schema.equals(LOANS)
    assert found["loan_id"].to_pylist() == sorted(found["loan_id"].to_pylist())
    return {row["loan_id"]: row for row in found.to_pylist()}


def test_only_what_has_to_be_remembered_is_left():
    found = left(
        {}, {"tier_rank": 1, "grounds": ["OVERDUE"]}, {"own_tier_rank": 2, "tier_rank": 2}, {"restructured": True}
    )
    assert list(found) == ["L1", "L2", "L3"]
    assert (found["L1"]["held"], found["L1"]["seen_on"]) == (["OVERDUE"], DAY)
    assert [found[loan_id]["npl_since"] for loan_id in found] == [None, DAY, None]


def test_a_cure_is_told_from_the_batch_that_found_it_until_it_is_long_past():
    before = state_of({"loan_id": "L0", "own_tier_rank": 2, "tier_rank": 2, "npl_since": date(2025, 1, 31)})
    cured = left({}, before=before)["L0"]
    assert (cured["npl_since"], cured["cured_on"]) == (None, DAY)
    days = {"L1": DAY - timedelta(days=FORGOTTEN_DAYS), "L2": DAY - timedelta(days=FORGOTTEN_DAYS + 1), "L3": BEFORE}
    told = state_of(*({"loan_id": name, "own_tier_rank": 0, "cured_on": day} for name, day in days.items()))
    found = left({}, {}, {}, {"own_tier_rank": 2, "tier_rank": 2}, before=told)
    assert {name: row["cured_on"] for name, row in found.items()} == {"L1": days["L1"], "L3": None}


def test_who_was_held_down_by_an_override_alone_has_to_be_cured_too():
    found = left({"tier_rank": 2, "floor_rank": 1}, {"tier_rank": 2, "floor_rank": 2})
    assert [found[loan_id]["npl_since"] for loan_id in found] == [DAY, None]


def test_a_spell_goes_on_from_its_first_day():
    found = left({"own_tier_rank": 3, "tier_rank": 3, "npl_since": pd.Timestamp(BEFORE)})
    assert found["L0"]["npl_since"] == BEFORE


def test_a_loan_waits_for_the_cure_of_the_debtors_other_claims():
    waiting = {"tier_rank": 2, "was_non_performing": True, "npl_since": pd.Timestamp(BEFORE)}
    found = left({**waiting, "other_claim_non_performing": True}, waiting)
    assert [found[loan_id]["npl_since"] for loan_id in found] == [BEFORE, None]


def test_a_loan_waits_also_where_nobody_knows_how_the_other_claims_stand():
    found = left({"was_non_performing": True, "other_claim_non_performing": None, "npl_since": pd.Timestamp(BEFORE),
                  "tier_rank": 1})  # fmt: skip
    assert found["L0"]["npl_since"] == BEFORE


def test_what_is_carried_keeps_the_day_on_which_it_was_seen():
    before = state_of({"loan_id": "L0", "held": ["OVERDUE_90"], "seen_on": BEFORE, "npl_since": BEFORE})
    found = left({"tier_rank": 2, "carried": ["OVERDUE_90"], "grounds": ["OVERDUE_90"]}, before=before)
    assert (found["L0"]["seen_on"], found["L0"]["npl_since"]) == (BEFORE, BEFORE)


def test_a_loan_that_was_not_decided_goes_on_as_it_was():
    before = state_of({"loan_id": "L8", "own_tier_rank": 2, "seen_on": BEFORE}, {"loan_id": "L0", "own_tier_rank": 2})
    found = left({}, before=before)
    assert list(found) == ["L0", "L8"]
    assert found["L0"]["cured_on"] == DAY
    assert (found["L8"]["own_tier_rank"], found["L8"]["seen_on"]) == (2, BEFORE)


@pytest.mark.parametrize(
    ("days", "names", "expected"),
    [(FORGOTTEN_DAYS - 1, (), ["L8"]), (FORGOTTEN_DAYS, (), []), (FORGOTTEN_DAYS, ("L8",), ["L8"])],
)
def test_a_loan_that_the_book_names_no_more_is_forgotten_after_two_years(
    days: int, names: tuple[str, ...], expected: list[str]
):
    before = state_of({"loan_id": "L8", "own_tier_rank": 2, "seen_on": DAY - timedelta(days=days)})
    assert list(left({}, before=before, names=names)) == expected


def test_a_loan_is_named_by_itself_or_by_the_one_that_repaid_it():
    before = state_of(*({"loan_id": loan_id} for loan_id in ("L1", "L2", "L3")))
    book = book_with([loan("L1"), loan("L4", replaces_loan_id="L2")])
    assert named(book, before) == {"L1", "L2"}
    assert named(book, NOTHING) == frozenset()
