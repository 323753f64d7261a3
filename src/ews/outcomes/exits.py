"""Exits (竞争性退出): how each borrower's horizon ended, default being one way among several that exclude each other.

Grain   one row per mature row of `labels` with a live loan, not in default on as_of
Reads   labels and what they read; outcomes
Exit    the first that holds, gravest first: default (of the label's definition), lost (written off or sold in bulk,
        where the definition does not call it default), closed_early (left before the last loan was due), repaid (left
        when it was due), else stayed. Every borrower has one, so that they add up to all
Beside  restructured_on, the first listed in the horizon up to the exit, and cured_on, the first cure listed after the
        default, up to `known_by`: neither ends anything. A cure never precedes its default
Nulls   exit_on is null where the book tells that somebody left, not when
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from ews.domain.text import Text
from ews.events.book import Book, was_known
from ews.outcomes.definition import Definition
from ews.outcomes.labels import at_risk, labels, seen_reach
from ews.outcomes.standing import KEYS, standing

DEFAULT, LOST, CLOSED_EARLY, REPAID, STAYED = EXITS = ("default", "lost", "closed_early", "repaid", "stayed")
EXIT_TEXT: Mapping[str, Text] = {
    DEFAULT: Text("default", "违约"),
    LOST: Text("written off or sold", "核销或转让"),
    CLOSED_EARLY: Text("closed early", "提前结清"),
    REPAID: Text("repaid when due", "到期结清"),
    STAYED: Text("stayed", "仍在册"),
}
_LOST = ("write_off", "bulk_transfer")
_LEFT = ("closed", "repaid")


@dataclass(frozen=True, slots=True)
class ExitCount:
    """How the borrowers of one snapshot ended: at_risk = sum of `exits`; `cured` are of the defaulters."""

    as_of: date
    at_risk: int
    exits: Mapping[str, int]
    restructured: int
    cured: int


def exits(book: Book, spine: ir.Table, definition: Definition, *, known_by: date) -> ir.Table:
    """Return borrower_id, as_of, ends_on, exit, exit_on, restructured_on, cured_on of `spine`'s mature rows at risk."""
    rows = at_risk(labels(book, spine, definition, known_by=known_by))
    rows = rows.filter(rows.mature)
    days = rows.select("borrower_id", as_of="ends_on", known_by=ibis.literal(known_by)).distinct()
    later = standing(book, days, definition).select("borrower_id", ends_on="as_of", live_later="live")
    rows = rows.left_join(later, ["borrower_id", "ends_on"]).select(*rows.columns, "live_later")
    rows = _with_first(book, rows, "lost_on", _LOST, known_by)
    rows = _with_first(book, rows, "left_on", _LEFT, known_by)
    told = rows.ends_on <= seen_reach(book, definition, known_by)
    gone = ~rows.live_later.fill_null(True) & told
    how = ibis.cases(
        (rows.defaulted == 1, DEFAULT),
        (rows.lost_on.notnull(), LOST),
        (rows.closed_early.fill_null(False), CLOSED_EARLY),
        (gone, REPAID),
        else_=STAYED,
    )
    is_left = how.isin((CLOSED_EARLY, REPAID))
    on = ibis.cases((how == DEFAULT, rows.default_on), (how == LOST, rows.lost_on), (is_left, rows.left_on))
    rows = _with_first(book, rows.mutate(exit=how, exit_on=on), "restructured_on", ("restructured",), known_by)
    in_time = rows.restructured_on <= ibis.coalesce(rows.exit_on, rows.ends_on)
    rows = rows.mutate(restructured_on=ibis.ifelse(in_time, rows.restructured_on, ibis.null("date")))
    rows = _with_cure(book, rows, known_by)
    wanted = ("borrower_id", "as_of", "ends_on", "exit", "exit_on", "restructured_on", "cured_on")
    return book.kept(rows.select(*wanted))


def exit_counts(found: ir.Table, days: Sequence[date]) -> tuple[ExitCount, ...]:
    """Return the counts of `exits` for each of `days`, in order."""
    per_day = found.group_by("as_of").aggregate(
        at_risk=found.count(),
        restructured=found.restructured_on.count(),
        cured=found.cured_on.count(),
        **{name: (found.exit == name).sum() for name in EXITS},
    )
    rows = {row.pop("as_of"): row for row in per_day.to_pyarrow().to_pylist()}
    nobody = dict.fromkeys(("at_risk", "restructured", "cured", *EXITS), 0)
    told = [(day, rows.get(day, nobody)) for day in sorted(days)]
    return tuple(
        ExitCount(day, row["at_risk"], {name: row[name] for name in EXITS}, row["restructured"], row["cured"])
        for day, row in told
    )


def _with_first(book: Book, rows: ir.Table, name: str, kinds: tuple[str, ...], known_by: date) -> ir.Table:
    """Add the first day within the horizon on which one of `kinds` was listed."""
    if not book.has("outcomes"):
        return rows.mutate(**{name: ibis.null("date")})
    both = rows.select(*KEYS, "ends_on").inner_join(_dated(book, kinds, known_by), "borrower_id")
    both = both.filter(both.listed_on > both.as_of, both.listed_on <= both.ends_on)
    first = both.group_by(*KEYS).aggregate(**{name: both.listed_on.min()})
    return rows.left_join(first, KEYS).select(*rows.columns, name)


def _with_cure(book: Book, rows: ir.Table, known_by: date) -> ir.Table:
    if not book.has("outcomes"):
        return rows.mutate(cured_on=ibis.null("date"))
    both = rows.select(*KEYS, "default_on").inner_join(_dated(book, ("cured",), known_by), "borrower_id")
    both = both.filter(both.listed_on > both.default_on)
    first = both.group_by(*KEYS).aggregate(cured_on=both.listed_on.min())
    return rows.left_join(first, KEYS).select(*rows.columns, "cured_on")


def _dated(book: Book, kinds: tuple[str, ...], known_by: date) -> ir.Table:
    outcomes = book.table("outcomes")
    outcomes = outcomes.filter(outcomes["kind"].isin(kinds), was_known(outcomes, known_by))
    outcomes = outcomes.filter(outcomes.occurred_on.notnull())
    return outcomes.select("borrower_id", listed_on="occurred_on")
