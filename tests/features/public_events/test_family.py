from datetime import date, datetime

from ews.features.public_events import family as public_events
from tests.features.cases import AS_OF, told

NAMES = [each.name for each in public_events.FEATURES]
LOAN = {"loan_id": "L1", "borrower_id": "B1", "product": "business", "opened_on": date(2025, 1, 15)}
LEDGER = [{"loan_id": "L1", "stated_on": AS_OF, "dpd": 0, "balance": 500}]
MONEY = {
    "accounts": [{"account_id": "A1", "borrower_id": "B1", "opened_on": date(2020, 1, 1)}],
    "transactions": [{"posting_id": "P1", "account_id": "A1", "occurred_at": datetime(2026, 1, 5), "amount": 400}],
}
YEAR = ("lawsuits_12m", "enforcements_12m", "penalties_12m", "disaster_area_12m")


def event(kind: str, day: date, amount: int | None = 0, **more) -> dict[str, object]:
    return {"event_id": f"{kind}{day}", "borrower_id": "B1", "occurred_on": day, "kind": kind, "amount": amount, **more}


def told_of(*events, covered_from: date = date(2000, 1, 1)) -> dict[str, float | None]:
    case = {"public_events": list(events), "loans": [LOAN], "ledger": LEDGER, **MONEY}
    (row,) = told(public_events, [case], NAMES, covered=(covered_from, AS_OF))
    return dict(zip(NAMES, row, strict=True))


def test_two_years_worked_by_hand():
    seen = told_of(
        event("lawsuit", date(2026, 6, 30), 100),
        event("lawsuit", date(2025, 7, 1), 50),
        event("lawsuit", date(2025, 6, 30), 30),
        event("lawsuit", date(2024, 6, 30), 7_000),  # longer ago than 24 months
        event("enforcement", date(2026, 1, 5), 20),
        event("enforcement", date(2026, 6, 1), 5_000, known_on=date(2026, 7, 1)),  # not known yet
        event("penalty", date(2026, 1, 5), 9_000),
        event("closure", date(2024, 7, 1), None),
        event("disaster_area", date(2025, 9, 1), None),
        event("dishonest_debtor", date(2019, 9, 1), None),
    )
    assert seen == {
        "lawsuits_12m": 2,
        "enforcements_12m": 1,
        "dishonest_debtor": 1,
        "penalties_12m": 1,
        "closures_24m": 1,
        "months_since_legal_action": 0,
        "legal_amount_to_debt": 200 / 500,
        "legal_amount_to_inflow": 200 / 400,
        "disaster_area_12m": 1,
    }


def test_nothing_on_record_is_zero_where_the_extract_reaches_back_and_unknown_where_not():
    clean = told_of()
    assert clean == {**dict.fromkeys(NAMES, 0), "months_since_legal_action": 24}
    a_year = told_of(covered_from=date(2025, 7, 1))
    assert {name for name, value in a_year.items() if value is not None} == set(YEAR)
    assert set(told_of(covered_from=date(2025, 7, 2)).values()) == {None}


def test_an_old_listing_stands_even_where_the_extract_is_short():
    listed = event("dishonest_debtor", date(2026, 6, 1), None)
    assert told_of(listed, covered_from=date(2026, 5, 1))["dishonest_debtor"] == 1


def test_an_amount_that_no_row_tells_is_unknown():
    seen = told_of(event("lawsuit", date(2026, 6, 1), None), event("lawsuit", date(2026, 6, 2), 10))
    assert (seen["lawsuits_12m"], seen["legal_amount_to_debt"]) == (2, None)
    assert told_of(event("penalty", date(2026, 6, 1), None))["legal_amount_to_debt"] == 0


def test_nothing_at_stake_is_zero_whatever_is_owed_and_a_claim_without_debt_has_no_ratio():
    suit = event("lawsuit", date(2026, 6, 1), 10)
    cases = [{"public_events": [each], "loans": [], "ledger": []} for each in (suit, {**suit, "amount": 0})]
    seen = told(public_events, cases, ("legal_amount_to_debt", "legal_amount_to_inflow"))
    assert seen == [(None, None), (0, 0)]
