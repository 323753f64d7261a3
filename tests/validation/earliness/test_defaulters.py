"""Cases worked by hand: batches are month ends from 2022-12-31 (0); the first horizon ends on 2023-12-31."""

from datetime import date, timedelta

import numpy as np
import pytest

from ews.validation.earliness.capacity import UNLIMITED, Capacity
from ews.validation.earliness.defaulters import defaulters
from tests.validation.earliness.made import Borrower, day, history_of

FAILED = date(2025, 3, 31)
"""Batch 27; its horizon goes back to batch 15."""
LATE = FAILED - timedelta(days=91)
"""30 December 2024: batches 15 to 23 are before it, batch 20 (31 August) is 121 days ahead, batch 21 91 days."""
RUN = (LATE, FAILED + timedelta(days=300))


def told(borrowers, capacity=UNLIMITED, **options):
    history = history_of(borrowers)
    return defaulters(history, history.places(capacity), **options)


def one(**changes):
    return told({"B1": Borrower(**{"late": [RUN], "defaults": [FAILED]} | changes)})


def test_a_default_is_counted_once_from_the_first_batch_of_its_horizon():
    found = one(flagged=[20, 21, 22])
    assert len(found) == 1
    row = found.iloc[0]
    days = [row[name].date() for name in ("origin_on", "flagged_on", "arrears_on", "default_on")]
    assert days == [day(15), day(20), LATE, FAILED]
    assert (row["borrower_id"], row["lead_days"], bool(row["early"]), row["fate"]) == ("B1", 121, True, "early")
    assert row["exposure_fen"] == 100


@pytest.mark.parametrize(("days", "early"), [(90, True), (91, True), (92, False), (121, False)])
def test_early_is_from_so_many_days_on(days, early):
    history = history_of({"B1": Borrower(flagged=[21], late=[RUN], defaults=[FAILED])})
    found = defaulters(history, history.places(UNLIMITED), early_days=days)
    assert found["lead_days"].tolist() == [91]
    assert found["early"].tolist() == [early]


def test_a_single_day_past_due_that_was_paid_is_the_first_arrears():
    hiccup = (date(2024, 8, 5), date(2024, 8, 5))
    found = one(flagged=[17], late=[hiccup, RUN])
    assert found["arrears_on"].tolist() == [np.datetime64("2024-08-05")]
    assert found["lead_days"].tolist() == [(date(2024, 8, 5) - day(17)).days]
    assert found["early"].tolist() == [False]


def test_a_flag_that_goes_away_is_still_the_first_but_did_not_stand():
    gone, stood = one(flagged=[16]), one(flagged=[16, 21])
    assert (gone["early"].tolist(), gone["stood"].tolist()) == ([True], [False])
    assert (stood["flagged_on"].tolist(), stood["stood"].tolist()) == ([np.datetime64(day(16))], [True])


def test_an_open_warning_is_nothing_new():
    found = one(flagged=range(10, 30))
    assert len(found) == 0
    known = told({"B1": Borrower(flagged=range(10, 30), late=[RUN], defaults=[FAILED])}, also_open=True)
    assert (known["origin_on"].tolist(), known["early"].tolist()) == ([np.datetime64(day(15))], [True])


def test_the_origin_is_the_first_batch_after_an_open_warning_ended():
    found = one(flagged=[*range(10, 17), 18])
    assert found["origin_on"].tolist() == [np.datetime64(day(18))]
    assert found["flagged_on"].tolist() == [np.datetime64(day(18))]


def test_who_is_on_the_list_of_the_first_batch_was_warned_before():
    failed = date(2024, 1, 1)
    late = [(failed - timedelta(days=91), failed)]
    new = told({"B1": Borrower(flagged=[1], late=late, defaults=[failed])})
    old = told({"B1": Borrower(flagged=[0], late=late, defaults=[failed])})
    assert new["origin_on"].tolist() == [np.datetime64(day(1))]
    assert old["origin_on"].tolist() == [np.datetime64(day(2))]


@pytest.mark.parametrize(
    ("failed", "counted"),
    [(date(2023, 12, 31), 0), (date(2024, 1, 1), 1), (date(2026, 1, 31), 1), (date(2026, 2, 1), 0)],
)
def test_defaults_count_from_a_whole_horizon_after_the_first_batch_to_the_day_until_which_they_are_known(
    failed, counted
):
    assert len(told({"B1": Borrower(late=[(failed - timedelta(days=91), failed)], defaults=[failed])})) == counted


def test_who_is_late_at_first_is_counted_from_the_first_batch_without_arrears():
    found = one(late=[(day(14), day(17)), RUN], flagged=[19])
    assert found["origin_on"].tolist() == [np.datetime64(day(18))]


def test_who_is_late_all_along_or_of_unknown_arrears_is_not_counted():
    assert len(one(late=[(day(10), FAILED)])) == 0
    assert len(one(dpd_known=False)) == 0


def test_without_arrears_before_it_the_default_is_the_first_trouble():
    found = one(late=[], flagged=[20])
    assert found["arrears_on"].tolist() == [np.datetime64(FAILED)]
    assert found["lead_days"].tolist() == [(FAILED - day(20)).days]


def test_a_second_default_after_a_cure_is_counted_too():
    first, second = date(2024, 2, 15), date(2025, 11, 15)
    late = [(on - timedelta(days=91), on + timedelta(days=30)) for on in (first, second)]
    found = one(defaults=[first, second], late=late, flagged=[6])
    assert found["default_on"].tolist() == [np.datetime64(first), np.datetime64(second)]
    assert found["early"].tolist() == [True, False]


def test_a_flag_after_arrears_has_a_negative_lead_and_one_on_the_day_of_default_is_none():
    after, never = one(flagged=[25]), one(flagged=[27, 28])
    assert after["lead_days"].tolist() == [-(day(25) - LATE).days]
    assert after["stood"].tolist() == [False]
    assert np.isnan(never["lead_days"]).tolist() == [True]
    assert never["flagged_on"].isna().tolist() == [True]


@pytest.mark.parametrize(
    ("flagged", "late", "fate"),
    [
        ([21], [RUN], "early"),
        ([22], [RUN], "late"),
        ([23], [RUN], "late"),
        ([24], [RUN], "unseen"),
        ([], [RUN], "unseen"),
        ([15], [(day(15) + timedelta(days=89), FAILED)], "too_soon"),
        ([15], [(day(15) + timedelta(days=90), FAILED)], "early"),
    ],
)
def test_each_default_has_one_fate(flagged, late, fate):
    assert one(flagged=flagged, late=late)["fate"].tolist() == [fate]


def test_who_had_a_level_in_time_but_no_place_was_crowded_out():
    other = Borrower(flagged=range(37), level=3, urgency=9.0)
    for flagged, fate in (([20], "crowded_out"), ([23], "late"), ([26], "unseen")):
        mine = Borrower(flagged=flagged, late=[RUN], defaults=[FAILED])
        found = told({"B1": mine, "B2": other}, Capacity(red=0.5, orange=0.0, yellow=0.0))
        assert found["fate"].tolist() == [fate]


def test_who_came_in_the_middle_is_counted_from_the_first_batch_with_the_bank():
    late_comer = Borrower(late=[RUN], defaults=[FAILED], present=range(19, 37), flagged=[19])
    found = told({"B1": late_comer, "B2": Borrower()})
    assert found["origin_on"].tolist() == [np.datetime64(day(19))]
    assert found["early"].tolist() == [True]


def test_the_exposure_is_that_of_the_origin_and_may_be_unknown():
    assert np.isnan(one(exposure=None)["exposure_fen"]).tolist() == [True]
