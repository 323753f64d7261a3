from typing import Any

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.domain.errors import PolicyError
from ews.domain.levels import WarningLevel
from ews.policy.rules import names_read
from tests.policy.policies import POLICY
from tests.policy.rows import DAY, ENGINE, borrower, borrowers_of, decide_together, decided

GRADES: list[tuple[float | None, bool | None, str | None, WarningLevel, list[str]]] = [
    (0.0799, False, "G6", WarningLevel.NONE, []),
    (0.08, False, "G7", WarningLevel.YELLOW, ["GRADE_YELLOW"]),
    (0.1599, False, "G7", WarningLevel.YELLOW, ["GRADE_YELLOW"]),
    (0.16, False, "G8", WarningLevel.ORANGE, ["GRADE_ORANGE"]),
    (0.32, False, "G9", WarningLevel.RED, ["GRADE_RED"]),
    (1.0, False, "G9", WarningLevel.RED, ["GRADE_RED"]),
    (0.0, False, "G1", WarningLevel.NONE, []),
    (None, True, "D", WarningLevel.RED, ["DEFAULTED"]),
    (None, False, None, WarningLevel.NONE, []),
    (None, None, None, WarningLevel.NONE, []),
]


def test_the_grade_raises_its_level():
    rows = decide_together({"pd": pd, "in_default": in_default} for pd, in_default, *_ in GRADES)
    expected = [(grade, level.rank, codes) for _, _, grade, level, codes in GRADES]
    assert [(row["grade"], row["level_rank"], row["signals"]) for row in rows] == expected


MOVEMENTS: list[tuple[float | None, float, list[str], int | None]] = [
    (0.01, 0.0199, [], 0),
    (0.0201, 0.0402, ["PD_ROSE"], 1),
    (0.019, 0.041, ["PD_ROSE"], 2),
    (0.01, 0.04, ["PD_ROSE"], 2),
    (0.021, 0.0419, [], 1),
    (0.004, 0.0199, [], 2),
    (0.04, 0.01, [], -2),
    (None, 0.04, [], None),
    (0.0, 0.04, [], 5),
]


def test_a_rise_of_the_pd_is_a_movement():
    rows = decide_together({"pd": now, "pd_before": before} for before, now, _, _ in MOVEMENTS)
    assert [(row["signals"], row["grade_fall"]) for row in rows] == [(codes, fall) for *_, codes, fall in MOVEMENTS]


LATER: dict[str, Any] = {"late_days_max_6m": 5}
THIN: dict[str, Any] = {"balance_to_due_3m": 0.29}
"""Signs of strain: payments that come later, and balances that do not cover what falls due."""

AT_THRESHOLD: list[tuple[dict[str, Any], str, str]] = [
    (
        {"customers_lost_share": 0.5, "customers_12m": 3, "inflow_to_due_3m": 1.49, **THIN},
        "PARTNERS_LOST",
        "yellow",
    ),
    ({"balance_to_debt_3m": 0.00049, "debt_outstanding": 1}, "BALANCE_THIN", "yellow"),
    ({"balance_change_6m": -0.9, **THIN}, "BALANCE_GONE", "yellow"),
    ({"overdrawn_days_3m": 10}, "OVERDRAWN_LONG", "yellow"),
    ({"inflow_to_due_3m": 0.99, **THIN, **LATER}, "DEBT_SERVICE_UNCOVERED", "yellow"),
    ({"bullet_due_to_inflow_1m": 0.3, "balance_to_due_3m": 0.49}, "BULLET_UNFUNDED", "orange"),
    ({"wage_change_3m": -0.3, "tax_utility_change_3m": -0.3, **THIN}, "WAGES_SHRANK", "yellow"),
    ({"stoppage": "yes"}, "STOPPAGE_FOUND", "yellow"),
    ({"private_in_share_3m": 0.2, **THIN, **LATER}, "PRIVATE_MONEY", "yellow"),
    ({"new_flow_kinds_3m": 2, **THIN}, "MONEY_OFF_TRADE", "yellow"),
    ({"payout_to_persons_share_6m": 0.4}, "LOAN_MONEY_MISUSED", "yellow"),
    ({"payout_back_share_6m": 0.3}, "LOAN_MONEY_MISUSED", "yellow"),
    ({"card_cash_to_service_6m": 0.4}, "CARD_CASH_PAYS_LOAN", "orange"),
    ({"card_cash_to_service_6m": 0.4, "card_paid_full_share_12m": 0.49}, "CARD_CASH_PAYS_LOAN", "orange"),
    ({"inquiries_refused_12m": 4, "nonbank_inquiries_6m": 2}, "CREDIT_REFUSED", "yellow"),
    ({"external_dpd": 31}, "LATE_ELSEWHERE", "orange"),
    ({"guaranteed_late": 1}, "GUARANTEED_LATE", "yellow"),
    ({"guarantors_troubled": 1, "guaranteed_debt_share": 0.5}, "GUARANTOR_IN_TROUBLE", "yellow"),
    ({"card_limit_change_6m": -0.3, "card_utilisation": 0.3}, "CARD_LIMIT_CUT", "yellow"),
    ({"dpd_max": 1}, "OVERDUE_NOW", "yellow"),
    ({"dpd_max": 30}, "OVERDUE_NOW", "yellow"),
    ({"dpd_max": 31}, "OVERDUE_NOW_30", "orange"),
    ({"months_late_12m": 3, "months_since_late": 3}, "LATE_AGAIN_AND_AGAIN", "yellow"),
    ({"late_days_mean_6m": 10}, "LATE_ON_AVERAGE", "orange"),
    ({"partial_payments_6m": 3}, "PAID_IN_PARTS", "yellow"),
    ({"partial_payments_6m": 2, **THIN}, "PAID_IN_PARTS", "yellow"),
    ({"loans_for_loans_12m": 2, "inflow_to_due_3m": 0.69}, "NEW_LOAN_FOR_OLD", "yellow"),
    ({"larger_renewals_24m": 1, "inflow_to_due_3m": 0.69}, "NEW_LOAN_FOR_OLD", "yellow"),
    ({"loan_to_value": 1.01}, "COLLATERAL_WEAKENED", "yellow"),
    ({"collateral_value_change": -0.2}, "COLLATERAL_WEAKENED", "yellow"),
    ({"collateral_seized": 1}, "COLLATERAL_WEAKENED", "yellow"),
    ({"legal_amount_to_inflow": 0.2, "balance_to_due_3m": 0.49}, "LEGAL_ACTION", "yellow"),
    ({"legal_amount_to_inflow": 0.2, "inflow_to_due_3m": 1.99}, "LEGAL_ACTION", "yellow"),
    ({"enforcements_12m": 1, "balance_to_due_3m": 0.49}, "LEGAL_ACTION", "yellow"),
    ({"dishonest_debtor": True}, "DISHONEST_OR_CLOSED", "yellow"),
    ({"closures_24m": 1}, "DISHONEST_OR_CLOSED", "yellow"),
    ({"industry_past_due_rise_3m": 0.02, **THIN}, "SECTOR_DECLINE", "yellow"),
    ({"industry_inflow_change_3m": -0.2, **THIN}, "SECTOR_DECLINE", "yellow"),
    ({"disaster_area_12m": True, **THIN}, "SECTOR_DECLINE", "yellow"),
    ({"unit_troubled": 1, **LATER}, "UNIT_IN_TROUBLE", "yellow"),
    ({"group_newly_in_default": 1}, "GROUP_MEMBER_DEFAULTED", "yellow"),
    ({"guaranteed_turned_bad": 1}, "GUARANTEED_TURNED_BAD", "yellow"),
    ({"tier_rank": 1, "tier_rank_before": 0, "dpd_max": 0}, "TIER_FELL", "yellow"),
    ({"days_not_seen": 36}, "NOT_SEEN", "yellow"),
    (
        {"unit_troubled": 1, "inquiries_refused_12m": 4, "nonbank_inquiries_6m": 2, "guaranteed_late": 1, **LATER},
        "SEVERAL_PATTERNS",
        "orange",
    ),
]


def test_a_signal_fires_at_its_threshold():
    rows = decide_together(facts for facts, _, _ in AT_THRESHOLD)
    for (_, code, level), row in zip(AT_THRESHOLD, rows, strict=True):
        assert code in row["signals"]
        assert row["level_rank"] == WarningLevel(level).rank


def test_every_signal_has_a_case_at_its_threshold():
    grades = {code for *_, codes in GRADES for code in codes}
    movements = {code for *_, codes, _ in MOVEMENTS for code in codes}
    tried = {code for _, code, _ in AT_THRESHOLD} | grades | movements
    assert tried == {signal.code for signal in POLICY.signals}


SHORT_OF_THRESHOLD: list[dict[str, Any]] = [
    {"inflow_change_3m": -0.499, "inquiries_6m": 5, "inflow_vs_last_year_3m": -0.5, "inflow_to_due_3m": 1.0, **LATER},
    {"inflow_change_3m": -0.9, "inflow_to_due_3m": 2.0, "inflow_vs_last_year_3m": -0.9, **LATER},
    {"inflow_change_3m": -0.9, "inflow_to_due_3m": 1.0, "inflow_vs_last_year_3m": -0.29, **LATER},
    {"returned_inflow_share_12m": 0.199, "inflow_to_due_3m": 1.0},
    {"customers_lost_share": 0.9, "customers_12m": 2, "inflow_to_due_3m": 1.0, **THIN},
    {"customers_lost_share": 0.49, "customers_12m": 9, "inflow_to_due_3m": 1.0, **THIN},
    {"balance_to_debt_3m": 0.0005, "debt_outstanding": 10_000},
    {"balance_to_debt_3m": 0.0, "debt_outstanding": 0},
    {"balance_change_6m": -0.99, "balance_to_due_3m": 0.3},
    {"balance_change_6m": -0.89, "balance_to_due_3m": 0.0, "overdrawn_days_3m": 9},
    {"inflow_to_due_3m": 0.5, "balance_to_due_3m": 0.3, **LATER},
    {"inflow_to_due_3m": 1.0, **THIN, **LATER},
    {"bullet_due_to_inflow_1m": 5.0, "balance_to_due_3m": 0.5},
    {"wage_change_3m": -0.29, "tax_utility_change_3m": -0.9, **THIN},
    {"stoppage": "partly"},
    {"owner_lent_share_6m": 0.199, "private_in_share_3m": 0.199, "new_flow_kinds_3m": 1, **THIN, **LATER},
    {"payout_to_persons_share_6m": 0.399, "payout_back_share_6m": 0.299},
    {"bridge_returned_share_12m": 0.399, "card_cash_to_service_6m": 0.399},
    {"inquiries_refused_12m": 3, "nonbank_inquiries_6m": 9, "external_dpd": 30},
    {"inquiries_refused_12m": 9, "nonbank_inquiries_6m": 1},
    {"guaranteed_to_inflow": 0.99, "guaranteed_late": 0, **LATER},
    {"guarantors_troubled": 1, "guaranteed_debt_share": 0.49},
    {"card_months_above_80_6m": 5, "card_paid_full_share_12m": 0.0, "card_utilisation": 0.899, **THIN},
    {"card_utilisation": 1.2, "card_minimum_only_6m": 2, "card_unpaid_6m": 1, "card_limit_change_6m": -0.299, **THIN},
    {"card_cash_months_6m": 2, "card_limit_change_6m": -0.9, "card_utilisation": 0.299},
    {"card_cash_months_6m": 6, "card_utilisation": 0.799},
    {"owner_card_utilisation": 1.0, "owner_card_minimum_only_6m": 1},
    {"dpd_max": 0, "months_late_3m": 1, "months_late_12m": 2, "months_since_late": 0, "late_days_mean_6m": 9.99},
    {"partial_payments_6m": 2, "balance_to_due_3m": 0.3},
    {"first_instalment_missed": False, "months_since_payout": 1},
    {"loans_for_loans_12m": 1, "larger_renewals_24m": 0, "inflow_to_due_3m": 0.1},
    {"loan_to_value": 1.0, "collateral_value_change": -0.199, "collateral_seized": 0},
    {"legal_amount_to_inflow": 0.199, "lawsuits_12m": 3, "enforcements_12m": 0, "closures_24m": 0, **THIN},
    {"industry_past_due_rise_3m": 0.019, "industry_inflow_change_3m": -0.199, "disaster_area_12m": False, **THIN},
    {"unit_troubled": 1, "late_days_max_6m": 4, "group_newly_in_default": 0, "guaranteed_turned_bad": 0},
    {"tier_rank": 1, "tier_rank_before": 1, "dpd_max": 0, "days_not_seen": 35},
    {},
]
"""Cases just below a threshold, and look-alikes that mean no harm."""

AT_EASE: dict[str, Any] = {"late_days_max_6m": 0, "balance_to_due_3m": 3.0, "inflow_to_due_3m": 9.0}
INNOCENT: list[tuple[str, str, dict[str, Any]]] = [
    ("PARTNERS_LOST", "has means", {"customers_lost_share": 0.9, "customers_12m": 9, **AT_EASE}),
    ("WAGES_SHRANK", "pays its wages and bills elsewhere",
     {"wage_change_3m": -1.0, "tax_utility_change_3m": -1.0, **AT_EASE}),
    ("PRIVATE_MONEY", "sells to persons", {"private_in_share_3m": 1.0, **AT_EASE}),
    ("MONEY_OFF_TRADE", "may do other business", {"new_flow_kinds_3m": 5, **AT_EASE}),
    ("CARD_CASH_PAYS_LOAN", "pays its cards in full", {"card_cash_to_service_6m": 1.0,
                                                       "card_paid_full_share_12m": 1.0}),
    ("LATE_AGAIN_AND_AGAIN", "long ago", {"months_late_12m": 6, "months_since_late": 4}),
    ("NEW_LOAN_FOR_OLD", "a larger loan of one who grows", {"larger_renewals_24m": 3, **AT_EASE}),
    ("LEGAL_ACTION", "sound suit", {"legal_amount_to_inflow": 3.0, "enforcements_12m": 1, **AT_EASE}),
    ("SECTOR_DECLINE", "strong in a weak trade", {"industry_past_due_rise_3m": 0.1, **AT_EASE}),
    ("UNIT_IN_TROUBLE", "its affiliate fails alone", {"unit_troubled": 2, **AT_EASE}),
    ("TIER_FELL", "arrears say so already", {"tier_rank": 2, "tier_rank_before": 0, "dpd_max": 100}),
]  # fmt: skip


def test_a_signal_spares_its_innocent_look_alike():
    rows = decide_together(facts for _, _, facts in INNOCENT)
    fired = [(code, why) for (code, why, _), row in zip(INNOCENT, rows, strict=True) if code in row["signals"]]
    assert fired == []


def test_no_signal_fires_short_of_its_threshold():
    rows = decide_together(SHORT_OF_THRESHOLD)
    assert [(row["signals"], row["level_rank"]) for row in rows] == [([], 0)] * len(SHORT_OF_THRESHOLD)


PROPOSALS: list[tuple[dict[str, Any], int]] = [
    ({"pd": 0.1599}, 0),
    ({"pd": 0.16}, 1),
    ({"pd": 0.9}, 1),
    ({"pd": 0.9, "by_dpd_alone": False}, 1),
    ({"pd": 0.9, "by_dpd_alone": True}, 0),
    ({"pd": None}, 0),
]


def test_the_model_proposes_special_mention_at_most():
    rows = decide_together(facts for facts, _ in PROPOSALS)
    expected = [(proposal, ["MODEL_GRADE"] * proposal) for _, proposal in PROPOSALS]
    assert [(row["model_tier_rank"], row["model_held"]) for row in rows] == expected


FACTS = st.fixed_dictionaries(
    {
        "pd": st.one_of(st.none(), st.floats(0, 1)),
        "pd_before": st.one_of(st.none(), st.floats(0, 1)),
        "in_default": st.sampled_from([None, False, False, True]),
        "inflow_change_3m": st.one_of(st.none(), st.floats(-1, 1)),
        "inquiries_6m": st.one_of(st.none(), st.integers(0, 9)),
        "dpd_max": st.one_of(st.none(), st.integers(0, 400)),
        "loan_tier_rank": st.one_of(st.none(), st.integers(0, 4)),
    }
)


@settings(max_examples=2, deadline=None)
@given(found=st.lists(FACTS, min_size=2, max_size=3))
def test_one_borrower_alone_is_decided_as_within_the_book(found: list[dict[str, Any]]):
    together = {row.pop("borrower_id"): row for row in decide_together(found)}
    for number, facts in enumerate(found, start=1):
        alone = borrower(**facts)
        assert alone.pop("borrower_id") == "B1"
        assert alone == together[f"B{number}"]


@settings(max_examples=3, deadline=None)
@given(found=st.lists(FACTS, min_size=20, max_size=60))
def test_the_level_is_the_gravest_of_the_signals_that_held(found: list[dict[str, Any]]):
    for row in decide_together(found):
        levels = [signal.level.rank for signal in POLICY.signals if signal.code in row["signals"]]
        assert row["level_rank"] == max(levels, default=0)


def test_columns_keep_their_types():
    schema = decided(borrowers_of({})).schema()
    ranks = {name: str(schema[name]) for name in ("grade_rank", "level_rank", "model_tier_rank")}
    assert set(ranks.values()) == {"int8"}
    assert (str(schema["signals"]), str(schema["undecided"])) == ("array<string>", "array<string>")


def test_different_patterns_are_counted_once_each():
    two_of_one = {"loan_to_value": 1.1, "guaranteed_late": 1, "guaranteed_turned_bad": 1}
    standing = {"pd": 0.2, "dpd_max": 0}
    rows = decide_together([two_of_one, standing, {}])
    assert [row["patterns_held"] for row in rows] == [2, 0, 0]


def test_several_patterns_count_from_three_on_also_where_the_grade_is_good():
    facts = {"unit_troubled": 1, **LATER, "loan_to_value": 1.1, "guaranteed_late": 1}
    rows = decide_together({"pd": 0.001, **dict(list(facts.items())[:count])} for count in (3, 4))
    assert [row["patterns_held"] for row in rows] == [2, 3]
    assert ["SEVERAL_PATTERNS" in row["signals"] for row in rows] == [False, True]


def test_no_condition_counts_a_long_relationship_in_favour():
    read = set(names_read(POLICY.signals, DAY))
    assert read & {"months_as_customer", "months_on_book", "clean_renewals_24m", "loans"} == set()


def test_the_features_are_scanned_once():
    plan = str(ENGINE.con.execute(f"EXPLAIN {ibis.to_sql(decided(borrowers_of({})))}").fetchall()[0][1])
    assert plan.count("SEQ_SCAN") == 1


def test_a_fall_of_the_tier_is_counted_against_the_batch_before():
    rows = decide_together(
        {"tier_rank": now, "tier_rank_before": before} for now, before in ((2, 0), (0, 1), (1, None))
    )
    assert [row["tier_fall"] for row in rows] == [2, -1, None]


def test_a_signal_that_an_unknown_fact_leaves_open_is_told():
    (row,) = decide_together([{"dpd_max": 0, "customers_lost_share": None}])
    assert "PARTNERS_LOST" in row["undecided"]
    assert "OVERDUE_NOW" not in row["undecided"]


def test_a_column_that_conditions_read_must_be_there():
    with pytest.raises(
        PolicyError, match="The table of borrowers lacks inquiries_refused_12m, which the policy asks for"
    ):
        decided(borrowers_of({}).drop("inquiries_refused_12m"))
