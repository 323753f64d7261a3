import warnings
from datetime import date
from itertools import combinations
from math import comb

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.domain.errors import ModelError
from ews.models.frozen import FrozenModel, log_odds
from ews.models.moves import margins, moves

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import shap

WIDTH = 5
MONOTONE = (1, -1, 0, 1, 0)


def learnt(seed: int, **changed: object) -> FrozenModel:
    """Return a model of random rows, a fifth of the values null, monotone as MONOTONE says."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(600, WIDTH))
    target = (rows[:, 0] - rows[:, 1] + rows[:, 2] * rows[:, 3] + rng.normal(size=600) > 0).astype(int)
    rows[rng.random(rows.shape) < 0.2] = np.nan
    told = {
        "objective": "binary",
        "num_leaves": 12,
        "min_data_in_leaf": 10,
        "monotone_constraints": MONOTONE,
        "verbose": -1,
        "num_threads": 1,
        "seed": seed,
        **changed,
    }
    booster = lgb.train(told, lgb.Dataset(rows, target), num_boost_round=12)
    names = tuple(f"f{number}" for number in range(WIDTH))
    return FrozenModel("sme", booster.model_to_string(), names, names, 1.1, -0.2, date(2026, 1, 1), 12, {}, "1")


NAMES = [f"f{number}" for number in range(WIDTH)]
MODELS = {seed: learnt(seed) for seed in (1, 2)}
values = st.one_of(st.just(float("nan")), st.floats(-3, 3, width=32), st.sampled_from([0.0, 1.0]))
rows = st.lists(values, min_size=WIDTH, max_size=WIDTH)


def margin(model: FrozenModel, rows: np.ndarray) -> np.ndarray:
    return margins(model, pd.DataFrame(rows, columns=NAMES))


def by_definition(model: FrozenModel, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return Shapley's values of one row over all sets of features, from the margins of every mixed row."""
    sets = [set(some) for size in range(WIDTH + 1) for some in combinations(range(WIDTH), size)]
    mixed = np.array([[after[one] if one in some else before[one] for one in range(WIDTH)] for some in sets])
    value = dict(zip(map(frozenset, sets), margin(model, mixed), strict=True))
    found = np.zeros(WIDTH)
    for one in range(WIDTH):
        for some in (some for some in sets if one not in some):
            weight = 1 / (WIDTH * comb(WIDTH - 1, len(some)))
            found[one] += weight * (value[frozenset(some | {one})] - value[frozenset(some)])
    return found


@settings(max_examples=30, deadline=None)
@given(seed=st.sampled_from(sorted(MODELS)), before=rows, after=rows)
def test_the_parts_are_shapley_values_by_their_definition(seed, before, after):
    model, was, now = MODELS[seed], np.array(before), np.array(after)
    found = moves(model, was[np.newaxis], now[np.newaxis])[0]
    assert found == pytest.approx(by_definition(model, was, now), abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(before=rows, after=rows)
def test_the_parts_add_up_and_what_stayed_adds_nothing(before, after):
    model, was, now = MODELS[1], np.array([before]), np.array([after])
    found = moves(model, was, now)
    assert found.sum() == pytest.approx(float((margin(model, now) - margin(model, was))[0]), abs=1e-12)
    stayed = (was == now) | (np.isnan(was) & np.isnan(now))
    assert np.all(found[stayed] == 0)


@settings(max_examples=30, deadline=None)
@given(before=rows, after=rows)
def test_no_part_contradicts_the_direction_in_which_the_model_is_monotone(before, after):
    was, now = np.array([before]), np.array([after])
    found = moves(MODELS[1], was, now)[0]
    for place, direction in enumerate(MONOTONE):
        step = now[0, place] - was[0, place]
        if direction and not np.isnan(step):
            assert found[place] * direction * np.sign(step) >= -1e-12


def test_the_parts_are_those_of_shap_with_one_background_row():
    rng = np.random.default_rng(5)
    was, now = rng.normal(size=(2, 40, WIDTH))
    was[::7, 2], now[::5, 0] = np.nan, np.nan
    model = MODELS[2]
    found = moves(model, was, now)
    booster = lgb.Booster(model_str=model.booster)
    for number in range(len(was)):
        peer = shap.TreeExplainer(booster, was[[number]], feature_perturbation="interventional")
        told = np.asarray(peer.shap_values(now[[number]])).reshape(-1)
        assert found[number] == pytest.approx(told, abs=1e-6)  # shap reckons in single precision


def test_trees_of_one_split_each_give_all_to_the_feature_that_moved():
    model = learnt(1, num_leaves=2)
    was, now = np.full((1, WIDTH), -3.0), np.full((1, WIDTH), -3.0)
    now[0, 0] = 3.0
    found = moves(model, was, now)[0]
    assert found[0] == pytest.approx(float((margin(model, now) - margin(model, was))[0]))
    assert found[1:].tolist() == [0.0] * (WIDTH - 1)


def test_margins_are_those_that_the_log_odds_come_from():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(20, WIDTH)), columns=NAMES)
    model = MODELS[1]
    assert (1.1 * margins(model, frame) - 0.2).tolist() == log_odds(model, frame).tolist()


def test_no_rows_give_no_parts():
    nothing = np.zeros((0, WIDTH))
    assert moves(MODELS[1], nothing, nothing).shape == (0, WIDTH)
    assert margin(MODELS[1], nothing).shape == (0,)


def test_a_model_that_takes_zero_for_null_is_refused():
    model = learnt(1, zero_as_missing=True)
    with pytest.raises(ModelError, match="with 'Zero' for nulls, which cannot be taken apart"):
        moves(model, np.ones((1, WIDTH)), np.zeros((1, WIDTH)))
