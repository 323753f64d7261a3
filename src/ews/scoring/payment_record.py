"""Payment record: the stretches of time in which each loan was paid normally, for cure and observation.

Grain   clean_stretches: (borrower_id, as_of, known_by, loan_id, clean_from); with_record: the rows given
Reads   loans; instalments and payments, ledger
Clean   nothing is past due: what fell due until the day before is covered by payments (day by day), and no statement
        says otherwise where the schedule is silent or thin (as events/arrears.py has it). What is paid a day after it
        fell due was never past due. Arrears of a statement begin where its dpd says
Silence a loan that only the ledger tells of is not known to be paid normally where no statement came for so long that
        the one before says nothing any more (STALE_DAYS): a new stretch begins with the next statement
Beats   the due dates that were covered; for loans without a schedule the statements without arrears
Cure    what counts towards a cure begins with the stretch, but not before the loan was non-performing: who never was
        past due and is found to be impaired pays normally from then on
Nulls   months_clean and periods_clean where dpd is; 0 while anything is past due
"""

from functools import reduce

import ibis
import ibis.expr.types as ir

from ews.events.arrears import STALE_DAYS
from ews.events.book import Book, was_known
from ews.events.owners import with_borrower
from ews.events.schedule import RECENT_DAYS, has_schedule
from ews.features.steps import step
from ews.features.window import KEYS, Spine

LOAN = (*KEYS, "loan_id")
DAY = ibis.interval(days=1)


def clean_stretches(book: Book, spine: Spine) -> ir.Table:
    """Return LOAN, clean_from, late_from (null: it still runs) and beats (array of days) of all loans paid out."""
    points = step(_turns(book, spine))
    order = ibis.window(group_by=list(LOAN), order_by="day")
    changes = points.mutate(was_late=points.is_late.lag().over(order))
    changes = changes.filter(changes.was_late.isnull() | (changes.was_late != changes.is_late))
    spans = changes.mutate(late_from=changes.day.lead().over(order)).filter(lambda table: ~table.is_late)
    spans = step(spans.select(*LOAN, "late_from", clean_from="day"))
    beats = spans.left_join(_beats(book, spine), LOAN, rname="{name}_beat")
    inside = (beats.beat_on > beats.clean_from) & (beats.late_from.isnull() | (beats.beat_on < beats.late_from - DAY))
    found = beats.filter(inside).group_by(*LOAN, "clean_from")
    found = found.aggregate(beats=lambda table: table.beat_on.collect(order_by="beat_on", distinct=True))
    joined = spans.left_join(found, [*LOAN, "clean_from"], rname="{name}_found")
    none = ibis.literal([], type="array<date>")
    return joined.select(*LOAN, "clean_from", "late_from", beats=joined.beats.fill_null(none))


def with_record(loans: ir.Table, stretches: ir.Table) -> ir.Table:
    """Add months_clean and periods_clean (int64) to loans with LOAN, dpd and npl_since.

    `stretches` are their clean_stretches.
    """
    running = stretches.filter(stretches.late_from.isnull())
    joined = loans.left_join(running, LOAN, rname="{name}_clean")
    joined = joined.mutate(since=ibis.greatest(joined.clean_from, joined.npl_since.coalesce(joined.clean_from)))
    paid = joined.beats.filter(lambda day: day > joined.since)
    counts = (joined.dpd == 0) & joined.clean_from.notnull()
    return joined.select(
        *loans.columns,
        **{
            name: ibis.ifelse(joined.dpd.isnull(), ibis.null("int64"), ibis.ifelse(counts, value, 0)).cast("int64")
            for name, value in (
                ("months_clean", whole_months(joined.since, joined.as_of)),
                ("periods_clean", paid.length()),
            )
        },
    )


def whole_months(start: ir.DateValue, end: ir.DateValue) -> ir.IntegerValue:
    """Return how many months lie between two days; from a month's last day to a shorter one's is a whole month."""
    months = 12 * (end.year() - start.year()) + (end.month() - start.month())
    is_last = (end + DAY).cast("date").day() == 1
    return (months - ibis.ifelse((start.day() > end.day()) & ~is_last, 1, 0)).cast("int64")


def _turns(book: Book, spine: Spine) -> ir.Table:
    """Return LOAN, day and is_late for each day on which a feed may turn a loan's arrears on or off."""
    turns = [_beginnings(book, spine)]
    if has_schedule(book):
        turns.append(_turns_of(_by_schedule(book, spine)))
    if book.has("ledger"):
        turns.append(_turns_of(_by_ledger(book, spine)))
    both = reduce(ibis.union, (each.cast(turns[0].schema()) for each in turns))
    per_day = both.group_by(*LOAN, "day").aggregate(turn=both.turn.sum())
    running = ibis.window(group_by=list(LOAN), order_by="day", preceding=None, following=0)
    return per_day.select(*LOAN, "day", is_late=per_day.turn.sum().over(running) > 0)


def _beginnings(book: Book, spine: Spine) -> ir.Table:
    """Return the day from which each loan is looked at: its payout, or where the feeds begin."""
    loans = spine.table.inner_join(book.table("loans"), "borrower_id")
    loans = loans.filter(was_known(loans, loans.known_by), loans.opened_on.isnull() | (loans.opened_on <= loans.as_of))
    feeds = ["ledger", *(["payments"] if has_schedule(book) else [])]
    starts = [ibis.literal(bounds[0]) for bounds in map(book.covered, feeds) if bounds is not None]
    opened = loans.opened_on if not starts else ibis.greatest(loans.opened_on, ibis.least(*starts))
    return loans.select(
        *LOAN, day=ibis.least(opened.fill_null(loans.as_of), loans.as_of), turn=ibis.literal(0, "int64")
    )


def _turns_of(points: ir.Table) -> ir.Table:
    """Return the days on which one feed's `is_late` changes; late_on is the day from which it is."""
    order = ibis.window(group_by=list(LOAN), order_by="day")
    before = points.mutate(was_late=points.is_late.lag().over(order).fill_null(False))
    changed = before.filter(before.was_late != before.is_late)
    day = ibis.ifelse(changed.is_late, changed.late_on, changed.day)
    return changed.select(*LOAN, day=day, turn=ibis.ifelse(changed.is_late, 1, -1).cast("int64"))


def _by_schedule(book: Book, spine: Spine) -> ir.Table:
    """Return the days on which something began to be late or was paid, and whether anything was past due then."""
    moves = _moves(book, spine)
    per_day = moves.group_by(*LOAN, "day").aggregate(owed=moves.owed.sum())
    running = ibis.window(group_by=list(LOAN), order_by="day", preceding=None, following=0)
    return per_day.select(*LOAN, "day", is_late=per_day.owed.sum().over(running) > 0, late_on="day")


def _moves(book: Book, spine: Spine) -> ir.Table:
    """Return what became owed the day after it fell due, and what was paid (negative), within the payments' extract."""
    due, paid = known(book, spine, "instalments"), known(book, spine, "payments")
    owed = due.select(*LOAN, day=(due.due_on + DAY).cast("date"), owed="due_amount", on="due_on")
    less = paid.select(*LOAN, day="paid_on", owed=-paid.paid_amount, on="paid_on")
    moves = ibis.union(owed, less.cast(owed.schema()))
    moves = moves.filter(moves.day <= moves.as_of)
    bounds = book.covered("payments")
    if bounds is None:
        return moves
    return moves.filter(moves.on >= ibis.literal(bounds[0]), moves.day <= ibis.literal(bounds[1]))


def statements_told(book: Book, spine: Spine) -> ir.Table:
    """Return LOAN, stated_on, dpd, began_on (of the arrears), late_on and is_late per statement.

    A statement `is_late` where it says that something is past due and no schedule speaks of the loan; then the loan is
    known to be so from late_on: since it began, but after the statement before.
    """
    rows = _statements(book, spine)
    order = ibis.window(group_by=list(LOAN), order_by="stated_on")
    after = (rows.stated_on.lag().over(order) + DAY).cast("date")
    began = (rows.stated_on - (rows.dpd - 1).as_interval("D")).cast("date")
    rows = rows.mutate(began_on=began, late_on=ibis.greatest(began, after), is_late=rows.dpd > 0)
    if not has_schedule(book):
        return rows
    told = rows.filter(rows.is_late).select(*LOAN, "stated_on")
    silenced = _spoken_for(book, spine, told).mutate(is_spoken=ibis.literal(value=True))
    both = rows.left_join(silenced, [*LOAN, "stated_on"], rname="{name}_spoken")
    return both.select(
        *(name for name in rows.columns if name != "is_late"), is_late=both.is_late & both.is_spoken.isnull()
    )


def _by_ledger(book: Book, spine: Spine) -> ir.Table:
    """Return what turns a loan's arrears on and off in its statements, and in their silence."""
    rows = statements_told(book, spine)
    said = rows.select(*LOAN, "late_on", day="stated_on", is_late="is_late")
    alone = rows if not has_schedule(book) else rows.anti_join(known(book, spine, "instalments"), LOAN)
    return said.union(_silences(alone).cast(said.schema()))


def _silences(rows: ir.Table) -> ir.Table:
    """Return the days from which a loan's newest statement said nothing any more, until the next one came."""
    following = rows.stated_on.lead().over(ibis.window(group_by=list(LOAN), order_by="stated_on"))
    ends = (rows.stated_on + ibis.interval(days=STALE_DAYS)).cast("date")
    stale = rows.select(*LOAN, late_on=ends, day=ends, is_late=following > ends)
    return stale.filter(stale.is_late)


def _spoken_for(book: Book, spine: Spine, statements: ir.Table) -> ir.Table:
    """Return the statements on whose day a whole schedule with a recent item speaks of the loan."""
    items = known(book, spine, "instalments").select(*LOAN, "due_on")
    bounds = book.covered("payments")
    if bounds is not None:
        first = items.group_by(*LOAN).aggregate(first=items.due_on.min())
        items = items.semi_join(first.filter(first["first"] >= ibis.literal(bounds[0])), LOAN)
        statements = statements.filter(statements.stated_on.between(*(ibis.literal(day) for day in bounds)))
    both = statements.inner_join(items, LOAN)
    recent = (both.due_on <= both.stated_on) & (both.due_on > both.stated_on - ibis.interval(days=RECENT_DAYS))
    return both.filter(recent).select(*LOAN, "stated_on").distinct()


def _beats(book: Book, spine: Spine) -> ir.Table:
    """Return LOAN and beat_on: due dates that payments had covered the day after, else statements without arrears."""
    found = []
    if has_schedule(book):
        moves = _moves(book, spine)
        total = moves.group_by(*LOAN).aggregate(owed=moves.owed.sum())
        items = known(book, spine, "instalments")
        items = items.filter(items.due_on <= items.as_of)
        due = items.group_by(*LOAN, "due_on").aggregate(amount=items.due_amount.sum())
        due = due.left_join(total, LOAN, rname="{name}_total")
        # what falls due on the day itself is not owed yet, but may be paid
        kept = (due.due_on < due.as_of) | (due.owed.fill_null(0) + due.amount <= 0)
        found.append(due.filter(kept).select(*LOAN, beat_on="due_on"))
    if book.has("ledger"):
        rows = _statements(book, spine)
        rows = rows.filter(rows.dpd == 0).select(*LOAN, beat_on="stated_on")
        if has_schedule(book):
            rows = rows.anti_join(known(book, spine, "instalments"), LOAN)
        found.append(rows)
    if not found:
        return spine.table.select(*KEYS, loan_id=ibis.null("string"), beat_on=ibis.null("date")).limit(0)
    return reduce(ibis.union, found)


def _statements(book: Book, spine: Spine) -> ir.Table:
    rows = known(book, spine, "ledger")
    return rows.filter(rows.dpd.notnull(), rows.stated_on <= rows.as_of).select(*LOAN, "stated_on", "dpd")


def known(book: Book, spine: Spine, name: str) -> ir.Table:
    """Return the rows of table `name` as each row of the spine knew them."""
    rows = spine.table.inner_join(with_borrower(book, name), "borrower_id")
    return rows.filter(was_known(rows, rows.known_by))
