"""Reconciliation: nobody, no loan and no money may be lost between the book and a batch.

borrowers  in = scored + rejected + out of scope; those in the book are counted from its tables, not from the batch
loans      every live loan of the book is decided or belongs to a rejected borrower
exposure   what the batch decided and rejected adds up to the ledger's newest known rows, counted by another way;
           loans without a balance are counted and printed, never guessed
provisions and expected loss of the borrowers are the sums of their loans
"""

from dataclasses import dataclass, replace
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from ews.domain.errors import ReconciliationError
from ews.events.arrears import STALE_DAYS, loan_states
from ews.events.book import Book, was_known
from ews.events.owners import with_borrower
from ews.features.statements import worked_out_apart
from ews.features.window import Spine
from ews.policy.valuation import MONEY
from ews.scoring.decided import Decided
from ews.scoring.finding_facts import not_understood


@dataclass(frozen=True, slots=True)
class Totals:
    """Money in fen, null where no balance is known; `exposure_unknown` counts loans whose balance nobody states.

    `findings_not_understood` counts findings with a value that their field does not know: nothing follows from them.
    """

    borrowers_in: int
    scored: int
    in_default: int
    rejected: int
    out_of_scope: int
    exposure_fen: int | None
    exposure_unknown: int
    ledger_fen: int | None
    findings_not_understood: int = 0


def reconcile(book: Book, decided: Decided, as_of: date, known_by: date) -> Totals:
    """Return the totals of a batch; ReconciliationError where they do not tie."""
    loans = decided.loans
    if not len(decided.borrowers) + len(decided.rejected):
        message = (
            f"None of {decided.borrowers_in:,} borrowers has a live loan on {as_of}, so there is nothing to publish. "
            "Look whether the extract of loans is whole, then import it again."
        )
        raise ReconciliationError(message)
    _tie("borrowers", _borrowers_known(book, as_of, known_by), "in the book", decided.borrowers_in, "looked at")
    live, covered = _live_loans(book, as_of, known_by), len(loans) + int(decided.rejected["loans"].sum())
    _tie("live loans", live, "in the book", covered, "decided and rejected")
    balances = pd.concat([loans["balance"], decided.rejected["exposure"]]).dropna()
    totals = Totals(
        borrowers_in=decided.borrowers_in,
        scored=len(decided.borrowers),
        in_default=int(decided.borrowers["in_default"].sum()),
        rejected=len(decided.rejected),
        out_of_scope=decided.out_of_scope,
        exposure_fen=int(balances.sum()) if len(balances) else None,
        exposure_unknown=int(loans["balance"].isna().sum()) + int(decided.rejected["loans_without_balance"].sum()),
        ledger_fen=_ledger_total(book, as_of, known_by),
        findings_not_understood=not_understood(book, known_by),
    )
    _tie(
        "borrowers",
        totals.borrowers_in,
        "in the book",
        totals.scored + totals.rejected + totals.out_of_scope,
        "scored, rejected and out of scope",
    )
    for name in MONEY:
        parts, sums = (int(frame[name].sum()) for frame in (loans, decided.borrowers))
        _tie(f"fen of {name}", parts, "over the loans", sums, "over the borrowers")
    if totals.ledger_fen is not None:
        _tie("exposure in fen", totals.ledger_fen, "in the ledger", totals.exposure_fen or 0, "decided and rejected")
    return totals


def _borrowers_known(book: Book, as_of: date, known_by: date) -> int:
    by = ibis.literal(known_by)
    borrowers, loans = book.table("borrowers"), book.table("loans")
    ids = borrowers.filter(was_known(borrowers, by)).select("borrower_id")
    paid_out = loans.opened_on.isnull() | (loans.opened_on <= ibis.literal(as_of))
    owing = loans.filter(was_known(loans, by), paid_out).select("borrower_id")
    return int(ibis.union(ids, owing, distinct=True).count().execute())


def _live_loans(book: Book, as_of: date, known_by: date) -> int:
    """Count the live loans of whoever owns them, asked loan by loan instead of borrower by borrower."""
    owners = book.table("loans").select("borrower_id").distinct()
    days = owners.mutate(as_of=ibis.literal(as_of), known_by=ibis.literal(known_by))
    live = worked_out_apart(replace(book, shelf=None), Spine(book.kept(days), (as_of,)), _live)
    return int(live.loan_id.nunique().execute())


def _live(book: Book, spine: Spine) -> ir.Table:
    states = loan_states(book, spine.table)
    return states.filter(states.live).select("borrower_id", "loan_id")


def _ledger_total(book: Book, as_of: date, known_by: date) -> int | None:
    if not book.has("ledger"):
        return None
    day, by = ibis.literal(as_of), ibis.literal(known_by)
    loans = book.table("loans")
    paid_out = loans.filter(was_known(loans, by), loans.opened_on.isnull() | (loans.opened_on <= day))
    rows = with_borrower(book, "ledger").semi_join(paid_out, "loan_id")
    rows = rows.filter(
        was_known(rows, by), rows.stated_on <= day, rows.stated_on > day - ibis.interval(days=STALE_DAYS)
    )
    newest = rows.group_by("loan_id").aggregate(stated_on=rows.stated_on.max())
    return int(rows.semi_join(newest, ["loan_id", "stated_on"]).balance.sum().execute() or 0)


def _tie(what: str, left: int, left_name: str, right: int, right_name: str) -> None:
    if left != right:
        message = (
            f"Totals do not tie: {left:,} {what} {left_name}, {right:,} {right_name} ({right - left:+,}). "
            "Nothing was published. Check the book with 'ews check'; if it passes, report this."
        )
        raise ReconciliationError(message)
