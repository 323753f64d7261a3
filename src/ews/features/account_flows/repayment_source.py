"""Repayment source: what loan service was paid from.

Grain   one row per spine row whose borrower served a loan from an account in the last 12 months
Reads   postings: loan service by day, what came in shortly before and where it went after; payouts; cash drawn on the
        cards of the economic unit
Source  money of private persons, related parties, other origin, or of unknown category from a party that had paid
        nothing before that month. It counts for the largest service within BEFORE_DAYS after it came, up to its amount
Bridge  source money is bridge money (过桥) if as much leaves to such parties again within AFTER_DAYS of the service, or
        within AFTER_PAYOUT_DAYS of a payout that follows the service within PAYOUT_WITHIN_DAYS
Nulls   no loan service in the window; card cash where the book lacks card statements. A unit without cards drew none
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.events.book import Book
from ews.features.account_flows.months import HALF, TWO_YEARS, YEAR
from ews.features.account_flows.postings import NOT_TRADE, is_for, within_reach
from ews.features.account_flows.sight import Sight
from ews.features.economic_unit.members import member_spine, unit_rows
from ews.features.ratios import only_where, ratio
from ews.features.steps import step
from ews.features.window import KEYS, Spine, is_covered, joined, monthly, rows_within

FEATURES = (
    Feature("bridge_source_share_12m", "share", "higher", ReasonCode.BRIDGE_MONEY,
            "Share of loan service over 12 months for which money outside the trade came in within 5 days before",
            "近12个月还款前5日内有非经营资金转入的占比"),
    Feature("bridge_returned_share_12m", "share", "higher", ReasonCode.BRIDGE_MONEY,
            "Share of loan service over 12 months paid from money outside the trade that left again afterwards",
            "近12个月还款资金来自非经营转入且还款或放款后又转出的占比"),
    Feature("card_cash_to_service_6m", "share", "higher", ReasonCode.CARD_PAYS_LOAN,
            "Share of loan service over 6 months matched by cash drawn on the unit's cards in the month",
            "近6个月还款中同月有信用卡取现（含关联人）对应的占比"),
    Feature("cash_before_service_share_12m", "share", "none", ReasonCode.CARD_PAYS_LOAN,
            "Share of loan service over 12 months for which cash was paid in within 5 days before",
            "近12个月还款前5日内有现金存入的占比"),
)  # fmt: skip

BEFORE_DAYS = 5
AFTER_DAYS = 30
PAYOUT_WITHIN_DAYS = 90
AFTER_PAYOUT_DAYS = 5
"""Practice (to verify): bridge money is lent by the day and goes back as soon as the new loan is paid out."""

_SERVED = (*KEYS, "served_on")


def repayment_source(book: Book, spine: Spine, postings: ir.Table, unit: ir.Table) -> ir.Table:
    """Return what was served and how much of it source money, bridge money, cash and card cash cover (fen).

    `unit` are the members of the economic unit (see economic_unit.members).
    """
    reach = within_reach(spine, postings, months=YEAR + 1)
    served = step(_served(spine, reach))
    total = served.group_by(*KEYS).aggregate(
        served_12=served.served.sum(), served_6=served.served.sum(where=served.lag < HALF)
    )
    covered = step(_covered_by(served, _source_money(spine, postings)))
    source = covered.group_by(*KEYS).aggregate(bridge_source=covered.covered.sum())
    cash = reach.filter(reach.amount > 0, is_for(reach, "cash"))
    paid_in = _covered_by(served, rows_within(spine, cash, day="occurred_at", months=YEAR + 1))
    paid_in = paid_in.group_by(*KEYS).aggregate(cash_before=paid_in.covered.sum())
    returned = _returned(covered, spine, reach)
    return joined(spine, total, source, returned, paid_in, _card_cash(book, spine, served, unit))


def values(sight: Sight) -> dict[str, ir.Value]:
    """Return the columns of FEATURES from the sums of `repayment_source`."""
    table = sight.table
    sums = {
        "bridge_source_share_12m": table.bridge_source,
        "bridge_returned_share_12m": table.bridge_returned,
        "cash_before_service_share_12m": table.cash_before,
    }
    by_card = ratio(table.card_cash, table.served_6)
    return {
        **{name: sight.within(YEAR, ratio(amount.fill_null(0), table.served_12)) for name, amount in sums.items()},
        "card_cash_to_service_6m": sight.within(HALF, by_card),
    }


def _served(spine: Spine, postings: ir.Table) -> ir.Table:
    """Return the loan service of each day of the last 12 months."""
    rows = postings.filter(postings.amount < 0, is_for(postings, "loan_service"))
    rows = rows_within(spine, rows, day="occurred_at", months=YEAR)
    rows = rows.mutate(served_on=rows.occurred_at.date())
    return rows.group_by(*_SERVED, "lag").aggregate(served=-rows.amount.sum())


def _source_money(spine: Spine, postings: ir.Table) -> ir.Table:
    """Return the money outside of the trade that came in over 13 months."""
    recent = within_reach(spine, postings, months=YEAR + 1)
    known = recent.filter(recent.amount > 0, is_for(recent, *NOT_TRADE))
    outside = rows_within(spine, known, day="occurred_at", months=YEAR + 1)
    unknown = postings.filter(postings.category.isnull(), postings.counterparty_id.notnull())
    cells = monthly(
        spine, within_reach(spine, unknown, months=TWO_YEARS), day="occurred_at", months=TWO_YEARS,
        by=("counterparty_id",), times=lambda rows: rows.count(),
    )  # fmt: skip
    first = cells.group_by(*KEYS, "counterparty_id").aggregate(lag=cells.lag.max())
    new = rows_within(spine, unknown.filter(unknown.amount > 0), day="occurred_at", months=YEAR + 1)
    new = new.semi_join(first, [*KEYS, "counterparty_id", "lag"])
    return ibis.union(outside, new.select(outside.columns))


def _covered_by(served: ir.Table, money: ir.Table) -> ir.Table:
    """Return the days of service for which `money` came in shortly before, and how much of them it covers."""
    money = money.select(*KEYS, "posting_id", "amount", came_on=money.occurred_at.date())
    pairs = money.inner_join(served, KEYS, rname="{name}_of_service")
    first_on = pairs.served_on - ibis.interval(days=BEFORE_DAYS)
    pairs = pairs.filter(pairs.came_on <= pairs.served_on, pairs.came_on >= first_on)
    # What came in before several services is there for the largest of them
    largest = pairs.served_on.argmax(ibis.struct({"served": pairs.served, "on": pairs.served_on}))
    each = pairs.group_by(*KEYS, "posting_id", "amount").aggregate(served_on=largest)
    came = each.group_by(*_SERVED).aggregate(came=each.amount.sum())
    both = came.inner_join(served, _SERVED)
    return both.select(*_SERVED, covered=ibis.least(both.came, both.served))


def _returned(covered: ir.Table, spine: Spine, postings: ir.Table) -> ir.Table:
    """Return how much of what covered the service left to such parties again, afterwards or after the next payout."""
    payouts = postings.filter(postings.amount > 0, is_for(postings, "loan_payout"))
    payouts = rows_within(spine, payouts, day="occurred_at", months=YEAR)
    renewed = covered.inner_join(payouts.select(*KEYS, paid_on=payouts.occurred_at.date()), KEYS)
    last_on = renewed.served_on + ibis.interval(days=PAYOUT_WITHIN_DAYS)
    renewed = renewed.filter(renewed.paid_on >= renewed.served_on, renewed.paid_on <= last_on)
    spans = ibis.union(
        covered.select(*_SERVED, "covered", start=covered.served_on, days=ibis.literal(AFTER_DAYS)),
        renewed.select(*_SERVED, "covered", start=renewed.paid_on, days=ibis.literal(AFTER_PAYOUT_DAYS)),
    )
    outs = postings.filter(postings.amount < 0, is_for(postings, *NOT_TRADE))
    outs = rows_within(spine, outs, day="occurred_at", months=YEAR)
    pairs = spans.inner_join(outs.select(*KEYS, "posting_id", "amount", left_on=outs.occurred_at.date()), KEYS)
    waited = pairs.left_on.delta(pairs.start, unit="day")
    pairs = pairs.filter(waited >= 0, waited <= pairs.days)
    each = pairs.select(*_SERVED, "covered", "posting_id", "amount").distinct()
    left = each.group_by(*_SERVED, "covered").aggregate(left=-each.amount.sum())
    return left.group_by(*KEYS).aggregate(bridge_returned=ibis.least(left.left, left.covered).sum())


def _card_cash(book: Book, spine: Spine, served: ir.Table, unit: ir.Table) -> ir.Table:
    """Return how much of each month's loan service the cash drawn on the unit's cards that month would cover."""
    if not book.has("card_statements"):
        return spine.table.select(*KEYS, card_cash=ibis.null("int64"))
    drawn = monthly(
        member_spine(spine, unit), book.table("card_statements"), day="stated_on", months=HALF,
        cash=lambda rows: rows.cash_advance.sum(),
    )  # fmt: skip
    drawn = unit_rows(unit, drawn)
    drawn = drawn.group_by(*KEYS, "lag").aggregate(cash=drawn.cash.sum())
    months = served.group_by(*KEYS, "lag").aggregate(served=served.served.sum())
    both = months.inner_join(drawn.filter(drawn.cash.notnull()), [*KEYS, "lag"])
    found = joined(spine, both.group_by(*KEYS).aggregate(card_cash=ibis.least(both.cash, both.served).sum()))
    is_seen = is_covered(book, "card_statements", found.as_of, months=HALF)
    return found.select(*KEYS, card_cash=only_where(is_seen, found.card_cash.fill_null(0)))
