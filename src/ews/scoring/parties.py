"""Parties: who hangs together with a borrower through guarantees or its group, and how each stands with its loans.

Grain   one row per (borrower_id, as_of, known_by, tie, via_id, party_id)
Reads   guarantees and relations valid on the day; borrowers for their groups; the arrears of the parties; outcomes
Ties    guaranteed, guarantor: parties outside the borrower's economic unit; behind: whom a guaranteed party (via_id)
        that stands well answers for, unless the borrower does so itself; group: members of the unit and of the same
        group_id
Nulls   via_id but for `behind`; amount where no guarantee tells one, and in the group; dpd without loans; the flags
        are null where the book tells no arrears
"""

from functools import reduce

import ibis
import ibis.expr.types as ir

from ews.domain.unit import Role
from ews.events.book import Book, was_known
from ews.features.economic_unit.members import members
from ews.features.guarantee_exposure.circles import DAY, edges_on
from ews.features.guarantee_exposure.trouble import DEFAULT_ABOVE_DPD, DEFAULTS, sees_arrears, trouble_of
from ews.features.statements import worked_out
from ews.features.steps import step
from ews.features.window import KEYS, Spine

GUARANTEED, GUARANTOR, BEHIND, GROUP = "guaranteed", "guarantor", "behind", "group"

_PAIR = (*KEYS, "tie", "via_id", "party_id", "amount")
_DIRECT = (*KEYS, "party_id", "amount")


def parties_of(book: Book, spine: Spine) -> ir.Table:
    """Return the parties with amount (fen), dpd, is_late, is_troubled, is_in_default and default_since (date)."""
    return worked_out(book, spine, _parties)


def _parties(book: Book, spine: Spine) -> ir.Table:
    unit = members(book, spine)
    pairs = [_group(book, spine, unit)]
    if book.has("guarantees"):
        pairs += _guarantees(spine, edges_on(book, spine), unit)
    found = step(reduce(ibis.union, pairs))
    stand = _standing(book, step(found.select(*DAY, borrower_id="party_id").distinct()))
    table = found.left_join(stand, [*DAY, "party_id"], rname="{name}_stand").drop("as_of_stand", "known_by_stand")
    table = table.drop("party_id_stand")
    sees = ibis.literal(sees_arrears(book))
    flags = {
        name: ibis.ifelse(sees, table[name].fill_null(False), ibis.null("bool"))
        for name in ("is_late", "is_troubled", "is_in_default")
    }
    return _without_bad_bridges(table.mutate(**flags))


def _guarantees(spine: Spine, edges: ir.Table, unit: ir.Table) -> list[ir.Table]:
    own = unit.filter(unit.role != Role.SELF.value).select(*KEYS, party_id="member_id")
    given = edges.select(*DAY, "amount", borrower_id="guarantor_id", party_id="borrower_id")
    taken = edges.select(*DAY, "amount", borrower_id="borrower_id", party_id="guarantor_id")
    given, taken = (
        step(side.semi_join(spine.table, KEYS).anti_join(own, [*KEYS, "party_id"]).select(*_DIRECT))
        for side in (given, taken)
    )
    onwards = edges.select(*DAY, via_id="guarantor_id", second_id="borrower_id", second="amount")
    behind = given.inner_join(onwards, [*DAY, ("party_id", "via_id")])
    behind = behind.filter(behind.second_id != behind.borrower_id)
    behind = behind.anti_join(given.select(*KEYS, second_id="party_id"), [*KEYS, "second_id"])
    nobody = ibis.null("string")
    return [
        given.mutate(tie=ibis.literal(GUARANTEED), via_id=nobody).select(*_PAIR),
        taken.mutate(tie=ibis.literal(GUARANTOR), via_id=nobody).select(*_PAIR),
        behind.select(
            *KEYS,
            tie=ibis.literal(BEHIND),
            via_id=behind.party_id,
            party_id=behind.second_id,
            amount=ibis.least(behind.amount, behind.second),
        ),
    ]


def _group(book: Book, spine: Spine, unit: ir.Table) -> ir.Table:
    of_unit = unit.filter(unit.role != Role.SELF.value).select(*KEYS, party_id="member_id")
    rows = book.table("borrowers").cross_join(spine.table.select(*DAY).distinct())
    rows = step(
        rows.filter(was_known(rows, rows.known_by), rows.group_id.notnull()).select(*DAY, "borrower_id", "group_id")
    )
    same = rows.semi_join(spine.table, KEYS).inner_join(rows.rename(party_id="borrower_id"), [*DAY, "group_id"])
    same = same.filter(same.party_id != same.borrower_id).select(*KEYS, "party_id")
    pairs = ibis.union(of_unit, same.cast(of_unit.schema()), distinct=True)
    return pairs.mutate(
        tie=ibis.literal(GROUP), via_id=ibis.null("string"), amount=ibis.null("int64")
    ).select(*_PAIR)  # fmt: skip


def _standing(book: Book, parties: ir.Table) -> ir.Table:
    """Return how each of `parties`, keyed as a spine, stands, and since when it is in default."""
    trouble = trouble_of(book, parties)
    listed = _listed(book, parties)
    table = trouble.left_join(listed, KEYS, rname="{name}_listed")
    days = ibis.ifelse(table.dpd > DEFAULT_ABOVE_DPD, table.dpd - DEFAULT_ABOVE_DPD - 1, ibis.null("int64"))
    late_since = (table.as_of - days.as_interval("D")).cast("date")
    first = ibis.least(ibis.coalesce(late_since, table.listed_on), ibis.coalesce(table.listed_on, late_since))
    return table.select(
        *DAY, "dpd", "is_late", "is_troubled", "is_in_default", party_id="borrower_id", default_since=first
    )


def _listed(book: Book, parties: ir.Table) -> ir.Table:
    if not book.has("outcomes"):
        return parties.select(*KEYS, listed_on=ibis.null("date"))
    rows = parties.select(*KEYS).inner_join(book.table("outcomes"), "borrower_id")
    rows = rows.filter(rows.kind.isin(DEFAULTS), rows.occurred_on <= rows.as_of, was_known(rows, rows.known_by))
    return rows.group_by(*KEYS).aggregate(listed_on=rows.occurred_on.min())


def _without_bad_bridges(table: ir.Table) -> ir.Table:
    """Leave out what lies behind a guaranteed party that is in trouble itself: it is told there."""
    bad = table.filter(table.tie == GUARANTEED, table.is_troubled).select(*KEYS, via_id="party_id")
    return table.anti_join(bad, [*KEYS, "via_id"])
