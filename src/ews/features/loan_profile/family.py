"""Loan profile (贷款结构): how much is owed at this bank, on what terms, and when it has to be paid back at once.

Grain   one row per (borrower_id, as_of)
Reads   loans; ledger for balances; account flows for the ratios to inflow
Window  loans as they stand on as_of; bullets that mature in the next 1 and 3 months; debt now against 12 months ago
Shares  of the balances of the live loans that tell one; of principal, of the loans that tell both
Nulls   a borrower without loans owes 0; debt is null where no live loan tells its balance, and so is what is measured
        in it. Shares are null where nothing is owed or no loan tells the term. What is repaid at once is null where a
        live loan does not tell how it is repaid, or a bullet when or how much
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.domain.text import Text
from ews.events.book import Book
from ews.events.owners import with_borrower
from ews.features.account_flows.family import inflow_12m
from ews.features.ratios import change, only_where, ratio
from ews.features.states import states_on
from ews.features.window import KEYS, Spine, joined, lag_of, monthly

TITLE = Text("Loan profile", "贷款结构")

READS = (("loans",),)

FEATURES = (
    Feature("debt_outstanding", "fen", "none", ReasonCode.DEBT_HEAVY,
            "Debt outstanding at this bank", "本行贷款余额"),
    Feature("debt_to_inflow", "ratio", "higher", ReasonCode.DEBT_HEAVY,
            "Debt outstanding as a multiple of the money received in 12 months", "贷款余额与近12个月入账之比"),
    Feature("debt_change_12m", "change", "higher", ReasonCode.DEBT_HEAVY,
            "Debt outstanding against 12 months ago", "贷款余额较12个月前变化"),
    Feature("live_loans", "count", "higher", ReasonCode.DEBT_HEAVY,
            "Loans outstanding, cards left out", "未结清贷款笔数（不含信用卡）"),
    Feature("business_debt_share", "share", "none", ReasonCode.DEBT_HEAVY,
            "Share of the debt in business loans", "经营性贷款占贷款余额比例"),
    Feature("unsecured_debt_share", "share", "higher", ReasonCode.COLLATERAL_WEAK,
            "Share of the debt without security", "信用方式贷款余额占比"),
    Feature("guaranteed_debt_share", "share", "none", ReasonCode.COLLATERAL_WEAK,
            "Share of the debt secured by a guarantee alone", "保证方式贷款余额占比"),
    Feature("bullet_debt_share", "share", "higher", ReasonCode.REPAYMENT_DUE,
            "Share of the debt that is repaid at once when it matures", "到期一次还本贷款余额占比"),
    Feature("bullet_due_share_3m", "share", "higher", ReasonCode.REPAYMENT_DUE,
            "Share of the debt to be repaid at once within 3 months", "3个月内到期一次还本金额占贷款余额比例"),
    Feature("bullet_due_to_inflow_1m", "ratio", "higher", ReasonCode.REPAYMENT_DUE,
            "To be repaid at once within a month, as a multiple of the money received in 12 months",
            "1个月内到期一次还本金额与近12个月入账之比"),
    Feature("bullet_due_to_inflow_3m", "ratio", "higher", ReasonCode.REPAYMENT_DUE,
            "To be repaid at once within 3 months, as a multiple of the money received in 12 months",
            "3个月内到期一次还本金额与近12个月入账之比"),
    Feature("principal_left_share", "share", "none", ReasonCode.SEASONING,
            "Share of the amounts paid out that is still owed, cards left out", "未还本金占发放金额比例（不含信用卡）"),
    Feature("months_to_maturity", "months", "none", ReasonCode.SEASONING,
            "Months until the next loan matures", "距最近到期贷款月数"),
    Feature("months_on_book", "months", "none", ReasonCode.SEASONING,
            "Months since the first loan", "首笔贷款以来月数"),
    Feature("months_since_payout", "months", "none", ReasonCode.SEASONING,
            "Months since the newest loan was paid out, cards left out", "距最近一次放款月数（不含信用卡）"),
)  # fmt: skip

YEAR, QUARTER = 12, 3
EVER = 12 * 200
"""More months than any book holds."""


def build(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with the columns of FEATURES."""
    table = joined(spine, _loans(book, spine), _ledger(book, spine), inflow_12m(book, spine))
    debt = ibis.ifelse(table.live.fill_null(0) == 0, 0, table.live_balance)
    due = {months: only_where(table.bullets_untold == 0, table[f"due_{months}m"].fill_null(0)) for months in (1, 3)}
    values: dict[str, ir.Value] = {
        "debt_outstanding": debt,
        "debt_to_inflow": ratio(debt, table.inflow_12m),
        "debt_change_12m": change(debt, 1, table.balance_year_ago, 1),
        "live_loans": table.live_loans.fill_null(0),
        "business_debt_share": _share(table.business, table.live_balance),
        "unsecured_debt_share": _share(table.unsecured, table.security_told),
        "guaranteed_debt_share": _share(table.guaranteed, table.security_told),
        "bullet_debt_share": _share(table.bullet, table.repayment_told),
        "bullet_due_share_3m": ratio(due[QUARTER], table.live_balance),
        "bullet_due_to_inflow_1m": ratio(due[1], table.inflow_12m),
        "bullet_due_to_inflow_3m": ratio(due[QUARTER], table.inflow_12m),
        "principal_left_share": ratio(ibis.least(table.left, table.lent), table.lent),
        "months_on_book": ibis.greatest(table.opened_lag, table.oldest_lag),
    }
    for name in (feature.name for feature in FEATURES if feature.name not in values):
        values[name] = table[name]
    return table.select(*KEYS, **{feature.name: values[feature.name] for feature in FEATURES})


def _share(part: ir.IntegerValue, whole: ir.IntegerValue) -> ir.FloatingValue:
    return ratio(part.fill_null(0), whole)


def _loans(book: Book, spine: Spine) -> ir.Table:
    states = states_on(book, spine)
    is_card = states["product"] == "card"
    states = states.mutate(
        opened_lag=lag_of(states.opened_on, states.as_of),
        # What matured and is still owed is due at once
        left=lag_of(states.as_of, ibis.greatest(states.matures_on, states.as_of)),
        is_bullet=states.live & (states.repayment == "bullet").fill_null(False),
        is_term=states.live & ~is_card,
        is_card=is_card,
    )
    is_lent = states.is_term & (states.principal > 0).fill_null(False) & states.balance.notnull()
    untold = ibis.ifelse(
        states.is_bullet,
        states.matures_on.isnull() | states.balance.isnull(),
        states.is_term & states.repayment.isnull(),
    )
    return states.group_by(*KEYS).aggregate(
        live=states.live.sum(),
        live_balance=states.balance.sum(where=states.live),
        live_loans=states.is_term.sum(),
        business=states.balance.sum(where=states.live & (states["product"] == "business")),
        security_told=states.balance.sum(where=states.live & states.security.notnull()),
        unsecured=states.balance.sum(where=states.live & (states.security == "none")),
        guaranteed=states.balance.sum(where=states.live & (states.security == "guarantee")),
        repayment_told=states.balance.sum(where=states.live & states.repayment.notnull()),
        bullet=states.balance.sum(where=states.is_bullet),
        bullets_untold=untold.sum(),
        due_1m=states.balance.sum(where=states.is_bullet & (states["left"] < 1)),
        due_3m=states.balance.sum(where=states.is_bullet & (states["left"] < QUARTER)),
        lent=states.principal.sum(where=is_lent),
        left=states.balance.sum(where=is_lent),
        opened_lag=states.opened_lag.max(),
        months_since_payout=states.opened_lag.min(where=~states.is_card),
        months_to_maturity=states["left"].min(where=states.live & states.matures_on.notnull()),
    )


def _ledger(book: Book, spine: Spine) -> ir.Table:
    """Return since when the ledger speaks of the borrower, and what was owed a year ago where all of it is told."""
    if not book.has("ledger"):
        return spine.table.select(*KEYS, oldest_lag=ibis.null("int32"), balance_year_ago=ibis.null("int64"))
    cells = monthly(
        spine, with_borrower(book, "ledger"), day="stated_on", months=EVER,
        balance=lambda rows: rows.balance.sum(),
        untold=lambda rows: rows.balance.isnull().sum(),
    )  # fmt: skip
    return cells.group_by(*KEYS).aggregate(
        oldest_lag=cells.lag.max(),
        balance_year_ago=cells.balance.max(where=(cells.lag == YEAR) & (cells.untold == 0)),
    )
