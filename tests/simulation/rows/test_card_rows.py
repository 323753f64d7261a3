import pytest

from ews.simulation.latent.population import Role
from tests.simulation.rows.courses import Plan, Written, borrower_id


def test_card_arrears_count_from_the_first_due_day_missed_at_once_or_a_month_later(place, calm):
    holders = [
        number
        for (number,) in calm.rows("SELECT DISTINCT right(borrower_id, 7)::INT - 1 FROM loans WHERE loan_id LIKE 'C%0'")
        if place.people.borrows[number] and place.people.stock[number]
    ][:20]
    late = Plan(arrears={number: [0] * 10 + list(range(1, 8)) for number in holders})
    written = Written(place, late)
    lags = set()
    for number in holders:
        rows = written.rows(f"""
            SELECT month(stated_on - dpd::INT), dpd FROM ledger JOIN (SELECT DISTINCT loan_id, borrower_id FROM loans)
            USING (loan_id) WHERE borrower_id = '{borrower_id(number)}' AND loan_id LIKE 'C%0' AND dpd > 0 AND newest
            ORDER BY stated_on
        """)
        lags.add(rows[0][0])
        assert len({month for month, _ in rows}) == 1
    assert lags == {5, 6}


def test_cards_are_loans_that_revolve(calm):
    assert calm.rows(
        "SELECT DISTINCT repayment, security, principal, matures_on FROM loans WHERE product = 'card'"
    ) == [("revolving", "none", None, None)]


def test_the_minimum_due_is_a_tenth_of_the_balance(calm):
    assert calm.value("SELECT count(*) FROM card_statements WHERE minimum_due <> balance // 10") == 0


@pytest.mark.parametrize("which", ["calm", "wild"])
def test_statements_speak_of_days_when_the_card_existed(which, request):
    early = "SELECT count(*) FROM card_statements s JOIN loans l ON l.loan_id = s.card_id WHERE stated_on < opened_on"
    assert request.getfixturevalue(which).value(early) == 0


def test_every_statement_has_its_ledger_row_and_the_same_balance(calm):
    unlike = calm.value("""
        SELECT count(*) FROM card_statements s LEFT JOIN ledger g
        ON g.loan_id = s.card_id AND g.stated_on = last_day(s.stated_on) AND g.newest
        WHERE s.newest AND g.balance IS DISTINCT FROM s.balance
    """)
    assert unlike == 0


def test_a_statement_without_the_payment_is_mended(calm):
    mended = calm.rows("""
        SELECT f.paid, n.paid > 0, n.known_on - f.known_on FROM card_statements f JOIN card_statements n
        USING (card_id, stated_on) WHERE n.known_on > f.known_on
    """)
    assert len(mended) >= 1
    assert all(first == 0 and then and 3 <= days <= 22 for first, then, days in mended)


def test_owners_without_loans_here_have_cards_too(place, calm):
    without = [int(n) for n in place.people.number[(place.people.role == Role.CONTROLLER) & ~place.people.borrows]]
    ids = ", ".join(f"'{borrower_id(number)}'" for number in without)
    kinds = calm.rows(f"SELECT DISTINCT product FROM loans WHERE borrower_id IN ({ids})")
    assert kinds == [("card",)]
