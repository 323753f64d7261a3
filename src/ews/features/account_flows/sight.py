"""Sight: which windows of a borrower's account flows the bank has seen, and how long they have run.

Reads   accounts for when one was open; the span that the extract of transactions speaks of
Nulls   what a window tells is null where no account was open in the last 12 months or the extract does not speak of
        all of it; a comparison over time also where the accounts are younger than the window
"""

from dataclasses import dataclass

import ibis.expr.types as ir

from ews.events.book import Book, was_known
from ews.features.account_flows.months import HALF, QUARTER, SINCE_LAST_YEAR, TWO_YEARS, YEAR
from ews.features.ratios import only_where
from ews.features.window import KEYS, Spine, is_covered, joined, lag_of

WINDOWS = (QUARTER, HALF, HALF + QUARTER, YEAR, SINCE_LAST_YEAR, TWO_YEARS)


@dataclass(frozen=True, slots=True)
class Sight:
    """`table` has one row per spine row with the columns of `life`, months_posted and the sums of the family."""

    table: ir.Table

    def within(self, months: int, value: ir.Value) -> ir.Value:
        """Return `value` where the last `months` months were seen, else null."""
        return only_where(self.table[f"seen_{months}"], value)

    def grown(self, months: int, value: ir.Value) -> ir.Value:
        """Return `value` where the last `months` months were seen and the accounts are older, else null."""
        has_run = (self.table.months_open >= months) | (self.table.months_posted > months).fill_null(False)
        return only_where(self.table[f"seen_{months}"] & has_run, value)


def life(book: Book, spine: Spine) -> ir.Table:
    """Return `seen_<months>` for each of WINDOWS, and `months_open` since the first account was opened, else -1.

    A window is seen where an account was open in the last 12 months and the extract speaks of all of it.
    """
    accounts = spine.table.inner_join(book.table("accounts"), "borrower_id")
    was_opened = accounts.opened_on.isnull() | (accounts.opened_on <= accounts.as_of)
    accounts = accounts.filter(was_known(accounts, accounts.known_by), was_opened)
    is_gone = (lag_of(accounts.closed_on, accounts.as_of) >= YEAR).fill_null(False)
    lived = accounts.group_by(*KEYS).aggregate(opened_on=accounts.opened_on.min(), has_account=(~is_gone).any())
    lived = joined(spine, lived)
    has_account = lived.has_account.fill_null(False)
    return lived.select(
        *KEYS,
        months_open=lag_of(lived.opened_on, lived.as_of).fill_null(-1),
        **{f"seen_{n}": has_account & is_covered(book, "transactions", lived.as_of, months=n) for n in WINDOWS},
    )
