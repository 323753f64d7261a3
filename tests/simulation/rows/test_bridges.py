from typing import Any

import pytest

from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.main_loans import BULLET
from tests.simulation.rows.courses import Episode, Plan, Written, borrower_id


@pytest.fixture(scope="module")
def firms(place):
    people = place.people
    fits = people.stock & people.has_account & people.borrows & (people.repayment == BULLET) & (people.anchor < 30)
    return {int(number): int(people.anchor[number]) for number in people.number[fits]}


@pytest.fixture(scope="module")
def bridged(place, firms):
    return Written(place, Plan(tuple(Episode(firm, month, Kind.BRIDGE) for firm, month in firms.items())))


def new_postings(written: Written, calm: Written, number: int) -> list[tuple[Any, ...]]:
    query = f"""
        SELECT occurred_at::DATE, amount, category, counterparty_id FROM transactions t
        JOIN accounts a USING (account_id) WHERE a.borrower_id = '{borrower_id(number)}' AND a.closed_on IS NULL
        AND category IN ('private_person', 'other') AND counterparty_id IS NOT NULL
    """
    return sorted(set(written.rows(query)) - set(calm.rows(query)))


def test_a_bridge_brings_most_of_what_falls_due_days_before_it_is_paid(place, bridged, calm, firms):
    checked = 0
    for firm, month in firms.items():
        came = [posting for posting in new_postings(bridged, calm, firm) if posting[1] > 0]
        paid = calm.rows(f"""
            SELECT min(paid_on), sum(paid_amount) FROM payments JOIN (
                SELECT DISTINCT loan_id FROM loans WHERE borrower_id = '{borrower_id(firm)}'
            ) USING (loan_id) WHERE datediff('month', DATE '2023-07-01', paid_on) = {month} AND withdrawn = false
        """)[0]
        if len(came) == 1 and paid[0] is not None and (month - place.people.anchor[firm]) == 0:
            day, amount, category, party = came[0]
            assert category == ("other" if party.startswith("J") else "private_person")
            assert amount % 100_000 == 0
            checked += 0.65 * paid[1] < amount < 1.12 * paid[1] and 1 <= (paid[0] - day).days <= 12
    assert checked > 0.75 * len(firms)


def test_it_goes_back_to_the_same_party_with_a_fee(bridged, calm, firms):
    waits = []
    for firm in firms:
        new = new_postings(bridged, calm, firm)
        came = [posting for posting in new if posting[1] > 0]
        went = [posting for posting in new if posting[1] < 0]
        if len(came) == len(went) == 1:
            assert came[0][3] == went[0][3]
            assert 0.005 < -went[0][1] / came[0][1] - 1 < 0.032
            waits.append((went[0][0] - came[0][0]).days)
    assert len(waits) > 0.7 * len(firms)
    assert 2 <= min(waits) < 12  # after the next loan was paid out
    assert max(waits) <= 55


def test_without_a_bridge_nothing_of_it_is_there(place, calm, firms):
    firm = next(iter(firms))
    assert new_postings(Written(place, of=firm), calm, firm) == []


def test_card_cash_comes_in_before_the_due_day(place, at_two):
    shown, days = at_two("squeeze").rows("""
        WITH cash AS (
            SELECT s.borrower_id, s.stated_on, s.cash_advance FROM card_statements s WHERE cash_advance > 0 AND newest
        )
        SELECT count(DISTINCT (c.borrower_id, c.stated_on))
            / (SELECT count(DISTINCT (borrower_id, stated_on)) FROM cash SEMI JOIN accounts USING (borrower_id)),
            max(c.stated_on - t.occurred_at::DATE)
        FROM cash c JOIN accounts a USING (borrower_id) JOIN transactions t
        ON t.account_id = a.account_id AND t.amount = c.cash_advance AND t.category IN ('cash', 'other')
            AND t.occurred_at::DATE BETWEEN c.stated_on - 6 AND c.stated_on - 3
    """)[0]
    assert 0.4 < shown < 0.85
    assert days <= 6


def test_owners_draw_card_cash_for_their_firms(calm, at_two):
    onto_firms = """
        SELECT count(*) FROM transactions t JOIN accounts a USING (account_id) JOIN borrowers b USING (borrower_id)
        JOIN relations r ON r.to_id = a.borrower_id AND r.kind = 'controller'
        JOIN card_statements s ON s.cash_advance = t.amount AND s.borrower_id = r.from_id
            AND s.stated_on - t.occurred_at::DATE BETWEEN -31 AND 31
        WHERE b.kind = 'firm' AND t.category IN ('cash', 'other')
    """
    assert at_two("squeeze").value(onto_firms) > max(10, 2 * calm.value(onto_firms))
