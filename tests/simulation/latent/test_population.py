from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.simulation.draws import Draws
from ews.simulation.latent.main_loans import BULLET
from ews.simulation.latent.population import FARMING, Role, blocks, populate
from ews.simulation.months import Months
from tests.simulation.economies import MONTHS

PEOPLE = populate(20_000, MONTHS, Draws(3))


def share(flags) -> float:
    return float(np.mean(flags))


def test_units_are_led_by_firms_in_45_of_100_and_most_of_these_have_a_controller():
    units = PEOPLE.unit.max() + 1
    counts = np.bincount(PEOPLE.role, minlength=5)
    assert counts[Role.FIRM] / units == pytest.approx(0.45, abs=0.01)
    assert counts[Role.CONTROLLER] / counts[Role.FIRM] == pytest.approx(0.9, abs=0.01)
    assert counts[Role.SPOUSE] / counts[Role.CONTROLLER] == pytest.approx(0.3, abs=0.02)
    assert counts[Role.AFFILIATE] / counts[Role.CONTROLLER] == pytest.approx(0.12, abs=0.02)


def test_the_rows_are_as_many_as_asked_for():
    assert len(PEOPLE) == 20_000
    assert PEOPLE.number.tolist() == list(range(20_000))


def test_members_lie_together_in_the_order_of_their_roles_behind_the_head():
    assert np.all(np.diff(PEOPLE.unit) >= 0)
    together = np.diff(PEOPLE.unit) == 0
    assert np.all(np.diff(PEOPLE.role)[together] > 0)
    assert np.all(PEOPLE.unit[PEOPLE.head] == PEOPLE.unit)
    assert set(PEOPLE.role[PEOPLE.head].tolist()) == {Role.FIRM, Role.ALONE}


@pytest.mark.parametrize("place", ["branch", "officer", "region", "industry", "stock", "joined", "head"])
def test_members_share(place):
    values = getattr(PEOPLE, place)
    assert np.all(values == values[PEOPLE.head])


def test_an_officer_belongs_to_one_branch_and_a_branch_to_one_region():
    assert len(set(zip(PEOPLE.officer, PEOPLE.branch, strict=True))) == len(set(PEOPLE.officer)) == 100
    assert len(set(zip(PEOPLE.branch, PEOPLE.region, strict=True))) == len(set(PEOPLE.branch)) == 80


def test_firms_and_those_alone_borrow_and_a_third_of_the_controllers():
    shares = [share(PEOPLE.borrows[PEOPLE.role == role]) for role in Role]
    assert shares == pytest.approx([0.97, 0.35, 0.15, 0.75, 0.97], abs=0.04)


def test_only_persons_live_on_wages_and_no_controller():
    assert not np.any(PEOPLE.waged & (PEOPLE.firm | (PEOPLE.role == Role.CONTROLLER)))
    alone = PEOPLE.role == Role.ALONE
    assert share(PEOPLE.waged[alone]) == pytest.approx(0.45, abs=0.02)
    assert share(PEOPLE.industry[alone] == FARMING) == pytest.approx(0.25, abs=0.02)


def test_seven_in_ten_units_are_there_from_the_start_and_the_others_join_over_the_months():
    assert share(PEOPLE.stock[PEOPLE.head == PEOPLE.number]) == pytest.approx(0.7, abs=0.02)
    joined = PEOPLE.joined[~PEOPLE.stock]
    assert (joined.min(), joined.max()) == (1, MONTHS.count - 1)


def test_everyone_is_a_customer_before_the_first_loan():
    opened = np.minimum(MONTHS.first_day(PEOPLE.anchor - PEOPLE.term), MONTHS.first_day(PEOPLE.joined))
    assert np.all(PEOPLE.customer_since <= opened)


def test_items_fall_due_from_the_5th_to_the_25th():
    assert (PEOPLE.due_day.min(), PEOPLE.due_day.max()) == (5, 25)


def test_a_main_loan_matures_at_its_anchor_and_every_term_after():
    one = int(np.flatnonzero(PEOPLE.borrows & PEOPLE.stock & (PEOPLE.term == 12) & (PEOPLE.repayment == BULLET))[0])
    anchor = int(PEOPLE.anchor[one])
    found = [month for month in range(40) if PEOPLE.matures(month)[one]]
    assert found == [month for month in (anchor, anchor + 12, anchor + 24, anchor + 36) if month < 40]


def test_who_does_not_borrow_has_nothing_that_matures():
    assert not any(np.any(PEOPLE.matures(month) & ~PEOPLE.borrows) for month in range(MONTHS.count))


def test_a_borrower_is_the_same_in_a_larger_population():
    small, large = (populate(size, MONTHS, Draws(2)) for size in (50, 500))
    for name in ("turnover", "joined", "role", "unit", "anchor", "customer_since"):
        assert getattr(small, name).tolist() == getattr(large.cut(0, 50), name).tolist()


def test_a_book_of_one_month_has_no_newcomers():
    assert np.all(populate(100, Months(MONTHS.start, 1), Draws(2)).stock)


@settings(deadline=None, max_examples=30)
@given(size=st.integers(1, 400), block=st.integers(1, 100), seed=st.integers(0, 50))
def test_blocks_hold_whole_units_and_everyone_once(size, block, seed):
    people = populate(size, MONTHS, Draws(seed))
    bounds = blocks(people, block)
    assert [bounds[0][0], bounds[-1][1]] == [0, size]
    assert all(end == first for (_, end), (first, _) in pairwise(bounds))
    assert all(people.unit[first] != people.unit[first - 1] for first, _ in bounds[1:])
    assert all(0 < end - first < block + 4 for first, end in bounds)


def test_borders_of_a_cut_are_places_in_it():
    first, end = blocks(PEOPLE, 5_000)[1]
    borders = PEOPLE.cut(first, end).unit_borders
    assert (borders[0], borders[-1]) == (0, end - first)
    assert np.all(np.diff(borders) >= 1)
    assert np.diff(borders).max() <= 4
