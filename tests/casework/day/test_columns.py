"""The columns of the day on both databases: one line per borrower where its most pressing case stands, page by page."""

from collections import Counter
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ews.casework.day.columns import Column, column_lines, day_counts, open_line, whole_day
from ews.casework.day.my_day import Asked, Band, my_day, waiting_items
from ews.domain.levels import WarningLevel
from ews.store.work_lines import About, LineKey
from ews.store.work_pages import Slice
from tests.casework.day.test_my_day import THURSDAY, put
from tests.casework.people import HEAD, MANAGER, OFFICER, OFFICER2, RISK

FRIDAY = date(2026, 7, 10)
"""MONDAY is the day of the tests; five working days on is the next Monday."""


def ids(items):
    return [item.case.case_id for item in items]


def column(desk, actor, one, **asked):
    """Return the cases of a column, line by line."""
    return [list(line.case_ids) for line in column_lines(desk, actor, one, limit=asked.pop("limit", 50), **asked)]


def test_a_line_stands_where_its_most_pressing_case_does(desk):
    late, today = (put(desk, borrower_id=one, due_on=day) for one, day in (("B1", LATE), ("B2", TODAY)))
    friday, monday = put(desk, borrower_id="B3", due_on=FRIDAY), put(desk, borrower_id="B4", due_on=date(2026, 7, 13))
    tuesday, never = put(desk, borrower_id="B5", due_on=date(2026, 7, 14)), put(desk, borrower_id="B6", due_on=None)
    also = put(desk, borrower_id="B3", due_on=None)
    snoozed = {"kind": "measure", "state": "approved", "due_on": FRIDAY, "body": {"snoozed_until": "2026-07-10"}}
    resting, behind = put(desk, borrower_id="B7", **snoozed), put(desk, borrower_id="B1", **snoozed)
    theirs = put(desk, role="branch_manager")

    found = {one: column(desk, OFFICER, one) for one in Column}

    assert found == {
        Column.PRESSING: [[late, behind], [today]],
        Column.WEEK: [[friday, also], [monday]],
        Column.LATER: [[tuesday], [never]],
        Column.SNOOZED: [[resting]],
        Column.OTHERS: [[theirs]],
    }
    assert day_counts(desk, OFFICER).columns == {one: len(listed) for one, listed in found.items()}
    assert day_counts(desk, OFFICER).bands == my_day(desk, OFFICER).counts


def test_a_line_sums_what_waits_about_one_borrower(desk):
    first = put(desk, due_on=FRIDAY, at_risk_fen=5)
    yellow = put(desk, kind="measure", state="approved", due_on=TODAY, at_risk_fen=7, level=WarningLevel.YELLOW)
    put(desk, borrower_id="B2", due_on=TODAY)

    line = next(one for one in column_lines(desk, OFFICER, Column.PRESSING, limit=9) if one.case.borrower_id == "B1")

    assert (line.case_ids, line.found.items, line.found.at_risk_fen) == ((yellow, first), 2, 7)
    assert (line.item.case.case_id, line.level) == (yellow, WarningLevel.YELLOW)


def test_a_session_is_one_line_however_many_forms_of_it_wait(desk):
    for number, (state, quarter) in enumerate(FORMS):
        role = "branch_manager" if state == "determined" else "officer"
        body = {"quarter": quarter, "determination": {"by": "someone"}, "waits_for": [role]}
        put(desk, kind="review", state=state, role=role, borrower_id=f"B{number}", due_on=TODAY, body=body)
    put(desk, borrower_id="B1", due_on=TODAY)

    lines = [
        (one.found.key.about, one.found.key.quarter, one.to_determine, one.found.to_approve, one.found.at_risk_fen)
        for one in column_lines(desk, OFFICER, Column.PRESSING, limit=9)
    ]

    assert sorted(lines) == [
        (About.BORROWER, "", 1, 0, 100),
        (About.SESSION, "2026Q1", 1, 0, 100),
        (About.SESSION, "2026Q2", 2, 0, 200),
    ]
    (session,) = column_lines(desk, MANAGER, Column.PRESSING, limit=9)
    assert (session.found.key.named, session.to_determine, session.found.to_approve) == ("branch-1", 0, 1)


def test_a_week_is_five_working_days_over_the_holidays(desk, clock):
    clock.at = THURSDAY
    inside = put(desk, borrower_id="B1", due_on=date(2026, 10, 9))
    outside = put(desk, borrower_id="B2", due_on=date(2026, 10, 10))

    assert (column(desk, OFFICER, Column.WEEK), column(desk, OFFICER, Column.LATER)) == ([[inside]], [[outside]])


def test_a_line_is_asked_for_again_wherever_it_has_gone(desk):
    late, other = put(desk, due_on=LATE), put(desk, due_on=FRIDAY)

    found = open_line(desk, OFFICER, Column.WEEK, KEY)

    assert found is not None
    assert (found.line.case_ids, ids(found.items)) == ((late, other), [late, other])
    assert open_line(desk, OFFICER, Column.OTHERS, KEY) is None
    assert open_line(desk, OFFICER2, Column.WEEK, KEY) is None


def test_what_i_asked_for_waits_for_others(desk):
    asked = put(
        desk, kind="warning", state="raised", role="branch_manager", officer_id="officer-2", body=WARNING | ASKED
    )
    proposed = put(desk, kind="measure", state="proposed", role="branch_manager", user=OFFICER, officer_id=None)
    determined = put(
        desk, kind="review", state="determined", role="branch_manager", officer_id=None, body={"determination": ME}
    )

    assert sorted(ids(waiting_items(desk, OFFICER))) == sorted([asked, proposed, determined])
    assert column(desk, OFFICER2, Column.OTHERS) == [[asked]]


def test_seniors_see_which_warnings_of_theirs_are_late_with_others(desk):
    late = put(desk, kind="warning", state="raised", due_on=date(2026, 7, 3), body=WARNING)
    put(desk, kind="warning", state="raised", due_on=FRIDAY, body=WARNING)
    put(desk, due_on=date(2026, 7, 3))
    elsewhere = put(desk, kind="warning", state="raised", due_on=date(2026, 7, 3), branch_id="branch-2", body=WARNING)

    assert [column(desk, one, Column.OTHERS) for one in (MANAGER, RISK)] == [[[late]], [[late]]]
    assert column(desk, HEAD, Column.OTHERS) == [[late, elsewhere]]


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
        "borrower_id": st.sampled_from(["B1", "B2", "B3"]),
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
        own = {one: column_lines(desk, actor, one, limit=99) for one in Column if one is not Column.OTHERS}
        assert sorted(one for lines in own.values() for line in lines for one in line.case_ids) == sorted(
            ids(day.items)
        )
        assert len({line.found.key for lines in own.values() for line in lines}) == len(
            {item.case.borrower_id for item in day.items}
        )
        whole = whole_day(desk, actor, Column, limit=1)
        assert whole.counts == day_counts(desk, actor)
        assert {one: whole.columns[one] for one in own} == {one: lines[:1] for one, lines in own.items()}
        for one, lines in own.items():
            rest = column_lines(desk, actor, one, limit=99, after=lines[0].found.place) if lines else ()
            assert (*lines[:1], *rest) == lines


LATE, TODAY = date(2026, 7, 3), date(2026, 7, 6)
KEY = LineKey(About.BORROWER, "sme", "B1")
FORMS = [("prepared", "2026Q2"), ("returned", "2026Q2"), ("determined", "2026Q2"), ("prepared", "2026Q1")]
ME = {"by": "officer"}
ASKED = {"lift_asked_by": "officer", "lift_asked_rank": 1, "lift_by": "2026-07-10"}
WARNING = {
    "kind": "LATE", "signals": [], "episodes": [], "first_level": "yellow", "worst_level": "yellow",
    "batch_id": "b", "policy_hash": "p", "as_of": "2026-06-30", "handed_over_on": "2026-07-01", "roles": ["officer"],
    "who": {"en": "Officer", "zh": "客户经理"}, "acknowledge_by": "2026-07-10", "plan_by": "2026-07-15",
    "handle_by": "2026-07-31",
}  # fmt: skip
