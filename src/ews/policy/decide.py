"""Decide: tiers of loans, grades, levels and signals of borrowers, for one row or for the whole book.

Grain   the rows of the table given; no row is added or lost
Order   decide_loans, summarise_loans, decide_borrowers, settle_loans
Nulls   an unknown condition fires nothing; codes of such tier rules are kept in `undecided`. Without pd
        and not in default there is no grade
The worst of all that held wins; the codes of all that held are kept, in the order of the policy's files.
"""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from ews.domain.errors import PolicyError
from ews.domain.facts import DERIVED_BORROWER_FACTS
from ews.policy.compile import compile_condition, flag, number
from ews.policy.grades import Scale, scale_on
from ews.policy.policy import Policy
from ews.policy.rules import Signal, TierRule, names_read

KEYS = ("borrower_id", "as_of")
"""What joins loans to their borrower."""

NEVER = ibis.literal(value=False)
NONE = ibis.literal([], type="array<string>")


def decide_loans(loans: ir.Table, policy: Policy, on: date) -> ir.Table:
    """Add what law and practice say of each loan to a table of loans with loan facts.

    Adds tier_rank (int8, 0 pass to 4 loss), held and undecided (arrays of tier rule codes), and by_dpd_alone:
    the tier follows days past due only, so that the model's proposal does not reach the loan.
    """
    rules = policy.tier_rules
    alone = rules.by_dpd_alone.on(on)
    needed = names_read(rules.loan, on) + (() if alone is None else alone.names)
    _require(loans, needed, "loans")
    judged = _judge(loans, rules.loan, policy, on)
    by_dpd_alone = (
        NEVER if alone is None else compile_condition(alone.tree, loans, policy.values_for(alone, on)).fill_null(NEVER)
    )
    return judged.mutate(
        tier_rank=_worst(judged, rules.loan, [rule.floor.rank for rule in rules.loan]),
        held=_held(judged, rules.loan),
        undecided=_undecided(judged, rules.loan),
        by_dpd_alone=by_dpd_alone,
    ).drop(*_columns(rules.loan))


def summarise_loans(decided: ir.Table) -> ir.Table:
    """Return what decided loans say of each borrower: one row per (borrower_id, as_of), as far as present.

    Columns: loan_tier_rank (int8), loans, dpd_max (days), exposure (fen; unknown balances left out), by_dpd_alone.
    """
    keys = [key for key in KEYS if key in decided.columns]
    return decided.group_by(keys).agg(
        loan_tier_rank=decided.tier_rank.max().cast("int8"),
        loans=decided.count().cast("int64"),
        dpd_max=decided.dpd.max().cast("int64"),
        exposure=decided.balance.sum().cast("int64"),
        by_dpd_alone=decided.by_dpd_alone.all(),
    )


def decide_borrowers(borrowers: ir.Table, policy: Policy, on: date) -> ir.Table:
    """Add grade, tier, level and signals to a table of borrowers with features, given facts and `loan_tier_rank`.

    Adds the derived facts (pd_change, grade_rank, grade_rank_before, grade_fall), grade (text, the code of default
    when in_default, null without pd), model_tier_rank (int8, special mention at most), tier_rank (int8, worst of
    the loans' and the model's), level_rank (int8, 0 none to 3 red), signals and held (arrays of codes that held).
    PolicyError names columns that conditions read and the table lacks.
    """
    model, signals = policy.tier_rules.model, policy.signals
    derived = {fact.name for fact in DERIVED_BORROWER_FACTS}
    read = names_read((*model, *signals), on)
    given = ("pd", "pd_before", "in_default", "loan_tier_rank")
    _require(borrowers, (*given, *(name for name in read if name not in derived)), "borrowers")
    judged = _judge(_graded(borrowers, scale_on(policy.scales, on)), (*model, *signals), policy, on)
    proposed = judged.mutate(
        model_tier_rank=_worst(judged, model, [rule.floor.rank for rule in model]),
        level_rank=_worst(judged, signals, [signal.level.rank for signal in signals]),
        signals=_held(judged, signals),
        held=_held(judged, model),
    )
    tier = ibis.greatest(proposed.loan_tier_rank.fill_null(0), proposed.model_tier_rank).cast("int8")
    return proposed.mutate(tier_rank=tier).drop(*_columns((*model, *signals)))


def settle_loans(decided: ir.Table, borrowers: ir.Table) -> ir.Table:
    """Return decided loans with the model's proposal applied to those whose tier does not follow days past due alone.

    `borrowers` comes from `decide_borrowers`; the worst tier of a borrower's loans is then the borrower's own.
    """
    keys = [key for key in KEYS if key in decided.columns and key in borrowers.columns]
    proposals = borrowers.select(*keys, "model_tier_rank", model_held="held")
    joined = decided.left_join(proposals, keys).drop(*(f"{key}_right" for key in keys))
    open_to_model = ~joined.by_dpd_alone & joined.model_tier_rank.notnull()
    return joined.mutate(
        tier_rank=ibis.greatest(joined.tier_rank, ibis.ifelse(open_to_model, joined.model_tier_rank, 0)).cast("int8"),
        held=joined.held.concat(ibis.ifelse(open_to_model, joined.model_held, NONE)),
    ).drop("model_tier_rank", "model_held")


def _graded(borrowers: ir.Table, scale: Scale) -> ir.Table:
    table = borrowers.mutate(in_default=flag(borrowers.in_default).fill_null(NEVER))
    pd, before = number(table.pd), number(table.pd_before)
    rank = ibis.ifelse(table.in_default, scale.default_rank, _rank(pd, scale))
    ranked = table.mutate(
        pd_change=pd / before.nullif(0.0),
        grade_rank=rank.cast("int8"),
        grade_rank_before=_rank(before, scale).cast("int8"),
    )
    codes = [(ranked.grade_rank == rank, code) for rank, code in enumerate(scale.codes, start=1)]
    return ranked.mutate(grade=ibis.cases(*codes), grade_fall=ranked.grade_rank - ranked.grade_rank_before)


def _rank(pd: ir.FloatingValue, scale: Scale) -> ir.IntegerValue:
    ranks = [(pd < grade.high, rank) for rank, grade in enumerate(scale.grades[:-1], start=1)]
    return ibis.cases(*ranks, (pd.notnull(), len(scale.grades)))


def _judge(table: ir.Table, rules: Sequence[TierRule | Signal], policy: Policy, on: date) -> ir.Table:
    """Add one column per rule: true, false, or null for unknown; a rule not yet in force is false."""
    verdicts = {}
    for rule, column in zip(rules, _columns(rules), strict=True):
        condition = rule.when.on(on)
        verdicts[column] = (
            NEVER if condition is None else compile_condition(condition.tree, table, policy.values_for(condition, on))
        )
    return table.mutate(**verdicts)


def _columns(rules: Sequence[TierRule | Signal]) -> list[str]:
    return [f"_holds_{rule.code}" for rule in rules]


def _worst(judged: ir.Table, rules: Sequence[TierRule | Signal], ranks: Sequence[int]) -> ir.IntegerValue:
    found = [ibis.ifelse(judged[column], rank, 0) for column, rank in zip(_columns(rules), ranks, strict=True)]
    return ibis.greatest(ibis.literal(0), *found).cast("int8")


def _held(judged: ir.Table, rules: Sequence[TierRule | Signal]) -> ir.ArrayValue:
    return _codes([(judged[column], rule.code) for column, rule in zip(_columns(rules), rules, strict=True)])


def _undecided(judged: ir.Table, rules: Sequence[TierRule | Signal]) -> ir.ArrayValue:
    return _codes([(judged[column].isnull(), rule.code) for column, rule in zip(_columns(rules), rules, strict=True)])


def _codes(found: Sequence[tuple[ir.BooleanValue, str]]) -> ir.ArrayValue:
    if not found:
        return NONE
    nothing = ibis.null("string")
    return ibis.array([ibis.ifelse(held, code, nothing) for held, code in found]).filter(lambda code: code.notnull())


def _require(table: ir.Table, names: Sequence[str], what: str) -> None:
    missing = sorted(set(names) - set(table.columns))
    if missing:
        lacking = f"The table of {what} lacks {', '.join(missing)}, which the policy asks for."
        message = f"{lacking} Add the columns, null where unknown."
        raise PolicyError(message)
