"""Collateral (押品): what secures the loans, what it is worth, and whether the bank could still lay hands on it.

Grain   one row per (borrower_id, as_of)
Reads   collateral of live loans; loans and ledger for what it secures
Window  as it stands on as_of: the newest version known. A fall in value is told by the valuations known before it
Nulls   no collateral known for a live loan; loan to value without a value or a balance for every secured loan; the
        valuation, insurance and change of value where no row tells them. Not insured is not told apart from unknown
"""

import ibis
import ibis.expr.types as ir

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.domain.text import Text
from ews.events.book import Book, was_known
from ews.features.ratios import change, only_where, ratio
from ews.features.states import states_on
from ews.features.steps import step
from ews.features.window import KEYS, Spine, joined, lag_of

TITLE = Text("Collateral", "押品")

READS = (("collateral", "loans"),)

FEATURES = (
    Feature("loan_to_value", "ratio", "higher", ReasonCode.COLLATERAL_WEAK,
            "Balances of the loans with collateral as a multiple of its value", "抵质押贷款余额与押品价值之比"),
    Feature("loan_to_value_worst", "ratio", "higher", ReasonCode.COLLATERAL_WEAK,
            "Loan to value of the loan that is covered least", "单笔最高抵质押率"),
    Feature("collateral_value_change", "change", "lower", ReasonCode.COLLATERAL_WEAK,
            "Value of the collateral against the valuation before", "押品估值较上次变化"),
    Feature("months_since_valuation", "months", "higher", ReasonCode.COLLATERAL_WEAK,
            "Months since collateral was valued, the longest", "押品距最近一次估值月数（最长）"),
    Feature("insurance_days_left", "days", "lower", ReasonCode.COLLATERAL_WEAK,
            "Days until insurance of collateral ends, the shortest; negative once it has run out",
            "押品保险剩余天数（最短，已过期为负）"),
    Feature("collateral_seized", "count", "higher", ReasonCode.COLLATERAL_WEAK,
            "Pieces of collateral that others have seized", "被查封的押品数"),
    Feature("soft_collateral_share", "share", "higher", ReasonCode.COLLATERAL_WEAK,
            "Share of the value in stock, receivables or equipment", "存货、应收账款及设备占押品价值比例"),
)  # fmt: skip

SOFT = ("stock", "receivables", "equipment")
"""Can be moved or used up while the loan runs."""


def build(book: Book, spine: Spine) -> ir.Table:
    """Return the spine with the columns of FEATURES."""
    held = step(_held(book, spine))
    table = joined(spine, _pieces(held), _covered(held))
    values = {
        "loan_to_value": only_where(table.untold == 0, ratio(table.balance, table.covered_value)),
        "loan_to_value_worst": table.worst,
        "collateral_value_change": change(table.value_revised, 1, table.value_before, 1),
        "months_since_valuation": table.valued_lag,
        "insurance_days_left": table.insurance_days_left,
        "collateral_seized": table.seized,
        "soft_collateral_share": ratio(table.soft.fill_null(0), table["value"]),
    }
    return table.select(*KEYS, **{feature.name: values[feature.name] for feature in FEATURES})


def _held(book: Book, spine: Spine) -> ir.Table:
    """Return the collateral of live loans as known for each spine row, with its loan's balance and the value before."""
    states = states_on(book, spine)
    states = states.filter(states.live).select(*KEYS, "loan_id", "balance")
    pieces = book.table("collateral")
    rows = states.inner_join(pieces, "loan_id")
    known = was_known(rows, rows.known_by) & (rows.valued_on.isnull() | (rows.valued_on <= rows.as_of))
    rows = rows.filter(known)
    before = pieces.filter(pieces.known_until.notnull(), pieces["value"].notnull()).select(
        "collateral_id", before_on="valued_on", value_before="value", replaced_on="known_until"
    )
    both = rows.left_join(before, "collateral_id", rname="{name}_before")
    is_older = (both.replaced_on <= both.known_on) & (both.before_on < both.valued_on)
    older = both.filter(is_older).group_by(*KEYS, "collateral_id").aggregate(value_before=_newest)
    rows = rows.left_join(older, [*KEYS, "collateral_id"], rname="{name}_older")
    return rows.select(
        *KEYS, "loan_id", "collateral_id", "balance", "kind", "value", "value_before",
        valued_lag=lag_of(rows.valued_on, rows.as_of),
        insurance_days_left=rows.insured_to.delta(rows.as_of, unit="day"),
        is_seized=(rows.seized_on <= rows.as_of).fill_null(False),
    )  # fmt: skip


def _newest(older: ir.Table) -> ir.Value:
    """Return the value of the newest valuation, of its last version where it was corrected."""
    return older.value_before.argmax(ibis.struct({"on": older.before_on, "until": older.replaced_on}))


def _pieces(held: ir.Table) -> ir.Table:
    was_revised = held["value"].notnull() & (held.value_before > 0)
    return held.group_by(*KEYS).aggregate(
        value=held["value"].sum(),
        value_revised=held["value"].sum(where=was_revised),
        value_before=held.value_before.sum(where=was_revised),
        soft=held["value"].sum(where=held.kind.isin(SOFT)),
        valued_lag=held.valued_lag.max(),
        insurance_days_left=held.insurance_days_left.min(),
        seized=held.is_seized.sum(),
    )


def _covered(held: ir.Table) -> ir.Table:
    """Return what is owed on loans with collateral, and what covers it; seized pieces still count at their value."""
    loans = held.group_by(*KEYS, "loan_id").aggregate(
        balance=held.balance.max(), covered_value=held["value"].sum(), untold=held["value"].isnull().sum()
    )
    is_told = loans.balance.notnull() & (loans.untold == 0)
    of_one = only_where(is_told, ratio(loans.balance, loans.covered_value))
    return loans.group_by(*KEYS).aggregate(
        balance=loans.balance.sum(),
        covered_value=loans.covered_value.sum(),
        untold=(~is_told).sum(),
        worst=of_one.max(),
    )
