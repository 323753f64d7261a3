from datetime import date

import numpy as np
import pandas as pd
import pytest

from ews.domain.errors import ModelError
from ews.validation.earliness.capacity import Capacity
from ews.validation.earliness.history import History, first_after
from tests.validation.earliness.made import Borrower, day, history_of, rows_of


def dates(*days):
    return [None if one is None else pd.Timestamp(one) for one in days]


def test_the_first_day_after_as_of_counts_not_that_day_itself():
    rows = pd.DataFrame(
        {
            "borrower_id": ["B1", "B1", "B1", "B2"],
            "as_of": dates("2024-01-31", "2024-02-01", "2024-03-01", "2024-01-31"),
        }
    )
    days = pd.DataFrame({"borrower_id": ["B1", "B1", "B3"], "on": dates("2024-03-01", "2024-02-01", "2024-02-05")})
    found = first_after(rows, days, "on")
    assert found.tolist() == [date(2024, 2, 1), date(2024, 3, 1), None, None]


@pytest.mark.parametrize(
    ("defaulted", "within"), [(date(2024, 6, 29), True), (date(2024, 6, 30), True), (date(2024, 7, 1), False)]
)
def test_a_default_counts_to_the_last_day_of_the_horizon(defaulted, within):
    history = history_of({"B1": Borrower(defaults=[defaulted], present=[6])})
    assert day(6) == date(2023, 6, 30)
    assert history.defaults.tolist() == [within]


@pytest.mark.parametrize(
    ("known_until", "mature", "seen"), [(date(2024, 6, 29), False, False), (date(2024, 6, 30), True, True)]
)
def test_a_horizon_is_mature_once_all_of_it_is_known(known_until, mature, seen):
    history = history_of({"B1": Borrower(defaults=[date(2024, 6, 30)], present=[6])}, known_until)
    assert (history.mature.tolist(), history.defaults.tolist()) == ([mature], [seen])


def test_the_row_before_is_that_of_the_batch_before_or_none():
    history = history_of({"B1": Borrower(present=[0, 1, 3]), "B2": Borrower(present=[2, 3])})
    assert history.before().tolist() == [-1, 0, -1, -1, 3]
    assert history.batch.tolist() == [0, 1, 3, 2, 3]
    assert history.borrower.tolist() == [0, 0, 0, 1, 1]


def test_who_is_late_or_of_unknown_arrears_is_not_current():
    late = Borrower(late=[(day(1), day(1))], present=[0, 1, 2])
    history = history_of({"B1": late, "B2": Borrower(dpd_known=False, present=[0])})
    assert history.current.tolist() == [True, False, True, False]


def test_who_is_in_default_takes_no_place():
    failed = Borrower(flagged=[0, 1], late=[(day(0), day(1))], defaults=[day(1)], present=[0, 1], level=3)
    other = Borrower(flagged=[0, 1], present=[0, 1], urgency=-1.0)
    one_place = Capacity(red=0.5, orange=0.0, yellow=0.5)
    assert history_of({"B1": failed, "B2": other}).places(one_place).tolist() == [3, 0, 1, 0]


def test_another_system_says_other_levels_of_the_same_borrowers():
    history = history_of({"B1": Borrower(present=[0, 1])})
    other = history.said_by([0, 2], [0.0, 0.0])
    assert other.rows["level_rank"].tolist() == [0, 2]
    assert other.day("as_of").tolist() == history.day("as_of").tolist()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows.drop(columns="urgency"), "The history lacks urgency"),
        (lambda rows: rows.assign(level_rank=4), "not one of 0"),
        (lambda rows: pd.concat([rows, rows]), "Borrower 'B1' stands twice"),
        (lambda rows: rows.assign(default_on=rows["as_of"]), "'B1' has default_on 2022-12-31"),
    ],
)
def test_rows_that_cannot_be_a_history_are_refused(change, message):
    rows = rows_of({"B1": Borrower(present=[0])})
    with pytest.raises(ModelError, match=message):
        History.of(change(rows), date(2026, 1, 1))


def test_a_history_of_nobody_has_no_batch():
    history = History.of(rows_of({"B1": Borrower(present=[0])}).head(0), date(2026, 1, 1))
    assert (len(history), len(history.batches), len(history.circles)) == (0, 0, 0)
    assert history.places(Capacity()).tolist() == np.zeros(0).tolist()
