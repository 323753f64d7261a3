import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import OperationalError

from ews.domain.errors import UnauthenticatedError
from ews.domain.people import Role
from ews.store.accounts import add_user, change_user
from ews.store.audit_search import EntryFilter, entry_page
from ews.store.engine import BUSY_SECONDS, reading, writing
from ews.store.sessions import (
    IDLE,
    UnknownSessionError,
    actor_by_session,
    end_other_sessions,
    end_own_session,
    end_session,
    note_use,
    open_sessions,
    session_id_of,
    start_session,
)
from ews.store.tables import sessions
from ews.store.tokens import add_token
from tests.store.busy import HOUR, MORNING, PASSWORD, PROFILE

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), 12 * HOUR


@pytest.fixture
def li(log):
    return add_user(log, "li", PROFILE, by="ops", at=MORNING, password=PASSWORD)


@pytest.fixture
def wang(log, li):
    return add_user(log, "wang", replace(li.profile, officer_id="officer-2"), by="ops", at=MORNING)


def is_open(log, session, at, idle=IDLE):
    try:
        return actor_by_session(log, session.secret, at=at, idle=idle).actor.user_id == session.user_id
    except UnauthenticatedError:
        return False


def entries(log):
    page, _ = entry_page(log.store, EntryFilter(), limit=100)
    return [(one.entry.action, one.entry.user_id, one.entry.content) for one in reversed(page)]


def test_a_session_lasts_its_time(log, li):
    session = start_session(log, li.actor(), at=MORNING, lasts=HOUR)
    assert (session.user_id, session.expires_at) == ("li", MORNING + HOUR)
    assert actor_by_session(log, session.secret, at=MORNING + HOUR - SECOND, idle=HOUR).actor == li.actor()
    for secret, at in ((session.secret, MORNING + HOUR), ("another", MORNING), ("\udcff", MORNING)):
        with pytest.raises(UnauthenticatedError, match=r"The session is over\. Log in again"):
            actor_by_session(log, secret, at=at)


def test_who_can_write_to_the_database_can_neither_make_a_session_nor_give_one_away(log, li):
    add_user(log, "wang", replace(li.profile, officer_id="officer-2"), by="ops", at=MORNING)
    own = start_session(log, li.actor(), at=MORNING, lasts=HOUR)
    made_up = "evil:wang"
    with writing(log.store) as connection:
        connection.execute(update(sessions).values(user_id="wang"))
        forged = {"session_hash": hashlib.sha256(made_up.encode()).hexdigest(), "user_id": "wang"}
        connection.execute(
            insert(sessions), [{**forged, "started_at": MORNING, "last_used_at": MORNING, "expires_at": MORNING + HOUR}]
        )
    for secret in (own.secret, own.secret.replace(":li", ":wang"), made_up):
        with pytest.raises(UnauthenticatedError):
            actor_by_session(log, secret, at=MORNING)


def test_a_session_ends_when_somebody_logs_out_and_only_theirs(log, li):
    first, second = (start_session(log, li.actor(), at=MORNING, lasts=HOUR) for _ in range(2))
    for _ in range(2):
        end_session(log, first.secret, at=MORNING)
    with pytest.raises(UnauthenticatedError):
        actor_by_session(log, first.secret, at=MORNING)
    assert actor_by_session(log, second.secret, at=MORNING).actor == li.actor()
    assert [(action, who) for action, who, _ in entries(log)[-3:]] == [
        ("login", "li"),
        ("login", "li"),
        ("logout", "li"),
    ]


def test_the_store_keeps_no_secret_of_sessions_and_tokens(log, li):
    session = start_session(log, li.actor(), at=MORNING, lasts=HOUR)
    token = add_token(log, "li", expires_at=MORNING + HOUR, by="ops", at=MORNING)
    with reading(log.store) as connection:
        kept = [str(connection.exec_driver_sql(f"SELECT * FROM {t}").all()) for t in ("sessions", "tokens", "audit")]
    assert not [secret for secret in (session.secret, token.secret, token.secret[4:]) if secret in "".join(kept)]
    assert len(session.secret) == 43 + len(":li")
    assert session.secret not in repr(session)
    assert token.secret not in repr(token)


def test_sessions_that_are_over_are_forgotten_at_the_next_login(log, li):
    start_session(log, li.actor(), at=MORNING, lasts=HOUR)
    start_session(log, li.actor(), at=MORNING + HOUR, lasts=HOUR)
    with reading(log.store) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sessions").scalar() == 1


def test_changed_roles_count_at_once(log, li):
    session = start_session(log, li.actor(), at=MORNING, lasts=HOUR)
    change_user(log, "li", {"roles": frozenset({Role.BRANCH_MANAGER})}, by="ops", at=MORNING)
    assert actor_by_session(log, session.secret, at=MORNING).actor.roles == {Role.BRANCH_MANAGER}


@pytest.mark.parametrize("idle", [timedelta(minutes=5), HOUR])
def test_a_session_in_which_nothing_is_done_ends_and_one_in_use_goes_on(log, li, idle):
    left, used = (start_session(log, li.actor(), at=MORNING, lasts=DAY) for _ in range(2))
    note_use(log, used.secret, at=MORNING + idle - SECOND)
    assert [is_open(log, one, MORNING + idle - SECOND, idle) for one in (left, used)] == [True, True]
    assert [is_open(log, one, MORNING + idle, idle) for one in (left, used)] == [False, True]
    assert not is_open(log, used, MORNING + 2 * idle - SECOND, idle)


def test_no_use_makes_a_session_longer_than_its_day(log, li):
    session = start_session(log, li.actor(), at=MORNING, lasts=DAY)
    note_use(log, session.secret, at=MORNING + DAY - SECOND)
    assert [is_open(log, session, MORNING + DAY - SECOND), is_open(log, session, MORNING + DAY)] == [True, False]


def test_a_use_that_is_told_late_takes_nothing_back(log, li):
    session = start_session(log, li.actor(), at=MORNING, lasts=DAY)
    for minutes in (10, 5):
        note_use(log, session.secret, at=MORNING + minutes * MINUTE)
    assert actor_by_session(log, session.secret, at=MORNING + 10 * MINUTE).last_used_at == MORNING + 10 * MINUTE


def test_a_use_waits_for_no_other_writer_and_the_next_one_is_heard_of(log, li):
    session = start_session(log, li.actor(), at=MORNING, lasts=DAY)
    with writing(log.store):
        note_use(log, session.secret, at=MORNING + MINUTE)
    heard = MORNING + MINUTE if log.store.on_postgresql else MORNING
    assert actor_by_session(log, session.secret, at=MORNING + MINUTE).last_used_at == heard
    note_use(log, session.secret, at=MORNING + 2 * MINUTE)
    assert actor_by_session(log, session.secret, at=MORNING + 2 * MINUTE).last_used_at == MORNING + 2 * MINUTE


def test_whoever_waits_for_nobody_leaves_the_connection_to_those_that_wait(log):
    if log.store.on_postgresql:
        pytest.skip("PostgreSQL lets several write at once")
    with writing(log.store), pytest.raises(OperationalError), writing(log.store, waits=False):
        pass
    with log.store.engine.connect() as one, log.store.engine.connect() as two:
        told = {connection.exec_driver_sql("PRAGMA busy_timeout").scalar() for connection in (one, two)}
    assert told == {BUSY_SECONDS * 1_000}


def test_people_see_their_open_sessions_the_one_used_last_first_and_no_secret(log, li, wang):
    first, second, left = (
        start_session(log, li.actor(), at=MORNING + number * MINUTE, lasts=DAY) for number in (0, 1, 2)
    )
    start_session(log, wang.actor(), at=MORNING, lasts=DAY)
    for one, at in ((first, 70), (second, 65)):
        note_use(log, one.secret, at=MORNING + at * MINUTE)
    found = open_sessions(log.store, "li", at=MORNING + 80 * MINUTE)
    assert [one.session_id for one in found] == [session_id_of(log, one.secret) for one in (first, second)]
    assert (found[0].started_at, found[0].last_used_at) == (MORNING, MORNING + 70 * MINUTE)
    assert found[0].ends_at == MORNING + 70 * MINUTE + IDLE
    assert not [one.secret for one in (first, second, left) if one.secret in repr(found)]


def test_the_day_of_a_session_ends_it_before_its_rest_does(log, li):
    start_session(log, li.actor(), at=MORNING, lasts=timedelta(minutes=40))
    assert open_sessions(log.store, "li", at=MORNING)[0].ends_at == MORNING + timedelta(minutes=40)


def test_people_end_one_of_their_sessions_or_all_others(log, li):
    here, there, far = (start_session(log, li.actor(), at=MORNING, lasts=DAY) for _ in range(3))
    end_own_session(log, "li", session_id_of(log, there.secret), at=MORNING, request_id="r-1")
    assert [is_open(log, one, MORNING) for one in (here, there, far)] == [True, False, True]
    end_other_sessions(log, "li", here.secret, at=MORNING)
    assert [is_open(log, one, MORNING) for one in (here, there, far)] == [True, False, False]
    assert entries(log)[-2:] == [
        ("session.end", "li", {"session_id": session_id_of(log, there.secret)}),
        ("session.end-others", "li", {"ended": 1}),
    ]


def test_nobody_ends_a_session_of_somebody_else_or_one_that_is_over(log, li, wang):
    session = start_session(log, li.actor(), at=MORNING, lasts=DAY)
    own = session_id_of(log, session.secret)
    for user_id, session_id, at in (
        ("wang", own, MORNING),
        ("li", "0" * 12, MORNING),
        ("li", "%", MORNING),
        ("li", own[:-1], MORNING),
        ("li", own, MORNING + IDLE),
    ):
        with pytest.raises(UnknownSessionError, match=f"No session '{session_id}' of yours is open"):
            end_own_session(log, user_id, session_id, at=at)
    end_other_sessions(log, "wang", None, at=MORNING)
    assert is_open(log, session, MORNING)
    assert "session.end" not in [action for action, _, _ in entries(log)]
