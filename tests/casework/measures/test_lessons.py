from datetime import date

import pytest

from ews.casework.measures import measures
from ews.casework.measures.lessons import About, Standing, lessons_of
from ews.casework.measures.measures import MeasureDraft
from ews.domain.errors import UnknownBorrowerError
from ews.store.cases import Case
from ews.store.engine import writing
from ews.store.findings import Finding, add_findings
from tests.casework.borrowers import stored, with_june
from tests.casework.people import MANAGER, OFFICER, OTHER

ABOUT = {"portfolio": "sme", "branch_id": "branch-1"}


@pytest.fixture(autouse=True)
def june(store):
    return with_june(store)


def _short(lines):
    return [(line.on.day, line.about, line.code, line.outcome, line.text, line.by) for line in lines]


def test_nothing_is_known_before_anything_was_done(desk):
    found = lessons_of(desk.store, OFFICER, "B1")
    assert (found.portfolio, found.borrower_id, found.lines) == ("sme", "B1", ())


def test_cause_measure_and_what_was_learnt_stay_for_the_next_application(desk, clock):
    case = measures.propose(desk, OFFICER, "B1", MeasureDraft("keep", "disaster", "Flooded, orders are there"))
    measures.approve(desk, MANAGER, case.case_id, version=1)
    clock.forward(2)
    measures.finish(desk, OFFICER, case.case_id, version=2, evidence="Letter of 8 July", learnt="Needs flood insurance")
    assert _short(lessons_of(desk.store, OFFICER, "B1").lines) == [
        (6, About.CAUSE, "disaster", None, "Flooded, orders are there", "officer"),
        (6, About.MEASURE, "keep", "proposed", "Flooded, orders are there", "officer"),
        (6, About.MEASURE, "keep", "approved", None, "manager"),
        (8, About.MEASURE, "keep", "done", "Letter of 8 July", "officer"),
        (8, About.LEARNT, None, "done", "Needs flood insurance", "officer"),
    ]


def test_verdicts_on_warnings_and_causes_of_late_payments_are_among_them(desk):
    stored(
        desk.store, Case("warning", "verified", borrower_id="B1", **ABOUT), "verify", verdict="false", reason="Seasonal"
    )
    stored(desk.store, Case("task", "done", borrower_id="B1", **ABOUT), "done", cause="forgot")
    stored(desk.store, Case("contact", "ended", borrower_id="B1", **ABOUT), "end", reason="No answer")
    assert _short(lessons_of(desk.store, OFFICER, "B1").lines) == [
        (6, About.VERDICT, "false", "verified", "Seasonal", "officer"),
        (6, About.CAUSE, "forgot", None, None, "officer"),
    ]


def test_findings_come_on_the_day_they_were_entered(desk):
    check = stored(desk.store, Case("check", "submitted", borrower_id="B1", **ABOUT))
    finding = Finding(
        "F1",
        "sme",
        "B1",
        "L1",
        date(2026, 6, 20),
        date(2026, 7, 1),
        "use_of_funds",
        "diverted",
        "officer",
        check.case_id,
    )
    with writing(desk.store) as connection:
        add_findings(connection, [finding])
    assert _short(lessons_of(desk.store, OFFICER, "B1").lines) == [
        (1, About.FINDING, "use_of_funds", "diverted", None, "officer")
    ]


def test_another_borrowers_lessons_are_not_told(desk):
    measures.propose(desk, OFFICER, "B1", MeasureDraft("keep", "disaster", "Flooded"))
    assert lessons_of(desk.store, OFFICER, "B2").lines == ()
    with pytest.raises(UnknownBorrowerError):
        lessons_of(desk.store, OTHER, "B1")


def _kept(store, *rows):
    checks = [stored(store, Case("check", "submitted", borrower_id="B1", **ABOUT)) for _ in rows]
    found = [
        Finding(
            f"{check.case_id}-impaired", "sme", "B1", None, date(2026, 7, day), date(2026, 7, day), "impaired", value,
            "officer", check.case_id, corrects,
        )
        for check, (day, value, corrects) in zip(checks, rows, strict=True)
    ]  # fmt: skip
    with writing(store) as connection:
        add_findings(connection, found)


def _standing(lines):
    return [(line.on.day, line.outcome, line.standing, line.until, line.corrected_by) for line in lines]


def test_a_finding_that_was_replaced_says_when_and_by_which_check(desk):
    _kept(desk.store, (1, "yes", None), (3, "no", "C0000001-impaired"))
    assert _standing(lessons_of(desk.store, OFFICER, "B1").lines) == [
        (1, "yes", Standing.REPLACED, date(2026, 7, 3), "C0000002"),
        (3, "no", Standing.STANDS, None, None),
    ]


def test_a_finding_that_was_taken_back_says_so_and_is_no_finding_of_nothing_as_well(desk):
    _kept(desk.store, (1, "yes", None), (3, None, "C0000001-impaired"))
    assert _standing(lessons_of(desk.store, OFFICER, "B1").lines) == [
        (1, "yes", Standing.TAKEN_BACK, date(2026, 7, 3), "C0000002")
    ]


def test_what_is_no_finding_neither_stands_nor_falls(desk):
    measures.propose(desk, OFFICER, "B1", MeasureDraft("keep", "disaster", "Flooded"))
    assert {line.standing for line in lessons_of(desk.store, OFFICER, "B1").lines} == {None}
