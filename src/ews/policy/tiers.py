"""Tiers (五级分类): what law and practice say of each loan, what the model proposes, and what comes of both.

Grain   one row per loan; no row is added or lost
Order   judge_own, judge_debtor, summarise_loans, (grades of borrowers), settle, borrower_tiers
Nulls   an unknown condition fires nothing; codes of such rules are kept in `undecided`
"""

from datetime import date

import ibis
import ibis.expr.types as ir

from ews.policy.compile import compile_condition
from ews.policy.policy import Policy
from ews.policy.rules import names_read
from ews.policy.verdicts import KEYS, NEVER, NONE, drop_verdicts, held, judge, require, undecided, worst

ALONE = "by_days_alone"
"""The fact that the policy works out itself, before any rule."""


def judge_own(loans: ir.Table, policy: Policy, on: date) -> ir.Table:
    """Add what a loan's own facts say to a table with OWN_LOAN_FACTS (all but by_days_alone).

    Adds by_days_alone (the tier follows days past due only), own_tier_rank (int8, 0 pass to 4 loss), own_held and
    own_undecided (arrays of codes).
    """
    rules, alone = policy.tier_rules.own, policy.tier_rules.by_dpd_alone.on(on)
    needed = names_read(rules, on) + (() if alone is None else alone.names)
    require(loans, [name for name in needed if name != ALONE], "loans")
    by_days_alone = (
        NEVER if alone is None else compile_condition(alone.tree, loans, policy.values_for(alone, on)).fill_null(NEVER)
    )
    judged = judge(loans.mutate(by_days_alone=by_days_alone), rules, policy, on)
    table = judged.mutate(
        own_tier_rank=worst(judged, rules, [rule.floor.rank for rule in rules]),
        own_held=held(judged, rules),
        own_undecided=undecided(judged, rules),
    )
    return drop_verdicts(table, rules)


def judge_debtor(own: ir.Table, policy: Policy, on: date) -> ir.Table:
    """Add what the debtor's other claims say to loans judged by `judge_own`, with DEBTOR_LOAN_FACTS.

    Adds floor_rank (int8, worst of law and practice), held and undecided (arrays of codes of own and debtor rules).
    """
    rules = policy.tier_rules.debtor
    require(own, names_read(rules, on), "loans")
    judged = judge(own, rules, policy, on)
    table = judged.mutate(
        floor_rank=ibis.greatest(judged.own_tier_rank, worst(judged, rules, [rule.floor.rank for rule in rules])).cast(
            "int8"
        ),
        held=judged.own_held.concat(held(judged, rules)),
        undecided=judged.own_undecided.concat(undecided(judged, rules)),
    )
    return drop_verdicts(table, rules)


def summarise_loans(judged: ir.Table) -> ir.Table:
    """Return what judged loans say of each borrower: one row per (borrower_id, as_of), as far as present.

    Columns: loan_tier_rank (int8, the worst floor), loans, dpd_max (days), exposure (fen; unknown balances left out),
    by_dpd_alone.
    """
    keys = [key for key in KEYS if key in judged.columns]
    return judged.group_by(keys).agg(
        loan_tier_rank=judged.floor_rank.max().cast("int8"),
        loans=judged.count().cast("int64"),
        dpd_max=judged.dpd.max().cast("int64"),
        exposure=judged.balance.sum().cast("int64"),
        by_dpd_alone=judged.by_days_alone.all(),
    )


def settle(
    judged: ir.Table, borrowers: ir.Table, overrides: ir.Table, before: ir.Table, policy: Policy, on: date
) -> ir.Table:
    """Return judged loans with their tier: worst of the floor and the override, else the model's proposal.

    `borrowers` comes from `grade_borrowers`; the proposal reaches loans that do not follow days past due alone.
    `overrides` has scoring.overrides.OVERRIDES, `before` the loan states of the predecessor (scoring.states.LOANS):
    a rule that held then and cannot be judged now is carried, and its floor still counts.
    Adds proposal_rank (int8), override_id (text), tier_rank (int8), carried (codes that hold on unseen), carried_since
    (date) and grounds (codes of law and practice that hold or are carried); `held` takes in the model's rules and
    floor_rank the floors of the rules carried.
    """
    keys = [key for key in KEYS if key in judged.columns and key in borrowers.columns]
    carrying = _with_carried(judged, before, policy)
    proposals = borrowers.select(*keys, "model_tier_rank", "model_held")
    joined = carrying.left_join(proposals, keys, rname="{name}_model")
    joined = joined.left_join(_in_force(carrying, overrides, on), "loan_id", rname="{name}_override")
    open_to_model = ~joined.by_days_alone & joined.model_tier_rank.notnull()
    settled = joined.select(
        *(name for name in carrying.columns if name != "held"),
        "override_id",
        "override_rank",
        proposal_rank=ibis.ifelse(open_to_model, joined.model_tier_rank, 0).cast("int8"),
        held=joined.held.concat(ibis.ifelse(open_to_model, joined.model_held, NONE)),
    )
    given = settled.override_rank.coalesce(settled.proposal_rank)
    return settled.mutate(tier_rank=ibis.greatest(settled.floor_rank, given).cast("int8")).drop("override_rank")


def _with_carried(judged: ir.Table, before: ir.Table, policy: Policy) -> ir.Table:
    """Add carried, carried_since and grounds; floor_rank rises to the floors of what is carried."""
    left = before.select("loan_id", held_before="held", carried_since="seen_on")
    joined = judged.left_join(left, "loan_id", rname="{name}_before")
    held_before = joined.held_before.fill_null(NONE)
    joined = joined.mutate(carried=joined.undecided.filter(lambda code: code.notnull() & held_before.contains(code)))
    floors = [ibis.ifelse(joined.carried.contains(rule.code), rule.floor.rank, 0) for rule in policy.tier_rules.loan]
    return joined.select(
        *(name for name in judged.columns if name != "floor_rank"),
        "carried",
        floor_rank=ibis.greatest(joined.floor_rank, *floors).cast("int8"),
        carried_since=ibis.ifelse(joined.carried.length() > 0, joined.carried_since, ibis.null("date")),
        grounds=joined.held.concat(joined.carried),
    )


def _in_force(loans: ir.Table, overrides: ir.Table, on: date) -> ir.Table:
    """Return loan_id, override_id and override_rank: of each loan the newest override approved and not expired."""
    day = ibis.literal(on)
    held = overrides.filter(overrides.approved_on <= day, overrides.expires_on >= day)
    held = held.select("borrower_id", "override_id", "approved_on", override_rank="tier_rank", only_loan="loan_id")
    rows = loans.select("borrower_id", "loan_id").inner_join(held, "borrower_id", rname="{name}_override")
    rows = rows.filter(rows.only_loan.isnull() | (rows.only_loan == rows.loan_id))
    order = ibis.window(group_by="loan_id", order_by=[ibis.desc("approved_on"), ibis.desc("override_id")])
    newest = rows.mutate(turn=ibis.row_number().over(order)).filter(lambda table: table.turn == 0)
    return newest.select("loan_id", "override_id", "override_rank")


def borrower_tiers(settled: ir.Table) -> ir.Table:
    """Return one row per borrower: tier_rank (int8), the worst of its loans, and days_not_seen (days, 0 where all is).

    days_not_seen counts from the oldest `carried_since`.
    """
    keys = [key for key in KEYS if key in settled.columns]
    since = settled.carried_since.min()
    unseen = ibis.literal(0) if "as_of" not in keys else settled.as_of.max().delta(since, unit="day").fill_null(0)
    return settled.group_by(keys).agg(
        tier_rank=settled.tier_rank.max().cast("int8"), days_not_seen=unseen.cast("int64")
    )
