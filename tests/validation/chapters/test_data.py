"""Whether what is tested is what was recorded."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ews.validation.chapters.data import hashes, labels_learnt_late, nulls, reconciled, rows_shared, vanished
from ews.validation.results import Verdict
from tests.validation import made


def referring(rows, **changes):
    return replace(rows, model=replace(rows.model, **changes))


def test_in_is_used_plus_left_out():
    assert reconciled(100, {"used": 90, "immature": 10}).verdict is Verdict.PASSED
    wrong = reconciled(100, {"used": 90, "immature": 9})
    assert (wrong.value, wrong.verdict) == (1, Verdict.FAILED)
    assert wrong.note.en == "100 = used 90, immature 9."


def test_a_hash_that_is_not_found_again_is_named():
    assert hashes({"data": "ab", "book": "cd"}, {"data": "ab", "book": "cd", "more": "x"}).verdict is Verdict.PASSED
    wrong = hashes({"data": "ab", "book": "cd"}, {"data": "ab"})
    assert (wrong.value, wrong.verdict, wrong.note.en) == (1, Verdict.FAILED, "Differs: book.")


@pytest.mark.parametrize(
    ("known_by", "days", "verdict"), [(date(2024, 6, 30), 0, Verdict.PASSED), (date(2024, 7, 2), 2, Verdict.FAILED)]
)
def test_labels_that_taught_were_known_when_the_test_begins(known_by, days, verdict):
    found = labels_learnt_late(referring(made.examined(20), labels_known_by=known_by))
    assert (found.value, found.verdict) == (days, verdict)


def test_rows_parted_by_borrower_have_no_such_day():
    found = labels_learnt_late(referring(made.examined(20), reference={"split": "borrower"}))
    assert (found.value, found.verdict) == (None, Verdict.TOLD)


def test_a_row_that_taught_does_not_test():
    taught, rows = made.taught(20), made.examined(20)
    assert rows_shared(rows, taught).value == 0
    same_days = made.examined(20, made.TAUGHT_ON)
    assert (rows_shared(same_days, taught).value, rows_shared(same_days, taught).verdict) == (60, Verdict.FAILED)
    crossed = referring(same_days, reference={"split": "cross_fit"})
    assert rows_shared(crossed, taught).verdict is Verdict.TOLD


@pytest.mark.parametrize("value", [np.nan, 3.0])
def test_a_feature_that_vanished_is_named(value):
    rows, taught = made.examined(50), made.taught(50)
    assert vanished(rows, taught).value == 0
    matrix = rows.matrix.copy()
    matrix[:, 1] = value
    found = vanished(replace(rows, matrix=matrix), taught)
    assert (found.value, found.verdict, found.note.en) == (1, Verdict.FAILED, "First: inquiries_3m.")


@pytest.mark.parametrize(("borrowers", "gone"), [(50, 0), (600, 1)])
def test_what_was_rare_may_be_missing_among_few_by_chance(borrowers, gone):
    rows, taught = made.examined(borrowers), made.taught(100)
    former, now = taught.matrix.copy(), rows.matrix.copy()
    former[:, 1] = np.arange(len(taught)) % 100 == 0  # one row in a hundred: (1 - 1/100)^50 is no wonder
    now[:, 1] = 0.0
    assert vanished(replace(rows, matrix=now), replace(taught, matrix=former)).value == gone


def test_a_feature_that_never_told_anything_cannot_vanish():
    rows, taught = made.examined(50), made.taught(50)
    blank = rows.matrix.copy()
    blank[:, 1] = np.nan
    former = taught.matrix.copy()
    former[:, 1] = np.nan
    assert vanished(replace(rows, matrix=blank), replace(taught, matrix=former)).value == 0


def test_the_share_not_known_is_compared_feature_by_feature():
    rows, taught = made.examined(200), made.taught(200)
    matrix = rows.matrix.copy()
    matrix[::2, 0] = np.nan
    found = {one.about: one for one in nulls(replace(rows, matrix=matrix), taught)}
    assert (found["feature:inflow_change_3m"].value, found["feature:inflow_change_3m"].verdict) == (0.5, Verdict.FAILED)
    assert found["feature:inquiries_3m"].verdict is Verdict.PASSED
    assert len(found) == len(made.NAMES)
