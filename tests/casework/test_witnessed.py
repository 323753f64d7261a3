from dataclasses import replace

import pytest

from ews.casework.chunk import do_steps
from ews.casework.desk import Desk, at_work, change_case, open_case
from ews.domain.people import SYSTEM
from ews.store.audit_check import verify
from ews.store.audit_log import open_log
from ews.store.cases import Case
from tests.casework.conftest import MONDAY
from tests.casework.people import OFFICER

DRAFT = Case("warning", "raised", "sme", "B1", "branch-1")


@pytest.fixture
def witnessed_desk(store, tmp_path):  # the policy is asked for nothing here
    log = open_log(store, tmp_path / "audit", at=MONDAY)
    return Desk(store, lambda _day: None, lambda: MONDAY, log.key, log.witness)


def found(desk):
    return verify(desk.store, desk.audit_key, desk.witness)


def test_what_is_done_at_the_desk_is_proven_and_witnessed(witnessed_desk):
    desk = witnessed_desk
    with at_work(desk, SYSTEM, "warning.raise", "B1") as work:
        opened = open_case(work, DRAFT, "raise")
    with at_work(desk, OFFICER, "warning.acknowledge", opened.case_id) as work:
        change_case(work, replace(opened, state="acknowledged"), "acknowledge")
    assert [head.entry for head in desk.witness.heads()] == [1, 2, 3]
    assert (found(desk).entries, found(desk).witnessed, found(desk).faults) == (3, 3, ())


def test_work_without_a_change_writes_no_head(witnessed_desk):
    assert do_steps(witnessed_desk, lambda _work: ()) == ()
    assert [head.entry for head in witnessed_desk.witness.heads()] == [1]


def test_an_act_that_fails_is_neither_stored_nor_witnessed(witnessed_desk):
    def fail():
        with at_work(witnessed_desk, SYSTEM, "warning.raise", "B1") as work:
            open_case(work, DRAFT, "raise")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert (found(witnessed_desk).entries, found(witnessed_desk).witnessed, found(witnessed_desk).faults) == (1, 1, ())


def test_the_log_of_a_desk_is_the_one_that_it_writes_to(witnessed_desk):
    desk = witnessed_desk
    assert (desk.log.store, desk.log.key, desk.log.witness) == (desk.store, desk.audit_key, desk.witness)
