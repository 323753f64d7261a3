"""The SQL that Spark is given, where Ibis's own writing of it says something else than DuckDB does.

Literals  a float is a double: Spark reads 0.5 as a decimal
Division  of doubles, whatever is divided: decimals would give a decimal of six digits
Nulls     of floats are nulls alone: a NaN is a number to DuckDB, and books hold none
Lists     of nothing are null, not empty
"""

from typing import Any, cast

import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import NULL, SQLGlotCompiler
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from ibis.common.exceptions import UnsupportedOperationError

Sql = sge.Expression


class Compiler(PySparkCompiler):  # type: ignore[misc] # Ibis's compilers are made by a metaclass
    """Ibis's compiler for Spark, corrected; its methods have the names of Ibis's nodes."""

    __slots__ = ()

    def visit_Field(self, op: ops.Field, *, rel: Any, name: str) -> Sql:  # noqa: N802
        return cast("Sql", SQLGlotCompiler.visit_Field(self, op, rel=rel, name=name))

    def visit_IsNull(self, op: ops.IsNull, *, arg: Sql) -> Sql:  # noqa: N802, ARG002
        return arg.is_(NULL)

    def visit_NotNull(self, op: ops.NotNull, *, arg: Sql) -> Sql:  # noqa: N802, ARG002
        return sge.Not(this=arg.is_(NULL))

    def visit_NonNullLiteral(self, op: ops.Literal, *, value: Any, dtype: dt.DataType) -> Sql | None:  # noqa: N802
        if dtype.is_floating():
            return cast("Sql", self.cast(sge.convert(str(value)), dtype))
        return cast("Sql | None", super().visit_NonNullLiteral(op, value=value, dtype=dtype))

    def visit_Divide(self, op: ops.Divide, *, left: Sql, right: Sql) -> Sql:  # noqa: N802
        left, right = (
            side if kind.is_float64() else self.cast(side, dt.float64)
            for side, kind in ((left, op.left.dtype), (right, op.right.dtype))
        )
        return cast("Sql", self.binop(sge.Div, left, right))

    def visit_BitOr(self, op: ops.BitOr, *, arg: Sql, where: Sql | None) -> Sql:  # noqa: N802, ARG002
        return cast("Sql", self.agg.bit_or(arg, where=where))

    def visit_ArrayCollect(  # noqa: N802
        self,
        op: ops.ArrayCollect,
        *,
        arg: Sql,
        where: Sql | None,
        order_by: tuple[sge.Ordered, ...],
        include_null: bool,
        distinct: bool,
    ) -> Sql:
        if any(key.this != arg or key.args.get("desc") for key in order_by):
            message = "Spark collects in the order of what it collects only"
            raise UnsupportedOperationError(message)
        found = super().visit_ArrayCollect(
            op, arg=arg, where=where, order_by=(), include_null=include_null, distinct=distinct
        )
        ordered = self.f.array_sort(found) if order_by else found
        return cast("Sql", self.if_(self.f.size(ordered).eq(0), NULL, ordered))


COMPILER = Compiler()
