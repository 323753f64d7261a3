"""Account balances: what was left on the accounts, month by month and day by day.

Grain   one row per spine row whose borrower has postings
Reads   postings with balance_after
Carry   a balance stands until the next posting that tells one, however long ago the last was
"""

import ibis
import ibis.expr.types as ir

from ews.features.window import KEYS, Spine, joined, last_day_before, monthly, rows_within

EVER = 12 * 200
"""More months than any book holds."""

QUARTER = 3


def balances(spine: Spine, postings: ir.Table) -> ir.Table:
    """Return balance_min_3m and balance_sum_3m (fen), overdrawn_days (days) and months_posted per spine row.

    `balance_sum_3m` adds the last three monthly closing balances; `months_posted` counts the months back to the
    first posting, that month included.
    """
    accounts = _by_account(spine, postings)
    sums = accounts.group_by(*KEYS).aggregate(
        balance_min_3m=accounts.lowest.sum(),
        balance_sum_3m=accounts.closings.sum(),
        months_posted=accounts.oldest_lag.max() + 1,
    )
    table = joined(spine, sums, _overdrawn(spine, postings, accounts))
    return table.filter(table.months_posted.notnull())


def _by_account(spine: Spine, postings: ir.Table) -> ir.Table:
    cells = monthly(
        spine, postings, day="occurred_at", months=EVER, by=("account_id",),
        low=lambda rows: rows.balance_after.min(), closing=_closing,
    )  # fmt: skip
    each = cells.group_by(*KEYS, "account_id").aggregate(
        low=cells.low.min(where=cells.lag < QUARTER),
        opening=cells.closing.argmin(cells.lag, where=cells.lag >= QUARTER),
        oldest_lag=cells.lag.max(),
        **{f"closing_{lag}": cells.closing.argmin(cells.lag, where=cells.lag >= lag) for lag in range(QUARTER)},
    )
    closings = [each[f"closing_{lag}"].fill_null(0) for lag in range(QUARTER)]
    # closing_0 is carried from any month before: null only where no posting ever told a balance
    total = ibis.ifelse(each.closing_0.isnull(), ibis.null("int64"), closings[0] + closings[1] + closings[2])
    return each.select(
        *KEYS, "account_id", "opening", "oldest_lag", lowest=ibis.least(each.low, each.opening), closings=total
    )


def _closing(rows: ir.Table) -> ir.IntegerScalar:
    return rows.balance_after.argmax(ibis.struct({"at": rows.occurred_at, "posting": rows.posting_id}))


def _overdrawn(spine: Spine, postings: ir.Table, accounts: ir.Table) -> ir.Table:
    """Return the days of the last 3 months on which the account that was overdrawn longest was so."""
    ever_below = postings.filter(postings.balance_after < 0).select("account_id").distinct()
    recent = rows_within(spine, postings.semi_join(ever_below, "account_id"), day="occurred_at", months=QUARTER).filter(
        lambda rows: rows.balance_after.notnull()
    )
    closed = recent.group_by(*KEYS, "account_id", day=recent.occurred_at.date()).aggregate(balance=_closing(recent))
    closed = closed.mutate(is_posted=ibis.literal(1, "int8"))
    carried = accounts.filter(accounts.opening < 0)
    first_day = last_day_before(carried.as_of, months=QUARTER) + ibis.interval(days=1)
    carried = carried.select(
        *KEYS, "account_id", day=first_day, balance=carried.opening, is_posted=ibis.literal(0, "int8")
    )
    spans = ibis.union(closed, carried.select(closed.columns).cast(closed.schema()))
    order = ibis.window(group_by=[*KEYS, "account_id"], order_by=["day", "is_posted"])
    spans = spans.mutate(until=ibis.coalesce(spans.day.lead().over(order), spans.as_of + ibis.interval(days=1)))
    below = spans.filter(spans.balance < 0)
    each = below.group_by(*KEYS, "account_id").aggregate(days=below.until.delta(below.day, unit="day").sum())
    return each.group_by(*KEYS).aggregate(overdrawn_days=each.days.max())
