import numpy as np
import pytest

from ews.simulation.draws import Draws
from ews.simulation.latent.main_loans import BULLET, BUSINESS, CONSUMER, INSTALMENT, MORTGAGE
from ews.simulation.latent.population import FARMING, Role, populate
from tests.simulation.economies import MONTHS

PEOPLE = populate(40_000, MONTHS, Draws(5))
BULLETS = PEOPLE.repayment == BULLET


def test_firms_borrow_for_business_and_wage_earners_never_do():
    assert np.all(PEOPLE.product[PEOPLE.firm] == BUSINESS)
    assert set(PEOPLE.product[PEOPLE.waged].tolist()) == {MORTGAGE, CONSUMER}


def test_only_business_loans_are_repaid_at_once_and_most_of_the_firms_are():
    assert np.all(PEOPLE.product[BULLETS] == BUSINESS)
    assert BULLETS[PEOPLE.firm].mean() == pytest.approx(0.65, abs=0.02)


@pytest.mark.parametrize(
    ("product", "repayment", "terms"),
    [
        (BUSINESS, BULLET, {6, 12, 24}),
        (BUSINESS, INSTALMENT, {12, 24, 36, 60}),
        (CONSUMER, INSTALMENT, {12, 24, 36, 60}),
        (MORTGAGE, INSTALMENT, {120, 180, 240}),
    ],
)
def test_terms_go_with_the_product(product, repayment, terms):
    chosen = (PEOPLE.product == product) & (PEOPLE.repayment == repayment)
    assert set(PEOPLE.term[chosen].tolist()) == terms


def test_a_newcomers_loan_first_matures_a_term_after_joining():
    new = ~PEOPLE.stock
    assert np.all(PEOPLE.anchor[new] == PEOPLE.joined[new] + PEOPLE.term[new])


def test_a_loan_of_the_stock_was_opened_before_the_book_and_matures_in_it_or_later():
    stock = PEOPLE.stock
    assert PEOPLE.anchor[stock].min() >= 0
    assert np.all(PEOPLE.anchor[stock] < PEOPLE.term[stock])


def test_bullets_of_the_stock_cluster_in_december_and_june_and_those_of_farmers_in_autumn():
    yearly = BULLETS & PEOPLE.stock & (PEOPLE.term >= 12)
    farmer = (PEOPLE.industry == FARMING) & (PEOPLE.role == Role.ALONE)
    season = MONTHS.season(PEOPLE.anchor)
    usual, farmers = (np.bincount(season[yearly & who], minlength=12) for who in (~farmer, farmer))
    assert set(np.argsort(usual)[-2:].tolist()) == {5, 11}
    assert set(np.argsort(farmers)[-2:].tolist()) == {9, 10}
