import numpy as np

from ews.simulation.rows.postings import (
    NOBODY,
    THIS_BANK,
    Postings,
    account_party,
    borrower_party,
    in_banking_hours,
    institution_party,
    joined,
    outside,
    party_ids,
)


def test_parts_are_joined_in_their_order():
    parts = [Postings(*(np.array([number]) for _ in range(5))) for number in (1, 2)]
    assert joined(parts).amount.tolist() == [1, 2]
    assert joined(parts).only(np.array([False, True])).second.tolist() == [2]


def test_banking_hours_are_from_eight_to_eight(place):
    seconds = in_banking_hours(place.block(), np.full(1_000, 7), "purpose", (np.arange(1_000),))
    assert seconds.min() >= 7 * 86_400 + 8 * 3600
    assert seconds.max() < 7 * 86_400 + 20 * 3600


def test_a_party_is_told_by_its_letter(place):
    block = place.block(bounds=place.unit(20))
    first = int(block.people.number[0]) + 1
    parties = np.concatenate([
        [NOBODY, THIS_BANK], outside(2, np.array([41])), account_party(block, np.array([0, 1])),
        borrower_party(np.array([20])), institution_party(np.array([7])),
    ])  # fmt: skip
    assert party_ids(parties).to_pylist() == [
        None, "J999", "K200000042", f"A{first:07d}0", f"A{first:07d}1", "B0000021", "J007",
    ]  # fmt: skip
