import pytest

from ews.casework.checks.body import body_of
from ews.casework.checks.draft import cancel_check
from ews.casework.checks.may import may_now
from ews.store.engine import reading
from tests.casework.checks.test_checks import TODAY, bank, begun, submitted  # noqa: F401 - bank is a fixture
from tests.casework.people import AUDITOR, HEAD, MACHINE, MANAGER, OFFICER, OFFICER2, RISK


@pytest.fixture
def may(bank):  # noqa: F811 - the fixture of that name
    """Give a function that tells what an actor may do with a check, sorted."""
    terms = bank.policy_on(TODAY).casework_on(TODAY).findings

    def ask(actor, case):
        with reading(bank.store) as connection:
            return sorted(may_now(connection, actor, case, body_of(case), terms))

    return ask


def test_a_draft_is_its_authors_and_somebody_more_senior_may_take_it_over(bank, may):  # noqa: F811
    draft = begun(bank)
    assert may(OFFICER, draft) == ["cancel", "save", "submit"]
    assert may(OFFICER2, draft) == []
    assert [may(one, draft) for one in (MANAGER, RISK, HEAD)] == [["cancel", "take-over"]] * 3
    assert [may(one, draft) for one in (AUDITOR, MACHINE)] == [[], []]


def test_head_office_takes_over_from_head_office(bank, may):  # noqa: F811
    draft = begun(bank, actor=HEAD)
    assert may(RISK, draft) == []
    assert may(HEAD, draft) == ["cancel", "save", "submit"]


def test_what_is_submitted_is_corrected_and_what_is_cancelled_is_over(bank, may):  # noqa: F811
    assert may(OFFICER, submitted(bank)) == ["correct"]
    draft = begun(bank, borrower_id="A/2")
    gone = cancel_check(bank, OFFICER, draft.case_id, version=draft.version, reason="Wrong form")
    assert may(OFFICER, gone) == []
