"""Form entries: forms.toml read form by form, with errors that name file, line, item and field.

Dates   each [[form]] has a code and the day it starts; on a day the newest of each code counts
"""

import difflib
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Literal, cast

from ews.domain.facts import BORROWER_FACTS
from ews.policy.dated import Dated
from ews.policy.entries import Entry, tables, unique
from ews.policy.findings import NUMBERS as FOUND_NUMBERS
from ews.policy.findings import ON_A_LOAN, WORDS
from ews.policy.forms import NO, NUMBERS, UNITS, YES, Choice, Contradiction, Field, Form, Forms, Unit
from ews.policy.rules import ELEMENTS
from ews.policy.vocabulary import Vocabulary

RECORD: Mapping[str, str] = {
    "name": "text",
    "industry": "text",
    "region": "text",
    "branch_id": "text",
    "officer_id": "text",
    "in_default": "flag",
    "pd": "share",
    "grade": "text",
    "tier": "text",
    "level": "text",
    "exposure_fen": "fen",
    "loans": "count",
    "signals": "text",
}
"""Fields of a decision that a form may be prefilled from."""

_BOUNDS = ("low", "high")
_WITH = "asked_with"

Sources = Mapping[str, Mapping[str, str]]
"""Names and units by kind of source."""

_MEASURED: Mapping[Unit, Collection[str]] = {
    "fen": ("fen",),
    "count": ("count", "days", "months"),
    "share": ("share",),
    "flag": ("flag",),
    "choice": ("text",),
    "date": (),
    "file": (),
}
"""What a field can be prefilled from by its unit; a text from anything."""


def read_forms(content: Mapping[str, object], file: str, vocabulary: Vocabulary) -> Dated[Forms]:
    """Return the forms by the days on which one of them changes; PolicyError on the first that cannot be used."""
    entries, sources = tables(content, "form", file, named="code"), _sources(vocabulary)
    versions: dict[str, dict[date, Form]] = {}
    for entry in entries:
        start, form = entry.day("starts"), _form(entry, sources)
        of_code = versions.setdefault(form.code, {})
        if start in of_code:
            message = f"two forms '{form.code}' start on {start}. Give each its own day."
            raise entry.fault(message, "starts")
        of_code[start] = form
    days = sorted({start for of_code in versions.values() for start in of_code})
    return Dated(tuple((day, _in_force(versions, day)) for day in days))


def _in_force(versions: Mapping[str, Mapping[date, Form]], day: date) -> Forms:
    newest = ([one for start, one in sorted(of_code.items()) if start <= day][-1:] for of_code in versions.values())
    return Forms(tuple(form for one in newest for form in one))


def _sources(vocabulary: Vocabulary) -> Sources:
    facts = {fact.name for fact in BORROWER_FACTS}
    return {
        "feature": {name: word.unit for name, word in vocabulary.borrower.items() if name not in facts},
        "fact": {name: word.unit for name, word in vocabulary.borrower.items() if name in facts},
        "loan": {name: word.unit for name, word in vocabulary.loan.items()},
        "record": RECORD,
    }


def _form(entry: Entry, sources: Sources) -> Form:
    entry.only("code", "starts", "en", "zh", "about", "field", "source", "confidence")
    found = tables(entry.fields, "field", f"{entry.file}: {entry.label}", named="name")
    fields = [Entry(entry.file, f"{entry.label} {one.label}", one.fields) for one in found]
    unique(fields, "name")
    about = cast(Literal["borrower", "loan"], entry.choice("about", ("borrower", "loan")))
    read = tuple(_field(one, about, sources) for one in fields)
    findings = [one.finding for one in read]
    for place, (one, item) in enumerate(zip(read, fields, strict=True)):
        if one.finding is not None and one.finding in findings[:place]:
            message = f"another field of the form becomes the finding '{one.finding}' already. Keep one of them."
            raise item.fault(message, "finding")
    return Form(entry.string("code"), entry.words(), about, read, entry.string("source"), entry.confidence())


def _field(entry: Entry, about: str, sources: Sources) -> Field:
    words = ("name", "en", "zh", "unit", "choices", "element")
    entry.only(
        *words, "required", "why_empty_allowed", "source", "finding", "contradicts", "may_be_future", *_BOUNDS, _WITH
    )
    unit = cast(Unit, entry.choice("unit", UNITS))
    choices = _choices(entry, unit)
    required = entry.flag("required")
    if "why_empty_allowed" in entry.fields and not required:
        message = "'why_empty_allowed' is given for a field that may be left out. Take it out, or say required = true."
        raise entry.fault(message, "why_empty_allowed")
    if "may_be_future" in entry.fields and unit != "date":
        message = f"'may_be_future' is given for a field of unit {unit}; only dates can be to come. Take it out."
        raise entry.fault(message, "may_be_future")
    return Field(
        entry.string("name"),
        entry.words(),
        unit,
        choices,
        required,
        entry.flag("why_empty_allowed", default=True),
        entry.choice("element", ELEMENTS),
        _source(entry, unit, about, sources) if "source" in entry.fields else None,
        _finding(entry, unit, choices, about) if "finding" in entry.fields else None,
        tuple(_contradiction(one, unit, choices, sources) for one in _doubts(entry)),
        entry.flag("may_be_future"),
        *_bounds(entry, unit),
        _asked_with(entry, sources),
    )


def _asked_with(entry: Entry, sources: Sources) -> str | None:
    """Return what has to be known for a field to be asked; PolicyError where a required one would not be."""
    if _WITH not in entry.fields:
        return None
    if entry.flag("required"):
        message = f"'{_WITH}' is given for a required field, which is asked of everybody. Take one of the two out."
        raise entry.fault(message, _WITH)
    return _known(entry, _WITH, sources)[0]


def _doubts(entry: Entry) -> list[Entry]:
    """Return the contradictions of a field: one table, or a list of them."""
    given = entry.fields.get("contradicts", [])
    if not isinstance(given, list):
        return [entry.table("contradicts")]
    if not all(isinstance(one, Mapping) for one in given):
        message = f"'contradicts' is {given!r}; give a table of fields and values, or a list of them."
        raise entry.fault(message, "contradicts")
    return [Entry(entry.file, f"{entry.label} contradicts {number}", one) for number, one in enumerate(given, start=1)]


def _bounds(entry: Entry, unit: Unit) -> tuple[float | None, float | None]:
    """Return the least and the largest number of a field; PolicyError where no answer could lie between."""
    given = {key: entry.number(key) for key in _BOUNDS if key in entry.fields}
    low, high = given.get("low"), given.get("high")
    for key, value in given.items():
        if unit not in NUMBERS:
            message = f"'{key}' is given for a field of unit {unit}; only {', '.join(sorted(NUMBERS))} have bounds."
            raise entry.fault(f"{message} Take it out.", key)
        if unit == "share" and not 0 <= value <= 1:
            message = f"'{key}' is {value:g}, not a share from 0 to 1; write 20 % as 0.2."
            raise entry.fault(message, key)
        if unit != "share" and not isinstance(value, int):
            message = f"'{key}' is {value!r}, but the field holds {unit}: whole numbers. Give one."
            raise entry.fault(message, key)
    if high is not None and high < (low or 0):
        message = f"'high' is {high:g}, below 'low', which is {low or 0:g}. No answer could lie between."
        raise entry.fault(message, "high")
    return low, high


def _choices(entry: Entry, unit: Unit) -> tuple[Choice, ...]:
    given: Any = entry.fields.get("choices", [])
    listed = isinstance(given, list) and all(isinstance(one, Mapping) for one in given)
    if not listed or (unit == "choice") != bool(given):
        wanted = "give a list of { code, en, zh }" if unit == "choice" else "only a field of unit choice has choices"
        message = f"the unit is {unit} and 'choices' is {given!r}; {wanted}."
        raise entry.fault(message, "choices")
    items = [Entry(entry.file, f"{entry.label} choice {number}", one) for number, one in enumerate(given, start=1)]
    unique(items, "code")
    return tuple(_choice(item) for item in items)


def _choice(entry: Entry) -> Choice:
    entry.only("code", "en", "zh", "is_finding")
    return Choice(entry.string("code"), entry.words(), entry.flag("is_finding", default=True))


def _source(entry: Entry, unit: Unit, about: str, sources: Sources) -> str:
    source, measured = _known(entry, "source", sources)
    if source.startswith("loan:") and about != "loan":
        message = f"'source' is '{source}', but the form is about a borrower, who may have several loans."
        raise entry.fault(message, "source")
    if unit != "text" and measured not in _MEASURED[unit]:
        message = f"'source' is '{source}', which is told in {measured}; the field holds {unit}."
        raise entry.fault(message, "source")
    return source


def _known(entry: Entry, key: str, sources: Sources) -> tuple[str, str]:
    """Return the source under `key` and what it is measured in."""
    source = entry.string(key)
    kind, _, name = source.partition(":")
    if kind not in sources:
        message = f"'{key}' is '{source}'; give one of {', '.join(sources)}, and a name, like feature:inflow_3m."
        raise entry.fault(message, key)
    if name not in sources[kind]:
        near = difflib.get_close_matches(name, sources[kind], n=1)
        hint = f"did you mean '{kind}:{near[0]}'?" if near else "see docs/features.md and the facts of the policy."
        message = f"'{key}' is '{source}', which nobody knows; {hint}"
        raise entry.fault(message, key)
    return source, sources[kind][name]


def _finding(entry: Entry, unit: Unit, choices: tuple[Choice, ...], about: str) -> str:
    """Return the field of the findings; PolicyError where scoring would not understand an answer."""
    finding = entry.choice("finding", (*WORDS, *FOUND_NUMBERS, *ON_A_LOAN))
    if finding in ON_A_LOAN and about != "loan":
        message = f"'finding' is '{finding}', which counts on a loan only; the form is about a borrower."
        raise entry.fault(message, "finding")
    if finding in FOUND_NUMBERS and unit != FOUND_NUMBERS[finding]:
        message = f"'finding' is '{finding}', a number in {FOUND_NUMBERS[finding]}; the field holds {unit}."
        raise entry.fault(message, "finding")
    if finding in WORDS:
        told = (YES, NO) if unit == "flag" else tuple(one.code for one in choices if one.is_finding)
        strange = [code for code in told if code not in WORDS[finding]]
        if strange or not told:
            words = ", ".join(WORDS[finding])
            what = f"the answer '{strange[0]}' is none of them" if strange else f"the field holds {unit}"
            message = f"'finding' is '{finding}', which knows {words}; {what}. Rename it, or say is_finding = false."
            raise entry.fault(message, "finding")
    return finding


def _contradiction(doubt: Entry, unit: Unit, choices: tuple[Choice, ...], sources: Sources) -> Contradiction:
    doubt = doubt.only("source", "answers", "below", "above", "than")
    source, measured = _known(doubt, "source", sources)
    if source.startswith("loan:") or measured == "text":
        message = f"'source' is '{source}'; only numbers and flags of a borrower can contradict an answer."
        raise doubt.fault(message, "source")
    if unit in NUMBERS:
        return _of_number(doubt, source, measured, unit)
    codes = (YES, NO) if unit == "flag" else tuple(one.code for one in choices)
    if not codes:
        message = f"an answer of unit {unit} cannot be contradicted; only choices, flags and numbers can."
        raise doubt.fault(message)
    doubt = doubt.only("source", "answers", "below", "above")
    bounds = {key: float(doubt.number(key)) for key in ("below", "above") if key in doubt.fields}
    if len(bounds) != 1:
        message = "say 'below' or 'above' which value of the source the answers are doubted, one of the two."
        raise doubt.fault(message)
    return Contradiction(source, doubt.strings("answers", codes), bounds.get("below"), bounds.get("above"))


def _of_number(doubt: Entry, source: str, measured: str, unit: Unit) -> Contradiction:
    doubt.only("source", "than")
    if measured not in _MEASURED[unit]:
        message = f"'source' is '{source}', which is told in {measured}; the field holds {unit}."
        raise doubt.fault(message, "source")
    than = cast(Literal["more", "less"], doubt.choice("than", ("more", "less")))
    return Contradiction(source, than=than)
