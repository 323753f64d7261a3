import pytest

from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.population import Role
from tests.simulation.rows.courses import Episode, Plan, Written, borrower_id


@pytest.mark.parametrize("which", ["calm", "wild"])
def test_balances_follow_from_amounts(which, request):
    wrong, rows = request.getfixturevalue(which).rows("""
        SELECT count(*) FILTER (gap <> 0), count(*) FROM (
            SELECT balance_after - amount - lag(balance_after) OVER
                (PARTITION BY account_id ORDER BY occurred_at, posting_id) AS gap
            FROM transactions WHERE balance_after IS NOT NULL AND newest AND occurred_at < DATE '2026-04-01'
            AND account_id NOT IN (SELECT account_id FROM transactions WHERE known_on > occurred_at::DATE + 20)
        )
    """)[0]
    assert rows > 1_000
    assert wrong == 0


def test_a_borrower_with_an_account_has_about_fourteen_postings_a_month(place, calm):
    cells = int(place.block().present[place.people.has_account].sum())
    assert calm.value("SELECT count(*) FROM transactions") / cells == pytest.approx(14, abs=2)


def test_a_few_postings_are_known_some_days_later(calm):
    share, most = calm.rows("""
        SELECT avg((known_on > occurred_at::DATE)::INT), max(known_on - occurred_at::DATE) FROM transactions
        WHERE NOT withdrawn AND newest AND category <> 'other'
    """)[0]
    assert share == pytest.approx(0.03, abs=0.008)
    assert most <= 5 + 41


def test_nothing_moves_once_a_fraud_has_begun(place):
    firm = place.of_role(Role.FIRM, has_account=True)
    written = Written(place, Plan((Episode(firm, 20, Kind.FRAUD),)), of=firm)
    own = f"SELECT account_id FROM accounts WHERE borrower_id = '{borrower_id(firm)}'"
    after = f"SELECT DISTINCT category FROM transactions WHERE account_id IN ({own}) AND occurred_at >= '2025-03-01'"
    assert set(written.rows(after)) <= {("own_transfer",)}
    before = f"""
        SELECT count(*) FROM transactions WHERE account_id IN ({own})
        AND occurred_at BETWEEN '2025-01-01' AND '2025-02-28'
    """
    assert written.value(before) > 10


def test_postings_of_a_month_booked_late_are_known_months_later(place):
    who = place.of_role(Role.ALONE, has_account=True)
    written = Written(place, Plan((Episode(who, 12, Kind.BOOKED_LATE, months=2),)), of=who)
    late = written.rows("""
        SELECT min(known_on), max(known_on), count(*) FROM transactions WHERE NOT withdrawn
        AND occurred_at BETWEEN '2024-07-01' AND '2024-07-31 23:59:59' AND category <> 'other'
    """)[0]
    assert (str(late[0])[:7], str(late[1])[:7]) == ("2024-09", "2024-09")
    assert late[2] > 3
    usual = written.value("""
        SELECT max(known_on - occurred_at::DATE) FROM transactions
        WHERE occurred_at BETWEEN '2024-08-01' AND '2024-12-31' AND NOT withdrawn AND category <> 'other'
    """)
    assert usual < 47


def test_months_booked_late_at_the_books_end_are_missing(place):
    who = place.of_role(Role.ALONE, has_account=True)
    written = Written(place, Plan((Episode(who, 35, Kind.BOOKED_LATE, months=1),)), of=who)
    assert written.value("SELECT count(*) FROM transactions WHERE occurred_at >= '2026-06-01'") == 0


def test_a_mended_posting_was_first_booked_as_other(calm):
    mended = calm.rows("""
        SELECT f.category, s.category, f.amount = s.amount, s.known_on - f.known_on FROM transactions f
        JOIN transactions s USING (posting_id) WHERE s.known_on > f.known_on AND NOT s.withdrawn
    """)
    assert len(mended) > 50
    assert {first for first, *_ in mended} == {"other"}
    assert all(then != "other" and same and 3 <= days <= 40 for _, then, same, days in mended)


def test_a_posting_entered_twice_is_taken_back(calm):
    twice = calm.rows("""
        SELECT e.amount = p.amount, t.known_on - e.known_on FROM transactions e
        JOIN transactions t USING (posting_id)
        JOIN transactions p ON p.account_id = e.account_id AND p.occurred_at = e.occurred_at AND p.amount = e.amount
        WHERE t.withdrawn AND NOT e.withdrawn AND p.balance_after IS NOT NULL AND p.posting_id <> e.posting_id
    """)
    assert len(twice) > 15
    assert all(same and 1 <= days <= 12 for same, days in twice)
    assert calm.value("SELECT count(*) FROM transactions WHERE balance_after IS NULL AND newest") < 6
