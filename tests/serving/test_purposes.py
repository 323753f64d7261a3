"""What a borrower was looked up for: by role, as told, refused where it is not one's own."""

import pytest

from ews.domain.errors import RequestError
from ews.domain.people import Actor, Role
from ews.serving.purposes import HEADER, OF_ROLE, Purpose, purpose_of
from tests.casework.people import OFFICER


def _actor(*roles):
    return Actor("li", "Li", frozenset(roles))


def test_every_role_has_a_purpose_and_no_purpose_is_nobodys():
    assert set(OF_ROLE) == set(Role)
    assert {purpose for among in OF_ROLE.values() for purpose in among} == set(Purpose)


def test_of_several_roles_the_one_that_works_with_borrowers_gives_the_purpose():
    assert purpose_of(_actor(Role.AUDITOR, Role.OFFICER), None) is Purpose.POST_LOAN
    assert purpose_of(_actor(Role.AUDITOR, Role.OFFICER), "audit") is Purpose.AUDIT
    assert purpose_of(_actor(), None) is None


@pytest.mark.parametrize("told", ["audit", "", "POST-LOAN", "curiosity"])
def test_what_is_not_for_ones_role_is_refused(told):
    with pytest.raises(RequestError, match="post-loan"):
        purpose_of(_actor(Role.OFFICER), told)


def test_the_log_holds_the_purpose_told_or_not_and_what_was_refused(client_as, looked, problem_of):
    client = client_as(OFFICER)
    client.get("/v1/borrowers/B1")
    client.get("/v1/borrowers/B1", headers={HEADER: "complaint"})
    refused = client.get("/v1/borrowers/B1", headers={HEADER: "audit"})
    assert problem_of(refused)[:2] == (422, "bad-request")
    found = [(one.content["status"], one.content.get("purpose")) for one in looked.entries]
    assert found == [(200, "post-loan"), (200, "complaint"), (422, None)]
