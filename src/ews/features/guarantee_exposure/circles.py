"""Guarantee circles (担保圈): who hangs together through guarantees, whichever way they run.

Grain   edges: (as_of, known_by, guarantor_id, borrower_id); members: (as_of, known_by, circle, member_id)
Reads   guarantees valid on the day; several between the same two are one edge
Circle  weakly connected component, parties unknown to the book included; named by its first member's id
Nulls   `amount` is null where no guarantee between the two tells one
"""

from collections.abc import Sequence

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import rustworkx as rx

from ews.events.book import Book, was_known
from ews.features.steps import step
from ews.features.window import Spine

DAY = ("as_of", "known_by")


def edges_on(book: Book, spine: Spine) -> ir.Table:
    """Return who guarantees whom on each day of the spine, with `amount` (fen)."""
    rows = book.table("guarantees").cross_join(spine.table.select(*DAY).distinct())
    has_begun = rows.starts_on.isnull() | (rows.starts_on <= rows.as_of)
    stands = rows.ends_on.isnull() | (rows.ends_on >= rows.as_of)
    rows = rows.filter(was_known(rows, rows.known_by), has_begun, stands, rows.guarantor_id != rows.borrower_id)
    edges = rows.group_by(*DAY, "guarantor_id", "borrower_id").aggregate(amount=rows.amount.sum())
    return step(book, edges)


def members_of(book: Book, spine: Spine, edges: ir.Table) -> ir.Table:
    """Return the members of every circle that holds a borrower of the spine."""
    rows = book.engine.to_pyarrow(edges.order_by(*DAY, "guarantor_id", "borrower_id"))
    members = step(book, _labelled(rows))
    held = members.inner_join(spine.table, [*DAY, ("member_id", "borrower_id")]).select(*DAY, "circle").distinct()
    return step(book, members.semi_join(held, [*DAY, "circle"]))


def _labelled(rows: pa.Table) -> pa.Table:
    """Label the ends of all edges with their circle; a party is another node on each day."""
    columns = {name: np.asarray(rows[name].to_pylist(), dtype=object) for name in rows.column_names}
    days = sorted(set(zip(columns["as_of"], columns["known_by"], strict=True)))
    day_index = {day: index for index, day in enumerate(days)}
    ends = [columns["guarantor_id"], columns["borrower_id"]]
    parties, party_index = np.unique(np.concatenate(ends).astype(str), return_inverse=True)
    on = np.array([day_index[day] for day in zip(columns["as_of"], columns["known_by"], strict=True)], dtype=np.int64)
    nodes = party_index.reshape(2, -1) + on * len(parties)
    return _as_table(_components(nodes), days, parties)


def _components(nodes: np.ndarray) -> list[tuple[int, int]]:
    """Return (circle, node) for each node; the circle is the smallest node in it, which is its first party's."""
    graph = rx.PyGraph()
    graph.extend_from_edge_list(list(zip(*nodes.tolist(), strict=True)))
    circles = [circle for circle in rx.connected_components(graph) if len(circle) > 1]
    return sorted((min(circle), node) for circle in circles for node in circle)


def _as_table(
    labels: Sequence[tuple[int, int]], days: Sequence[tuple[object, object]], parties: np.ndarray
) -> pa.Table:
    size = len(parties)
    return pa.table(
        {
            "as_of": pa.array([days[node // size][0] for _, node in labels], pa.date32()),
            "known_by": pa.array([days[node // size][1] for _, node in labels], pa.date32()),
            "circle": pa.array([str(parties[circle % size]) for circle, _ in labels], pa.string()),
            "member_id": pa.array([str(parties[node % size]) for _, node in labels], pa.string()),
        }
    )
