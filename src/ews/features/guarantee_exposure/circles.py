"""Guarantee circles (担保圈): who hangs together through guarantees, whichever way they run.

Grain   edges: (as_of, known_by, guarantor_id, borrower_id); positions: (as_of, known_by, party_id)
Reads   guarantees valid on the day; several between the same two are one edge
Circle  weakly connected component, parties unknown to the book included; named by its first party's id
Ring    strongly connected component: all answer for each other, if only by way of others; named likewise
Depth   the longest chain of guarantees that begins with the party; a ring on the way counts as one party
Nulls   `amount` is null where no guarantee between the two tells one
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from ews.events.book import Book, was_known
from ews.features.steps import applied, step
from ews.features.window import Spine

if TYPE_CHECKING:
    import rustworkx as rx

DAY = ("as_of", "known_by")
_POSITION = ibis.schema(
    {"as_of": "date", "known_by": "date", "party_id": "string", "circle": "string", "ring": "string", "depth": "int64"}
)


def edges_on(book: Book, spine: Spine) -> ir.Table:
    """Return who guarantees whom on each day of the spine, with `amount` (fen)."""
    rows = book.table("guarantees").cross_join(spine.table.select(*DAY).distinct())
    has_begun = rows.starts_on.isnull() | (rows.starts_on <= rows.as_of)
    stands = rows.ends_on.isnull() | (rows.ends_on >= rows.as_of)
    rows = rows.filter(was_known(rows, rows.known_by), has_begun, stands, rows.guarantor_id != rows.borrower_id)
    edges = rows.group_by(*DAY, "guarantor_id", "borrower_id").aggregate(amount=rows.amount.sum())
    return step(edges)


def positions(spine: Spine, edges: ir.Table) -> ir.Table:
    """Return the circle, ring and depth of all parties whose circle holds a borrower of the spine."""
    parties = applied(_positions, edges.order_by(*DAY, "guarantor_id", "borrower_id"), _POSITION)
    held = parties.inner_join(spine.table, [*DAY, ("party_id", "borrower_id")]).select(*DAY, "circle").distinct()
    return step(parties.semi_join(held, [*DAY, "circle"]))


def _positions(rows: pa.Table) -> pa.Table:
    """Return the position of each end of the edges; a party is another node on each day."""
    columns = {name: np.asarray(rows[name].to_pylist(), dtype=object) for name in rows.column_names}
    days = sorted(set(zip(columns["as_of"], columns["known_by"], strict=True)))
    day_index = {day: index for index, day in enumerate(days)}
    ends = [columns["guarantor_id"], columns["borrower_id"]]
    parties, party_index = np.unique(np.concatenate(ends).astype(str), return_inverse=True)
    on = np.array([day_index[day] for day in zip(columns["as_of"], columns["known_by"], strict=True)], dtype=np.int64)
    nodes = party_index.reshape(2, -1) + on * len(parties)
    return _as_table(_placed(nodes), days, parties)


def _placed(nodes: np.ndarray) -> list[tuple[int, int, int, int]]:
    """Return (node, circle, ring, depth); circle and ring are the smallest node in them, their first party's."""
    import rustworkx as rx  # noqa: PLC0415 - where features are built, not where the service starts

    graph: rx.PyDiGraph[Any, Any] = rx.PyDiGraph()
    graph.extend_from_edge_list(list(zip(*nodes.tolist(), strict=True)))
    ring, depth = _rings(graph)
    circles = [circle for circle in rx.weakly_connected_components(graph) if len(circle) > 1]
    return sorted((node, min(circle), ring[node], depth[node]) for circle in circles for node in circle)


def _rings(graph: "rx.PyDiGraph[Any, Any]") -> tuple[dict[int, int], dict[int, int]]:
    """Return ring and depth by node.

    The components come in reverse topological order: whom a ring guarantees has been seen before it.
    """
    import rustworkx as rx  # noqa: PLC0415 - as above

    ring: dict[int, int] = {}
    depth: dict[int, int] = {}
    for together in rx.strongly_connected_components(graph):
        name = min(together)
        below = [other for node in together for other in graph.successor_indices(node) if other in depth]
        deep = max((depth[other] + 1 for other in below), default=0)
        ring.update(dict.fromkeys(together, name))
        depth.update(dict.fromkeys(together, deep))
    return ring, depth


def _as_table(
    placed: Sequence[tuple[int, int, int, int]], days: Sequence[tuple[object, object]], parties: np.ndarray
) -> pa.Table:
    size = len(parties)

    def names(which: int) -> pa.Array:
        return pa.array([str(parties[place[which] % size]) for place in placed], pa.string())

    return pa.table(
        {
            "as_of": pa.array([days[place[0] // size][0] for place in placed], pa.date32()),
            "known_by": pa.array([days[place[0] // size][1] for place in placed], pa.date32()),
            "party_id": names(0),
            "circle": names(1),
            "ring": names(2),
            "depth": pa.array([place[3] for place in placed], pa.int64()),
        }
    )
