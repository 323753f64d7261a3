"""Trouble: how parties stand with their own loans, for those who answer for them or hang together with them.

Grain   one row per (borrower_id, as_of, known_by) of the parties asked for
Reads   loans with ledger, or with instalments and payments; outcomes for listed defaults
Late    any day past due on any loan on as_of, or listed
Trouble more than 30 days past due, or listed on or before as_of as in default or written off, which does not heal
Default more than 90 days past due, or listed likewise
Nulls   `debt` (balances of live loans) is 0 without one and null where one of them is unknown; `dpd` is null without
        loans; a party that the book does not know is not late. Without loans and their arrears in the book there
        are no rows: `sees_arrears` says so
"""

import ibis
import ibis.expr.types as ir

from ews.events.arrears import loan_states
from ews.events.book import Book, was_known
from ews.features.ratios import only_where
from ews.features.states import states_of
from ews.features.steps import step
from ews.features.window import KEYS, Spine

TROUBLED_ABOVE_DPD = 30
"""From the 31st day a significant increase in risk is presumed (IFRS 9 5.5.11)."""
DEFAULT_ABOVE_DPD = 90
"""More than 90 days past due is default (CBIRC and PBoC Order [2023] No. 1; IFRS 9 B5.5.37)."""
DEFAULTS = ("dpd_90", "write_off", "default")
"""Outcomes after which a party is in trouble for good, also when its loans have left the ledger."""


def sees_arrears(book: Book) -> bool:
    """Say whether the book tells how late loans are."""
    return book.has("loans") and (book.has("ledger") or (book.has("instalments") and book.has("payments")))


def trouble_of(book: Book, parties: ir.Table, spine: Spine | None = None) -> ir.Table:
    """Return dpd, debt (fen) and the flags is_late, is_troubled, is_in_default of `parties`, keyed as a spine.

    With the `spine` that they are parties of, states are taken from those that its families share.
    """
    if not sees_arrears(book):
        columns = {"dpd": "int64", "debt": "int64", "is_late": "bool", "is_troubled": "bool", "is_in_default": "bool"}
        nothing = {name: ibis.null(kind) for name, kind in columns.items()}
        return step(parties.select(*KEYS).limit(0).mutate(**nothing))
    states = step(loan_states(book, parties.select(*KEYS))) if spine is None else states_of(book, spine, parties)
    owed = states.group_by(*KEYS).aggregate(
        dpd=states.dpd.max(),
        balance=states.balance.sum(where=states.live),
        unknown=(states.live & states.balance.isnull()).sum(),
    )
    table = listed_default(book, parties).left_join(owed, KEYS, rname="{name}_owed")
    debt = only_where(table.unknown.fill_null(0) == 0, table.balance.fill_null(0))
    flags = {
        name: table.is_listed | (table.dpd > above).fill_null(False)
        for name, above in (("is_late", 0), ("is_troubled", TROUBLED_ABOVE_DPD), ("is_in_default", DEFAULT_ABOVE_DPD))
    }
    return step(table.select(*KEYS, "dpd", debt=debt.cast("int64"), **flags))


def listed_default(book: Book, parties: ir.Table) -> ir.Table:
    """Return `parties` with `is_listed`: a dated default on or before the day; one without a date tells no day."""
    if not book.has("outcomes"):
        return parties.select(*KEYS, is_listed=ibis.literal(value=False))
    rows = parties.select(*KEYS).inner_join(book.table("outcomes"), "borrower_id")
    rows = rows.filter(rows.kind.isin(DEFAULTS), rows.occurred_on <= rows.as_of, was_known(rows, rows.known_by))
    listed = rows.select(*KEYS).distinct().mutate(listed=ibis.literal(value=True))
    both = parties.select(*KEYS).left_join(listed, KEYS, rname="{name}_listed")
    return both.select(*KEYS, is_listed=both.listed.fill_null(False))
