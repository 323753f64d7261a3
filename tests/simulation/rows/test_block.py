from datetime import date

import numpy as np
import pytest

from ews.simulation.latent.course import ABSENT
from ews.simulation.latent.episodes import Kind
from ews.simulation.rows.block import MOST_DAYS_EARLY, MOST_DAYS_LATE, MOST_SHOWN
from tests.simulation.rows.courses import Episode, Plan, everybody, village, wild_plan


def test_a_block_is_the_same_wherever_it_is_cut(place):
    plan = wild_plan(place)
    bounds = place.unit(100)
    whole, part = place.block(plan), place.block(plan, bounds)
    assert part.late.tolist() == whole.late[slice(*bounds)].tolist()
    assert part.shown("trade", "purpose").tolist() == whole.shown("trade", "purpose")[slice(*bounds)].tolist()
    assert part.during(Kind.INFLATION).tolist() == whole.during(Kind.INFLATION)[slice(*bounds)].tolist()


def test_items_are_paid_before_the_next_falls_due_and_in_their_month_if_early(place):
    block = place.block(wild_plan(place))
    assert block.late.max() <= MOST_DAYS_LATE
    assert block.late.min() == -MOST_DAYS_EARLY
    assert block.people.due_day.min() > MOST_DAYS_EARLY


@pytest.mark.parametrize("name", ["squeeze", "reluctance"])
def test_the_squeezed_and_the_unwilling_pay_late_more_often_and_later(place, name):
    calm, grave = place.block().late, place.block(everybody(place, name, 2.0)).late
    assert 0.01 < (calm > 0).mean() < 0.08
    assert (grave > 0).mean() > 3 * (calm > 0).mean()
    assert grave[grave > 0].mean() > calm[calm > 0].mean() + 1


def test_the_careless_pay_late_from_the_first_month_on(place):
    careless = Plan(tuple(Episode(number, 0, Kind.CARELESS) for number in range(200)))
    late = (place.block(careless).late > 0).mean(axis=1)
    assert late[:200].mean() > 0.35
    assert late[200:].mean() < 0.08


def test_some_show_much_and_others_little(place):
    shown = place.block(everybody(place, "trade", 1.0)).shown("trade", "purpose")
    there = place.people.joined == 0
    own = shown[there].mean(axis=1)
    assert np.quantile(own, 0.1) < 0.75
    assert np.quantile(own, 0.9) > 1.5
    assert np.median(own) == pytest.approx(1.06, abs=0.1)
    assert shown[there].std(axis=1).mean() == pytest.approx(0.25, abs=0.02)


def test_no_more_is_shown_than_there_is_to_show_and_nothing_by_the_absent(place):
    block = place.block(everybody(place, "trade", 9.0))
    shown = block.shown("trade", "purpose")
    assert shown.max() == MOST_SHOWN
    assert set(shown[~block.present]) == {0.0}


def test_episodes_begin_last_and_leave_their_mark():
    three = (Episode(0, 2, Kind.MIGRATION, months=1, size=0.3), Episode(0, 4, Kind.MIGRATION, months=2, size=0.5))
    block = village(3).block(Plan(three))
    first = slice(0, 7)
    assert block.starts(Kind.MIGRATION)[0, first].tolist() == [False, False, True, False, True, False, False]
    assert block.during(Kind.MIGRATION)[0, first].tolist() == [False, False, True, False, True, True, False]
    assert block.during(Kind.MIGRATION, least=2)[0, first].tolist() == [False, False, True, True, True, True, False]
    assert block.since(Kind.MIGRATION)[0, first].tolist() == [False, False, True, True, True, True, True]
    assert block.size_during(Kind.MIGRATION)[0, first].tolist() == [0, 0, 0.3, 0, 0.5, 0.5, 0]
    assert block.size_since(Kind.MIGRATION)[0, first].tolist() == [0, 0, 0.3, 0.3, 0.5, 0.5, 0.5]
    assert not block.since(Kind.FRAUD).any()


def test_an_episode_may_last_beyond_the_book(place):
    last = place.months.count - 1
    block = place.block(Plan((Episode(1, last, Kind.INFLATION, months=5, size=0.4),)))
    assert np.argwhere(block.during(Kind.INFLATION)).tolist() == [[1, last]]


def test_who_leaves_in_arrears_was_written_off(place):
    gone = [0] * 9 + [1, 2, 3, ABSENT]
    block = place.block(Plan(arrears={0: gone, 1: [0] * 12 + [ABSENT]}))
    assert (block.written_off[0], block.left[0]) == (True, False)
    assert (block.written_off[1], block.left[1]) == (False, True)
    assert block.gone[:2].tolist() == [12, 12]


def test_the_month_of_a_day(place):
    block = place.block()
    days = np.array([date(2023, 7, 1).toordinal(), date(2026, 6, 30).toordinal(), date(2023, 6, 30).toordinal()])
    assert block.month_of(days - date(1970, 1, 1).toordinal()).tolist() == [0, 35, -1]


def test_a_month_outside_the_book_counts_as_nothing(place):
    block = place.block()
    months = np.array([-1, 0, block.months.count - 1, block.months.count])
    assert block.at(np.ones_like(block.arrears), np.zeros(4, dtype=np.int64), months).tolist() == [0, 1, 1, 0]
