"""Steps: intermediate results that a family wants worked out once, before what reads them.

A family only describes. `step` marks a table of its description; `statements.worked_out` fills a temporary table per
mark. Two steps that say the same are one, in whichever family they stand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
from ibis.expr.schema import Schema

Function = Callable[[pa.Table], pa.Table]


@dataclass(frozen=True, slots=True)
class Work:
    """What fills a step: `rows`, or what `function` makes of them; a `lasting` one is laid on the book's shelf.

    Ibis looks for its nodes within its own nodes only: here a description ends.
    """

    rows: ops.Relation
    function: Function | None = None
    lasting: bool = False


class Step(ops.PhysicalTable):  # type: ignore[misc] # Ibis's nodes are made by a metaclass
    """A table that is worked out before what reads it; `work` is a Work."""

    schema: Schema
    work: Any


def step(rows: ir.Table, *, lasting: bool = False) -> ir.Table:
    """Mark `rows` to be worked out once; `lasting` where the next batch of the same day may want them again."""
    return Step("step", rows.schema(), Work(rows.op(), lasting=lasting)).to_expr()


def applied(function: Function, rows: ir.Table, schema: Schema) -> ir.Table:
    """Mark what `function` makes of all `rows`, where SQL is not the means; its table has `schema`."""
    return Step("step", schema, Work(rows.op(), function)).to_expr()
