"""Public events (公开信息): lawsuits, enforcement, penalties and closures that courts and authorities make known.

Grain   one row per (borrower_id, as_of)
Reads   public_events; loans and ledger for the debt, account flows for the inflow it is set against
Window  the last 12 and 24 months, counted from the day an event occurred; being listed as a dishonest debtor counts
        for as long as the book knows of it
Legal   lawsuits, enforcement and the list of dishonest debtors (失信被执行人)
Nulls   the window is not covered by the extract; in a covered one, no event is 0. What is at stake is null where a
        lawsuit or enforcement does not tell its amount, and its ratios also where there is nothing to set it against
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.domain.text import Text
from ews.events.book import Book
from ews.features.account_flows.family import inflow_12m
from ews.features.ratios import only_where, ratio
from ews.features.states import states_on
from ews.features.window import KEYS, Spine, is_covered, joined, rows_within

TITLE = Text("Public events", "公开信息")

READS = (("public_events",),)

FEATURES = (
    Feature("lawsuits_12m", "count", "higher", ReasonCode.LEGAL_ACTION,
            "Lawsuits of the last 12 months", "近12个月涉诉次数"),
    Feature("enforcements_12m", "count", "higher", ReasonCode.LEGAL_ACTION,
            "Enforcement proceedings of the last 12 months", "近12个月被执行次数"),
    Feature("dishonest_debtor", "flag", "higher", ReasonCode.LEGAL_ACTION,
            "Listed as a dishonest debtor", "曾被列入失信被执行人"),
    Feature("penalties_12m", "count", "higher", ReasonCode.LEGAL_ACTION,
            "Penalties by authorities in the last 12 months", "近12个月行政处罚次数"),
    Feature("closures_24m", "count", "higher", ReasonCode.LEGAL_ACTION,
            "Closures of the business made known in the last 24 months", "近24个月停业、注销等公示次数"),
    Feature("months_since_legal_action", "months", "lower", ReasonCode.LEGAL_ACTION,
            "Months since the last lawsuit, enforcement or listing; 24 where there is none in 24 months",
            "距最近一次涉诉、被执行或失信月数（近24个月无记录为24）"),
    Feature("legal_amount_to_debt", "ratio", "higher", ReasonCode.LEGAL_ACTION,
            "At stake in lawsuits and enforcement of 24 months, as a multiple of the debt outstanding",
            "近24个月涉诉及被执行金额与贷款余额之比"),
    Feature("legal_amount_to_inflow", "ratio", "higher", ReasonCode.LEGAL_ACTION,
            "At stake in lawsuits and enforcement of 24 months, as a multiple of the money received in 12 months",
            "近24个月涉诉及被执行金额与近12个月入账之比"),
    Feature("disaster_area_12m", "flag", "higher", ReasonCode.SECTOR_DECLINE,
            "In an area struck by disaster in the last 12 months", "近12个月所在地区受灾"),
)  # fmt: skip

YEAR, TWO_YEARS = 12, 24
LEGAL = ("lawsuit", "enforcement", "dishonest_debtor")
AT_STAKE = ("lawsuit", "enforcement")


def build(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with the columns of FEATURES."""
    table = joined(spine, _events(book, spine), _debt(book, spine), inflow_12m(book, spine))
    covers = {months: is_covered(book, "public_events", table.as_of, months=months) for months in (YEAR, TWO_YEARS)}
    at_stake = only_where(covers[TWO_YEARS] & (table.untold.fill_null(0) == 0), table.at_stake.fill_null(0))
    year = ("lawsuits_12m", "enforcements_12m", "penalties_12m", "disaster_area_12m")
    values: dict[str, ir.Value] = {
        **{name: only_where(covers[YEAR], table[name].fill_null(0)) for name in year},
        "closures_24m": only_where(covers[TWO_YEARS], table.closures_24m.fill_null(0)),
        # Once known it stands, however far back the extract reaches
        "dishonest_debtor": ibis.ifelse(table.listed > 0, 1, only_where(covers[TWO_YEARS], ibis.literal(0))),
        "months_since_legal_action": only_where(covers[TWO_YEARS], table.legal_lag.fill_null(TWO_YEARS)),
        "legal_amount_to_debt": ibis.ifelse(at_stake == 0, 0.0, ratio(at_stake, table.debt)),
        "legal_amount_to_inflow": ibis.ifelse(at_stake == 0, 0.0, ratio(at_stake, table.inflow_12m)),
    }
    return table.select(*KEYS, **{feature.name: values[feature.name] for feature in FEATURES})


def _events(book: Book, spine: Spine) -> ir.Table:
    rows = rows_within(spine, book.table("public_events"), day="occurred_on", months=None)
    in_year, in_two_years = rows.lag < YEAR, rows.lag < TWO_YEARS
    is_at_stake = in_two_years & rows.kind.isin(AT_STAKE)
    return rows.group_by(*KEYS).aggregate(
        lawsuits_12m=(rows.kind == "lawsuit").sum(where=in_year),
        enforcements_12m=(rows.kind == "enforcement").sum(where=in_year),
        penalties_12m=(rows.kind == "penalty").sum(where=in_year),
        closures_24m=(rows.kind == "closure").sum(where=in_two_years),
        disaster_area_12m=(rows.kind == "disaster_area").any(where=in_year).cast("int8"),
        listed=(rows.kind == "dishonest_debtor").sum(),
        legal_lag=rows.lag.min(where=in_two_years & rows.kind.isin(LEGAL)),
        at_stake=rows.amount.sum(where=is_at_stake),
        untold=(is_at_stake & rows.amount.isnull()).sum(),
    )


def _debt(book: Book, spine: Spine) -> ir.Table:
    """Return what is owed here; null where no live loan tells its balance or nothing is owed."""
    if not book.has("loans"):
        return spine.table.select(*KEYS, debt=ibis.null("int64"))
    states = states_on(book, spine)
    return states.group_by(*KEYS).aggregate(debt=states.balance.sum(where=states.live))
