import numpy as np
import pytest

from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.population import Role
from ews.simulation.rows.cards import issue_cards
from tests.simulation.rows.courses import Episode, Plan, everybody, village, wild_plan


@pytest.fixture(scope="module")
def many():
    return village(2_000)


@pytest.fixture(scope="module")
def cards(many):
    return issue_cards(many.block())


def use(cards) -> float:
    return float((cards.balance / cards.limit)[cards.live].mean())


def test_most_owners_have_a_card_and_few_firms(many, cards):
    there = many.people.joined < many.months.count - 8
    first = np.isin(many.people.number, cards.borrower[cards.number == 0])
    share = {role: first[there & (many.people.role == role)].mean() for role in Role}
    assert share[Role.CONTROLLER] == pytest.approx(0.8, abs=0.06)
    assert share[Role.ALONE] == pytest.approx(0.65, abs=0.05)
    assert share[Role.FIRM] == pytest.approx(0.2, abs=0.05)
    assert cards.number.max() == 3


def test_nobody_pays_back_more_than_they_owe(many):
    wild = issue_cards(many.block(wild_plan(many)))
    before = np.concatenate([np.zeros((len(wild.limit), 1)), wild.balance[:, :-1]], axis=1)
    assert np.all(wild.paid <= before)
    assert np.all((wild.balance >= before - wild.paid)[wild.live])


def test_nothing_is_paid_or_drawn_on_a_card_that_is_missed(many):
    wild = issue_cards(many.block(wild_plan(many)))
    missed = wild.missed > 0
    assert missed.sum() > 50
    assert wild.paid[missed].sum() == 0
    assert wild.cash[missed].sum() == 0


def test_squeeze_draws_cards_deeper_pays_back_less_and_draws_cash(many, cards):
    grave = issue_cards(many.block(everybody(many, "squeeze", 2.0)))
    assert use(grave) > use(cards) + 0.2
    assert (grave.cash > 0)[grave.live].mean() > 3 * (cards.cash > 0)[cards.live].mean()
    assert (grave.balance > grave.limit)[grave.live].mean() > 0.02 > (cards.balance > cards.limit)[cards.live].mean()

    def minimum(some):
        owed = (some.balance[:, :-1] > 0) & some.live[:, 1:]
        return (some.paid[:, 1:] / np.maximum(some.balance[:, :-1], 1) < 0.11)[owed].mean()

    assert minimum(grave) > minimum(cards) + 0.3


def test_appetite_takes_further_cards(many, cards):
    keen = issue_cards(many.block(everybody(many, "appetite", 2.0)))
    assert len(keen.borrower) > 1.3 * len(cards.borrower)
    assert keen.number.max() == 3


def test_a_transactor_uses_the_limit_and_pays_in_full(many):
    block = many.block(Plan(tuple(Episode(int(number), 0, Kind.TRANSACTOR) for number in many.people.number)))
    cards = issue_cards(block)
    steady = cards.live[:, :-1] & cards.live[:, 1:]
    assert np.array_equal(cards.paid[:, 1:][steady], cards.balance[:, :-1][steady])
    assert use(cards) == pytest.approx(0.91, abs=0.02)
    assert cards.cash.sum() == 0


def test_a_cut_halves_limits_and_growth_brings_a_card(many, cards):
    cut = issue_cards(many.block(Plan(tuple(Episode(int(number), 18, Kind.CUT) for number in many.people.number))))
    assert np.array_equal(cut.limit[:, :18], cards.limit[:, :18])
    assert np.array_equal(cut.limit[:, 18:], cards.limit[:, 18:] // 2)
    holder = int(cards.borrower[(cards.number == 0) & (many.people.joined[cards.borrower] == 0)][0])
    grown = issue_cards(many.block(Plan((Episode(holder, 18, Kind.EXPANSION, months=6),)), many.unit(holder)))
    own = grown.borrower == holder - many.unit(holder)[0]
    held = int((cards.borrower == holder).sum())
    assert (own.sum(), grown.opens[own].max()) == (held + 1, 18) or held == 4


def test_some_bridges_are_paid_with_card_cash(many, cards):
    holders = [int(number) for number in np.unique(cards.borrower) if many.people.stock[number]]
    block = many.block(Plan(tuple(Episode(number, 18, Kind.BRIDGE) for number in holders)))
    bridged = issue_cards(block)
    drawn = (bridged.cash > 0)[bridged.live[:, 18]]
    assert drawn[:, 18].mean() == pytest.approx(0.35, abs=0.08)
    assert drawn[:, 16].mean() < 0.08
