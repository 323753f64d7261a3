import numpy as np
import pytest

from ews.simulation.rows.accounts import account_flags, account_rows


def test_a_few_have_no_account_here_and_a_third_have_two(economy):
    has = account_flags(economy.block(0, 5_000)).reshape(-1, 2)
    assert has[:, 0].mean() == pytest.approx(0.96, abs=0.01)
    assert has[:, 1].mean() == pytest.approx(0.96 * 0.35, abs=0.02)
    assert not np.any(has[:, 1] & ~has[:, 0])


def test_account_ids_tell_first_and_second_account_apart(block):
    names = account_rows(block)["account_id"].to_pylist()
    assert len(set(names)) == len(names)
    assert all(len(name) == 9 and name[0] == "A" and name[-1] in "01" for name in names)
