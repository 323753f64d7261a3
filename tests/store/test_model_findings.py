from datetime import date, timedelta

import pytest

from ews.domain.errors import ForbiddenError, RequestError, SecondPersonError
from ews.domain.people import Actor, Role
from ews.store.accounts import add_user
from ews.store.audit_search import EntryFilter, entry_page
from ews.store.model_findings import (
    ASSIGN,
    SIGN,
    VALIDATE,
    Found,
    State,
    all_findings,
    assign,
    findings_of_model,
    note_validation,
    sign,
)
from tests.store.busy import HOUR, MORNING, PROFILE, checked

RANKS = {"high": 0, "medium": 1, "low": 2}
DUE = date(2026, 10, 1)
ZHOU = Actor("zhou", "Zhou", frozenset({Role.VALIDATOR}))
SUN = Actor("sun", "Sun", frozenset({Role.MODEL_OWNER}))


def found(test: str, severity: str = "medium", *about: str) -> Found:
    return Found(test, severity, RANKS[severity], about or ("whole",), DUE)


def noted(log, *findings: Found, hours: int = 0, model: str = "m1"):
    return note_validation(log, "firms", model, findings, by="os:ops", at=MORNING + hours * HOUR, ranks=RANKS)


def signed(log, finding_id: str, state: State, actor: Actor = ZHOU) -> None:
    sign(log, finding_id, state, "seen", actor=actor, at=MORNING + HOUR)


def test_what_is_found_twice_is_one_finding_that_was_seen_again(log):
    noted(log, found("psi_score"), found("ks"))
    first, second = noted(log, found("psi_score", "high", "whole", "grade:1"), hours=2)
    assert (first.finding_id, first.severity, first.about) == ("MF0001", "high", ("whole", "grade:1"))
    assert (first.raised_at, first.seen_at) == (MORNING, MORNING + 2 * HOUR)
    assert (second.test, second.seen_at, second.state) == ("ks", MORNING, State.OPEN)


def test_each_model_has_findings_of_its_own(log):
    noted(log, found("ks"))
    noted(log, found("ks"), model="m2")
    assert [one.model_id for one in all_findings(log.store)] == ["m1", "m2"]
    assert [one.finding_id for one in findings_of_model(log.store, "firms", "m2")] == ["MF0002"]


@pytest.mark.parametrize(
    ("state", "severity", "after"),
    [
        (State.RESOLVED, "low", State.OPEN),
        (State.ACCEPTED, "medium", State.ACCEPTED),
        (State.ACCEPTED, "high", State.OPEN),
    ],
)
def test_a_finding_seen_again_opens_where_it_was_mended_or_graver_than_accepted(log, state, severity, after):
    noted(log, found("ks"))
    signed(log, "MF0001", state)
    (now,) = noted(log, found("ks", severity), hours=3)
    assert (now.state, now.signed_by) == (after, "zhou" if after is State.ACCEPTED else None)


def test_a_finding_is_assigned_with_owner_and_day_and_late_after_it(log):
    noted(log, found("ks"))
    add_user(log, "sun", PROFILE, by="ops", at=MORNING)
    assign(log, "MF0001", "sun", None, actor=ZHOU, at=MORNING)
    (now,) = all_findings(log.store)
    assert (now.owner, now.due_on) == ("sun", DUE)
    assert (now.is_late(DUE), now.is_late(DUE + timedelta(days=1))) == (False, True)


def test_validators_sign_with_a_reason_and_never_what_they_answer_for(log):
    noted(log, found("ks"))
    with pytest.raises(ForbiddenError, match="by validators"):
        signed(log, "MF0001", State.ACCEPTED, SUN)
    with pytest.raises(RequestError, match="says why"):
        sign(log, "MF0001", State.ACCEPTED, " ", actor=ZHOU, at=MORNING)
    add_user(log, "zhou", PROFILE, by="ops", at=MORNING)
    assign(log, "MF0001", "zhou", None, actor=SUN, at=MORNING)
    with pytest.raises(SecondPersonError, match="another validator"):
        signed(log, "MF0001", State.RESOLVED)
    with pytest.raises(RequestError, match="no finding 'MF9'"):
        signed(log, "MF9", State.RESOLVED)


def test_what_is_signed_off_is_not_assigned_until_it_is_open_again(log):
    noted(log, found("ks"))
    signed(log, "MF0001", State.ACCEPTED)
    with pytest.raises(RequestError, match="not open any more"):
        assign(log, "MF0001", None, DUE, actor=SUN, at=MORNING)
    signed(log, "MF0001", State.OPEN)
    assign(log, "MF0001", None, DUE + timedelta(days=9), actor=SUN, at=MORNING)
    (now,) = all_findings(log.store)
    assert (now.due_on, now.signed_by) == (DUE + timedelta(days=9), None)


def test_the_log_tells_and_proves_every_change(log):
    noted(log, found("ks"))
    assign(log, "MF0001", None, DUE + timedelta(days=1), actor=SUN, at=MORNING)
    signed(log, "MF0001", State.RESOLVED)
    page, _ = entry_page(log.store, EntryFilter(), limit=100)
    told = [(one.entry.action, one.entry.user_id, one.entry.subject) for one in page]
    assert {(VALIDATE, "os:ops", "m1"), (ASSIGN, "sun", "MF0001"), (SIGN, "zhou", "MF0001")} <= set(told)
    assert checked(log).is_sound
