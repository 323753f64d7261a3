from dataclasses import replace
from datetime import date

import pytest

from ews.casework import watch_list
from ews.casework.reviews import session as review_session
from ews.casework.reviews.form import body_of, quarter_of, review_of, reviews_of
from ews.casework.reviews.session import open_session, progress
from ews.domain.errors import ForbiddenError, RequestError, UnknownBatchError, UnknownBorrowerError, UnknownCaseError
from ews.domain.levels import Tier, WarningLevel
from ews.store.cases import Case, CaseFilter, find_cases
from ews.store.engine import reading, writing
from ews.store.findings import Finding, add_findings
from tests.casework.borrowers import SPECIAL, borrower, publish_day, stored, with_june
from tests.casework.people import HEAD, MANAGER, OFFICER, OTHER, RISK
from tests.store.samples import JULY

ABOUT = {"portfolio": "sme", "borrower_id": "B1", "branch_id": "branch-1"}


@pytest.fixture
def june(store):
    return with_june(store)


@pytest.fixture
def find(june):
    """Find the records of June and keep what was asked."""
    asked = []

    def records(batch_id, borrower_ids):
        asked.append((batch_id, list(borrower_ids)))
        return {one: june[one] for one in borrower_ids}

    records.asked = asked
    return records


def _forms(desk):
    with reading(desk.store) as connection:
        return find_cases(connection, CaseFilter(kinds=["review"]))


def test_a_session_has_one_form_per_borrower_of_the_branch(desk, find):
    made = open_session(desk, MANAGER, "sme", "branch-1", "2026Q2", find)
    assert (made.batch_id, made.as_of, made.borrowers, made.missing, made.prepared) == (
        "june",
        date(2026, 6, 30),
        2,
        0,
        2,
    )
    forms = _forms(desk)
    assert [(one.borrower_id, one.state, one.role, one.branch_id) for one in forms] == [
        ("B1", "prepared", "officer", "branch-1"),
        ("B2", "prepared", "officer", "branch-1"),
    ]
    # 15 working days after the day of opening, which is later than the end of the quarter
    assert {one.due_on for one in forms} == {date(2026, 7, 27)}


def test_opening_again_prepares_only_what_is_missing(desk, find, monkeypatch):
    monkeypatch.setattr(review_session, "CHUNK", 1)

    def stops(batch_id, borrower_ids):
        if borrower_ids == ["B2"]:
            raise KeyboardInterrupt
        return find(batch_id, borrower_ids)

    with pytest.raises(KeyboardInterrupt):
        open_session(desk, MANAGER, "sme", "branch-1", "2026Q2", stops)
    assert progress(desk.store, MANAGER, "sme", "branch-1", "2026Q2").missing == 1
    first = _forms(desk)
    assert open_session(desk, RISK, "sme", "branch-1", "2026Q2", find).missing == 0
    assert (_forms(desk)[:1], len(_forms(desk))) == (first, 2)
    assert find.asked == [("june", ["B1"]), ("june", ["B2"])]


def test_a_form_is_prefilled_with_monitoring_classification_and_provisions(desk, find):
    warning = stored(desk.store, Case("warning", "raised", level=WarningLevel.RED, body={"kind": "refused"}, **ABOUT))
    stored(desk.store, Case("warning", "lifted", closed_at=desk.now(), **ABOUT))
    check = stored(desk.store, Case("check", "submitted", body={"form": "visit", "done_on": "2026-07-03"}, **ABOUT))
    with writing(desk.store) as connection:
        add_findings(
            connection,
            [
                Finding(f"F{day}", "sme", "B1", None, day, day, "stoppage", "yes", "officer", check.case_id)
                for day in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 7, 6), date(2026, 7, 7))
            ],
        )
    open_session(desk, MANAGER, "sme", "branch-1", "2026Q2", find)
    body = body_of(_forms(desk)[0])
    seen = body.monitoring
    assert (seen.level, seen.signals) == (WarningLevel.ORANGE, ("INFLOW_HALVED",))
    assert [(one.case_id, one.what, one.level) for one in seen.warnings] == [(warning.case_id, "refused", "red")]
    assert [(one.what, one.on) for one in seen.checks] == [("visit", date(2026, 7, 3))]
    assert [one.found_on for one in seen.findings] == [date(2026, 4, 1), date(2026, 7, 6)]
    first, second = body.loans
    assert (first.loan_id, first.original.floor, first.original.proposal) == ("L1", "pass", "special_mention")
    assert second.original.grounds == (("OVERDUE_90", "substandard"),)
    sums = body.provisions
    assert (sums.expected_loss_fen, sums.general_fen, sums.specific_fen, sums.standard_fen) == (2_000, 400, 60, 8)
    assert (body.tier, body.approvers) == (Tier.SUBSTANDARD, ("branch_manager", "risk_manager"))


def test_what_is_not_known_stays_null(desk, june, find):
    unknown = borrower("B2", loans=(replace(june["B2"].loans[0], expected_loss_fen=None),), pd=None)
    june["B2"] = unknown
    open_session(desk, MANAGER, "sme", "branch-1", "2026Q2", find)
    body = body_of(_forms(desk)[1])
    assert (body.pd, body.provisions.expected_loss_fen, body.provisions.general_fen) == (None, None, 200)


def test_the_newest_batch_of_the_quarter_counts_though_a_later_one_is_published(desk, find):
    publish_day(desk.store, "may", [borrower("B1")], date(2026, 5, 31))
    publish_day(desk.store, "july", [borrower("B1")], JULY)
    assert open_session(desk, MANAGER, "sme", "branch-1", "2026Q2", find).batch_id == "june"
    with pytest.raises(UnknownBatchError, match="no batch from 2026-01-01 to 2026-03-31"):
        open_session(desk, MANAGER, "sme", "branch-1", "2026Q1", find)


@pytest.mark.parametrize(
    ("actor", "branch", "error"),
    [
        (OFFICER, "branch-1", ForbiddenError),
        (MANAGER, "branch-2", UnknownBorrowerError),
        (HEAD, "branch-7", UnknownBorrowerError),
        (OTHER, "branch-1", UnknownBorrowerError),
    ],
)
def test_who_may_not_open_a_session(desk, find, actor, branch, error):
    with pytest.raises(error):
        open_session(desk, actor, "sme", branch, "2026Q2", find)
    assert _forms(desk) == ()


def test_a_foreign_branch_reads_like_none(desk, find):
    told = []
    for branch in ("branch-2", "branch-7"):
        with pytest.raises(UnknownBorrowerError) as refused:
            progress(desk.store, MANAGER, "sme", branch, "2026Q2")
        told.append(str(refused.value).replace(branch, "…"))
    assert told[0] == told[1]


@pytest.mark.parametrize("name", ["2026", "2026Q0", "2026Q5", "2026q1", "0000Q1", "9999Q4", "26Q1", ""])
def test_a_quarter_is_named_by_year_and_number(name):
    with pytest.raises(RequestError, match=r"is no quarter. Give year and number like 2026Q2"):
        quarter_of(name)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2026Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2024Q1", date(2024, 1, 1), date(2024, 3, 31)),
    ],
)
def test_the_days_of_a_quarter(name, first, last):
    assert (quarter_of(name).first, quarter_of(name).last) == (first, last)


def test_a_form_and_a_branchs_list_hold_what_is_printed(desk, find):
    open_session(desk, HEAD, "sme", "branch-1", "2026Q2", find)
    open_session(desk, HEAD, "sme", "branch-2", "2026Q2", find)
    with reading(desk.store) as connection:
        form = review_of(connection, "R0000001")
        listed = reviews_of(connection, "sme", "branch-1", "2026Q2")
        assert reviews_of(connection, "sme", "branch-1", "2026Q3") == ()
    assert (form.body.name, form.case.branch_id, [act.verb for act in form.acts]) == (
        "Firm B1",
        "branch-1",
        ["prepare"],
    )
    assert [one.case.borrower_id for one in listed] == ["B1", "B2"]
    assert listed[0] == form


def test_another_kind_of_case_is_no_form(desk, find):
    case = watch_list.put_on(desk, OFFICER, "B1", watch_list.WatchDraft("So"))
    with reading(desk.store) as connection, pytest.raises(UnknownCaseError):
        review_of(connection, case.case_id)


def test_sample_tiers_are_as_the_tests_assume(june):
    assert june["B1"].loans[0].tier is SPECIAL
