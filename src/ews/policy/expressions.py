"""Conditions as text: parsed to a small tree that holds nothing but what is listed here.

Allowed: names, numbers, words in quotes, `< <= > >= == !=` (also chained), `in` and `not in` with a list of
literals, `and`, `or`, `not`, `+ - * /`, brackets, and `known(name)`. Everything else is a Fault that knows its place.
Python's own parser reads the text; nothing is ever evaluated as Python.
"""

import ast
import io
import tokenize
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

CompareOp = Literal["<", "<=", ">", ">=", "==", "!="]
ArithmeticOp = Literal["+", "-", "*", "/"]

LONGEST = 1000
"""Characters of a condition; more is not a condition that a person can check."""

LARGEST = 2**53
"""Numbers up to here are exact in the arithmetic of conditions."""


class Fault(Exception):  # noqa: N818 - never leaves the policy package: it becomes a PolicyError with file and rule
    """What is wrong with a condition and at which character."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    at: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Number:
    value: float
    at: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Words:
    value: str
    at: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    op: ArithmeticOp
    left: "Node"
    right: "Node"
    at: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    op: CompareOp
    left: "Node"
    right: "Node"
    at: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Within:
    item: Name
    choices: tuple[Number | Words, ...]
    at: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Known:
    item: Name
    at: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"
    at: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Junction:
    op: Literal["and", "or"]
    parts: tuple["Node", ...]
    at: int = field(compare=False)


Node = Name | Number | Words | Arithmetic | Compare | Within | Known | Not | Junction


def parse(text: str) -> Node:
    """Return the tree of `text`, one line; Fault where it is not a condition of the kind described above."""
    if not text:
        message = "the condition is empty: say when the rule holds"
        raise Fault(message, 0)
    if len(text) > LONGEST:
        message = f"the condition has {len(text)} characters; at most {LONGEST} are allowed: split it into two rules"
        raise Fault(message, LONGEST)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # `0or x` and the like must not pass with a warning
            read = ast.parse(text, mode="eval").body
        _refuse_comment(text)
        return _node(read, text)
    except SyntaxError as error:
        at = error.offset - 1 if error.offset else len(text)  # no offset: it broke off at its end
        hint = "write == to compare" if text[at : at + 1] == "=" else error.msg
        message = f"the condition cannot be read ({hint})"
        raise Fault(message, at) from None
    except (ValueError, MemoryError, RecursionError):
        message = "the condition cannot be read: it holds forbidden characters or is nested too deeply"
        raise Fault(message, 0) from None


def _refuse_comment(text: str) -> None:
    """Raise Fault where Python would pass over the rest: a condition is one line, and none of it may go unread."""
    if "#" not in text:
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            message = "what comes after '#' would not be read: put a note into another field"
            raise Fault(message, token.start[1])


def names_in(node: Node) -> Iterator[Name]:
    """Yield every use of a name, from left to right."""
    match node:
        case Name():
            yield node
        case Arithmetic(left=left, right=right) | Compare(left=left, right=right):
            yield from names_in(left)
            yield from names_in(right)
        case Within(item=part) | Known(item=part) | Not(part=part):
            yield from names_in(part)
        case Junction(parts=parts):
            for part in parts:
                yield from names_in(part)


def _at(node: ast.expr, text: str) -> int:
    return len(text.encode()[: node.col_offset].decode())  # ast counts bytes of UTF-8


def _node(node: ast.expr, text: str) -> Node:
    reader = _READERS.get(type(node))
    if reader is None:
        allowed = "names, numbers, comparisons, and, or, not, in, + - * / and known(...)"
        message = f"{type(node).__name__} is not allowed in a condition: use {allowed}"
        raise Fault(message, _at(node, text))
    return reader(node, text)


def _name(node: ast.Name, text: str) -> Node:
    return Name(node.id, _at(node, text))


def _constant(node: ast.Constant, text: str) -> Number | Words:
    value, at = node.value, _at(node, text)
    if isinstance(value, str):
        return Words(value, at)
    if isinstance(value, bool) or not isinstance(value, int | float):
        hint = "a flag stands alone, a missing value is asked for with known(...)"
        message = f"{value!r} is neither a number nor a word in quotes: {hint}"
        raise Fault(message, at)
    if not abs(value) <= LARGEST:  # so that neither infinity nor a number of a thousand digits passes
        message = "the number is too large to be exact"
        raise Fault(message, at)
    return Number(float(value), at)


def _junction(node: ast.BoolOp, text: str) -> Node:
    op: Literal["and", "or"] = "and" if isinstance(node.op, ast.And) else "or"
    return Junction(op, tuple(_node(part, text) for part in node.values), _at(node, text))


def _unary(node: ast.UnaryOp, text: str) -> Node:
    at, part = _at(node, text), _node(node.operand, text)
    if isinstance(node.op, ast.Not):
        return Not(part, at)
    if isinstance(node.op, ast.USub):
        return Number(-part.value, at) if isinstance(part, Number) else Arithmetic("-", Number(0.0, at), part, at)
    message = "this sign is not allowed in a condition"
    raise Fault(message, at)


def _arithmetic(node: ast.BinOp, text: str) -> Node:
    op = _ARITHMETIC.get(type(node.op))
    if op is None:
        message = f"the operation {type(node.op).__name__} is not allowed in a condition: use + - * /"
        raise Fault(message, _at(node.right, text))
    return Arithmetic(op, _node(node.left, text), _node(node.right, text), _at(node, text))


def _comparison(node: ast.Compare, text: str) -> Node:
    sides = (node.left, *node.comparators)
    parts = tuple(_one_comparison(*pair, text) for pair in zip(sides, node.ops, sides[1:], strict=False))
    return parts[0] if len(parts) == 1 else Junction("and", parts, _at(node, text))


def _one_comparison(left: ast.expr, op: ast.cmpop, right: ast.expr, text: str) -> Node:
    at = _at(left, text)
    if isinstance(op, ast.In):
        return _within(left, right, text)
    if isinstance(op, ast.NotIn):
        return Not(_within(left, right, text), at)
    if type(op) not in _COMPARE:
        message = "'is' is not allowed in a condition: use == or known(...)"
        raise Fault(message, at)
    return Compare(_COMPARE[type(op)], _node(left, text), _node(right, text), at)


def _within(left: ast.expr, right: ast.expr, text: str) -> Within:
    item, listed = _node(left, text), right.elts if isinstance(right, ast.Tuple | ast.List | ast.Set) else []
    if not isinstance(item, Name) or not listed:
        message = '\'in\' takes a name before it and a list after it, like product in ("card", "consumer")'
        raise Fault(message, _at(left if not isinstance(item, Name) else right, text))
    choices = tuple(_node(one, text) for one in listed)
    for choice in choices:
        if not isinstance(choice, Number | Words):
            message = "a list after 'in' holds numbers or words in quotes only"
            raise Fault(message, choice.at)
    return Within(item, tuple(one for one in choices if isinstance(one, Number | Words)), _at(left, text))


def _call(node: ast.Call, text: str) -> Node:
    if not isinstance(node.func, ast.Name) or node.func.id != "known":
        message = "the only function in a condition is known(name)"
        raise Fault(message, _at(node, text))
    if len(node.args) != 1 or node.keywords or not isinstance(node.args[0], ast.Name):
        message = "known(...) takes one name"
        raise Fault(message, _at(node, text))
    return Known(Name(node.args[0].id, _at(node.args[0], text)), _at(node, text))


_ARITHMETIC: Mapping[type[ast.operator], ArithmeticOp] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARE: Mapping[type[ast.cmpop], CompareOp] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_READERS: Mapping[type[ast.expr], Callable[[Any, str], Node]] = {
    ast.Name: _name,
    ast.Constant: _constant,
    ast.BoolOp: _junction,
    ast.UnaryOp: _unary,
    ast.BinOp: _arithmetic,
    ast.Compare: _comparison,
    ast.Call: _call,
}
