"""Network facts: parties of a borrower that turned bad since the batch compared with.

Grain   one row per borrower of the spine
Bad     newly in default, tier worse than before, or GRADES_LOST grades lost with a pd from pd_rise_noticed_from on.
        Only grades, tiers and defaults of parties count, never their levels, so that nothing feeds on itself
Ties    scoring/parties.py: guaranteed parties, guarantors, and members of economic unit and group
Nulls   without a batch compared with; without the table that tells the tie; where a party that the book knows is
        neither of the spine nor of `graded`. Parties that were not decided before do not count, nor do parties
        outside the book
"""

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from ews.domain.facts import NETWORK_BORROWER_FACTS
from ews.domain.levels import Tier
from ews.events.book import Book
from ews.features.window import Spine
from ews.policy.grades import scale_on
from ews.policy.policy import Policy
from ews.scoring.parties import GROUP, GUARANTEED, GUARANTOR

GRADES_LOST = 2
"""From this many grades down at once a party has turned bad (practice, to verify)."""

_BEFORE = pa.schema(
    [
        ("party_id", pa.string()),
        ("was_in_default", pa.bool_()),
        ("tier_rank_then", pa.int8()),
        ("grade_rank_then", pa.int8()),
    ]
)


def network_facts(
    book: Book, spine: Spine, parties: ir.Table, graded: ir.Table, then: ir.Table | None, policy: Policy, on: date
) -> ir.Table:
    """Return borrower_id, as_of and NETWORK_BORROWER_FACTS (int64).

    `parties` are the parties_of the spine; `graded` has borrower_id, in_default, pd, grade_rank and tier_rank, the
    last three null of who was seen and not decided, also of borrowers beyond the spine where they are known; `then` is
    how all of the book stood in the batch compared with (`stood`), None without one.
    """
    if then is None:
        nothing = {fact.name: ibis.null("int64") for fact in NETWORK_BORROWER_FACTS}
        return spine.table.select("borrower_id", "as_of", **nothing)
    noticed = policy.value_on("pd_rise_noticed_from", on)
    judged = _judged(book, spine, parties, graded, then, noticed)
    sums = judged.group_by("borrower_id").aggregate(
        guaranteed_turned_bad=_count(judged, GUARANTEED, judged.turned_bad),
        guarantors_turned_bad=_count(judged, GUARANTOR, judged.turned_bad),
        group_newly_in_default=_count(judged, GROUP, judged.newly_in_default),
        **{f"unseen_{tie}": ((judged.tie == tie) & judged.is_unseen).any() for tie in (GUARANTEED, GUARANTOR, GROUP)},
    )
    table = spine.table.select("borrower_id", "as_of").left_join(sums, "borrower_id")
    return table.select(
        "borrower_id",
        "as_of",
        guaranteed_turned_bad=_seen(table, "guaranteed_turned_bad", GUARANTEED, is_told=book.has("guarantees")),
        guarantors_turned_bad=_seen(table, "guarantors_turned_bad", GUARANTOR, is_told=book.has("guarantees")),
        group_newly_in_default=_seen(table, "group_newly_in_default", GROUP, is_told=book.has("relations")),
    )


def _judged(book: Book, spine: Spine, parties: ir.Table, graded: ir.Table, then: ir.Table, noticed: float) -> ir.Table:
    """Return the parties with newly_in_default, turned_bad and is_unseen."""
    now = graded.select("pd", "grade_rank", "tier_rank", party_id="borrower_id", is_failed="in_default")
    of_book = book.table("borrowers").select(party_id="borrower_id").distinct().mutate(is_of_book=True)
    here = spine.table.select(party_id="borrower_id").distinct().mutate(is_here=True)
    table = parties
    for side in (now, then, of_book, here):
        table = table.left_join(side, "party_id", rname="{name}_side").drop("party_id_side")
    failed = table.is_failed.fill_null(False) | table.is_in_default.fill_null(False)
    newly = failed & (~table.was_in_default).fill_null(False)
    fell = (table.tier_rank > table.tier_rank_then).fill_null(False)
    lost = ((table.grade_rank - table.grade_rank_then >= GRADES_LOST) & (table.pd >= noticed)).fill_null(False)
    seen = table.is_here.fill_null(False) | table.is_failed.notnull()
    return table.mutate(
        newly_in_default=newly,
        turned_bad=newly | fell | lost,
        is_unseen=table.is_of_book.fill_null(False) & ~seen,
    )


def stood(before: pd.DataFrame, policy: Policy, on: date) -> pa.Table:
    """Return how the parties stood in the batch compared with; its pd is measured by the scale of `on`.

    `before` has borrower_id, pd, grade and tier.
    """
    scale = scale_on(policy.scales, on)
    failed = {scale.default_code for _, scale in policy.scales.values}
    pd_then = before["pd"].to_numpy("float64")
    rank = np.searchsorted([grade.low for grade in scale.grades], pd_then, side="right")
    tiers = [None if pd.isna(tier) else Tier(tier).rank for tier in before["tier"]]
    columns = [
        pa.array(before["borrower_id"], pa.string()),
        pa.array(before["grade"].isin(failed), pa.bool_()),
        pa.array(tiers, pa.int8()),
        pa.array(rank, pa.int8(), mask=np.isnan(pd_then)),
    ]
    return pa.table(columns, schema=_BEFORE)


def _count(parties: ir.Table, tie: str, held: ir.BooleanValue) -> ir.IntegerValue:
    """Return how many hold, null for a borrower without a party of that tie."""
    return held.sum(where=parties.tie == tie).cast("int64")


def _seen(table: ir.Table, name: str, tie: str, *, is_told: bool) -> ir.Value:
    """Return the count, null where a party was not seen, or where nobody tells and no party was found."""
    count = table[name].fill_null(0) if is_told else table[name]
    return ibis.ifelse(table[f"unseen_{tie}"].fill_null(False), ibis.null("int64"), count)
