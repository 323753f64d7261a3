from dataclasses import replace
from datetime import date

import pytest

from ews.casework.measures import measures
from ews.casework.treatments import casework_treatments
from ews.casework.warnings.life import acknowledge, handle, plan, verify
from ews.outcomes.treatments import COLUMNS
from tests.casework.borrowers import with_june
from tests.casework.measures.test_measures import KEEP, REDUCE
from tests.casework.people import MANAGER, OFFICER
from tests.casework.signals import batch, borrower, held, only
from tests.casework.submitted import by_check

TRUE = {"verdict": "true", "reason": "The workshop stands still.", "how": "visit"}


def told(desk, portfolio, known_by):
    found = casework_treatments(desk.store, portfolio, known_by=known_by)
    assert tuple(found.columns) == COLUMNS
    return [(row.borrower_id, row.kind, row.treated_on) for row in found.itertuples()]


def carried_out(desk, clock, draft, borrower_id="B1"):
    case = measures.propose(desk, OFFICER, borrower_id, draft)
    case = measures.approve(desk, MANAGER, case.case_id, version=1)
    clock.forward(3)
    return measures.finish(desk, OFFICER, case.case_id, version=2, evidence="Signed")


@pytest.mark.parametrize(("known_by", "kinds"), [(date(2026, 7, 8), []), (date(2026, 7, 9), ["reduce"])])
def test_a_measure_is_a_treatment_from_the_day_it_was_carried_out(desk, clock, known_by, kinds):
    with_june(desk.store)
    case = carried_out(desk, clock, REDUCE)
    assert told(desk, case.portfolio, known_by) == [("B1", kind, date(2026, 7, 9)) for kind in kinds]
    assert told(desk, "another", known_by) == []


def test_to_keep_a_credit_as_it_is_and_what_is_only_approved_treat_nobody(desk, clock):
    with_june(desk.store)
    case = carried_out(desk, clock, KEEP)
    waiting = measures.propose(desk, OFFICER, "B1", replace(REDUCE, measure="freeze_drawing"))
    measures.approve(desk, MANAGER, waiting.case_id, version=1)
    assert told(desk, case.portfolio, date(2026, 12, 31)) == []


def test_a_warning_whose_plan_was_carried_out_is_a_treatment_and_one_that_is_planned_is_none(desk, clock):
    batch(desk, borrower("B1", held("GRADE_RED")))
    case = acknowledge(desk, OFFICER, only(desk).case_id, version=1)
    case = verify(desk, OFFICER, case.case_id, **by_check(desk, TRUE), version=case.version)
    case = plan(desk, OFFICER, case.case_id, text="More security.", version=case.version)
    assert told(desk, case.portfolio, date(2026, 12, 31)) == []
    clock.forward(2)
    handle(desk, OFFICER, case.case_id, text="Mortgage registered.", version=case.version)
    assert told(desk, case.portfolio, date(2026, 12, 31)) == [("B1", "handled", date(2026, 7, 8))]
