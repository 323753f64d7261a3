"""Turnover: money received and paid month by month, without what only goes round.

Grain   one row per (borrower_id, as_of, known_by, lag) with postings
Reads   postings by amount, category and counterparty; relations for who belongs to the unit
Left    out of inflow and outflow: loans paid out and served, transfers and related parties by category; money from or
        to a member of the economic unit by the name of the counterparty; money that went back within days
"""

from collections.abc import Callable, Mapping
from typing import Any

import ibis.expr.types as ir

from ews.events.book import Book
from ews.features.account_flows.postings import is_earned, is_spent, paid_for, received_for, within_reach
from ews.features.account_flows.returned_money import returned_money
from ews.features.account_flows.unit_money import unit_money
from ews.features.window import KEYS, Spine, monthly

Flows = Mapping[str, Callable[[ir.Table], ir.Value]]

_CELL = (*KEYS, "lag")


def turnover(
    book: Book, spine: Spine, postings: ir.Table, names: ir.Table, *, months: int, flows: Flows | None = None
) -> ir.Table:
    """Return the months with `inflow` and `outflow` (fen) net of circles, what was taken out, and `flows`.

    `names` are the unit's (see unit_names). `received` is all that came in but loans and own transfers; of it
    `circular_in` went round, `related_in` came from related parties and the unit, `returned_in` went back within days.
    """
    postings = within_reach(spine, postings, months=months + 1)
    made: dict[str, Any] = {
        "earned": earned,
        "spent": spent,
        "party_in": received_for("related_party"),
        "party_out": paid_for("related_party"),
        **(flows or {}),
    }
    cells = monthly(spine, postings, day="occurred_at", months=months, **made)
    unit = unit_money(book, spine, postings, names, months=months)
    legs = returned_money(spine, postings, months=months)
    cells = _beside(_beside(cells, unit), _returned(legs, names))
    counted = cells.mutate(**{name: cells[name].fill_null(0) for name in cells.columns if name not in _CELL})
    related_in = counted.party_in + counted.unit_earned - counted.own_earned
    return counted.mutate(
        inflow=counted.earned - counted.unit_earned - counted.returned_earned,
        outflow=counted.spent - counted.unit_spent - counted.returned_spent,
        received=counted.earned - counted.own_earned + counted.party_in,
        related_in=related_in,
        related_out=counted.party_out + counted.unit_spent - counted.own_spent,
        circular_in=related_in + counted.returned_earned,
    )


def earned(rows: ir.Table) -> ir.IntegerScalar:
    """Return the money received as its category has it."""
    return rows.amount.sum(where=is_earned(rows))


def spent(rows: ir.Table) -> ir.IntegerScalar:
    """Return the money paid as its category has it."""
    return -rows.amount.sum(where=is_spent(rows))


def _returned(legs: ir.Table, names: ir.Table) -> ir.Table:
    """Return the months of returned money; what the unit sent round is taken out of turnover as the unit's."""
    marked = legs.left_join(names, [*KEYS, "counterparty_id"], rname="{name}_named")
    is_unit = marked.is_own.notnull()
    return marked.group_by(*_CELL).aggregate(
        returned_in=marked.returned_in.sum(where=~marked.is_own.fill_null(False)),
        returned_earned=marked.earned.sum(where=~is_unit),
        returned_spent=marked.spent.sum(where=~is_unit),
    )


def _beside(cells: ir.Table, part: ir.Table) -> ir.Table:
    return cells.left_join(part, _CELL, rname="{name}_of_part").drop(*(f"{name}_of_part" for name in _CELL))
