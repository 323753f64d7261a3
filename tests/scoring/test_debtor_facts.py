from datetime import date
from typing import Any

import ibis
import pytest

from ews.scoring.debtor_facts import with_debtor_facts
from tests.books import ENGINE, Rows, book_of
from tests.policy.policies import POLICY

DAY = date(2026, 6, 30)
OWN = {
    "borrower_id": "string",
    "as_of": "date",
    "known_by": "date",
    "loan_id": "string",
    "own_tier_rank": "int8",
    "own_undecided": "array<string>",
    "balance": "int64",
    "dpd": "int64",
}


def facts_of(loans: list[dict[str, Any]], debts: Rows | None = None, **tables: Rows) -> dict[str, dict[str, Any]]:
    """Return the debtor facts by loan; loans are L0, L1 … of B1, performing and current unless said."""
    performing = {"own_tier_rank": 0, "own_undecided": [], "balance": 100, "dpd": 0}
    usual = {"borrower_id": "B1", "as_of": DAY, "known_by": DAY, **performing}
    rows = [{"loan_id": f"L{number}", **usual, **loan} for number, loan in enumerate(loans)]
    own = ENGINE.create_table(ibis.util.gen_name("own"), ibis.memtable(rows, schema=OWN), temp=True)
    features = own.select("borrower_id", "as_of", external_dpd=ibis.literal(12.0)).distinct()
    if debts is not None:
        tables["external_debts"] = [{"borrower_id": "B1", "stated_on": date(2026, 6, 1), **debt} for debt in debts]
    table = with_debtor_facts(book_of(tables), (DAY,), own, features, POLICY, DAY)
    assert table.columns[: len(OWN)] == tuple(OWN)
    return {row["loan_id"]: row for row in table.to_pyarrow().to_pylist()}


def test_a_claim_that_is_non_performing_by_itself_is_told_of_the_others():
    rows = facts_of([{"own_tier_rank": 2}, {}, {}, {"borrower_id": "B2"}])
    assert {key: row["other_claim_non_performing"] for key, row in rows.items()} == {
        "L0": False,
        "L1": True,
        "L2": True,
        "L3": False,
    }
    assert rows["L0"]["external_dpd"] == 12


UNSEEN = {"dpd": None, "own_undecided": ["OVERDUE", "OVERDUE_90"]}


@pytest.mark.parametrize(
    ("loans", "told"),
    [
        ([UNSEEN, {}], [False, None]),
        ([UNSEEN, UNSEEN], [None, None]),
        ([UNSEEN, {"own_tier_rank": 2}, {}], [True, None, True]),
        ([{"own_undecided": ["OVERDUE"]}, {}], [False, False]),  # it would be special mention at most
        ([{**UNSEEN, "own_tier_rank": 2}, {}], [False, True]),
    ],
)
def test_a_claim_that_cannot_be_judged_is_not_taken_for_a_performing_one(
    loans: list[dict[str, Any]], told: list[bool | None]
):
    rows = facts_of(loans)
    assert [rows[f"L{number}"]["other_claim_non_performing"] for number in range(len(loans))] == told


@pytest.mark.parametrize(
    ("loans", "share"),
    [
        ([{"balance": 1_000}], 0.0),
        ([{"balance": 1_000, **UNSEEN}, {"balance": 1_000}], None),
        ([{"balance": 1_000, **UNSEEN}, {"own_tier_rank": 2}], None),
        ([UNSEEN], None),
        ([{"balance": None}, {"balance": None}], 0.0),
        ([{"balance": None, "own_tier_rank": 2}], 1.0),
        ([{"balance": 100, "own_tier_rank": 3}, {"balance": 900}], 0.1),
        ([{"balance": 101, "own_tier_rank": 2}, {"balance": 899}], 0.101),
        ([{"balance": None, "own_tier_rank": 2}, {"balance": 900}], None),
        ([{"balance": 100, "own_tier_rank": 2}, {"balance": None}], None),
        ([{"balance": 0, "own_tier_rank": 2}, {"balance": 0}], None),
        ([{"balance": 500, "own_tier_rank": 1}, {"balance": 500}], 0.0),
    ],
)
def test_the_share_here_counts_balances_and_is_unknown_where_one_is(loans: list[dict[str, Any]], share: float | None):
    assert facts_of(loans)["L0"]["non_performing_share_here"] == share


OWED = {"institution_id": "I1", "balance": 700, "dpd": 0}
LATE = {"institution_id": "I2", "balance": 200, "dpd": 91}


@pytest.mark.parametrize(
    ("loans", "debts", "share"),
    [
        ([{}], None, None),
        ([{}], [], None),
        ([{}], [OWED], 0.0),
        ([{}], [OWED, LATE], 0.2),
        ([{"dpd": 91}], [OWED, LATE], 0.3),
        ([{"dpd": 90}], [OWED, {**LATE, "dpd": 90}], 0.0),
        ([{"balance": None}], [OWED, LATE], None),
        ([{}], [OWED, {**LATE, "balance": None}], None),
        ([{}], [OWED, {**LATE, "dpd": None}], None),
        ([{"dpd": None}], [OWED, LATE], None),
        ([{"dpd": None, "balance": 0}], [OWED, LATE], 200 / 900),
        ([{}], [OWED, {**LATE, "stated_on": date(2025, 5, 1)}], 0.0),
        ([{}], [{**LATE, "stated_on": date(2025, 6, 1)}], None),
        ([{}], [OWED, LATE, {**LATE, "stated_on": date(2026, 6, 2), "dpd": 0}], 0.0),
        ([{}], [OWED, {**LATE, "known_on": date(2026, 7, 1)}], 0.0),
    ],
)
def test_the_share_over_all_banks_needs_a_report_and_every_balance(
    loans: list[dict[str, Any]], debts: Rows | None, share: float | None
):
    assert facts_of(loans, debts)["L0"]["overdue_90_share_all_banks"] == share


def test_a_report_without_debts_says_that_there_are_none_elsewhere():
    report = {
        "report_id": "R1",
        "borrower_id": "B1",
        "pulled_on": date(2026, 6, 5),
        "authorised": True,
        "scope": "full",
    }
    assert facts_of([{"dpd": 95}, {}], [], bureau_reports=[report])["L0"]["overdue_90_share_all_banks"] == 0.5


def test_a_loan_pulled_down_by_the_others_pulls_none_down_itself():
    rows = facts_of([{"own_tier_rank": 0, "floor_rank": 2}, {}])
    assert [row["other_claim_non_performing"] for row in rows.values()] == [False, False]
