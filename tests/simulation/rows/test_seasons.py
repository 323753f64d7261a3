import numpy as np
import pytest

from ews.simulation.latent.population import FARMING
from ews.simulation.rows.seasons import rests, swing_of
from tests.simulation.rows.courses import village


def test_farming_is_busiest_in_october_and_a_calm_year_swings_by_chance_only():
    block = village(4_000).block()
    swing = swing_of(block)
    farms = block.people.industry == FARMING
    by_month = [swing[farms][:, block.months.season(block.every_month) == month].mean() for month in range(12)]
    assert int(np.argmax(by_month)) == 9
    assert max(by_month) - min(by_month) == pytest.approx(1.0, abs=0.06)


def test_most_trades_rest_in_the_quiet_weeks_and_on_no_other_day(place):
    block = place.block()
    firms = np.arange(block.size)
    festival, may = (np.full(block.size, np.datetime64(day).astype(int)) for day in ("2025-01-29", "2025-05-20"))
    luck = block.draws.uniform("luck", firms)
    assert 0.5 < rests(block, firms, festival, luck).mean() < 0.8
    assert not rests(block, firms, may, luck).any()
