from datetime import date

from ews.features.collateral import family as collateral
from tests.features.cases import AS_OF, told

LOAN = {"loan_id": "L1", "borrower_id": "B1", "product": "business", "opened_on": date(2025, 1, 15)}
SECOND = {**LOAN, "loan_id": "L2"}
PIECE = {"collateral_id": "K1", "loan_id": "L1", "kind": "residential", "value": 1_000, "valued_on": date(2025, 6, 30)}
NAMES = [each.name for each in collateral.FEATURES]


def stated(balance: int | None, loan: str = "L1") -> dict[str, object]:
    return {"loan_id": loan, "stated_on": AS_OF, "dpd": 0, "balance": balance}


def told_of(*cases) -> list[dict[str, float | None]]:
    rows = told(collateral, [{"loans": [LOAN, SECOND], **case} for case in cases], NAMES)
    return [dict(zip(NAMES, row, strict=True)) for row in rows]


def test_collateral_worked_by_hand():
    pieces = [
        {**PIECE, "insured_to": date(2026, 7, 10)},
        {
            **PIECE,
            "collateral_id": "K2",
            "kind": "stock",
            "value": 200,
            "seized_on": AS_OF,
            "insured_to": date(2026, 6, 20),
        },
        {**PIECE, "collateral_id": "K3", "loan_id": "L2", "value": 400, "seized_on": date(2026, 7, 1)},
    ]
    (seen,) = told_of({"collateral": pieces, "ledger": [stated(600), stated(300, "L2")]})
    assert seen == {
        "loan_to_value": 900 / 1_600,
        "loan_to_value_worst": 300 / 400,
        "collateral_value_change": None,
        "months_since_valuation": 12,
        "insurance_days_left": -10,
        "collateral_seized": 1,
        "soft_collateral_share": 200 / 1_600,
    }


def test_loan_to_value_is_unknown_where_a_value_or_a_balance_is():
    unvalued = {**PIECE, "collateral_id": "K2", "value": None}
    other = {**PIECE, "collateral_id": "K3", "loan_id": "L2"}
    seen = told_of(
        {"collateral": [PIECE, unvalued], "ledger": [stated(600)]},
        {"collateral": [PIECE, other], "ledger": [stated(600), stated(None, "L2")]},
        {"collateral": [PIECE], "ledger": [stated(600), stated(50, "L2")]},
        {"collateral": [], "ledger": [stated(600)]},
    )
    assert [each["loan_to_value"] for each in seen] == [None, None, 0.6, None]
    assert [each["loan_to_value_worst"] for each in seen] == [None, 0.6, 0.6, None]
    assert [each["collateral_seized"] for each in seen] == [0, 0, 0, None]


def test_collateral_of_a_loan_paid_back_secures_nothing():
    (seen,) = told_of({"collateral": [PIECE], "ledger": [stated(0)]})
    assert set(seen.values()) == {None}


def test_a_valuation_is_set_against_the_one_before_it_as_known_on_the_day():
    lower = {**PIECE, "value": 700, "valued_on": date(2026, 3, 31), "known_on": date(2026, 4, 20)}
    typo = {**PIECE, "value": 900, "known_on": date(2025, 7, 20)}  # a correction of the same valuation
    late = {**PIECE, "value": 10, "valued_on": date(2026, 6, 1), "known_on": date(2026, 7, 1)}
    ledger = [stated(600)]
    seen = told_of(
        {"collateral": [PIECE, lower], "ledger": ledger},
        {"collateral": [PIECE, typo], "ledger": ledger},
        {"collateral": [PIECE, typo, lower], "ledger": ledger},
        {"collateral": [PIECE, late], "ledger": ledger},
        {"collateral": [lower, typo, PIECE], "ledger": ledger},
    )
    changes = [each["collateral_value_change"] for each in seen]
    assert changes == [700 / 1_000 - 1, None, 700 / 900 - 1, None, 700 / 900 - 1]
    assert [each["months_since_valuation"] for each in seen] == [3, 12, 3, 12, 3]
