"""Written: what people write with an act is kept as it is, so it must say something and end somewhere."""

from datetime import date

from ews.domain.errors import RequestError

LONGEST = 4_000
"""Characters of one text."""


def written(text: str, what: str) -> str:
    """Return the text without white space around it; RequestError where nothing is left or it is too long."""
    kept = text.strip()
    if not kept:
        message = f"The {what} is empty. Say in a sentence what others need to know later."
        raise RequestError(message)
    if len(kept) > LONGEST:
        message = f"The {what} has {len(kept):,} characters; give {LONGEST:,} or fewer."
        raise RequestError(message)
    return kept


def not_past(day: date, today: date, what: str) -> date:
    """Return the day; RequestError where it is over."""
    if day < today:
        message = f"The {what} is {day}, which is before today, {today}. Give today or a later day."
        raise RequestError(message)
    return day
