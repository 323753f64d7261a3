"""Overrides: the tiers that people stated and that count, as a batch reads them.

Grain   one row per override, by id
Known   approved by the end of the day, or counted at once by then, and not ended by then; expiry is for the reader
Again   the same day gives the same rows, whatever was approved or ended later
"""

import json
from datetime import date
from typing import Any

import pyarrow as pa
from sqlalchemy import select

from ews.domain.levels import Tier
from ews.store.engine import Store, reading
from ews.store.tables import cases

KIND = "override"
_COLUMNS = pa.schema(
    [
        ("override_id", pa.string()),
        ("borrower_id", pa.string()),
        ("loan_id", pa.string()),  # null: all loans of the borrower
        ("tier_rank", pa.int8()),
        ("reason", pa.string()),
        ("author", pa.string()),
        ("approved_by", pa.string()),  # null: a worse tier that counts at once
        ("approved_on", pa.date32()),
        ("expires_on", pa.date32()),
    ]
)


def overrides_known_by(store: Store, portfolio: str, day: date) -> pa.Table:
    """Return the overrides of a portfolio that counted at the end of `day`, expired ones among them."""
    query = select(cases.c.case_id, cases.c.borrower_id, cases.c.body).where(
        cases.c.kind == KIND, cases.c.portfolio == portfolio
    )
    with reading(store) as connection:
        found = connection.execute(query.order_by(cases.c.case_id)).all()
    rows = [
        _row(one.case_id, one.borrower_id, json.loads(one.body)) for one in found if _counts(json.loads(one.body), day)
    ]
    return pa.Table.from_pylist(rows, schema=_COLUMNS)


def _counts(body: dict[str, Any], day: date) -> bool:
    approved_on, ended_on = _day(body.get("approved_on")), _day(body.get("ended_on"))
    return approved_on is not None and approved_on <= day and (ended_on is None or ended_on > day)


def _row(override_id: str, borrower_id: str, body: dict[str, Any]) -> dict[str, Any]:
    same = ("loan_id", "reason", "author", "approved_by")
    return {
        "override_id": override_id,
        "borrower_id": borrower_id,
        **{name: body[name] for name in same},
        "tier_rank": Tier(body["tier"]).rank,
        "approved_on": _day(body["approved_on"]),
        "expires_on": _day(body["expires_on"]),
    }


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
