import numpy as np

from ews.simulation.rows.postings import Postings, in_banking_hours, joined


def test_parts_are_joined_in_their_order():
    parts = [Postings(*(np.array([number]) for _ in range(6))) for number in (1, 2)]
    assert joined(parts).amount.tolist() == [1, 2]


def test_banking_hours_are_from_eight_to_eight(block):
    seconds = in_banking_hours(block, np.full(1_000, 7), "purpose", (np.arange(1_000),))
    assert seconds.min() >= 7 * 86_400 + 8 * 3600
    assert seconds.max() < 7 * 86_400 + 20 * 3600
