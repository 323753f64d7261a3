"""From a condition's tree to one Ibis expression, the same for the whole book and for one borrower.

Nulls   null is unknown, and so is what is derived from it: a comparison with null, a division by zero, `not` of
        unknown. `unknown and false` is false, `unknown or true` is true (Kleene). NaN counts as null
Numbers all arithmetic is in 64-bit floats, where whole numbers up to 2**53 are exact
Words   a flag column may be boolean or 0/1
"""

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir

from ews.policy.expressions import Arithmetic, Compare, Junction, Known, Name, Node, Not, Number, Within, Words

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": lambda left, right: left / right.nullif(0.0),
}  # fmt: skip


def compile_condition(tree: Node, table: ir.Table, values: Mapping[str, float]) -> ir.BooleanValue:
    """Return whether `tree` holds for each row of `table`: true, false, or null for unknown.

    `values` are the parameters by name; all other names are columns. The tree was checked when it was loaded.
    """
    return _truth(tree, table, values)


def number(column: ir.Value) -> ir.FloatingValue:
    """Return a numeric column as 64-bit floats, NaN as null."""
    wide = column.cast("float64")
    return ibis.ifelse(wide.isnan(), ibis.null("float64"), wide) if column.type().is_floating() else wide


def flag(column: ir.Value) -> ir.BooleanValue:
    """Return a flag column as booleans, whether it holds booleans or 0 and 1."""
    return column if column.type().is_boolean() else number(column) != 0


def _truth(node: Node, table: ir.Table, values: Mapping[str, float]) -> ir.BooleanValue:
    match node:
        case Compare():
            truth = _COMPARE[node.op](_value(node.left, table, values), _value(node.right, table, values))
        case Within():
            truth = _value(node.item, table, values).isin([choice.value for choice in node.choices])
        case Known():
            truth = _known(table[node.item.name])
        case Not():
            truth = ~_truth(node.part, table, values)
        case Junction():
            join = operator.and_ if node.op == "and" else operator.or_
            truth = reduce(join, (_truth(part, table, values) for part in node.parts))
        case Name():
            truth = flag(table[node.name])
        case _:
            message = f"{node} is not a condition"
            raise TypeError(message)
    return truth


def _value(node: Node, table: ir.Table, values: Mapping[str, float]) -> ir.Value:
    match node:
        case Number() | Words():
            value = ibis.literal(node.value)
        case Name() if node.name in values:
            value = ibis.literal(float(values[node.name]))
        case Name():
            column = table[node.name]
            value = column if column.type().is_string() else number(column)
        case Arithmetic():
            value = _ARITHMETIC[node.op](_value(node.left, table, values), _value(node.right, table, values))
        case _:
            message = f"{node} is not a value"
            raise TypeError(message)
    return value


def _known(column: ir.Value) -> ir.BooleanValue:
    return number(column).notnull() if column.type().is_floating() else column.notnull()
