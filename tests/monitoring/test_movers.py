"""Whose position worsened most."""

from hypothesis import given

from ews.monitoring.filters import Filter
from ews.monitoring.movers import movers
from tests.monitoring.frames import frame_of, frames, person

THEN = [person(name, expected_loss_fen=10) for name in "ABCD"]
NOW = [
    person("A", expected_loss_fen=60, level_rank=1, exposure_fen=None),
    person("B", expected_loss_fen=90),
    person("C", expected_loss_fen=5, level_rank=1, exposure_fen=5),
    person("D", expected_loss_fen=None, level_rank=3, exposure_fen=1),
    person("E", expected_loss_fen=999, level_rank=3),
]


def test_losses_go_by_their_rise_and_leave_out_what_nobody_can_tell():
    assert [one.borrower_id for one in movers(frame_of(NOW, THEN), Filter()).losses] == ["B", "A"]


def test_levels_go_by_steps_then_by_money_with_the_unknown_last():
    assert [one.borrower_id for one in movers(frame_of(NOW, THEN), Filter()).levels] == ["D", "C", "A"]


def test_no_more_than_asked_for():
    found = movers(frame_of(NOW, THEN), Filter(), 1)
    assert [one.borrower_id for one in (*found.losses, *found.levels)] == ["B", "D"]


def test_nothing_moved_where_there_is_nothing_to_compare_with():
    found = movers(frame_of(NOW), Filter())
    assert (found.losses, found.levels) == ((), ())


@given(frames(compared=True))
def test_every_mover_rose(frame):
    found = movers(frame, Filter(branch_id="x"))
    assert all(one.expected_loss_fen > one.former_expected_loss_fen for one in found.losses)
    assert all(one.level != one.former_level and one.branch_id == "x" for one in found.levels)
