"""What one person is offered: second persons, seniority and roles, kind by kind; nothing that an act would refuse."""

import pytest

from ews.casework.checks.body import CheckBody, write_body
from ews.casework.contacts.contact import Result, Wanted
from ews.casework.contacts.contacts import begin, end
from ews.casework.day.offered import offered
from ews.casework.desk import at_work, open_case
from ews.casework.measures.measures import MeasureDraft, approve, propose
from ews.casework.warnings.deadlines import terms_on
from ews.casework.warnings.life import acknowledge
from ews.casework.watch_list import WatchDraft, put_on
from ews.domain.people import Actor
from ews.store.cases import Case
from tests.casework.loan_books import bring_out, quiet
from tests.casework.people import AUDITOR, HEAD, MACHINE, MANAGER, OFFICER, OFFICER2, OTHER, RISK
from tests.casework.signals import LARGE, batch, borrower, held, only


def of(desk, actor, case, source=None):
    today = desk.now().date()
    return offered(actor, case, terms_on(desk.policy_on(today), today), source)


@pytest.fixture
def calm(desk):
    bring_out(desk.store, "june", quiet("B1"))
    return desk


def test_a_warning_is_offered_to_whoever_works_with_the_borrower(desk):
    batch(desk, borrower("B1", held("BALANCE_THIN")))
    case = only(desk)
    assert of(desk, OFFICER, case) == of(desk, HEAD, case) == ("acknowledge", "hand-over")
    assert of(desk, AUDITOR, case) == of(desk, OTHER, case) == of(desk, MACHINE, case) == ()


def test_what_is_due_first_comes_first(desk):
    batch(desk, borrower("B1", held("GRADE_RED"), exposure_fen=LARGE))
    case = acknowledge(desk, OFFICER, only(desk).case_id, version=1)
    assert of(desk, OFFICER, case) == ("report", "verify", "hand-over")


def test_who_proposed_a_measure_does_not_decide_on_it(calm):
    case = propose(calm, OFFICER, "B1", MeasureDraft("keep", "disaster", "Flooded"))
    assert of(calm, OFFICER, case) == of(calm, OFFICER2, case) == ()
    assert of(calm, MANAGER, case) == of(calm, RISK, case) == ("approve", "refuse")
    approved = approve(calm, MANAGER, case.case_id, version=1)
    assert of(calm, OFFICER, approved) == ("done",)


def test_who_listed_a_name_or_owns_it_does_not_take_it_off(calm):
    case = put_on(calm, MANAGER, "B1", WatchDraft("Buyer in trouble"))
    assert (of(calm, MANAGER, case), of(calm, OFFICER, case)) == (("review",), ("review",))
    assert of(calm, RISK, case) == ("review", "off")


def test_a_contact_is_ended_by_who_began_it(calm):
    case = begin(calm, OFFICER, Wanted("B1", "debtor", "call"))
    assert (of(calm, OFFICER, case), of(calm, MANAGER, case)) == (("end",), ())
    ended = end(calm, OFFICER, case.case_id, Result(is_effective=False), version=1)
    assert of(calm, OFFICER, ended) == of(calm, MANAGER, ended) == ()


@pytest.mark.parametrize(
    ("actor", "rank", "verbs"),
    [
        (OFFICER, 1, ("cancel",)),
        (OFFICER2, 1, ()),
        (MANAGER, 1, ("take-over", "cancel")),
        (MANAGER, 2, ()),
        (RISK, 2, ("take-over", "cancel")),
        (HEAD, 4, ("take-over", "cancel")),
    ],
)
def test_a_draft_is_its_author_s_or_of_somebody_more_senior(calm, actor: Actor, rank, verbs):
    body = write_body(CheckBody("phone", calm.now().date(), author_rank=rank))
    with at_work(calm, OFFICER, "test", "B1") as work:
        draft = Case("check", "draft", "sme", "B1", branch_id="branch-1", assignee="officer", body=body)
        case = open_case(work, draft, "begin")
    assert of(calm, actor, case) == verbs
