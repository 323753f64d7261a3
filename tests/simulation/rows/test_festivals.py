from datetime import date, timedelta

import numpy as np
import pytest

from ews.simulation.months import Months
from ews.simulation.rows.festivals import bonus_month, is_quiet, spring_festival

EPOCH = date(1970, 1, 1)


def day(number: int) -> date:
    return EPOCH + timedelta(days=int(number))


@pytest.mark.parametrize(
    ("year", "on"),
    [(2010, date(2010, 2, 14)), (2020, date(2020, 1, 25)), (2024, date(2024, 2, 10)), (2025, date(2025, 1, 29)),
     (2026, date(2026, 2, 17)), (2035, date(2035, 2, 8)), (2009, date(2009, 2, 5)), (2036, date(2036, 2, 5))],
)  # fmt: skip
def test_the_lunar_year_begins_on_its_day_and_on_a_usual_one_outside_the_table(year, on):
    assert day(spring_festival(np.array([year]))[0]) == on


def test_every_festival_lies_between_21_january_and_20_february():
    days = [day(number) for number in spring_festival(np.arange(2010, 2036))]
    assert all(date(on.year, 1, 21) <= on <= date(on.year, 2, 20) for on in days)


@pytest.mark.parametrize(
    ("on", "quiet"),
    [(date(2025, 1, 24), False), (date(2025, 1, 25), True), (date(2025, 2, 10), True), (date(2025, 2, 11), False)],
)
def test_trades_rest_from_four_days_before_to_twelve_days_after(on, quiet):
    assert is_quiet(np.array([(on - EPOCH).days])).tolist() == [quiet]


def test_extra_wages_are_paid_in_one_month_a_year_before_the_festival():
    months = Months.ending(date(2026, 6, 30), 36)
    paid = [months.month_end(int(month)) for month in np.flatnonzero(bonus_month(months))]
    assert paid == [date(2024, 1, 31), date(2025, 1, 31), date(2026, 2, 28)]
