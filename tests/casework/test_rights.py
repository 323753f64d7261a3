from dataclasses import replace

import pytest

from ews.casework.rights import FIELD, RISK, SENIOR, require, require_second
from ews.domain.errors import ForbiddenError, SecondPersonError
from ews.domain.people import SYSTEM, Role
from tests.casework.people import AUDITOR, HEAD, MACHINE, MANAGER, OFFICER, OFFICER2
from tests.casework.people import RISK as RISK_MANAGER

PEOPLE = (OFFICER, MANAGER, RISK_MANAGER, HEAD, AUDITOR, MACHINE, SYSTEM)


def may(actor, allowed):
    try:
        require(actor, allowed, "do it")
    except ForbiddenError:
        return False
    return True


@pytest.mark.parametrize(
    ("allowed", "who"),
    [
        (FIELD, ["officer", "manager", "risk", "head"]),
        (SENIOR, ["manager", "risk", "head"]),
        (RISK, ["risk", "head"]),
        ({Role.AUDITOR}, ["auditor"]),
        ({Role.OPERATOR}, ["machine"]),
    ],
)
def test_a_right_is_had_by_these_and_nobody_else(allowed, who):
    assert [actor.user_id for actor in PEOPLE if may(actor, allowed)] == who


def test_the_refusal_names_who_what_and_which_roles():
    with pytest.raises(
        ForbiddenError, match="'officer' may not adopt a policy: it takes one of the roles risk_manager"
    ):
        require(OFFICER, RISK, "adopt a policy")


def test_seniority_goes_from_officer_to_head_office():
    assert [actor.seniority for actor in PEOPLE] == [1, 2, 3, 4, 0, 0, 0]
    both = replace(OFFICER, roles=frozenset({Role.OFFICER, Role.BRANCH_MANAGER}))
    assert both.seniority == 2


@pytest.mark.parametrize(
    ("actor", "first", "above", "said"),
    [
        (OFFICER, {"officer"}, 0, "it takes another person"),
        (OFFICER2, {"officer"}, 1, "somebody more senior"),
        (MANAGER, {"officer"}, 2, "somebody more senior"),
        (AUDITOR, {"officer"}, 0, "somebody more senior"),
        (MACHINE, set(), 0, "it takes a person"),
        (SYSTEM, set(), 0, "it takes a person"),
    ],
)
def test_a_second_person_is_a_person_another_one_and_senior_enough(actor, first, above, said):
    with pytest.raises(SecondPersonError, match=said):
        require_second(actor, first, "lift it", above=above)


def test_whoever_is_senior_enough_and_another_one_may():
    require_second(MANAGER, {"officer"}, "lift it", above=1)
    require_second(OFFICER2, {"officer"}, "see it", above=0)
