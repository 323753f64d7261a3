"""Lags: the whole months of an exhibit, counted back from as_of as `features.window` counts them.

Grain   month_ends: (as_of, known_by, lag); carried: what it is given, a row per month in which a value still stands
Month   lag k ends on the newest day that lies k whole months before as_of; lag 0 ends on as_of
"""

from collections.abc import Callable
from datetime import date

import ibis
import ibis.expr.types as ir

from ews.domain.exhibits import MONTHS
from ews.events.book import Book
from ews.features.steps import step
from ews.features.window import KEYS, Spine, lag_of, last_day_before

DAY = ("as_of", "known_by")
CELL = (*KEYS, "lag")


def month_ends(spine: Spine) -> ir.Table:
    """Return DAY, lag (0 to MONTHS - 1) and ends_on."""
    days = spine.table.select(*DAY).distinct()
    ends = ibis.array([last_day_before(days.as_of, months=lag) for lag in range(MONTHS)])
    rows = days.mutate(lag=ibis.range(0, MONTHS).unnest(), ends=ends)
    return step(rows.select(*DAY, lag=rows.lag.cast("int32"), ends_on=rows.ends[rows.lag]))


def grid(spine: Spine, ends: ir.Table) -> ir.Table:
    """Return CELL and ends_on of every row of the spine."""
    return spine.table.select(*KEYS).inner_join(ends, list(DAY)).select(*CELL, "ends_on")


def tells(book: Book, name: str, cells: ir.Table) -> ir.BooleanValue:
    """Return whether the extract of table `name` speaks of the whole month of each of `cells` (as_of, lag, ends_on)."""
    bounds = book.covered(name)
    if bounds is None:
        return ibis.literal(value=False)
    return begins_before(bounds[0], cells) & (cells.ends_on <= ibis.literal(bounds[1]))


def begins_before(first: date, cells: ir.Table) -> ir.BooleanValue:
    """Return whether an extract that speaks from the day `first` on speaks of the first day of each month."""
    return lag_of(ibis.literal(first) - ibis.interval(days=1), cells.as_of) > cells.lag


def carried(rows: ir.Table, entity: str, *, down_to: Callable[[ir.Table], ir.IntegerValue] | None = None) -> ir.Table:
    """Repeat each row, of `entity` and the month `lag`, in the later months until the entity's next row.

    The row's own lag stays as `told_lag`. `down_to` tells the newest lag in which the row still stands.
    """
    newest_first = ibis.window(group_by=[*KEYS, entity], order_by="lag")
    rows = rows.mutate(told_lag=rows.lag.cast("int32"), next_lag=rows.lag.lag().over(newest_first))
    first = rows.next_lag.fill_null(-1) + 1
    first = first if down_to is None else ibis.greatest(first, down_to(rows).fill_null(0))
    last = ibis.least(rows.told_lag, MONTHS - 1)
    rows = rows.mutate(lag=ibis.range(first.cast("int64"), last.cast("int64") + 1).unnest())
    return rows.mutate(lag=rows.lag.cast("int32")).drop("next_lag")
