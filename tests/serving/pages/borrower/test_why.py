"""Bars that add up, and signals with what would end them."""

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.domain.decisions import Held, LoanDecision, Reason
from ews.domain.levels import Tier, WarningLevel
from ews.domain.lifts import Lift
from ews.domain.text import Language
from ews.serving.pages.borrower.why import endings, grounds, split_sentence, waterfall
from tests.serving.conftest import WORDING
from tests.store.samples import decision

CODES = ("ARREARS", "PAYS_LATE", "INFLOW_FELL", "CARD_CASH", "DEBT_HEAVY", "COLLATERAL_WEAK", "SEASONING", "SECURITIES")


def made(*amounts: float, base: float = -3.0):
    reasons = tuple(Reason(code, amount, ()) for code, amount in zip(CODES, amounts, strict=False))
    return decision(reasons=reasons, base_log_odds=base, log_odds=base + sum(amounts))


def drawn(*amounts: float):
    found = waterfall(made(*amounts), WORDING, Language.EN)
    assert found is not None
    return found


def test_what_raises_comes_first_then_what_lowers_then_the_rest():
    found = drawn(0.3, 1.2, 0.01, -0.4, -0.02)
    assert [one.code for one in found.steps] == ["PAYS_LATE", "ARREARS", "CARD_CASH", None]
    assert [round(one.times, 2) for one in found.steps] == [round(exp(one), 2) for one in (1.2, 0.3, -0.4, -0.01)]
    assert [one.code for one in found.others] == ["DEBT_HEAVY"]
    assert found.trifles == 1


def test_a_bar_begins_where_the_one_before_ended():
    found = drawn(1.0, 0.5, -0.5)
    pays, inflow, cards = (one.bar for one in found.steps)
    assert pays.start == found.base.width
    assert inflow.start == pytest.approx(pays.start + pays.width, abs=0.02)
    assert cards.start == pytest.approx(inflow.start, abs=0.02)
    assert found.total.width == pytest.approx(cards.start, abs=0.02)
    assert (pays.kind, cards.kind) == ("up", "down")


@given(st.lists(st.floats(-4, 4), min_size=1, max_size=8), st.floats(-6, 2))
def test_bars_stay_in_the_drawing_and_factors_multiply_to_the_whole(amounts, base):
    found = waterfall(made(*amounts, base=base), WORDING, Language.ZH)
    assert found is not None
    product = 1.0
    for one in found.steps:
        product *= one.times
        assert one.bar.start >= 0
        assert one.bar.start + one.bar.width <= 100.02
    assert product == pytest.approx(exp(sum(amounts)), rel=1e-6)


def test_without_a_probability_there_is_nothing_to_draw():
    assert waterfall(decision(log_odds=None, base_log_odds=None, pd=None), WORDING, Language.ZH) is None


def test_the_gravest_signal_comes_first_and_one_that_lingers_after_one_that_holds():
    held = (
        Held("signal", "Y", "yellow", {}),
        Held("signal", "O1", "orange", {}, "lingers"),
        Held("signal", "O2", "orange", {}, lifts=((Lift("a", "<", 1), Lift("b", ">", 2)), (Lift("c", "<", 3),))),
        Held("tier_rule", "MODEL_GRADE", "special_mention", {}),
        Held("standing", "GRADE_RED", "red", {}),
    )
    found = endings(decision(held=held), WORDING, Language.EN)
    assert [one.held.code for one in found] == ["GRADE_RED", "O2", "O1", "Y"]
    assert found[0].level is WarningLevel.RED
    assert found[1].ways == (("en:a<1", "en:b>2"), ("en:c<3",))


def test_the_worst_loans_are_told_with_the_rule_of_the_gravest_tier():
    rules = (Held("tier_rule", "OVERDUE", "special_mention", {}), Held("tier_rule", "OVERDUE_90", "substandard", {}))
    loans = (
        LoanDecision("L1", "business", 1, 3, Tier.SPECIAL_MENTION, rules[:1]),
        LoanDecision("L2", "business", 1, 95, Tier.SUBSTANDARD, rules),
        LoanDecision("L3", "card", 1, 0, Tier.PASS, ()),
    )
    found = grounds(decision(loans=loans), WORDING, Language.EN)
    assert [(loan.loan_id, said, source) for loan, said, source in found] == [
        ("L2", "en:OVERDUE_90", "Order, art. 10 (1)"),
        ("L1", "en:OVERDUE", "Order, art. 10 (1)"),
    ]


@pytest.mark.parametrize(
    ("sentence", "language", "parts"),
    [
        ("入账减少——近3个月：−62%", Language.ZH, ("入账减少", "近3个月：−62%")),
        ("Money fell – last 3 months: −62 %", Language.EN, ("Money fell", "last 3 months: −62 %")),
        ("入账减少", Language.ZH, ("入账减少", "")),
    ],
)
def test_a_sentence_is_its_claim_and_the_values_behind_it(sentence, language, parts):
    assert split_sentence(sentence, language) == parts
