"""Whether a pd falls where a feature gets worse."""

from dataclasses import replace

import numpy as np
import pandas as pd

from ews.models.frozen import log_odds
from ews.validation.monotone import breaches, thresholds
from ews.validation.tested import Taught
from tests.validation import made


def backwards():
    """Return a model that learnt the directions backwards, and the true features."""
    rows = made.taught(900)
    turn = {"higher": "lower", "lower": "higher", "none": "none"}
    turned = tuple(replace(one, worse=turn[one.worse]) for one in rows.features)
    mirrored = Taught(turned, rows.rows.assign(outcome=1 - rows.outcome), rows.matrix)
    return made.fit(mirrored, seed=1), rows


def test_a_model_with_directions_has_none():
    rows = made.taught(60)
    found = breaches(made.model(), made.FEATURES, rows.matrix)
    assert {one.feature for one in found} == set(thresholds(made.model())) - {
        "days_since_bureau_report",
        "months_on_book",
    }
    assert [one.count for one in found] == [0] * len(found)


def test_every_breach_is_found_and_its_feature_named():
    model, rows = backwards()
    found = breaches(model, made.FEATURES, rows.matrix[:40])
    assert {one.feature for one in found if one.count} >= {"inflow_change_3m", "inquiries_3m", "card_utilisation"}
    assert all(one.worst > 0 for one in found if one.count)


def test_no_other_value_of_the_feature_gives_another_pd():
    model, column = made.model(), list(made.NAMES).index("card_utilisation")
    row = made.taught(3).matrix[:1]
    splits = thresholds(model)["card_utilisation"]
    values = np.sort(np.random.default_rng(2).uniform(splits[0] - 0.1, splits[-1] + 0.1, 3_000))
    rows = np.repeat(row, len(values), axis=0)
    rows[:, column] = values
    odds = log_odds(model, pd.DataFrame(rows, columns=list(made.NAMES)))
    steps = np.searchsorted(splits, values, side="left")
    for step in set(steps.tolist()):
        assert np.ptp(odds[steps == step]) == 0
