"""Finding facts: what checks and approvals established, as facts of loans and borrowers.

Grain   the rows given; no row is added or lost
Reads   findings
Counts  the newest finding on the loan or, without a loan, on the borrower. One on the borrower that is newer than one
        on the loan counts only where it is the worse: what was found on a loan is not undone in general
Nulls   nothing found is the word "none" or false, also without a table of findings: that is a fact, not blindness.
        impairment_share is null. A value that is not one of the words is passed over and leaves standing what was
        found before; `not_understood` counts such values
Able    that the debtor is able to pay counts where it was found after the newest listed outcome, and after the bank
        first knew of that outcome; what was found before cannot have weighed it
"""

from collections.abc import Mapping
from datetime import date
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

from ews.events.book import Book, was_known
from ews.outcomes.definition import OUTCOME_KINDS

WORDS: Mapping[str, tuple[str, ...]] = {
    "use_of_funds": ("none", "as_agreed", "diverted"),
    "external_rating": ("none", "stable", "downgraded_sharply"),
    "bankruptcy": ("none", "reorganisation", "liquidation"),
    "repayment_ability": ("none", "able", "unable"),
}
"""What may be found on facts that are words, the worst last."""

FLAGS: Mapping[str, tuple[str, ...]] = {
    "impaired": ("no", "yes"),
    "debt_evasion": ("no", "yes"),
    "credit_enhancement": ("recognised", "none"),
}
"""What may be found on facts that are flags, the worst last."""

TRUE_OF: Mapping[str, tuple[str, int]] = {
    "impaired": ("impaired", 1),
    "debt_evasion": ("debt_evasion", 1),
    "enhanced": ("credit_enhancement", 0),
}
"""Field and place of the word that make each flag true."""

SHARE = "impairment_share"
ABILITY, ABLE = "repayment_ability", "able"
CAUSE, EXCUSING = "overdue_cause", ("operational", "technical")
STOPPAGE: tuple[str, ...] = ("none", "no", "partly", "yes")
SIZES = ("micro", "small", "medium", "large")
RESOLVED, UNRESOLVED = "resolved", "unresolved"
ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "use_of_funds": ("unclear",),
    "stoppage": STOPPAGE,
    "firm_size": SIZES,
    "financial_difficulty": (RESOLVED, UNRESOLVED),
}
"""Words that are understood besides those of WORDS and FLAGS; "unclear" leaves standing what was found before."""

OWN_BUSINESS = "use_of_funds"
"""Found on a borrower, it reaches business loans only."""

_FIELDS: Mapping[str, tuple[str, ...]] = {**WORDS, **FLAGS}
_KEYS = ("borrower_id", "loan_id", "as_of")
_DAY = ("borrower_id", "as_of")


def with_findings(book: Book, loans: ir.Table) -> ir.Table:
    """Add WORDS, flags, overdue_excused and impairment_share to loans with _KEYS, known_by, product, dpd."""
    if not book.has("findings"):
        return loans.mutate(
            **dict.fromkeys(WORDS, ibis.literal("none")),
            **dict.fromkeys((*TRUE_OF, "overdue_excused"), ibis.literal(value=False)),
            impairment_share=ibis.null("float64"),
        )
    found = _by_loan(book, _understood(book), loans)
    both = loans.left_join(found, _KEYS, rname="{name}_found")
    both = both.left_join(_excused(book, loans), _KEYS, rname="{name}_excused")
    return both.select(
        *loans.columns,
        **{
            field: ibis.cases(*((both[_place(field)] == place, word) for place, word in enumerate(words)), else_="none")
            for field, words in WORDS.items()
        },
        **{flag: (both[_place(field)] == place).fill_null(False) for flag, (field, place) in TRUE_OF.items()},
        impairment_share=both[_place(SHARE)].cast("float64"),
        overdue_excused=both.is_excused.fill_null(False),
    )


def borrower_findings(book: Book, days: ir.Table, valid_months: int) -> ir.Table:
    """Return borrower_id, as_of and `stoppage` (newest finding of the last `valid_months`) per row of `days`."""
    if not book.has("findings"):
        return days.select(*_DAY, stoppage=ibis.literal("none"))
    rows = _known(days, book.table("findings"))
    since = rows.as_of - ibis.interval(months=valid_months)
    rows = rows.filter(rows.field == "stoppage", rows["value"].isin(STOPPAGE), rows.found_on > since)
    newest = rows.mutate(turn=_newest_first(_DAY)).filter(lambda table: table.turn == 0)
    both = days.select(*_DAY).left_join(newest.select(*_DAY, found="value"), _DAY)
    return both.select(*_DAY, stoppage=both.found.fill_null("none"))


def newest_word(book: Book, days: ir.Table, field: str, words: tuple[str, ...]) -> ir.Table:
    """Return borrower_id, as_of, loan_id (null: the borrower), `word` and `found_on` of the newest finding of each."""
    if not book.has("findings"):
        nothing = {"loan_id": "string", "word": "string", "found_on": "date"}
        return days.select(*_DAY, **{name: ibis.null(kind) for name, kind in nothing.items()}).limit(0)
    rows = _known(days, book.table("findings"))
    rows = rows.filter(rows.field == field, rows["value"].isin(words))
    newest = rows.mutate(turn=_newest_first((*_DAY, "loan_id"))).filter(lambda table: table.turn == 0)
    return newest.select(*_DAY, "loan_id", "found_on", word="value")


def not_understood(book: Book, by: date) -> int:
    """Return how many findings known on `by` hold a value that their field does not know."""
    if not book.has("findings"):
        return 0
    rows = book.table("findings")
    rows = rows.filter(was_known(rows, by), rows.field.isin([*_FIELDS, *ELSEWHERE, SHARE]))
    words = [(rows.field == field) & rows["value"].isin(words) for field, words in ELSEWHERE.items()]
    understood = reduce(or_, words, _place_of(rows).notnull())
    return int(rows.filter(~understood.fill_null(False)).count().execute())


def _understood(book: Book) -> ir.Table:
    """Return the findings of _FIELDS and SHARE with `place`: the worse, the higher."""
    rows = book.table("findings")
    rows = rows.filter(rows.field.isin([*_FIELDS, SHARE]))
    return rows.mutate(place=_place_of(rows)).filter(lambda table: table.place.notnull())


def _place_of(rows: ir.Table) -> ir.FloatingValue:
    share = rows["value"].try_cast("float64")
    cases = [
        ((rows.field == field) & (rows["value"] == word), float(place))
        for field, words in _FIELDS.items()
        for place, word in enumerate(words)
    ]
    return ibis.cases(*cases, ((rows.field == SHARE) & share.between(0, 1), share), else_=ibis.null("float64"))


def _by_loan(book: Book, findings: ir.Table, loans: ir.Table) -> ir.Table:
    """Return _KEYS and the place of each field, for loans of which something was found."""
    rows = _since_listed(book, _known(loans.select(*_KEYS, "known_by", "product"), findings))
    reaches = (rows.field != OWN_BUSINESS) | (rows["product"] == "business").fill_null(False)
    rows = rows.filter((rows.loan_id_told == rows.loan_id) | (rows.loan_id_told.isnull() & reaches))
    rows = rows.mutate(is_own=rows.loan_id_told.notnull())
    either = rows.mutate(turn=_newest_first((*_KEYS, "field", "is_own"))).filter(lambda table: table.turn == 0)
    # at most two rows per loan and field are left: the newest on the loan and the newest on its borrower
    ordered = either.mutate(
        turn=_newest_first((*_KEYS, "field")),
        worst=either.place.max().over(ibis.window(group_by=[*_KEYS, "field"])),
    ).filter(lambda table: table.turn == 0)
    place = ibis.ifelse(ordered.is_own, ordered.place, ordered.worst)
    told = ordered.select(*_KEYS, "field", place=place)
    return told.group_by(*_KEYS).aggregate(
        **{_place(field): told.place.max(where=told.field == field) for field in (*_FIELDS, SHARE)}
    )


def _since_listed(book: Book, rows: ir.Table) -> ir.Table:
    """Return the findings but those of an ability to pay that a listed outcome, or the word of it, came after."""
    if not book.has("outcomes"):
        return rows
    outcomes = book.table("outcomes")
    told = ibis.window(group_by="outcome_id")  # a correction is no new word of it
    outcomes = outcomes.mutate(told_on=outcomes.known_on.min().over(told))
    listed = rows.select(*_DAY, "known_by").distinct().inner_join(outcomes, "borrower_id")
    listed = listed.filter(
        was_known(listed, listed.known_by), listed.occurred_on <= listed.as_of, listed["kind"].isin(OUTCOME_KINDS)
    )
    newest = listed.group_by(*_DAY).aggregate(listed_on=ibis.greatest(listed.occurred_on, listed.told_on).max())
    both = rows.left_join(newest, _DAY, rname="{name}_listed")
    is_able = (both.field == ABILITY) & (both["value"] == ABLE)
    return both.filter(~(is_able & (both.found_on <= both.listed_on)).fill_null(False)).select(*rows.columns)


def _excused(book: Book, loans: ir.Table) -> ir.Table:
    """Return the loans whose present arrears have a cause on record, found on one of their days."""
    rows = book.table("findings")
    rows = rows.filter(rows.field == CAUSE, rows["value"].isin(EXCUSING), rows.loan_id.notnull())
    both = loans.filter(loans.dpd > 0).select(*_KEYS, "known_by", "dpd").inner_join(rows, ["borrower_id", "loan_id"])
    both = both.filter(was_known(both, both.known_by), both.found_on <= both.as_of)
    present = both.as_of.delta(both.found_on, unit="day") < both.dpd
    return both.filter(present).select(*_KEYS).distinct().mutate(is_excused=ibis.literal(value=True))


def _known(days: ir.Table, findings: ir.Table) -> ir.Table:
    rows = days.inner_join(findings, "borrower_id", rname="{name}_told")
    return rows.filter(was_known(rows, rows.known_by), rows.found_on <= rows.as_of)


def _newest_first(group: tuple[str, ...]) -> ir.IntegerValue:
    order = [ibis.desc("found_on"), ibis.desc("known_on"), ibis.desc("finding_id")]
    return ibis.row_number().over(ibis.window(group_by=list(group), order_by=order))


def _place(field: str) -> str:
    return f"_place_{field}"
