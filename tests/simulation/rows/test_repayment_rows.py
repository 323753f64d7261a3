import pytest

from ews.simulation.latent.course import ABSENT
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.main_loans import INSTALMENT
from ews.simulation.latent.population import Role
from tests.simulation.rows.courses import Episode, Plan, Written, borrower_id

DPD_FROM_EVENTS = """
    WITH due AS (
        SELECT loan_id, due_on, sum(sum(due_amount)) OVER (PARTITION BY loan_id ORDER BY due_on) AS due_so_far
        FROM instalments GROUP BY loan_id, due_on
    ),
    stated AS (SELECT loan_id, stated_on, dpd FROM ledger WHERE loan_id LIKE 'L%' AND newest),
    held AS (
        SELECT p.*, t.known_on AS back_on FROM payments p
        LEFT JOIN (FROM payments WHERE withdrawn) t USING (payment_id) WHERE NOT p.withdrawn
    ),
    paid AS (
        SELECT s.loan_id, s.stated_on, coalesce(sum(p.paid_amount), 0) AS paid
        FROM stated s LEFT JOIN held p ON p.loan_id = s.loan_id AND p.paid_on <= s.stated_on
            AND p.known_on <= s.stated_on AND (back_on IS NULL OR back_on > s.stated_on) GROUP BY ALL
    ),
    oldest AS (
        SELECT loan_id, stated_on, min(due_on) AS due_on FROM paid JOIN due USING (loan_id)
        WHERE due_on <= stated_on AND due_so_far > paid GROUP BY ALL
    )
    SELECT s.loan_id, s.stated_on, s.dpd, coalesce(s.stated_on - oldest.due_on, 0) AS expected
    FROM stated s LEFT JOIN oldest USING (loan_id, stated_on)
"""


@pytest.mark.parametrize(("which", "defaults"), [("calm", 0), ("wild", 100)])
def test_dpd_on_the_ledger_is_the_age_of_the_oldest_item_known_payments_do_not_cover(which, defaults, request):
    total, in_default, wrong = request.getfixturevalue(which).rows(
        f"SELECT count(*), count(*) FILTER (dpd > 90), count(*) FILTER (dpd <> expected) FROM ({DPD_FROM_EVENTS})"
    )[0]
    assert total > 5_000
    assert in_default >= defaults
    assert wrong == 0


@pytest.mark.parametrize("which", ["calm", "wild"])
def test_the_balance_is_what_payments_have_left_of_the_principal(which, request):
    wrong, rows = request.getfixturevalue(which).rows("""
        WITH paid AS (
            SELECT l.loan_id, g.stated_on, g.balance, l.principal, coalesce(sum(p.paid_amount), 0) AS paid
            FROM (SELECT DISTINCT loan_id, principal, product, opened_on FROM loans) l JOIN ledger g USING (loan_id)
            LEFT JOIN payments p ON p.loan_id = g.loan_id AND p.paid_on <= g.stated_on AND p.newest
            WHERE l.product <> 'card' AND l.opened_on >= DATE '2023-07-01' AND g.dpd = 0 AND g.newest GROUP BY ALL
        ),
        interest AS (
            SELECT g.loan_id, g.stated_on, coalesce(sum(i.due_amount), 0) AS interest
            FROM ledger g LEFT JOIN instalments i
            ON i.loan_id = g.loan_id AND i.due_on <= g.stated_on AND i.component = 'interest'
            WHERE g.newest GROUP BY ALL
        )
        SELECT count(*) FILTER (balance <> principal - (paid - interest)), count(*)
        FROM paid JOIN interest USING (loan_id, stated_on)
    """)[0]
    assert rows > 2_000
    assert wrong == 0


def test_a_payment_booked_late_is_known_before_the_ledger_is_drawn_up(wild):
    late, after_ledger = wild.rows("""
        SELECT count(*) FILTER (known_on > paid_on), count(*) FILTER (known_on > last_day(paid_on))
        FROM payments WHERE NOT withdrawn
    """)[0]
    assert late > 50
    assert after_ledger == 0


def test_a_payment_that_bounced_is_taken_back_within_days_and_before_the_month_ends(wild):
    bounced = wild.rows("""
        SELECT t.known_on - p.paid_on, last_day(p.paid_on) >= t.known_on, p.paid_amount > 0 FROM payments t
        JOIN payments p USING (payment_id) WHERE t.withdrawn AND NOT p.withdrawn
    """)
    assert len(bounced) >= 3
    assert all(1 <= days <= 4 and within and paid for days, within, paid in bounced)


def test_a_gap_in_the_feed_leaves_out_one_borrowers_ledger_of_the_month(place):
    who = place.of_role(Role.ALONE, borrows=True)
    plan = Plan((Episode(who, 20, Kind.FEED_GAP),))
    gap, whole = (Written(place, each, of=who) for each in (plan, Plan()))
    rows = "SELECT loan_id, stated_on, balance, dpd FROM ledger"
    lost = set(whole.rows(rows)) - set(gap.rows(rows))
    assert {str(stated_on) for _, stated_on, *_ in lost} == {"2025-03-31"}
    assert set(gap.rows(rows)) < set(whole.rows(rows))


def test_a_loan_written_off_is_on_the_ledger_once_more_without_a_balance(place):
    who = place.of_role(Role.ALONE, borrows=True, repayment=INSTALMENT)
    written = Written(place, Plan(arrears={who: [0] * 8 + list(range(1, 23)) + [ABSENT]}), of=who)
    newest = written.rows(f"""
        SELECT arg_max(balance, stated_on), arg_max(dpd, stated_on), max(stated_on) FROM ledger
        JOIN (SELECT DISTINCT loan_id, borrower_id FROM loans) USING (loan_id)
        WHERE borrower_id = '{borrower_id(who)}' AND loan_id LIKE 'L%' AND newest GROUP BY loan_id HAVING max(dpd) > 600
    """)
    assert len(newest) >= 1
    assert {(balance, str(on)) for balance, _, on in newest} == {(0, "2026-01-31")}
    assert all(dpd > 660 for _, dpd, _ in newest)


def test_a_ledger_row_that_was_wrong_is_right_within_days(calm):
    mended = calm.rows("""
        SELECT n.known_on - f.known_on, f.balance > n.balance, f.dpd = n.dpd FROM ledger f JOIN ledger n
        USING (loan_id, stated_on) WHERE n.known_on > f.known_on
    """)
    assert len(mended) > 5
    assert all(2 <= days <= 10 and too_much and same for days, too_much, same in mended)


def test_items_without_amount_are_not_due(calm):
    assert calm.value("SELECT min(due_amount) FROM instalments") > 0
