"""Lanes: numbers of many rows side by side, for numba: each operation is one on every row.

Numba leaves it to the compiler to find what can be done side by side, and over memory that may overlap it does not find
it. Here it is said: a value of `Lanes(n)` holds a float64 of n rows, and + - * work on all of them. No operation is
fused or put in another order, so that a row has the same bytes whatever n is and whatever machine it runs on.

Width    handed to compiled functions as their first argument; len(width) is n, known when they are compiled
Memory   is named by its address; the caller keeps the arrays alive
"""

# mypy: disable-error-code="misc, no-untyped-def, no-untyped-call, untyped-decorator"
# ruff: noqa: ARG001 - an intrinsic is told its arguments by name, and writes code from what `given` holds

import operator
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from llvmlite import ir
from numba import extending, types
from numba.extending import NativeValue, models, overload, register_model, typeof_impl, unbox

intrinsic: Any = extending.intrinsic

_EDITION = sha256(Path(__file__).read_bytes()).hexdigest()[:12]
"""Part of a type's name, since numba's cache does not see that a module beside the compiled one has changed."""


class Width:
    """How many rows lie side by side."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes


class WidthType(types.Type):
    """Numba's type of a width."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        super().__init__(name=f"Width({lanes}, {_EDITION})")


class Lanes(types.Type):
    """Numba's type of the numbers of `lanes` rows."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        super().__init__(name=f"Lanes({lanes}, {_EDITION})")


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Lanes) -> None:
        super().__init__(manager, kind, _vector(kind.lanes))


register_model(WidthType)(models.OpaqueModel)


@typeof_impl.register(Width)
def _type_of(width: Width, _context: Any) -> WidthType:
    return WidthType(width.lanes)


@unbox(WidthType)
def _unboxed(_kind: WidthType, _value: Any, context: Any) -> Any:
    return NativeValue(context.context.get_dummy_value())


@overload(len)
def _length(width):
    if not isinstance(width, WidthType):
        return None
    lanes = width.lanes
    return lambda width: lanes  # noqa: ARG005 - numba matches the names


@intrinsic
def load(_context, width, at):
    """Return the numbers at an address."""
    kind = Lanes(width.lanes)

    def write(_target: Any, builder: ir.IRBuilder, _signature: Any, given: Any) -> Any:
        return builder.load(builder.inttoptr(given[1], _vector(kind.lanes).as_pointer()), align=8)

    return kind(width, types.intp), write


@intrinsic
def store(_context, at, value):
    """Put numbers at an address."""

    def write(target: Any, builder: ir.IRBuilder, _signature: Any, given: Any) -> Any:
        builder.store(given[1], builder.inttoptr(given[0], _vector(value.lanes).as_pointer()), align=8)
        return target.get_dummy_value()

    return types.void(types.intp, value), write


@intrinsic
def same(_context, width, number):
    """Return one number for every row."""
    kind = Lanes(width.lanes)

    def write(_target: Any, builder: ir.IRBuilder, _signature: Any, given: Any) -> Any:
        return _splat(builder, given[1], kind.lanes)

    return kind(width, types.float64), write


@intrinsic
def same_from(_context, width, at):
    """Return the one number at an address for every row."""
    kind = Lanes(width.lanes)

    def write(_target: Any, builder: ir.IRBuilder, _signature: Any, given: Any) -> Any:
        number = builder.load(builder.inttoptr(given[1], ir.DoubleType().as_pointer()))
        return _splat(builder, number, kind.lanes)

    return kind(width, types.intp), write


@intrinsic
def number_at(_context, at):
    """Return the number of one row at an address."""

    def write(_target: Any, builder: ir.IRBuilder, _signature: Any, given: Any) -> Any:
        return builder.load(builder.inttoptr(given[0], ir.DoubleType().as_pointer()))

    return types.float64(types.intp), write


@intrinsic
def put(_context, at, number):
    """Put the number of one row at an address."""

    def write(target: Any, builder: ir.IRBuilder, _signature: Any, given: Any) -> Any:
        builder.store(given[1], builder.inttoptr(given[0], ir.DoubleType().as_pointer()))
        return target.get_dummy_value()

    return types.void(types.intp, types.float64), write


def _vector(lanes: int) -> ir.VectorType:
    return ir.VectorType(ir.DoubleType(), lanes)


def _splat(builder: ir.IRBuilder, number: Any, lanes: int) -> Any:
    nothing = ir.Constant(_vector(lanes), ir.Undefined)
    first = builder.insert_element(nothing, number, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes))


def _operation(name: str, symbol: Callable[..., Any]) -> None:
    @intrinsic
    def apply(_context, one, other):
        def write(_target: Any, builder: ir.IRBuilder, _signature: Any, given: Any) -> Any:
            return getattr(builder, name)(given[0], given[1])

        return one(one, other), write

    @overload(symbol, inline="always")
    def choose(one, other):
        if isinstance(one, Lanes) and isinstance(other, Lanes):
            return lambda one, other: apply(one, other)  # noqa: PLW0108 - numba reads the lambda
        return None


_operation("fadd", operator.add)
_operation("fsub", operator.sub)
_operation("fmul", operator.mul)


def _picker(*, nulls: bool) -> Any:
    @intrinsic
    def pick(_context, number, bound, where, elsewhere):
        def write(_target: Any, builder: ir.IRBuilder, _signature: Any, given: Any) -> Any:
            compare = builder.fcmp_unordered if nulls else builder.fcmp_ordered
            return builder.select(compare("<=", given[0], given[1]), given[2], given[3])

        return number(number, bound, where, elsewhere), write

    return pick


pick = _picker(nulls=False)
"""pick(number, bound, where, elsewhere): row by row, `where` if number <= bound; a null is not."""
pick_or_null = _picker(nulls=True)
"""Likewise, and `where` for a null too."""
