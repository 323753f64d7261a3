"""Account balances: what was left on the accounts, month by month and day by day.

Grain   one row per spine row whose borrower has postings
Reads   postings with balance_after; accounts for the day they were closed
Carry   a balance stands until the next posting that tells one, however long ago the last was, or until the account
        was closed; from that day on it adds nothing
Nulls   balances are null where no account that was open in the last 3 months told one
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.events.book import Book, was_known
from ews.events.owners import with_borrower
from ews.features.account_flows.months import EVER, HALF, QUARTER, YEAR
from ews.features.account_flows.postings import within_reach
from ews.features.account_flows.sight import Sight
from ews.features.economic_unit.members import DAY, members
from ews.features.ratios import change, only_where
from ews.features.steps import step
from ews.features.window import (
    KEYS,
    Spine,
    joined,
    lag_of,
    last_day_before,
    monthly,
    rows_within,
    with_period,
)

FEATURES = (
    Feature("balance_min_3m", "fen", "lower", ReasonCode.BALANCE_THIN,
            "Lowest balances of the accounts in the last 3 months, added up", "近3个月各账户最低余额合计"),
    Feature("balance_mean_3m", "fen", "lower", ReasonCode.BALANCE_THIN,
            "Mean of the last 3 monthly closing balances", "近3个月月末余额平均值"),
    Feature("balance_change_6m", "change", "lower", ReasonCode.BALANCE_THIN,
            "Mean closing balance of the last 3 months against that of 6 months before",
            "近3个月月末余额平均值较6个月前变化"),
    Feature("overdrawn_days_3m", "days", "higher", ReasonCode.BALANCE_THIN,
            "Days of the last 3 months on which an account was overdrawn", "近3个月账户透支天数"),
    Feature("overdrawn_months_12m", "count", "higher", ReasonCode.BALANCE_THIN,
            "Months of the last 12 in which a posting left an account overdrawn", "近12个月发生账户透支的月数"),
)  # fmt: skip

_LAGS = tuple(range(QUARTER))
_LAGS_BEFORE = tuple(range(HALF, HALF + QUARTER))
"""Six months before the last three: the span over which SAMA (2020) app. 1 looks at balances."""


def values(sight: Sight) -> dict[str, ir.Value]:
    """Return the columns of FEATURES from the sums of `balances`."""
    table = sight.table
    told = table.balance_min_3m.notnull()
    fallen = change(table.balance_sum_3m, 1, table.balance_sum_before, 1)
    return {
        "balance_min_3m": sight.within(QUARTER, table.balance_min_3m),
        "balance_mean_3m": sight.within(QUARTER, table.balance_sum_3m / 3.0),
        "balance_change_6m": sight.grown(HALF + QUARTER, fallen),
        "overdrawn_days_3m": sight.within(QUARTER, only_where(told, table.overdrawn_days.fill_null(0))),
        "overdrawn_months_12m": sight.within(YEAR, table.overdrawn_months),
    }


def balances(book: Book, spine: Spine, postings: ir.Table) -> ir.Table:
    """Return balance_min_3m (fen), sums of closing balances, overdrawn_days and months, and months_posted.

    `balance_sum_3m` adds the last three monthly closing balances, `balance_sum_before` those of six months earlier;
    `months_posted` counts the months back to the first posting, that month included. `postings` are the recent ones.
    """
    each = step(_accounts(book, spine).semi_join(spine.table, KEYS))
    sums = each.group_by(*KEYS).aggregate(
        balance_min_3m=each.lowest.sum(),
        balance_sum_3m=each.closings.sum(),
        balance_sum_before=each.closings_before.sum(),
        overdrawn_months=each.overdrawn_months.max(),
        months_posted=each.oldest_lag.max() + 1,
    )
    table = joined(spine, sums, _overdrawn(spine, postings, each, _closed(book, spine)))
    return table.filter(table.months_posted.notnull())


def closing_sums(book: Book, spine: Spine, owners: Spine) -> ir.Table:
    """Return balance_sum_3m alone, of `owners` in the economic units of `spine`."""
    each = _accounts(book, spine).semi_join(owners.table, KEYS)
    return each.group_by(*KEYS).aggregate(balance_sum_3m=each.closings.sum())


def _accounts(book: Book, spine: Spine) -> ir.Table:
    """Return the accounts of the borrowers and of their economic units, which take one look at all postings."""
    unit = members(book, spine).select(*DAY, borrower_id="member_id").select(*KEYS)
    whose = Spine(step(ibis.union(spine.table.select(*KEYS), unit, distinct=True)), spine.days)
    return step(_by_account(book, whose, _closed(book, whose)), lasting=True)


def _closed(book: Book, spine: Spine) -> ir.Table:
    """Return the accounts known to be closed by as_of, with the day and the month counted back from as_of."""
    seen = spine.table.inner_join(book.table("accounts"), "borrower_id")
    seen = seen.filter(was_known(seen, seen.known_by), seen.closed_on <= seen.as_of)
    return seen.select(*KEYS, "account_id", "closed_on", closed_lag=lag_of(seen.closed_on, seen.as_of))


def _by_account(book: Book, spine: Spine, closed: ir.Table) -> ir.Table:
    postings = with_period(spine, with_borrower(book, "transactions"), day="occurred_at")
    cells = monthly(
        spine, postings, day="occurred_at", months=EVER, by=("account_id",),
        low=lambda rows: rows.balance_after.min(), closing=_closing,
    )  # fmt: skip
    tells = cells.closing.notnull()
    each = cells.group_by(*KEYS, "account_id").aggregate(
        low=cells.low.min(where=cells.lag < QUARTER),
        opening=cells.closing.argmin(cells.lag, where=(cells.lag >= QUARTER) & tells),
        oldest_lag=cells.lag.max(),
        overdrawn_months=only_where(
            cells.low.count(where=cells.lag < YEAR) > 0, (cells.low < 0).sum(where=cells.lag < YEAR)
        ),
        **{
            f"closing_{lag}": cells.closing.argmin(cells.lag, where=(cells.lag >= lag) & tells)
            for lag in (*_LAGS, *_LAGS_BEFORE)
        },
    )
    each = _with_closing_day(each, closed)
    was_open = each.closed_lag.isnull() | (each.closed_lag < QUARTER)
    # closing_0 is carried from any month before: null only where no posting ever told a balance
    tells = was_open & each.closing_0.notnull()
    return each.select(
        *KEYS,
        "account_id",
        "oldest_lag",
        "overdrawn_months",
        opening=only_where(was_open, each.opening),
        lowest=only_where(was_open, ibis.least(each.low, each.opening)),
        closings=only_where(tells, _closings(each, _LAGS)),
        closings_before=_closings(each, _LAGS_BEFORE),
    )


def _closings(each: ir.Table, lags: tuple[int, ...]) -> ir.IntegerValue:
    """Return the sum of the closing balances of months `lags`, 0 for those in which the account was closed."""
    total = ibis.literal(0, "int64")
    for lag in lags:
        stands = each.closed_lag.isnull() | (each.closed_lag < lag)
        total = total + ibis.ifelse(stands, each[f"closing_{lag}"].fill_null(0), 0)
    return total


def _with_closing_day(rows: ir.Table, closed: ir.Table) -> ir.Table:
    both = rows.left_join(closed, [*KEYS, "account_id"], rname="{name}_closed")
    return both.select(*rows.columns, "closed_on", "closed_lag")


def _closing(rows: ir.Table) -> ir.IntegerScalar:
    """Return the last balance that a posting told; postings that tell none do not hide it."""
    newest = ibis.struct({"at": rows.occurred_at, "posting": rows.posting_id})
    return rows.balance_after.argmax(newest, where=rows.balance_after.notnull())


def _overdrawn(spine: Spine, postings: ir.Table, accounts: ir.Table, closed: ir.Table) -> ir.Table:
    """Return the days of the last 3 months on which the account that was overdrawn longest was so."""
    below = postings.filter(postings.balance_after < 0).select("account_id")
    below = ibis.union(below, accounts.filter(accounts.opening < 0).select("account_id"), distinct=True)
    told = postings.filter(postings.balance_after.notnull()).semi_join(below, "account_id")
    recent = rows_within(spine, within_reach(spine, told, months=QUARTER), day="occurred_at", months=QUARTER)
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
