import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import insert, update

from ews.domain.errors import UnauthenticatedError
from ews.domain.people import Role
from ews.store import entrance
from ews.store.accounts import Profile, add_user, change_user, find_user, set_active
from ews.store.audit_search import EntryFilter, entry_page
from ews.store.engine import reading, writing
from ews.store.entrance import (
    FORGOTTEN_AFTER,
    FREE,
    LONGEST,
    actor_by_oidc,
    actor_by_password,
    actor_by_session,
    actor_by_token,
    delayed_until,
    end_session,
    start_session,
)
from ews.store.tables import sessions
from ews.store.tokens import add_token, revoke_token
from tests.store.busy import HOUR, MORNING, PASSWORD, PROFILE, checked

SECOND = timedelta(seconds=1)
WRONG = "a wrong pass phrase"


@pytest.fixture
def li(log):
    return add_user(log, "li", PROFILE, by="ops", at=MORNING, password=PASSWORD)


def refused(log, user_id="li", password=WRONG, at=MORNING):
    with pytest.raises(UnauthenticatedError) as caught:
        actor_by_password(log, user_id, password, at=at)
    return str(caught.value)


def actions(log):
    page, _ = entry_page(log.store, EntryFilter(), limit=100)
    return [(one.entry.action, one.entry.subject) for one in reversed(page)]


def test_the_right_password_gives_the_person(log, li):
    assert actor_by_password(log, "li", PASSWORD, at=MORNING) == li.actor()
    assert not actor_by_password(log, "li", PASSWORD, at=MORNING).is_machine


def test_a_password_counts_the_same_however_its_characters_were_typed(log):
    add_user(log, "li", PROFILE, by="ops", at=MORNING, password="pass phrase ｆｕｌｌ é")  # noqa: S106 - of a test
    assert actor_by_password(log, "li", "pass phrase full e\u0301", at=MORNING).user_id == "li"


def test_whatever_is_wrong_the_answer_is_the_same(log, li):
    add_user(log, "oidc", Profile("O", frozenset({Role.AUDITOR})), by="ops", at=MORNING)
    add_user(log, "off", Profile("O", frozenset({Role.AUDITOR})), by="ops", at=MORNING, password=PASSWORD)
    set_active(log, "off", active=False, by="ops", at=MORNING)
    said = {
        refused(log, "li", WRONG),
        refused(log, "nobody", WRONG),
        refused(log, "oidc", WRONG),
        refused(log, "off", PASSWORD),
        refused(log, "Li\x00\udcff", PASSWORD),
        refused(log, "x" * 100_000, PASSWORD),
    }
    assert said == {"The id or the password is not accepted. Check both, or ask an operator to set a new password."}


def test_an_id_that_nobody_has_takes_the_same_work(log, li, monkeypatch):
    done = []
    real = entrance.PASSWORDS
    cost = "m=8,t=1,p=1"

    class Counted:
        def verify_and_update(self, password, hashed):
            done.append((password, cost in hashed))
            return real.verify_and_update(password, hashed)

    entrance.nobodys_hash()
    monkeypatch.setattr(entrance, "PASSWORDS", Counted())
    for user_id in ("li", "nobody", "\x00"):
        refused(log, user_id)
    assert done == [(WRONG, True)] * 3


@pytest.mark.parametrize("user_id", ["li", "nobody"])
def test_failed_attempts_delay_the_next_one_longer_and_longer(log, li, user_id):
    at = MORNING
    for _ in range(FREE):
        assert "not accepted" in refused(log, user_id, at=at)
    for seconds in (15, 30, 60, 120, 240, 480, 900, 900):
        delay = timedelta(seconds=seconds)
        said = f"Too many attempts under this id. Try again in {seconds} seconds."
        assert refused(log, user_id, PASSWORD, at=at) == said
        assert "in 1 seconds" in refused(log, user_id, PASSWORD, at=at + delay - SECOND)
        at += delay
        assert "not accepted" in refused(log, user_id, at=at)
    assert timedelta(seconds=900) == LONGEST


def test_after_the_delay_the_right_password_is_accepted_and_all_is_forgotten(log, li):
    for _ in range(FREE):
        refused(log)
    assert delayed_until(log.store, li, at=MORNING) == MORNING + timedelta(seconds=15)
    at = MORNING + timedelta(seconds=15)
    assert delayed_until(log.store, li, at=at) is None
    assert actor_by_password(log, "li", PASSWORD, at=at) == li.actor()
    for _ in range(FREE):
        assert "not accepted" in refused(log, at=at)


def test_failed_attempts_of_another_day_are_forgotten(log, li):
    for _ in range(FREE):
        refused(log)
    later = MORNING + FORGOTTEN_AFTER + SECOND
    refused(log, "nobody", at=later)
    with reading(log.store) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM logins").scalar() == 1
    assert actor_by_password(log, "li", PASSWORD, at=later) == li.actor()


def test_many_attempts_at_once_are_no_more_than_one_after_the_other(log, li):
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: refused(log), range(3 * FREE)))
    assert sum("not accepted" in one for one in said) == FREE
    assert sum("Too many attempts" in one for one in said) == 2 * FREE


def test_what_was_typed_is_kept_nowhere(log, li):
    typed = "my password in the wrong field"
    refused(log, typed, WRONG)
    with reading(log.store) as connection:
        kept = str(connection.exec_driver_sql("SELECT * FROM logins").all())
        kept += str(connection.exec_driver_sql("SELECT * FROM audit").all())
    assert typed not in kept
    assert WRONG not in kept
    assert actions(log)[-1] == ("login.failed", "unknown")


def test_a_password_is_kept_anew_when_the_parameters_have_changed(log, li, monkeypatch):
    newer = PasswordHash([Argon2Hasher(time_cost=2, memory_cost=8, parallelism=1)])
    monkeypatch.setattr(entrance, "PASSWORDS", newer)
    for _ in range(2):
        assert actor_by_password(log, "li", PASSWORD, at=MORNING) == li.actor()
    with reading(log.store) as connection:
        assert "t=2" in str(connection.exec_driver_sql("SELECT password_hash FROM users").scalar())
    assert [action for action, _ in actions(log)].count("user.rehash") == 1
    assert checked(log).faults == ()


def test_a_session_lasts_its_time(log, li):
    session = start_session(log, li.actor(), at=MORNING, lasts=HOUR)
    assert (session.user_id, session.expires_at) == ("li", MORNING + HOUR)
    assert actor_by_session(log, session.secret, at=MORNING + HOUR - SECOND) == li.actor()
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
        connection.execute(insert(sessions), [{**forged, "started_at": MORNING, "expires_at": MORNING + HOUR}])
    for secret in (own.secret, own.secret.replace(":li", ":wang"), made_up):
        with pytest.raises(UnauthenticatedError):
            actor_by_session(log, secret, at=MORNING)


def test_a_session_ends_when_somebody_logs_out_and_only_theirs(log, li):
    first, second = (start_session(log, li.actor(), at=MORNING, lasts=HOUR) for _ in range(2))
    for _ in range(2):
        end_session(log, first.secret, at=MORNING)
    with pytest.raises(UnauthenticatedError):
        actor_by_session(log, first.secret, at=MORNING)
    assert actor_by_session(log, second.secret, at=MORNING) == li.actor()
    assert actions(log)[-3:] == [("login", "li"), ("login", "li"), ("logout", "li")]


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


def test_a_token_gives_a_machine_until_it_ends_is_revoked_or_its_account_is_off(log, li):
    token = add_token(log, "li", expires_at=MORNING + HOUR, by="ops", at=MORNING)
    other = add_token(log, "li", expires_at=MORNING + HOUR, by="ops", at=MORNING)
    assert actor_by_token(log.store, token.secret, at=MORNING + HOUR - SECOND) == li.actor(is_machine=True)
    assert actor_by_token(log.store, token.secret, at=MORNING).is_machine
    said = "The token is not accepted: unknown, expired or revoked"
    for secret, at in ((token.secret, MORNING + HOUR), ("ews_x", MORNING), (token.secret[4:], MORNING)):
        with pytest.raises(UnauthenticatedError, match=said):
            actor_by_token(log.store, secret, at=at)
    revoke_token(log, token.token.token_id, by="ops", at=MORNING)
    with pytest.raises(UnauthenticatedError, match=said):
        actor_by_token(log.store, token.secret, at=MORNING)
    assert actor_by_token(log.store, other.secret, at=MORNING).user_id == "li"
    set_active(log, "li", active=False, by="ops", at=MORNING)
    with pytest.raises(UnauthenticatedError, match=said):
        actor_by_token(log.store, other.secret, at=MORNING)


def test_the_banks_login_names_an_active_account(log):
    add_user(log, "li", Profile("Li", frozenset({Role.AUDITOR}), oidc_subject="s-1"), by="ops", at=MORNING)
    assert actor_by_oidc(log.store, "s-1") == find_user(log.store, "li").actor()
    with pytest.raises(UnauthenticatedError, match=r"no active account belongs to it.*subject: s-2"):
        actor_by_oidc(log.store, "s-2")
    set_active(log, "li", active=False, by="ops", at=MORNING)
    with pytest.raises(UnauthenticatedError, match="no active account"):
        actor_by_oidc(log.store, "s-1")


def test_changed_roles_count_at_once(log, li):
    session = start_session(log, li.actor(), at=MORNING, lasts=HOUR)
    change_user(log, "li", {"roles": frozenset({Role.BRANCH_MANAGER})}, by="ops", at=MORNING)
    assert actor_by_session(log, session.secret, at=MORNING).roles == {Role.BRANCH_MANAGER}
