"""Judge: grades, what the model proposes, and the signals of borrowers, for one row or for the whole book.

Grain   one row per borrower; no row is added or lost
Order   grade_borrowers, (tiers of loans), judge_signals
Nulls   an unknown condition fires nothing; codes of such signals are kept in `undecided`. Without pd and not in
        default there is no grade
"""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from ews.domain.facts import COMBINED_BORROWER_FACTS, DERIVED_BORROWER_FACTS
from ews.domain.patterns import NO_PATTERN
from ews.policy.compile import flag, number
from ews.policy.grades import Scale, scale_on
from ews.policy.policy import Policy
from ews.policy.rules import Signal, names_read
from ews.policy.verdicts import NEVER, drop_verdicts, held, judge, require, undecided, worst


def grade_borrowers(borrowers: ir.Table, policy: Policy, on: date) -> ir.Table:
    """Add grade and proposal to a table of borrowers with features and given facts.

    Adds the derived facts (pd_change, grade_rank, grade_rank_before, grade_fall), grade (text, the code of default
    when in_default, null without pd), model_tier_rank (int8, special mention at most) and model_held (codes).
    PolicyError names columns that conditions read and the table lacks.
    """
    rules = policy.tier_rules.model
    derived = {fact.name for fact in DERIVED_BORROWER_FACTS}
    read = [name for name in names_read(rules, on) if name not in derived]
    require(borrowers, ("pd", "pd_before", "in_default", *read), "borrowers")
    judged = judge(_graded(borrowers, scale_on(policy.scales, on)), rules, policy, on)
    table = judged.mutate(
        model_tier_rank=worst(judged, rules, [rule.floor.rank for rule in rules]), model_held=held(judged, rules)
    )
    return drop_verdicts(table, rules)


def judge_signals(borrowers: ir.Table, policy: Policy, on: date) -> ir.Table:
    """Add the signals to a table of graded borrowers with tier_rank, tier_rank_before and the network facts.

    Adds tier_fall, patterns_held (count of different patterns among the signals that held), level_rank (int8, 0 none
    to 3 red: what the day alone gives), signals and undecided (arrays of codes in the order of the file).
    """
    first = [signal for signal in policy.signals if not signal.asks_combined]
    last = [signal for signal in policy.signals if signal.asks_combined]
    later = {"tier_fall", *(fact.name for fact in COMBINED_BORROWER_FACTS)}
    read = [name for name in names_read(policy.signals, on) if name not in later]
    require(borrowers, ("tier_rank", "tier_rank_before", *read), "borrowers")
    moved = borrowers.mutate(tier_fall=(borrowers.tier_rank - borrowers.tier_rank_before).cast("int64"))
    alone = judge(moved, first, policy, on)
    judged = judge(alone.mutate(patterns_held=_patterns_held(alone, first)), last, policy, on)
    table = judged.mutate(
        level_rank=worst(judged, policy.signals, [signal.level.rank for signal in policy.signals]),
        signals=held(judged, policy.signals),
        undecided=undecided(judged, policy.signals),
    )
    return drop_verdicts(table, policy.signals)


def _patterns_held(judged: ir.Table, signals: Sequence[Signal]) -> ir.IntegerValue:
    count = ibis.literal(0, "int64")
    for pattern in dict.fromkeys(signal.pattern for signal in signals if signal.pattern not in NO_PATTERN):
        of_pattern = [signal for signal in signals if signal.pattern == pattern]
        count = count + worst(judged, of_pattern, [1] * len(of_pattern)).cast("int64")
    return count


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
