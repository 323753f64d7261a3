from datetime import timedelta

import pytest

from ews.casework.warnings import life
from ews.casework.warnings.many import acknowledge_many
from ews.domain.errors import ForbiddenError
from ews.store.audit_search import EntryFilter, entry_page
from tests.casework.people import AUDITOR, MANAGER, OFFICER, OFFICER2, OTHER
from tests.casework.signals import batch, borrower, held, now, warnings


@pytest.fixture
def three(desk):
    batch(desk, *(borrower(name, held("BALANCE_THIN")) for name in ("B1", "B2", "B3")))
    return warnings(desk)


def test_each_is_an_act_of_its_own_and_one_that_is_refused_holds_up_no_other(desk, clock, three):
    first, second, third = three
    clock.forward(1)
    life.acknowledge(desk, OFFICER2, second.case_id, version=1)
    clock.at += timedelta(hours=1)

    done = acknowledge_many(desk, OFFICER, [(one.case_id, 1) for one in three], request_id="r")

    assert [(one.case_id, one.error is None) for one in done] == [
        (first.case_id, True),
        (second.case_id, False),
        (third.case_id, True),
    ]
    assert [now(desk, one).body["acknowledged_by"] for one in three] == ["officer", "officer2", "officer"]
    refused = done[1]
    assert (refused.error.code, refused.case.version, refused.last.verb) == ("stale-version", 2, "acknowledge")
    assert (refused.by, refused.last.at) == ("officer2", clock.at - timedelta(hours=1))
    page, _ = entry_page(desk.store, EntryFilter(action="warning.acknowledge"), limit=9)
    assert len(page) == 3


def test_the_same_one_twice_is_acknowledged_once(desk, three):
    done = acknowledge_many(desk, OFFICER, [(three[0].case_id, 1), (three[0].case_id, 1)])

    assert [(one.case.version, one.error) for one in done] == [(2, None)]


def test_one_that_was_acknowledged_before_the_list_was_read_says_so(desk, three):
    life.acknowledge(desk, OFFICER, three[0].case_id, version=1)

    (one,) = acknowledge_many(desk, MANAGER, [(three[0].case_id, 2)])

    assert (one.error.code, one.last.user_id, one.case.state) == ("not-allowed-now", "officer", "acknowledged")


@pytest.mark.parametrize("case_id", ["W0000001", "W9999999"])
def test_those_of_another_branch_read_like_those_that_do_not_exist(desk, three, case_id):
    (one,) = acknowledge_many(desk, OTHER, [(case_id, 1)])

    assert (one.case, one.last, one.error.code) == (None, None, "unknown-case")
    assert str(one.error) == f"There is no case '{case_id}' among those you may see. Check the id."


def test_it_takes_somebody_who_works_with_borrowers(desk, three):
    with pytest.raises(ForbiddenError, match="may not acknowledge warnings"):
        acknowledge_many(desk, AUDITOR, [(three[0].case_id, 1)])
