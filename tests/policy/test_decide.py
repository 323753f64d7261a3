from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.domain.errors import PolicyError
from ews.domain.facts import GIVEN_BORROWER_FACTS, LOAN_FACTS, FactUnit
from ews.domain.levels import Tier, WarningLevel
from ews.events.engine import connect
from ews.features.catalogue import FEATURES
from ews.policy.decide import decide_borrowers, decide_loans, settle_loans, summarise_loans
from ews.policy.policy import Policy
from tests.policy.policies import POLICY, changed, load

DAY = date(2026, 6, 30)
ENGINE = connect(threads=1)
ARROW: Mapping[FactUnit, pa.DataType] = {
    "text": pa.string(),
    "flag": pa.bool_(),
    "share": pa.float64(),
    "ratio": pa.float64(),
    "change": pa.float64(),
}
KEYS = [pa.field("borrower_id", pa.string()), pa.field("as_of", pa.date32())]
LOAN_SCHEMA = pa.schema(
    [*KEYS, ("loan_id", pa.string()), *((f.name, ARROW.get(f.unit, pa.int64())) for f in LOAN_FACTS)]
)
BORROWER_SCHEMA = pa.schema(
    [
        *KEYS,
        ("loan_tier_rank", pa.int8()),
        *((fact.name, ARROW.get(fact.unit, pa.int64())) for fact in GIVEN_BORROWER_FACTS),
        *((feature.name, ARROW.get(feature.unit, pa.int64())) for feature in FEATURES),
    ]
)


def loans_of(*rows: Mapping[str, Any]) -> ir.Table:
    usual = {
        "borrower_id": "B1",
        "as_of": DAY,
        "retail": False,
        "is_card": False,
        "restructured": False,
        "listed_default": False,
        "balance": 100,
    }
    complete = [{"loan_id": f"L{number}", **usual, **row} for number, row in enumerate(rows)]
    return _table(complete, LOAN_SCHEMA)


def borrowers_of(*rows: Mapping[str, Any]) -> ir.Table:
    usual = {"as_of": DAY, "in_default": False, "pd": 0.001}
    complete = [{"borrower_id": f"B{number}", **usual, **row} for number, row in enumerate(rows, start=1)]
    return _table(complete, BORROWER_SCHEMA)


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> ir.Table:
    return ENGINE.create_table(ibis.util.gen_name("rows"), pa.Table.from_pylist(rows, schema), temp=True)


def rows_of(table: ir.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return found


def loan(policy: Policy = POLICY, on: date = DAY, **facts: Any) -> dict[str, Any]:
    return rows_of(decide_loans(loans_of(facts), policy, on))[0]


def borrower(policy: Policy = POLICY, **facts: Any) -> dict[str, Any]:
    return rows_of(decide_borrowers(borrowers_of(facts), policy, DAY))[0]


def decide_together(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what is decided of each of `found`, in their order."""
    return rows_of(decide_borrowers(borrowers_of(*found), POLICY, DAY))


def tiers(codes: Iterable[str]) -> list[int]:
    return [Tier(code).rank for code in codes]


BOUNDARIES = [
    (0, "pass", "pass"),
    (1, "special_mention", "special_mention"),
    (30, "special_mention", "special_mention"),
    (31, "special_mention", "special_mention"),
    (90, "special_mention", "special_mention"),
    (91, "substandard", "substandard"),
    (120, "substandard", "substandard"),
    (121, "substandard", "doubtful"),
    (180, "substandard", "doubtful"),
    (181, "substandard", "loss"),
    (270, "substandard", "loss"),
    (271, "doubtful", "loss"),
    (360, "doubtful", "loss"),
    (361, "loss", "loss"),
]


@pytest.mark.parametrize("on", [DAY, date(2023, 7, 1), date(2005, 9, 30)])
def test_days_past_due_set_the_floor_at_every_boundary(on: date):
    general = decide_loans(loans_of(*({"dpd": dpd} for dpd, _, _ in BOUNDARIES)), POLICY, on)
    cards = decide_loans(loans_of(*({"dpd": dpd, "is_card": True} for dpd, _, _ in BOUNDARIES)), POLICY, on)
    assert [row["tier_rank"] for row in rows_of(general)] == tiers(tier for _, tier, _ in BOUNDARIES)
    assert [row["tier_rank"] for row in rows_of(cards)] == tiers(tier for _, _, tier in BOUNDARIES)


@pytest.mark.parametrize(
    ("facts", "held", "tier"),
    [
        ({"dpd": 0}, [], "pass"),
        ({"dpd": 1}, ["OVERDUE"], "special_mention"),
        ({"dpd": 91}, ["OVERDUE", "OVERDUE_90"], "substandard"),
        ({"dpd": 400}, ["OVERDUE", "OVERDUE_90", "OVERDUE_270", "OVERDUE_360"], "loss"),
        (
            {"dpd": 121, "is_card": True},
            ["OVERDUE", "OVERDUE_90", "CARD_OVERDUE_90", "CARD_OVERDUE_120"],
            "doubtful",
        ),
        ({"dpd": 0, "restructured": True}, ["RESTRUCTURED"], "special_mention"),
        ({"dpd": 0, "listed_default": True}, ["LISTED_DEFAULT"], "substandard"),
        ({"dpd": 91, "restructured": True}, ["OVERDUE", "OVERDUE_90", "RESTRUCTURED"], "substandard"),
    ],
)
def test_the_worst_wins_and_all_that_held_are_kept(facts: dict[str, Any], held: list[str], tier: str):
    row = loan(**facts)
    assert (row["held"], row["tier_rank"], row["undecided"]) == (held, Tier(tier).rank, [])


def test_what_is_unknown_fires_nothing_and_is_told():
    row = loan(dpd=None, is_card=None)
    assert (row["tier_rank"], row["held"]) == (0, [])
    assert row["undecided"] == [
        "OVERDUE",
        "OVERDUE_90",
        "OVERDUE_270",
        "OVERDUE_360",
        "CARD_OVERDUE_90",
        "CARD_OVERDUE_120",
        "CARD_OVERDUE_180",
    ]


def test_an_unknown_that_does_not_matter_leaves_nothing_undecided():
    assert loan(dpd=5, is_card=None)["undecided"] == []


@settings(max_examples=20, deadline=None)
@given(
    facts=st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 100), st.booleans(), st.booleans()), min_size=1, max_size=30
    )
)
def test_a_worse_dpd_never_gives_a_better_tier(facts: list[tuple[int, int, bool, bool]]):
    def tiers_at(later: int) -> list[int]:
        rows = (
            {"dpd": dpd + later * more, "is_card": is_card, "restructured": restructured}
            for dpd, more, is_card, restructured in facts
        )
        return [row["tier_rank"] for row in rows_of(decide_loans(loans_of(*rows), POLICY, DAY))]

    assert all(now <= then for now, then in zip(tiers_at(0), tiers_at(1), strict=True))


def test_a_rule_counts_from_its_day(tmp_path: Path):
    dated = '{ 2027-01-01 = "dpd > 0" }'
    policy = load(changed(tmp_path, "tier_rules.toml", '"dpd > 0"', dated))
    assert loan(policy, date(2026, 12, 31), dpd=5)["tier_rank"] == 0
    assert loan(policy, date(2027, 1, 1), dpd=5)["tier_rank"] == 1


def test_a_new_value_of_a_parameter_counts_from_its_day(tmp_path: Path):
    policy = load(changed(tmp_path, "parameters.toml", "{ 2023-07-01 = 90 }", "{ 2023-07-01 = 90, 2027-01-01 = 60 }"))
    assert loan(policy, date(2026, 12, 31), dpd=61)["tier_rank"] == Tier.SPECIAL_MENTION.rank
    assert loan(policy, date(2027, 1, 1), dpd=61)["tier_rank"] == Tier.SUBSTANDARD.rank


def test_loans_are_summed_up_by_borrower():
    decided = decide_loans(
        loans_of(
            {"dpd": 5, "balance": 300},
            {"dpd": 95, "balance": None},
            {"borrower_id": "B2", "dpd": 0, "balance": 7, "is_card": True},
            {"borrower_id": "B3", "dpd": None, "balance": None, "retail": True},
        ),
        POLICY,
        DAY,
    )
    found = {row.pop("borrower_id"): row for row in rows_of(summarise_loans(decided))}
    assert found == {
        "B1": {"as_of": DAY, "loan_tier_rank": 2, "loans": 2, "dpd_max": 95, "exposure": 300, "by_dpd_alone": False},
        "B2": {"as_of": DAY, "loan_tier_rank": 0, "loans": 1, "dpd_max": 0, "exposure": 7, "by_dpd_alone": True},
        "B3": {"as_of": DAY, "loan_tier_rank": 0, "loans": 1, "dpd_max": None, "exposure": None, "by_dpd_alone": True},
    }


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
    (0.01, 0.04, ["PD_ROSE_STEEPLY"], 2),
    (0.004, 0.0199, [], 2),
    (0.04, 0.01, [], -2),
    (None, 0.04, [], None),
    (0.0, 0.04, [], 5),
]


def test_a_rise_of_the_pd_is_a_movement():
    rows = decide_together({"pd": now, "pd_before": before} for before, now, _, _ in MOVEMENTS)
    assert [(row["signals"], row["grade_fall"]) for row in rows] == [(codes, fall) for *_, codes, fall in MOVEMENTS]


AT_THRESHOLD: list[tuple[dict[str, Any], str, str]] = [
    ({"inflow_3m": 0, "inflow_12m": 1}, "INFLOW_STOPPED", "orange"),
    ({"inflow_change_3m": -0.5}, "INFLOW_HALVED", "yellow"),
    ({"inflow_change_3m": -0.5, "inquiries_3m": 4}, "INFLOW_HALVED_CREDIT_SOUGHT", "orange"),
    ({"balance_mean_3m": 4, "debt_outstanding": 10_000}, "BALANCE_THIN", "yellow"),
    ({"overdrawn_days_3m": 30}, "OVERDRAWN_LONG", "yellow"),
    ({"wage_change_3m": -0.4}, "WAGES_SHRANK", "yellow"),
    ({"tax_utility_change_3m": -0.5}, "BILLS_SHRANK", "yellow"),
    ({"securities_out_share_3m": 0.2}, "MONEY_TO_SECURITIES", "yellow"),
    ({"private_out_share_3m": 0.3}, "MONEY_TO_PRIVATE_PERSONS", "yellow"),
    ({"inquiries_3m": 6}, "CREDIT_SOUGHT_OFTEN", "yellow"),
    ({"inquiries_without_loan_6m": 6}, "CREDIT_REFUSED", "orange"),
    ({"nonbank_inquiries_6m": 3}, "NONBANK_CREDIT_SOUGHT", "yellow"),
    ({"guaranteed_troubled": 1}, "GUARANTEED_IN_TROUBLE", "yellow"),
    (
        {"guaranteed_troubled": 1, "guaranteed_troubled_amount": 21, "inflow_12m": 100},
        "GUARANTEED_TROUBLE_HEAVY",
        "orange",
    ),
    ({"guaranteed_to_inflow": 1.0}, "GUARANTEES_HEAVY", "yellow"),
    ({"circle_size": 3, "circle_troubled_share": 0.2}, "GUARANTEE_CIRCLE_IN_TROUBLE", "orange"),
    ({"guarantors_troubled": 1}, "GUARANTOR_IN_TROUBLE", "orange"),
    ({"card_months_above_80_6m": 6}, "CARDS_DRAWN_LONG", "yellow"),
    ({"card_utilisation": 0.9, "card_minimum_only_6m": 3}, "CARDS_AT_LIMIT_BARELY_PAID", "orange"),
    ({"card_cash_advance_3m": 1, "card_cash_share_3m": 0.3}, "CARD_CASH_DRAWN", "yellow"),
    ({"dpd_max": 1}, "OVERDUE_NOW", "yellow"),
    ({"dpd_max": 30}, "OVERDUE_NOW", "yellow"),
    ({"dpd_max": 31}, "OVERDUE_NOW_30", "orange"),
    ({"months_late_12m": 3}, "LATE_AGAIN_AND_AGAIN", "yellow"),
    ({"first_instalment_missed": True}, "FIRST_INSTALMENT_MISSED", "orange"),
    ({"replaced_loans_12m": 2}, "NEW_LOAN_FOR_OLD", "yellow"),
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
    {"inflow_3m": 0, "inflow_12m": 0},
    {"inflow_change_3m": -0.499, "inquiries_3m": 5},
    {"balance_mean_3m": 5, "debt_outstanding": 10_000},
    {"balance_mean_3m": 0, "debt_outstanding": 0},
    {"overdrawn_days_3m": 29, "wage_change_3m": -0.399, "tax_utility_change_3m": -0.499},
    {"securities_out_share_3m": 0.199, "private_out_share_3m": 0.299},
    {"inquiries_without_loan_6m": 5, "nonbank_inquiries_6m": 2},
    {"guaranteed_troubled": 0, "guaranteed_troubled_amount": 21, "inflow_12m": 100, "guaranteed_to_inflow": 0.99},
    {"circle_size": 2, "circle_troubled_share": 0.5, "guarantors_troubled": 0},
    {"card_months_above_80_6m": 5, "card_utilisation": 0.899, "card_minimum_only_6m": 6},
    {"card_utilisation": 1.2, "card_minimum_only_6m": 2, "card_cash_share_3m": 0.5, "card_cash_advance_3m": 0},
    {"dpd_max": 0, "months_late_12m": 2, "first_instalment_missed": False, "replaced_loans_12m": 1},
    {},
]


def test_no_signal_fires_short_of_its_threshold():
    rows = decide_together(SHORT_OF_THRESHOLD)
    assert [(row["signals"], row["level_rank"]) for row in rows] == [([], 0)] * len(SHORT_OF_THRESHOLD)


PROPOSALS: list[tuple[dict[str, Any], int, str]] = [
    ({"pd": 0.1599}, 0, "pass"),
    ({"pd": 0.16}, 1, "special_mention"),
    ({"pd": 0.9}, 1, "special_mention"),
    ({"pd": 0.9, "by_dpd_alone": False}, 1, "special_mention"),
    ({"pd": 0.9, "by_dpd_alone": True}, 0, "pass"),
    ({"pd": 0.9, "loan_tier_rank": 3}, 1, "doubtful"),
    ({"pd": 0.001, "loan_tier_rank": 2}, 0, "substandard"),
    ({"pd": None, "loan_tier_rank": 1}, 0, "special_mention"),
]


def test_the_model_proposes_special_mention_at_most():
    rows = decide_together(facts for facts, _, _ in PROPOSALS)
    expected = [(proposal, Tier(tier).rank, ["MODEL_GRADE"] * proposal) for _, proposal, tier in PROPOSALS]
    assert [(row["model_tier_rank"], row["tier_rank"], row["held"]) for row in rows] == expected


def test_the_proposal_reaches_the_loans_that_do_not_follow_days_past_due_alone():
    loans = loans_of({"dpd": 0}, {"dpd": 0, "is_card": True}, {"dpd": 91}, {"borrower_id": "B2", "dpd": 0})
    decided = decide_loans(loans, POLICY, DAY)
    borrowers = decide_borrowers(borrowers_of({"pd": 0.5, "loan_tier_rank": 2}), POLICY, DAY)
    found = {row["loan_id"]: (row["tier_rank"], row["held"]) for row in rows_of(settle_loans(decided, borrowers))}
    assert found == {
        "L0": (1, ["MODEL_GRADE"]),
        "L1": (0, []),
        "L2": (2, ["OVERDUE", "OVERDUE_90", "MODEL_GRADE"]),
        "L3": (0, []),
    }


FACTS = st.fixed_dictionaries(
    {
        "pd": st.one_of(st.none(), st.floats(0, 1)),
        "pd_before": st.one_of(st.none(), st.floats(0, 1)),
        "in_default": st.sampled_from([None, False, False, True]),
        "inflow_change_3m": st.one_of(st.none(), st.floats(-1, 1)),
        "inquiries_3m": st.one_of(st.none(), st.integers(0, 9)),
        "dpd_max": st.one_of(st.none(), st.integers(0, 400)),
        "loan_tier_rank": st.one_of(st.none(), st.integers(0, 4)),
    }
)


@settings(max_examples=5, deadline=None)
@given(found=st.lists(FACTS, min_size=2, max_size=4))
def test_one_borrower_alone_is_decided_as_within_the_book(found: list[dict[str, Any]]):
    together = {row.pop("borrower_id"): row for row in decide_together(found)}
    for number, facts in enumerate(found, start=1):
        alone = borrower(**facts)
        assert alone.pop("borrower_id") == "B1"
        assert alone == together[f"B{number}"]


@settings(max_examples=15, deadline=None)
@given(found=st.lists(FACTS, min_size=1, max_size=20))
def test_the_level_is_the_gravest_of_the_signals_that_held(found: list[dict[str, Any]]):
    for row in decide_together(found):
        levels = [signal.level.rank for signal in POLICY.signals if signal.code in row["signals"]]
        assert row["level_rank"] == max(levels, default=0)
        assert row["tier_rank"] == max(row["loan_tier_rank"] or 0, row["model_tier_rank"])


def test_columns_keep_their_types():
    decided = decide_borrowers(borrowers_of({}), POLICY, DAY).schema()
    ranks = {name: str(decided[name]) for name in ("grade_rank", "tier_rank", "level_rank", "model_tier_rank")}
    assert set(ranks.values()) == {"int8"}
    assert str(decided["signals"]) == "array<string>"
    assert str(decide_loans(loans_of({"dpd": 1}), POLICY, DAY).schema()["tier_rank"]) == "int8"


def test_a_column_that_conditions_read_must_be_there():
    with pytest.raises(PolicyError, match="The table of loans lacks dpd, restructured, which the policy asks for"):
        decide_loans(loans_of({}).drop("dpd", "restructured"), POLICY, DAY)
    with pytest.raises(PolicyError, match="The table of borrowers lacks inquiries_3m, which the policy asks for"):
        decide_borrowers(borrowers_of({}).drop("inquiries_3m"), POLICY, DAY)
