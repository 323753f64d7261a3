"""The money that presses, as loans and months tell it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ews.domain.decisions import LoanDecision
from ews.domain.exhibits import LoanStrip
from ews.domain.levels import Tier
from ews.serving.pages.borrower.pressing import SOON, Amount, Renewal, Unpaid, coming_of, pressing
from tests.serving.pages.borrower.exhibits import exhibit, month
from tests.store.samples import JULY, decision

OWED = LoanDecision(
    "L2", "business", 72_000_000, 56, Tier.SPECIAL_MENTION, (),
    next_due_on=date(2026, 6, 5), next_due_fen=281_400, matures_on=date(2026, 8, 5), coming_on=date(2026, 8, 5),
    coming_fen=72_281_400,
)  # fmt: skip


def strip(loan_id, opened_on, matures_on, principal, balance):
    return LoanStrip(loan_id, "business", opened_on, matures_on, principal, balance, (None,) * 24)


OLD = strip("L1", date(2024, 7, 5), date(2025, 7, 5), 66_600_000, 0)
NEW = strip("L2", date(2025, 7, 9), date(2026, 8, 5), 72_000_000, 72_000_000)


def with_months(**changed):
    months = (*exhibit().months[:-2], month(1, unpaid_fen=281_400), month(0, unpaid_fen=281_400, balance_fen=2_562_675))
    return exhibit(months=months, **changed)


def test_all_that_presses_is_told_with_its_day_and_amount():
    found = pressing(
        decision(as_of=JULY, loans=(OWED,)), with_months(loans=(OLD, NEW), features={"larger_renewals_24m": 1.0})
    )
    assert found.unpaid == Unpaid(562_800, 2, date(2026, 6, 5))
    assert found.coming == Amount(date(2026, 8, 5), 72_281_400)
    assert found.principal == Amount(date(2026, 8, 5), 72_000_000)
    assert found.renewal == Renewal(date(2025, 7, 9), 66_600_000, 72_000_000)
    assert (found.matured, found.balance_fen, found.is_any) == (None, 2_562_675, True)


def test_nothing_presses_where_nothing_is_unpaid_or_near():
    calm = replace(OWED, dpd=0, next_due_on=date(2026, 8, 20), matures_on=JULY + SOON + timedelta(days=1))
    found = pressing(decision(as_of=JULY, loans=(calm,)), exhibit())
    assert not found.is_any
    assert found.coming is not None


@pytest.mark.parametrize(
    ("days", "which"), [(0, "matured"), (-1, "matured"), (1, "principal"), (92, "principal"), (93, None)]
)
def test_principal_presses_for_three_months_before_it_falls_due(days, which):
    loan = replace(OWED, matures_on=JULY + timedelta(days=days))
    found = pressing(decision(as_of=JULY, loans=(loan,)), None)
    assert [name for name in ("matured", "principal") if getattr(found, name)] == ([which] if which else [])


def test_a_renewal_is_told_only_where_the_features_count_one():
    loans = (OLD, NEW)
    assert pressing(decision(as_of=JULY), exhibit(loans=loans, features={"larger_renewals_24m": 0.0})).renewal is None
    smaller = replace(NEW, principal_fen=60_000_000)
    counted = {"larger_renewals_24m": 1.0}
    assert pressing(decision(as_of=JULY), exhibit(loans=(OLD, smaller), features=counted)).renewal is None


def test_an_amount_is_unknown_where_one_of_its_parts_is():
    loans = (OWED, replace(OWED, loan_id="L3", coming_fen=None))
    assert pressing(decision(as_of=JULY, loans=loans), None).coming == Amount(date(2026, 8, 5), None)


def test_the_oldest_unpaid_is_not_what_comes_next():
    assert OWED.is_unpaid_on(JULY)
    assert coming_of(replace(OWED, coming_on=None, coming_fen=None), JULY) is None
    bullet = replace(OWED, coming_on=None, coming_fen=None, repayment="bullet")
    assert coming_of(bullet, JULY) == Amount(date(2026, 8, 5), 72_000_000)
    paid_up = replace(OWED, dpd=0, next_due_on=date(2026, 8, 5), coming_on=None)
    assert not paid_up.is_unpaid_on(JULY)
    assert coming_of(paid_up, JULY) == Amount(date(2026, 8, 5), 281_400)
