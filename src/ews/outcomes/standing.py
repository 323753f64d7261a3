"""Standing: whether a borrower has a live loan and is in default on a day, by what was known then.

Grain   one row per (borrower_id, as_of, known_by)
Reads   loans, instalments, payments, ledger (see events/arrears.py); outcomes
Nulls   dpd is null where no feed speaks of the borrower's loans; without a loans table everyone counts as live
"""

import ibis
import ibis.expr.types as ir

from ews.events.arrears import loan_states
from ews.events.book import Book, was_known
from ews.outcomes.definition import Definition

KEYS = ("borrower_id", "as_of", "known_by")


def standing(book: Book, days: ir.Table, definition: Definition) -> ir.Table:
    """Return `live`, `dpd` (most over the loans), `due_last_on` (null: open-ended), `listed` and `in_default` per row.

    A dated listed outcome on or before as_of means default from then on: cure is decided by people, in casework.
    """
    keys = days.select(*KEYS)
    loans = _loans(book, keys)
    listed = _listed(book, keys, definition)
    both = keys.left_join(loans, KEYS).select(*KEYS, "live", "dpd", "due_last_on")
    both = both.left_join(listed, KEYS).select(*KEYS, "live", "dpd", "due_last_on", "listed")
    late = (both.dpd > definition.default_above_dpd).fill_null(False) if definition.use_dpd else ibis.literal(False)
    live = both.live.fill_null(not book.has("loans"))
    listed = both.listed.fill_null(False)
    states = both.mutate(live=live, listed=listed, in_default=late | listed)
    return book.engine.create_table(ibis.util.gen_name("standing"), states, temp=True)


def _loans(book: Book, keys: ir.Table) -> ir.Table:
    if not book.has("loans"):
        return _none_of(keys, live="boolean", dpd="int64", due_last_on="date")
    states = loan_states(book, keys)
    open_ended = (states.live & states.matures_on.isnull()).any()
    last = states.matures_on.max(where=states.live)
    return states.group_by(*KEYS).aggregate(
        live=states.live.any(), dpd=states.dpd.max(), due_last_on=ibis.ifelse(open_ended, ibis.null("date"), last)
    )


def _listed(book: Book, keys: ir.Table, definition: Definition) -> ir.Table:
    if not book.has("outcomes") or not definition.outcome_kinds:
        return _none_of(keys, listed="boolean")
    joined = keys.inner_join(book.table("outcomes"), "borrower_id")
    joined = joined.filter(
        joined["kind"].isin(definition.outcome_kinds),
        joined.occurred_on <= joined.as_of,
        was_known(joined, joined.known_by),
    )
    return joined.select(*KEYS).distinct().mutate(listed=ibis.literal(True))


def _none_of(keys: ir.Table, **columns: str) -> ir.Table:
    return keys.filter(ibis.literal(False)).mutate(**{name: ibis.null(kind) for name, kind in columns.items()})
