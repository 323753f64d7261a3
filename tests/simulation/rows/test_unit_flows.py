import pytest

from ews.simulation.latent.population import Role
from tests.simulation.rows.courses import borrower_id

BOTH_SIDES = """
    SELECT t.account_id, counterparty_id, occurred_at, amount, category, a.borrower_id
    FROM transactions t JOIN accounts a USING (account_id) WHERE counterparty_id LIKE 'A%' AND t.newest AND a.newest
        AND balance_after IS NOT NULL
"""


def test_a_transfer_between_accounts_of_this_bank_has_two_sides(calm):
    lonely = calm.value(f"""
        WITH sides AS ({BOTH_SIDES}) SELECT count(*) FROM sides s ANTI JOIN sides o
        ON o.account_id = s.counterparty_id AND o.counterparty_id = s.account_id AND o.amount = -s.amount
            AND o.occurred_at = s.occurred_at
        WHERE s.occurred_at < DATE '2026-06-01'
    """)
    assert lonely == 0
    assert calm.value(f"SELECT count(*) FROM ({BOTH_SIDES})") > 2_000


def test_both_sides_belong_to_one_unit(place, calm):
    unit = {borrower_id(int(number)): int(place.people.unit[number]) for number in place.people.number}
    owner = dict(calm.rows("SELECT account_id, borrower_id FROM accounts"))
    for account, other, *_ in calm.rows(BOTH_SIDES):
        assert unit[owner[account]] == unit[owner[other]]


def test_an_owner_without_an_account_here_is_named_as_a_borrower(place, calm):
    parties = calm.rows("SELECT DISTINCT counterparty_id FROM transactions WHERE counterparty_id LIKE 'B%'")
    named = {party for (party,) in parties}
    without = {borrower_id(int(number)) for number in place.people.number[~place.people.has_account]}
    assert len(named) > 5
    assert named <= without


def test_transfers_are_booked_in_several_ways_and_some_as_sales(calm):
    ways = dict(calm.rows(f"SELECT category, count(*) FROM ({BOTH_SIDES}) WHERE amount > 0 GROUP BY ALL"))
    assert set(ways) == {"own_transfer", "related_party", "private_person", "sales"}
    assert 0.0 < ways["sales"] / sum(ways.values()) < 0.1


@pytest.mark.parametrize(("channel", "sign"), [("squeeze", 1), ("diversion", -1)])
def test_owners_put_money_in_when_cash_is_short_and_take_it_out_when_it_goes_elsewhere(calm, at_two, channel, sign):
    passed = f"""
        SELECT sum(abs(amount)) FROM ({BOTH_SIDES}) s JOIN borrowers b USING (borrower_id)
        WHERE b.kind = 'firm' AND b.newest AND amount * {sign} > 0
    """
    assert at_two(channel).value(passed) > 1.25 * calm.value(passed)


def test_owners_live_on_what_they_draw(place, calm):
    owner = place.of_role(Role.CONTROLLER, has_account=True)
    firm = borrower_id(int(place.people.head[owner]))
    drawn = calm.rows(f"""
        SELECT count(DISTINCT date_trunc('month', occurred_at)), sum(amount) / 36 FROM ({BOTH_SIDES}) s
        WHERE borrower_id = '{borrower_id(owner)}' AND amount > 0
            AND counterparty_id IN (SELECT account_id FROM accounts WHERE borrower_id = '{firm}')
    """)[0]
    assert drawn[0] > 26 or not place.people.has_account[int(place.people.head[owner])]
