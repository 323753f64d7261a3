import pytest

from ews.events.schemas import CATEGORIES
from ews.simulation.rows.trades import FIRM_TRADES, PERSON_TRADES


@pytest.mark.parametrize("trades", [FIRM_TRADES, PERSON_TRADES], ids=["firms", "persons"])
def test_a_calm_borrower_takes_in_more_than_goes_out(trades):
    inflow = sum(trade.share for trade in trades if trade.sign > 0)
    outflow = sum(trade.share for trade in trades if trade.sign < 0)
    assert outflow < inflow < outflow * 1.8


@pytest.mark.parametrize("trades", [FIRM_TRADES, PERSON_TRADES], ids=["firms", "persons"])
def test_each_kind_draws_numbers_of_its_own(trades):
    purposes = [trade.purpose for trade in trades]
    assert len(set(purposes)) == len(purposes)


@pytest.mark.parametrize("trade", [*FIRM_TRADES, *PERSON_TRADES], ids=lambda trade: trade.purpose)
def test_kinds_are_categories_of_the_book_on_days_that_every_month_has(trade):
    assert trade.category in CATEGORIES
    assert 1 <= trade.earliest_day <= trade.latest_day <= 28
    assert not trade.regular or trade.times <= 1
