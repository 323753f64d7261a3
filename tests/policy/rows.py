"""Tables of loans and borrowers as small as can be, and what the policy says of them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ews.domain.facts import GIVEN_BORROWER_FACTS, LOAN_FACTS, NETWORK_BORROWER_FACTS, FactUnit
from ews.domain.levels import Tier
from ews.events.engine import connect
from ews.features.catalogue import FEATURES
from ews.policy.judge import grade_borrowers, judge_signals
from ews.policy.policy import Policy
from ews.policy.tiers import judge_debtor, judge_own
from tests.policy.policies import POLICY

DAY = date(2026, 6, 30)
ENGINE = connect(threads=1)
ARROW: Mapping[FactUnit, pa.DataType] = {
    "text": pa.string(),
    "flag": pa.bool_(),
    "share": pa.float64(),
    "ratio": pa.float64(),
    "change": pa.float64(),
}
KEYS = [pa.field("borrower_id", pa.string()), pa.field("as_of", pa.date32())]
LOAN_SCHEMA = pa.schema(
    [*KEYS, ("loan_id", pa.string()), *((f.name, ARROW.get(f.unit, pa.int64())) for f in LOAN_FACTS)]
)
BORROWER_SCHEMA = pa.schema(
    [
        *KEYS,
        ("loan_tier_rank", pa.int8()),
        ("tier_rank", pa.int8()),
        *((fact.name, ARROW.get(fact.unit, pa.int64())) for fact in (*GIVEN_BORROWER_FACTS, *NETWORK_BORROWER_FACTS)),
        *((feature.name, ARROW.get(feature.unit, pa.int64())) for feature in FEATURES),
    ]
)


FLAGS = (
    "overdue_excused",
    "impaired",
    "debt_evasion",
    "enhanced",
    "repays_old",
    "qualifying_renewal",
    "restructured_again",
    "was_non_performing",
    "other_claim_non_performing",
)


def loans_of(*rows: Mapping[str, Any]) -> ir.Table:
    usual = {
        "borrower_id": "B1",
        "as_of": DAY,
        "retail": False,
        "is_card": False,
        "restructured": False,
        "listed_default": False,
        "balance": 100,
        **dict.fromkeys(("use_of_funds", "external_rating", "bankruptcy", "repayment_ability"), "none"),
        **dict.fromkeys(FLAGS, False),
        **dict.fromkeys(("external_dpd", "non_performing_share_here", "overdue_90_share_all_banks"), 0),
    }
    complete = [{"loan_id": f"L{number}", **usual, **row} for number, row in enumerate(rows)]
    return table_of(complete, LOAN_SCHEMA).drop("by_days_alone")


def borrowers_of(*rows: Mapping[str, Any]) -> ir.Table:
    usual = {"as_of": DAY, "in_default": False, "pd": 0.001}
    complete = [{"borrower_id": f"B{number}", **usual, **row} for number, row in enumerate(rows, start=1)]
    return table_of(complete, BORROWER_SCHEMA)


def table_of(rows: list[dict[str, Any]], schema: pa.Schema) -> ir.Table:
    return ENGINE.create_table(ibis.util.gen_name("rows"), pa.Table.from_pylist(rows, schema), temp=True)


def rows_of(table: ir.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return found


def floors(loans: ir.Table, policy: Policy = POLICY, on: date = DAY) -> ir.Table:
    """Return what law and practice say of `loans`, which have all LOAN_FACTS."""
    return judge_debtor(judge_own(loans, policy, on), policy, on)


def decided(borrowers: ir.Table, policy: Policy = POLICY) -> ir.Table:
    """Return grade and signals of `borrowers`, whose tier is given."""
    return judge_signals(grade_borrowers(borrowers, policy, DAY), policy, DAY)


def loan(policy: Policy = POLICY, on: date = DAY, **facts: Any) -> dict[str, Any]:
    return rows_of(floors(loans_of(facts), policy, on))[0]


def borrower(policy: Policy = POLICY, **facts: Any) -> dict[str, Any]:
    return rows_of(decided(borrowers_of(facts), policy))[0]


def decide_together(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what is decided of each of `found`, in their order."""
    return rows_of(decided(borrowers_of(*found)))


def tiers(codes: Iterable[str]) -> list[int]:
    return [Tier(code).rank for code in codes]
