"""The columns of the day on both databases: what stands where, counted and page by page."""

from collections import Counter
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ews.casework.day.columns import Column, column_items, day_counts
from ews.casework.day.my_day import Asked, Band, my_day, waiting_items
from ews.store.work_pages import Slice, WorkKey
from tests.casework.day.test_my_day import THURSDAY, put
from tests.casework.people import HEAD, MANAGER, OFFICER, OFFICER2, RISK

FRIDAY = date(2026, 7, 10)
"""MONDAY is the day of the tests; five working days on is the next Monday."""


def ids(items):
    return [item.case.case_id for item in items]


def column(desk, actor, one, **asked):
    return ids(column_items(desk, actor, one, limit=asked.pop("limit", 50), **asked))


def test_each_case_stands_in_one_column_by_its_deadline(desk):
    late = put(desk, due_on=date(2026, 7, 3))
    today = put(desk, due_on=date(2026, 7, 6))
    friday = put(desk, due_on=FRIDAY)
    monday = put(desk, due_on=date(2026, 7, 13))
    tuesday = put(desk, due_on=date(2026, 7, 14))
    never = put(desk, due_on=None)
    resting = put(desk, kind="measure", state="approved", due_on=FRIDAY, body={"snoozed_until": "2026-07-10"})
    theirs = put(desk, role="branch_manager")

    found = {one: column(desk, OFFICER, one) for one in Column}

    assert found == {
        Column.PRESSING: [late, today],
        Column.WEEK: [friday, monday],
        Column.LATER: [tuesday, never],
        Column.SNOOZED: [resting],
        Column.OTHERS: [theirs],
    }
    assert day_counts(desk, OFFICER).columns == {one: len(listed) for one, listed in found.items()}
    assert day_counts(desk, OFFICER).bands == my_day(desk, OFFICER).counts


def test_a_week_is_five_working_days_over_the_holidays(desk, clock):
    clock.at = THURSDAY
    inside, outside = put(desk, due_on=date(2026, 10, 9)), put(desk, due_on=date(2026, 10, 10))

    assert (column(desk, OFFICER, Column.WEEK), column(desk, OFFICER, Column.LATER)) == ([inside], [outside])


def test_a_column_comes_page_by_page(desk):
    made = [put(desk, due_on=date(2026, 7, 1 + number % 3), at_risk_fen=number // 2 or None) for number in range(7)]
    first = column_items(desk, OFFICER, Column.PRESSING, limit=3)
    band, unknown, risk, _, case_id = first[-1].place
    after = WorkKey(band, unknown, risk, first[-1].case.due_on, case_id)
    rest = column_items(desk, OFFICER, Column.PRESSING, limit=50, after=after)

    assert ids(first) + ids(rest) == ids(my_day(desk, OFFICER).items)
    assert sorted(ids(first) + ids(rest)) == made


def test_one_case_is_asked_for_where_it_stands(desk):
    late = put(desk, due_on=date(2026, 7, 3))

    assert column(desk, OFFICER, Column.PRESSING, case_id=late) == [late]
    assert column(desk, OFFICER, Column.WEEK, case_id=late) == []
    assert column(desk, OFFICER2, Column.PRESSING, case_id=late) == []


def test_what_i_asked_for_waits_for_others(desk):
    asked = put(
        desk, kind="warning", state="raised", role="branch_manager", officer_id="officer-2", body=WARNING | ASKED
    )
    proposed = put(desk, kind="measure", state="proposed", role="branch_manager", user=OFFICER, officer_id=None)
    determined = put(
        desk, kind="review", state="determined", role="branch_manager", officer_id=None, body={"determination": ME}
    )

    assert sorted(column(desk, OFFICER, Column.OTHERS)) == sorted([asked, proposed, determined])
    assert column(desk, OFFICER2, Column.OTHERS) == [asked]


def test_seniors_see_which_warnings_of_theirs_are_late_with_others(desk):
    late = put(desk, kind="warning", state="raised", due_on=date(2026, 7, 3), body=WARNING)
    put(desk, kind="warning", state="raised", due_on=FRIDAY, body=WARNING)
    put(desk, due_on=date(2026, 7, 3))
    elsewhere = put(desk, kind="warning", state="raised", due_on=date(2026, 7, 3), branch_id="branch-2", body=WARNING)

    assert [column(desk, one, Column.OTHERS) for one in (MANAGER, RISK)] == [[late], [late]]
    assert sorted(column(desk, HEAD, Column.OTHERS)) == sorted([late, elsewhere])


def test_what_waits_for_me_does_not_wait_for_others(desk):
    for role in ("officer", "branch_manager", "risk_manager"):
        put(
            desk,
            kind="warning",
            state="raised",
            due_on=date(2026, 7, 3),
            role=role,
            body=WARNING | {"escalations": [role]},
        )

    for actor in (OFFICER, MANAGER, RISK, HEAD):
        mine, others = ids(my_day(desk, actor).items), ids(waiting_items(desk, actor))
        assert set(mine) & set(others) == set()


def test_only_some_bands_are_asked_for(desk):
    put(desk, due_on=date(2026, 7, 3))
    soon = put(desk, due_on=date(2026, 7, 8))

    assert ids(my_day(desk, OFFICER, Asked(Slice(frozenset({Band.SOON.rank})))).items) == [soon]


DAYS = st.none() | st.dates(date(2026, 7, 1), date(2026, 7, 20))
CASES = st.fixed_dictionaries(
    {
        "due_on": DAYS,
        "at_risk_fen": st.none() | st.integers(0, 2),
        "role": st.sampled_from(["officer", "branch_manager"]),
        "officer_id": st.sampled_from([None, "officer-1", "officer-2"]),
        "assignee": st.sampled_from([None, None, "officer", "manager"]),
        "body": st.fixed_dictionaries(
            {"snoozed_until": st.none() | st.sampled_from(["2026-07-05", "2026-07-06", "2026-07-09"])},
            optional={"late_since": st.just("2026-07-02"), "escalations": st.just(["branch_manager"])},
        ),
    }
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CASES, max_size=6))
def test_bands_and_order_of_the_store_are_those_of_the_items(desk, drafts):
    """The store ranks by columns, the items tell by what the cases say: both have to agree."""
    for draft in drafts:
        put(desk, kind="measure", state="approved", **draft)
    for actor in (OFFICER, MANAGER):
        day = my_day(desk, actor)
        assert list(day.items) == sorted(day.items, key=lambda item: item.place)
        counted = Counter(item.band for item in day.items)
        assert day.counts == {band: counted[band] for band in Band}


ME = {"by": "officer"}
ASKED = {"lift_asked_by": "officer", "lift_asked_rank": 1, "lift_by": "2026-07-10"}
WARNING = {
    "kind": "LATE", "signals": [], "episodes": [], "first_level": "yellow", "worst_level": "yellow",
    "batch_id": "b", "policy_hash": "p", "as_of": "2026-06-30", "handed_over_on": "2026-07-01", "roles": ["officer"],
    "who": {"en": "Officer", "zh": "客户经理"}, "acknowledge_by": "2026-07-10", "plan_by": "2026-07-15",
    "handle_by": "2026-07-31",
}  # fmt: skip
