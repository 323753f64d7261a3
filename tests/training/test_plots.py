import io
from typing import Any

import numpy as np
import pytest

from ews.training import plots
from ews.validation.measures import measure
from ews.validation.power import auc

RNG = np.random.default_rng(1)
PD = RNG.random(500).round(2) * 0.5
OUTCOME = (RNG.random(500) < PD).astype(np.int8)


def test_the_area_under_the_drawn_roc_is_the_auc_ties_included():
    figure = plots.roc(PD, OUTCOME, measure(PD, OUTCOME, np.arange(500), replicates=20))
    along, up = np.asarray(figure.axes[0].lines[1].get_xydata()).T
    assert np.trapezoid(up, along) == pytest.approx(auc(PD, OUTCOME))
    assert (along[0], up[0], along[-1], up[-1]) == (0, 0, 1, 1)


def test_reliability_draws_ten_groups_at_their_mean_pd_and_rate():
    drawn: Any = plots.reliability(PD, OUTCOME).axes[0].containers[0]
    along, up = np.asarray(drawn.lines[0].get_xydata()).T
    assert len(along) == 10
    assert np.mean(along) == pytest.approx(PD.mean())
    assert np.mean(up) == pytest.approx(OUTCOME.mean())


def test_the_distribution_of_each_class_adds_up_to_one():
    for bars in plots.score_distribution(PD, OUTCOME).axes[0].containers:
        assert sum(bar.get_height() for bar in bars) == pytest.approx(1)


def test_reasons_are_drawn_by_mean_absolute_size_the_largest_on_top():
    axes: Any = plots.importance(["A", "B"], np.array([[1.0, -3.0], [-1.0, 1.0]])).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["A", "B"]
    assert [bar.get_width() for bar in axes.patches] == [1.0, 2.0]


def test_contributions_show_the_strongest_features_a_dot_per_row():
    by_feature, values = (
        np.array([[0.1, -2.0], [0.0, 1.0], [0.2, 0.5]]),
        np.array([[1.0, 5.0], [np.nan, 3.0], [2.0, 4.0]]),
    )
    axes = plots.contributions(["weak", "strong"], by_feature, values).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["weak", "strong"]
    dots = np.concatenate([np.asarray(part.get_offsets()) for part in axes.collections])
    assert sorted(dots[:, 0]) == pytest.approx(sorted(by_feature.ravel()))


@pytest.mark.parametrize(
    "figure",
    [
        plots.roc(PD[:3], np.zeros(3, dtype=np.int8), measure(PD[:3], np.zeros(3), np.arange(3), replicates=5)),
        plots.reliability(PD[:3], np.zeros(3, dtype=np.int8)),
        plots.score_distribution(np.full(3, 0.1), np.ones(3, dtype=np.int8)),
        plots.contributions(["unknown"], np.zeros((3, 1)), np.full((3, 1), np.nan)),
    ],
    ids=["roc", "reliability", "distribution", "contributions"],
)
def test_a_plot_of_hardly_any_data_can_still_be_drawn(figure):
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    assert picture.getvalue()[1:4] == b"PNG"
