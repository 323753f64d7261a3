"""What a validation looks at, checked where it enters."""

from dataclasses import replace

import numpy as np
import pytest

from ews.domain.errors import ModelError
from ews.validation.tested import Taught, spread
from tests.validation import made


def test_rows_lie_side_by_side_in_every_part():
    whole = made.examined(50)
    chosen = np.arange(len(whole)) % 7 == 0
    part = whole.subset(chosen)
    assert part.rows["borrower_id"].tolist() == whole.rows["borrower_id"][chosen].tolist()
    assert np.array_equal(part.matrix, whole.matrix[chosen], equal_nan=True)
    assert part.segments["arrears"].tolist() == whole.segments["arrears"][chosen].tolist()
    assert part.defaults == int(whole.outcome[chosen].sum())
    assert whole.days == made.TESTED_ON


@pytest.mark.parametrize(("rows", "most"), [(10, 3), (3, 10), (1, 1), (0, 5), (1_000, 100)])
def test_a_sample_is_spread_over_all_rows(rows, most):
    chosen = spread(rows, most)
    assert len(chosen) == rows
    assert chosen.sum() == min(rows, most)
    if rows:
        assert chosen[0]


def test_columns_and_their_features_go_together():
    rows = made.taught(20)
    kept = rows.columns(np.array([name != "dpd_now" for name in made.NAMES]))
    assert [feature.name for feature in kept.features] == [name for name in made.NAMES if name != "dpd_now"]
    assert list(kept.frame.columns) == [feature.name for feature in kept.features]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"pd": 1.2}, "not between 0 and 1"),
        ({"pd": float("nan")}, "not between 0 and 1"),
        ({"outcome": 2}, "neither 0 nor 1"),
        ({"borrower_id": "B1"}, "Borrower 'B1' stands twice on"),
    ],
)
def test_rows_that_cannot_be_right_are_refused(change, told):
    good = made.examined(20)
    with pytest.raises(ModelError, match=told):
        replace(good, rows=good.rows.assign(**change))


def test_what_is_missing_is_named():
    good = made.examined(20)
    with pytest.raises(ModelError, match="lack grade, dpd"):
        replace(good, rows=good.rows.drop(columns=["grade", "dpd"]))
    with pytest.raises(ModelError, match="60 x 6, but there are 60 rows and 7 features"):
        replace(good, matrix=good.matrix[:, :6])
    with pytest.raises(ModelError, match="not those of the model"):
        replace(good, features=good.features[::-1])
    with pytest.raises(ModelError, match="1 rows of segments for 60"):
        replace(good, segments=good.segments.head(1))
    rows = made.taught(20)
    with pytest.raises(ModelError, match="lack circle_id"):
        Taught(rows.features, rows.rows.drop(columns="circle_id"), rows.matrix)
