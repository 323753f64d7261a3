"""Acts on a warning over HTTP: the whole life, and what each kind of bad input is answered with."""

from functools import cache

import pytest
from sqlalchemy import select

from ews.serving.api import cases, casework_warnings
from ews.store.accounts import Profile, add_user
from ews.store.engine import reading
from ews.store.tables import audit
from tests.casework.people import AUDITOR, MANAGER, OFFICER, OFFICER2, OTHER, RISK
from tests.casework.signals import LARGE, batch, borrower, held
from tests.casework.submitted import by_check
from tests.serving.conftest import NOW

VERIFY = {"verdict": "true", "reason": "The workshop stands still.", "how": "visit"}


@pytest.fixture
def act(client_as, desk):
    """Give a function that acts on a warning; the desk's day is Saturday, 1 August 2026."""
    batch(desk, borrower("B1", held("GRADE_RED"), exposure_fen=LARGE), as_of=NOW.date())

    client_of = cache(lambda actor: client_as(actor, cases.router, casework_warnings.router))

    def done(actor, verb, version, **content):
        return client_of(actor).post(f"/v1/warnings/W0000001/{verb}", json={"version": version, **content})

    done.desk = desk
    return done


def to_handled(act):
    for version, (verb, content) in enumerate(
        [
            ("acknowledge", {}),
            ("report", {"how": "Called at 10:20."}),
            ("verify", by_check(act.desk, VERIFY)),
            ("plan", {"text": "More security."}),
            ("handle", {"text": "Mortgage registered."}),
        ],
        start=1,
    ):
        response = act(OFFICER, verb, version, **content)
        assert response.status_code == 200, response.text
    return response.json()


def quiet(desk):
    for month in (8, 9, 10):
        batch(desk, borrower("B1", exposure_fen=LARGE), as_of=NOW.date().replace(month=month, day=28))


def test_a_red_warning_lives_from_acknowledged_to_lifted(act, desk, client_as):
    handled = to_handled(act)
    assert (handled["state"]["code"], handled["version"]) == ("handled", 6)
    quiet(desk)
    version, levels = 9, []
    for day in (28, 29, 30):
        asked = act(OFFICER, "ask-lift", version, evidence="Statements attached.", learnt="Ask for orders early.")
        assert (asked.status_code, asked.json()["role"]["code"]) == (200, "branch_manager")
        lifted = act(MANAGER, "lift", version + 1)
        levels.append((lifted.json()["level"]["code"], lifted.json()["state"]["code"]))
        batch(desk, borrower("B1", exposure_fen=LARGE), as_of=NOW.date().replace(month=11, day=day))
        version += 3
    assert levels == [("orange", "handled"), ("yellow", "handled"), ("yellow", "lifted")]
    acts = client_as(MANAGER, cases.router).get("/v1/cases/W0000001/acts").json()["items"]
    assert [one["user_id"] for one in acts if one["verb"] in {"ask-lift", "lift"}] == ["officer", "manager"] * 3


def test_a_refusal_is_told_with_its_reason(act, desk):
    to_handled(act)
    quiet(desk)
    act(OFFICER, "ask-lift", 9, evidence="Statements attached.")
    refused = act(RISK, "refuse-lift", 10, reason="The flows are circular.")
    assert (refused.status_code, refused.json()["body"]["lift_asked_by"]) == (200, None)


def test_a_warning_is_handed_over_to_an_account_of_the_branch_only(act, problem_of):
    profile = Profile("Officer 2", OFFICER2.roles, "branch-1", "officer-2")
    add_user(act.desk.log, "officer2", profile, by="test", at=NOW)
    given = act(OFFICER, "hand-over", 1, to="officer2", reason="On leave.")
    assert (given.status_code, given.json()["assignee"], given.json()["state"]["code"]) == (200, "officer2", "raised")
    status, code, detail = problem_of(act(OFFICER, "hand-over", 2, to="other", reason="x"))
    assert (status, code) == (422, "bad-request")
    assert detail.startswith("'other' cannot have warning 'W0000001'")


def test_a_transition_that_is_not_allowed_is_409_with_what_may_be_done(act, problem_of):
    assert problem_of(act(OFFICER, "plan", 1, text="x")) == (
        409,
        "not-allowed-now",
        "Warning 'W0000001' is raised: 'plan' is not done now. What may be done now: acknowledge, report.",
    )


def test_a_stale_version_is_409_and_told_before_the_transition(act, problem_of):
    act(OFFICER, "acknowledge", 1)
    assert problem_of(act(OFFICER2, "acknowledge", 1)) == (
        409,
        "stale-version",
        (
            "Case 'W0000001' is at version 2 by now, not 1: it has been changed since, by you or somebody else. "
            "Read it again, then act on what it says."
        ),
    )


def test_a_foreign_branch_is_404_like_a_warning_that_is_none(act, client_as, problem_of):
    foreign = problem_of(act(OTHER, "acknowledge", 1))
    client = client_as(OTHER, casework_warnings.router)
    none = problem_of(client.post("/v1/warnings/W0000099/acknowledge", json={"version": 1}))
    assert foreign[:2] == none[:2] == (404, "unknown-case")
    assert foreign[2].replace("W0000001", "W0000099") == none[2]


def test_lifting_by_who_asked_or_by_a_peer_is_403(act, desk, problem_of):
    to_handled(act)
    quiet(desk)
    act(OFFICER, "ask-lift", 9, evidence="Statements attached.")
    assert problem_of(act(OFFICER, "lift", 10))[:2] == (403, "second-person")
    assert problem_of(act(OFFICER2, "lift", 10))[:2] == (403, "second-person")


def test_lifting_without_evidence_is_422(act, desk, problem_of):
    to_handled(act)
    quiet(desk)
    for content in ({}, {"evidence": ""}, {"evidence": " \n "}, {"evidence": None}):
        status, _, detail = problem_of(act(OFFICER, "ask-lift", 9, **content))
        assert (status, "evidence" in detail) == (422, True)


def test_lifting_too_early_is_409_and_names_the_signals(act, problem_of):
    to_handled(act)
    status, code, detail = problem_of(act(OFFICER, "ask-lift", 6, evidence="x"))
    assert (status, code) == (409, "not-allowed-now")
    assert "gone for 3 batches in a row and GRADE_RED has been gone for 0" in detail


def test_a_role_that_does_not_work_with_borrowers_is_403(act, problem_of):
    assert problem_of(act(AUDITOR, "acknowledge", 1))[:2] == (403, "forbidden")


UNUSABLE = [
    ("acknowledge", {"comment": "x"}, "body.comment"),
    ("acknowledge", {"version": "1"}, "body.version"),
    ("acknowledge", {"version": 0}, "body.version"),
    ("verify", {**VERIFY, "verdict": "maybe"}, "body.verdict"),
    ("verify", {"verdict": "true", "how": "visit"}, "body.reason"),
    ("verify", {**VERIFY, "how": "hearsay"}, "body.how"),
    ("plan", {"text": "x" * 4_001}, "body.text"),
    ("snooze", {"until": "soon", "reason": "x"}, "body.until"),
    ("review-false", {"review": "perhaps", "reason": "x"}, "body.review"),
]


def test_a_body_that_cannot_be_used_is_422_by_field(act, problem_of):
    for verb, content, field in UNUSABLE:
        response = act(OFFICER, verb, **{"version": 1, **content})
        assert problem_of(response)[:2] == (422, "invalid-request")
        assert [fault["field"] for fault in response.json()["errors"]] == [field]


def test_a_snooze_of_a_red_one_is_409(act, problem_of):
    act(OFFICER, "acknowledge", 1)
    status, code, detail = problem_of(act(OFFICER, "snooze", 2, until="2026-08-04", reason="x"))
    assert (status, code) == (409, "not-allowed-now")
    assert "it is red, which is never snoozed" in detail


def test_what_became_of_those_marked_false_is_told_to_the_own_branch(act, client_as, desk):
    act(OFFICER, "acknowledge", 1)
    act(OFFICER, "verify", 2, **by_check(desk, {**VERIFY, "verdict": "false"}))
    batch(desk, borrower("B1", in_default=True), as_of=NOW.date().replace(day=31))
    asked = [
        client_as(actor, casework_warnings.router).get("/v1/warnings/marked-false").json() for actor in (OFFICER, OTHER)
    ]
    assert [(one["marked"], one["defaulted_later"]) for one in asked] == [(1, {"W0000001": "2026-08-31"}), (0, {})]


def test_the_entry_in_the_log_has_the_id_of_the_request(act, desk):
    response = act(OFFICER, "acknowledge", 1)
    with reading(desk.store) as connection:
        entry = connection.execute(select(audit).order_by(audit.c.entry.desc())).first()
    assert (entry.action, entry.user_id, entry.subject) == ("warning.acknowledge", "officer", "W0000001")
    assert entry.request_id == response.headers["x-request-id"]
