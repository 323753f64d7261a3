from datetime import date
from functools import cache
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.domain.errors import PolicyError
from ews.policy.judge import grade_borrowers
from ews.policy.tiers import settle
from ews.policy.valuation import MONEY, value_loans
from ews.scoring.overrides import OVERRIDES
from ews.scoring.states import LOANS
from tests.policy.policies import POLICY
from tests.policy.rows import DAY, ENGINE, borrowers_of, floors, loans_of, rows_of, table_of

COLLATERAL = pa.schema([("loan_id", pa.string()), ("kind", pa.string()), ("value", pa.int64())])


@cache
def graded(pd: float | None, *, in_default: bool) -> ir.Table:
    table = grade_borrowers(borrowers_of({"pd": pd, "in_default": in_default}), POLICY, DAY)
    wanted = ("borrower_id", "as_of", "pd", "grade_rank", "in_default", "model_tier_rank", "model_held")
    return ENGINE.create_table(ibis.util.gen_name("graded"), table.select(*wanted), temp=True)


def valued(
    *loans: dict[str, Any],
    collateral: tuple[tuple[str, str, int], ...] = (),
    pd: float | None = 0.02,
    in_default: bool = False,
    before: tuple[dict[str, Any], ...] = (),
) -> dict[str, dict[str, Any]]:
    """Return what `loans` of one borrower are worth; they are performing and owe 1,000,000 fen unless said."""
    complete = [{"dpd": 0, "balance": 1_000_000, **loan} for loan in loans]
    borrowers = graded(pd, in_default=in_default)
    states = table_of(list(before), LOANS)
    settled = settle(floors(loans_of(*complete)), borrowers, table_of([], OVERRIDES), states, POLICY, DAY)
    pieces = [dict(zip(COLLATERAL.names, piece, strict=True)) for piece in collateral]
    table = value_loans(settled, table_of(pieces, COLLATERAL), borrowers, POLICY, DAY, 12)
    return {row["loan_id"]: row for row in rows_of(table)}


def test_a_performing_loan_worked_by_hand():
    row = valued({"security": "guarantee"})["L0"]
    # 2 % x 50 % x 1,000,000; general 1 %, specific none, standard 1.5 %
    assert (row["stage"], row["lgd"]) == (1, 0.5)
    assert [row[name] for name in MONEY] == [10_000, 10_000, 0, 15_000]


LGD: list[tuple[dict[str, Any], float]] = [
    ({"security": "none"}, 0.6),
    ({"security": "guarantee"}, 0.5),
    ({"security": "mortgage"}, 0.35),
    ({"security": "pledge"}, 0.3),
    ({"security": None}, 0.6),
    ({"security": "none", "is_card": True}, 0.75),
    ({"security": "none", "is_card": None}, 0.6),
]


def test_without_collateral_the_security_tells_what_is_lost():
    found = valued(*(facts for facts, _ in LGD))
    assert [found[f"L{number}"]["lgd"] for number in range(len(LGD))] == [lgd for _, lgd in LGD]


def test_collateral_covers_the_balance_up_to_its_counted_value_and_the_safest_first():
    pieces = (("L0", "commercial", 1_000_000), ("L0", "residential", 1_000_000), ("L1", "deposit", 9_000_000))
    found = valued({"security": "mortgage"}, {"security": "pledge"}, {"security": "mortgage"}, collateral=pieces)
    # 700,000 at 15 %, the last 300,000 of the 600,000 counted at 25 %
    assert found["L0"]["lgd"] == pytest.approx(0.7 * 0.15 + 0.3 * 0.25)
    assert found["L1"]["lgd"] == 0.0
    assert found["L2"]["lgd"] == 0.35


def test_what_collateral_does_not_cover_has_the_lgd_of_the_security():
    row = valued({"security": "mortgage"}, collateral=(("L0", "residential", 500_000),))["L0"]
    assert row["lgd"] == pytest.approx(0.35 * 0.15 + 0.65 * 0.35)


STAGES: list[tuple[dict[str, Any], int]] = [
    ({"dpd": 0}, 1),
    ({"dpd": 30}, 1),
    ({"dpd": 31}, 2),
    ({"dpd": 90}, 2),
    ({"dpd": 91}, 3),
    ({"restructured": True}, 2),
    ({"restructured": True, "observation_months": 12, "observation_periods": 2}, 1),
    ({"listed_default": True}, 3),
    ({"use_of_funds": "diverted"}, 1),
    ({"dpd": None}, 1),
    ({"dpd": None, "use_of_funds": "diverted"}, 2),
]


def test_the_worst_stage_that_holds_counts():
    found = valued(*(facts for facts, _ in STAGES))
    assert [found[f"L{number}"]["stage"] for number in range(len(STAGES))] == [stage for _, stage in STAGES]


def test_a_loan_that_is_not_seen_any_more_stays_in_its_stage():
    before = ({"loan_id": "L0", "held": ["OVERDUE"]}, {"loan_id": "L1", "held": ["OVERDUE", "OVERDUE_90"]})
    found = valued({"dpd": None}, {"dpd": None}, {"dpd": None}, before=before)
    told = {loan_id: (row["tier_rank"], row["stage"]) for loan_id, row in found.items()}
    assert told == {"L0": (1, 2), "L1": (2, 3), "L2": (0, 1)}


def test_a_low_grade_is_stage_2_and_default_is_stage_3():
    assert valued({}, pd=0.5)["L0"]["stage"] == 2
    assert valued({}, pd=None, in_default=True)["L0"]["stage"] == 3


def test_stage_2_looks_to_maturity_and_at_least_a_year():
    days = [24 * 365.25 / 12, 100, None]
    found = valued(*({"dpd": 31, "days_to_maturity": None if day is None else int(day)} for day in days), pd=0.1)
    two_years = 1 - 0.9 ** (int(days[0] or 0) / (365.25 / 12) / 12)
    expected = [two_years * 0.6 * 1_000_000, 0.1 * 0.6 * 1_000_000, (1 - 0.9**3) * 0.6 * 1_000_000]
    assert [found[f"L{number}"]["expected_loss_fen"] for number in range(3)] == [round(value) for value in expected]


BY_TIER = [  # dpd, then of 2,000,050 fen: general 1 %, specific 0/2/25/50/100 %, standard 1.5/3/30/60/100 %
    (0, (20_001, 0, 30_001)),
    (1, (20_001, 40_001, 60_002)),
    (91, (20_001, 500_013, 600_015)),
    (271, (20_001, 1_000_025, 1_200_030)),
    (361, (20_001, 2_000_050, 2_000_050)),
]


def test_every_tier_is_provided_for_at_its_rates_worked_by_hand():
    found = valued(*({"dpd": dpd, "balance": 2_000_050} for dpd, _ in BY_TIER), pd=None)
    rows = [found[f"L{number}"] for number in range(len(BY_TIER))]
    assert [row["tier_rank"] for row in rows] == [0, 1, 2, 3, 4]
    assert [tuple(row[name] for name in MONEY[1:]) for row in rows] == [provisions for _, provisions in BY_TIER]
    # expected loss: without a pd unknown before stage 3, then all of the lgd of 60 %
    assert [row["expected_loss_fen"] for row in rows] == [None, None, 1_200_030, 1_200_030, 1_200_030]


def test_an_unknown_balance_has_no_worth_and_halves_are_rounded_up():
    found = valued({"balance": None}, {"balance": 50}, {"balance": 0})
    assert [found["L0"][name] for name in MONEY] == [None] * 4
    assert found["L1"]["provision_general_fen"] == 1  # half a fen
    assert (found["L2"]["lgd"], [found["L2"][name] for name in MONEY]) == (0.6, [0, 0, 0, 0])


def test_a_day_before_the_first_rates_is_an_error():
    nothing = ibis.memtable([], schema={"loan_id": "string"})
    with pytest.raises(PolicyError, match="no rates for 1899-12-31; the first start on 1900-01-01"):
        value_loans(nothing, nothing, nothing, POLICY, date(1899, 12, 31), 12)


@settings(max_examples=4, deadline=None)
@given(
    pds=st.lists(st.sampled_from([0.0, 0.001, 0.02, 0.2, 1.0]), min_size=2, max_size=2),
    dpds=st.lists(st.integers(0, 500), min_size=2, max_size=10),
)
def test_expected_loss_and_provisions_never_fall_where_risk_rises(pds: list[float], dpds: list[int]):
    low, high = (valued(*({"dpd": dpd} for dpd in sorted(dpds)), pd=pd) for pd in sorted(pds))
    for name in MONEY:
        ordered = [low[f"L{number}"][name] for number in range(len(dpds))]
        assert ordered == sorted(ordered)
        assert all(low[key][name] <= high[key][name] for key in low)
