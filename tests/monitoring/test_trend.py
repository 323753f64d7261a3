"""What the book amounted to in each batch."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ews.domain.levels import Tier, WarningLevel
from ews.monitoring.figures import Count, totals
from ews.monitoring.filters import Filter
from ews.monitoring.history import load_history
from ews.monitoring.load import load
from ews.monitoring.trend import trend
from ews.store.batches import latest_batch
from ews.store.engine import open_store
from tests.monitoring.stories import month_end, publish_stories
from tests.store.samples import JULY, JUNE, published, row


def test_points_of_two_batches_counted_by_hand(store):
    low, red = WarningLevel.NONE, WarningLevel.RED
    published(store, "june", [row("A", level=low, exposure_fen=5), row("B", exposure_fen=None, branch_id=None)])
    published(
        store,
        "july",
        [
            row("A", level=red, exposure_fen=7, tier=Tier.LOSS),
            row("B", exposure_fen=40, pd=0.5),
            row("C", pd=None, in_default=True, grade="D", exposure_fen=2),
        ],
        as_of=JULY,
    )
    june, july = trend(load_history(store, "sme"))
    assert (june.as_of, june.batch_id, june.new_warnings) == (JUNE, "june", None)
    assert (june.figures.exposure_fen, june.figures.exposure_unknown) == (5, 1)
    assert (july.as_of, july.model_id, july.new_warnings) == (JULY, "m1", 2)
    assert july.figures.levels[WarningLevel.RED] == Count(1, 7)
    assert july.figures.npl_ratio == 7 / 49
    assert july.figures.in_default == Count(1, 2)
    assert july.figures.mean_pd == 0.375
    assert july.figures.mean_pd_by_exposure == pytest.approx((7 * 0.25 + 40 * 0.5) / 47)
    assert (july.figures.expected_loss_fen, july.figures.expected_loss_unknown) == (0, 3)


def test_a_branch_has_its_own_points(store):
    published(store, "june", [row("A"), row("B", branch_id="b2", level=WarningLevel.NONE)])
    published(store, "july", [row("A"), row("B", branch_id="b2"), row("C", branch_id=None)], as_of=JULY)
    history = load_history(store, "sme")
    assert [(one.figures.borrowers, one.new_warnings) for one in trend(history, "b2")] == [(1, None), (1, 1)]
    assert [(one.figures.borrowers, one.new_warnings) for one in trend(history, "b9")] == [(0, None), (0, 0)]


def test_no_more_points_than_asked_for_and_the_newest_last(store):
    publish_stories(store, {"A": "nyyn"})
    found = trend(load_history(store, "sme"), batches=2)
    assert [(one.as_of, one.new_warnings) for one in found] == [(month_end(2), 0), (month_end(3), 0)]


def test_who_is_warned_again_is_new_again(store):
    publish_stories(store, {"A": "nyny", "B": "y.yy"})
    assert [one.new_warnings for one in trend(load_history(store, "sme"))] == [None, 1, 1, 1]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(Tier)),
            st.sampled_from(list(WarningLevel)),
            st.sampled_from([None, 0, 10**15 + 1]),
            st.sampled_from([None, 0.1]),
            st.sampled_from(["b1", None]),
        ),
        max_size=6,
    )
)
def test_the_newest_point_is_what_the_frame_says(tmp_path_factory, people):
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('trend') / 'ews.db'}")
    names = ("tier", "level", "exposure_fen", "pd", "branch_id")
    rows = [row(f"B{place}", **dict(zip(names, one, strict=True))) for place, one in enumerate(people)]
    published(store, "june", rows)
    history, frame = load_history(store, "sme"), load(store, latest_batch(store))
    for branch in (None, "b1"):
        told, shown = trend(history, branch)[-1].figures, totals(frame, Filter(branch_id=branch)).now
        assert (told.mean_pd is None) == (shown.mean_pd is None)
        for name in ("borrowers", "exposure_fen", "exposure_unknown", "tiers", "levels", "in_default"):
            assert getattr(told, name) == getattr(shown, name)
    store.close()
