import numpy as np
import pytest

from ews.simulation.arrays import running
from ews.simulation.latent.course import ABSENT
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.population import Role
from ews.simulation.rows.balances import limits_of, opening_balance, transfers
from ews.simulation.rows.postings import Postings
from tests.simulation.rows.courses import Episode, Plan, Written, borrower_id

NOTHING = Postings(*(np.zeros(0, np.int64) for _ in range(5)))


@pytest.fixture(scope="module")
def block(place):
    return place.block()


def spent(block, day: int, amount: int, account: int = 0) -> Postings:
    second = (int(block.months.first_day(3)) + day) * 86_400
    return Postings(*(np.array([value]) for value in (account, second, -amount, 0, 0)))


def test_without_movements_nothing_is_moved_but_what_has_gathered_or_lacks(block):
    limits = limits_of(block, np.zeros(block.arrears.shape))
    moved = transfers(block, NOTHING, limits)
    balance = running(moved.amount, moved.account) + opening_balance(block, limits)[moved.account]
    month = block.month_of(moved.day)
    assert np.all(balance >= limits.least[moved.account, month])
    assert np.all(np.abs(moved.amount) % 10_000 == 0)


def test_money_is_brought_in_on_the_day_it_is_needed_and_before_it_is(block):
    limits = limits_of(block, np.zeros(block.arrears.shape))
    account = int(np.flatnonzero(limits.open_[:, 3])[0])
    large = int(opening_balance(block, limits).max()) * 50
    brought = transfers(block, spent(block, 12, large, account), limits)
    came = brought.only((brought.account == account) & (block.month_of(brought.day) == 3) & (brought.amount > 0))
    assert came.day.tolist() == [int(block.months.first_day(3)) + 12]
    assert came.second[0] % 86_400 < 6 * 3600
    assert int(came.amount[0]) > 0.9 * large


def test_the_squeezed_keep_less_and_some_firms_go_below_zero(calm, at_two):
    lowest = """
        SELECT median(low) FROM (SELECT min(balance_after) AS low FROM transactions
            GROUP BY account_id, date_trunc('month', occurred_at))
    """
    assert at_two("squeeze").value(lowest) < 0.5 * calm.value(lowest)
    below = """
        SELECT count(DISTINCT borrower_id) FILTER (kind = 'firm'), count(DISTINCT borrower_id) FILTER (kind <> 'firm')
        FROM transactions JOIN (SELECT DISTINCT account_id, borrower_id FROM accounts) USING (account_id)
        JOIN (SELECT DISTINCT borrower_id, kind FROM borrowers) USING (borrower_id) WHERE balance_after < 0
    """
    assert calm.rows(below)[0][0] == 0
    assert at_two("squeeze").rows(below)[0][0] > 10
    assert at_two("squeeze").rows(below)[0][1] == 0


@pytest.mark.parametrize(
    "plan",
    [lambda who: Plan(arrears={who: [0] * 20 + [ABSENT]}), lambda who: Plan((Episode(who, 20, Kind.FRAUD),))],
    ids=["leaves", "vanishes"],
)
def test_who_leaves_or_vanishes_takes_everything(place, plan):
    who = place.of_role(Role.ALONE, has_account=True)
    last = Written(place, plan(who), of=who).rows(f"""
        SELECT arg_max(balance_after, occurred_at), max(occurred_at)::DATE FROM transactions t
        JOIN (SELECT DISTINCT account_id, borrower_id FROM accounts) USING (account_id)
        WHERE borrower_id = '{borrower_id(who)}' AND balance_after IS NOT NULL GROUP BY account_id
    """)
    assert {balance for balance, _ in last} == {0}
    assert {str(on) for _, on in last} == {"2025-03-31"}
