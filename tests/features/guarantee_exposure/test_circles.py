from datetime import date

import ibis.expr.types as ir
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ews.events.book import Book
from ews.features.guarantee_exposure.circles import edges_on, positions
from ews.features.statements import worked_out
from ews.features.window import Spine, spine_on
from tests.books import book_of

AS_OF = date(2026, 6, 30)
PARTIES = range(6)
edges = st.lists(st.tuples(st.sampled_from(PARTIES), st.sampled_from(PARTIES)), max_size=9)


def reachable(pairs: set[tuple[int, int]]) -> np.ndarray:
    """Return who reaches whom in one step or more."""
    reach = np.zeros((len(PARTIES), len(PARTIES)), dtype=bool)
    for one, other in pairs:
        reach[one, other] = True
    for via in PARTIES:
        reach |= np.outer(reach[:, via], reach[via, :])
    return reach


def longest_chain(party: int, pairs: set[tuple[int, int]], reach: np.ndarray) -> int:
    """Return the longest chain from `party`, passing each ring once."""
    ring = {other for other in PARTIES if other == party or (reach[party, other] and reach[other, party])}
    below = {other for one, other in pairs if one in ring and other not in ring}
    return max((1 + longest_chain(other, pairs, reach) for other in below), default=0)


def placed(book: Book, spine: Spine) -> ir.Table:
    return positions(spine, edges_on(book, spine))


@given(drawn=edges)
def test_circle_ring_and_depth_agree_with_who_reaches_whom(drawn):
    pairs = {(one, other) for one, other in drawn if one != other}
    rows = [
        {"guarantee_id": f"G{number}", "guarantor_id": f"B{one}", "borrower_id": f"B{other}", "amount": 1}
        for number, (one, other) in enumerate(drawn)
    ]
    book = book_of({"borrowers": [{"borrower_id": f"B{each}", "kind": "firm"} for each in PARTIES], "guarantees": rows})
    spine = spine_on(book, [AS_OF])
    found = worked_out(book, spine, placed).execute().set_index("party_id")
    assert set(found.index) == {f"B{each}" for pair in pairs for each in pair}
    reach, either = reachable(pairs), reachable(pairs | {(other, one) for one, other in pairs})
    for each in found.index:
        party = int(each[1:])
        together = [other for other in PARTIES if either[party, other]]
        ring = [other for other in PARTIES if other == party or (reach[party, other] and reach[other, party])]
        assert found.circle[each] == f"B{min(together)}"
        assert found.ring[each] == f"B{min(ring)}"
        assert found.depth[each] == longest_chain(party, pairs, reach)
