"""Pressing: the money behind a case, so that nobody has to look for it: unpaid, falling due, renewed for more.

Unpaid    of the months of the exhibit; the oldest day as the loans tell it
Coming    the first day after as_of on which something falls due; where no schedule tells, when a loan matures
Principal of loans that mature within three months, or have matured and still owe
Renewal   a loan of the last 24 months that came within a month of another's end and is larger, as far as loans of the
          exhibit show it; only where the features count such a renewal, for they know which loan followed which
Nulls     what nobody can tell is null, and the page leaves it out
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ews.domain.decisions import Decision, LoanDecision
from ews.domain.exhibits import Exhibit, LoanStrip

SOON = timedelta(days=92)
"""How far ahead principal presses."""
_APART = timedelta(days=31)
_RENEWED = "larger_renewals_24m"


@dataclass(frozen=True, slots=True)
class Amount:
    on: date
    fen: int | None


@dataclass(frozen=True, slots=True)
class Unpaid:
    """`since` is the oldest day of what is not paid; `months` in which something fell due and was not paid by as_of."""

    fen: int
    months: int
    since: date | None


@dataclass(frozen=True, slots=True)
class Renewal:
    on: date
    former_fen: int
    fen: int


@dataclass(frozen=True, slots=True)
class Pressing:
    """`principal` and `matured` are of the earliest day; `balance_fen` is on the accounts at the last month's end."""

    unpaid: Unpaid | None
    coming: Amount | None
    principal: Amount | None
    matured: Amount | None
    renewal: Renewal | None
    balance_fen: int | None

    @property
    def is_any(self) -> bool:
        """Tell whether anything presses: what merely comes next does not."""
        return any((self.unpaid, self.principal, self.matured, self.renewal))


def pressing(decision: Decision, exhibit: Exhibit | None) -> Pressing:
    """Return what presses on the day of the decision."""
    as_of, owing = decision.as_of, [one for one in decision.loans if one.balance_fen]
    ends = [(one.matures_on, one.balance_fen) for one in owing if one.matures_on is not None]
    months = () if exhibit is None else exhibit.months
    return Pressing(
        unpaid=_unpaid(decision, exhibit),
        coming=_coming(owing, as_of),
        principal=_first((on, fen) for on, fen in ends if as_of < on <= as_of + SOON),
        matured=_first((on, fen) for on, fen in ends if on <= as_of),
        renewal=None if exhibit is None else _renewal(exhibit),
        balance_fen=months[-1].balance_fen if months else None,
    )


def coming_of(loan: LoanDecision, as_of: date) -> Amount | None:
    """Return what falls due next after `as_of`; of a bullet of which no schedule tells that, all that is owed."""
    if loan.coming_on is not None:
        return Amount(loan.coming_on, loan.coming_fen)
    if loan.next_due_on is not None and loan.next_due_on > as_of:
        return Amount(loan.next_due_on, loan.next_due_fen)
    if loan.repayment == "bullet" and loan.matures_on is not None and loan.matures_on > as_of:
        return Amount(loan.matures_on, loan.balance_fen)
    return None


def _unpaid(decision: Decision, exhibit: Exhibit | None) -> Unpaid | None:
    amounts = [one.unpaid_fen for one in exhibit.months if one.unpaid_fen] if exhibit is not None else []
    if not amounts:
        return None
    days = [one.next_due_on for one in decision.loans if one.next_due_on and one.is_unpaid_on(decision.as_of)]
    return Unpaid(sum(amounts), len(amounts), min(days, default=None))


def _coming(loans: Iterable[LoanDecision], as_of: date) -> Amount | None:
    found = [one for one in (coming_of(loan, as_of) for loan in loans) if one is not None]
    return _first((one.on, one.fen) for one in found)


def _first(amounts: Iterable[tuple[date, int | None]]) -> Amount | None:
    """Return the earliest day with all that belongs to it; the amount is null where one of its parts is."""
    found = list(amounts)
    if not found:
        return None
    on = min(day for day, _ in found)
    parts = [fen for day, fen in found if day == on]
    known = [fen for fen in parts if fen is not None]
    return Amount(on, sum(known) if len(known) == len(parts) else None)


def _renewal(exhibit: Exhibit) -> Renewal | None:
    """Return the newest renewal that is larger than what it followed."""
    if not exhibit.features.get(_RENEWED):
        return None
    pairs = [(former, one) for one in exhibit.loans for former in exhibit.loans if _followed(former, one)]
    newest = max(pairs, key=lambda pair: (pair[1].opened_on or date.min, pair[1].loan_id), default=None)
    return None if newest is None else _grown(newest)


def _followed(former: LoanStrip, later: LoanStrip) -> bool:
    if former is later or former.matures_on is None or later.opened_on is None or former.balance_fen:
        return False
    grew = (former.principal_fen or 0) < (later.principal_fen or 0) and bool(former.principal_fen)
    return grew and abs(later.opened_on - former.matures_on) <= _APART


def _grown(pair: Sequence[LoanStrip]) -> Renewal | None:
    former, later = pair
    if later.opened_on is None or former.principal_fen is None or later.principal_fen is None:
        return None
    return Renewal(later.opened_on, former.principal_fen, later.principal_fen)
