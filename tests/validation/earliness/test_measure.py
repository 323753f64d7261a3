"""What must hold of any history: random borrowers with arrears, defaults, warnings and gaps."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.validation.earliness.capacity import UNLIMITED, Capacity
from ews.validation.earliness.figures import HEADLINE, hear
from ews.validation.earliness.history import History
from ews.validation.earliness.measure import BEYOND, earliness
from tests.validation.earliness.made import KNOWN, MONTHS, Borrower, day, history_of

NOBODY = Capacity(red=0.0, orange=0.0, yellow=0.0)


@st.composite
def borrowers(draw):
    """Return a borrower who was late now and then, perhaps until default, and warned of now and then."""
    hiccups = [
        (day(number) + timedelta(days=after), day(number) + timedelta(days=after + length))
        for number, after, length in draw(
            st.lists(st.tuples(st.integers(0, 11), st.integers(1, 25), st.integers(0, 40)), max_size=2)
        )
    ]
    failed = draw(st.none() | st.integers(14, 36))
    defaults, late = [], hiccups
    if failed is not None:
        on = day(failed) + timedelta(days=draw(st.integers(1, 27)))
        defaults, late = [on], [*hiccups, (on - timedelta(days=91), on + timedelta(days=2_000))]
    return Borrower(
        flagged=draw(st.lists(st.integers(0, MONTHS - 1), max_size=6)),
        late=late,
        defaults=defaults,
        level=draw(st.integers(1, 3)),
        urgency=float(draw(st.integers(0, 3))),
        exposure=float(draw(st.integers(1, 9))),
        circle=draw(st.sampled_from(["C1", "C2", None])),
    )


worlds = st.lists(borrowers(), min_size=1, max_size=8).map(
    lambda found: history_of({f"B{number}": one for number, one in enumerate(found)})
)
quick = settings(max_examples=40, deadline=None)


def values(history, capacity=UNLIMITED):
    figures = hear(history, capacity, 90).figures
    return {name: one.statistic(np.ones(len(history.circles))) for name, one in figures.items()}


def is_near(found, expected):
    return np.isnan(found) or found == pytest.approx(expected)


def same(found, other):
    assert found.keys() == other.keys()
    assert list(found.values()) == pytest.approx(list(other.values()), nan_ok=True)


@quick
@given(history=worlds)
def test_who_knows_every_default_a_year_ahead_flags_all_that_can_be_flagged_early(history):
    found = values(history.said_by(history.defaults.astype(np.int8), 0.0))
    assert is_near(found[HEADLINE], found["exposure_possible"])
    assert is_near(found["exposure_crowded_out"], 0.0)
    assert is_near(found["exposure_unseen"], 0.0)


def test_who_knows_every_default_a_year_ahead_flags_all_of_it_where_nothing_was_late_before():
    failed = [day(14 + number) + timedelta(days=3) for number in range(20)]
    made = {
        f"B{number:02}": Borrower(late=[(on - timedelta(days=91), day(36))], defaults=[on])
        for number, on in enumerate(failed)
    }
    history = history_of(made | {f"S{number:02}": Borrower() for number in range(20)})
    found = values(history.said_by(history.defaults.astype(np.int8), 0.0))
    assert (found[HEADLINE], found["exposure_possible"], found["precision_list_new"]) == (1.0, 1.0, 1.0)


@quick
@given(history=worlds)
def test_days_past_due_alone_are_never_early(history):
    dpd = history.number("dpd")
    found = values(history.said_by((dpd > 0).astype(np.int8), dpd))
    assert is_near(found[HEADLINE], 0.0)
    assert not found["median_lead_days"] > 0


@quick
@given(history=worlds)
def test_without_capacity_nobody_is_flagged(history):
    found = values(history, NOBODY)
    assert is_near(found[HEADLINE], 0.0)
    assert (found["share_on_list"], found["flaps_per_year"]) == (0.0, 0.0)
    assert np.isnan(found["precision_list"])


@quick
@given(history=worlds, seed=st.integers(0, 99))
def test_the_order_of_the_rows_changes_nothing(history, seed):
    mixed = history.rows.iloc[np.random.default_rng(seed).permutation(len(history))]
    same(values(history, Capacity(0.2, 0.2, 0.2)), values(History.of(mixed, KNOWN), Capacity(0.2, 0.2, 0.2)))


@quick
@given(history=worlds, shift=st.integers(1, 7))
def test_other_names_change_nothing_where_everybody_has_a_place(history, shift):
    names = sorted(set(history.rows["borrower_id"]))
    others = dict(zip(names, names[shift % len(names) :] + names[: shift % len(names)], strict=True))
    renamed = history.rows.assign(borrower_id=history.rows["borrower_id"].map(others))
    same(values(history), values(History.of(renamed, KNOWN)))


@quick
@given(history=worlds, share=st.floats(0, 0.3), more=st.floats(0, 0.3))
def test_more_places_never_flag_less_open_warnings_included(history, share, more):
    few, many = Capacity(share, share, share), Capacity(share, share + more, share + more / 2)
    name = "exposure_flagged_early_or_open"
    found, other = values(history, few)[name], values(history, many)[name]
    assert np.isnan(found) or found <= other + 1e-12


@quick
@given(history=worlds)
def test_fates_add_up_and_the_share_on_the_list_is_no_larger_than_what_was_flagged(history):
    found = values(history, Capacity(0.2, 0.2, 0.2))
    fates = ("early", "too_soon", "crowded_out", "late", "unseen")
    whole = sum(found[f"exposure_{fate}"] for fate in fates)
    assert is_near(whole, 1.0)
    assert is_near(found["exposure_early"], found[HEADLINE])
    assert not found["exposure_on_list_early"] > found[HEADLINE] + 1e-12


def mixed_world():
    late = [(day(24), day(36))]
    failed = {"late": late, "defaults": [day(27) + timedelta(days=1)]}
    made = {
        f"B{number:02}": Borrower(**failed, flagged=[17] if number % 2 else [], circle=f"C{number // 2}")
        for number in range(40)
    }
    return history_of(made | {f"S{number:02}": Borrower(flagged=[number]) for number in range(30)})


def test_a_system_is_as_early_as_itself_and_earlier_than_silence():
    history = mixed_world()
    silent = history.said_by(np.zeros(len(history), np.int8), 0.0)
    found = earliness(history, {"itself": history, "silent": silent}, capacity=UNLIMITED, replicates=40)
    assert [(one.value, one.low, one.high) for one in found.beyond["itself"].values()] == [(0.0, 0.0, 0.0)] * len(
        BEYOND
    )
    assert found.found[HEADLINE] == found.others["itself"][HEADLINE] == found.beyond["silent"][HEADLINE]
    assert found.found[HEADLINE].value == 0.5
    assert found.others["silent"][HEADLINE].value == 0.0


def test_circles_are_drawn_whole():
    together = mixed_world()
    apart = History.of(together.rows.assign(circle_id=together.rows["borrower_id"]), KNOWN)
    wide = earliness(apart, capacity=UNLIMITED, replicates=200).found[HEADLINE]
    exact = earliness(together, capacity=UNLIMITED, replicates=200).found[HEADLINE]
    assert wide.low is not None
    assert wide.low < 0.45
    assert (exact.low, exact.high) == (0.5, 0.5)  # each circle has one flagged and one that was not


def test_the_same_seed_gives_the_same_intervals_and_another_one_others():
    history = mixed_world()
    by_borrower = History.of(history.rows.assign(circle_id=history.rows["borrower_id"]), KNOWN)
    first, again, other = (earliness(by_borrower, replicates=50, seed=seed).found for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_history_of_nobody_says_nothing():
    history = mixed_world()
    empty = History.of(history.rows.head(0), KNOWN)
    found = earliness(empty, {"silent": empty}, replicates=10)
    assert {one.value for one in found.found.values()} == {None}
    assert len(found.heard.defaults) == 0
