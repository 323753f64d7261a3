from datetime import date

import ibis.expr.types as ir
import pytest

from ews.events.book import Book
from ews.features.peers.standing import FLAGS, standing_now_and_before
from ews.features.statements import worked_out
from ews.features.window import Spine, spine_on
from tests.features.peers.economies import AS_OF, book, borrower, stated

BEFORE = date(2026, 3, 31)


def now_and_before(economy: Book, spine: Spine) -> ir.Table:
    """Describe a borrower that is its own only peer."""
    return standing_now_and_before(economy, spine, spine)


def flags(statements, outcomes=()) -> tuple[tuple[int, ...], tuple[int, ...]]:
    economy = book([borrower("B1")], statements=statements, outcomes=outcomes)
    row = worked_out(economy, spine_on(economy, [AS_OF]), now_and_before).to_pyarrow().to_pylist()[0]
    return tuple(row[name] for name in FLAGS), tuple(row[f"{name}_before"] for name in FLAGS)


@pytest.mark.parametrize(
    ("dpd", "now"), [(0, (1, 0, 0)), (1, (1, 1, 0)), (90, (1, 1, 0)), (91, (1, 1, 1)), (None, (0, 0, 0))]
)
def test_past_due_from_the_first_day_and_in_default_from_the_91st(dpd, now):
    assert flags([stated("B1", dpd)])[0] == now


def test_before_is_three_months_earlier_by_what_was_known_then():
    assert flags([stated("B1", 12, BEFORE), stated("B1", 0)]) == ((1, 0, 0), (1, 1, 0))
    late = {**stated("B1", 12, BEFORE), "known_on": date(2026, 4, 1)}
    assert flags([late, stated("B1", 0)]) == ((1, 0, 0), (0, 0, 0))


@pytest.mark.parametrize(
    ("listed_on", "now", "before"),
    [
        (date(2025, 6, 30), (0, 0, 0), (1, 1, 1)),
        (date(2025, 7, 1), (1, 1, 1), (1, 1, 1)),
        (date(2026, 4, 1), (1, 1, 1), (0, 0, 0)),
        (date(2026, 7, 1), (0, 0, 0), (0, 0, 0)),
    ],
)
def test_a_listed_default_counts_for_twelve_months(listed_on, now, before):
    listed = {"borrower_id": "B1", "kind": "write_off", "occurred_on": listed_on}
    assert flags([], [listed]) == (now, before)


def test_a_restructuring_is_no_default():
    listed = {"borrower_id": "B1", "kind": "restructured", "occurred_on": date(2026, 6, 1)}
    assert flags([stated("B1", 0)], [listed])[0] == (1, 0, 0)
