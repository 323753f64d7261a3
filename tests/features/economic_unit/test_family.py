from datetime import date, datetime, timedelta
from typing import Any

import pytest

from ews.domain.unit import Role
from ews.features.economic_unit import family as economic_unit
from ews.features.economic_unit.family import FEATURES, TAKES_IN
from tests.books import book_of
from tests.features.observed import observed

AS_OF = date(2026, 6, 30)
LONG_AGO = date(2020, 1, 1)
WAN = 1_000_000
"""10,000 yuan in fen."""


def relation(one: str, other: str, kind: str = "controller", **more: object) -> dict[str, object]:
    return {"from_id": one, "to_id": other, "kind": kind, "starts_on": LONG_AGO, **more}


UNIT = [relation("OWNER", "FIRM"), relation("OWNER", "WIFE", "spouse"), relation("OWNER", "SISTER")]
PARTIES = {"FIRM": "firm", "SISTER": "firm", "OTHER": "firm", "OWNER": "individual", "WIFE": "individual"}


def seen(borrower: str = "FIRM", as_of: date = AS_OF, **tables: Any) -> dict[str, float | None]:
    parties = [{"borrower_id": each, "kind": kind} for each, kind in PARTIES.items()]
    return observed(economic_unit, book_of({"borrowers": parties, "relations": UNIT, **tables}), as_of, borrower)


def card(party: str, **more: object) -> dict[str, object]:
    return {"card_id": f"C{party}", "borrower_id": party, "stated_on": AS_OF, **more}


def test_cards_of_the_owner_and_of_the_household_worked_by_hand():
    statements = [
        card("FIRM", credit_limit=500, balance=500, cash_advance=0),
        card("OWNER", credit_limit=1_000, balance=900, cash_advance=30, paid=50),
        card("OWNER", stated_on=date(2026, 5, 31), credit_limit=1_000, balance=850, minimum_due=50, cash_advance=20),
        card("WIFE", credit_limit=1_000, balance=100, cash_advance=7),
        card("SISTER", credit_limit=1_000, balance=1_000, cash_advance=1_000),
    ]
    found = seen(card_statements=statements)
    assert found["owner_card_utilisation"] == 0.5
    assert found["owner_card_months_above_80_6m"] == 2
    assert found["owner_card_minimum_only_6m"] == 1
    assert found["owner_card_cash_advance_3m"] == 57
    assert found["unit_card_utilisation"] == 0.6
    alone = seen("OTHER", card_statements=[card("OTHER", credit_limit=10, balance=10)])
    assert (alone["owner_card_utilisation"], alone["unit_card_utilisation"]) == (None, None)


def pull(party: str, on: date, **more: object) -> dict[str, object]:
    return {"report_id": f"R{party}{on}", "borrower_id": party, "pulled_on": on, "authorised": True, **more}


def asked(party: str, on: date, kind: str = "bank") -> dict[str, object]:
    return {
        "inquiry_id": f"I{party}{on}{kind}", "borrower_id": party, "inquired_on": on, "institution_kind": kind,
        "institution_id": "X", "purpose": "loan_approval",
    }  # fmt: skip


def test_inquiries_on_the_owner_count_as_far_as_the_last_report_on_that_person():
    pulls = [pull("OWNER", date(2026, 6, 10)), pull("FIRM", AS_OF)]
    inquiries = [
        asked("OWNER", date(2026, 6, 9), "microloan"),
        asked("OWNER", date(2026, 6, 11)),
        asked("OWNER", date(2026, 2, 1)),
        asked("WIFE", date(2026, 6, 9)),
        asked("FIRM", date(2026, 6, 20)),
        asked("SISTER", date(2026, 6, 9)),
    ]
    found = seen(bureau_reports=pulls, inquiries=inquiries)
    assert (found["owner_inquiries_3m"], found["owner_inquiries_6m"]) == (1, 2)
    assert found["owner_nonbank_inquiries_6m"] == 1
    assert found["unit_inquiries_3m"] == 2
    unseen = seen(bureau_reports=[pull("FIRM", AS_OF)], inquiries=inquiries)
    assert (unseen["owner_inquiries_3m"], unseen["unit_inquiries_3m"]) == (None, 1)


def account(party: str, **more: object) -> dict[str, object]:
    return {"account_id": f"A{party}", "borrower_id": party, "opened_on": LONG_AGO, **more}


def posted(party: str, on: date, amount: int, category: str = "sales", **more: object) -> dict[str, object]:
    return {
        "posting_id": f"P{party}{on}{amount}{more}", "account_id": f"A{party}",
        "occurred_at": datetime.combine(on, datetime.min.time()), "amount": amount, "category": category, **more,
    }  # fmt: skip


JUNE, JANUARY = date(2026, 6, 5), date(2026, 1, 5)


def test_private_accounts_of_the_owner_worked_by_hand():
    accounts = [account("OWNER"), account("WIFE"), account("SISTER")]
    postings = [
        posted("OWNER", JANUARY, 9 * WAN, "wage", balance_after=9 * WAN),
        posted("OWNER", JUNE, 1 * WAN, "wage", balance_after=6 * WAN),
        posted("WIFE", JUNE, 1 * WAN, "wage"),
        posted("OWNER", date(2026, 6, 20), -4 * WAN, "securities", balance_after=2 * WAN),
        posted("OWNER", JUNE, -3 * WAN, "private_person"),
        posted("OWNER", JUNE, -350_000, "private_person"),
        posted("OWNER", JUNE, -(WAN + 1), "private_person"),
        posted("WIFE", JUNE, -(2 * WAN - 350_001), "purchase"),
        posted("SISTER", JUNE, -50 * WAN, "securities"),
    ]
    found = seen(accounts=accounts, transactions=postings)
    assert found["owner_inflow_change_3m"] == pytest.approx((2 / 3) / (9 / 9) - 1)
    # 9 at the end of April and of May, 2 at that of June
    assert found["owner_balance_mean_3m"] == pytest.approx((9 + 9 + 2) * WAN / 3)
    paid = 4 * WAN + 3 * WAN + 350_000 + WAN + 1 + 2 * WAN - 350_001
    assert found["owner_securities_share_6m"] == pytest.approx(4 * WAN / paid)
    assert found["owner_lent_share_6m"] == pytest.approx(3 * WAN / paid)


def test_a_private_account_younger_than_a_year_tells_no_change():
    young = [account("OWNER", opened_on=date(2025, 12, 1))]
    found = seen(accounts=young, transactions=[posted("OWNER", JANUARY, 5), posted("OWNER", JUNE, 5)])
    assert found["owner_inflow_change_3m"] is None


def test_money_moved_between_firm_and_owner_is_a_share_of_what_the_firm_moves():
    accounts = [account("FIRM"), account("OWNER"), account("SISTER")]
    postings = [
        posted("FIRM", JUNE, -30, "other", counterparty_id="OWNER"),
        posted("FIRM", JUNE, -10, "related_party", counterparty_id="AOWNER"),
        posted("FIRM", JUNE, -20, "purchase", counterparty_id="ASISTER"),
        posted("FIRM", JUNE, -40, "purchase", counterparty_id="K1"),
        posted("FIRM", date(2025, 12, 31), -400, "other", counterparty_id="OWNER"),
        posted("FIRM", JUNE, 25, "own_transfer", counterparty_id="WIFE"),
        posted("FIRM", JUNE, 75, "sales", counterparty_id="OTHER"),
    ]
    found = seen(accounts=accounts, transactions=postings)
    assert found["owner_drawn_share_6m"] == 0.4
    assert found["owner_support_share_6m"] == 0.25
    assert found["affiliates_paid_share_6m"] == 0.2
    # a person is not its own owner's purse
    assert seen("OWNER", accounts=accounts, transactions=postings)["owner_drawn_share_6m"] is None


def loan(party: str, balance: int | None, dpd: int, *earlier: int) -> dict[str, list[dict[str, Any]]]:
    """Return a loan with its newest statement, and those of the months before."""
    stated = [AS_OF, date(2026, 5, 31), date(2026, 4, 30)]
    rows = [
        {"loan_id": f"L{party}", "stated_on": on, "balance": balance, "dpd": days}
        for on, days in zip(stated, (dpd, *earlier), strict=False)
    ]
    terms = {"loan_id": f"L{party}", "borrower_id": party, "product": "business", "opened_on": LONG_AGO}
    return {"loans": [terms], "ledger": rows}


def merged(*parts: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: [row for part in parts for row in part[name]] for name in parts[0]}


def test_debt_of_the_unit_is_set_against_what_it_earns_from_outside():
    owed = merged(loan("FIRM", 600, 0), loan("SISTER", 300, 0), loan("OTHER", 5_000, 0))
    accounts = [account("FIRM"), account("SISTER"), account("OWNER")]
    postings = [
        posted("FIRM", JUNE, 400, counterparty_id="K1"),
        posted("FIRM", JUNE, 1_000, counterparty_id="ASISTER"),
        posted("SISTER", JUNE, 100, counterparty_id="K2"),
        posted("SISTER", JANUARY, 900, counterparty_id="FIRM"),
        posted("OWNER", JUNE, 100, "wage", counterparty_id="FIRM"),
    ]
    assert seen(**owed, accounts=accounts, transactions=postings)["unit_debt_to_inflow"] == 900 / 500
    # the wife owes, and her flows are not seen
    with_wife = merged(owed, loan("WIFE", 1, 0))
    assert seen(**with_wife, accounts=accounts, transactions=postings)["unit_debt_to_inflow"] is None
    untold = merged(owed, loan("OWNER", None, 0))
    assert seen(**untold, accounts=accounts, transactions=postings)["unit_debt_to_inflow"] is None


def test_arrears_of_owner_and_affiliates_worked_by_hand():
    arrears = merged(loan("FIRM", 1, 99), loan("OWNER", 1, 0, 45), loan("WIFE", 1, 12), loan("SISTER", 1, 91, 95))
    found = seen(**arrears)
    assert (found["owner_dpd_now"], found["owner_dpd_max_12m"]) == (12, 45)
    assert (found["affiliates_dpd_now"], found["affiliates_dpd_max_12m"]) == (91, 95)
    assert (found["affiliates_in_default"], found["unit_troubled"], found["unit_members"]) == (1, 1, 2)
    of_owner = seen("OWNER", **arrears)
    assert (of_owner["owner_dpd_now"], of_owner["affiliates_dpd_now"], of_owner["unit_members"]) == (12, 99, 2)


@pytest.mark.parametrize(("stated_on", "most"), [(date(2025, 7, 1), 45), (date(2025, 6, 30), 3)])
def test_the_worst_of_a_year_reaches_back_twelve_months(stated_on, most):
    arrears = loan("OWNER", 1, 3)
    arrears["ledger"].append({"loan_id": "LOWNER", "stated_on": stated_on, "balance": 1, "dpd": 45})
    assert seen(**arrears)["owner_dpd_max_12m"] == most


def test_without_a_ledger_nobody_tells_the_worst_of_a_year():
    terms = loan("OWNER", 1, 0)["loans"]
    due = [{"loan_id": "LOWNER", "due_on": date(2026, 6, 10), "component": "principal", "due_amount": 5}]
    found = seen(loans=terms, instalments=due, payments=[])
    assert (found["owner_dpd_now"], found["owner_dpd_max_12m"]) == (20, None)


@pytest.mark.parametrize(("dpd", "troubled", "in_default"), [(30, 0, 0), (31, 1, 0), (90, 1, 0), (91, 1, 1)])
def test_trouble_begins_after_30_days_and_default_after_90(dpd, troubled, in_default):
    found = seen(**loan("SISTER", 1, dpd))
    assert (found["unit_troubled"], found["affiliates_in_default"]) == (troubled, in_default)


def test_an_affiliate_listed_as_in_default_counts_though_no_loan_of_its_own_is_late():
    listed = [{"borrower_id": "SISTER", "kind": "write_off", "occurred_on": AS_OF}]
    found = seen(**loan("FIRM", 1, 0), outcomes=listed)
    assert (found["affiliates_in_default"], found["unit_troubled"]) == (1, 1)


def test_lawsuits_against_the_others_are_counted_and_the_borrowers_own_are_not():
    events = [
        {"event_id": f"E{number}", "borrower_id": party, "occurred_on": on, "kind": kind}
        for number, (party, on, kind) in enumerate(
            [
                ("OWNER", JUNE, "dishonest_debtor"),
                ("SISTER", JANUARY, "lawsuit"),
                ("WIFE", JUNE, "penalty"),
                ("WIFE", date(2025, 6, 30), "enforcement"),
                ("FIRM", JUNE, "lawsuit"),
                ("OTHER", JUNE, "lawsuit"),
            ]
        )
    ]
    assert seen(public_events=events)["unit_legal_actions_12m"] == 2
    assert seen("OTHER", public_events=events)["unit_legal_actions_12m"] == 0
    assert seen()["unit_legal_actions_12m"] is None


def test_before_its_relation_was_known_a_member_did_not_count():
    late_known = [relation("OWNER", "FIRM", known_on=AS_OF)]
    arrears = loan("OWNER", 1, 40)
    for as_of, dpd, members in [(AS_OF - timedelta(days=1), None, 0), (AS_OF, 40, 1)]:
        found = seen(as_of=as_of, relations=late_known, **arrears)
        assert (found["owner_dpd_now"], found["unit_members"]) == (dpd, members)


def test_a_borrower_that_stands_alone_has_nobody_in_trouble_and_no_totals():
    found = seen("OTHER", **loan("OTHER", 1, 99))
    told = {name: value for name, value in found.items() if value is not None}
    assert told == {"unit_members": 0, "unit_troubled": 0, "affiliates_in_default": 0}


def test_without_arrears_in_the_book_nobody_can_say_who_is_in_trouble():
    found = seen()
    assert (found["unit_troubled"], found["affiliates_in_default"], found["unit_members"]) == (None, None, 2)


def test_every_feature_says_whose_rows_it_takes_in():
    assert set(TAKES_IN) == {each.name for each in FEATURES}
    assert TAKES_IN["owner_dpd_now"] == (Role.CONTROLLER, Role.SPOUSE)
    assert TAKES_IN["unit_card_utilisation"] == (Role.SELF, Role.CONTROLLER, Role.SPOUSE)
