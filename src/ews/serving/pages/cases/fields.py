"""Fields of the forms of acts: what is asked, as what, within which limits; and what was sent, as requests take it.

Limits stand in the form, so that what cannot be accepted is seldom sent; requests and casework check all of it again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from fastapi.exceptions import RequestValidationError

from ews.casework.written import LONGEST
from ews.domain.text import Text, sentence
from ews.serving.pages.forms import first

Posted = Mapping[str, tuple[str, ...]]
FEN_OF_WAN = 1_000_000
YES, NO = "true", "false"


class Look(StrEnum):
    """As what a field is shown."""

    TEXT = "text"
    LINE = "line"
    DAY = "day"
    MOMENT = "moment"
    SELECT = "select"
    RADIO = "radio"
    FLAG = "flag"
    MONEY = "money"
    TICKS = "ticks"


@dataclass(frozen=True, slots=True)
class Option:
    """A value to choose; `hint` says more, or why it is not open now."""

    value: str
    text: Text
    hint: Text | None = None
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Field:
    """`name` is that of the request; `least` and `most` bound days and money; `values` are what it begins with."""

    name: str
    look: Look
    label: Text
    is_required: bool = True
    hint: Text | None = None
    options: tuple[Option, ...] = ()
    least: str | None = None
    most: str | None = None
    values: tuple[str, ...] = ()
    longest: int = LONGEST


def text(name: str, label: Text, hint: Text | None = None, *, is_required: bool = True) -> Field:
    return Field(name, Look.TEXT, label, is_required, hint)


def day(
    name: str,
    label: Text,
    hint: Text | None = None,
    *,
    least: date | None = None,
    most: date | None = None,
    value: date | None = None,
    is_required: bool = True,
) -> Field:
    """Return a field for a day, bounded where it is."""
    values = () if value is None else (value.isoformat(),)
    return Field(name, Look.DAY, label, is_required, hint, (), _iso(least), _iso(most), values)


def _iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def choice(
    name: str,
    label: Text,
    options: Iterable[Option],
    hint: Text | None = None,
    *,
    look: Look = Look.SELECT,
    value: str | None = None,
    is_required: bool = True,
) -> Field:
    """Return a field to choose one value of; a required one with a single open option has it chosen."""
    known = tuple(options)
    ready = [one.value for one in known if one.is_open]
    if value is None and is_required and len(ready) == 1:
        value = ready[0]
    return Field(name, look, label, is_required, hint, known, values=() if value is None else (value,))


def flag(name: str, label: Text, yes: Text, no: Text, hint: Text | None = None, *, is_required: bool = True) -> Field:
    return Field(name, Look.FLAG, label, is_required, hint, (Option(YES, yes), Option(NO, no)))


def ticks(
    name: str, label: Text, options: Iterable[Option], hint: Text | None = None, *, all_on: bool = False
) -> Field:
    """Return a field to choose several values of."""
    known = tuple(options)
    on = tuple(one.value for one in known) if all_on else ()
    return Field(name, Look.TICKS, label, is_required=False, hint=hint, options=known, values=on)


def given(fields: Iterable[Field], posted: Posted) -> dict[str, Any]:
    """Return what was sent where a request takes it as something else than text.

    RequestValidationError for an amount that is none.
    """
    found: dict[str, Any] = {}
    for one in fields:
        value = first(posted, one.name)
        if one.look is Look.TICKS:
            found[one.name] = [tick for tick in posted.get(one.name, ()) if tick]
        elif value is not None and one.look is Look.FLAG and value in {YES, NO}:
            found[one.name] = value == YES
        elif value is not None and one.look is Look.MONEY:
            found[one.name] = _fen(one.name, value)
    return found


def _fen(name: str, value: str) -> int:
    """Return the fen of an amount in 万元 (10,000 yuan)."""
    try:
        fen = Decimal(value.replace(",", "")) * FEN_OF_WAN
    except InvalidOperation:
        fen = Decimal("NaN")
    if not fen.is_finite() or fen != fen.to_integral_value():
        message = sentence("give an amount in units of 10,000 yuan, like 312.5")
        fault = {"type": "value_error", "loc": (name,), "msg": message, "input": value, "ctx": {"error": message}}
        raise RequestValidationError([fault])
    return int(fen)
