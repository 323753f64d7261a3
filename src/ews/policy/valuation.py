"""Valuation: what the policy's stages and rates come to for each loan.

Grain   the loans given; no row is added or lost
Lgd     each piece of collateral covers the balance up to its counted value, the safest kind first; the rest has the lgd
        of the loan's security. Collateral whose balance is 0 or unknown gives the lgd of the security
Pd      over 12 months in stage 1, over the time to maturity (12 months at least) in stage 2, 1 in stage 3; a constant
        hazard carries the served pd from its horizon to these
Money   integer fen, halves rounded up. The balance is what is exposed: undrawn limits are not in the tables
Nulls   money where the balance is null; expected loss also where there is no pd before stage 3
"""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

import ibis
import ibis.expr.types as ir

from ews.domain.errors import PolicyError
from ews.domain.levels import Tier
from ews.policy.compile import compile_condition, number
from ews.policy.dated import Dated
from ews.policy.policy import Policy
from ews.policy.provisions import Losses
from ews.policy.verdicts import KEYS

T = TypeVar("T")

MONEY = ("expected_loss_fen", "provision_general_fen", "provision_specific_fen", "provision_standard_fen")
DAYS_PER_MONTH = 365.25 / 12
YEAR = 12.0
NON_PERFORMING_STAGE = 3


def value_loans(
    settled: ir.Table, collateral: ir.Table, borrowers: ir.Table, policy: Policy, on: date, horizon_months: int
) -> ir.Table:
    """Add stage (int8), lgd (share) and MONEY (int64, fen) to settled loans.

    `collateral` has loan_id, kind, value (fen) of what is not seized; `borrowers` has pd, grade_rank, in_default.
    PolicyError where no rates hold on `on`.
    """
    losses, rates = _in_force(policy.provisions.losses, on), _in_force(policy.provisions.rates, on)
    keys = [key for key in KEYS if key in settled.columns and key in borrowers.columns]
    known = borrowers.select(*keys, "grade_rank", "in_default", pd=number(borrowers.pd))
    joined = settled.left_join(known, keys, rname="{name}_borrower")
    joined = joined.left_join(_covers(collateral, losses), "loan_id", rname="{name}_cover")
    staged = joined.mutate(stage=_stage(joined, policy, on), lgd=_lgd(joined, losses))
    balance = staged.balance.cast("float64")
    pd = _pd_of_stage(staged, losses, horizon_months)
    money = {
        "expected_loss_fen": _fen(pd * staged.lgd * balance),
        "provision_general_fen": _fen(balance * rates.general),
        "provision_specific_fen": _fen(balance * _by_tier(staged, rates.specific)),
        "provision_standard_fen": _fen(balance * _by_tier(staged, rates.standard)),
    }
    return staged.select(*settled.columns, "stage", "lgd", **money)


def _in_force(rates: Dated[T], on: date) -> T:
    held = rates.on(on)
    if held is None:
        message = f"provisions.toml has no rates for {on}; the first start on {rates.first[0]}. Give earlier ones."
        raise PolicyError(message)
    return held


def _stage(joined: ir.Table, policy: Policy, on: date) -> ir.IntegerValue:
    stages = [ibis.literal(1)]
    for rule in policy.provisions.stage_rules:
        condition = rule.when.on(on)
        if condition is not None:
            holds = compile_condition(condition.tree, joined, policy.values_for(condition, on))
            stages.append(ibis.ifelse(holds, rule.stage, 1))
    return ibis.greatest(*stages).cast("int8")


def _covers(collateral: ir.Table, losses: Losses) -> ir.Table:
    """Return per loan the counted value of each kind of collateral, by its place among `losses.collateral`."""
    value = collateral["value"].cast("float64")
    return collateral.group_by("loan_id").aggregate(
        **{
            _cover(place): (value.sum(where=collateral["kind"] == piece.kind) * piece.counted).fill_null(0.0)
            for place, piece in enumerate(losses.collateral)
        }
    )


def _lgd(joined: ir.Table, losses: Losses) -> ir.FloatingValue:
    security = ibis.ifelse(joined.is_card.fill_null(False), "card", joined.security.fill_null("unknown"))
    cases = [(security == name, lgd) for name, lgd in losses.by_security.items()]
    bare = ibis.cases(*cases, else_=losses.by_security["unknown"])
    balance = joined.balance.cast("float64").nullif(0.0)
    counted: ir.FloatingValue = ibis.literal(0.0)
    covered: ir.FloatingValue = ibis.literal(0.0)
    lost: ir.FloatingValue = ibis.literal(0.0)
    for place, piece in enumerate(losses.collateral):
        counted = counted + joined[_cover(place)].fill_null(0.0)
        reached = ibis.least(counted, balance)
        lost, covered = lost + (reached - covered) * piece.lgd, reached
    return ((lost + (balance - covered) * bare) / balance).fill_null(bare)


def _pd_of_stage(staged: ir.Table, losses: Losses, horizon_months: int) -> ir.FloatingValue:
    months = (staged.days_to_maturity.cast("float64") / DAYS_PER_MONTH).fill_null(
        float(losses.lifetime_months_open_ended)
    )
    lasts = ibis.ifelse(staged.stage == 1, YEAR, ibis.greatest(months, YEAR))
    survives = (1.0 - staged.pd).pow(lasts / float(horizon_months))
    return ibis.ifelse(staged.stage == NON_PERFORMING_STAGE, 1.0, 1.0 - survives)


def _by_tier(staged: ir.Table, rates: Mapping[str, float]) -> ir.FloatingValue:
    cases = [(staged.tier_rank == Tier(tier).rank, rate) for tier, rate in rates.items()]
    return ibis.cases(*cases, else_=0.0)


def _fen(amount: ir.FloatingValue) -> ir.IntegerValue:
    return (amount + 0.5).floor().cast("int64")


def _cover(place: int) -> str:
    return f"_cover_{place}"
