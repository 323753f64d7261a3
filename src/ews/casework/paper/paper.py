"""Paper: what a printed document consists of, before it becomes a page or a Word file.

Words    chosen already: cells hold what is printed, Chinese first where both languages are
Harmless `plain` makes of any text one that shows what it holds: no control characters, and marks that would turn the
         direction of what follows are spelled out
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from ews.domain.text import Language, Text

CHINESE_FIRST = (Language.ZH, Language.EN)

Tone = Literal["", "red", "orange", "yellow", "none", "late", "kept", "system", "known"]
Manner = Literal["file", "official"]
"""How a paper looks: like a file of records, or like an official document that is read, signed and filed."""
Column = tuple[str, float]
"""Heading, and share of the width."""

_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` may have several lines; `small` stands below it."""

    text: str
    tone: Tone = ""
    small: str = ""
    is_number: bool = False
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[Cell, ...]
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`empty` is said where there are no rows."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str
    is_timeline: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of name and value."""

    pairs: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Note:
    text: str


@dataclass(frozen=True, slots=True)
class Prose:
    """A sentence of the text itself; `mark` stands before it in a list."""

    text: str
    mark: str = ""
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """What a colour of a chart stands for; `colour` is #rrggbb."""

    colour: str
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn picture, a PNG without words: title, unit, keys and `alt` tell it; without content `instead` is said."""

    title: str
    unit: str
    content: bytes | None
    keys: tuple[Key, ...] = ()
    alt: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """`caption` tells it; without content `instead` says why there is none."""

    content: bytes | None
    media_type: str
    caption: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to be signed by hand."""

    who: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opinions:
    """Boxes in which each of `who` writes an opinion by hand; `sign` stands at the bottom of each."""

    who: tuple[str, ...]
    sign: str


Block = Table | Facts | Note | Prose | Chart | Picture | Heading | Signatures | Opinions


@dataclass(frozen=True, slots=True)
class Section:
    """`is_new_page` where it begins one on paper."""

    heading: str
    blocks: tuple[Block, ...]
    is_new_page: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """`figures` are the few numbers that come first: value and what it counts; `made_at` dates the file.

    `header` runs along the top of each page of a Word file.
    """

    title: str
    subtitle: str
    about: str
    badge: Cell | None
    figures: tuple[tuple[Cell, str], ...]
    sections: tuple[Section, ...]
    footer: str
    made_at: datetime
    language: Language = Language.ZH
    manner: Manner = "file"
    header: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """Tells texts in the languages asked for."""

    languages: tuple[Language, ...] = CHINESE_FIRST

    def word(self, text: Text) -> str:
        """Return a word or heading, in one line; a number with its unit stands once, before both units."""
        told = [text.in_(one) for one in self.languages]
        numbers = {number for number, space, _ in (one.partition(" ") for one in told) if space and _is_number(number)}
        if len(told) > 1 and len(numbers) == 1 and all(one.startswith(f"{next(iter(numbers))} ") for one in told):
            units = (one.partition(" ")[2] for one in told)
            return " ".join((*numbers, *dict.fromkeys(units)))
        return " ".join(dict.fromkeys(told))

    def lines(self, text: Text) -> str:
        """Return a sentence, a line for each language."""
        return "\n".join(dict.fromkeys(text.in_(one) for one in self.languages))

    @property
    def colon(self) -> str:
        return ": " if self.languages == (Language.EN,) else "："

    def each(self, texts: Iterable[Text]) -> str:
        return "\n".join(self.lines(one) for one in texts)


def plain(text: str) -> str:
    """Return the text without anything that cannot be printed or that hides what it says."""
    one_kind = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = _TURNS.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", one_kind)
    return _UNPRINTABLE.sub("\ufffd", shown)


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(",", "").replace(".", "", 1).isdecimal()


def minute(at: datetime | None) -> str:
    return "—" if at is None else f"{at:%Y-%m-%d %H:%M}"


def day(on: date | None) -> str:
    return "—" if on is None else on.isoformat()
