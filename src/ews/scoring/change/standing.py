"""Standing: the tier and level that a policy gives what a batch kept of a borrower, part by part exchangeable.

Grain    one borrower; facts, features, pd, loans, overrides and what was remembered, each of one batch or the other
Same     of one batch alone it is what was published: tier rank, and the level of the day
Memory   rules carried for a loan, and a level that lingered or was still on its way down: it counts where it decided
Network  what others did is among the facts as they stood; it is not judged again
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeVar

from ews.domain.decisions import Value
from ews.domain.levels import Tier, WarningLevel
from ews.domain.patterns import NO_PATTERN
from ews.policy.evaluate import truth
from ews.policy.expressions import Node
from ews.policy.grades import scale_on
from ews.policy.policy import Policy
from ews.policy.rules import Signal, TierRule
from ews.scoring.change.ends import End, Rows

PD, RULES, OVERRIDES, POLICY, MEMORY = "pd", "rules", "overrides", "policy", "memory"
PLAYERS = (PD, RULES, OVERRIDES, POLICY, MEMORY)
_OF_PD = ("pd", "pd_before")
Rule = TypeVar("Rule", TierRule, Signal)


class Ranks(NamedTuple):
    """Of Tier and WarningLevel; `codes` are the signals of the day."""

    tier: int
    level: int
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """The rules of a policy that stand on a day: by code the condition's tree and the values of its parameters."""

    policy: Policy
    on: date
    conditions: Mapping[str, tuple[Node, Mapping[str, float]]]

    def held(self, rules: Iterable[Rule], row: Mapping[str, Value]) -> list[Rule]:
        """Return the rules that hold for a row."""
        return [rule for rule in rules if rule.code in self.conditions and truth(*self._asked(rule, row))]

    def undecided(self, rules: Iterable[Rule], row: Mapping[str, Value]) -> list[Rule]:
        """Return the rules of which nobody can tell, because a fact that they ask is unknown."""
        return [rule for rule in rules if rule.code in self.conditions and truth(*self._asked(rule, row)) is None]

    def _asked(self, rule: Rule, row: Mapping[str, Value]) -> tuple[Node, Mapping[str, Value], Mapping[str, float]]:
        tree, values = self.conditions[rule.code]
        return tree, row, values


def book_of(end: End) -> Book:
    """Return the rules that a batch was decided by."""
    policy, on = end.policy, end.batch.key.as_of
    asked = {rule.code: rule.when.on(on) for rule in policy.rules}
    return Book(
        policy, on, {code: (one.tree, policy.values_for(one, on)) for code, one in asked.items() if one is not None}
    )


@dataclass(frozen=True, slots=True)
class Side:
    """What one batch holds of a borrower; `tier` and `level` are the ranks published."""

    facts: Mapping[str, Value]
    loans: Sequence[Mapping[str, Any]]
    overrides: Sequence[Mapping[str, Any]]
    book: Book
    tier: int
    level: int
    remembered: int = 0


def side_of(book: Book, rows: Rows, borrower_id: str) -> Side:
    """Return what the batch of `book` and `rows` holds of one borrower."""
    told = rows.frame.loc[borrower_id]
    kept = {**rows.features.loc[borrower_id].to_dict(), **told.to_dict()}
    facts = {str(name): plain(value) for name, value in kept.items()}
    loans = [{name: plain(value) for name, value in loan.items()} for loan in rows.loans.get(borrower_id, ())]
    ranks = Tier(str(told["tier"])).rank, WarningLevel(str(told["level"])).rank
    side = Side(facts, loans, rows.overrides.get(borrower_id, ()), book, *ranks)
    now = stand(dict.fromkeys(PLAYERS, side))
    return Side(facts, loans, side.overrides, book, *ranks, remembered=side.level if side.level > now.level else 0)


def stand(pick: Mapping[str, Side]) -> Ranks:
    """Return where the borrower stands with each of PLAYERS taken from the side picked for it."""
    book, facts = pick[POLICY].book, {**pick[RULES].facts, **{name: pick[PD].facts.get(name) for name in _OF_PD}}
    row = graded(facts, book)
    proposal = proposed(row, book)
    tier = max((_tier(loan, proposal, pick, book) for loan in pick[RULES].loans), default=0)
    held = signals_held(row, tier, book)
    level = max((one.level.rank for one in held), default=0)
    return Ranks(tier, max(level, pick[MEMORY].remembered), tuple(one.code for one in held))


def graded(facts: Mapping[str, Any], book: Book) -> dict[str, Any]:
    """Return the facts with those that the policy derives from pd and pd before."""
    scale = scale_on(book.policy.scales, book.on)
    pd, before = facts["pd"], facts["pd_before"]
    rank = scale.default_rank if facts["in_default"] else None if pd is None else scale.rank_of(pd)
    was = None if before is None else scale.rank_of(before)
    return {
        **facts,
        "pd_change": pd / before if pd is not None and before else None,
        "grade_rank": rank,
        "grade_rank_before": was,
        "grade_fall": None if rank is None or was is None else rank - was,
    }


def proposed(row: Mapping[str, Value], book: Book) -> int:
    """Return the rank of the tier that the model proposes for a graded row."""
    return max((rule.floor.rank for rule in book.held(book.policy.tier_rules.model, row)), default=0)


def signals_held(row: dict[str, Any], tier: int | None, book: Book) -> list[Signal]:
    """Return the signals that hold, in the order of the policy; `row`, which is graded, is given what they asked."""
    before = row.get("tier_rank_before")
    row |= {"tier_rank": tier, "tier_fall": None if before is None or tier is None else tier - before}
    first = book.held((one for one in book.policy.signals if not one.asks_combined), row)
    row["patterns_held"] = len({one.pattern for one in first if one.pattern not in NO_PATTERN})
    last = book.held((one for one in book.policy.signals if one.asks_combined), row)
    codes = {one.code for one in (*first, *last)}
    return [one for one in book.policy.signals if one.code in codes]


def plain(value: Any) -> Any:
    """Return what a condition can ask: null for NaN and for what is no value of a fact, lists as they are."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and math.isnan(value):
        return None
    return value if isinstance(value, str | bool | int | float | list) else None


def _tier(loan: Mapping[str, Any], proposal: int, pick: Mapping[str, Side], book: Book) -> int:
    rules = book.policy.tier_rules.loan
    carried = {
        code for one in pick[MEMORY].loans if one["loan_id"] == loan["loan_id"] for code in one.get("carried") or ()
    }
    floors = [rule.floor.rank for rule in book.held(rules, loan)]
    floors += [rule.floor.rank for rule in rules if rule.code in carried]
    override = _override(loan, pick[OVERRIDES].overrides)
    given = override if override is not None else 0 if loan["by_days_alone"] else proposal
    return max(*floors, given) if floors else given


def _override(loan: Mapping[str, Any], overrides: Sequence[Mapping[str, Any]]) -> int | None:
    """Return the tier rank of the newest override that reaches the loan, None without one."""
    reaching = [one for one in overrides if one["loan_id"] in {None, loan["loan_id"]}]
    if not reaching:
        return None
    newest = max(reaching, key=lambda one: (one["approved_on"], one["override_id"]))
    return int(newest["tier_rank"])
