"""What a training keeps of how features and scores lay."""

from datetime import date

import numpy as np

from ews.models.reference import SCORE
from ews.training.reference import reference_of
from ews.training.split import Split
from tests.training.tables import plan, synthetic

DAYS = (date(2023, 6, 30), date(2023, 12, 31), date(2024, 12, 31))


def kept():
    table = synthetic(90, DAYS)
    day = table.keys["as_of"].to_numpy()
    parts = Split(plan("time", DAYS[:2], DAYS[2:]), day < DAYS[2], day == DAYS[2])
    return reference_of("m1", table, parts, np.linspace(0.01, 0.9, 90))


def test_features_are_of_all_rows_and_the_score_is_of_those_that_tested():
    found = kept()
    own = found.features
    assert (found.model_id, own.days, own.rows, own.borrowers) == ("m1", DAYS, 270, 90)
    assert (found.score.days, found.score.rows, list(found.score.columns)) == (DAYS[2:], 90, [SCORE])
    assert found.score.columns[SCORE].counts == ((9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0),)


def test_each_day_is_counted_by_bands_of_all_days_with_the_unknown_last():
    columns = kept().features.columns
    up = np.array(columns["signal_up"].counts)
    assert up.shape == (3, 11)
    assert up.sum(axis=1).tolist() == [90, 90, 90]
    assert up[:, -1].tolist() == [10, 10, 10]
    assert up[:, :-1].sum(axis=0).tolist() == [24] * 10


def test_what_is_constant_or_never_known_has_one_band():
    columns = kept().features.columns
    assert (columns["constant"].edges, columns["constant"].counts) == ((), ((90, 0),) * 3)
    assert (columns["never_known"].edges, columns["never_known"].counts) == ((), ((0, 90),) * 3)
