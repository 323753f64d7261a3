"""What waits for a second person on both databases: a day to decide by, late on the list, a role up per day missed."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from ews.casework.approvals.proposal import NO_HANDS, AdoptionDraft
from ews.casework.approvals.second_person import propose_adoption
from ews.casework.approvals.waiting import escalate_waiting
from ews.casework.day.my_day import Band, my_day
from ews.casework.measures import measures
from ews.casework.measures.measures import MeasureDraft
from ews.casework.overrides import overrides
from ews.casework.overrides.body import OverrideDraft
from ews.store.cases import acts_of, find_case
from ews.store.engine import reading
from tests.casework.borrowers import PASS, with_june
from tests.casework.people import HEAD, MANAGER, OFFICER, RISK

TUESDAY, THURSDAY = date(2026, 7, 7), date(2026, 7, 9)
KEEP = MeasureDraft("keep", "disaster", "The flood hit the store, orders are there")


@pytest.fixture(autouse=True)
def june(store):
    return with_june(store)


def stored(desk, case):
    with reading(desk.store) as connection:
        return find_case(connection, case.case_id), [act.verb for act in acts_of(connection, [case.case_id])]


def test_each_kind_has_the_days_of_the_policy_and_relief_the_fewest(desk):
    relief = measures.propose(desk, OFFICER, "B1", replace(KEEP, measure="relief"))
    keep = measures.propose(desk, OFFICER, "B1", KEEP)
    better = overrides.propose(desk, OFFICER, "B1", OverrideDraft(PASS, "An error of the bank", date(2026, 9, 1), "L1"))
    hands = replace(NO_HANDS, check_policy=lambda _hash: None)
    adoption = propose_adoption(desk, RISK, AdoptionDraft("p2", date(2026, 9, 1), "Minutes"), hands)
    assert [one.due_on for one in (relief, keep, better, adoption)] == [TUESDAY, THURSDAY, THURSDAY, date(2026, 7, 13)]
    urgent = next(item for item in my_day(desk, RISK).items if item.case.case_id == relief.case_id)
    assert urgent.why.en == "Urgent: approve or refuse the relief: by 2026-07-07."
    assert measures.approve(desk, RISK, relief.case_id, version=1).due_on is None


@pytest.mark.parametrize("nightly", [True, False])
def test_what_is_missed_goes_up_and_shows_as_late(desk, clock, nightly):
    case = measures.propose(desk, OFFICER, "B1", KEEP)
    clock.at = datetime(2026, 7, 9, 23)
    assert escalate_waiting(desk) == 0
    for day in (10, 13, 14, 15) if nightly else (15,):
        clock.at = datetime(2026, 7, day, 1)
        escalate_waiting(desk)
    assert escalate_waiting(desk) == 0
    found, verbs = stored(desk, case)
    assert (found.role, found.due_on, verbs) == ("head_office", date(2026, 7, 15), ["propose", *["escalate"] * 2])
    assert (found.body["escalations"], found.body["late_since"]) == (["risk_manager", "head_office"], "2026-07-09")
    item = next(item for item in my_day(desk, HEAD).items if item.case.case_id == case.case_id)
    assert (item.band, item.late_days, item.escalated) == (Band.LATE, 6, True)
    approved = measures.approve(desk, MANAGER, case.case_id, version=found.version)
    assert (approved.state, approved.due_on, approved.body["late_since"]) == ("approved", None, None)
