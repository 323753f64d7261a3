from datetime import date

import pandas as pd
import pytest

from ews.validation.treatment.marking import treated_rows, treatment_kinds

AS_OF, ENDS = date(2025, 1, 31), date(2026, 1, 31)
KNOWN_BY = date(2026, 6, 30)


def row(default_on: date | None = None, borrower: str = "B1") -> dict[str, object]:
    return {"borrower_id": borrower, "as_of": AS_OF, "ends_on": ENDS, "default_on": default_on}


def treatments(*rows: tuple[str, str, date, date]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["borrower_id", "kind", "treated_on", "known_on"])


@pytest.mark.parametrize(
    ("treated_on", "default_on", "marked"),
    [
        (AS_OF, None, False),
        (date(2025, 2, 1), None, True),
        (ENDS, None, True),
        (date(2026, 2, 1), None, False),
        (date(2025, 6, 29), date(2025, 6, 30), True),
        (date(2025, 6, 30), date(2025, 6, 30), False),
    ],
)
def test_treated_is_who_was_helped_within_the_horizon_and_before_the_default(treated_on, default_on, marked):
    found = treated_rows(
        pd.DataFrame([row(default_on)]), treatments(("B1", "relief", treated_on, treated_on)), known_by=KNOWN_BY
    )
    assert found.tolist() == [marked]


@pytest.mark.parametrize(("known_by", "marked"), [(date(2025, 8, 31), False), (date(2025, 9, 1), True)])
def test_what_is_known_later_marks_nobody_yet(known_by, marked):
    told = treatments(("B1", "relief", date(2025, 3, 1), date(2025, 9, 1)))
    assert treated_rows(pd.DataFrame([row()]), told, known_by=known_by).tolist() == [marked]


def test_kinds_are_told_once_each_and_only_of_the_borrower():
    day = date(2025, 3, 1)
    told = treatments(("B1", "relief", day, day), ("B1", "reduce", day, day), ("B1", "relief", ENDS, ENDS))
    rows = pd.DataFrame([row(), row(borrower="B2")], index=[7, 3])
    assert treatment_kinds(rows, told, known_by=KNOWN_BY) == [("reduce", "relief"), ()]


def test_without_treatments_or_days_of_default_nobody_fails():
    rows = pd.DataFrame([row()]).drop(columns="default_on")
    assert treated_rows(rows, treatments(), known_by=KNOWN_BY).tolist() == [False]
