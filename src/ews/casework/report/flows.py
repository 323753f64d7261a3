"""Sections on money and credit month by month: account flows, credit inquiries, cards."""

from collections.abc import Iterator, Sequence

from ews.casework.paper.paper import Block, Key, Prose
from ews.casework.report import drawing
from ews.casework.report.monthly import any_known, drawn, no_exhibit, total
from ews.casework.report.peers import peers_blocks
from ews.casework.report.report import Report
from ews.casework.report.values import UNIT, change, in_table, money, scaled, share
from ews.casework.report.voice import Voice, number
from ews.domain.exhibits import Month

_TABLED, _RECENT, _YEAR = 12, 3, 12


def flows_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Yield money in and left on the accounts over 24 months, and how the last three stand against those before."""
    exhibit = report.exhibit
    if exhibit is None:
        yield no_exhibit(voice)
        return
    months, language = exhibit.months, voice.language
    inflow, balance = [one.inflow_fen for one in months], [one.balance_fen for one in months]
    yield from _flow_sentence(months, voice)
    yield drawn(
        voice("Money in and balance at the end of each month", "月度入账与月末余额"),
        voice.of(UNIT),
        months,
        voice,
        (inflow, balance),
        lambda days: drawing.bars_and_line(days, scaled(inflow, language), scaled(balance, language)),
        (Key(drawing.PALE, voice("money in", "入账")), Key(drawing.DARK, voice("balance", "月末余额"))),
    )
    unit = voice.of(UNIT)
    heads = (
        ("Month up to", "截止日", 0.25),
        (f"Money in\n({unit})", f"入账\n（{unit}）", 0.25),
        (f"Money out\n({unit})", f"出账\n（{unit}）", 0.25),
        (f"Balance\n({unit})", f"月末余额\n（{unit}）", 0.25),
    )
    if any_known(inflow) or any_known(balance):
        yield voice.table(
            heads,
            (
                (
                    f"{one.ends_on}",
                    *(number(in_table(fen, language)) for fen in (one.inflow_fen, one.outflow_fen, one.balance_fen)),
                )
                for one in months[-_TABLED:]
            ),
        )
    yield from peers_blocks(exhibit, ("account_flows", "peers"), voice)


def inquiries_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Yield how often others asked about the borrower."""
    exhibit = report.exhibit
    if exhibit is None:
        yield no_exhibit(voice)
        return
    counts = [one.inquiries for one in exhibit.months]
    recent, year = total(counts[-_RECENT:]), total(counts[-_YEAR:])
    yield Prose(
        voice(
            f"Inquiries for credit: {_count(recent, voice)} in the last 3 months, {_count(year, voice)} in 12. "
            "Others' inquiries are seen up to the last authorised report only.",
            f"信贷审批类查询：近3个月 {_count(recent, voice)}，近12个月 {_count(year, voice)}。"
            "他行查询仅可见至最近一次授权征信报告日，此后为未知而非为零。",
        )
    )
    yield drawn(
        voice("Inquiries for credit per month", "月度信贷审批查询次数"),
        voice("number", "次"),
        exhibit.months,
        voice,
        (counts,),
        lambda days: drawing.lone_bars(days, tuple(None if one is None else float(one) for one in counts)),
        (),
    )
    yield from peers_blocks(exhibit, ("credit_inquiries",), voice)


def cards_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Yield how far the cards are drawn."""
    exhibit = report.exhibit
    if exhibit is None:
        yield no_exhibit(voice)
        return
    used = [_used(one) for one in exhibit.months]
    newest = exhibit.months[-1]
    if used[-1] is not None:
        balance, limit = (money(fen, voice.language) for fen in (newest.card_balance_fen, newest.card_limit_fen))
        yield Prose(
            voice(
                f"Cards are drawn by {balance} of a limit of {limit} ({share(used[-1])}).",
                f"信用卡已用额度 {balance}，授信额度 {limit}，使用率 {share(used[-1])}。",
            )
        )
    yield drawn(
        voice("Share of the card limit that is drawn", "信用卡额度使用率"),
        "%",
        exhibit.months,
        voice,
        (used,),
        lambda days: drawing.share_line(days, tuple(used)),
        (Key(drawing.DARK, voice("drawn", "使用率")), Key(drawing.RED, voice("limit", "额度上限"))),
    )
    yield from peers_blocks(exhibit, ("card_overdraft",), voice)


def _flow_sentence(months: Sequence[Month], voice: Voice) -> Iterator[Block]:
    year = [one.inflow_fen for one in months[-_YEAR:]]
    recent, before = total(year[-_RECENT:]), total(year[:-_RECENT])
    if recent is None:
        return
    rate, former = recent / _RECENT, None if before is None else before / (len(year) - _RECENT)
    told = money(recent, voice.language), money(rate, voice.language), money(former, voice.language)
    moved = change(former, rate)
    yield Prose(
        voice(
            f"In the last 3 months {told[0]} came in, {told[1]} a month; in the 9 months before it was {told[2]} "
            f"({moved}). Loans paid out, own transfers, related parties and money sent back are left out.",
            f"近3个月入账合计 {told[0]}，月均 {told[1]}；此前9个月月均 {told[2]}，变动 {moved}。"
            "以上已剔除贷款发放与回收、本人互转、关联方往来及短期回流资金。",
        )
    )


def _count(value: int | None, voice: Voice) -> str:
    return voice("not fully known", "不完全可知") if value is None else voice(f"{value:,}", f"{value:,} 次")


def _used(month: Month) -> float | None:
    limit, balance = month.card_limit_fen, month.card_balance_fen
    return None if limit is None or balance is None or limit <= 0 else balance / limit
