"""Evergreening (借新还旧、展期掩盖不良): defaults that an extension kept from being seen.

Grain   one row per (borrower_id, loan_id, default_on, how)
Reads   loans, outcomes; instalments and payments, ledger for lateness (events/arrears.py); findings of difficulty
Known   everything by one day, `known_by`
Distressed extension (困难展期)  a loan that replaces another, or was restructured, on a day on which the borrower was,
        or had been within the months before, so many days late on any loan, or was found in difficulty; and those
        listed
Loan for loan (借新还旧)  a loan that the book says repays another one, whoever the borrower; and those listed. Not the
        clean renewal (无还本续贷): the same or a smaller amount, the old loan told of in the 12 months before and never
        more than 7 days late
Nulls   an extension without a day is not there; what nobody knows of an old loan does not make its renewal clean
"""

from datetime import date

import ibis
import ibis.expr.types as ir

from ews.events.arrears import default_days, loan_states
from ews.events.book import Book, was_known
from ews.outcomes.definition import Definition

CLEAN_UP_TO_DAYS, CLEAN_MONTHS = 7, 12
"""As features and tiers have it: up to 7 days late can be a technical matter (Order [2023] No. 1)."""
DIFFICULTY = (("financial_difficulty", "unresolved"), ("repayment_ability", "unable"))
"""Findings that say a borrower is in difficulty: field and value."""
DISTRESSED, LOAN_FOR_LOAN = "distressed_extension", "loan_for_loan"

_EXTENSION = ("borrower_id", "loan_id", "default_on")


def hidden_defaults(book: Book, definition: Definition, *, known_by: date) -> ir.Table:
    """Return what the variants of `definition` find up to `known_by`, each with `how`."""
    found = []
    if definition.distressed_extension:
        found += [
            (_distressed(book, definition, known_by), DISTRESSED),
            (_listed(book, DISTRESSED, known_by), DISTRESSED),
        ]
    if definition.loan_for_loan:
        found += [(_unclean(book, known_by), LOAN_FOR_LOAN), (_listed(book, LOAN_FOR_LOAN, known_by), LOAN_FOR_LOAN)]
    parts = [part.select(*_EXTENSION, how=ibis.literal(how)) for part, how in found if part is not None]
    if not parts:
        return ibis.memtable(
            [], schema={**dict.fromkeys(_EXTENSION[:2], "string"), "default_on": "date", "how": "string"}
        )
    rows = ibis.union(*parts, distinct=True) if len(parts) > 1 else parts[0].distinct()
    return book.kept(rows.filter(rows.default_on <= known_by))


def _renewals(book: Book, known_by: date) -> ir.Table:
    """Return the loans that the book says repay another, with `old_id` and both principals."""
    loans = book.table("loans")
    loans = loans.filter(was_known(loans, known_by), loans["product"] != "card")
    new = loans.filter(loans.replaces_loan_id.notnull(), loans.opened_on.notnull())
    old = loans.select(old_id="loan_id", old_principal="principal")
    new = new.select("borrower_id", "loan_id", "principal", default_on="opened_on", replaced_id="replaces_loan_id")
    return new.left_join(old, new.replaced_id == old.old_id)


def _distressed(book: Book, definition: Definition, known_by: date) -> ir.Table | None:
    if not book.has("loans"):
        return None
    loans = book.table("loans")
    changed = loans.filter(was_known(loans, known_by), loans.restructured_on.notnull())
    parts = [_renewals(book, known_by).select(*_EXTENSION)]
    parts.append(changed.select("borrower_id", "loan_id", default_on="restructured_on"))
    restructured = _listed(book, "restructured", known_by)
    if restructured is not None:
        parts.append(restructured)
    rows = book.kept(ibis.union(*parts, distinct=True))
    signs = [*_late_before(book, rows, definition, known_by), *_in_difficulty(book, rows, definition, known_by)]
    days = ibis.union(*signs) if len(signs) > 1 else signs[0]
    return rows.semi_join(days, ["borrower_id", "default_on"])


def _late_before(book: Book, rows: ir.Table, definition: Definition, known_by: date) -> list[ir.Table]:
    """Return who (borrower_id, default_on) was late: a loan became so within the months before, or was on the eve."""
    late = default_days(book, above_dpd=definition.distress_from_dpd - 1, known_by=known_by)
    late = book.kept(late.select("borrower_id", late_on="default_on").distinct())
    became = rows.inner_join(late, "borrower_id")
    since = became.default_on - ibis.interval(months=definition.distress_within_months)
    became = became.filter(became.late_on > since, became.late_on <= became.default_on)
    eves = rows.select(
        "borrower_id",
        as_of=(rows.default_on - ibis.interval(days=1)).cast("date"),
        known_by=ibis.literal(known_by),
    ).distinct()
    states = loan_states(book, eves)
    stood = states.filter(states.dpd >= definition.distress_from_dpd)
    on_eve = stood.select("borrower_id", default_on=(stood.as_of + ibis.interval(days=1)).cast("date"))
    return [became.select("borrower_id", "default_on"), on_eve]


def _in_difficulty(book: Book, rows: ir.Table, definition: Definition, known_by: date) -> list[ir.Table]:
    if not book.has("findings"):
        return []
    found = book.table("findings")
    says = ibis.or_(*((found.field == field) & (found["value"] == value) for field, value in DIFFICULTY))
    found = found.filter(says, was_known(found, known_by)).select("borrower_id", "found_on")
    both = rows.inner_join(found, "borrower_id")
    since = both.default_on - ibis.interval(months=definition.distress_within_months)
    return [both.filter(both.found_on > since, both.found_on <= both.default_on).select("borrower_id", "default_on")]


def _unclean(book: Book, known_by: date) -> ir.Table | None:
    if not book.has("loans"):
        return None
    rows = book.kept(_renewals(book, known_by))
    late = default_days(book, above_dpd=CLEAN_UP_TO_DAYS, known_by=known_by).select(old_id="loan_id", day="default_on")
    told = [_told(book, name, day, known_by) for name, day in (("ledger", "stated_on"), ("instalments", "due_on"))]
    told = [part for part in told if part is not None]
    if not told:
        return rows
    spoken = _in_the_year(rows, ibis.union(*told) if len(told) > 1 else told[0])
    same = rows.filter(rows.principal <= rows.old_principal).select("loan_id")
    clean = same.semi_join(spoken, "loan_id").anti_join(_in_the_year(rows, late), "loan_id")
    return rows.anti_join(clean, "loan_id")


def _told(book: Book, name: str, day: str, known_by: date) -> ir.Table | None:
    if not book.has(name):
        return None
    rows = book.table(name)
    rows = rows.filter(was_known(rows, known_by))
    rows = rows.filter(rows.dpd.notnull()) if name == "ledger" else rows
    return rows.select(old_id="loan_id", day=day)


def _in_the_year(rows: ir.Table, days: ir.Table) -> ir.Table:
    """Return the loan_id of `rows` whose old loan has one of `days` in the year before the new one."""
    both = rows.select("loan_id", "old_id", "default_on").inner_join(days, "old_id")
    since = both.default_on - ibis.interval(months=CLEAN_MONTHS)
    return both.filter(both.day > since, both.day <= both.default_on).select("loan_id").distinct()


def _listed(book: Book, kind: str, known_by: date) -> ir.Table | None:
    if not book.has("outcomes"):
        return None
    rows = book.table("outcomes")
    rows = rows.filter(rows["kind"] == kind, rows.occurred_on.notnull(), was_known(rows, known_by))
    return rows.select("borrower_id", "loan_id", default_on="occurred_on")
