"""Sides: what each borrower gives, what it is given, and what waits behind the parties it answers for.

Grain   given and taken: one row per (borrower_id, as_of, known_by, party_id); what is made of them: per spine row
Others  parties outside the borrower's economic unit; guarantees within the unit are told apart
Call    what a party in default may cost: the smaller of the amount guaranteed and its debt, as far as either is told
Nulls   amounts are null where no guarantee tells one; flags are false for a party that the book does not know
"""

import ibis
import ibis.expr.types as ir

from ews.domain.unit import Role
from ews.features.guarantee_exposure.circles import DAY
from ews.features.ratios import only_where
from ews.features.steps import step
from ews.features.window import KEYS, Spine

_FLAGS = ("is_late", "is_troubled", "is_in_default")


def side(spine: Spine, edges: ir.Table, unit: ir.Table, trouble: ir.Table, *, of: str) -> ir.Table:
    """Return the guarantees of each borrower of the spine as `of` (guarantor_id or borrower_id) of the edges.

    Adds the other party as party_id, `is_own` where it belongs to the borrower's unit, and how it stands.
    """
    other = "borrower_id" if of == "guarantor_id" else "guarantor_id"
    rows = edges.select(*DAY, "amount", borrower_id=of, party_id=other).semi_join(spine.table, KEYS)
    own = unit.filter(unit.role != Role.SELF.value).select(*KEYS, party_id="member_id", own=ibis.literal(value=True))
    rows = rows.left_join(own, [*KEYS, "party_id"], rname="{name}_own")
    stand = trouble.rename(party_id="borrower_id")
    rows = rows.left_join(stand, [*DAY, "party_id"], rname="{name}_state")
    flags = {name: rows[name].fill_null(False) for name in _FLAGS}
    return step(rows.select(*KEYS, "party_id", "amount", "debt", is_own=rows.own.fill_null(False), **flags))


def given_sums(given: ir.Table) -> ir.Table:
    """Return per spine row what is guaranteed for others, for those late, troubled or in default, and for the unit."""
    others = ~given.is_own
    troubled, failed = others & given.is_troubled, others & given.is_in_default
    call = ibis.least(given.amount, only_where(given.debt > 0, given.debt))
    return given.group_by(*KEYS).aggregate(
        parties=others.sum(),
        amount=given.amount.sum(where=others),
        late=(others & given.is_late).sum(),
        troubled=troubled.sum(),
        troubled_amount=given.amount.sum(where=troubled),
        failed=failed.sum(),
        call_amount=call.sum(where=failed),
        unit_parties=given.is_own.sum(),
        unit_amount=given.amount.sum(where=given.is_own),
    )


def taken_sums(taken: ir.Table) -> ir.Table:
    """Return per spine row who of others, and who of the unit, guarantees for the borrower."""
    others = ~taken.is_own
    return taken.group_by(*KEYS).aggregate(
        guarantors=others.sum(),
        guarantors_troubled=(others & taken.is_troubled).sum(),
        received_amount=taken.amount.sum(where=others),
        unit_guarantors=taken.is_own.sum(),
    )


def mutual(given: ir.Table, taken: ir.Table) -> ir.Table:
    """Return per spine row how many of the others are guaranteed and guarantee in return."""
    both = given.filter(~given.is_own).semi_join(taken, [*KEYS, "party_id"])
    return both.group_by(*KEYS).aggregate(mutual=both.count())


def two_steps(edges: ir.Table, given: ir.Table, trouble: ir.Table) -> ir.Table:
    """Return per spine row the troubled parties that sound guaranteed parties answer for, and what they put at risk.

    `second_amount` is, per guaranteed party, the smaller of what it answers for in trouble and what the borrower
    answers for it. Whom the borrower guarantees itself is counted there and not here.
    """
    bad = trouble.filter(trouble.is_troubled).select(*DAY, "borrower_id")
    behind = edges.semi_join(bad, [*DAY, "borrower_id"])
    behind = behind.select(*DAY, party_id="guarantor_id", second_id="borrower_id", second="amount")
    sound = given.filter(~given.is_own & ~given.is_troubled).select(*KEYS, "party_id", "amount")
    rows = sound.inner_join(behind, [*DAY, "party_id"])
    rows = rows.filter(rows.second_id != rows.borrower_id)
    direct = given.select(*KEYS, second_id="party_id")
    rows = rows.anti_join(direct, [*KEYS, "second_id"])
    counted = rows.group_by(*KEYS).aggregate(second_troubled=rows.second_id.nunique())
    by_party = rows.group_by(*KEYS, "party_id").aggregate(amount=rows.amount.max(), second=rows.second.sum())
    at_risk = ibis.least(by_party.amount, by_party.second)
    amounts = by_party.group_by(*KEYS).aggregate(second_amount=at_risk.sum())
    return counted.inner_join(amounts, KEYS).select(*KEYS, "second_troubled", "second_amount")


def circle_sums(places: ir.Table, unit: ir.Table, trouble: ir.Table) -> ir.Table:
    """Return per spine row the depth, the size of circle and ring, and how many others in the circle are troubled.

    Members of the borrower's own unit are left out.
    """
    bad = trouble.filter(trouble.is_troubled).select(*DAY, party_id="borrower_id", bad=ibis.literal(1, "int64"))
    marked = places.left_join(bad, [*DAY, "party_id"], rname="{name}_bad")
    marked = marked.select(*DAY, "party_id", "circle", "ring", "depth", bad=marked.bad.fill_null(0))
    circle, ring = ibis.window(group_by=[*DAY, "circle"]), ibis.window(group_by=[*DAY, "ring"])
    totals = marked.mutate(
        size=marked.count().over(circle),
        bad_in_circle=marked.bad.sum().over(circle),
        ring_size=marked.count().over(ring),
    )
    # All that a borrower's unit, the borrower included, makes of the borrower's own circle
    of_unit = unit.inner_join(marked.rename(member_id="party_id"), [*DAY, "member_id"])
    both = totals.rename(borrower_id="party_id").inner_join(
        of_unit.select(*KEYS, unit_circle="circle", unit_ring="ring", unit_bad="bad"), KEYS
    )
    in_circle, in_ring = both.circle == both.unit_circle, both.ring == both.unit_ring
    return both.group_by(*KEYS).aggregate(
        depth=both.depth.max(),
        others=both["size"].max() - in_circle.sum(),
        others_troubled=both.bad_in_circle.max() - both.unit_bad.sum(where=in_circle),
        others_in_ring=both.ring_size.max() - in_ring.sum(),
    )
