"""Economic unit: what the borrower's controller, spouse and affiliates tell of it.

Grain   one row per (borrower_id, as_of)
Reads   relations; of each member what the families read: card statements, inquiries as far as the last report pulled
        on that person, accounts and transactions, loans and their arrears, outcomes, public events
Members as members.py finds them: owners are controller and spouse, of the borrower or of its controller; affiliates
        are the firms that it or its owners control, declared affiliates and large shareholders
Window  the families' own, counted back from as_of; who is a member is what was known on the day
Within  money that members move among themselves is taken out of what the unit earns
Nulls   nobody of those asked for is known, or nothing is known of them; sums and maxima pass over members of whom
        nothing is known. Totals of the unit are null for a borrower that stands alone: they would repeat its own
        features. Debt to inflow is null where a member's debt is unknown, or it
        owes and its flows are not seen. Counts of members in
        trouble are 0 for a borrower that stands alone, null where the book holds no arrears
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.domain.text import Text
from ews.domain.unit import FIRMS, OWNERS, Role
from ews.events.book import Book
from ews.features.account_flows.postings import recent_postings
from ews.features.economic_unit.members import members, unit_rows
from ews.features.economic_unit.money import INTERNAL, internal_sums, sees_accounts
from ews.features.economic_unit.parties import connected, known_of
from ews.features.guarantee_exposure.trouble import sees_arrears
from ews.features.ratios import change, only_where, ratio
from ews.features.steps import step
from ews.features.window import KEYS, Spine, is_covered, joined

TITLE = Text("Economic unit", "经济单元")

READS = (("relations",),)

OWNER_FEATURES = (
    Feature("owner_card_utilisation", "share", "higher", ReasonCode.OWNER_STRETCHED,
            "Card balances of controller and spouse as a share of their limits", "实际控制人及配偶信用卡额度使用率"),
    Feature("owner_card_months_above_80_6m", "count", "higher", ReasonCode.OWNER_STRETCHED,
            "Statements of the last 6 with more than 80 % of the limits drawn, the worse of controller and spouse",
            "实际控制人或配偶近6期信用卡使用率超过80%的期数（取较高者）"),
    Feature("owner_card_minimum_only_6m", "count", "higher", ReasonCode.OWNER_STRETCHED,
            "Card balances of controller and spouse of the last 6 statements on which hardly more than the minimum "
            "was paid", "实际控制人及配偶近6期信用卡仅还最低还款额次数"),
    Feature("owner_card_cash_advance_3m", "fen", "higher", ReasonCode.OWNER_STRETCHED,
            "Cash drawn on cards by controller and spouse over the last 3 statements",
            "实际控制人及配偶近3期信用卡取现金额"),
    Feature("owner_inquiries_3m", "count", "higher", ReasonCode.OWNER_STRETCHED,
            "Credit inquiries on controller and spouse in the last 3 months", "实际控制人及配偶近3个月征信查询次数"),
    Feature("owner_inquiries_6m", "count", "higher", ReasonCode.OWNER_STRETCHED,
            "Credit inquiries on controller and spouse in the last 6 months", "实际控制人及配偶近6个月征信查询次数"),
    Feature("owner_nonbank_inquiries_6m", "count", "higher", ReasonCode.OWNER_STRETCHED,
            "Inquiries on controller and spouse by lenders other than banks in the last 6 months",
            "实际控制人及配偶近6个月非银行机构查询次数"),
    Feature("owner_inflow_change_3m", "change", "lower", ReasonCode.OWNER_STRETCHED,
            "Monthly money received on accounts of controller and spouse, last 3 months against the 9 before",
            "实际控制人及配偶账户近3个月月均入账较前9个月变化"),
    Feature("owner_balance_mean_3m", "fen", "lower", ReasonCode.OWNER_STRETCHED,
            "Mean of the last 3 monthly closing balances of controller and spouse",
            "实际控制人及配偶账户近3个月月末余额平均值"),
    Feature("owner_securities_share_6m", "share", "higher", ReasonCode.SECURITIES,
            "Share of what controller and spouse paid out that went to securities accounts, last 6 months",
            "实际控制人及配偶近6个月流向证券账户的出账占比"),
    Feature("owner_lent_share_6m", "share", "higher", ReasonCode.PRIVATE_LENDING,
            "Share of what controller and spouse paid out that went to private persons in round sums, last 6 months",
            "实际控制人及配偶近6个月以整额付给个人的出账占比"),
    Feature("owner_drawn_share_6m", "share", "higher", ReasonCode.FLOWS_OFF_TRADE,
            "Share of the money paid out that went to controller and spouse, last 6 months",
            "近6个月流向实际控制人及配偶的出账占比"),
    Feature("owner_support_share_6m", "share", "higher", ReasonCode.FLOWS_OFF_TRADE,
            "Share of the money that came in from controller and spouse, last 6 months",
            "近6个月来自实际控制人及配偶的入账占比"),
    Feature("owner_dpd_now", "days", "higher", ReasonCode.UNIT_IN_TROUBLE,
            "Days past due now of controller and spouse, the longest", "实际控制人及配偶当前最长逾期天数"),
    Feature("owner_dpd_max_12m", "days", "higher", ReasonCode.UNIT_IN_TROUBLE,
            "Most days past due of controller and spouse in the last 12 months",
            "实际控制人及配偶近12个月最大逾期天数"),
)  # fmt: skip
AFFILIATE_FEATURES = (
    Feature("affiliates_paid_share_6m", "share", "none", ReasonCode.FLOWS_OFF_TRADE,
            "Share of the money paid out that went to affiliates, last 6 months", "近6个月流向关联企业的出账占比"),
    Feature("affiliates_dpd_now", "days", "higher", ReasonCode.UNIT_IN_TROUBLE,
            "Days past due now of affiliates, the longest", "关联企业当前最长逾期天数"),
    Feature("affiliates_dpd_max_12m", "days", "higher", ReasonCode.UNIT_IN_TROUBLE,
            "Most days past due of affiliates in the last 12 months", "关联企业近12个月最大逾期天数"),
    Feature("affiliates_in_default", "count", "higher", ReasonCode.UNIT_IN_TROUBLE,
            "Affiliates in default", "已违约的关联企业数"),
)  # fmt: skip
OTHERS_FEATURES = (
    Feature("unit_troubled", "count", "higher", ReasonCode.UNIT_IN_TROUBLE,
            "Controller, spouse and affiliates more than 30 days past due or in default",
            "逾期超过30天或已违约的关联人数（实际控制人、配偶及关联企业）"),
    Feature("unit_legal_actions_12m", "count", "higher", ReasonCode.LEGAL_ACTION,
            "Lawsuits and enforcement against controller, spouse and affiliates in the last 12 months",
            "实际控制人、配偶及关联企业近12个月涉诉与被执行次数"),
)  # fmt: skip
SIZE_FEATURES = (
    # Spouses are not counted: whether somebody is married is not to become a feature
    Feature("unit_members", "count", "none", ReasonCode.UNIT_IN_TROUBLE,
            "Controllers and affiliates known", "已知实际控制人与关联企业数"),
)  # fmt: skip
HOUSEHOLD_FEATURES = (
    Feature("unit_card_utilisation", "share", "higher", ReasonCode.CARD_NEAR_LIMIT,
            "Card balances of borrower, controller and spouse as a share of their limits",
            "本户、实际控制人及配偶信用卡额度使用率"),
    Feature("unit_inquiries_3m", "count", "higher", ReasonCode.CREDIT_SOUGHT,
            "Credit inquiries on borrower, controller and spouse in the last 3 months",
            "本户、实际控制人及配偶近3个月征信查询次数"),
)  # fmt: skip
WHOLE_FEATURES = (
    Feature("unit_debt_to_inflow", "ratio", "higher", ReasonCode.DEBT_HEAVY,
            "Debt of the whole unit at this bank as a multiple of the money it received from outside in 12 months",
            "经济单元本行贷款余额合计与近12个月外部净入账之比"),
)  # fmt: skip

FEATURES = (
    *OWNER_FEATURES,
    *AFFILIATE_FEATURES,
    *OTHERS_FEATURES,
    *SIZE_FEATURES,
    *HOUSEHOLD_FEATURES,
    *WHOLE_FEATURES,
)

TAKES_IN: dict[str, tuple[Role, ...]] = {
    feature.name: roles
    for features, roles in (
        (OWNER_FEATURES, OWNERS),
        (AFFILIATE_FEATURES, FIRMS),
        (OTHERS_FEATURES, (*OWNERS, *FIRMS)),
        (SIZE_FEATURES, (Role.CONTROLLER, *FIRMS)),
        (HOUSEHOLD_FEATURES, (Role.SELF, *OWNERS)),
        (WHOLE_FEATURES, tuple(Role)),
    )
    for feature in features
}
"""The members on whose rows a feature's value rests, by the name of the feature."""

QUARTER, YEAR = 3, 12


def build(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with the columns of FEATURES."""
    unit = connected(members(book, spine))
    known, parties = known_of(book, spine, unit)
    rows = step(unit_rows(unit, known))
    moved = _internal(book, spine, parties, unit)
    sums = step(rows.group_by(*KEYS).aggregate(**_owners(rows), **_firms(rows), **_whole(rows)))
    table = joined(spine, sums, moved)
    values = _values(book, table)
    return table.select(*KEYS, **{feature.name: values[feature.name] for feature in FEATURES})


def _internal(book: Book, spine: Spine, parties: Spine, unit: ir.Table) -> ir.Table:
    if not sees_accounts(book):
        return spine.table.select(*KEYS, **{name: ibis.null("int64") for name in INTERNAL})
    return internal_sums(book, parties, unit, recent_postings(book, spine))


def _is_any(rows: ir.Table, *roles: Role) -> ir.BooleanValue:
    return rows.role.isin([role.value for role in roles])


def _owners(rows: ir.Table) -> dict[str, ir.Scalar]:
    owner = _is_any(rows, *OWNERS)
    household = owner | _is_any(rows, Role.SELF)
    sums = {
        "inquiries_3": rows.inquiries_3m, "inquiries_6": rows.inquiries_6m, "nonbanks": rows.nonbank_inquiries_6m,
        "minimum": rows.card_minimum_only_6m, "cash": rows.card_cash_advance_3m, "balance": rows.balance_sum_3m,
        "spent": rows.spent, "securities": rows.securities, "lent": rows.lent,
    }  # fmt: skip
    worst = {"above_80": rows.card_months_above_80_6m, "dpd": rows.dpd, "dpd_12": rows.dpd_12}
    has_limit = rows.card_utilisation.notnull()
    return {
        **{f"owner_{name}": value.sum(where=owner) for name, value in sums.items()},
        **{f"owner_{name}": value.max(where=owner) for name, value in worst.items()},
        "owner_earned_3": rows.earned_3.sum(where=owner & rows.is_grown),
        "owner_earned_12": rows.earned_12.sum(where=owner & rows.is_grown),
        "owner_drawn": rows.card_balance.sum(where=owner & has_limit),
        "owner_limit": rows.card_limit.sum(where=owner & has_limit),
        "household_drawn": rows.card_balance.sum(where=household & has_limit),
        "household_limit": rows.card_limit.sum(where=household & has_limit),
        "household_inquiries_3": rows.inquiries_3m.sum(where=household),
        "controllers": _is_any(rows, Role.CONTROLLER).sum(),
    }


def _firms(rows: ir.Table) -> dict[str, ir.Scalar]:
    firm = _is_any(rows, *FIRMS)
    return {
        "firms": firm.sum(),
        "firms_dpd": rows.dpd.max(where=firm),
        "firms_dpd_12": rows.dpd_12.max(where=firm),
        "firms_in_default": rows.is_in_default.sum(where=firm),
    }


def _whole(rows: ir.Table) -> dict[str, ir.Scalar]:
    other, own = ~_is_any(rows, Role.SELF), _is_any(rows, Role.SELF)
    return {
        "others": other.sum(),
        "troubled": rows.is_troubled.sum(where=other),
        "legal_actions": rows.legal_actions.sum(where=other),
        "debt": rows.debt.sum(),
        "debts_unknown": rows.debt.isnull().sum(),
        "earned": rows.earned_12.sum(),
        "owing_unseen": (rows.earned_12.isnull() & (rows.debt > 0)).sum(),
        "own_in": rows.gross_in.sum(where=own),
        "own_out": rows.gross_out.sum(where=own),
    }


def _values(book: Book, table: ir.Table) -> dict[str, ir.Value]:
    has_controller, has_firm = table.controllers > 0, table.firms > 0
    before = table.owner_earned_12 - table.owner_earned_3
    net = table.earned - table.earned_within.fill_null(0)
    sees, is_alone = ibis.literal(sees_arrears(book)), table.others.isnull()
    in_default, troubled = table.firms_in_default.fill_null(0), table.troubled.fill_null(0)
    told = _tells_legal_actions(book, table)
    is_whole = (table.debts_unknown == 0) & (table.owing_unseen == 0)
    return {
        "owner_card_utilisation": ratio(table.owner_drawn, table.owner_limit),
        "owner_card_months_above_80_6m": table.owner_above_80,
        "owner_card_minimum_only_6m": table.owner_minimum,
        "owner_card_cash_advance_3m": table.owner_cash,
        "owner_inquiries_3m": table.owner_inquiries_3,
        "owner_inquiries_6m": table.owner_inquiries_6,
        "owner_nonbank_inquiries_6m": table.owner_nonbanks,
        "owner_inflow_change_3m": change(table.owner_earned_3, QUARTER, before, YEAR - QUARTER),
        "owner_balance_mean_3m": table.owner_balance / 3.0,
        "owner_securities_share_6m": ratio(table.owner_securities, table.owner_spent),
        "owner_lent_share_6m": ratio(table.owner_lent, table.owner_spent),
        "owner_drawn_share_6m": only_where(has_controller, ratio(table.to_owner.fill_null(0), table.own_out)),
        "owner_support_share_6m": only_where(has_controller, ratio(table.from_owner.fill_null(0), table.own_in)),
        "owner_dpd_now": table.owner_dpd,
        "owner_dpd_max_12m": table.owner_dpd_12,
        "affiliates_paid_share_6m": only_where(has_firm, ratio(table.to_firms.fill_null(0), table.own_out)),
        "affiliates_dpd_now": table.firms_dpd,
        "affiliates_dpd_max_12m": table.firms_dpd_12,
        "affiliates_in_default": only_where(sees, in_default),
        "unit_troubled": only_where(sees, troubled),
        "unit_legal_actions_12m": only_where(told, ibis.ifelse(is_alone, 0, table.legal_actions.fill_null(0))),
        "unit_members": table.controllers.fill_null(0) + table.firms.fill_null(0),
        "unit_card_utilisation": ratio(table.household_drawn, table.household_limit),
        "unit_inquiries_3m": table.household_inquiries_3,
        "unit_debt_to_inflow": only_where(is_whole, ratio(table.debt, net)),
    }


def _tells_legal_actions(book: Book, table: ir.Table) -> ir.BooleanValue:
    if not book.has("public_events"):
        return ibis.literal(value=False)
    return is_covered(book, "public_events", table.as_of, months=YEAR)
