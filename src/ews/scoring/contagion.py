"""Contagion (传染): which part of the risk comes through others, and through whom.

Grain   paths: per borrower, gravest first; assessments: per borrower, by party_id
Reads   what scoring/parties.py reads; findings for assessments already made; borrowers for names and branches
Trouble any day past due, or in default; behind a guaranteed party more than 30 days
Nulls   what is unknown of a party; who has no path is not there
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from ews.domain.paths import Channel, Hop, Path
from ews.events.book import Book, was_known
from ews.features.window import Spine, last_day_before
from ews.scoring.facts import borrowers_known
from ews.scoring.parties import BEHIND, GROUP, GUARANTEED, GUARANTOR

CHANNELS: Mapping[str, Channel] = {
    **dict.fromkeys(
        (
            "guaranteed_late",
            "guaranteed_troubled",
            "guaranteed_troubled_amount",
            "guaranteed_troubled_share",
            "guaranteed_second_troubled",
            "guaranteed_second_amount",
            "guarantee_calls_12m",
            "guarantee_call_amount",
            "guarantee_call_to_inflow",
            "circle_troubled_share",
            "guarantors_troubled",
        ),
        Channel.GUARANTEES,
    ),
    **dict.fromkeys(
        (
            "owner_dpd_now",
            "owner_dpd_max_12m",
            "affiliates_dpd_now",
            "affiliates_dpd_max_12m",
            "affiliates_in_default",
            "unit_troubled",
            "unit_legal_actions_12m",
        ),
        Channel.GROUP,
    ),
}
"""Features that speak of trouble of others, by name; every other feature is the borrower's own: what it guarantees is
its own choice, its owner's cards are its own economic unit, and a trade in decline is nobody's contagion."""

MOST_PATHS = 5
ASSESSMENT = "group_assessment"
"""Field of a finding: the borrower was assessed after a member of its group went into default."""
YEAR = 12

Row = Mapping[str, Any]

_CHANNEL_OF_TIE: Mapping[str, Channel] = {
    GUARANTEED: Channel.GUARANTEES,
    BEHIND: Channel.GUARANTEES,
    GUARANTOR: Channel.GUARANTEES,
    GROUP: Channel.GROUP,
}


def channel_of(feature: str) -> Channel:
    return CHANNELS.get(feature, Channel.OWN)


def paths_of(
    book: Book, spine: Spine, parties: ir.Table, decided: pd.DataFrame | None = None
) -> Mapping[str, tuple[Path, ...]]:
    """Return, by borrower, the paths to parties in trouble, gravest first, MOST_PATHS at most.

    `parties` are the parties_of the spine, which holds one as_of. Gravest is who is in default, then who is longest
    past due, then the largest amount. `decided` has borrower_id, tier and grade of parties, where decided.
    """
    in_trouble = parties.is_troubled | (parties.is_late & (parties.tie != BEHIND))
    table = parties.filter(in_trouble).drop("as_of", "known_by", "default_since").to_pyarrow()
    rows = sorted(table.to_pylist(), key=_gravest_first)
    ids = sorted({str(row[name]) for row in rows for name in ("party_id", "via_id") if row[name] is not None})
    hops = _Hops(
        {row["borrower_id"]: row for row in _named(book, spine, ids)},
        {} if decided is None else _graded(decided, ids),
    )
    return {
        borrower: tuple(hops.path(row) for row in list(found)[:MOST_PATHS])
        for borrower, found in groupby(rows, key=lambda row: str(row["borrower_id"]))
    }


def assessed(book: Book, spine: Spine, parties: ir.Table) -> Mapping[str, tuple[str, ...]]:
    """Return, by borrower, the group members whose default asks for its assessment (CBIRC and PBoC Order [2023] No. 1).

    These went into default within the last 12 months, and no finding ASSESSMENT about the borrower is as young.
    """
    recent = parties.default_since > last_day_before(parties.as_of, months=YEAR)
    rows = parties.filter(parties.tie == GROUP, parties.is_in_default, recent)
    table = rows.select("borrower_id", "party_id", "default_since").order_by("borrower_id", "party_id").to_pyarrow()
    done = _assessments(book, spine)
    found: dict[str, list[str]] = {}
    for row in table.to_pylist():
        newest = done.get(row["borrower_id"])
        if newest is None or newest < row["default_since"]:
            found.setdefault(row["borrower_id"], []).append(row["party_id"])
    return {borrower: tuple(members) for borrower, members in found.items()}


@dataclass(frozen=True, slots=True)
class _Hops:
    """What is known of each party, and what was decided of it, by party_id."""

    known: Mapping[str, Row]
    graded: Mapping[str, Row]

    def path(self, row: Row) -> Path:
        last = self._hop(row["party_id"], row["dpd"], is_in_default=row["is_in_default"])
        via = [] if row["via_id"] is None else [self._hop(row["via_id"], None, is_in_default=None)]
        return Path(_CHANNEL_OF_TIE[row["tie"]], (*via, last), row["amount"])

    def _hop(self, party_id: str, dpd: int | None, *, is_in_default: bool | None) -> Hop:
        known, graded = self.known.get(party_id, {}), self.graded.get(party_id, {})
        return Hop(
            party_id,
            known.get("name"),
            known.get("branch_id"),
            dpd,
            is_in_default,
            _or_none(graded.get("tier")),
            _or_none(graded.get("grade")),
        )


def _gravest_first(row: Row) -> tuple[object, ...]:
    grave = (not row["is_in_default"], -(row["dpd"] or 0), -(row["amount"] or 0))
    return (row["borrower_id"], *grave, row["tie"], row["party_id"], row["via_id"] or "")


def _graded(decided: pd.DataFrame, ids: Sequence[str]) -> Mapping[str, Row]:
    """Return tier and grade of those of `ids` who were decided."""
    asked = decided.loc[decided["borrower_id"].isin(ids), ["borrower_id", "tier", "grade"]]
    rows: list[dict[Any, Any]] = asked.to_dict("records")
    return {str(row["borrower_id"]): row for row in rows}


def _named(book: Book, spine: Spine, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    if not ids:
        return
    days = spine.table.select("as_of", "known_by").distinct()
    asked = book.table("borrowers").select("borrower_id").distinct().cross_join(days)
    asked = asked.filter(asked.borrower_id.isin(ids))
    yield from borrowers_known(book, asked).select("borrower_id", "name", "branch_id").to_pyarrow().to_pylist()


def _assessments(book: Book, spine: Spine) -> Mapping[str, date]:
    """Return the day of the newest assessment by borrower."""
    if not book.has("findings"):
        return {}
    findings = book.table("findings")
    rows = spine.table.inner_join(findings.filter(findings.field == ASSESSMENT), "borrower_id")
    rows = rows.filter(rows.found_on <= rows.as_of, was_known(rows, rows.known_by))
    newest = rows.group_by("borrower_id").aggregate(on=rows.found_on.max()).to_pyarrow()
    return dict(zip(newest["borrower_id"].to_pylist(), newest["on"].to_pylist(), strict=True))


def _or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None
