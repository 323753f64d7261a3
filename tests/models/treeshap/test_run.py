import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.models.treeshap.program import program_of
from ews.models.treeshap.run import contributions, margins
from ews.models.treeshap.text import read_forest
from tests.models.treeshap.forests import KINDS, asked_of, boosters, draw_booster

seeds = st.integers(0, 10_000)


def told(booster, rows):
    return np.asarray(booster.predict(rows, pred_contrib=True)).reshape(len(rows), -1)


def program(booster):
    return program_of(read_forest(booster.model_to_string()))


@given(booster=boosters, seed=seeds)
@settings(max_examples=60, deadline=None)
def test_contributions_are_those_of_lightgbm(booster, seed):
    rows, made = asked_of(booster, seed), program(booster)
    expected = told(booster, rows)
    known = np.isfinite(expected).all(axis=1)  # LightGBM divides by 0 where no row of training ever was
    assert known.any()
    assert np.abs(contributions(made, rows) - expected[:, :-1])[known].max() <= 1e-10
    assert made.expected == pytest.approx(expected[0, -1], abs=1e-10)


@given(booster=boosters, seed=seeds)
@settings(max_examples=60, deadline=None)
def test_margins_are_those_of_lightgbm_bit_by_bit(booster, seed):
    rows = asked_of(booster, seed)
    assert np.array_equal(margins(program(booster), rows), np.asarray(booster.predict(rows, raw_score=True)))


@given(booster=boosters, seed=seeds)
@settings(max_examples=40, deadline=None)
def test_contributions_and_what_is_expected_add_up_to_the_sum_of_the_trees(booster, seed):
    rows, made = asked_of(booster, seed), program(booster)
    total = contributions(made, rows).sum(axis=1) + made.expected
    assert total == pytest.approx(margins(made, rows), abs=1e-10)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_of_booster_has_the_contributions_of_lightgbm(kind):
    booster = draw_booster(3, kind, rows=2_000, features=14, by_code=True, rounds=12)
    rows = asked_of(booster, 4, rows=300)
    assert np.abs(contributions(program(booster), rows) - told(booster, rows)[:, :-1]).max() <= 1e-10
    assert np.array_equal(margins(program(booster), rows), np.asarray(booster.predict(rows, raw_score=True)))


@given(seed=seeds, size=st.sampled_from([1, 7, 8, 9, 63, 64, 65, 1_025, 2_100]))
@settings(max_examples=30, deadline=None)
def test_a_row_has_the_same_bytes_alone_in_any_company_and_on_any_number_of_threads(seed, size):
    booster = draw_booster(5, "plain", rows=700, features=14, by_code=True, rounds=8)
    made, rows = program(booster), asked_of(booster, seed, rows=2_100)
    whole = contributions(made, rows, threads=1)
    first = int(np.random.default_rng(seed).integers(0, len(rows) - size + 1))
    part = slice(first, first + size)
    assert contributions(made, rows[part], threads=3).tobytes() == whole[part].tobytes()
    assert margins(made, rows[part], threads=3).tobytes() == margins(made, rows, threads=1)[part].tobytes()
    turned = np.asfortranarray(rows[part])
    assert contributions(made, turned, threads=1).tobytes() == whole[part].tobytes()


@given(booster=boosters, seed=seeds)
@settings(max_examples=25, deadline=None)
def test_a_slot_holds_the_sum_of_its_features(booster, seed):
    rows, made = asked_of(booster, seed), program(booster)
    slots = np.random.default_rng(seed).integers(0, 3, size=made.features)
    alone, together = contributions(made, rows), contributions(made, rows, slots=slots)
    for slot in range(together.shape[1]):
        assert together[:, slot] == pytest.approx(alone[:, slots == slot].sum(axis=1), abs=1e-12)


def test_no_rows_have_no_contributions():
    booster = draw_booster(5, "plain", rows=90, features=6, by_code=False, rounds=2)
    assert contributions(program(booster), np.zeros((0, 6))).shape == (0, 6)
    assert margins(program(booster), np.zeros((0, 6))).shape == (0,)


@pytest.mark.parametrize(
    "number", [1e-36, -1e-36, 1.0000000180025095e-35, -1.0000000180025095e-35, 1.1e-35, -1.1e-35, 1e-300, -0.0]
)
@pytest.mark.parametrize("kind", ["plain", "zero as missing", "nulls as zero"])
def test_what_lightgbm_takes_for_zero_is_zero_here(kind, number):
    booster = draw_booster(6, kind, rows=700, features=6, by_code=False, rounds=8)
    rows = asked_of(booster, 7)
    rows[rows == 0] = number
    assert np.array_equal(margins(program(booster), rows), np.asarray(booster.predict(rows, raw_score=True)))
