from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.domain.errors import TrainingDataError
from ews.training.split import deal, defaulters, split
from tests.training.tables import DAY, plan, reordered, small_recipe, synthetic

DAYS = (date(2022, 6, 30), date(2022, 12, 31), date(2023, 12, 31))


def test_by_time_no_label_that_teaches_is_known_after_the_test_begins():
    table = synthetic(200, DAYS)
    parts = split(table, plan("time", DAYS[:2], DAYS[2:]), small_recipe())
    assert set(table.keys["as_of"][parts.train]) == set(DAYS[:2])
    assert set(table.keys["as_of"][parts.test]) == {DAYS[2]}
    assert max(table.keys["label_known_by"][parts.train]) <= min(table.keys["as_of"][parts.test])


def test_a_label_that_rests_on_what_was_known_after_the_test_begins_is_refused():
    table = synthetic(200, DAYS)
    table.keys.loc[7, "label_known_by"] = date(2024, 1, 1)
    with pytest.raises(
        TrainingDataError, match="rests on what was known by 2024-01-01, after the test begins on 2023-12-31"
    ):
        split(table, plan("time", DAYS[:2], DAYS[2:]), small_recipe())


def test_by_borrower_nobody_is_on_both_sides_and_a_quarter_tests():
    table = synthetic(400)
    parts = split(table, plan("borrower"), small_recipe())
    assert set(table.borrowers[parts.train]).isdisjoint(table.borrowers[parts.test])
    assert (parts.train ^ parts.test).all()
    assert parts.test.sum() == 100


def test_cross_fitting_leaves_nobody_out():
    parts = split(synthetic(200), plan("cross_fit"), small_recipe())
    assert parts.train.all()
    assert parts.test.all()


@given(parts=st.integers(2, 6), salt=st.text("abc", max_size=3), seed=st.integers(0, 9))
@settings(max_examples=25, deadline=None)
def test_a_deal_keeps_borrowers_whole_spreads_defaulters_and_knows_no_order(parts, salt, seed):
    table = synthetic(60, (DAYS[0], DAY), seed=seed)
    part = deal(table, parts, salt)
    order = np.random.default_rng(seed).permutation(len(table))
    assert np.array_equal(deal(reordered(table, order), parts, salt), part[order])
    assert len({(borrower, number) for borrower, number in zip(table.borrowers, part, strict=True)}) == 60
    hit = set(table.borrowers[table.outcome == 1])
    per_part = [len(hit & set(table.borrowers[part == number])) for number in range(parts)]
    assert max(per_part) - min(per_part) <= 1


def test_defaulters_are_counted_once():
    table = synthetic(100, DAYS)
    assert defaulters(table) == table.keys.groupby("borrower_id")["defaulted"].max().sum()


@pytest.mark.parametrize(("value", "part"), [(0, "hold 0 borrowers who default"), (1, "and 0 rows that do not")])
def test_one_class_only_is_too_little(value, part):
    table = synthetic(100)
    table.keys["defaulted"] = value
    with pytest.raises(TrainingDataError, match=f"Too few defaults to train: 75 rows .*{part}.*at least 6"):
        split(table, plan("borrower"), small_recipe())


def test_the_test_needs_a_default_too():
    table = synthetic(200, DAYS)
    table.keys.loc[table.keys["as_of"] == DAYS[2], "defaulted"] = 0
    with pytest.raises(TrainingDataError, match="Too few defaults to test: 200 rows hold 0 borrowers"):
        split(table, plan("time", DAYS[:2], DAYS[2:]), small_recipe())
