"""Guarantee exposure: what the borrower answers for, who answers for it, and who of them is in trouble.

Grain   one row per (borrower_id, as_of)
Reads   guarantees; relations for who belongs to the borrower's own economic unit; the arrears of all who are
        connected (loans with ledger, or with instalments and payments); outcomes for listed defaults; findings for
        guarantees that were called; account flows for the ratios to inflow
Window  guarantees valid on as_of; findings of the last 12 months
Others  guarantees between members of one economic unit are not guarantees for others: they are counted apart, and
        members of the unit are left out of circle and ring
Trouble more than 30 days past due on any loan on as_of, or listed on or before as_of as in default or written off,
        which does not heal; late is any day past due, default more than 90. Parties unknown to the book are not
        counted as troubled
Nulls   a borrower without guarantees has 0 and a circle of 1; an amount is null where guarantees stand but none
        tells one; trouble is null where the book holds no arrears, its share in the circle also for a circle of 1,
        its share of the amount also where none is told; calls found are null where the book holds no findings
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.domain.text import Text
from ews.events.book import Book
from ews.features.account_flows.family import inflow_12m
from ews.features.economic_unit.members import members
from ews.features.guarantee_exposure.circles import DAY, edges_on, positions
from ews.features.guarantee_exposure.sides import circle_sums, given_sums, mutual, side, taken_sums, two_steps
from ews.features.guarantee_exposure.trouble import sees_arrears, trouble_of
from ews.features.ratios import only_where, ratio
from ews.features.window import KEYS, Spine, is_covered, joined, rows_within

TITLE = Text("Guarantee exposure", "对外担保")

READS = (("guarantees",),)

FEATURES = (
    Feature("guaranteed_amount", "fen", "higher", ReasonCode.GUARANTEES_HEAVY,
            "Amount guaranteed for others", "对外担保金额"),
    Feature("guaranteed_parties", "count", "higher", ReasonCode.GUARANTEES_HEAVY,
            "Parties guaranteed", "被担保人数"),
    Feature("guaranteed_to_inflow", "ratio", "higher", ReasonCode.GUARANTEES_HEAVY,
            "Amount guaranteed as a multiple of the money received in 12 months", "对外担保金额与近12个月入账之比"),
    Feature("guaranteed_to_debt", "ratio", "higher", ReasonCode.GUARANTEES_HEAVY,
            "Amount guaranteed as a multiple of the borrower's own debt", "对外担保金额与自身贷款余额之比"),
    Feature("guaranteed_late", "count", "higher", ReasonCode.GUARANTEED_IN_TROUBLE,
            "Guaranteed parties past due by any number of days, or in default", "存在逾期或已违约的被担保人数"),
    Feature("guaranteed_troubled", "count", "higher", ReasonCode.GUARANTEED_IN_TROUBLE,
            "Guaranteed parties more than 30 days past due or in default", "逾期超过30天或已违约的被担保人数"),
    Feature("guaranteed_troubled_amount", "fen", "higher", ReasonCode.GUARANTEED_IN_TROUBLE,
            "Amount guaranteed for parties more than 30 days past due or in default",
            "为逾期超过30天或已违约的被担保人担保的金额"),
    Feature("guaranteed_troubled_share", "share", "higher", ReasonCode.GUARANTEED_IN_TROUBLE,
            "Share of the amount guaranteed that is for parties more than 30 days past due or in default",
            "对外担保金额中被担保人逾期超过30天或已违约的占比"),
    Feature("guaranteed_second_troubled", "count", "higher", ReasonCode.GUARANTEED_IN_TROUBLE,
            "Troubled parties two steps away, for whom guaranteed parties answer",
            "被担保人所担保的出险户数（第二层）"),
    Feature("guaranteed_second_amount", "fen", "higher", ReasonCode.GUARANTEED_IN_TROUBLE,
            "Amount guaranteed for parties that answer for troubled ones, up to what they answer for",
            "为自身已有被担保人出险的对象担保的金额"),
    Feature("guarantee_calls_12m", "count", "higher", ReasonCode.GUARANTEE_CALLED,
            "Guarantees called in the last 12 months, as checks found", "近12个月检查认定的担保代偿次数"),
    Feature("guarantee_call_amount", "fen", "higher", ReasonCode.GUARANTEE_CALLED,
            "Amount likely to be called: debts of guaranteed parties in default, up to the amount guaranteed",
            "预计代偿金额（已违约被担保人的债务，以担保金额为限）"),
    Feature("guarantee_call_to_inflow", "ratio", "higher", ReasonCode.GUARANTEE_CALLED,
            "Amount likely to be called as a multiple of the money received in 12 months",
            "预计代偿金额与近12个月入账之比"),
    Feature("guarantor_count", "count", "none", ReasonCode.GUARANTEES_HEAVY,
            "Guarantors of the borrower outside its economic unit", "保证人数（不含关联人）"),
    Feature("guarantors_troubled", "count", "higher", ReasonCode.GUARANTEED_IN_TROUBLE,
            "Guarantors more than 30 days past due or in default", "逾期超过30天或已违约的保证人数"),
    Feature("guarantee_received_to_debt", "ratio", "none", ReasonCode.GUARANTEES_HEAVY,
            "Amount that others guarantee for the borrower as a multiple of its debt",
            "他人担保金额与自身贷款余额之比"),
    Feature("unit_guarantors", "count", "none", ReasonCode.GUARANTEES_HEAVY,
            "Controller, spouse and affiliates that guarantee for the borrower", "为本户担保的关联人数"),
    Feature("unit_guaranteed_amount", "fen", "none", ReasonCode.GUARANTEES_HEAVY,
            "Amount guaranteed for controller, spouse and affiliates", "为关联人担保的金额"),
    Feature("mutual_guarantees", "count", "higher", ReasonCode.GUARANTEES_HEAVY,
            "Parties that are guaranteed and guarantee in return", "互保对象数"),
    Feature("guarantee_ring_size", "count", "higher", ReasonCode.GUARANTEES_HEAVY,
            "Parties that all answer for each other, if only by way of others; 1 without such a ring",
            "循环担保（联保）规模（无循环担保为1）"),
    Feature("guarantee_depth", "count", "higher", ReasonCode.GUARANTEES_HEAVY,
            "Longest chain of guarantees that begins with the borrower", "以本户为起点的担保链长度"),
    Feature("circle_size", "count", "none", ReasonCode.GUARANTEES_HEAVY,
            "Size of the guarantee circle; 1 without guarantees", "担保圈规模（无担保为1）"),
    Feature("circle_troubled_share", "share", "higher", ReasonCode.GUARANTEED_IN_TROUBLE,
            "Share of the others in the circle more than 30 days past due or in default",
            "担保圈内其他成员逾期超过30天或已违约的占比"),
)  # fmt: skip

YEAR = 12
CALLED = "guarantee_called"
"""Field of a finding about the guarantor: a guarantee of its was called."""
NOT_SO = ("no", "false", "0", "否")


def build(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with the columns of FEATURES."""
    table = _gathered(book, spine)
    parties, troubled = table.parties.fill_null(0), table.troubled.fill_null(0)
    given = _sum_or_null(parties, table.amount)
    values: dict[str, ir.Value] = {
        "guaranteed_amount": given,
        "guaranteed_parties": parties,
        "guaranteed_to_inflow": ratio(given, table.inflow_12m),
        "guarantor_count": table.guarantors.fill_null(0),
        "unit_guarantors": table.unit_guarantors.fill_null(0),
        "unit_guaranteed_amount": _sum_or_null(table.unit_parties, table.unit_amount),
        "mutual_guarantees": table.mutual.fill_null(0),
        "guarantee_ring_size": table.others_in_ring.fill_null(0) + 1,
        "guarantee_depth": table.depth.fill_null(0),
        "circle_size": table.others.fill_null(0) + 1,
        "guarantee_calls_12m": table.calls,
    }
    call = _sum_or_null(table.failed, table.call_amount)
    trouble: dict[str, ir.Value] = {
        # No guarantee is no burden, whatever is owed; the debt is known only of parties with guarantees
        "guaranteed_to_debt": ibis.ifelse(given == 0, 0.0, ratio(given, table.debt)),
        "guarantee_received_to_debt": ibis.ifelse(
            table.guarantors.fill_null(0) == 0, 0.0, ratio(table.received_amount, table.debt)
        ),
        "guaranteed_late": table.late.fill_null(0),
        "guaranteed_troubled": troubled,
        "guaranteed_troubled_amount": _sum_or_null(troubled, table.troubled_amount),
        "guaranteed_troubled_share": ibis.ifelse(
            (parties > 0) & (troubled == 0), 0.0, ratio(table.troubled_amount, given)
        ),
        "guaranteed_second_troubled": table.second_troubled.fill_null(0),
        "guaranteed_second_amount": _sum_or_null(table.second_troubled, table.second_amount),
        "guarantee_call_amount": call,
        "guarantee_call_to_inflow": ratio(call, table.inflow_12m),
        "guarantors_troubled": table.guarantors_troubled.fill_null(0),
        "circle_troubled_share": ratio(table.others_troubled, table.others),
    }
    sees = ibis.literal(sees_arrears(book))
    values |= {name: only_where(sees, value) for name, value in trouble.items()}
    return table.select(*KEYS, **{feature.name: values[feature.name] for feature in FEATURES})


def _gathered(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with all sums that the features are made of, null where there is nothing to add."""
    edges = edges_on(book, spine)
    places = positions(spine, edges)
    unit = members(book, spine)
    trouble = trouble_of(book, places.select(*DAY, borrower_id="party_id"), spine)
    given = side(spine, edges, unit, trouble, of="guarantor_id")
    taken = side(spine, edges, unit, trouble, of="borrower_id")
    return joined(
        spine,
        given_sums(given),
        taken_sums(taken),
        mutual(given, taken),
        two_steps(edges, given, trouble),
        circle_sums(places, unit, trouble),
        trouble.select(*KEYS, "debt"),
        _calls(book, spine),
        inflow_12m(book, spine),
    )


def _calls(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with the guarantees that checks found to be called, null where nobody writes findings."""
    if not book.has("findings"):
        return spine.table.select(*KEYS, calls=ibis.null("int64"))
    findings = book.table("findings")
    is_so = findings.value.isnull() | findings.value.lower().notin(NOT_SO)
    rows = rows_within(spine, findings.filter(findings.field == CALLED, is_so), day="found_on", months=YEAR)
    table = joined(spine, rows.group_by(*KEYS).aggregate(calls=rows.count()))
    is_seen = is_covered(book, "findings", table.as_of, months=YEAR)
    return table.select(*KEYS, calls=only_where(is_seen | table.calls.notnull(), table.calls.fill_null(0)))


def _sum_or_null(parts: ir.IntegerValue, total: ir.IntegerValue) -> ir.Value:
    """Return 0 where there are no parts, null where there are some and none told an amount."""
    return ibis.ifelse(parts.fill_null(0) == 0, 0, total)
