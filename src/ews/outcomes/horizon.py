"""Horizon (表现期): how far a label looks ahead, in calendar months like the windows of the features.

A month end leads to a month end (28 February + 1 month = 31 March); another day to the same day, or to the month
end where the month is shorter.
"""

from calendar import monthrange
from datetime import date, timedelta


def months_later(day: date, months: int) -> date:
    """Return the day `months` months after `day`; negative months go back."""
    number = 12 * day.year + day.month - 1 + months
    year, month = divmod(number, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, last if is_month_end(day) else min(day.day, last))


def month_end_on_or_before(day: date) -> date:
    return day if is_month_end(day) else day.replace(day=1) - timedelta(days=1)


def is_month_end(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1
