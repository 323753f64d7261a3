"""Evaluate: a condition's tree on one row of plain Python values, None for unknown.

For lifts and checks of single rows; what decides is the compiled condition. A property test binds the two.
"""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ews.domain.decisions import Value
from ews.policy.expressions import Arithmetic, Compare, Junction, Known, Name, Node, Not, Number, Within, Words

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
}  # fmt: skip


def truth(node: Node, row: Mapping[str, Value], values: Mapping[str, float]) -> bool | None:
    """Return whether `node` holds for `row`, None for unknown; `values` are the parameters by name."""
    found: bool | None
    match node:
        case Compare():
            left, right = value_of(node.left, row, values), value_of(node.right, row, values)
            found = None if left is None or right is None else COMPARE[node.op](left, right)
        case Within():
            item = value_of(node.item, row, values)
            found = None if item is None else item in {choice.value for choice in node.choices}
        case Known():
            found = value_of(node.item, row, values) is not None
        case Not():
            part = truth(node.part, row, values)
            found = None if part is None else not part
        case Junction():
            found = _joined([truth(part, row, values) for part in node.parts], decisive=node.op == "or")
        case Name():
            value = value_of(node, row, values)
            found = None if value is None else bool(value)
        case _:
            message = f"{node} is not a condition"
            raise TypeError(message)
    return found


def value_of(node: Node, row: Mapping[str, Value], values: Mapping[str, float]) -> Value:
    """Return a number or word, None for unknown; NaN and a division by zero are unknown."""
    match node:
        case Number() | Words():
            return node.value
        case Name():
            value = values[node.name] if node.name in values else row[node.name]
            return None if isinstance(value, float) and math.isnan(value) else value
        case Arithmetic():
            left, right = value_of(node.left, row, values), value_of(node.right, row, values)
            if left is None or right is None or (node.op == "/" and right == 0):
                return None
            return _ARITHMETIC[node.op](float(left), float(right))
        case _:
            message = f"{node} is not a value"
            raise TypeError(message)


def _joined(parts: Sequence[bool | None], *, decisive: bool) -> bool | None:
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive
