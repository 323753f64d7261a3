import numpy as np

from ews.simulation.rows.balances import opening_balance, sweeps, targets_of
from ews.simulation.rows.postings import Postings


def test_transfers_bring_every_account_to_its_target(block):
    none = Postings(*(np.zeros(0, np.int64) for _ in range(6)))
    targets = targets_of(block)
    moved = sweeps(block, none, targets)
    for account in np.unique(moved.account)[:100]:
        own = moved.account == account
        reached = opening_balance(block, targets)[account] + np.cumsum(moved.amount[own])
        assert reached.tolist() == targets[account, moved.month[own]].tolist()


def test_who_has_left_has_nothing_on_the_account(economy):
    whole = economy.block(0, 2_000)
    left = np.flatnonzero(whole.left & (whole.gone < whole.months.count))
    assert len(left) > 50
    assert np.all(targets_of(whole)[2 * left, whole.gone[left]] == 0)


def test_money_comes_in_before_the_month_spends_it_and_leaves_at_its_end(block):
    none = Postings(*(np.zeros(0, np.int64) for _ in range(6)))
    moved = sweeps(block, none, targets_of(block))
    day = moved.second // 86_400
    first, last = block.months.first_day(moved.month), block.months.last_day(moved.month)
    assert np.all((day - first)[moved.amount > 0] <= 2)
    assert np.all((last == day)[moved.amount < 0])
