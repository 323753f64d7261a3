"""Headline: what the months tell first, the gravest that there is; never an improvement over a borrower who is warned.

Unpaid   months up to the last in which something fell due and was not paid
Stopped  months on end, within the last six, in which next to nothing came in where money used to come in
Inflow   the last three months against the nine before
Cards    most of the limits drawn at the end of the last month
"""

from collections.abc import Iterator, Sequence
from statistics import median

from ews.domain.decisions import Decision
from ews.domain.exhibits import Exhibit, Month
from ews.domain.levels import WarningLevel
from ews.serving.pages import figures
from ews.serving.pages.render import View

_QUARTER, _HALF, _YEAR = 3, 6, 12
_NEXT_TO_NOTHING, _TOLD_FROM, _DRAWN_FROM = 0.05, 0.2, 0.9
_LEAST_STOPPED = 2
MOST = 2


def title(exhibit: Exhibit | None, decision: Decision, view: View) -> str:
    """Return the title of the months; only over which they go where nothing stands out."""
    until = figures.day(decision.as_of)
    months = () if exhibit is None else exhibit.months
    found = list(_findings(months, decision, view))[:MOST]
    if not found:
        return view._("24 months to %(day)s", day=until)
    return view._("24 months to %(day)s: %(found)s", day=until, found=view._("; ").join(found))


def _findings(months: Sequence[Month], decision: Decision, view: View) -> Iterator[str]:
    """Yield what stands out, the gravest first."""
    unpaid = _last_unpaid(months)
    if unpaid:
        yield view._("not all paid of what fell due in the last %(count)s months", count=unpaid)
    stopped = _stopped(months)
    if len(stopped) >= _LEAST_STOPPED:
        first, last = f"{stopped[0].ends_on:%Y-%m}", f"{stopped[-1].ends_on:%Y-%m}"
        yield view._("next to no money received from %(first)s to %(last)s", first=first, last=last)
    else:
        yield from _inflow(months, decision, view)
    drawn = _drawn(months)
    if drawn is not None and drawn >= _DRAWN_FROM:
        yield view._("%(share)s of the card limits drawn", share=figures.percent(drawn, 0))


def _last_unpaid(months: Sequence[Month]) -> int:
    count = 0
    for one in reversed(months):
        if not one.unpaid_fen:
            break
        count += 1
    return count


def _stopped(months: Sequence[Month]) -> Sequence[Month]:
    """Return the newest months on end in which next to nothing came in, within the last six."""
    usual = [one.inflow_fen for one in months[-_YEAR - _HALF : -_HALF] if one.inflow_fen is not None]
    if not usual or not median(usual):
        return ()
    found: list[Month] = []
    for one in reversed(months[-_HALF:]):
        is_dry = one.inflow_fen is not None and one.inflow_fen <= _NEXT_TO_NOTHING * median(usual)
        if is_dry:
            found.insert(0, one)
        elif len(found) >= _LEAST_STOPPED:
            break
        else:
            found.clear()
    return found


def _inflow(months: Sequence[Month], decision: Decision, view: View) -> Iterator[str]:
    now, then = _mean(months[-_QUARTER:]), _mean(months[-_YEAR:-_QUARTER])
    if now is None or not then:
        return
    change = now / then - 1
    is_calm = decision.level is WarningLevel.NONE and not decision.in_default
    if abs(change) < _TOLD_FROM or (change > 0 and not is_calm):
        return
    yield view._(
        "money received per month %(now)s in the last 3, %(then)s in the 9 before (%(change)s)",
        now=figures.money(now, view.language),
        then=figures.money(then, view.language),
        change=f"{100 * change:+.0f}%".replace("-", "−"),
    )


def _mean(months: Sequence[Month]) -> float | None:
    known = [one.inflow_fen for one in months if one.inflow_fen is not None]
    return sum(known) / len(known) if known and len(known) == len(months) else None


def _drawn(months: Sequence[Month]) -> float | None:
    last = months[-1] if months else None
    if last is None or not last.card_limit_fen or last.card_balance_fen is None:
        return None
    return last.card_balance_fen / last.card_limit_fen
