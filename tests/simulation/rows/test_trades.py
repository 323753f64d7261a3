from dataclasses import fields

import pytest

from ews.events.schemas import CATEGORIES
from ews.simulation.rows.trades import FIRM_TRADES, OWNER_TRADES, TRADER_TRADES, WAGED_TRADES, Slopes

ALL = (*FIRM_TRADES, *WAGED_TRADES, *TRADER_TRADES, *OWNER_TRADES)
THREE = pytest.mark.parametrize("trades", [FIRM_TRADES, WAGED_TRADES, TRADER_TRADES], ids=["firms", "waged", "traders"])


@THREE
def test_a_calm_borrower_takes_in_more_than_goes_out(trades):
    inflow = sum(trade.share for trade in trades if trade.sign > 0)
    outflow = sum(trade.share for trade in trades if trade.sign < 0)
    assert outflow < inflow < outflow * 2


@THREE
def test_each_kind_draws_numbers_of_its_own(trades):
    purposes = [(trade.name, trade.sign) for trade in trades]
    assert len(set(purposes)) == len(purposes)


@pytest.mark.parametrize("trade", ALL, ids=lambda trade: f"{trade.name}.{trade.sign}")
def test_kinds_are_categories_of_the_book_on_days_that_every_month_has(trade):
    assert trade.category in CATEGORIES
    assert 1 <= trade.days[0] <= trade.days[1] <= 28
    assert not trade.regular or trade.times <= 1
    assert not (trade.regular and trade.steady)


@pytest.mark.parametrize("channel", [field.name for field in fields(Slopes)])
def test_every_channel_that_kinds_answer_to_moves_some(channel):
    moved = {trade.category for trade in ALL if getattr(trade.amount, channel) or getattr(trade.count, channel)}
    assert len(moved) >= 3
