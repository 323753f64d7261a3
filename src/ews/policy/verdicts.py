"""Verdicts: each rule of a list judged for each row of a table, and what all of them come to.

Grain   the rows of the table given; no row is added or lost
Nulls   a verdict is true, false or null for unknown; a rule not yet in force is false
The worst of all that held wins; the codes of all that held are kept, in the order of the list.
"""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from ews.domain.errors import PolicyError
from ews.policy.compile import compile_condition
from ews.policy.policy import Policy
from ews.policy.rules import Signal, TierRule

KEYS = ("borrower_id", "as_of")
"""What joins loans to their borrower."""

NEVER = ibis.literal(value=False)
NONE = ibis.literal([], type="array<string>")
_COMMA = ","  # no code holds one


def judge(table: ir.Table, rules: Sequence[TierRule | Signal], policy: Policy, on: date) -> ir.Table:
    """Add one column per rule; `drop_verdicts` takes them away again."""
    verdicts = {}
    for rule, column in zip(rules, _columns(rules), strict=True):
        condition = rule.when.on(on)
        verdicts[column] = (
            NEVER if condition is None else compile_condition(condition.tree, table, policy.values_for(condition, on))
        )
    return table.mutate(**verdicts)


def drop_verdicts(judged: ir.Table, rules: Sequence[TierRule | Signal]) -> ir.Table:
    return judged.drop(*_columns(rules))


def worst(judged: ir.Table, rules: Sequence[TierRule | Signal], ranks: Sequence[int]) -> ir.IntegerValue:
    """Return the highest of `ranks` among the rules that held, 0 where none did."""
    found = [ibis.ifelse(judged[column], rank, 0) for column, rank in zip(_columns(rules), ranks, strict=True)]
    return ibis.greatest(ibis.literal(0), *found).cast("int8")


def held(judged: ir.Table, rules: Sequence[TierRule | Signal]) -> ir.ArrayValue:
    return _codes([(judged[column], rule.code) for column, rule in zip(_columns(rules), rules, strict=True)])


def undecided(judged: ir.Table, rules: Sequence[TierRule | Signal]) -> ir.ArrayValue:
    return _codes([(judged[column].isnull(), rule.code) for column, rule in zip(_columns(rules), rules, strict=True)])


def require(table: ir.Table, names: Sequence[str], what: str) -> None:
    """Raise PolicyError where conditions read columns that the table lacks."""
    missing = sorted(set(names) - set(table.columns))
    if missing:
        lacking = f"The table of {what} lacks {', '.join(missing)}, which the policy asks for."
        message = f"{lacking} Add the columns, null where unknown."
        raise PolicyError(message)


def _columns(rules: Sequence[TierRule | Signal]) -> list[str]:
    return [f"_holds_{rule.code}" for rule in rules]


def _codes(found: Sequence[tuple[ir.BooleanValue, str]]) -> ir.ArrayValue:
    """Return the codes that hold; joined to one text and split again, which costs less than to filter a list."""
    if not found:
        return NONE
    nothing = ibis.null("string")
    joined = ibis.literal(_COMMA).join([ibis.ifelse(verdict, code, nothing) for verdict, code in found])
    return joined.nullif("").split(_COMMA).fill_null(NONE)
