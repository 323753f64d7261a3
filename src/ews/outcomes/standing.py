"""Standing: whether a borrower has a live loan and is in default on a day, by what was known then.

Grain   one row per (borrower_id, as_of, known_by)
Reads   loans, instalments, payments, ledger (see events/arrears.py); outcomes
Cure    an outcome `cured` ends what was listed on earlier days, of its loan or, where it names none, of the borrower;
        days past due speak for themselves
Nulls   dpd is null where no feed speaks of the borrower's loans; without a loans table everyone counts as live
"""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from ews.events.arrears import loan_states
from ews.events.book import Book, was_known
from ews.outcomes.definition import Definition
from ews.outcomes.evergreening import hidden_defaults

KEYS = ("borrower_id", "as_of", "known_by")


def standing(book: Book, days: ir.Table, definition: Definition) -> ir.Table:
    """Return `live`, `dpd` (most over the loans), `due_last_on` (null: open-ended), `listed` and `in_default` per row.

    A dated listed outcome on or before as_of means default from then on, until a cure is listed: cure is decided by
    people. What the variants of `definition` find means default for its months of probation.
    """
    keys = days.select(*KEYS)
    return book.kept(described_standing(book, keys, definition, _probation(book, keys, definition)))


def described_standing(
    book: Book, keys: ir.Table, definition: Definition, probation: Sequence[ir.Table] = ()
) -> ir.Table:
    """Describe the `standing` of `keys`, nothing worked out; `probation` is what hides behind extensions."""
    loans = _loans(book, keys)
    listed = _listed(book, keys, definition, probation)
    both = keys.left_join(loans, KEYS).select(*KEYS, "live", "dpd", "due_last_on")
    both = both.left_join(listed, KEYS).select(*KEYS, "live", "dpd", "due_last_on", "listed")
    late = (both.dpd > definition.default_above_dpd).fill_null(False) if definition.use_dpd else ibis.literal(False)
    live = both.live.fill_null(not book.has("loans"))
    listed = both.listed.fill_null(False)
    return both.mutate(live=live, listed=listed, in_default=late | listed)


def _loans(book: Book, keys: ir.Table) -> ir.Table:
    if not book.has("loans"):
        return _none_of(keys, live="boolean", dpd="int64", due_last_on="date")
    states = loan_states(book, keys)
    open_ended = (states.live & states.matures_on.isnull()).any()
    last = states.matures_on.max(where=states.live)
    return states.group_by(*KEYS).aggregate(
        live=states.live.any(), dpd=states.dpd.max(), due_last_on=ibis.ifelse(open_ended, ibis.null("date"), last)
    )


def _listed(book: Book, keys: ir.Table, definition: Definition, probation: Sequence[ir.Table]) -> ir.Table:
    found = []
    if book.has("outcomes") and definition.listed_kinds:
        found.append(_told(book, keys, definition.listed_kinds))
    found += probation
    if not found:
        return _none_of(keys, listed="boolean")
    days = ibis.union(*found) if len(found) > 1 else found[0]
    return _uncured(book, keys, days).select(*KEYS).distinct().mutate(listed=ibis.literal(True))


def _told(book: Book, keys: ir.Table, kinds: tuple[str, ...]) -> ir.Table:
    """Return the outcomes of `kinds` up to as_of: KEYS, loan_id, occurred_on."""
    joined = keys.inner_join(book.table("outcomes"), "borrower_id")
    joined = joined.filter(
        joined["kind"].isin(kinds), joined.occurred_on <= joined.as_of, was_known(joined, joined.known_by)
    )
    return joined.select(*KEYS, "loan_id", "occurred_on")


def _probation(book: Book, keys: ir.Table, definition: Definition) -> list[ir.Table]:
    """Return, by each day of knowledge, the extensions whose months of probation run on as_of."""
    found: list[ir.Table] = []
    if not definition.sees_extensions:
        return found
    for by in keys.select("known_by").distinct().order_by("known_by").to_pyarrow()["known_by"].to_pylist():
        rows = keys.filter(keys.known_by == by).inner_join(
            hidden_defaults(book, definition, known_by=by), "borrower_id"
        )
        runs = rows.default_on > rows.as_of - ibis.interval(months=definition.probation_months)
        rows = rows.filter(rows.default_on <= rows.as_of, runs)
        found.append(rows.select(*KEYS, "loan_id", occurred_on="default_on"))
    return found


def _uncured(book: Book, keys: ir.Table, days: ir.Table) -> ir.Table:
    if not book.has("outcomes"):
        return days
    cured = _told(book, keys, ("cured",)).select(*KEYS, cured_loan_id="loan_id", cured_on="occurred_on")
    same = (days.loan_id == cured.cured_loan_id) | cured.cured_loan_id.isnull() | days.loan_id.isnull()
    return days.anti_join(cured, [*(days[key] == cured[key] for key in KEYS), same, cured.cured_on > days.occurred_on])


def _none_of(keys: ir.Table, **columns: str) -> ir.Table:
    return keys.filter(ibis.literal(False)).mutate(**{name: ibis.null(kind) for name, kind in columns.items()})
