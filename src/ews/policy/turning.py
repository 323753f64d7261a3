"""Turning: conditions and comparisons turned round, and told as text."""

from collections.abc import Mapping
from dataclasses import replace

from ews.policy.expressions import Arithmetic, Compare, CompareOp, Junction, Known, Name, Node, Not, Number, Words

_TURNED: Mapping[str, CompareOp] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_MIRRORED: Mapping[str, CompareOp] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def turned(op: CompareOp) -> CompareOp:
    """Return the comparison that holds where this one does not."""
    return _TURNED[op]


def mirrored(op: CompareOp) -> CompareOp:
    """Return the comparison with its sides changed."""
    return _MIRRORED[op]


def inwards(tree: Node) -> Node:
    """Return the same condition with `not` on names, lists and known(...) only."""
    return _inwards(tree, holds=True)


def _inwards(node: Node, *, holds: bool) -> Node:
    match node:
        case Not():
            return _inwards(node.part, holds=not holds)
        case Junction():
            op = node.op if holds else "or" if node.op == "and" else "and"
            return Junction(op, tuple(_inwards(part, holds=holds) for part in node.parts), node.at)
        case Compare() if not holds:
            return replace(node, op=turned(node.op))
        case _:
            return node if holds else Not(node, node.at)


def render(node: Node) -> str:
    """Return a comparison or value as text."""
    match node:
        case Name():
            return node.name
        case Number() | Words():
            return str(bare(node))
        case Arithmetic() | Compare():
            return " ".join((_bracketed(node.left), node.op, _bracketed(node.right)))
        case Known():
            return f"known({node.item.name})"
        case _:
            message = f"{node} is not a comparison"
            raise TypeError(message)


def bare(choice: Number | Words) -> str | float:
    """Return a word, or a number as people write it."""
    value = choice.value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _bracketed(node: Node) -> str:
    return f"({render(node)})" if isinstance(node, Arithmetic) else render(node)
