"""Charts and sums over the months of an exhibit; what is not known is told, never counted as nothing."""

from collections.abc import Callable, Sequence
from datetime import date

from ews.casework.paper.paper import Chart, Key, Note
from ews.casework.report.plot import UNKNOWN
from ews.casework.report.voice import Voice
from ews.domain.exhibits import Month


def drawn(
    title: str,
    unit: str,
    months: Sequence[Month],
    voice: Voice,
    series: Sequence[Sequence[float | None]],
    draw: Callable[[tuple[date, ...]], bytes],
    keys: tuple[Key, ...],
) -> Chart:
    """Return a chart over months; where nothing at all is known it says so instead."""
    if not any(any_known(one) for one in series):
        return Chart(title, unit, None, instead=voice("No data on this in 24 months.", "近24个月无此项数据。"))
    hatched = [all(one[at] is None for one in series) for at in range(len(months))]
    unknown = (Key(UNKNOWN, voice("hatched: not known", "斜线：无数据")),) if any(hatched) else ()
    return Chart(title, unit, draw(days_of(months)), (*keys, *unknown), title)


def no_exhibit(voice: Voice) -> Note:
    return Note(
        voice(
            "The batch of this decision, of an earlier version of the system, keeps no monthly figures to be shown.",
            "本期批次未保存逐月佐证数据（系统早期版本），本节无法列示。",
        )
    )


def days_of(months: Sequence[Month]) -> tuple[date, ...]:
    return tuple(one.ends_on for one in months)


def any_known(values: Sequence[float | None]) -> bool:
    return any(value is not None for value in values)


def total(values: Sequence[int | None]) -> int | None:
    """Return the sum, None where one of them is not known."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) and known else None
