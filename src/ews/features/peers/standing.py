"""Standing of peers: who is past due or in default, now and 3 months before.

Grain   one row per member
Reads   loans with ledger or with instalments and payments (see events/arrears.py); outcomes for listed defaults
Window  as_of, and the day 3 months before by what was known on that day
Default more than 90 days past due, or listed within the last 12 months: a trade's defaults of long ago say nothing
        of today
Counted who has a live loan whose days past due are known, or is in default
"""

import ibis
import ibis.expr.types as ir

from ews.events.book import Book, was_known
from ews.features.states import days_before, on_days_before, states_of
from ews.features.steps import step
from ews.features.window import KEYS, Spine, joined, lag_of

YEAR = 12
DEFAULT_ABOVE_DPD = 90
DEFAULTS = ("dpd_90", "write_off", "default")
FLAGS = ("counted", "past_due", "in_default")


def sees_arrears(book: Book) -> bool:
    """Return whether the book tells how loans stand."""
    return book.has("loans") and (book.has("ledger") or (book.has("instalments") and book.has("payments")))


def standing_now_and_before(book: Book, spine: Spine, members: Spine) -> ir.Table:
    """Return the FLAGS of each of the spine's peers `members`, 0 or 1, and those of 3 months before (`_before`)."""
    asked = ibis.union(members.table.select(*KEYS), on_days_before(members.table), distinct=True)
    both = step(_flags(book, spine, step(asked)))
    later = days_before(members.table)
    before = both.rename(day="as_of", day_known="known_by").inner_join(later, ["day", "day_known"])
    before = before.select(*KEYS, **{f"{name}_before": before[name] for name in FLAGS})
    table = joined(members, both, before)
    names = [*FLAGS, *(f"{name}_before" for name in FLAGS)]
    return table.select(*KEYS, **{name: table[name].fill_null(0) for name in names})


def _flags(book: Book, spine: Spine, days: ir.Table) -> ir.Table:
    """Return the FLAGS of who has loans or a listing on each of `days`."""
    states = states_of(book, spine, days)
    states = states.filter(states.live, states.dpd.notnull())
    found = states.group_by(*KEYS).aggregate(dpd=states.dpd.max(), listed=ibis.literal(0, "int64"))
    if book.has("outcomes"):
        found = ibis.union(found, _listed(book, days).select(found.columns).cast(found.schema()))
    each = found.group_by(*KEYS).aggregate(dpd=found.dpd.max(), listed=found.listed.max())
    in_default = (each.dpd > DEFAULT_ABOVE_DPD).fill_null(False) | (each.listed > 0)
    past_due = (each.dpd > 0).fill_null(False) | in_default
    return each.select(
        *KEYS,
        counted=ibis.literal(1, "int64"),
        past_due=past_due.cast("int64"),
        in_default=in_default.cast("int64"),
    )


def _listed(book: Book, days: ir.Table) -> ir.Table:
    """Return who was listed with a default within the last 12 months."""
    rows = days.inner_join(book.table("outcomes"), "borrower_id")
    rows = rows.filter(rows["kind"].isin(DEFAULTS), rows.occurred_on <= rows.as_of, was_known(rows, rows.known_by))
    rows = rows.filter(lag_of(rows.occurred_on, rows.as_of) < YEAR)
    return rows.select(*KEYS, dpd=ibis.null("int64"), listed=ibis.literal(1, "int64")).distinct()
