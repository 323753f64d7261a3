"""Controls: what a field of a form shows in its control, and what somebody wrote there as an answer.

Money   in 10,000 yuan, kept in fen; a text that was not changed keeps the answer to the fen
Shares  in per cent, kept from 0 to 1
Unread  what is no number stays the text it is, so that the form tells it as a fault of the field
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ews.casework.checks.answers import DONE_ON, LARGEST, Fault
from ews.casework.checks.body import CheckBody
from ews.casework.written import LONGEST
from ews.domain.decisions import Value
from ews.policy.forms import NO, YES, Field, Form
from ews.serving.pages.forms import first
from ews.serving.pages.render import View

WAN = 1_000_000
"""Fen in 10,000 yuan."""
ANSWER, WHY = "a_", "why_"
"""Before the name of a field: its answer, and why it has none."""

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,8})?")
_GROUPING = re.compile(r"[,\s'’_]")
_SHOWN_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """What was posted: answers and reasons as the form takes them, the day as it was written."""

    answers: Mapping[str, Any]
    why_empty: Mapping[str, str]
    done_on: str | None


def read_asked(form: Form, body: CheckBody, fields: Mapping[str, tuple[str, ...]]) -> Asked:
    """Return what was posted; `body` is the draft that the page showed."""
    answers = {
        one.name: _answer(one, body.answers.get(one.name), first(fields, ANSWER + one.name)) for one in form.fields
    }
    reasons = {one.name: first(fields, WHY + one.name) for one in form.fields}
    return Asked(
        {name: value for name, value in answers.items() if value is not None},
        {name: why for name, why in reasons.items() if why is not None},
        first(fields, DONE_ON),
    )


def text_of(field: Field, value: Value) -> str:
    """Return an answer as its control holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if field.unit == "fen" and isinstance(value, int):
        return _plain(round(Decimal(value) / WAN, _SHOWN_DIGITS))
    if field.unit == "share" and isinstance(value, int | float):
        return _plain(round(Decimal(str(value)) * 100, _SHOWN_DIGITS))
    return str(value)


def fault_text(view: View, form: Form, fault: Fault) -> str:
    """Return what is wrong with a field in the language of the page."""
    if fault.field == DONE_ON:
        return view._("Give the day of the check: today, or an earlier one that the policy still takes.")
    if fault.field.startswith("why_empty."):
        return view._("There is an answer, or the form takes no reason here: keep one of the two.")
    field = form.field(fault.field)
    if field is None:
        return view._("The form has no such field.")
    if fault.value is None:
        allowed = field.why_empty_allowed
        return view._("Answer it, or say why nobody can know.") if allowed else view._("It has to be answered.")
    return _wrong(view, field)


def bounds_of(field: Field) -> tuple[float, float]:
    """Return the least and the largest number as the control takes them."""
    low, high = field.low or 0, field.high
    if field.unit == "fen":
        return low / WAN, (LARGEST if high is None else high) / WAN
    if field.unit == "share":
        return 100 * low, 100 * (1 if high is None else high)
    return low, LARGEST if high is None else high


def _wrong(view: View, field: Field) -> str:
    if field.unit in {"fen", "count", "share"}:
        low, high = (f"{bound:,.10g}" if bound < 1e9 else f"{bound:,.0f}" for bound in bounds_of(field))
        told = {
            "fen": view._("Give an amount from %(low)s to %(high)s in units of 10,000 yuan.", low=low, high=high),
            "share": view._("Give per cent from %(low)s to %(high)s.", low=low, high=high),
            "count": view._("Give a whole number from %(low)s to %(high)s.", low=low, high=high),
        }
        return told[field.unit]
    if field.unit == "text":
        return view._("Write at most %(most)s characters.", most=f"{LONGEST:,}")
    if field.unit == "date":
        ahead = field.may_be_future
        return view._("Give a day of the calendar.") if ahead else view._("Give today or an earlier day.")
    if field.unit == "file":
        return view._("Hand the file in with this check first.")
    return view._("Choose one of the answers.")


def _answer(field: Field, kept: Value, text: str | None) -> Value:
    if text is None:
        return None
    if kept is not None and text == text_of(field, kept):
        return kept
    if field.unit == "flag":
        return {YES: True, NO: False}.get(text, text)
    number = _number(text) if field.unit in {"fen", "count", "share"} else None
    if number is None:
        return text
    if field.unit == "share":
        return float(number / 100)
    scaled = number * WAN if field.unit == "fen" else number
    return int(scaled) if scaled == scaled.to_integral_value() else text


def _number(text: str) -> Decimal | None:
    """Return a number written with or without grouping, in full-width digits too; None for anything else."""
    plain = _GROUPING.sub("", unicodedata.normalize("NFKC", text)).removesuffix("%")
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
