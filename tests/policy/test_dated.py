from datetime import date

import pytest

from ews.policy.dated import BEGINNING, Dated, always

VALUES = Dated(((date(2023, 7, 1), 90), (date(2027, 1, 1), 60)))


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(2023, 6, 30), None),
        (date(2023, 7, 1), 90),
        (date(2026, 12, 31), 90),
        (date(2027, 1, 1), 60),
        (date(2099, 1, 1), 60),
    ],
)
def test_a_value_holds_from_its_day_until_the_next(day: date, value: int | None):
    assert VALUES.on(day) == value


def test_what_always_held_holds_on_the_first_day_of_all():
    assert always("x").on(BEGINNING) == "x"
