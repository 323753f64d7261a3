"""Section: what fell due and how it was paid, month by month and loan by loan."""

from collections.abc import Iterator, Sequence

from ews.casework.paper.paper import Block, Cell, Chart, Heading, Key, Note, Prose
from ews.casework.report import drawing
from ews.casework.report.monthly import days_of, drawn, no_exhibit, total
from ews.casework.report.peers import peers_blocks
from ews.casework.report.report import Report
from ews.casework.report.values import NOTHING, UNIT, money, scaled
from ews.casework.report.voice import Voice
from ews.domain.decisions import LoanDecision
from ews.domain.exhibits import Exhibit, LoanStrip, Month

_YEAR = 12
_MOST_STRIPS = 12
_DPD_COLOURS = ((0, drawing.PALE), (30, drawing.YELLOW), (90, drawing.ORANGE))
"""Up to so many days past due; beyond the last it is red."""


def repayment_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Yield what fell due and how it was paid, month by month and loan by loan."""
    exhibit = report.exhibit
    if exhibit is None:
        yield no_exhibit(voice)
        return
    parts = tuple(
        [getattr(one, name) for one in exhibit.months] for name in ("paid_on_time_fen", "paid_late_fen", "unpaid_fen")
    )
    yield from _paid_sentence(exhibit.months, voice)
    colours = (drawing.PALE, drawing.MIDDLE, drawing.RED)
    words = (voice("paid when due", "按期偿还"), voice("paid late", "逾期后偿还"), voice("▼ not paid", "▼ 尚未偿还"))
    yield drawn(
        voice("What fell due in each month, and how it was paid", "各月到期本息及偿还情况"),
        voice.of(UNIT),
        exhibit.months,
        voice,
        parts,
        lambda days: drawing.stacks(days, tuple(scaled(part, voice.language) for part in parts), colours),
        tuple(Key(colour, word) for colour, word in zip(colours, words, strict=True)),
    )
    yield from _strips(exhibit, report.decision.loans, voice)
    yield from peers_blocks(exhibit, ("repayment_history", "loan_profile"), voice)


def _paid_sentence(months: Sequence[Month], voice: Voice) -> Iterator[Block]:
    year = months[-_YEAR:]
    sums = [total([getattr(one, name) for one in year]) for name in ("due_fen", "paid_late_fen", "unpaid_fen")]
    if sums[0] is None:
        return
    due, late, unpaid = (money(fen, voice.language) for fen in sums)
    worst = max((one.dpd for one in year if one.dpd is not None), default=None)
    days = NOTHING if worst is None else f"{worst:,}"
    yield Prose(
        voice(
            f"Of {due} that fell due in the last 12 months {late} was paid late and {unpaid} is not paid; the worst "
            f"at a month's end was {days} days past due.",
            f"近12个月到期本息 {due}，其中逾期后偿还 {late}，尚未偿还 {unpaid}；各月末最长逾期 {days} 天。",
        )
    )


def _strips(exhibit: Exhibit, loans: Sequence[LoanDecision], voice: Voice) -> Iterator[Block]:
    """Yield the days past due of each loan over the months, numbered as in the table of loans."""
    by_id = {one.loan_id: one for one in exhibit.loans}
    own = [one.loan_id for one in loans]
    alive = [by_id[loan_id] for loan_id in own if loan_id in by_id]
    ended = [one for one in exhibit.loans if one.loan_id not in set(own)]
    shown = [*alive, *ended][:_MOST_STRIPS]
    if not any(dpd is not None for one in shown for dpd in one.dpd):
        return
    yield Heading(voice("Days past due, loan by loan", "各笔贷款逾期天数"))
    yield Chart(
        voice("Days past due at the end of each month", "各月末逾期天数"),
        voice("one row a loan, numbered as below", "每行一笔贷款，编号见下表"),
        drawing.strips(days_of(exhibit.months), tuple(tuple(map(_dpd_colour, one.dpd)) for one in shown)),
        (
            Key(drawing.PALE, voice("0 days", "0 天")),
            Key(drawing.YELLOW, voice("1–30 days", "1–30 天")),
            Key(drawing.ORANGE, voice("31–90 days", "31–90 天")),
            Key(drawing.RED, voice("over 90 days", "90 天以上")),
        ),
        voice("Empty: not alive then, or not known", "空白：当时尚未发放、已结清或未知"),
    )
    yield voice.table(
        (
            ("No.", "编号", 0.10),
            ("Loan", "借据", 0.36),
            ("Worst in these months", "期间最长逾期", 0.27),
            ("Now", "当前逾期", 0.27),
        ),
        (_strip(place, one, voice) for place, one in enumerate(shown, start=1)),
    )
    left = len(alive) + len(ended) - len(shown)
    if left:
        yield Note(voice(f"{left} more loans are not drawn.", f"另有 {left} 笔贷款未列示。"))


def _strip(place: int, strip: LoanStrip, voice: Voice) -> tuple[Cell | str, ...]:
    known = [dpd for dpd in strip.dpd if dpd is not None]
    told = [None if not known else max(known), strip.dpd[-1] if strip.dpd else None]
    days = [NOTHING if dpd is None else voice(f"{dpd:,} days", f"{dpd:,} 天") for dpd in told]
    return (str(place), Cell(strip.loan_id, is_code=True), *days)


def _dpd_colour(dpd: int | None) -> str | None:
    if dpd is None:
        return None
    return next((colour for most, colour in _DPD_COLOURS if dpd <= most), drawing.RED)
