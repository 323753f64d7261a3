from datetime import date, timedelta

import pytest

from ews.domain.errors import SettingsError
from ews.simulation.months import Months

EPOCH = date(1970, 1, 1)


def test_months_end_where_they_were_asked_to():
    months = Months.ending(date(2024, 3, 31), 2)
    assert (months.opens_on, months.ends_on) == (date(2024, 2, 1), date(2024, 3, 31))
    assert months.month_end(0) == date(2024, 2, 29)


def test_months_before_the_book_have_dates_too():
    months = Months.ending(date(2024, 3, 31), 2)
    assert EPOCH + timedelta(days=int(months.first_day(-2))) == date(2023, 12, 1)
    assert EPOCH + timedelta(days=int(months.last_day(-1))) == date(2024, 1, 31)


def test_the_season_of_january_is_0():
    assert Months.ending(date(2024, 3, 31), 3).season([0, 1, 12]).tolist() == [0, 1, 0]


def test_a_day_within_the_month_is_refused_with_a_proposal():
    with pytest.raises(SettingsError, match=r"2024-02-28 is not the last day of a month\. Ask for 2024-02-29"):
        Months.ending(date(2024, 2, 28), 12)
