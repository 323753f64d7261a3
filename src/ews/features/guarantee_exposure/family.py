"""Guarantee exposure: what the borrower answers for, who answers for it, and who of them is in trouble.

Grain   one row per (borrower_id, as_of)
Reads   guarantees; the arrears of all who are connected (loans with ledger, or with instalments and payments);
        account flows for the ratio to inflow; outcomes for listed defaults
Window  guarantees valid on as_of
Trouble more than 30 days past due on any loan on as_of, or listed on or before as_of as in default or written off,
        which does not heal; parties unknown to the book are not counted as troubled
Nulls   a borrower without guarantees has 0 and a circle of 1; an amount is null where guarantees stand but none
        tells one; trouble is null where the book holds no arrears, its share in the circle also for a circle of 1
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.domain.text import Text
from ews.events.arrears import loan_states
from ews.events.book import Book, was_known
from ews.features.account_flows.family import inflow_12m
from ews.features.guarantee_exposure.circles import DAY, edges_on, members_of
from ews.features.ratios import only_where, ratio
from ews.features.steps import step
from ews.features.window import KEYS, Spine, joined

TITLE = Text("Guarantee exposure", "对外担保")

READS = (("guarantees",),)

FEATURES = (
    Feature("guaranteed_amount", "fen", "higher", ReasonCode.GUARANTEES_HEAVY,
            "Amount guaranteed for others", "对外担保金额"),
    Feature("guaranteed_parties", "count", "higher", ReasonCode.GUARANTEES_HEAVY,
            "Parties guaranteed", "被担保人数"),
    Feature("guaranteed_to_inflow", "ratio", "higher", ReasonCode.GUARANTEES_HEAVY,
            "Amount guaranteed as a multiple of the money received in 12 months", "对外担保金额与近12个月入账之比"),
    Feature("guaranteed_troubled", "count", "higher", ReasonCode.GUARANTEED_IN_TROUBLE,
            "Guaranteed parties more than 30 days past due or in default", "逾期超过30天或已违约的被担保人数"),
    Feature("guaranteed_troubled_amount", "fen", "higher", ReasonCode.GUARANTEED_IN_TROUBLE,
            "Amount guaranteed for parties more than 30 days past due or in default",
            "为逾期超过30天或已违约的被担保人担保的金额"),
    Feature("guarantor_count", "count", "none", ReasonCode.GUARANTEES_HEAVY,
            "Guarantors of the borrower", "保证人数"),
    Feature("guarantors_troubled", "count", "higher", ReasonCode.GUARANTEED_IN_TROUBLE,
            "Guarantors more than 30 days past due or in default", "逾期超过30天或已违约的保证人数"),
    Feature("mutual_guarantees", "count", "higher", ReasonCode.GUARANTEES_HEAVY,
            "Parties that are guaranteed and guarantee in return", "互保对象数"),
    Feature("circle_size", "count", "none", ReasonCode.GUARANTEES_HEAVY,
            "Size of the guarantee circle; 1 without guarantees", "担保圈规模（无担保为1）"),
    Feature("circle_troubled_share", "share", "higher", ReasonCode.GUARANTEED_IN_TROUBLE,
            "Share of the others in the circle more than 30 days past due or in default",
            "担保圈内其他成员逾期超过30天或已违约的占比"),
)  # fmt: skip

TROUBLED_ABOVE_DPD = 30
"""From the 31st day a significant increase in risk is presumed (IFRS 9 5.5.11)."""
DEFAULTS = ("dpd_90", "write_off", "default")
"""Outcomes after which a party is in trouble for good, also when its loans have left the ledger."""


def build(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with the columns of FEATURES."""
    edges = edges_on(book, spine)
    members = members_of(book, spine, edges)
    troubled = _troubled(book, members)
    flagged = _flagged(edges, troubled)
    table = joined(
        spine, _given(flagged), _taken(flagged), _mutual(edges), _circle(members, troubled), inflow_12m(book, spine)
    )
    given = _sum_or_null(table.guaranteed_parties, table.given_amount)
    in_trouble = table.guaranteed_troubled.fill_null(0)
    others = table.circle_size - 1
    values: dict[str, ir.Value] = {
        "guaranteed_amount": given,
        "guaranteed_parties": table.guaranteed_parties.fill_null(0),
        "guaranteed_to_inflow": ratio(given, table.inflow_12m),
        "guarantor_count": table.guarantor_count.fill_null(0),
        "mutual_guarantees": table.mutual_guarantees.fill_null(0),
        "circle_size": table.circle_size.fill_null(1),
    }
    trouble: dict[str, ir.Value] = {
        "guaranteed_troubled": in_trouble,
        "guaranteed_troubled_amount": _sum_or_null(in_trouble, table.troubled_amount),
        "guarantors_troubled": table.guarantors_troubled.fill_null(0),
        "circle_troubled_share": ratio(table.others_troubled, others),
    }
    sees_arrears = ibis.literal(_sees_arrears(book))
    values |= {name: only_where(sees_arrears, value) for name, value in trouble.items()}
    return table.select(*KEYS, **{feature.name: values[feature.name] for feature in FEATURES})


def _sum_or_null(parts: ir.IntegerValue, total: ir.IntegerValue) -> ir.Value:
    """Return 0 where there are no parts, null where there are some and none told an amount."""
    return ibis.ifelse(parts.fill_null(0) == 0, 0, total)


def _sees_arrears(book: Book) -> bool:
    return book.has("loans") and (book.has("ledger") or (book.has("instalments") and book.has("payments")))


def _troubled(book: Book, members: ir.Table) -> ir.Table:
    """Return the members in trouble on each day, each once."""
    days = members.select(*DAY, borrower_id="member_id")
    if not _sees_arrears(book):
        return days.limit(0)
    days = days.select(*KEYS)
    states = loan_states(book, days)
    late = states.filter(states.dpd > TROUBLED_ABOVE_DPD).select(*DAY, "borrower_id")
    if book.has("outcomes"):
        late = ibis.union(late, _listed(book, days))
    return step(book, late.distinct())


def _listed(book: Book, days: ir.Table) -> ir.Table:
    """Return who was listed with a dated default on or before each day; a default without a date tells no day."""
    rows = days.inner_join(book.table("outcomes"), "borrower_id")
    rows = rows.filter(rows.kind.isin(DEFAULTS), rows.occurred_on <= rows.as_of, was_known(rows, rows.known_by))
    return rows.select(*DAY, "borrower_id")


def _flagged(edges: ir.Table, troubled: ir.Table) -> ir.Table:
    """Mark on each edge whether its guarantor, and whether the party guaranteed, is in trouble."""
    flagged = edges
    for end in ("guarantor_id", "borrower_id"):
        late = troubled.select(*DAY, **{end: "borrower_id"}, late=ibis.literal(value=True))
        flagged = flagged.left_join(late, [*DAY, end], rname="{name}_late")
        flagged = flagged.rename({f"{end}_is_late": "late"}).drop(*(f"{name}_late" for name in (*DAY, end)))
    return flagged.mutate(
        guarantor_late=flagged.guarantor_id_is_late.fill_null(False),
        party_late=flagged.borrower_id_is_late.fill_null(False),
    )


def _given(edges: ir.Table) -> ir.Table:
    given = edges.group_by(*DAY, "guarantor_id").aggregate(
        guaranteed_parties=edges.count(),
        given_amount=edges.amount.sum(),
        guaranteed_troubled=edges.party_late.sum(),
        troubled_amount=edges.amount.sum(where=edges.party_late),
    )
    return given.rename(borrower_id="guarantor_id")


def _taken(edges: ir.Table) -> ir.Table:
    return edges.group_by(*KEYS).aggregate(
        guarantor_count=edges.count(), guarantors_troubled=edges.guarantor_late.sum()
    )


def _mutual(edges: ir.Table) -> ir.Table:
    back = edges.select(*DAY, guarantor_id="borrower_id", borrower_id="guarantor_id")
    both = edges.semi_join(back, [*DAY, "guarantor_id", "borrower_id"])
    return both.group_by(*KEYS).aggregate(mutual_guarantees=both.count())


def _circle(members: ir.Table, troubled: ir.Table) -> ir.Table:
    """Return the size of each member's circle and how many of the others in it are in trouble."""
    late = troubled.select(*DAY, member_id="borrower_id", late=ibis.literal(1, "int64"))
    marked = members.left_join(late, [*DAY, "member_id"], rname="{name}_late")
    marked = marked.select(*DAY, "circle", "member_id", late=marked.late.fill_null(0))
    circle = ibis.window(group_by=[*DAY, "circle"])
    return marked.select(
        *DAY,
        borrower_id="member_id",
        circle_size=marked.count().over(circle),
        others_troubled=marked.late.sum().over(circle) - marked.late,
    )
