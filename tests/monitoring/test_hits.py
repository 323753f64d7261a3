"""How many warnings came true, and how long before default they came."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.domain.levels import WarningLevel
from ews.monitoring.hits import LEAST, Cohort, Hits, hits, months_between
from tests.monitoring.stories import history_of, month_end

YELLOW, ORANGE, RED = list(WarningLevel)[1:]


def cohort(found: Hits, place: int, level: WarningLevel) -> Cohort:
    return next(one for one in found.cohorts if one.as_of == month_end(place) and one.at_least is level)


def counts(one: Cohort) -> tuple[int, int, int]:
    return one.borrowers, one.defaulted, one.left


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2025, 1, 31), date(2025, 2, 28), 1),
        (date(2025, 2, 28), date(2026, 1, 30), 10),
        (date(2025, 2, 28), date(2026, 2, 28), 12),
        (date(2025, 8, 31), date(2026, 8, 30), 11),
        (date(2025, 8, 30), date(2026, 8, 30), 12),
        (date(2025, 8, 15), date(2025, 8, 15), 0),
    ],
)
def test_months_are_whole(start, end, months):
    assert months_between(start, end) == months


def test_a_cohort_is_who_came_to_the_level_in_that_batch():
    found = hits(history_of({"A": "nynn", "B": "yyyy", "C": "nroD", "D": "nnon", "E": ".yD.", "F": "nDDD"}))
    assert counts(cohort(found, 1, YELLOW)) == (3, 2, 0)  # A, C, E; not B, who was warned before, nor F in default
    assert counts(cohort(found, 1, RED)) == (1, 1, 0)
    assert counts(cohort(found, 2, ORANGE)) == (1, 0, 0)  # D; C fell to orange and is not new
    assert cohort(found, 1, YELLOW).months_followed == 2


def test_the_first_batch_has_no_cohort():
    assert hits(history_of({"A": "yD"})).cohorts[0].as_of == month_end(1)
    assert hits(history_of({"A": "y"})).cohorts == ()


def test_who_is_warned_again_is_of_two_cohorts():
    found = hits(history_of({"A": "nynyD"}))
    assert [counts(cohort(found, place, YELLOW)) for place in (1, 3)] == [(1, 1, 0), (1, 1, 0)]


def test_who_is_missing_later_is_told_but_not_counted_as_defaulted():
    found = hits(history_of({"A": "ny.n", "B": "nyD.", "C": "ny..", "E": "nyyy"}))
    assert counts(cohort(found, 1, YELLOW)) == (4, 1, 2)


def test_default_counts_within_twelve_months_only():
    told = {"A": "ny" + "n" * 11 + "D", "B": "ny" + "n" * 12 + "D"}
    told["A"] += "D" * (len(told["B"]) - len(told["A"]))
    found = cohort(hits(history_of(told)), 1, YELLOW)
    assert counts(found) == (2, 1, 0)
    assert found.months_followed == 12


def test_a_pool_takes_in_cohorts_that_were_followed_so_long():
    told = {f"A{number:02}": "ny" + "n" * 12 for number in range(15)}
    told |= {f"B{number:02}": "nynnnD" + "D" * 8 for number in range(5)}
    told |= {"C": "n" * 12 + "yD", "E": "n" * 10 + "y" * 4, "F": "n" * 7 + "y" * 7}
    pools = hits(history_of(told)).pools[:3]
    assert [(one.at_least, one.within_months) for one in pools] == [(YELLOW, 3), (YELLOW, 6), (YELLOW, 12)]
    assert [(one.borrowers, one.defaulted, one.still_followed) for one in pools] == [(22, 0, 1), (21, 5, 2), (20, 5, 3)]
    assert [one.share for one in pools] == [0.0, 5 / 21, 0.25]


def test_below_twenty_nothing_is_said():
    told = {f"A{number:02}": "nyD" + "D" * 11 for number in range(LEAST - 1)}
    found = hits(history_of(told))
    assert {(one.borrowers, one.share) for one in found.pools} == {(19, None), (0, None)}
    assert cohort(found, 1, YELLOW).share is None
    assert (found.lead.warned_before, found.lead.quartiles, found.lead.share_warned_before) == (19, None, None)


def test_lead_time_runs_from_the_first_warning_of_the_unbroken_stretch():
    told = {
        "A": "nyorD",  # warned from the last day of February to the onset at the end of May: 92 days
        "B": "nynyD",  # the stretch that was broken does not count: 30 days from April 30 make 31
        "C": "nnnrD",  # 31
        "E": "nnnnD",  # warned in the batch of the onset only: too late
        "F": "ynnnD",
        "G": "nnn.D",  # not there before: nobody saw it fall
        "H": "Dnnyy",
        "I": "yyyyD",  # longer than the history knows
        "J": "DDDDD",
    }
    lead = hits(history_of(told)).lead
    assert (lead.onsets, lead.warned_before, lead.cut_short) == (6, 4, 1)
    assert lead.quartiles is None


def test_quartiles_are_days_that_occurred():
    told = {f"A{number:02}": "nnnyD" for number in range(10)}
    told |= {f"B{number:02}": "nyyyD" for number in range(10)}
    lead = hits(history_of(told)).lead
    days = ((month_end(4) - month_end(3)).days, (month_end(4) - month_end(1)).days)
    assert lead.quartiles == (days[0], days[0], days[1])
    assert lead.share_warned_before == 1.0


def test_who_falls_again_after_a_cure_falls_anew():
    lead = hits(history_of({"A": "nyDyD"})).lead
    assert (lead.onsets, lead.warned_before) == (2, 2)


_RANKS = {".": 0, "n": 0, "y": 1, "o": 2, "r": 3, "D": 3}
_STORIES = st.lists(st.text(".nyorD", min_size=16, max_size=16), min_size=1, max_size=6)


@given(_STORIES)
def test_cohorts_are_what_reading_each_story_gives(told):
    found = hits(history_of({f"B{number}": one for number, one in enumerate(told)}))
    for one in found.cohorts:
        place = (one.as_of.year - 2025) * 12 + one.as_of.month - 1
        rank = one.at_least.rank
        came = [s for s in told if _RANKS[s[place]] >= rank > _RANKS[s[place - 1]] and s[place] != "D"]
        defaulted = [s for s in came if "D" in s[place + 1 : place + 13]]
        left = [s for s in came if "." in s[place + 1 : place + 13] and s not in defaulted]
        assert counts(one) == (len(came), len(defaulted), len(left))


@given(_STORIES)
def test_onsets_are_what_reading_each_story_gives(told):
    lead = hits(history_of({f"B{number}": one for number, one in enumerate(told)})).lead
    falls = [one[:place] for one in told for place in range(1, 16) if one[place] == "D" and one[place - 1] not in "D."]
    stretches = [len(one) - len(one.rstrip("yor")) for one in falls]
    assert lead.onsets == len(falls)
    assert lead.warned_before == sum(length > 0 for length in stretches)
    assert lead.cut_short == sum(length == len(one) for length, one in zip(stretches, falls, strict=True))


def test_a_branch_has_its_own_hits():
    history = history_of({"A": "nyD", "B": "nyn"}, {"B": "b2"})
    assert counts(cohort(hits(history, "b1"), 1, YELLOW)) == (1, 1, 0)
    assert counts(cohort(hits(history, "b2"), 1, YELLOW)) == (1, 0, 0)
    assert (hits(history, "b1").lead.onsets, hits(history, "b9").lead.onsets) == (1, 0)


def test_the_span_is_told():
    found = hits(history_of({"A": "nyD"}))
    assert (found.since, found.until) == (month_end(0), month_end(2))
