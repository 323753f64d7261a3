"""How borrowers move between grades; published figures are those of MathWorks' Risk Management Toolbox R2026a."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.validation.migrations import Bandwidth, bandwidth, migration_counts, neighbour_tests

PUBLISHED = np.array([[10, 8, 15, 9, 10], [11, 9, 13, 9, 8], [0, 10, 10, 11, 10], [0, 0, 9, 11, 11], [0, 0, 0, 11, 10]])
matrices = (
    st.integers(2, 6)
    .flatmap(
        lambda size: st.lists(st.lists(st.integers(0, 30), min_size=size, max_size=size), min_size=size, max_size=size)
    )
    .map(np.array)
)


def test_the_published_bandwidths():
    found = bandwidth(PUBLISHED)
    assert (round(found.lower, 4), round(found.upper, 4)) == (0.3306, 0.6066)


def test_nobody_moves_and_all_move_as_far_as_they_can():
    assert bandwidth(np.diag([5, 6, 7])) == Bandwidth(None, None)
    assert bandwidth(np.array([[0, 0, 4], [0, 0, 0], [3, 0, 0]])) == Bandwidth(1.0, 1.0)


@given(counts=matrices)
@settings(max_examples=60, deadline=None)
def test_bandwidths_are_the_sums_of_the_instructions(counts):
    size, at_first = len(counts), counts.sum(axis=1)
    share = counts / np.maximum(at_first, 1)[:, None]
    part = norm = 0.0
    for i in range(1, size):  # ECB 2019, 2.5.5.1, grades counted from 1
        for j in range(i + 1, size + 1):
            part += abs(i - j) * at_first[i - 1] * share[i - 1, j - 1]
        norm += max(abs(i - size), abs(i - 1)) * at_first[i - 1] * share[i - 1, i:].sum()
    found = bandwidth(counts)
    assert found.upper == (pytest.approx(part / norm) if norm else None)
    turned = bandwidth(counts[::-1, ::-1])
    assert (turned.upper, turned.lower) == (pytest.approx(found.lower), pytest.approx(found.upper))
    assert all(side is None or 0 < side <= 1 for side in (found.upper, found.lower))


def test_the_published_decisions_of_the_first_rows():
    # rows of 15 columns, the last for default; 1 is a rejection at 95 %
    first = np.arange(1, 142, 10)
    second = np.array([89, 120, 81, 14, *[0] * 11])
    counts = np.zeros((14, 14), dtype=np.int64)
    counts[0], counts[1] = first[:14], second[:14]
    at_first = np.array([first.sum(), second.sum(), *[0] * 12])
    rejected = {(cell.former, cell.now): cell.p < 0.05 for cell in neighbour_tests(counts, at_first)}
    assert [rejected.get((0, column)) for column in range(14)] == [None, True, True, *[False] * 11]
    assert [rejected.get((1, column)) for column in range(14)] == [False, None, False, False, False, *[None] * 9]


def test_a_cell_by_hand():
    # of 100, 10 moved one grade down and 20 two: p 0.1 near, 0.2 far
    counts = np.array([[70, 10, 20], [0, 0, 0], [0, 0, 0]])
    found = {(cell.former, cell.now): cell for cell in neighbour_tests(counts)}
    assert set(found) == {(0, 1), (0, 2)}
    far = found[0, 2]
    assert far.z == pytest.approx((0.1 - 0.2) / np.sqrt((0.2 * 0.8 + 0.1 * 0.9 + 2 * 0.2 * 0.1) / 100))
    assert (far.moved, far.nearer) == (20, 10)
    assert far.p == pytest.approx(0.0312, abs=5e-4)


def test_moves_are_counted_by_place():
    former, now = np.array([0, 0, 1, 2]), np.array([0, 2, 1, 0])
    assert migration_counts(former, now, 3).tolist() == [[1, 0, 1], [0, 1, 0], [1, 0, 0]]
