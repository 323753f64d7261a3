import numpy as np
import pytest

from ews.simulation.latent.course import ABSENT
from ews.simulation.rows.accounts import account_flags
from tests.simulation.rows.courses import Plan, Written, borrower_id, village


def test_a_few_have_no_account_here_and_a_third_of_the_firms_have_two():
    many = village(4_000)
    has = account_flags(many.block()).reshape(-1, 2)
    assert np.array_equal(has[:, 0], many.people.has_account)
    firm = many.people.firm & many.people.has_account
    assert has[firm, 1].mean() == pytest.approx(0.35, abs=0.03)
    assert has[~firm & many.people.has_account, 1].mean() == pytest.approx(0.12, abs=0.02)
    assert not np.any(has[:, 1] & ~has[:, 0])


def test_account_ids_tell_first_and_second_account_apart(calm):
    names = [name for (name,) in calm.rows("SELECT account_id FROM accounts")]
    assert len(set(names)) == len(names)
    assert all(len(name) == 9 and name[0] == "A" and name[-1] in "01" for name in names)


def test_most_of_those_who_leave_close_their_accounts(place):
    leavers = [int(number) for number in place.people.number[place.people.stock & place.people.has_account][:60]]
    written = Written(place, Plan(arrears={number: [0] * 20 + [ABSENT] for number in leavers}))
    closed = written.rows("SELECT borrower_id, closed_on, known_on FROM accounts WHERE closed_on IS NOT NULL")
    assert {borrower for borrower, _, _ in closed} <= {borrower_id(number) for number in leavers}
    assert 0.4 < len({borrower for borrower, _, _ in closed}) / 60 < 0.85
    assert {str(on) for _, on, _ in closed} == {"2025-03-31"}
    late = "SELECT count(*) FROM transactions JOIN accounts USING (account_id) WHERE occurred_at::DATE > closed_on"
    assert written.value(late) == 0
