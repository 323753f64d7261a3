"""Account flows: how money moves on the borrower's accounts.

Grain   one row per (borrower_id, as_of)
Reads   accounts, transactions; relations for the economic unit; loans with ledger and instalments for what falls due;
        card statements for cash drawn; findings for declared sales
Window  months counted back from as_of; a change over 3 months sets them against the 9 before, over 12 against the
        12 before, and against the same months a year ago where a season would mislead
Inflow  money in, without loans paid out, own transfers and related parties, without what the economic unit sent by the
        name of the counterparty, and without what went back to where it came from within days (刷流水); a posting of
        unknown category is trade
Outflow money out, without loan service, own transfers and related parties, and without the other half of such circles
Shares  of what was spent or received by category, circles included, where they say for what
Nulls   no account open in the last 12 months, or time not covered by the extract; a covered account without
        postings is 0. Patterns over 12 or 24 months and comparisons are null for accounts younger than that, changes
        also where the base is 0. Balances are null where no account open in the window told one, counterparties where
        no posting named one, uses of loan money without a payout, sources of repayments without a repayment, means
        against what falls due where nothing does or the schedule was not known on the day
"""

import ibis
import ibis.expr.types as ir

from ews.domain.text import Text
from ews.events.book import Book
from ews.features.account_flows import (
    balances,
    costs,
    debt_service,
    levels,
    loan_money,
    off_trade,
    private_persons,
    repayment_source,
    settlement,
    trading_partners,
)
from ews.features.account_flows.flow_sums import flow_sums
from ews.features.account_flows.postings import recent_postings
from ews.features.account_flows.sight import Sight, life
from ews.features.account_flows.unit_money import unit_names
from ews.features.economic_unit.members import members
from ews.features.ratios import only_where
from ews.features.steps import step
from ews.features.window import KEYS, Spine, joined

TITLE = Text("Account flows", "账户资金往来")

READS = (("accounts", "transactions"),)

PARTS = (
    levels, balances, debt_service, trading_partners, costs, off_trade, private_persons, loan_money, repayment_source,
    settlement,
)  # fmt: skip

FEATURES = tuple(feature for part in PARTS for feature in part.FEATURES)


def build(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with the columns of FEATURES."""
    postings = recent_postings(book, spine)
    unit = members(book, spine)
    names = unit_names(book, unit)
    parts = (
        life(book, spine),
        flow_sums(book, spine, postings, names),
        balances.balances(book, spine, postings),
        debt_service.debt_service(book, spine),
        trading_partners.trading_partners(spine, postings, names),
        private_persons.private_persons(spine, postings),
        loan_money.loan_money(spine, postings, names),
        repayment_source.repayment_source(book, spine, postings, unit),
        settlement.settlement(book, spine),
    )
    # Worked out one by one: as a single statement they are more than the engine plans well, and few change at a time
    table = step(joined(spine, *(step(part, lasting=True) for part in parts)))
    sight = Sight(table)
    values: dict[str, ir.Value] = {}
    for part in PARTS:
        values |= part.values(sight)
    return table.select(*KEYS, **{feature.name: values[feature.name] for feature in FEATURES})


def inflow_12m(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with `inflow_12m` alone, for ratios of other families; null where the book lacks the feed."""
    return step(_inflow_12m(book, spine))


def _inflow_12m(book: Book, spine: Spine) -> ir.Table:
    if not all(book.has(name) for name in READS[0]):
        return spine.table.mutate(inflow_12m=ibis.null("int64"))
    names = unit_names(book, members(book, spine))
    sums = step(flow_sums(book, spine, recent_postings(book, spine), names), lasting=True)
    table = joined(spine, step(life(book, spine), lasting=True), sums.select(*KEYS, "inflow_12"))
    return table.select(*KEYS, inflow_12m=only_where(table.seen_12, table.inflow_12.fill_null(0)).cast("int64"))
