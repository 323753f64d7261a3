"""The answer: how it moved, and which loan makes it."""

from datetime import date
from math import exp

import pytest

from ews.domain.decisions import Before, LoanDecision
from ews.domain.levels import Tier, WarningLevel
from ews.serving.pages.borrower.first_view import moved, worst_loan
from tests.store.samples import decision


def before(pd: float | None = 0.2, model_id: str | None = None, **changed) -> Before:
    usual = {"grade": "G5", "tier": Tier.PASS, "level": WarningLevel.NONE}
    return Before("b0", date(2026, 5, 31), pd, model_id=model_id, **{**usual, **changed})


def test_a_move_is_told_in_odds_and_steps():
    found = moved(decision(pd=0.5, grade="G8", before=before()))
    assert found.times == pytest.approx(4)
    assert (found.grade, found.tier, found.level) == (3, 1, 2)


@pytest.mark.parametrize("was", [before(None), before(model_id="another")])
def test_of_another_model_or_from_default_there_is_no_factor(was):
    assert moved(decision(before=was)).times is None


def test_default_is_the_worst_grade():
    assert moved(decision(grade="D", pd=None, before=before(grade="G9"))).grade > 0
    assert moved(decision(grade="D", pd=None, before=before(None, grade="D"))).grade == 0


def test_a_first_decision_did_not_move():
    assert moved(decision(before=None)) is None


def test_a_certain_default_keeps_the_factor_finite():
    assert moved(decision(pd=1.0, before=before(0.5))).times == pytest.approx(exp(20.72), rel=0.01)


def test_a_move_over_missing_data_is_no_move_of_the_borrower():
    assert not moved(decision(before=before()), ("credit_inquiries",)).is_comparable
    assert moved(decision(before=before())).is_comparable
    assert moved(decision(pd=None, before=before()), ("credit_inquiries",)).seen_once == ()


def loan(loan_id: str, tier: Tier) -> LoanDecision:
    return LoanDecision(loan_id, "card", 1, 0, tier, ())


@pytest.mark.parametrize(
    ("tiers", "made_by"),
    [
        ((Tier.LOSS,), None),
        ((Tier.DOUBTFUL, Tier.LOSS), "L1"),
        ((Tier.LOSS, Tier.LOSS), None),
    ],
)
def test_the_loan_that_makes_the_tier_is_named_where_it_is_one_of_several(tiers, made_by):
    loans = tuple(loan(f"L{at}", tier) for at, tier in enumerate(tiers))
    found = worst_loan(decision(tier=Tier.LOSS, loans=loans))
    assert (found and found.loan_id) == made_by
