"""Restructuring and cure: what a loan was before, and how much of its observation it has served.

Grain   the rows given; no row is added or lost
Reads   loans (all versions), instalments and payments, ledger; findings; the loan states of the predecessor
Non-performing before   the predecessor left it so; or the book shows a day past due above the limit and no clean
        stretch since then that would have cured it, or one that ended its cure while another claim on the debtor was
        not cured, which still is not. A loan that repays such a loan inherits it (else refinancing would cure) until it
        has served a cure of its own
Observation   from the first due date after the restructuring, after the end of arrears since then and after a finding
        that the difficulty is unresolved, whenever that is. Once served it stays served otherwise: later arrears are
        arrears, not observation
Again   a second restructuring before months and due dates of the observation were served, by the predecessor's state;
        without one within those months of the first; days less than APART_DAYS apart are one, corrected
Nulls   observation_* until a due date of the observation has passed
"""

from datetime import date

import ibis
import ibis.expr.types as ir

from ews.domain.levels import Tier
from ews.events.arrears import default_days
from ews.events.book import Book
from ews.features.window import KEYS
from ews.policy.policy import Policy
from ews.scoring.finding_facts import UNRESOLVED, newest_word
from ews.scoring.payment_record import LOAN, whole_months

APART_DAYS = 31
"""A day of restructuring that moved by less was corrected; no loan is restructured twice within a month."""
DIFFICULTY = "financial_difficulty"


def with_history(
    book: Book, loans: ir.Table, stretches: ir.Table, before: ir.Table, policy: Policy, on: date, known_by: date
) -> ir.Table:
    """Add what history says to loans with LOAN, restructured_on, opened_on and replaces_loan_id.

    `stretches` are the clean_stretches of all loans, `before` has states.LOANS.
    Adds restructured_again, was_non_performing (flags), observation_months, observation_periods (int64), npl_since
    and observed_from (dates, for the states).
    """
    bad = _non_performing(book, loans, stretches, before, policy, on, known_by)
    seen = _observed(book, loans, stretches, policy, on)
    again = _again(book, loans, stretches, before, policy, on)
    joined = loans.left_join(bad, LOAN, rname="{name}_bad").left_join(seen, LOAN, rname="{name}_seen")
    joined = joined.left_join(again, LOAN, rname="{name}_again")
    return joined.select(
        *loans.columns,
        was_non_performing=joined.npl_since.notnull(),
        restructured_again=joined.is_again.fill_null(False),
        observation_months=joined.observation_months,
        observation_periods=joined.observation_periods,
        npl_since=joined.npl_since,
        observed_from=joined.observed_from,
    )


def _non_performing(
    book: Book, loans: ir.Table, stretches: ir.Table, before: ir.Table, policy: Policy, on: date, known_by: date
) -> ir.Table:
    """Return LOAN and npl_since of the loans that are non-performing or not yet cured."""
    cures = _cures(stretches, policy, on)
    defaults = _defaults(book, policy, on, known_by)
    left = _left_by(before)
    own = _uncured(loans.select(*LOAN), defaults, cures)
    own = own.union(_waiting(loans.select(*LOAN), own, defaults, cures, policy, on).cast(own.schema()))
    joined = loans.left_join(own, LOAN, rname="{name}_book").left_join(left, "loan_id", rname="{name}_left")
    joined = joined.mutate(since=ibis.least(joined.book_since, joined.left_since))
    handed = _handed_down(loans, defaults, stretches, left, policy, on)
    cured = cures.select(*LOAN).distinct()
    handed = handed.anti_join(cured, LOAN)
    both = joined.left_join(handed, LOAN, rname="{name}_old")
    found = both.select(*LOAN, npl_since=both.since.coalesce(both.old_since))
    return found.filter(found.npl_since.notnull())


def _left_by(before: ir.Table) -> ir.Table:
    """Return loan_id and the day since when the predecessor had it as non-performing or not yet cured."""
    bad = before.npl_since.notnull() | (before.own_tier_rank >= Tier.SUBSTANDARD.rank)
    return before.filter(bad).select("loan_id", left_since=before.npl_since.coalesce(before.seen_on))


def _defaults(book: Book, policy: Policy, on: date, known_by: date) -> ir.Table:
    above = int(policy.value_on("substandard_above_dpd", on))
    days = default_days(book, above_dpd=above, known_by=known_by)
    return days.filter(days.default_on <= on).select("loan_id", "default_on")


def _cures(stretches: ir.Table, policy: Policy, on: date, *, until: ir.DateValue | None = None) -> ir.Table:
    """Return the stretches long enough to cure; `until` ends them earlier."""
    ends = stretches.late_from.coalesce(stretches.as_of)
    ends = ends if until is None else ibis.least(ends, until)
    months, periods = policy.value_on("cure_months", on), policy.value_on("cure_periods", on)
    return stretches.filter(whole_months(stretches.clean_from, ends) >= months, stretches.beats.length() >= periods)


def _uncured(loans: ir.Table, defaults: ir.Table, cures: ir.Table) -> ir.Table:
    """Return LOAN and book_since, the first day in default after the last cure, null where there is none."""
    last = cures.group_by(*LOAN).aggregate(cured_from=cures.clean_from.max())
    rows = loans.inner_join(defaults, "loan_id").left_join(last, LOAN, rname="{name}_cure")
    rows = rows.filter(rows.cured_from.isnull() | (rows.default_on > rows.cured_from))
    return rows.group_by(*LOAN).aggregate(book_since=rows.default_on.min())


def _waiting(
    loans: ir.Table, open_: ir.Table, defaults: ir.Table, cures: ir.Table, policy: Policy, on: date
) -> ir.Table:
    """Return LOAN and book_since of the loans whose cure ended while another loan of the debtor was in `open_`."""
    months, periods = policy.value_on("cure_months", on), policy.value_on("cure_periods", on)
    rows = loans.anti_join(open_, LOAN).inner_join(defaults, "loan_id").inner_join(cures, LOAN, rname="{name}_cure")
    rows = rows.filter(rows.clean_from > rows.default_on)
    ended = ibis.greatest(
        (rows.clean_from + ibis.interval(months=int(months))).cast("date"), rows.beats[int(periods) - 1]
    )
    # the first stretch long enough after the last default is the one that cured
    each = rows.group_by(*LOAN, "default_on").aggregate(ended=ended.min())
    spells = each.group_by(*LOAN, "ended").aggregate(since=each.default_on.min())
    last = spells.group_by(*LOAN).aggregate(book_since=spells.since.argmax(spells.ended), ended=spells.ended.max())
    both = last.inner_join(open_.select(*KEYS, other_id="loan_id", other_since="book_since"), KEYS)
    held = both.filter(both.other_id != both.loan_id, both.other_since <= both.ended)
    return held.group_by(*LOAN).aggregate(book_since=held.book_since.max())


def _handed_down(
    loans: ir.Table, defaults: ir.Table, stretches: ir.Table, left: ir.Table, policy: Policy, on: date
) -> ir.Table:
    """Return LOAN and old_since of the loans that repaid one that was non-performing when they were paid out."""
    new = loans.filter(loans.replaces_loan_id.notnull()).select(*LOAN, "opened_on", old_id="replaces_loan_id")
    old = new.inner_join(stretches.drop(*KEYS), [("old_id", "loan_id")], rname="{name}_old")
    cured = _cures(old, policy, on, until=old.opened_on)
    last = cured.group_by(*LOAN).aggregate(cured_from=cured.clean_from.max())
    rows = new.inner_join(defaults, [("old_id", "loan_id")], rname="{name}_old")
    rows = rows.left_join(last, LOAN, rname="{name}_cure")
    is_open = rows.cured_from.isnull() | (rows.default_on > rows.cured_from)
    rows = rows.filter(is_open, rows.opened_on.isnull() | (rows.default_on <= rows.opened_on))
    by_book = rows.group_by(*LOAN).aggregate(by_book=rows.default_on.min())
    by_state = new.inner_join(left, [("old_id", "loan_id")], rname="{name}_left").select(*LOAN, "left_since")
    both = new.left_join(by_book, LOAN, rname="{name}_book").left_join(by_state, LOAN, rname="{name}_state")
    found = both.select(*LOAN, old_since=ibis.least(both.by_book, both.left_since))
    return found.filter(found.old_since.notnull())


def _observed(book: Book, loans: ir.Table, stretches: ir.Table, policy: Policy, on: date) -> ir.Table:
    """Return LOAN, observed_from, observation_months and observation_periods of restructured loans."""
    base = _observed_after(book, loans)
    spans = base.inner_join(stretches, LOAN, rname="{name}_span")
    ends = spans.late_from.coalesce(spans.as_of)
    spans = spans.mutate(ends=ends, start=ibis.greatest(spans.clean_from, spans.after_on)).filter(ends > spans.after_on)
    spans = spans.mutate(due=_after(spans.beats, spans.start)).filter(lambda table: table.due.length() > 0)
    months = whole_months(spans.due[0], spans.ends)
    periods = (spans.due.length() - 1).cast("int64")
    is_served = (months >= policy.value_on("restructured_observation_months", on)) & (
        periods >= policy.value_on("restructured_observation_periods", on)
    )
    told = spans.mutate(
        observed_from=spans.due[0], observation_months=months, observation_periods=periods, is_served=is_served
    ).filter(lambda table: table.is_served | table.late_from.isnull())
    order = ibis.window(group_by=list(LOAN), order_by=[ibis.desc("is_served"), ibis.desc("clean_from")])
    first = told.mutate(turn=ibis.row_number().over(order)).filter(lambda table: table.turn == 0)
    return first.select(*LOAN, "observed_from", "observation_months", "observation_periods")


def _after(days: ir.ArrayValue, start: ir.DateValue) -> ir.ArrayValue:
    return days.filter(lambda day: day > start)


def _observed_after(book: Book, loans: ir.Table) -> ir.Table:
    """Return LOAN and after_on: the restructuring, or the last finding since then that the difficulty is unresolved."""
    days = loans.filter(loans.restructured).select(*LOAN, "restructured_on")
    found = newest_word(book, days.select(*KEYS).distinct(), DIFFICULTY, (UNRESOLVED,))
    rows = days.inner_join(found, ["borrower_id", "as_of"], rname="{name}_told")
    concerns = rows.loan_id_told.isnull() | (rows.loan_id_told == rows.loan_id)
    rows = rows.filter(concerns, rows.found_on > rows.restructured_on)
    last = rows.group_by(*LOAN).aggregate(found_on=rows.found_on.max())
    both = days.left_join(last, LOAN, rname="{name}_last")
    return both.select(*LOAN, after_on=ibis.greatest(both.restructured_on, both.found_on))


def _again(book: Book, loans: ir.Table, stretches: ir.Table, before: ir.Table, policy: Policy, on: date) -> ir.Table:
    """Return LOAN and is_again of restructured loans."""
    least = policy.value_on("restructured_observation_months", on)
    new = loans.filter(loans.restructured).select(*LOAN, "restructured_on", "replaces_loan_id")
    left = before.select(
        "loan_id",
        day_before="restructured_on",
        was_again=before.restructured_again.fill_null(False),
        served_from="observed_from",
    )
    both = new.mutate(told_id=new.loan_id).union(new.mutate(told_id=new.replaces_loan_id))  # itself, and what it repays
    rows = both.left_join(left, [("told_id", "loan_id")], rname="{name}_left")
    rows = rows.left_join(_paid_until(rows, stretches), [*LOAN, "told_id"], rname="{name}_paid")
    is_same = rows.restructured_on - ibis.interval(days=APART_DAYS) < rows.day_before
    too_few = rows.paid.fill_null(0) < policy.value_on("restructured_observation_periods", on)
    too_soon = whole_months(rows.served_from, rows.restructured_on) < least
    in_time = rows.served_from.isnull() | too_soon | too_few
    by_state = ibis.ifelse(is_same, rows.was_again, in_time & rows.day_before.notnull()).fill_null(False)
    versions = book.table("loans").filter(lambda table: table.restructured_on.notnull())
    versions = versions.select("known_on", version_id="loan_id", version_day="restructured_on")
    told = new.inner_join(
        versions, [(new.loan_id == versions.version_id) | (new.replaces_loan_id == versions.version_id)]
    )
    earlier = told.version_day <= told.restructured_on - ibis.interval(days=APART_DAYS)
    near = whole_months(told.version_day, told.restructured_on) < least
    by_book = told.filter(told.known_on <= told.known_by, earlier, near).select(*LOAN).distinct()
    known = rows.mutate(by_state=by_state).group_by(*LOAN).aggregate(by_state=lambda table: table.by_state.any())
    joined = known.left_join(by_book.mutate(in_book=True), LOAN, rname="{name}_book")
    return joined.select(*LOAN, is_again=joined.by_state | joined.in_book.fill_null(False))


def _paid_until(rows: ir.Table, stretches: ir.Table) -> ir.Table:
    """Return LOAN, told_id and paid: due dates of the observation paid as due up to the second restructuring."""
    each = rows.select(*LOAN, "told_id", "served_from", "restructured_on")
    spans = each.inner_join(stretches.drop(*KEYS), [("told_id", "loan_id")], rname="{name}_span")
    inside = spans.beats.filter(lambda day: (day > spans.served_from) & (day <= spans.restructured_on))
    counted = spans.mutate(found=inside.length())
    return counted.group_by(*LOAN, "told_id").aggregate(paid=counted.found.sum())
