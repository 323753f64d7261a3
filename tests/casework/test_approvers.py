import pytest

from ews.casework.approvers import RANKS, reaches, require_approver
from ews.domain.errors import ForbiddenError, SecondPersonError
from ews.domain.text import sentence
from ews.policy.playbook import ROLES
from tests.casework.people import AUDITOR, HEAD, HEAD2, MACHINE, MANAGER, OFFICER, OFFICER2, RISK, RISK2


def test_the_ranks_are_the_roles_of_the_policy_in_their_order():
    assert (tuple(RANKS), list(RANKS.values())) == (tuple(ROLES), [1, 2, 3, 4])


@pytest.mark.parametrize(
    ("actor", "reached"),
    [
        (OFFICER, ["officer"]),
        (MANAGER, ["officer", "branch_manager"]),
        (RISK, ["officer", "branch_manager", "risk_manager"]),
        (HEAD, ["officer", "branch_manager", "risk_manager", "head_office"]),
        (AUDITOR, []),
        (MACHINE, []),
    ],
    ids=lambda value: getattr(value, "user_id", None),
)
def test_whoever_is_above_a_role_reaches_it(actor, reached):
    assert [role for role in RANKS if reaches(actor, role)] == reached


@pytest.mark.parametrize(
    ("actor", "role", "first", "error"),
    [
        (MANAGER, "branch_manager", OFFICER, None),
        (RISK, "branch_manager", OFFICER, None),
        (OFFICER, "branch_manager", OFFICER, SecondPersonError),
        (OFFICER2, "branch_manager", OFFICER, ForbiddenError),
        (OFFICER2, "officer", OFFICER, SecondPersonError),  # not more senior
        (MANAGER, "risk_manager", OFFICER, ForbiddenError),
        (RISK2, "risk_manager", RISK, SecondPersonError),
        (HEAD, "risk_manager", RISK, None),
        (HEAD, "risk_manager", HEAD, SecondPersonError),
        (HEAD2, "risk_manager", HEAD, None),  # nobody is above head office
        (AUDITOR, "officer", OFFICER, ForbiddenError),
        (MACHINE, "officer", OFFICER, SecondPersonError),
    ],
    ids=lambda value: getattr(value, "user_id", None),
)
def test_approving_takes_another_more_senior_person_of_the_role(actor, role, first, error):
    def ask() -> None:
        require_approver(actor, role, [first.user_id], first.seniority, sentence("approve it"))

    if error is None:
        ask()
    else:
        with pytest.raises(error):
            ask()
