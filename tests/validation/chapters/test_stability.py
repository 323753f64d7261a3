"""Whether features, pds and grades lie as they did."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ews.features.catalogue import feature
from ews.models.frozen import predict_pd
from ews.validation.chapters.stability import (
    feature_shifts,
    grade_shift,
    migration_matrix,
    migrations,
    score_shift,
    stability,
)
from ews.validation.results import Verdict
from ews.validation.tested import Taught
from tests.validation import made


def by_test(results):
    return {(one.test, one.about): one for one in results}


def test_the_same_world_is_stable():
    found = stability(made.examined(), made.taught())
    psi = [one for one in found if one.test.startswith("psi")]
    assert len(psi) == len(made.NAMES) + 2
    assert {one.verdict for one in psi} == {Verdict.PASSED}


def test_a_feature_that_moved_is_named_and_the_pd_with_it():
    rows, taught = made.examined(), made.taught()
    matrix = rows.matrix.copy()
    matrix[:, 0] -= 0.8  # everybody's inflow falls
    moved = replace(rows, matrix=matrix)
    found = by_test(feature_shifts(moved, taught))
    assert [about for (_, about), one in found.items() if one.verdict is Verdict.FAILED] == ["feature:inflow_change_3m"]
    assert score_shift(moved, taught).verdict is Verdict.FAILED
    assert score_shift(rows, taught).value < 0.05


def test_the_pd_compared_is_the_models_own():
    rows = made.examined()
    other = made.with_pd(rows, np.full(len(rows), 0.9))  # as cross-fitting might say
    assert score_shift(other, made.taught()).value == score_shift(rows, made.taught()).value
    assert predict_pd(rows.model, rows.frame) == pytest.approx(rows.pd)


def test_chance_goes_by_borrowers():
    rows = made.examined(100)
    found = score_shift(rows, made.taught(100))
    assert "100 then, 100 now" in found.note.en
    assert (found.n, found.verdict) == (300, Verdict.TOO_FEW)


def test_grades_are_compared_between_the_first_and_the_last_snapshot():
    rows = made.examined()
    worse = rows.rows["grade"].where(rows.rows["as_of"] != made.TESTED_ON[-1], "G4")
    assert grade_shift(rows)[0].verdict is Verdict.PASSED
    assert grade_shift(replace(rows, rows=rows.rows.assign(grade=worse)))[0].verdict is Verdict.FAILED
    assert grade_shift(made.examined(50, [date(2024, 6, 30)])) == ()


def graded(former: list[str], now: list[str]):
    rows = made.examined(len(former), [date(2024, 6, 30), date(2025, 6, 30)])
    return replace(rows, rows=rows.rows.assign(grade=[*former, *now]))


def test_moves_are_counted_from_the_first_to_the_last_snapshot():
    rows = graded(["G1", "G1", "G2", "G4", ""], ["G1", "G3", "G1", "", "G2"])
    counts, at_first = migration_matrix(rows)
    assert counts.tolist() == [[1, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert at_first.tolist() == [2, 1, 0, 1]  # who has no grade later still was there
    found = by_test(migrations(rows))
    assert found["bandwidth_upper", "whole"].value == pytest.approx(2 / 3)
    assert found["bandwidth_lower", "whole"].value == pytest.approx(1 / 2)


def test_more_moves_of_two_grades_than_of_one_are_found_after_holm():
    rows = graded(["G1"] * 300, ["G1"] * 200 + ["G2"] * 20 + ["G3"] * 80)
    found = by_test(migrations(rows))
    assert found["migration_stability", "cell:G1>G3"].verdict is Verdict.FAILED
    assert found["migration_stability", "cell:G1>G2"].verdict is Verdict.PASSED
    assert isinstance(found["migration_stability", "cell:G1>G3"].note.zh, str)


def test_a_cell_of_three_borrowers_says_nothing():
    rows = graded(["G1"] * 4, ["G3"] * 3 + ["G1"])
    found = by_test(migrations(rows))["migration_stability", "cell:G1>G3"]
    assert found.value < 0.05
    assert found.verdict is Verdict.TOO_FEW


def test_what_a_whole_region_shares_goes_by_its_values_not_by_its_borrowers():
    shared = feature("region_default_share")
    rows, taught = made.examined(300), made.taught(300)
    former, now = (np.repeat([0.01, 0.02, 0.03], len(each) // 3) for each in (taught, rows))
    taught = Taught((*taught.features, shared), taught.rows, np.column_stack([taught.matrix, former]))
    model = made.fit(taught, seed=1)
    rows = replace(rows, model=model, features=(*rows.features, shared), matrix=np.column_stack([rows.matrix, now]))
    found = by_test(feature_shifts(rows, taught))
    assert "3 then, 3 now" in found["psi_feature", "feature:region_default_share"].note.en
    assert found["psi_feature", "feature:region_default_share"].verdict is Verdict.TOO_FEW
    assert "300 then, 300 now" in found["psi_feature", "feature:inquiries_3m"].note.en


def test_borrowers_of_one_snapshot_only_do_not_move():
    rows = made.examined(20, [date(2024, 6, 30), date(2025, 6, 30)])
    names = rows.rows["borrower_id"] + rows.rows["as_of"].astype(str)
    counts, _ = migration_matrix(replace(rows, rows=rows.rows.assign(borrower_id=names)))
    assert counts.sum() == 0
    assert pd.Series(counts.diagonal()).sum() == 0
