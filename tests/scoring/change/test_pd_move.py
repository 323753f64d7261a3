from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.models.frozen import FrozenModel, log_odds, predict_pd
from ews.scoring.change.parts import BILLION, units_of
from ews.scoring.change.pd_move import PARTS, Made, PdMoves, split
from tests.models.test_moves import MODELS, WIDTH

NAMES = [f"f{number}" for number in range(WIDTH)]
OLD = MODELS[1]
RECALIBRATED = replace(OLD, slope=0.8, intercept=0.1)
OTHER = replace(MODELS[2], slope=0.9, intercept=0.3)
rows = st.lists(
    st.lists(st.one_of(st.just(float("nan")), st.floats(-3, 3)), min_size=5, max_size=5), min_size=3, max_size=3
)


def framed(values: list[list[float]]) -> pd.DataFrame:
    return pd.DataFrame(values, columns=NAMES, index=["B1", "B2", "B3"])


def parted(
    models: tuple[FrozenModel, FrozenModel], before: pd.DataFrame, after: pd.DataFrame, made: Made | None = None
) -> PdMoves:
    pds = predict_pd(models[0], before), predict_pd(models[1], after)
    return split(models, before, after, pds, made)


@settings(max_examples=25, deadline=None)
@given(before=rows, after=rows, new=st.sampled_from([OLD, RECALIBRATED, OTHER]))
def test_the_parts_of_every_move_add_up_exactly_in_log_odds_and_in_probability(before, after, new):
    was, now = framed(before), framed(after)
    found = parted((OLD, new), was, now)
    for scale, ends in (
        (found.log_odds, (log_odds(OLD, was), log_odds(new, now))),
        (found.pd, (predict_pd(OLD, was), predict_pd(new, now))),
    ):
        whole = units_of(ends[1]) - units_of(ends[0])
        assert sum(scale.part(name) for name in PARTS).tolist() == scale.total.tolist() == whole.tolist()


@settings(max_examples=15, deadline=None)
@given(before=rows, after=rows)
def test_with_one_model_all_is_data_and_what_stayed_is_nothing(before, after):
    was, now = framed(before), framed(after)
    found = parted((OLD, OLD), was, now)
    for name in ("definition", "model", "calibration"):
        assert found.log_odds.part(name).tolist() == found.pd.part(name).tolist() == [0, 0, 0]
    stayed = (was.to_numpy() == now.to_numpy()) | (was.isna().to_numpy() & now.isna().to_numpy())
    assert np.all(found.log_odds.data[stayed] == 0)


def test_another_calibration_of_the_same_booster_is_no_change_of_the_model():
    was = framed([[0.0] * 5, [1.0] * 5, [float("nan")] * 5])
    found = parted((OLD, RECALIBRATED), was, was)
    assert found.log_odds.part("data").tolist() == found.log_odds.part("model").tolist() == [0, 0, 0]
    assert found.log_odds.part("calibration").tolist() == found.log_odds.total.tolist()
    assert found.log_odds.total.any()


@settings(max_examples=12, deadline=None)
@given(before=rows, after=rows)
def test_the_parts_are_the_average_over_all_orders_of_exchanging_inputs_booster_and_calibration(before, after):
    was, now = framed(before), framed(after)
    found = parted((OLD, OTHER), was, now)
    boosters, slopes = (OLD, OTHER), ((OLD.slope, OLD.intercept), (OTHER.slope, OTHER.intercept))

    def reckoned(inputs: int, booster: int, calibration: int) -> np.ndarray:
        slope, intercept = slopes[calibration]
        model = replace(boosters[booster], slope=slope, intercept=intercept)
        return log_odds(model, (was, now)[inputs])

    expected = {name: np.zeros(3) for name in ("data", "model", "calibration")}
    for order in permutations(range(3)):
        state = [0, 0, 0]
        for player in order:
            start = reckoned(*state)
            state[player] = 1
            expected[tuple(expected)[player]] += (reckoned(*state) - start) / 6
    for name, values in expected.items():
        assert found.log_odds.part(name) / BILLION == pytest.approx(values, abs=1e-7)


@settings(max_examples=12, deadline=None)
@given(before=rows, after=rows)
def test_backwards_every_part_is_the_opposite(before, after):
    was, now = framed(before), framed(after)
    there, back = parted((OLD, OTHER), was, now), parted((OTHER, OLD), now, was)
    for name in PARTS:
        assert (there.log_odds.part(name) + back.log_odds.part(name)) / BILLION == pytest.approx(np.zeros(3), abs=1e-7)


def test_features_made_again_part_the_definition_from_the_data():
    """Nothing happened to the borrowers, but f0 is told otherwise from the later batch on: all of it is definition."""
    kept, later = framed([[-2.0] * 5] * 3), framed([[2.0, *[-2.0] * 4]] * 3)
    found = parted((OLD, OLD), kept, later, Made(later, later))
    assert found.log_odds.part("data").tolist() == [0, 0, 0]
    assert found.log_odds.part("definition").tolist() == found.log_odds.total.tolist()
    assert found.log_odds.total.all()
    unparted = parted((OLD, OLD), kept, later)
    assert unparted.log_odds.part("data").tolist() == found.log_odds.total.tolist()


@settings(max_examples=12, deadline=None)
@given(before=rows, after=rows, made_before=rows, made_after=rows)
def test_with_features_made_again_the_parts_add_up_exactly_too(before, after, made_before, made_after):
    found = parted((OLD, OTHER), framed(before), framed(after), Made(framed(made_before), framed(made_after)))
    for scale in (found.log_odds, found.pd):
        assert sum(scale.part(name) for name in PARTS).tolist() == scale.total.tolist()


def test_a_feature_that_only_one_model_knows_is_told_too():
    narrow = replace(OLD, features=(*NAMES[:4], "own"))
    before, after = framed([[0.0] * 5] * 3).assign(own=0.0), framed([[1.0] * 5] * 3).assign(own=2.0)
    found = parted((narrow, OTHER), before, after)
    assert found.features == (*NAMES[:4], "own", "f4")
    assert sum(found.log_odds.part(name) for name in PARTS).tolist() == found.log_odds.total.tolist()
