"""What changed since the decision that movement is measured against."""

from math import exp, prod
from types import SimpleNamespace

import pytest

from ews.domain.decisions import Evidence, Held, Reason
from ews.domain.levels import WarningLevel
from ews.domain.text import Language
from ews.serving.pages.borrower.compared import compared
from tests.serving.conftest import FEATURE, WORDING
from tests.store.samples import decision

SERVICES = SimpleNamespace(features=(FEATURE,), wording=WORDING)


def reason(log_odds: float, value: float | None) -> Reason:
    return Reason("INFLOW_FELL", log_odds, (Evidence("inflow_change_3m", value, 0.9),))


def changed(then, now):
    return compared(then, now, SERVICES, Language.EN)


def test_a_reason_that_grew_is_told_with_what_its_measure_was_and_is():
    found = changed(decision(reasons=(reason(0.5, -0.2),)), decision(reasons=(reason(1.5, -0.6),)))
    (one,) = found.changed
    assert one.times == pytest.approx(exp(1))
    assert (one.measure, one.then, one.now) == ("Change of money received", "-0.20".replace("-", "−"), "−0.60")


def test_a_reason_that_is_gone_or_new_counts_with_all_of_it():
    late = Reason("PAYS_LATE", 0.7, ())
    found = changed(decision(reasons=(late,)), decision(reasons=(reason(0.4, -0.6),)))
    assert [(one.topic, round(one.times, 2)) for one in found.changed] == [
        ("Punctuality of repayments", round(exp(-0.7), 2)),
        ("Money coming in", round(exp(0.4), 2)),
    ]


def test_a_trifle_is_not_told():
    assert changed(decision(reasons=(reason(0.5, 0),)), decision(reasons=(reason(0.55, 0),))).changed == ()


@pytest.mark.parametrize("then", [decision(model_id="m0"), decision(pd=None, log_odds=None)])
def test_reasons_of_another_model_or_without_a_probability_are_not_compared(then):
    assert changed(then, decision()).changed is None


def of_families(code: str, log_odds: float, *features: str) -> Reason:
    return Reason(code, log_odds, tuple(Evidence(name, 1.0, None) for name in features))


def test_the_rows_multiply_to_what_became_of_the_odds():
    then = decision(reasons=(reason(0.5, -0.2), of_families("ARREARS", 0.3, "dpd_now")), base_log_odds=-3.1)
    now = decision(reasons=(reason(1.5, -0.6), of_families("ARREARS", 0.34, "dpd_now")))
    found = changed(then, now)
    assert [one.topic for one in found.changed] == ["Money coming in"]
    assert found.missing is None
    assert prod(one.times for one in found.changed) * found.rest == pytest.approx(found.times)
    assert found.times == pytest.approx(exp(1.0 + 0.04 + 0.1))


def test_what_missing_data_does_is_told_apart_from_the_borrower():
    then = decision(
        reasons=(
            of_families("CREDIT_SOUGHT", 0.4, "inquiries_3m"),
            of_families("ARREARS", 0.3, "dpd_now"),
            of_families("OWNER_STRETCHED", 0.2, "owner_inquiries_3m", "inquiries_3m"),
        ),
        base_log_odds=-2.4,
    )
    now = decision(
        reasons=(
            of_families("CREDIT_SOUGHT", 0.0),
            of_families("ARREARS", 0.8, "dpd_now"),
            of_families("OWNER_STRETCHED", 0.2, "owner_inquiries_3m"),
        ),
        base_log_odds=-3.0,
    )
    found = compared(then, now, SERVICES, Language.EN, ("credit_inquiries",))
    assert found.missing.topics == ("Credit inquiries",)
    assert found.missing.times == pytest.approx(exp(-0.4 - 0.6))
    assert [one.topic for one in found.changed] == ["Arrears record"]
    assert found.missing.times * found.changed[0].times * found.rest == pytest.approx(found.times)
    assert found.rest == pytest.approx(1)


def test_data_that_came_back_are_told_like_data_that_went():
    then = decision(reasons=(of_families("CREDIT_SOUGHT", 0.0),), base_log_odds=-3.0)
    now = decision(reasons=(of_families("CREDIT_SOUGHT", 0.4, "inquiries_3m"),), base_log_odds=-2.4)
    found = compared(then, now, SERVICES, Language.EN, ("credit_inquiries",))
    assert (found.missing.times, found.changed) == (pytest.approx(exp(1.0)), ())


def test_signals_that_came_and_went_are_told_gravest_first():
    then = decision(held=(Held("signal", "OLD", "yellow", {}), Held("signal", "STAYS", "red", {})))
    now = decision(
        held=(
            Held("signal", "NEW", "yellow", {}),
            Held("signal", "WORSE", "red", {}),
            Held("signal", "STAYS", "red", {}),
            Held("signal", "OLD", "yellow", {}, "lingers"),
            Held("tier_rule", "MODEL_GRADE", "special_mention", {}),
        )
    )
    found = changed(then, now)
    assert [(one.sentence, one.level) for one in found.came] == [
        ("en:WORSE", WarningLevel.RED),
        ("en:NEW", WarningLevel.YELLOW),
    ]
    assert [one.sentence for one in found.went] == ["en:OLD"]
