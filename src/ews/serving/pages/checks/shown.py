"""Shown check: each field of a form with its answer, what the book says of it, and what is wrong, missing or doubted.

Sections  fields of one element of the check stand together, in the order of the form; the text that a form ends with
          stands last, beside the day of the check
Book      the value that a field was prefilled from, or that its answer is held against, with its name and day
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ews.casework.checks.answers import FaultyFormError, read_answers
from ews.casework.checks.body import CheckBody
from ews.casework.checks.prefill import Known
from ews.casework.checks.quality import doubt_of
from ews.casework.dossier.values import value_text as said_text
from ews.casework.dossier.words import code_text
from ews.domain.decisions import Value
from ews.domain.text import Text
from ews.policy.forms import Field, Form
from ews.policy.rules import ELEMENTS
from ews.scoring.wording import name_text, value_text
from ews.serving.pages import figures
from ews.serving.pages.checks.controls import ANSWER, bounds_of, text_of
from ews.serving.pages.render import View

CONCLUSION = "conclusion"
_NONE = Text("none", "无")


@dataclass(frozen=True, slots=True)
class BookFigure:
    """What the book says: name, value and day."""

    name: str
    value: str
    on: date


@dataclass(frozen=True, slots=True)
class ShownField:
    """`text` is what the control holds, `said` the answer in words; the rest is null where there is none.

    `is_folded`: the book knows of nothing that the field could be about, and nobody has answered it.
    """

    field: Field
    text: str
    said: str | None
    is_prefilled: bool
    is_changed: bool
    began: str | None
    book: BookFigure | None
    why: str
    bounds: tuple[float, float]
    fault: str | None = None
    doubt: str | None = None
    is_missing: bool = False
    is_folded: bool = False

    @property
    def control(self) -> str:
        return ANSWER + self.field.name


@dataclass(frozen=True, slots=True)
class Section:
    """Fields about one element; `text` is null for what a check ends with."""

    code: str
    text: Text | None
    fields: tuple[ShownField, ...]


@dataclass(frozen=True, slots=True)
class Noted:
    """What is told at fields: `faults` and `raw` texts that could not be kept."""

    faults: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, str] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)


def sections_of(view: View, form: Form, body: CheckBody, noted: Noted, tolerance: float) -> tuple[Section, ...]:
    """Return the form as the page shows it; `tolerance` is how far a number may miss the book."""
    missing = missing_in(form, body, view.services.desk.now().date())
    shown = [_shown(view, one, body, noted, tolerance, is_missing=one.name in missing) for one in form.fields]
    last = shown[-1:] if shown and shown[-1].field.unit == "text" else []
    groups: dict[str, list[ShownField]] = {}
    for one in shown[: len(shown) - len(last)]:
        groups.setdefault(one.field.element, []).append(one)
    found = [Section(code, ELEMENTS.get(code, Text(code, code)), tuple(ones)) for code, ones in groups.items()]
    return (*found, Section(CONCLUSION, None, tuple(last)))


def missing_in(form: Form, body: CheckBody, today: date) -> Sequence[str]:
    """Return the required fields that have neither an answer nor a reason, in the order of the form."""
    try:
        read_answers(form, body.answers, body.why_empty, today=today, files=body.hashes, complete=True)
    except FaultyFormError as error:
        return [one.field for one in error.faults if one.value is None]
    return []


def said_of(view: View, asked: Field | None, value: Value) -> str | None:
    """Return an answer in words, money with its unit; None where there is none."""
    if asked is not None and asked.unit == "fen" and isinstance(value, int):
        return figures.money(value, view.language)
    if asked is not None and asked.unit == "share" and isinstance(value, int | float):
        return figures.percent(value)
    told = said_text(asked, value)
    return None if told is None else told.in_(view.language)


def _shown(
    view: View, asked: Field, body: CheckBody, noted: Noted, tolerance: float, *, is_missing: bool
) -> ShownField:
    answer, began = body.answers.get(asked.name), body.prefilled.get(asked.name)
    shown = ShownField(
        field=asked,
        text=noted.raw.get(asked.name, text_of(asked, answer)),
        said=said_of(view, asked, answer),
        is_prefilled=began is not None and began.value == answer,
        is_changed=began is not None and began.value != answer,
        began=None if began is None else said_of(view, asked, began.value),
        book=_book(view, asked, body),
        why=noted.why.get(asked.name, body.why_empty.get(asked.name, "")),
        bounds=bounds_of(asked),
        fault=noted.faults.get(asked.name, noted.faults.get(f"why_empty.{asked.name}")),
        is_missing=is_missing,
        is_folded=_is_folded(asked, body) and asked.name not in noted.raw,
    )
    return replace(shown, doubt=_doubt(view, asked, body, tolerance))


def _is_folded(asked: Field, body: CheckBody) -> bool:
    return asked.asked_with is not None and asked.asked_with not in body.known and asked.name not in body.answers


def _book(view: View, asked: Field, body: CheckBody) -> BookFigure | None:
    """Return what the field was prefilled from, else what its answer is held against."""
    sources = (asked.source, *(doubt.source for doubt in asked.contradicts))
    for source in sources:
        known = None if source is None else body.known.get(source)
        if source is not None and known is not None:
            return book_figure(view, asked, source, known)
    return None


def book_figure(view: View, asked: Field, source: str, known: Known) -> BookFigure:
    """Return a value of the book in words."""
    name = source.partition(":")[2].removesuffix("_fen")
    if isinstance(known.value, str):
        chosen = asked.choice(known.value)
        told = chosen.text if chosen else _NONE if known.value == "none" else code_text(known.value, {})
        return BookFigure(name_text(name, view.language), told.in_(view.language), known.on)
    return BookFigure(name_text(name, view.language), value_text(name, known.value, view.language), known.on)


def _doubt(view: View, asked: Field, body: CheckBody, tolerance: float) -> str | None:
    """Return that an answer speaks against the book, as it would be doubted on submission."""
    doubt = doubt_of(asked, body.answers.get(asked.name), body.known, tolerance)
    if doubt is None:
        return None
    found = book_figure(view, asked, doubt.source, body.known[doubt.source])
    return view._(
        "The book says otherwise: %(name)s %(value)s on %(on)s.", name=found.name, value=found.value, on=found.on
    )
