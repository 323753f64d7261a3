"""Written: what people write with an act is kept as it is, so it must say something, end somewhere and show itself.

Hidden   control characters but those that end a line or indent, half characters, and those that turn the direction of
         writing: databases refuse some, and of the others a reader sees something else than what is stored
"""

import re
import unicodedata
from datetime import date

from ews.domain.errors import RequestError
from ews.domain.text import Sentence, sentence

LONGEST = 4_000
"""Characters of one text."""

_HIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class HiddenCharacterError(RequestError):
    code = "invalid-request"


def check_shown(text: str, what: str) -> None:
    """Raise HiddenCharacterError for a text that holds a character which nobody sees; `what` names the field."""
    found = _HIDDEN.search(text)
    if found is not None:
        code = f"U+{ord(found[0]):04X}"
        name = unicodedata.name(found[0], "a control character" if ord(found[0]) < 0xD800 else "half a character")
        message = sentence(
            "'{field}' holds {code} ({name}) as character {place}, which cannot be shown. Take it out, and send "
            "the text again.",
            field=what,
            code=code,
            name=name,
            place=found.start() + 1,
        )
        raise HiddenCharacterError(message)


def written(text: str, what: Sentence) -> str:
    """Return the text without white space around it; RequestError where nothing is left or it is too long."""
    check_shown(text, what)
    kept = text.strip()
    if not kept:
        message = sentence("The {what} is empty. Say in a sentence what others need to know later.", what=what)
        raise RequestError(message)
    if len(kept) > LONGEST:
        message = sentence(
            "The {what} has {count:,} characters; give {most:,} or fewer.", what=what, count=len(kept), most=LONGEST
        )
        raise RequestError(message)
    return kept


def not_past(day: date, today: date, what: Sentence) -> date:
    """Return the day; RequestError where it is over."""
    if day < today:
        message = sentence(
            "The {what} is {day}, which is before today, {today}. Give today or a later day.",
            what=what,
            day=day,
            today=today,
        )
        raise RequestError(message)
    return day
