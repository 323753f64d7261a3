"""Windows: the only place where events and the days of observation are joined.

Grain   a spine row is (borrower_id, as_of, known_by); what is joined to it keeps those three columns
Months  whole months counted back from as_of. lag 0 is (as_of - 1 month, as_of], lag 1 the month before it, and
        so on, day by day for any as_of; a month end counts as day 31, so that windows of a month end are calendar
        months
Known   a row counts if it happened on or before as_of and its version was the one known at the end of known_by
Nulls   `is_covered` says whether a window lies within what the extract speaks of
"""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

import ibis
import ibis.expr.types as ir

from ews.events.book import Book, was_known

STALE_MONTHS = 3
"""A statement older than this says nothing about today."""

KEYS = ("borrower_id", "as_of", "known_by")
PERIOD = "period"


@dataclass(frozen=True, slots=True)
class Spine:
    """`table` has one row per (borrower_id, as_of, known_by); `days` are the distinct as_of in order.

    What is described over a spine may ask of `days` only what `alike` keeps: whether it is one, the anchors, and the
    first and the last as literals.
    """

    table: ir.Table
    days: tuple[date, ...]

    def halves(self) -> "tuple[Spine, Spine] | None":
        """Return the borrowers up to the middle one, by id, and those after it; None for one alone or none."""
        ids = self.table.select("borrower_id").distinct().order_by("borrower_id")
        count = int(ids.count().execute())
        if count <= 1:
            return None
        middle = ids.limit(1, offset=(count - 1) // 2).to_pyarrow()["borrower_id"][0].as_py()
        first = self.table.borrower_id <= middle
        return Spine(self.table.filter(first), self.days), Spine(self.table.filter(~first), self.days)


def spine_on(book: Book, days: Sequence[date], *, known_by: date | None = None) -> Spine:
    """Return the spine of everybody known on each day, by what was known on that day or by `known_by`.

    Known is who has a row among the borrowers or a loan paid out by then: a debt is not lost because its borrower's
    row came later.
    """
    calendar = ibis.memtable(
        {"as_of": list(days), "known_by": [known_by or day for day in days]},
        schema={"as_of": "date", "known_by": "date"},
    )
    crossed = book.table("borrowers").cross_join(calendar)
    known = crossed.filter(was_known(crossed, crossed.known_by)).select(*KEYS)
    if book.has("loans"):
        owing = book.table("loans").cross_join(calendar)
        paid_out = owing.opened_on.isnull() | (owing.opened_on <= owing.as_of)
        known = ibis.union(known, owing.filter(was_known(owing, owing.known_by), paid_out).select(*KEYS), distinct=True)
    return Spine(book.kept(known), tuple(sorted(days)))


class StandIn(date):
    """A day that stands in a description for another: literals are made of it, nothing is reckoned or compared."""

    def _refuse(self, _: object) -> NoReturn:
        message = "a description reckons with a day that stands in for another: it has to do so in SQL"
        raise TypeError(message)

    __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = __sub__ = __rsub__ = _refuse


def alike(days: Sequence[date]) -> tuple[StandIn, ...]:
    """Return days of the year 1 that are as many, up to two, and lie on one anchor day or not, as `days` do.

    The first and the last of them stand in a description for those of `days`.
    """
    anchors = {_anchor(day) for day in days}
    if len(days) == 1:
        return (StandIn(1, 1, 31),)
    if len(anchors) > 1:
        return (StandIn(1, 1, 1), StandIn(1, 1, 2))
    return tuple(StandIn(1, month, anchor) for anchor in anchors for month in (1, 3))


def first_day(spine: Spine) -> ir.DateValue:
    """Return the oldest as_of.

    It is a literal, so that the engine can tell how many rows lie after it: it would take a scalar that it has to look
    up first for one that leaves next to no rows, and put a book's postings into a hash table for that.
    """
    return ibis.literal(spine.days[0])


def last_day(spine: Spine) -> ir.DateValue:
    """Return the newest as_of, likewise."""
    return ibis.literal(spine.days[-1])


def with_period(spine: Spine, rows: ir.Table, *, day: str) -> ir.Table:
    """Return `rows` with `period`, the number of the month in which each lies, from which its lags follow cheaply.

    The months end on the anchor day of the spine; where its days have several, `rows` stay as they are.
    """
    if len({_anchor(each) for each in spine.days}) > 1:
        return rows
    return rows.mutate(**{PERIOD: _period(_as_date(rows[day]), _anchor_of(spine))})


def lag_of(day: ir.DateValue, as_of: ir.DateValue) -> ir.IntegerValue:
    """Return how many whole months `day` lies before `as_of`; negative for later days."""
    return (
        12 * (as_of.year() - day.year()) + (as_of.month() - day.month()) - (_day_31(day) > _day_31(as_of)).cast("int8")
    ).cast("int32")


def last_day_before(as_of: ir.DateValue, *, months: int) -> ir.DateValue:
    """Return the last day that lies before the window of `months` months: the newest day with a lag of `months`."""
    shifted = as_of - ibis.interval(months=months)
    month_end = shifted.truncate("M") + ibis.interval(months=1) - ibis.interval(days=1)
    inner = ibis.ifelse(shifted == month_end, shifted - ibis.interval(days=1), shifted)
    return ibis.ifelse(_is_month_end(as_of), month_end, inner)


def joined(spine: Spine, *parts: ir.Table) -> ir.Table:
    """Return the spine with the columns of `parts`, null where a part has no row; parts have one row per spine row."""
    table = spine.table
    for part in parts:
        table = table.left_join(part, KEYS, rname="{name}_of_part").drop(*(f"{key}_of_part" for key in KEYS))
    return table


def rows_within(spine: Spine, rows: ir.Table, *, day: str, months: int | None) -> ir.Table:
    """Join each spine row with its borrower's `rows` of the last `months` months (None: of all time).

    `rows` has borrower_id, known_on and known_until. Adds `lag`, the month counted back from as_of, and takes off
    the `period` of `with_period`.
    """
    pairs, has_period = spine.table, PERIOD in rows.columns
    if has_period:
        pairs = pairs.mutate(now=_period(pairs.as_of, _anchor_of(spine)))
    joined = pairs.inner_join(rows, "borrower_id")
    happened = _as_date(joined[day])
    joined = joined.filter(happened <= joined.as_of, was_known(joined, joined.known_by))
    if has_period:
        joined = joined.mutate(lag=(joined.now - joined[PERIOD]).cast("int32")).drop("now", PERIOD)
    else:
        joined = joined.mutate(lag=lag_of(_as_date(joined[day]), joined.as_of))
    return joined if months is None else joined.filter(joined.lag < months)


def monthly(
    spine: Spine,
    rows: ir.Table,
    *,
    day: str,
    months: int,
    by: tuple[str, ...] = (),
    **aggregates: Callable[[ir.Table], ir.Value],
) -> ir.Table:
    """Return one row per (borrower_id, as_of, known_by, lag) with `aggregates` of the month's rows.

    `by` names further columns of `rows` to count apart, such as the account. Months without rows are absent. With
    several snapshots on one anchor day the events are aggregated once to (borrower, month) and the snapshots share
    the months; borrowers whose rows were known late or corrected are counted row by row for the snapshots that this
    touches.
    """
    if len(spine.days) == 1 or len({_anchor(day_) for day_ in spine.days}) > 1:
        return _by_row(spine, spine.table, rows, day, months, by, aggregates)
    return _by_month(spine, rows, day, months, by, aggregates)


def statements(spine: Spine, rows: ir.Table, *, entity: str, day: str = "stated_on", count: int) -> ir.Table:
    """Join each spine row with the last `count` statements of each of its borrower's `entity` columns.

    Adds `ordinal`, 0 for the newest. An entity whose newest statement is older than STALE_MONTHS months is left
    out, so that scoring between two statements sees what training saw.
    """
    reach = rows_within(spine, rows, day=day, months=count + STALE_MONTHS)
    newest_first = ibis.window(group_by=[*KEYS, entity], order_by=ibis.desc(reach[day]))
    ranked = reach.mutate(
        ordinal=ibis.row_number().over(newest_first).cast("int32"),
        newest_lag=reach.lag.first().over(newest_first),
    )
    return ranked.filter(ranked.ordinal < count, ranked.newest_lag < STALE_MONTHS).drop("newest_lag")


def is_covered(book: Book, name: str, as_of: ir.DateValue, *, months: int) -> ir.BooleanValue:
    """Return whether the extract of table `name` speaks of the whole window of `months` months before as_of."""
    bounds = book.covered(name)
    if bounds is None:
        return ibis.literal(value=False)
    return reaches_back(book, name, as_of, months=months) & (as_of <= ibis.literal(bounds[1]))


def reaches_back(book: Book, name: str, as_of: ir.DateValue, *, months: int) -> ir.BooleanValue:
    """Return whether the extract of table `name` begins before the window of `months` months before as_of."""
    bounds = book.covered(name)
    if bounds is None:
        return ibis.literal(value=False)
    return lag_of(ibis.literal(bounds[0]) - ibis.interval(days=1), as_of) >= months


def _by_row(
    spine: Spine,
    pairs: ir.Table,
    rows: ir.Table,
    day: str,
    months: int,
    by: tuple[str, ...],
    aggregates: dict[str, Callable[[ir.Table], ir.Value]],
) -> ir.Table:
    within = rows_within(Spine(pairs, spine.days), rows, day=day, months=months)
    return within.group_by(*KEYS, *by, "lag").aggregate(**{name: make(within) for name, make in aggregates.items()})


def _by_month(
    spine: Spine,
    rows: ir.Table,
    day: str,
    months: int,
    by: tuple[str, ...],
    aggregates: dict[str, Callable[[ir.Table], ir.Value]],
) -> ir.Table:
    rows = rows if PERIOD in rows.columns else with_period(spine, rows, day=day)
    standing = rows.filter(rows.known_until.isnull())
    cells = standing.group_by("borrower_id", *by, "period").aggregate(
        **{name: make(standing) for name, make in aggregates.items()}
    )
    pairs = spine.table.mutate(now=_period(spine.table.as_of, _anchor_of(spine)))
    touched = _touched(pairs, rows, day, months)
    calm = pairs.anti_join(touched, KEYS)
    shared = calm.inner_join(cells, "borrower_id").mutate(lag=lambda t: (t.now - t.period).cast("int32"))
    shared = shared.filter(shared.lag >= 0, shared.lag < months).select(*KEYS, *by, "lag", *aggregates)
    single = _by_row(spine, touched, rows, day, months, by, aggregates)
    return ibis.union(shared, single.select(shared.columns).cast(shared.schema()))


def _touched(pairs: ir.Table, rows: ir.Table, day: str, months: int) -> ir.Table:
    """Return the pairs for which some row of the window was not, or is no longer, what stands today."""
    unsteady = rows.filter(rows.known_until.notnull() | (rows.known_on > _as_date(rows[day]))).select(
        "borrower_id", "period", "known_on", "known_until"
    )
    joined = pairs.inner_join(unsteady, "borrower_id")
    inside = (joined.period <= joined.now) & (joined.period > joined.now - months)
    missing = joined.known_until.isnull() & (joined.known_on > joined.known_by)
    replaced_since = joined.known_until.notnull() & was_known(joined, joined.known_by)
    return joined.filter(inside & (missing | replaced_since)).select(*KEYS).distinct()


def _anchor_of(spine: Spine) -> int | ir.IntegerValue:
    """Return the day of the month on which all days of the spine lie, a month end being day 31."""
    return _day_31(first_day(spine)) if len(spine.days) == 1 else _anchor(spine.days[0])


def _period(day: ir.DateValue, anchor: int | ir.IntegerValue) -> ir.IntegerValue:
    """Return the number of the month that ends on the anchor day and holds `day`."""
    return (12 * day.year() + day.month() + (_day_31(day) > anchor).cast("int8")).cast("int32")


def _day_31(day: ir.DateValue) -> ir.IntegerValue:
    # Whether a day ends its month is dear to say: it is asked of the last days only
    return ibis.ifelse(day.day() < 28, day.day(), ibis.ifelse(_is_month_end(day), 31, day.day()))


def _is_month_end(day: ir.DateValue) -> ir.BooleanValue:
    return (day + ibis.interval(days=1)).day() == 1


def _anchor(day: date) -> int:
    return 31 if day.day == monthrange(day.year, day.month)[1] else day.day


def _as_date(value: ir.Value) -> ir.DateValue:
    return value.date() if value.type().is_timestamp() else value
