"""From every form that people can reach there is a way to approved; nothing is offered that leads to a dead end."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.casework.reviews.seats import Slip, can_be_approved, is_dead_end, left_to, role_for, verbs_for
from ews.domain.people import Actor, Role
from tests.casework.people import HEAD, HEAD2, MANAGER, OFFICER, OFFICER2, RISK

ROLES = ("branch_manager", "risk_manager")
NEW = Slip("prepared", "officer-1", ROLES)
DEMO = (OFFICER, MANAGER, HEAD, HEAD2)
"""The accounts of the demo: an officer and the manager of a branch, two risk managers of head office."""
PAIRS = [Role.OFFICER, Role.BRANCH_MANAGER, Role.RISK_MANAGER, Role.AUDITOR]


def next_slips(slip, people):
    """Return the forms that one act makes of this one."""
    for one in people:
        verbs = verbs_for(one, slip, people)
        if "determine" in verbs:
            yield replace(slip, state="determined", by=one.user_id, given=())
        if "approve" in verbs:
            done = replace(slip, given=(*slip.given, (role_for(one, slip, people), one.user_id)))
            yield done if done.waits_for else replace(done, state="approved")
        if "return" in verbs:
            yield replace(slip, state="returned", by=None, given=())
        if "withdraw" in verbs:
            yield replace(slip, state="prepared", by=None, given=())


def reached_from(start, people):
    seen, left = {start}, [start]
    while left:
        new = set(next_slips(left.pop(), people)) - seen
        seen |= new
        left += new
    return seen


def is_closable(slip, people):
    return any(one.state == "approved" for one in reached_from(slip, people))


def test_every_form_of_the_demo_can_be_closed_whatever_was_done_with_it():
    reached = reached_from(NEW, DEMO)
    assert {one.state for one in reached} == {"prepared", "returned", "determined", "approved"}
    assert len(reached) > 10
    assert [one for one in reached if not is_closable(one, DEMO)] == []


@st.composite
def some_people(draw):
    roles = draw(st.lists(st.sets(st.sampled_from(PAIRS), min_size=1, max_size=2), min_size=1, max_size=5))
    return tuple(
        Actor(f"u{n}", f"U{n}", frozenset(one), draw(st.sampled_from(["branch-1", None])), f"officer-{n}")
        for n, one in enumerate(roles)
    )


@given(some_people(), st.sampled_from([ROLES, ("risk_manager",), ("head_office", "branch_manager")]))
def test_whoever_the_people_are_a_determined_form_can_be_closed(people, roles):
    start = Slip("prepared", "officer-1", roles)
    for one in reached_from(start, people):
        assert one.state in {"prepared", "returned"} or is_closable(one, people)


@given(some_people())
def test_a_form_is_offered_to_determine_exactly_where_it_can_be_approved_after(people):
    for one in people:
        after = replace(NEW, state="determined", by=one.user_id)
        offered = "determine" in verbs_for(one, NEW, people)
        assert not offered or can_be_approved(after, people)
        assert is_dead_end(one, NEW, people) is not can_be_approved(after, people)


@pytest.mark.parametrize(
    ("people", "names"),
    [
        (DEMO, ["officer"]),
        ((OFFICER2, MANAGER, HEAD, HEAD2), []),
        ((*DEMO, replace(MANAGER, user_id="second")), []),
    ],
)
def test_a_manager_leaves_it_to_the_officer_where_no_other_manager_could_approve(people, names):
    assert [one.user_id for one in left_to(MANAGER, NEW, people)] == names
    assert left_to(OFFICER, NEW, people) == ()


def test_an_orphan_that_nobody_can_approve_is_returned_by_a_senior():
    stuck = replace(NEW, state="determined", by="manager")
    people = (OFFICER, MANAGER, RISK)
    assert verbs_for(MANAGER, stuck, people) == {"withdraw"}
    assert verbs_for(RISK, stuck, people) == {"approve", "return"}
    half = replace(stuck, given=(("risk_manager", "risk"),))
    assert verbs_for(RISK, half, people) == {"return"}
    assert verbs_for(OFFICER, half, people) == set()
