"""Schedule: when each due item was paid, by what was known on the day.

Grain   one row per (borrower_id, as_of, known_by, loan_id, due_on); components due on one day are one item
Reads   instalments, payments
Cover   payments cover items in the order they fell due, whichever item they were meant for; within one item fees and
        interest come before principal (先息后本)
Nulls   covered_on is null while the item is open, begun_on until the first money for it came; interest_on, the day on
        which its fees and interest were covered, also where it has none
"""

import ibis
import ibis.expr.types as ir

from ews.events.book import Book, was_known
from ews.events.owners import with_borrower
from ews.features.window import KEYS, Spine, lag_of

_UNIT = ("borrower_id", "loan_id")
_BEGINS, _REACHES, _ENDS = 0, 1, 2
"""Turns at one point, read downwards: money that just reaches it covers what ends there and begins nothing."""
_PAYS = 3
"""The part of an item at whose end its fees and interest are paid; the other parts are called as their turns."""


def items_within(book: Book, spine: Spine, *, months: int) -> ir.Table:
    """Return the items due in the last `months` months with begun_on, interest_on, covered_on, is_first and lag.

    `has_interest` says whether fees or interest are part of the item.
    `is_first` marks the loan's first item in the extract, which need not be where the loan began.
    Cover is worked out once for all snapshots from what stands today, and anew for the snapshots at which some
    instalment or payment was not yet known, or was known otherwise.
    """
    due, paid = with_borrower(book, "instalments"), with_borrower(book, "payments")
    if len(spine.days) == 1:
        items = _at_each(spine.table, due, paid)
    else:
        touched = _touched(spine, due, paid)
        calm = spine.table.anti_join(touched, KEYS)
        steady = _covered(due.filter(due.known_until.isnull()), paid.filter(paid.known_until.isnull()), _UNIT)
        shared = calm.inner_join(steady, "borrower_id")
        single = _at_each(touched, due, paid)
        items = ibis.union(shared, single.select(shared.columns).cast(shared.schema()))
    items = items.filter(items.due_on <= items.as_of)
    items = items.mutate(
        lag=lag_of(items.due_on, items.as_of),
        covered_on=_until(items.covered_on, items.as_of),
        begun_on=_until(items.begun_on, items.as_of),
        interest_on=_until(items.interest_on, items.as_of),
    )
    return items.filter(items.lag < months)


def _at_each(pairs: ir.Table, due: ir.Table, paid: ir.Table) -> ir.Table:
    """Return the items of each spine row, from the versions known then."""
    items, money = pairs.inner_join(due, "borrower_id"), pairs.inner_join(paid, "borrower_id")
    items = items.filter(items.due_on <= items.as_of, was_known(items, items.known_by))
    money = money.filter(money.paid_on <= money.as_of, was_known(money, money.known_by))
    return _covered(items, money, (*KEYS, "loan_id"))


def _covered(due: ir.Table, paid: ir.Table, unit: tuple[str, ...]) -> ir.Table:
    """Return each item with the day its first fen, its interest and its last fen were paid, within each `unit`.

    Items and payments are laid on one line of money, summed from the first. Read downwards from its far end, the
    earliest payment met so far is the one that reached the point: strictly beyond where an item begins, or up to
    where it ends. (An ASOF join says the same, but DuckDB may run it as a nested loop.)
    """
    items = due.group_by(*unit, "due_on").aggregate(
        amount=due.due_amount.sum(),
        interest=due.due_amount.sum(where=due.component != "principal").fill_null(0),
    )
    items = _summed(items.filter(items.amount > 0), unit, "due_on")
    money = paid.group_by(*unit, "paid_on").aggregate(amount=paid.paid_amount.sum())
    money = _summed(money.filter(money.amount > 0), unit, "paid_on")
    begins = (items.sum_to - items.amount).cast("int64")
    items = items.mutate(begins=begins, interest_to=(begins + items.interest).cast("int64"))
    owing = items.filter(items.interest > 0)
    points = ibis.union(
        items.select(*unit, "due_on", at="begins", turn=_turn(_BEGINS), part=_turn(_BEGINS), day=ibis.null("date")),
        owing.select(*unit, "due_on", at="interest_to", turn=_turn(_ENDS), part=_turn(_PAYS), day=ibis.null("date")),
        items.select(*unit, "due_on", at="sum_to", turn=_turn(_ENDS), part=_turn(_ENDS), day=ibis.null("date")),
        money.select(
            *unit, due_on=ibis.null("date"), at="sum_to", turn=_turn(_REACHES), part=_turn(_REACHES), day="paid_on"
        ),
    )
    downwards = ibis.window(group_by=unit, order_by=[ibis.desc("at"), "turn"], preceding=None, following=0)
    points = points.mutate(day=points.day.min().over(downwards)).filter(points.due_on.notnull())
    return points.group_by(*unit, "due_on").aggregate(
        begun_on=points.day.min(where=points.part == _BEGINS),
        interest_on=points.day.min(where=points.part == _PAYS),
        covered_on=points.day.min(where=points.part == _ENDS),
        has_interest=(points.part == _PAYS).any(),
        is_first=points["at"].min() == 0,
    )


def _summed(amounts: ir.Table, unit: tuple[str, ...], day: str) -> ir.Table:
    so_far = ibis.window(group_by=unit, order_by=day, preceding=None, following=0)
    summed = amounts.mutate(sum_to=amounts.amount.sum().over(so_far))
    return summed.mutate(amount=summed.amount.cast("int64"), sum_to=summed.sum_to.cast("int64"))


def _turn(turn: int) -> ir.IntegerScalar:
    return ibis.literal(turn, "int8")


def _touched(spine: Spine, due: ir.Table, paid: ir.Table) -> ir.Table:
    """Return the spine rows for which an item or payment was not, or is no longer, what stands today."""
    unsteady = [
        rows.filter(rows.known_until.notnull() | (rows.known_on > rows[day])).select(
            "borrower_id", "known_on", "known_until", day=rows[day]
        )
        for rows, day in ((due, "due_on"), (paid, "paid_on"))
    ]
    rows = spine.table.inner_join(ibis.union(*unsteady), "borrower_id")
    missing = rows.known_until.isnull() & (rows.known_on > rows.known_by)
    replaced_since = rows.known_until.notnull() & was_known(rows, rows.known_by)
    return rows.filter(rows.day <= rows.as_of, missing | replaced_since).select(*KEYS).distinct()


def _until(day: ir.DateValue, as_of: ir.DateValue) -> ir.Value:
    return ibis.ifelse(day <= as_of, day, ibis.null("date"))
