"""The answer: how it moved, and what the months tell."""

from datetime import date
from math import exp

import pytest

from ews.domain.decisions import Before
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import Language
from ews.serving.pages.borrower.first_view import moved, title
from tests.serving.pages.borrower.exhibits import exhibit, month
from tests.serving.pages.borrower.views import view
from tests.store.samples import JULY, decision


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


def test_the_title_tells_the_last_months_against_those_before():
    said = title(exhibit(), decision(as_of=JULY), view(language=Language.ZH))
    assert said == "截至 2026-07-31 的 24 个月：近 3 个月月均入账 10.0 万元，此前 9 个月 30.0 万元（−67%）"


@pytest.mark.parametrize("inflow", [None, 0])
def test_the_title_claims_nothing_where_months_are_unknown_or_empty(inflow):
    months = tuple(month(number, inflow_fen=inflow) for number in range(23, -1, -1))
    assert title(exhibit(months=months), decision(as_of=JULY), view()) == "24 months to 2026-07-31"
    assert title(None, decision(as_of=JULY), view()) == "24 months to 2026-07-31"


def test_a_certain_default_keeps_the_factor_finite():
    assert moved(decision(pd=1.0, before=before(0.5))).times == pytest.approx(exp(20.72), rel=0.01)
