"""Account balances: what was left on the accounts, month by month and day by day.

Grain   one row per spine row whose borrower has postings
Reads   postings with balance_after; accounts for the day they were closed
Carry   a balance stands until the next posting that tells one, however long ago the last was, or until the account
        was closed; from that day on it adds nothing
Nulls   balances are null where no account that was open in the last 3 months told one
"""

import ibis
import ibis.expr.types as ir

from ews.events.book import was_known
from ews.features.ratios import only_where
from ews.features.window import KEYS, Spine, joined, lag_of, last_day_before, monthly, rows_within

EVER = 12 * 200
"""More months than any book holds."""

QUARTER = 3


def balances(spine: Spine, postings: ir.Table, accounts: ir.Table) -> ir.Table:
    """Return balance_min_3m and balance_sum_3m (fen), overdrawn_days (days) and months_posted per spine row.

    `balance_sum_3m` adds the last three monthly closing balances; `months_posted` counts the months back to the
    first posting, that month included.
    """
    closed = _closed(spine, accounts)
    each = _by_account(spine, postings, closed)
    sums = each.group_by(*KEYS).aggregate(
        balance_min_3m=each.lowest.sum(),
        balance_sum_3m=each.closings.sum(),
        months_posted=each.oldest_lag.max() + 1,
    )
    table = joined(spine, sums, _overdrawn(spine, postings, each, closed))
    return table.filter(table.months_posted.notnull())


def _closed(spine: Spine, accounts: ir.Table) -> ir.Table:
    """Return the accounts known to be closed by as_of, with the day and the month counted back from as_of."""
    seen = spine.table.inner_join(accounts, "borrower_id")
    seen = seen.filter(was_known(seen, seen.known_by), seen.closed_on <= seen.as_of)
    return seen.select(*KEYS, "account_id", "closed_on", closed_lag=lag_of(seen.closed_on, seen.as_of))


def _by_account(spine: Spine, postings: ir.Table, closed: ir.Table) -> ir.Table:
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
    each = _with_closing_day(each, closed)
    was_open = each.closed_lag.isnull() | (each.closed_lag < QUARTER)
    stands = [each.closed_lag.isnull() | (each.closed_lag < lag) for lag in range(QUARTER)]
    closings = [ibis.ifelse(stands[lag], each[f"closing_{lag}"].fill_null(0), 0) for lag in range(QUARTER)]
    # closing_0 is carried from any month before: null only where no posting ever told a balance
    tells = was_open & each.closing_0.notnull()
    return each.select(
        *KEYS,
        "account_id",
        "oldest_lag",
        opening=only_where(was_open, each.opening),
        lowest=only_where(was_open, ibis.least(each.low, each.opening)),
        closings=only_where(tells, closings[0] + closings[1] + closings[2]),
    )


def _with_closing_day(rows: ir.Table, closed: ir.Table) -> ir.Table:
    both = rows.left_join(closed, [*KEYS, "account_id"], rname="{name}_closed")
    return both.select(*rows.columns, "closed_on", "closed_lag")


def _closing(rows: ir.Table) -> ir.IntegerScalar:
    return rows.balance_after.argmax(ibis.struct({"at": rows.occurred_at, "posting": rows.posting_id}))


def _overdrawn(spine: Spine, postings: ir.Table, accounts: ir.Table, closed: ir.Table) -> ir.Table:
    """Return the days of the last 3 months on which the account that was overdrawn longest was so."""
    ever_below = postings.filter(postings.balance_after < 0).select("account_id").distinct()
    recent = rows_within(spine, postings.semi_join(ever_below, "account_id"), day="occurred_at", months=QUARTER).filter(
        lambda rows: rows.balance_after.notnull()
    )
    posted = recent.group_by(*KEYS, "account_id", day=recent.occurred_at.date()).aggregate(balance=_closing(recent))
    posted = posted.mutate(is_posted=ibis.literal(1, "int8"))
    carried = accounts.filter(accounts.opening < 0)
    first_day = last_day_before(carried.as_of, months=QUARTER) + ibis.interval(days=1)
    carried = carried.select(
        *KEYS, "account_id", day=first_day, balance=carried.opening, is_posted=ibis.literal(0, "int8")
    )
    spans = _with_closing_day(ibis.union(posted, carried.select(posted.columns).cast(posted.schema())), closed)
    spans = spans.filter(spans.closed_on.isnull() | (spans.day < spans.closed_on))
    order = ibis.window(group_by=[*KEYS, "account_id"], order_by=["day", "is_posted"])
    last = ibis.coalesce(spans.closed_on, spans.as_of + ibis.interval(days=1))
    spans = spans.mutate(until=ibis.coalesce(spans.day.lead().over(order), last))
    below = spans.filter(spans.balance < 0)
    each = below.group_by(*KEYS, "account_id").aggregate(days=below.until.delta(below.day, unit="day").sum())
    return each.group_by(*KEYS).aggregate(overdrawn_days=each.days.max())
