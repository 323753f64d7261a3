import numpy as np

from ews.simulation.latent.state import ABSENT, DEFAULT_AT
from ews.simulation.rows.block import MOST_DAYS_LATE


def test_a_block_is_the_same_wherever_it_is_cut(economy, block):
    part = economy.block(100, 150)
    assert part.late.tolist() == block.late[100:150].tolist()
    assert part.shown("purpose").tolist() == block.shown("purpose")[100:150].tolist()


def test_items_paid_late_are_paid_before_the_next_falls_due(block):
    assert block.late.max() <= MOST_DAYS_LATE
    assert 0.01 < (block.late > 0)[block.present].mean() < 0.15


def test_the_stressed_pay_late_more_often(economy):
    whole = economy.block(0, 5_000)
    late = whole.late > 0
    assert late[whole.stress > 1].mean() > 2 * late[whole.present & (whole.stress < 0)].mean()


def test_those_who_left_were_not_in_arrears_and_those_written_off_were(economy):
    whole = economy.block(0, 20_000)
    goes = np.flatnonzero(whole.gone < whole.months.count)
    last = whole.arrears[goes, whole.gone[goes] - 1]
    assert np.all(last[whole.left[goes]] == 0)
    assert np.all(last[whole.written_off[goes]] == DEFAULT_AT + 18)
    assert np.all(whole.arrears[goes, whole.gone[goes]] == ABSENT)


def test_a_month_outside_the_book_counts_as_nothing(block):
    matrix = np.ones_like(block.arrears)
    months = np.array([-1, 0, block.months.count - 1, block.months.count])
    assert block.at(matrix, np.zeros(4, dtype=np.int64), months).tolist() == [0, 1, 1, 0]
