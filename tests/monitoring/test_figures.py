"""What a part of the book amounts to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.domain.errors import RequestError
from ews.domain.levels import Tier, WarningLevel
from ews.monitoring.figures import DIMENSIONS, Count, by, totals
from ews.monitoring.filters import NOT_KNOWN, Filter
from tests.monitoring.frames import GRADES, fallen, frame_of, frames, person

NOW = [
    person("A", pd=0.10, exposure_fen=300, expected_loss_fen=9, provision_fen=None, level_rank=1),
    person("B", pd=0.40, exposure_fen=100, expected_loss_fen=None, level_rank=3, tier_rank=1),
    person("C", pd=0.01, exposure_fen=None, expected_loss_fen=None),
    fallen("D", exposure_fen=600, expected_loss_fen=250),
]
THEN = [person("A", exposure_fen=500), person("D", exposure_fen=600), person("E", exposure_fen=50, tier_rank=4)]


def test_totals_of_four_borrowers_counted_by_hand():
    found = totals(frame_of(NOW, THEN), Filter())
    now = found.now
    assert (now.borrowers, now.exposure_fen, now.exposure_unknown) == (4, 1000, 1)
    assert (now.expected_loss_fen, now.expected_loss_unknown) == (259, 2)
    assert (now.provision_fen, now.provision_unknown) == (3, 1)
    assert now.in_default == Count(1, 600)
    assert now.non_performing == Count(1, 600)
    assert (now.npl_ratio, now.npl_ratio_by_number) == (0.6, 0.25)
    assert now.levels == {"none": Count(1, 0), "yellow": Count(1, 300), "orange": Count(0, 0), "red": Count(2, 700)}
    assert now.tiers[Tier.SPECIAL_MENTION] == Count(1, 100)
    assert now.warned == Count(3, 1000)
    assert (now.share(WarningLevel.RED), now.share_warned) == (0.5, 0.75)
    assert now.mean_pd == pytest.approx(0.51 / 3)
    assert now.mean_pd_by_exposure == pytest.approx((0.1 * 300 + 0.4 * 100) / 400)
    assert found.former.borrowers == 3
    assert found.former.exposure_fen == 1150
    assert found.former.npl_ratio == 50 / 1150
    assert (found.new, found.left) == (Count(2, 100), Count(1, 50))


def test_figures_of_nobody_have_no_ratio():
    found = totals(frame_of([], []), Filter()).now
    assert (found.borrowers, found.npl_ratio, found.npl_ratio_by_number, found.share_warned) == (0, None, None, None)
    assert (found.mean_pd, found.mean_pd_by_exposure) == (None, None)


def test_an_unknown_exposure_gives_no_mean_by_exposure():
    assert totals(frame_of([person("A", exposure_fen=None)]), Filter()).now.mean_pd_by_exposure is None


def test_without_a_compared_batch_nothing_is_former():
    found = totals(frame_of(NOW), Filter())
    assert (found.former, found.new, found.left) == (None, None, None)
    assert {one.former for one in by(frame_of(NOW), Filter(), "tier")} == {None}


def test_money_is_exact_beyond_what_a_float_holds():
    frame = frame_of([person("A", exposure_fen=2**60 + 1), person("B", exposure_fen=2**60 + 1)])
    assert totals(frame, Filter()).now.exposure_fen == 2**61 + 2


def test_a_scale_has_all_its_words_from_best_to_worst():
    found = by(frame_of(NOW, THEN), Filter(), "grade")
    assert [one.key for one in found] == list(GRADES)
    assert [one.now.borrowers for one in found] == [0, 3, 0, 1]
    assert [one.former.borrowers for one in found] == [0, 3, 0, 0]


def test_branches_go_by_money_and_take_in_who_left():
    now = [person("A", branch_id="x"), person("B", branch_id="y", exposure_fen=700), person("C", branch_id=None)]
    found = by(frame_of(now, [person("D", branch_id="z")]), Filter(), "branch_id")
    assert [(one.key, one.now.borrowers, one.former.borrowers) for one in found] == [
        ("y", 1, 0),
        ("x", 1, 0),
        (None, 1, 0),
        ("z", 0, 1),
    ]


def test_who_changed_the_branch_counts_where_it_is_now_then_as_well():
    frame = frame_of([person("A", branch_id="x")], [person("A", branch_id="y", exposure_fen=7)])
    found = by(frame, Filter(), "branch_id")
    assert [(one.key, one.former.exposure_fen) for one in found] == [("x", 7)]


def test_stages_that_are_not_known_come_last():
    found = by(frame_of([person("A", stage=None), person("B", stage=2)]), Filter(), "stage")
    assert [(one.key, one.now.borrowers) for one in found] == [("1", 0), ("2", 1), ("3", 0), (None, 1)]


def test_what_the_book_cannot_be_divided_by_is_told():
    with pytest.raises(RequestError, match="divided by 'name'"):
        by(frame_of(NOW), Filter(), "name")


@given(frames(), st.sampled_from(DIMENSIONS))
def test_parts_add_up_to_the_whole(frame, dimension):
    whole, parts = totals(frame, Filter()), by(frame, Filter(), dimension)
    for name in ("borrowers", "exposure_fen", "exposure_unknown", "expected_loss_fen", "expected_loss_unknown"):
        assert sum(getattr(one.now, name) for one in parts) == getattr(whole.now, name)
        if whole.former:
            assert sum(getattr(one.former, name) for one in parts) == getattr(whole.former, name)
    for name in ("non_performing", "in_default", "warned"):
        assert sum((getattr(one.now, name) for one in parts), Count(0, 0)) == getattr(whole.now, name)


@given(frames(), st.sampled_from(DIMENSIONS))
def test_a_part_is_what_the_filter_of_its_word_gives(frame, dimension):
    for one in by(frame, Filter(), dimension):
        key = NOT_KNOWN if one.key is None else one.key
        assert totals(frame, Filter(**{dimension: key})).now == one.now


@given(frames())
def test_tiers_and_levels_each_add_up(frame):
    now = totals(frame, Filter()).now
    whole = Count(now.borrowers, now.exposure_fen)
    assert sum(now.tiers.values(), Count(0, 0)) == sum(now.levels.values(), Count(0, 0)) == whole
