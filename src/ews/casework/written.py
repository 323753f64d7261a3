"""Written: what people write with an act is kept as it is, so it must say something, end somewhere and show itself.

Hidden   control characters but those that end a line or indent, half characters, those that turn the direction of
         writing, and those that have no width or no ink (Default_Ignorable_Code_Point of Unicode, and blank letters):
         databases refuse some, and of the others a reader sees something else than what is stored
Joined   U+200D and variation selectors belong to emoji and to rare characters of names; alone they say nothing
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from ews.domain.errors import RequestError
from ews.domain.text import Sentence, sentence

LONGEST = 4_000
"""Characters of one text."""

_CONTROLS = ((0x00, 0x08), (0x0B, 0x0C), (0x0E, 0x1F), (0x7F, 0x9F))
_HALVES = (0xD800, 0xDFFF)
UNSEEN = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200C), (0x200E, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x2800, 0x2800), (0x3164, 0x3164),
    (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A),
    (0xE0000, 0xE00FF), (0xE01F0, 0xE0FFF),
)  # fmt: skip
"""First and last of the characters that nobody sees, control characters left out."""


def _class(ranges: Iterable[tuple[int, int]]) -> str:
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in ranges)


_HIDDEN = re.compile(f"[{_class((*_CONTROLS, _HALVES, *UNSEEN))}]")
_SAYING = re.compile("[^\\s\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")


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
    if _SAYING.search(kept) is None:
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
