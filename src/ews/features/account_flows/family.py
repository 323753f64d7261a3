"""Account flows: how money moves on the borrower's accounts.

Grain   one row per (borrower_id, as_of)
Reads   accounts, transactions
Window  months counted back from as_of; a change over 3 months sets them against the 9 before, over 12 against the
        12 before. Two years show what one season hides
Inflow  money in, without loans paid out, own transfers and related parties; a posting of unknown category is trade
Outflow money out, without loan service, own transfers and related parties
Nulls   no account open in the last 12 months, or time not covered by the extract; a covered account without
        postings is 0. Patterns over 12 or 24 months are null for accounts younger than that, changes also where
        the base is 0. Balances are null where no account open in the window told one, counterparties where no
        posting named one
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.domain.text import Text
from ews.events.book import Book, was_known
from ews.events.owners import with_borrower
from ews.features.account_flows.balances import balances
from ews.features.account_flows.flow_sums import QUARTER, TWO_YEARS, YEAR, exact, flow_sums, inflow
from ews.features.account_flows.trading_partners import trading_partners
from ews.features.ratios import change, only_where, ratio
from ews.features.window import KEYS, Spine, is_covered, joined, lag_of, monthly

TITLE = Text("Account flows", "账户资金往来")

READS = (("accounts", "transactions"),)

FEATURES = (
    Feature("inflow_3m", "fen", "lower", ReasonCode.INFLOW_FELL,
            "Money received in the last 3 months", "近3个月入账金额"),
    Feature("inflow_12m", "fen", "lower", ReasonCode.INFLOW_FELL,
            "Money received in the last 12 months", "近12个月入账金额"),
    Feature("inflow_24m", "fen", "lower", ReasonCode.INFLOW_FELL,
            "Money received in the last 24 months", "近24个月入账金额"),
    Feature("inflow_change_3m", "change", "lower", ReasonCode.INFLOW_FELL,
            "Monthly money received, last 3 months against the 9 before", "近3个月月均入账较前9个月变化"),
    Feature("inflow_change_12m", "change", "lower", ReasonCode.INFLOW_FELL,
            "Money received, last 12 months against the 12 before", "近12个月入账较前12个月变化"),
    Feature("outflow_3m", "fen", "none", ReasonCode.FLOWS_UNSTEADY,
            "Money paid out in the last 3 months", "近3个月出账金额"),
    Feature("net_flow_3m", "fen", "lower", ReasonCode.FLOWS_UNSTEADY,
            "Money received less money paid out in the last 3 months", "近3个月净流入金额"),
    Feature("inflow_months_12m", "count", "lower", ReasonCode.FLOWS_UNSTEADY,
            "Months of the last 12 in which money was received", "近12个月有入账的月数"),
    Feature("inflow_months_24m", "count", "lower", ReasonCode.FLOWS_UNSTEADY,
            "Months of the last 24 in which money was received", "近24个月有入账的月数"),
    Feature("inflow_volatility_12m", "ratio", "higher", ReasonCode.FLOWS_UNSTEADY,
            "Variation of monthly money received over 12 months (standard deviation / mean)",
            "近12个月月入账波动系数（标准差/均值）"),
    Feature("inflow_volatility_24m", "ratio", "higher", ReasonCode.FLOWS_UNSTEADY,
            "Variation of monthly money received over 24 months (standard deviation / mean)",
            "近24个月月入账波动系数（标准差/均值）"),
    Feature("inflow_top_month_share_12m", "share", "higher", ReasonCode.FLOWS_UNSTEADY,
            "Share of the best month in the money received over 12 months", "近12个月最高月入账占比"),
    Feature("net_outflow_months_12m", "count", "higher", ReasonCode.FLOWS_UNSTEADY,
            "Months of the last 12 in which more was paid out than received", "近12个月净流出月数"),
    Feature("net_outflow_months_24m", "count", "higher", ReasonCode.FLOWS_UNSTEADY,
            "Months of the last 24 in which more was paid out than received", "近24个月净流出月数"),
    Feature("postings_12m", "count", "lower", ReasonCode.INFLOW_FELL,
            "Postings of the last 12 months", "近12个月账户交易笔数"),
    Feature("postings_24m", "count", "lower", ReasonCode.INFLOW_FELL,
            "Postings of the last 24 months", "近24个月账户交易笔数"),
    Feature("balance_min_3m", "fen", "lower", ReasonCode.BALANCE_THIN,
            "Lowest balances of the accounts in the last 3 months, added up", "近3个月各账户最低余额合计"),
    Feature("balance_mean_3m", "fen", "lower", ReasonCode.BALANCE_THIN,
            "Mean of the last 3 monthly closing balances", "近3个月月末余额平均值"),
    Feature("overdrawn_days_3m", "days", "higher", ReasonCode.BALANCE_THIN,
            "Days of the last 3 months on which an account was overdrawn", "近3个月账户透支天数"),
    Feature("wage_change_3m", "change", "lower", ReasonCode.BUSINESS_COSTS_SHRANK,
            "Monthly wages paid, last 3 months against the 9 before", "近3个月月均工资支出较前9个月变化"),
    Feature("tax_utility_change_3m", "change", "lower", ReasonCode.BUSINESS_COSTS_SHRANK,
            "Monthly taxes and utilities paid, last 3 months against the 9 before",
            "近3个月月均税费水电支出较前9个月变化"),
    Feature("purchase_change_3m", "change", "lower", ReasonCode.BUSINESS_COSTS_SHRANK,
            "Monthly purchases paid, last 3 months against the 9 before", "近3个月月均采购支出较前9个月变化"),
    Feature("securities_out_share_3m", "share", "higher", ReasonCode.FLOWS_OFF_TRADE,
            "Share of money paid out that went to securities accounts, last 3 months", "近3个月流向证券账户的出账占比"),
    Feature("private_out_share_3m", "share", "none", ReasonCode.FLOWS_OFF_TRADE,
            "Share of money paid out that went to private persons, last 3 months", "近3个月流向个人的出账占比"),
    Feature("counterparties_3m", "count", "lower", ReasonCode.PARTNERS_LOST,
            "Customers and suppliers of the last 3 months", "近3个月交易对手数"),
    Feature("customers_12m", "count", "lower", ReasonCode.PARTNERS_LOST,
            "Customers of the last 12 months", "近12个月客户数"),
    Feature("top_counterparty_share_12m", "share", "none", ReasonCode.PARTNERS_LOST,
            "Share of the largest customer in the sales of 12 months", "近12个月最大客户销售占比"),
)  # fmt: skip

CHANGES = ("wage", "tax_utility", "purchase")


def build(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with the columns of FEATURES."""
    postings = with_borrower(book, "transactions")
    table = joined(
        spine,
        _life(book, spine),
        flow_sums(spine, postings),
        balances(spine, postings, book.table("accounts")),
        trading_partners(spine, postings),
    )
    covered = {
        months: table.has_account & is_covered(book, "transactions", table.as_of, months=months)
        for months in (QUARTER, YEAR, TWO_YEARS)
    }
    values: dict[str, ir.Value] = {name: only_where(covered[QUARTER], value) for name, value in _quarter(table).items()}
    values |= {name: only_where(covered[YEAR], value) for name, value in _partners(table).items()}
    for months in (YEAR, TWO_YEARS):
        is_grown = covered[months] & _has_lived(table, months)
        values |= {name: only_where(covered[months], value) for name, value in _volumes(table, months).items()}
        values |= {name: only_where(is_grown, value) for name, value in _patterns(table, months).items()}
    return table.select(*KEYS, **{feature.name: values[feature.name] for feature in FEATURES})


def inflow_12m(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with `inflow_12m` alone, for ratios of other families; null where the book lacks the feed."""
    if not all(book.has(name) for name in READS[0]):
        return spine.table.mutate(inflow_12m=ibis.null("int64"))
    cells = monthly(spine, with_borrower(book, "transactions"), day="occurred_at", months=YEAR, inflow=inflow)
    total = cells.group_by(*KEYS).aggregate(inflow_12m=cells.inflow.sum().cast("int64"))
    table = joined(spine, _life(book, spine), total)
    is_known = table.has_account & is_covered(book, "transactions", table.as_of, months=YEAR)
    return table.select(*KEYS, inflow_12m=only_where(is_known, table.inflow_12m.fill_null(0)))


def _life(book: Book, spine: Spine) -> ir.Table:
    """Return whether an account was open in the last 12 months, and since when there is one."""
    seen = spine.table.inner_join(book.table("accounts"), "borrower_id")
    seen = seen.filter(was_known(seen, seen.known_by), seen.opened_on.isnull() | (seen.opened_on <= seen.as_of))
    is_gone = (lag_of(seen.closed_on, seen.as_of) >= YEAR).fill_null(False)
    life = seen.group_by(*KEYS).aggregate(opened_on=seen.opened_on.min(), open_accounts=(~is_gone).sum())
    life = joined(spine, life)
    return life.select(*KEYS, "opened_on", has_account=(life.open_accounts > 0).fill_null(False))


def _has_lived(table: ir.Table, months: int) -> ir.BooleanValue:
    """Return whether an account was opened, or the first posting made, before the window of `months` months."""
    was_opened = (lag_of(table.opened_on, table.as_of) >= months).fill_null(False)
    return was_opened | (table.months_posted > months).fill_null(False)


def _quarter(table: ir.Table) -> dict[str, ir.Value]:
    received, paid = table.inflow_3.fill_null(0), table.outflow_3.fill_null(0)
    return {
        "inflow_3m": received,
        "outflow_3m": paid,
        "net_flow_3m": received - paid,
        "balance_min_3m": table.balance_min_3m,
        "balance_mean_3m": table.balance_sum_3m / 3.0,
        "overdrawn_days_3m": only_where(table.balance_min_3m.notnull(), table.overdrawn_days.fill_null(0)),
        "securities_out_share_3m": ratio(table.securities_3, paid),
        "private_out_share_3m": ratio(table.private_3, paid),
        "counterparties_3m": only_where(_names_partners(table), table.partners_3m.fill_null(0)),
    }


def _partners(table: ir.Table) -> dict[str, ir.Value]:
    return {
        "customers_12m": only_where(_names_partners(table), table.customers_12m.fill_null(0)),
        "top_counterparty_share_12m": ratio(table.top_customer, table.customers_sum),
    }


def _names_partners(table: ir.Table) -> ir.BooleanValue:
    """Return whether postings name whom they concern: true also where there are none."""
    return ((table.named_partners > 0) | (table.unnamed_partners == 0)).fill_null(True)


def _volumes(table: ir.Table, months: int) -> dict[str, ir.Value]:
    return {f"{name}_{months}m": table[f"{name}_{months}"].fill_null(0) for name in ("inflow", "postings")}


def _patterns(table: ir.Table, months: int) -> dict[str, ir.Value]:
    patterns = {
        f"inflow_months_{months}m": table[f"months_with_inflow_{months}"].fill_null(0),
        f"net_outflow_months_{months}m": table[f"months_of_net_outflow_{months}"].fill_null(0),
        f"inflow_volatility_{months}m": _volatility(table, months),
    }
    if months == TWO_YEARS:
        return {**patterns, "inflow_change_12m": _changed(table, "inflow", YEAR, TWO_YEARS)}
    changes = {f"{name}_change_3m": _changed(table, name, QUARTER, YEAR) for name in ("inflow", *CHANGES)}
    return {**patterns, **changes, "inflow_top_month_share_12m": ratio(table.best_month_12, table.inflow_12)}


def _changed(table: ir.Table, flow: str, recent_months: int, months: int) -> ir.FloatingValue:
    recent = table[f"{flow}_{recent_months}"].fill_null(0)
    return change(recent, recent_months, table[f"{flow}_{months}"] - recent, months - recent_months)


def _volatility(table: ir.Table, months: int) -> ir.FloatingValue:
    """Return standard deviation / mean of the n monthly inflows x: sqrt(n * sum x^2 - (sum x)^2) / sum x."""
    total = table[f"inflow_{months}"]
    spread = table[f"inflow_squares_{months}"] * months - exact(total) * exact(total)
    return ratio(spread.cast("float64").sqrt(), total)
