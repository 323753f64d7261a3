"""Peers: the trade and region of a borrower, and the borrower against its trade.

Grain   one row per (borrower_id, as_of)
Reads   borrowers for industry and region; accounts and transactions; loans with ledger, or with instalments and
        payments; outcomes
Peers   borrowers with a loan, of the same industry or region, as the book knew them on the day; the borrower itself
        is left out
Window  money received in the last 3 months against the same 3 a year before; arrears on as_of, and how far the
        share past due rose in 3 months
Nulls   industry or region unknown, fewer than LEAST_PEERS others with a value, or time not covered by the extract
"""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.domain.text import Text
from ews.events.book import Book
from ews.features.account_flows.postings import recent_postings
from ews.features.peers.flows import flows
from ews.features.peers.groups import AXES, looked_at, medians, members_on, shares, with_others
from ews.features.peers.standing import sees_arrears, standing_now_and_before
from ews.features.steps import step
from ews.features.window import KEYS, Spine, joined

TITLE = Text("Peers", "同业与地区对比")

READS = (
    ("borrowers", "accounts", "transactions"),
    ("borrowers", "loans", "ledger"),
    ("borrowers", "loans", "instalments", "payments"),
)

FEATURES = (
    Feature("industry_inflow_change_3m", "change", "lower", ReasonCode.SECTOR_DECLINE,
            "Median of the industry: money received in the last 3 months against the same 3 a year before",
            "同行业近3个月入账较上年同期变化的中位数"),
    Feature("industry_past_due_share", "share", "higher", ReasonCode.SECTOR_DECLINE,
            "Share of the industry's other borrowers past due", "同行业其他借款人逾期占比"),
    Feature("industry_past_due_rise_3m", "change", "higher", ReasonCode.SECTOR_DECLINE,
            "Rise of the share past due in the industry over 3 months, in percentage points",
            "同行业逾期占比近3个月上升的百分点"),
    Feature("industry_default_share", "share", "higher", ReasonCode.SECTOR_DECLINE,
            "Share of the industry's other borrowers in default", "同行业其他借款人违约占比"),
    Feature("region_inflow_change_3m", "change", "lower", ReasonCode.SECTOR_DECLINE,
            "Median of the region: money received in the last 3 months against the same 3 a year before",
            "同地区近3个月入账较上年同期变化的中位数"),
    Feature("region_past_due_share", "share", "higher", ReasonCode.SECTOR_DECLINE,
            "Share of the region's other borrowers past due", "同地区其他借款人逾期占比"),
    Feature("region_past_due_rise_3m", "change", "higher", ReasonCode.SECTOR_DECLINE,
            "Rise of the share past due in the region over 3 months, in percentage points",
            "同地区逾期占比近3个月上升的百分点"),
    Feature("region_default_share", "share", "higher", ReasonCode.SECTOR_DECLINE,
            "Share of the region's other borrowers in default", "同地区其他借款人违约占比"),
    Feature("inflow_change_vs_industry_3m", "change", "lower", ReasonCode.BELOW_PEERS,
            "Money received in the last 3 months against the same 3 a year before, less the industry's median",
            "近3个月入账较上年同期变化与同行业中位数之差"),
    Feature("inflow_volatility_vs_industry_12m", "ratio", "higher", ReasonCode.BELOW_PEERS,
            "Variation of monthly money received over 12 months, less the industry's median",
            "近12个月月入账波动系数与同行业中位数之差"),
    Feature("wage_share_vs_industry_12m", "ratio", "none", ReasonCode.BELOW_PEERS,
            "Wages paid against money received over 12 months, less the industry's median",
            "近12个月工资支出占入账比与同行业中位数之差"),
    Feature("tax_share_vs_industry_12m", "ratio", "none", ReasonCode.BELOW_PEERS,
            "Taxes paid against money received over 12 months, less the industry's median",
            "近12个月税费支出占入账比与同行业中位数之差"),
)  # fmt: skip

_AGAINST_INDUSTRY = {
    "inflow_change_vs_industry_3m": "change",
    "inflow_volatility_vs_industry_12m": "volatility",
    "wage_share_vs_industry_12m": "wage_share",
    "tax_share_vs_industry_12m": "tax_share",
}
_MEDIANS = {
    **{f"{axis}_inflow_change_3m": (axis, "change") for axis in AXES},
    **{f"median_{column}": ("industry", column) for column in ("volatility", "wage_share", "tax_share")},
}


def build(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with the columns of FEATURES."""
    members = members_on(book, spine)
    rows = Spine(members.select(*KEYS), spine.days)
    parts = []
    if sees_accounts(book):
        parts.append(_flows(book, spine, members, rows))
    if sees_arrears(book):
        parts.extend(_arrears(book, spine, members, rows))
    table = joined(spine, *(step(part.semi_join(spine.table, KEYS)) for part in parts))
    return table.select(*KEYS, **{each.name: _or_null(table, each.name) for each in FEATURES})


def sees_accounts(book: Book) -> bool:
    """Return whether the book tells how money moves."""
    return book.has("accounts") and book.has("transactions")


def _flows(book: Book, spine: Spine, members: ir.Table, rows: Spine) -> ir.Table:
    own = step(flows(book, looked_at(book, spine, members), recent_postings(book, spine)), lasting=True)
    own = with_others(book, spine, own)
    middle = step(medians(members, own, _MEDIANS))
    table = joined(rows, middle, own)
    against: Mapping[str, ir.Value] = {
        "change": table.industry_inflow_change_3m,
        **{column: table[f"median_{column}"] for column in ("volatility", "wage_share", "tax_share")},
    }
    return table.select(
        *KEYS,
        *(f"{axis}_inflow_change_3m" for axis in AXES),
        **{name: table[column] - against[column] for name, column in _AGAINST_INDUSTRY.items()},
    )


def _arrears(book: Book, spine: Spine, members: ir.Table, rows: Spine) -> list[ir.Table]:
    flags = step(standing_now_and_before(book, spine, looked_at(book, spine, members)))
    flags = with_others(book, spine, flags)
    parts = []
    for axis in AXES:
        now = shares(members, flags, axis, "counted", ("past_due", "in_default"))
        before = shares(members, flags, axis, "counted_before", ("past_due_before",))
        table = joined(rows, now, before)
        columns = {
            f"{axis}_past_due_share": table.past_due,
            f"{axis}_past_due_rise_3m": table.past_due - table.past_due_before,
            f"{axis}_default_share": table.in_default,
        }
        parts.append(table.select(*KEYS, **columns))
    return parts


def _or_null(table: ir.Table, name: str) -> ir.Value:
    return table[name] if name in table.columns else ibis.null("float64")
