"""Debt service: money left and coming in against what falls due.

Grain   one row per spine row whose borrower has loans (cards left out)
Reads   instalments and loans as known on the day; the newest ledger statement for what is still owed
Due     in the next 3 months: every item of the schedule; for a loan that matures by then and whose schedule tells no
        principal, its balance. A loan whose schedule ahead was not delivered is taken to go on as in the last 3 months.
        Arrears are told by the repayment history
Nulls   nothing falls due; a living loan tells nothing of what falls due; a balance that nobody tells. Where nothing
        comes in and something falls due the ratio is 0
"""

from datetime import date

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.events.arrears import STALE_DAYS
from ews.events.book import Book, was_known
from ews.events.owners import with_borrower
from ews.features.account_flows.months import QUARTER
from ews.features.account_flows.sight import Sight
from ews.features.ratios import only_where, ratio
from ews.features.window import KEYS, Spine, first_day, lag_of, statements

FEATURES = (
    Feature("inflow_to_due_3m", "ratio", "lower", ReasonCode.DEBT_SERVICE_TIGHT,
            "Money received in the last 3 months as a multiple of what falls due in the next 3",
            "近3个月入账与未来3个月应还本息之比"),
    Feature("net_flow_to_due_3m", "ratio", "lower", ReasonCode.DEBT_SERVICE_TIGHT,
            "Money received less money paid out in the last 3 months as a multiple of what falls due in the next 3",
            "近3个月净流入与未来3个月应还本息之比"),
    Feature("balance_to_due_3m", "ratio", "lower", ReasonCode.DEBT_SERVICE_TIGHT,
            "Mean account balance of the last 3 months as a multiple of what falls due in the next 3",
            "近3个月平均余额与未来3个月应还本息之比"),
    Feature("balance_to_debt_3m", "ratio", "lower", ReasonCode.BALANCE_THIN,
            "Mean account balance of the last 3 months as a multiple of the debt outstanding here",
            "近3个月平均余额与本行贷款余额之比"),
)  # fmt: skip

_LOAN = (*KEYS, "loan_id")


def debt_service(book: Book, spine: Spine) -> ir.Table:
    """Return `due_3m` and `debt` (fen), null where a living loan does not tell them."""
    if not book.has("loans"):
        return spine.table.select(*KEYS, due_3m=ibis.null("int64"), debt=ibis.null("int64"))
    loans = _living(book, spine)
    matures = loans.matures_on.notnull() & (lag_of(loans.matures_on, loans.as_of) >= -QUARTER)
    rest = ibis.ifelse(matures, ibis.coalesce(loans.balance, loans.principal), 0)
    in_one_sum = loans.repayment.isin(("bullet", "revolving")).fill_null(False) & loans.matures_on.notnull()
    has_run = (lag_of(loans.opened_on, loans.as_of) >= QUARTER).fill_null(False)
    due = ibis.cases(
        (loans.has_schedule, loans.due_ahead + ibis.ifelse(loans.tells_principal, 0, rest)),
        (matures, rest),
        (in_one_sum, loans.due_behind.fill_null(0)),
        (has_run, loans.due_behind),
    )
    return loans.group_by(*KEYS).aggregate(
        due_3m=only_where(due.notnull().all(), due.sum()),
        debt=only_where(loans.balance.notnull().all(), loans.balance.sum()),
    )


def values(sight: Sight) -> dict[str, ir.Value]:
    """Return the columns of FEATURES from the flow sums, balances and `debt_service`."""
    table = sight.table
    received, paid = table.inflow_3.fill_null(0), table.outflow_3.fill_null(0)
    balance = table.balance_sum_3m
    return {
        "inflow_to_due_3m": sight.within(QUARTER, ratio(received, table.due_3m)),
        "net_flow_to_due_3m": sight.within(QUARTER, ratio(received - paid, table.due_3m)),
        "balance_to_due_3m": sight.within(QUARTER, ratio(balance, table.due_3m * 3)),
        "balance_to_debt_3m": sight.within(QUARTER, ratio(balance, table.debt * 3)),
    }


def _living(book: Book, spine: Spine) -> ir.Table:
    """Return the loans known on the day on which something is or may be owed, with what falls due in 3 months.

    A loan too young for a statement owes what was paid out; where the ledger runs, an older one without a statement
    has been paid back (as arrears have it).
    """
    loans = spine.table.inner_join(book.table("loans"), "borrower_id")
    loans = loans.filter(
        was_known(loans, loans.known_by),
        loans.opened_on.isnull() | (loans.opened_on <= loans.as_of),
        loans["product"] != "card",
    ).select(*_LOAN, "principal", "opened_on", "matures_on", "repayment")
    loans = _beside(_beside(loans, _stated(book, spine)), _ahead(book, spine))
    flags = {name: loans[name].fill_null(False) for name in ("is_stated", "has_schedule", "tells_principal")}
    loans = loans.mutate(**flags, due_ahead=loans.due_ahead.fill_null(0))
    is_young = (loans.opened_on > loans.as_of - ibis.interval(days=STALE_DAYS)).fill_null(False)
    is_unmatured = loans.matures_on.isnull() | (loans.matures_on > loans.as_of)
    owes = ibis.cases(
        (loans.is_stated, (loans.balance > 0).fill_null(True)),
        (loans.as_of <= _ledger_speaks_to(book), is_young),
        else_=is_unmatured,
    )
    paid_out = only_where(is_young, loans.principal)
    told = ibis.ifelse(loans.is_stated, loans.balance, paid_out)
    return loans.filter(owes).mutate(balance=told)


def _ledger_speaks_to(book: Book) -> ir.DateValue:
    """Return the last day on which the silence of the ledger says that a loan has been paid back."""
    covered = book.covered("ledger")
    if covered is None:
        return ibis.literal(date.min)
    return (ibis.literal(covered[1]) + ibis.interval(days=STALE_DAYS)).cast("date")


def _stated(book: Book, spine: Spine) -> ir.Table:
    """Return the newest balance of each loan of which a ledger statement of the last months speaks."""
    if not book.has("ledger"):
        return _no_loans(spine, balance="int64", is_stated="boolean")
    rows = statements(spine, with_borrower(book, "ledger"), entity="loan_id", count=1)
    return rows.select(*_LOAN, "balance", is_stated=ibis.literal(value=True))


def _ahead(book: Book, spine: Spine) -> ir.Table:
    """Return what the schedule known on the day says of the 3 months after it and of the 3 before."""
    if not book.has("instalments"):
        return _no_loans(
            spine, has_schedule="boolean", due_ahead="int64", due_behind="int64", tells_principal="boolean"
        )
    items = with_borrower(book, "instalments")
    first = first_day(spine) - ibis.interval(days=31 * QUARTER)
    rows = spine.table.inner_join(items.filter(items.due_on > first), "borrower_id")
    rows = rows.filter(was_known(rows, rows.known_by))
    lag = lag_of(rows.due_on, rows.as_of)
    is_ahead, is_near, is_behind = rows.due_on > rows.as_of, lag >= -QUARTER, lag < QUARTER
    return rows.group_by(*_LOAN).aggregate(
        has_schedule=is_ahead.any(),
        due_ahead=rows.due_amount.sum(where=is_ahead & is_near),
        due_behind=rows.due_amount.sum(where=~is_ahead & is_behind),
        tells_principal=((rows.component == "principal") & is_ahead & is_near).any(),
    )


def _no_loans(spine: Spine, **columns: str) -> ir.Table:
    nulls = {name: ibis.null(kind) for name, kind in columns.items()}
    return spine.table.limit(0).select(*KEYS, loan_id=ibis.null("string"), **nulls)


def _beside(loans: ir.Table, part: ir.Table) -> ir.Table:
    return loans.left_join(part, _LOAN, rname="{name}_of_part").drop(*(f"{name}_of_part" for name in _LOAN))
