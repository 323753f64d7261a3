"""Treatments (处置) that people carried out: what was done about a borrower that may have kept a default away.

Grain   one row per act
Reads   acts on measures and warnings, which are never changed, so that the past is known as it was
Kinds   the code of a measure that was carried out (all but `keep`, which changes nothing); `handled` for a warning
        that was found true and whose plan was carried out
Known   the day of the act: casework enters it then
"""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from ews.casework.measures.measures import KIND as MEASURE
from ews.casework.measures.measures import body_of as measure_of
from ews.casework.warnings.body import KIND as WARNING
from ews.outcomes.treatments import COLUMNS
from ews.store.cases import Case, CaseFilter, acts_of, find_cases
from ews.store.engine import Store, reading

KEEP = "keep"
HANDLED = "handled"
_DONE = {MEASURE: "done", WARNING: "handle"}
_CHUNK = 500
"""Cases asked for at once: a database takes only so many values in one question."""


def casework_treatments(store: Store, portfolio: str, *, known_by: date) -> pd.DataFrame:
    """Return borrower_id, kind, treated_on and known_on of what was carried out by the end of `known_by`."""
    with reading(store) as connection:
        cases = {case.case_id: case for case in find_cases(connection, CaseFilter(tuple(_DONE), portfolio=portfolio))}
        ids = sorted(cases)
        acts = [act for start in range(0, len(ids), _CHUNK) for act in acts_of(connection, ids[start : start + _CHUNK])]
    rows = set()
    for act in acts:
        case, on = cases[act.case_id], act.at.date()
        kind = _kind(case)
        if act.verb == _DONE[case.kind] and on <= known_by and kind is not None and case.borrower_id is not None:
            rows.add((case.borrower_id, kind, on, on))
    return _frame(sorted(rows))


def _kind(case: Case) -> str | None:
    """Return what kind of treatment carrying out the case is, None where it is none."""
    if case.kind == MEASURE:
        measure = measure_of(case).measure
        return None if measure == KEEP else measure
    return HANDLED


def _frame(rows: Sequence[tuple[str, str, date, date]]) -> pd.DataFrame:
    columns = zip(*rows, strict=True) if rows else ((),) * len(COLUMNS)
    return pd.DataFrame(
        {name: pd.Series(list(column), dtype="object") for name, column in zip(COLUMNS, columns, strict=True)}
    )
