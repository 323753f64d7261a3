"""Labels (表现结果): what became of a borrower within the horizon after a snapshot.

Grain   one row per (borrower_id, as_of, known_by) of the spine
Reads   loans, instalments, payments, ledger, outcomes
Window  (as_of, as_of + horizon]; what is known at the end of the label's `known_by` counts, also of as_of itself
Nulls   default_on is null without a dated default; closed_early is null while the horizon runs or without loans

A label is mature when its horizon has ended within what the book speaks of, for defaulters too: to count early
defaults of a running horizon would make young snapshots look bad. Where the book's label is a list without dates,
the label is mature once the list is known; such a list says that default followed, not when.
"""

from datetime import date

import ibis
import ibis.expr.types as ir

from ews.events.arrears import arrears_reach, default_days
from ews.events.book import Book, was_known
from ews.outcomes.definition import Definition
from ews.outcomes.evergreening import hidden_defaults
from ews.outcomes.horizon import months_later
from ews.outcomes.standing import KEYS, standing

_CLOSED = "closed"


def labels(book: Book, spine: ir.Table, definition: Definition, *, known_by: date) -> ir.Table:
    """Return the label of each row of `spine` (borrower_id, as_of, known_by).

    Adds to `standing`: ends_on (last day of the horizon), defaulted (0/1), default_on, undated (default by a list
    without a date), closed_early (left before the last loan was due, no default: a competing exit, label 0),
    mature, in_default_learnt_later (by what is known on `known_by` in default on as_of already, which nobody knew
    then: neither good nor ahead), label_known_by (`known_by`: nothing in the label was learnt later).
    """
    rows = _with_later_standing(book, _with_horizon(book, spine, definition), definition, known_by)
    reach = label_reach(book, definition, known_by)
    seen = seen_reach(book, definition, known_by)
    rows = _with_first_default(book, rows, definition, known_by)
    rows = _with_undated(book, rows, definition, known_by)
    by_list = not definition.use_dpd and _has_list(book, definition, known_by)
    rows = rows.mutate(
        defaulted=(rows.default_on.notnull() | rows.undated).cast("int8"),
        mature=(rows.as_of <= known_by) if by_list else (rows.ends_on <= reach),
        label_known_by=ibis.literal(known_by),
    )
    fates = book.kept(rows)
    return book.kept(_with_exits(book, fates, definition, seen, known_by))


def at_risk(label: ir.Table) -> ir.Table:
    """Return the rows of `labels` that can still default: with a live loan, not in default, as far as is known now."""
    return label.filter(label.live, ~label.in_default, ~label.in_default_learnt_later)


def label_reach(book: Book, definition: Definition, known_by: date) -> date:
    """Return the last day of which the book, as known on `known_by`, can tell defaults."""
    reach = min(known_by, book.manifest.known_to)
    if not definition.use_dpd:
        return reach
    told = arrears_reach(book, known_by=known_by)
    return min(reach, told or book.manifest.extracted_on)


def seen_reach(book: Book, definition: Definition, known_by: date) -> date:
    """Return the last day of which the book can tell who had left: outcomes added since the extract do not."""
    return min(label_reach(book, definition, known_by), book.manifest.extracted_on)


def _with_later_standing(book: Book, rows: ir.Table, definition: Definition, known_by: date) -> ir.Table:
    days = rows.filter(rows.live, ~rows.in_default).select("borrower_id", "as_of", known_by=ibis.literal(known_by))
    later = standing(book, days.distinct(), definition)
    later = later.filter(later.in_default).select("borrower_id", "as_of", learnt="in_default")
    joined = rows.left_join(later, ["borrower_id", "as_of"])
    learnt = joined.learnt.fill_null(False) & joined.live & ~joined.in_default
    return joined.select(*rows.columns, in_default_learnt_later=learnt)


def _with_horizon(book: Book, spine: ir.Table, definition: Definition) -> ir.Table:
    days = spine.select("as_of").distinct().order_by("as_of").to_pyarrow()["as_of"].to_pylist()
    ends = [months_later(day, definition.horizon_months) for day in days]
    calendar = ibis.memtable({"as_of": days, "ends_on": ends}, schema={"as_of": "date", "ends_on": "date"})
    stand = standing(book, spine, definition)
    return stand.inner_join(calendar, "as_of").select(*stand.columns, "ends_on")


def _with_first_default(book: Book, rows: ir.Table, definition: Definition, known_by: date) -> ir.Table:
    found = []
    if definition.use_dpd and book.has("loans"):
        found.append(_late_days(book, rows, definition, known_by))
    if book.has("outcomes"):
        dated = _known_outcomes(book, definition.listed_kinds, known_by).select("borrower_id", "occurred_on")
        found.append(rows.inner_join(dated, "borrower_id").select(*KEYS, "ends_on", default_on="occurred_on"))
    if definition.sees_extensions:
        hidden = hidden_defaults(book, definition, known_by=known_by).select("borrower_id", "default_on")
        found.append(rows.inner_join(hidden, "borrower_id").select(*KEYS, "ends_on", "default_on"))
    if not found:
        return rows.mutate(default_on=ibis.null("date"))
    days = ibis.union(*found) if len(found) > 1 else found[0]
    days = days.filter(days.default_on > days.as_of, days.default_on <= days.ends_on)
    first = days.group_by(*KEYS).aggregate(default_on=days.default_on.min())
    return rows.left_join(first, KEYS).select(*rows.columns, "default_on")


def _late_days(book: Book, rows: ir.Table, definition: Definition, known_by: date) -> ir.Table:
    """Return the days on which loans went into default, for who owed them on as_of or, where new, came to owe them."""
    late = default_days(book, above_dpd=definition.default_above_dpd, known_by=known_by)
    late = book.kept(late)
    loans = book.table("loans").select("loan_id", "borrower_id", loan_on="known_on", loan_until="known_until")
    owed = rows.inner_join(loans, "borrower_id")
    owed = owed.filter(owed.loan_on <= owed.known_by, owed.loan_until.isnull() | (owed.loan_until > owed.known_by))
    old = owed.inner_join(late.drop("borrower_id"), "loan_id")
    new = rows.inner_join(late, "borrower_id")
    stood = (loans.loan_on <= new.known_by) & (loans.loan_until.isnull() | (loans.loan_until > new.known_by))
    new = new.anti_join(loans, [new.loan_id == loans.loan_id, stood])
    wanted = (*KEYS, "ends_on", "default_on")
    return ibis.union(old.select(*wanted), new.select(*wanted))


def _with_undated(book: Book, rows: ir.Table, definition: Definition, known_by: date) -> ir.Table:
    if not book.has("outcomes"):
        return rows.mutate(undated=ibis.literal(False))
    undated = _known_outcomes(book, definition.listed_kinds, known_by).filter(lambda t: t.occurred_on.isnull())
    borrowers = undated.select(listed_id="borrower_id").distinct()
    joined = rows.left_join(borrowers, rows.borrower_id == borrowers.listed_id)
    return joined.select(*rows.columns, undated=joined.listed_id.notnull() & joined.default_on.isnull())


def _has_list(book: Book, definition: Definition, known_by: date) -> bool:
    """Return whether outcomes without a date are known on `known_by`."""
    if not book.has("outcomes"):
        return False
    undated = _known_outcomes(book, definition.listed_kinds, known_by).filter(lambda t: t.occurred_on.isnull())
    return bool(undated.count().to_pyarrow().as_py())


def _with_exits(book: Book, rows: ir.Table, definition: Definition, reach: date, known_by: date) -> ir.Table:
    closed = _closed_outcomes(book, rows, known_by)
    if not book.has("loans"):
        return rows.mutate(closed_early=ibis.null("boolean"))
    ended = rows.filter(rows.live, rows.ends_on <= reach)
    days = ended.select("borrower_id", as_of="ends_on", known_by=ibis.literal(known_by)).distinct()
    later = standing(book, days, definition).select("borrower_id", ends_on="as_of", live_later="live")
    joined = rows.left_join(later, ["borrower_id", "ends_on"]).select(*rows.columns, "live_later")
    joined = joined.left_join(closed, KEYS).select(*joined.columns, "closed_in_time")
    still_due = joined.due_last_on.isnull() | (joined.due_last_on > joined.ends_on)
    left = (~joined.live_later & still_due) | joined.closed_in_time.fill_null(False)
    known = joined.live & (joined.ends_on <= reach)
    exits = ibis.ifelse(known, left & (joined.defaulted == 0), ibis.null("boolean"))
    return joined.mutate(closed_early=exits).drop("live_later", "closed_in_time")


def _closed_outcomes(book: Book, rows: ir.Table, known_by: date) -> ir.Table:
    if not book.has("outcomes"):
        return rows.filter(ibis.literal(False)).select(*KEYS, closed_in_time=ibis.null("boolean"))
    closed = _known_outcomes(book, (_CLOSED,), known_by).filter(lambda table: table.loan_id.isnull())
    closed = closed.select("borrower_id", closed_on="occurred_on")
    joined = rows.inner_join(closed, "borrower_id")
    joined = joined.filter(joined.closed_on > joined.as_of, joined.closed_on <= joined.ends_on)
    return joined.select(*KEYS).distinct().mutate(closed_in_time=ibis.literal(True))


def _known_outcomes(book: Book, kinds: tuple[str, ...], known_by: date) -> ir.Table:
    outcomes = book.table("outcomes")
    return outcomes.filter(outcomes["kind"].isin(kinds), was_known(outcomes, known_by))
