import numpy as np
import pytest

from ews.simulation.latent.horizon import MOST_BORROWER_MONTHS, months_told
from ews.simulation.months import Months

MONTHS = Months(12 * 50, 14)
"""From January on."""


def test_a_book_of_usual_size_is_told_every_month():
    assert np.all(months_told(MOST_BORROWER_MONTHS // 14, MONTHS))


def test_a_larger_book_is_told_at_quarter_ends():
    assert np.flatnonzero(months_told(MOST_BORROWER_MONTHS, MONTHS)).tolist() == [2, 5, 8, 11]


@pytest.mark.parametrize("size", [1, 10**6])
def test_every_month_of_the_book_has_an_answer(size):
    assert len(months_told(size, MONTHS)) == MONTHS.count
