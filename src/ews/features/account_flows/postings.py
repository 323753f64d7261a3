"""Postings: what a category says of a posting, and which postings there are to look at.

Reads   transactions, with the borrower of their account
Nulls   a posting of unknown category is trade
"""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from ews.events.book import Book
from ews.events.owners import with_borrower
from ews.features.account_flows.months import TWO_YEARS
from ews.features.steps import step
from ews.features.window import PERIOD, Spine, first_day, last_day, with_period

POSTING = (
    "borrower_id", "posting_id", "occurred_at", "amount", "category", "counterparty_id", "known_on", "known_until",
)  # fmt: skip
_BALANCE = ("account_id", "balance_after")
NOT_EARNED = ("loan_payout", "own_transfer", "related_party")
NOT_SPENT = ("loan_service", "own_transfer", "related_party")
NOT_TRADE = ("private_person", "related_party", "other")
"""Money of these categories is neither sold nor bought for; cash is left out, because shops take it in."""

_LONGEST_MONTH = 31

Sum = Callable[[ir.Table], ir.IntegerScalar]


def is_for(rows: ir.Table, *categories: str) -> ir.BooleanValue:
    return rows.category.isin(categories).fill_null(False)


def is_trade(rows: ir.Table, *categories: str) -> ir.BooleanValue:
    """Return whether a posting is for one of `categories` of trade, or for nothing known."""
    return rows.category.isnull() | rows.category.isin(categories)


def is_earned(rows: ir.Table) -> ir.BooleanValue:
    """Return whether money came in that is neither borrowed nor moved by the borrower or related parties."""
    return (rows.amount > 0) & ~is_for(rows, *NOT_EARNED)


def is_spent(rows: ir.Table) -> ir.BooleanValue:
    """Return whether money went out that neither serves a loan nor is moved to the borrower or related parties."""
    return (rows.amount < 0) & ~is_for(rows, *NOT_SPENT)


def received_for(*categories: str) -> Sum:
    """Return the sum over rows of the money that came in for `categories`."""
    return lambda rows: rows.amount.sum(where=(rows.amount > 0) & is_for(rows, *categories))


def paid_for(*categories: str) -> Sum:
    """Return the sum over rows of the money that went out for `categories`."""
    return lambda rows: -rows.amount.sum(where=(rows.amount < 0) & is_for(rows, *categories))


def recent_postings(book: Book, spine: Spine) -> ir.Table:
    """Return the postings of 25 months, worked out once for all that look at the days of `spine`; adds the account.

    Whoever looks at others on the same days, such as peers, takes them from here too.
    """
    dated = with_period(spine, with_borrower(book, "transactions"), day="occurred_at")
    recent = within_reach(spine, dated, months=TWO_YEARS + 1)
    return step(recent.select(*(name for name in (*POSTING, *_BALANCE, PERIOD) if name in recent.columns)))


def within_reach(spine: Spine, postings: ir.Table, *, months: int) -> ir.Table:
    """Return `postings` without those outside of every window of `months` months; to join them would be dear."""
    first = first_day(spine) - ibis.interval(days=_LONGEST_MONTH * months)
    return postings.filter(postings.occurred_at > first, postings.occurred_at < last_day(spine) + ibis.interval(days=1))


def known_together(pairs: ir.Table, *, day: ir.DateValue) -> ir.Table:
    """Return the pairs of two versions, the second's columns ending in `_2`, with the time both of them stand.

    A pair is known from `day`, the day on which the later of both happened, at the earliest.
    """
    pairs = pairs.mutate(
        known_on=ibis.greatest(pairs.known_on, pairs.known_on_2, day),
        known_until=ibis.least(pairs.known_until, pairs.known_until_2),  # nulls are passed over
    ).drop("known_on_2", "known_until_2")
    return pairs.filter(pairs.known_until.isnull() | (pairs.known_on < pairs.known_until))
