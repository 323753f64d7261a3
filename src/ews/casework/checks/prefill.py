"""Prefill: what the book and the newest decision know of a borrower when a check is begun.

Sources record:NAME   from the newest decision: a column of it, or `loans`, `signals`
        loan:NAME     from that decision, of the loan that is checked; without a loan, of the borrower's only one
        feature:NAME  from the book by `facts_of`, else from the evidence of the decision, where it is told there
        fact:NAME     likewise
Nulls   what nobody knows is not prefilled; nothing is guessed
Day     each value keeps the day it was known for, so that what the officer changed can be told from what aged
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Protocol

from ews.casework.checks.answers import FaultyFormError, read_answers
from ews.domain.decisions import Decision, LoanDecision, Value
from ews.domain.facts import BORROWER_FACTS, LOAN_FACTS
from ews.domain.text import Text
from ews.features.catalogue import FEATURES
from ews.policy.forms import Field, Form

_TEXTS: Mapping[str, Text] = {
    **{fact.name: fact.text for fact in (*LOAN_FACTS, *BORROWER_FACTS)},
    **{feature.name: feature.text for feature in FEATURES},
}


@dataclass(frozen=True, slots=True)
class BookFacts:
    """Values by feature or fact name, as of a day."""

    on: date
    values: Mapping[str, Value]


class FactsOf(Protocol):
    """Called by several threads at once; None where the book does not know the borrower."""

    def __call__(self, portfolio: str, borrower_id: str, /) -> BookFacts | None: ...


def knows_nothing(_portfolio: str, _borrower_id: str) -> BookFacts | None:
    """Stand in for a book that cannot be asked: checks begin with what the newest decision tells."""
    return None


@dataclass(frozen=True, slots=True)
class Known:
    """A value and the day it was known for."""

    value: Value
    on: date


def known_for(form: Form, decision: Decision | None, loan_id: str | None, book: BookFacts | None) -> dict[str, Known]:
    """Return by source what is known of all that the form prefills or is held against."""
    doubts = (doubt.source for field in form.fields for doubt in field.contradicts)
    own = (source for field in form.fields for source in (field.source, field.asked_with) if source is not None)
    sources = {*own, *doubts}
    found = {source: _known(source, decision, loan_id, book) for source in sorted(sources)}
    return {source: known for source, known in found.items() if known is not None}


def prefilled(form: Form, known: Mapping[str, Known], today: date) -> dict[str, Known]:
    """Return by field what it begins with; a value that the field could not hold as an answer is left out."""
    found = {}
    for field in form.fields:
        begun = known.get(field.source or "")
        if begun is not None and _fits(form, field, _as_answer(field, begun.value), today):
            found[field.name] = Known(_as_answer(field, begun.value), begun.on)
    return found


def source_text(source: str) -> Text:
    """Return what a source is called; its bare name where it is in no catalogue."""
    name = source.partition(":")[2]
    return _TEXTS.get(name, Text(name, name))


def _known(source: str, decision: Decision | None, loan_id: str | None, book: BookFacts | None) -> Known | None:
    kind, _, name = source.partition(":")
    if book is not None and book.values.get(name) is not None and kind not in {"record", "loan"}:
        return Known(book.values[name], book.on)
    if decision is None:
        return None
    if kind == "record":
        value = _of_record(decision, name)
    elif kind == "loan":
        value = _of_loan(_loan(decision, loan_id), name)
    else:
        value = _in_evidence(decision, name)
    return None if value is None else Known(value, decision.as_of)


def _of_record(decision: Decision, name: str) -> Value:
    if name == "loans":
        return len(decision.loans)
    if name == "signals":
        return ", ".join(held.code for held in decision.held if held.kind == "signal") or None
    return _plain(_column(decision, name))


def _loan(decision: Decision, loan_id: str | None) -> LoanDecision | None:
    loans = [loan for loan in decision.loans if loan_id in {None, loan.loan_id}]
    return loans[0] if len(loans) == 1 else None


def _of_loan(loan: LoanDecision | None, name: str) -> Value:
    if loan is None:
        return None
    value = _plain(_column(loan, name))
    inputs = (held.inputs.get(name) for held in loan.held)
    return value if value is not None else next((one for one in inputs if one is not None), None)


def _in_evidence(decision: Decision, name: str) -> Value:
    """Return a value that the decision names among its reasons and rules."""
    reasons: Iterable[Value] = (
        one.value for reason in decision.reasons for one in reason.evidence if one.feature == name
    )
    rules: Iterable[Value] = (held.inputs.get(name) for held in decision.held)
    return next((value for value in (*reasons, *rules) if value is not None), None)


def _column(row: Decision | LoanDecision, name: str) -> Any:
    """Return a column; sums of money go by their name without _fen too."""
    return getattr(row, name, None) if hasattr(row, name) else getattr(row, f"{name}_fen", None)


def _plain(value: Any) -> Value:
    if isinstance(value, Enum):
        value = value.value
    return value if isinstance(value, str | bool | int | float) else None


def _as_answer(field: Field, value: Value) -> Value:
    """Return a value in the kind of number that the field holds: features are floats, sums and counts whole."""
    if field.unit in {"fen", "count"} and isinstance(value, float) and value.is_integer():
        return int(value)
    if field.unit == "flag" and not isinstance(value, bool) and value in {0, 1}:
        return bool(value)
    return value


def _fits(form: Form, field: Field, value: Value, today: date) -> bool:
    try:
        read_answers(form, {field.name: value}, {}, today=today, files=(), complete=False)
    except FaultyFormError:
        return False
    return True
