import numpy as np
import pytest

from ews.simulation.rows.cards import card_ledger_rows, card_loan_rows, issue_cards, statement_rows
from tests.simulation.economies import with_arrears


@pytest.fixture(scope="module")
def cards(economy):
    return issue_cards(economy.block(0, 2_000))


def test_three_in_five_have_a_card_and_a_quarter_two(economy, cards):
    first, second = (cards.number == 0).sum(), (cards.number == 1).sum()
    assert first / 2_000 == pytest.approx(0.6, abs=0.04)
    assert second / 2_000 == pytest.approx(0.25, abs=0.04)


def test_nobody_pays_back_more_than_they_owe(cards):
    before = np.concatenate([np.zeros((len(cards.limit), 1)), cards.balance[:, :-1]], axis=1)
    assert np.all(cards.paid <= before)
    assert np.all((cards.balance >= before - cards.paid)[cards.live])


def test_nothing_is_paid_or_drawn_on_a_card_that_is_missed(cards):
    missed = cards.missed > 0
    assert missed.sum() > 50
    assert cards.paid[missed].sum() == 0
    assert cards.cash[missed].sum() == 0


def test_stress_draws_cards_deeper_and_pays_them_back_less(economy, cards):
    stress = economy.block(0, 2_000).stress[cards.borrower]
    use = cards.balance / cards.limit[:, None]
    bad, good = cards.live & (stress > 1), cards.live & (stress < -0.5)
    assert use[bad].mean() > use[good].mean() + 0.15
    assert cards.cash[bad].sum() / cards.limit[:, None].repeat(stress.shape[1], 1)[bad].sum() > 0.02
    before = np.roll(cards.balance, 1, axis=1)
    owed = (before > 0) & (np.arange(stress.shape[1]) > 0)
    share = np.where(owed, cards.paid / np.maximum(before, 1), np.nan)
    assert np.nanmean(share[bad & owed]) < np.nanmean(share[good & owed]) - 0.2


def test_card_arrears_count_from_the_first_due_day_missed(economy):
    owners = issue_cards(economy.block(0, 50)).borrower
    holder = economy.block(int(owners[0]), int(owners[0]) + 1)
    one = with_arrears(holder, [0, 0, 1, 2, 3, 4, 5])
    rows = card_ledger_rows(one, issue_cards(one))
    dpd = rows["dpd"].to_pylist()[:7]
    lag = 1 if dpd[2] == 0 else 0
    first_missed = int(one.due_on(np.array([0]), np.array([2 + lag]))[0])
    expected = [int(one.months.last_day(month)) - first_missed for month in range(2 + lag, 7)]
    assert dpd == [0] * (2 + lag) + expected


def test_dpd_goes_on_to_the_month_of_the_write_off_on_cards_and_loans(made):
    fell = made.value("""
        SELECT count(*) FROM (
            SELECT arg_max(g.dpd, stated_on) AS newest, max(g.dpd) AS highest, arg_max(g.balance, stated_on) AS balance
            FROM outcomes o JOIN loans l USING (borrower_id) JOIN ledger g USING (loan_id)
            GROUP BY loan_id, o.occurred_on HAVING max(stated_on) > o.occurred_on
        ) WHERE newest < highest OR balance <> 0
    """)
    assert fell == 0


def test_cards_are_loans_that_revolve(economy, cards):
    rows = card_loan_rows(economy.block(0, 2_000), cards)
    assert set(rows["product"].to_pylist()) == {"card"}
    assert set(rows["principal"].to_pylist()) == {None}
    assert set(rows["matures_on"].to_pylist()) == {None}


def test_the_minimum_due_is_a_tenth_of_the_balance(economy, cards):
    rows = statement_rows(economy.block(0, 2_000), cards)
    balance, minimum = (np.array(rows[name]) for name in ("balance", "minimum_due"))
    assert np.array_equal(minimum, balance // 10)


def test_statements_speak_of_days_when_the_card_existed(made):
    assert (
        made.value(
            "SELECT count(*) FROM card_statements s JOIN loans l ON l.loan_id = s.card_id WHERE stated_on < opened_on"
        )
        == 0
    )
