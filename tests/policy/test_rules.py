from datetime import date
from typing import Any

import pytest

from ews.domain.errors import PolicyError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.reasons import ReasonCode
from ews.policy.rules import Signal, TierRules, names_read, read_signals, read_tier_rules
from ews.policy.units import Scope
from ews.policy.vocabulary import Word
from tests.policy.policies import POLICY, VOCABULARY

LOAN = Scope({"dpd": Word("days"), "is_card": Word("flag")}, {})
BORROWER = Scope({"pd": Word("share"), "dpd_max": Word("days")}, {"limit": "days"})
TIER_RULE = {
    "code": "LATE",
    "basis": "law",
    "floor": "special_mention",
    "when": "dpd > 0",
    "en": "x",
    "zh": "x",
    "source": "law",
    "confidence": "H",
}
SIGNAL = {
    "code": "LATE",
    "element": "1103",
    "level": "red",
    "pattern": "LATE",
    "when": "dpd_max > limit",
    "en": "{dpd_max} days, more than {limit}",
    "zh": "{dpd_max}天",
    "source": "practice (to verify)",
    "confidence": "M",
    "reason": "ARREARS",
    "cool_down_days": 90,
    "owner": "officer",
}


def tier_rules(*changes: dict[str, Any]) -> TierRules:
    content = {
        "by_days_past_due_alone": {"when": "is_card", "source": "law", "confidence": "H"},
        "tier_rule": [{**TIER_RULE, **change} for change in changes],
    }
    return read_tier_rules(content, "tier_rules.toml", loan=LOAN, borrower=BORROWER)


def signals(*changes: dict[str, Any]) -> tuple[Signal, ...]:
    given = [{key: value for key, value in {**SIGNAL, **change}.items() if value is not None} for change in changes]
    return read_signals({"signal": given}, "signals.toml", BORROWER)


def test_rules_of_the_model_are_kept_apart_and_ask_borrower_facts():
    rules = tier_rules({}, {"code": "MODEL", "basis": "model", "when": "pd > 0.2"})
    assert [(rule.code, rule.floor) for rule in rules.loan] == [("LATE", Tier.SPECIAL_MENTION)]
    assert names_read(rules.model, date(2026, 1, 1)) == ("pd",)


def test_the_model_never_proposes_a_non_performing_tier():
    with pytest.raises(PolicyError, match="MODEL: the model proposes special mention at most; 'substandard' needs"):
        tier_rules({"code": "MODEL", "basis": "model", "when": "pd > 0.2", "floor": "substandard"})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"floor": "bad"}, "'floor' is 'bad'; it must be one of pass, special_mention, substandard, doubtful, loss"),
        ({"basis": "habit"}, "'basis' is 'habit'; it must be one of law, practice, model"),
        ({"code": "late"}, "the code 'late' must be capitals"),
        ({"source": ""}, "'source' is ''; give a text"),
        ({"when": "pd > 0.1"}, "unknown name 'pd'"),
        ({"level": "red"}, "'level' is not a field here"),
    ],
)
def test_a_tier_rule_that_cannot_be_used_says_why(change: dict[str, Any], message: str):
    with pytest.raises(PolicyError) as caught:
        tier_rules(change)
    assert f"tier_rules.toml: {change.get('code', 'LATE')}: {message}" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "alone", "name"),
    [
        ({"basis": "model", "when": "pd > 0.2 and tier_rank > 1"}, "is_card", "tier_rank"),
        ({"basis": "model", "when": "patterns_held > 1"}, "is_card", "patterns_held"),
        ({}, "is_card or by_days_alone", "by_days_alone"),
        ({}, "other_claim_non_performing", "other_claim_non_performing"),
    ],
)
def test_no_rule_asks_what_comes_only_after_it(change: dict[str, Any], alone: str, name: str):
    content = {
        "by_days_past_due_alone": {"when": alone, "source": "law", "confidence": "H"},
        "tier_rule": [{**TIER_RULE, **change}],
    }
    loan, borrower = Scope(VOCABULARY.loan, {}), Scope(VOCABULARY.borrower, {})
    with pytest.raises(PolicyError, match=f"'{name}' is not known yet when this rule is judged"):
        read_tier_rules(content, "tier_rules.toml", loan=loan, borrower=borrower)


def test_tier_rules_say_which_loans_follow_days_past_due_alone():
    with pytest.raises(PolicyError, match="by_days_past_due_alone: the condition is None"):
        read_tier_rules({"tier_rule": [TIER_RULE]}, "tier_rules.toml", loan=LOAN, borrower=BORROWER)


def test_a_signal_is_read_with_its_words():
    (signal,) = signals({})
    assert (signal.level, signal.reason) == (WarningLevel.RED, ReasonCode.ARREARS)
    assert signal.sentence.zh == "{dpd_max}天"


def test_the_same_code_twice_is_an_error():
    with pytest.raises(PolicyError, match=r"signals\.toml: LATE: the code 'LATE' is used twice"):
        signals({}, {})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"level": "none"}, "'level' is 'none'; it must be one of yellow, orange, red"),
        ({"element": "1104"}, "'element' is '1104'; it must be one of 1101, 1102"),
        ({"pattern": "WEATHER"}, "'pattern' is 'WEATHER'; it must be one of FLOWS_DROP"),
        ({"owner": "teller"}, "'owner' is 'teller'; it must be one of officer, branch_risk, head_office"),
        ({"cool_down_days": 3661}, "'cool_down_days' is 3661; give at most 3660 days"),
        ({"cool_down_days": -1}, "'cool_down_days' is -1; give a whole number, 0 or more"),
        ({"confidence": None}, "'confidence' is None; give a text"),
        ({"confidence": "H"}, "the confidence is H and the source 'practice (to verify)'; a source says (to verify)"),
        ({"reason": "BAD_LUCK"}, "'reason' is 'BAD_LUCK'; it must be one of INFLOW_FELL"),
        ({"source": None}, "'source' is None; give a text"),
        ({"zh": None}, "'zh' is None; give a text"),
        ({"en": "{dpd_now} days"}, "the sentence holds {dpd_now}, which is neither a fact, a feature nor a parameter"),
        ({"en": "{dpd_max:.2f}"}, "the sentence holds {dpd_max} with more than a name in its braces"),
        ({"en": "{dpd_max.real}"}, "the sentence holds {dpd_max.real} with more than a name in its braces"),
        ({"en": "{dpd_max!r}"}, "the sentence holds {dpd_max} with more than a name in its braces"),
        ({"en": "{}"}, "the sentence holds {} with more than a name in its braces"),
        ({"en": "{dpd_max"}, "the sentence '{dpd_max' cannot be read"),
    ],
)
def test_a_signal_that_cannot_be_used_says_why(change: dict[str, Any], message: str):
    with pytest.raises(PolicyError) as caught:
        signals(change)
    assert f"signals.toml: LATE: {message}" in str(caught.value)


def test_a_rule_that_asks_for_other_claims_is_judged_after_those_of_one_loan():
    debtor = Scope({**LOAN.words, "non_performing_share_here": Word("share")}, {})
    content = {
        "by_days_past_due_alone": {"when": "is_card", "source": "law", "confidence": "H"},
        "tier_rule": [TIER_RULE, {**TIER_RULE, "code": "CLAIMS", "when": "non_performing_share_here > 0.1"}],
    }
    rules = read_tier_rules(content, "tier_rules.toml", loan=debtor, borrower=BORROWER)
    assert [rule.code for rule in rules.own] == ["LATE"]
    assert [rule.code for rule in rules.debtor] == ["CLAIMS"]


def test_a_signal_with_a_cool_down_lingers_and_a_fact_of_the_day_does_not():
    assert [signal.lingers for signal in (*signals({}), *signals({"cool_down_days": 0}))] == [True, False]


def test_the_default_policy_warns_at_every_level():
    assert len(POLICY.signals) >= 12
    assert {signal.level for signal in POLICY.signals} == set(WarningLevel) - {WarningLevel.NONE}
