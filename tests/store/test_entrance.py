from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from ews.domain.errors import AccountError, UnauthenticatedError
from ews.domain.people import Role
from ews.store import entrance
from ews.store.accounts import Profile, add_user, find_user, set_active, set_password
from ews.store.audit_search import EntryFilter, entry_page
from ews.store.engine import reading
from ews.store.entrance import (
    FORGOTTEN_AFTER,
    FREE,
    LONGEST,
    TooManyAttemptsError,
    WrongPasswordError,
    actor_by_oidc,
    actor_by_password,
    actor_by_token,
    change_own_password,
    delayed_until,
    entered_by_password,
)
from ews.store.passwords import WeakPasswordError
from ews.store.sessions import open_sessions, start_session
from ews.store.tokens import add_token, revoke_token
from tests.store.busy import HOUR, MORNING, PASSWORD, PROFILE, checked

SECOND = timedelta(seconds=1)
WRONG, NEW = "a wrong pass phrase", "seven geese and a violin"


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


def changed(log, li, before, new, at=MORNING, **more):
    change_own_password(log, li.actor(), before, new, at=at, **more)


def test_people_change_their_password_by_the_one_before_and_are_logged_out(log, li):
    start_session(log, li.actor(), at=MORNING, lasts=HOUR)
    changed(log, li, PASSWORD, NEW)
    assert actor_by_password(log, "li", NEW, at=MORNING) == li.actor()
    assert "not accepted" in refused(log, "li", PASSWORD)
    assert open_sessions(log.store, "li", at=MORNING) == ()
    assert ("user.password", "li") in actions(log)
    assert checked(log).faults == ()


@pytest.mark.parametrize(
    ("before", "new", "error", "said"),
    [
        (WRONG, NEW, WrongPasswordError, "The password before is not the right one. Nothing was changed."),
        (PASSWORD, "password2026", WeakPasswordError, "guessed first"),
        (PASSWORD, "huaxin-xinfeng-26", WeakPasswordError, "too little is left"),
        (PASSWORD, PASSWORD, WeakPasswordError, "The new password is the one before"),
    ],
)
def test_a_password_that_may_not_be_changed_so_stays(log, li, before, new, error, said):
    start_session(log, li.actor(), at=MORNING, lasts=HOUR)
    with pytest.raises(error, match=said):
        changed(log, li, before, new, bank_words=("Huaxin Xinfeng",))
    assert actor_by_password(log, "li", PASSWORD, at=MORNING) == li.actor()
    assert len(open_sessions(log.store, "li", at=MORNING)) == 1


def test_wrong_passwords_at_a_change_and_at_the_login_delay_one_another(log, li):
    for _ in range(FREE - 1):
        with pytest.raises(WrongPasswordError):
            changed(log, li, WRONG, NEW)
    assert "not accepted" in refused(log, "li")
    with pytest.raises(TooManyAttemptsError, match="Try again in 15 seconds"):
        changed(log, li, PASSWORD, NEW)
    assert "Too many attempts" in refused(log, "li", PASSWORD)
    assert [action for action, _ in actions(log)].count("user.password.failed") == FREE - 1
    changed(log, li, PASSWORD, NEW, at=MORNING + timedelta(seconds=15))
    assert delayed_until(log.store, li, at=MORNING + timedelta(seconds=15)) is None


def test_an_account_without_a_password_has_none_to_change(log):
    by_bank = add_user(log, "wang", Profile("W", frozenset({Role.AUDITOR}), oidc_subject="s-1"), by="ops", at=MORNING)
    with pytest.raises(AccountError, match="'wang' has no password here"):
        changed(log, by_bank, PASSWORD, NEW)


RESET = "set anew by an operator"


@pytest.fixture
def overtaken(log, li, monkeypatch):
    """Have an operator set another password between the look at the one shown and what rests on it."""
    verify = entrance.PASSWORDS.verify_and_update

    class Meanwhile:
        @staticmethod
        def verify_and_update(password, stored):
            told = verify(password, stored)
            set_password(log, "li", RESET, by="os:ops", at=MORNING)
            return told[0], "anew" if rehashed else told[1]

    rehashed = []
    monkeypatch.setattr(entrance, "PASSWORDS", Meanwhile)
    yield rehashed
    monkeypatch.undo()
    assert actor_by_password(log, "li", RESET, at=MORNING) == li.actor()
    assert open_sessions(log.store, "li", at=MORNING) == ()
    assert checked(log).faults == ()


def test_no_session_rests_on_a_password_that_was_changed_meanwhile(log, overtaken):
    entered = entered_by_password(log, "li", PASSWORD, at=MORNING)
    with pytest.raises(UnauthenticatedError, match="not accepted"):
        start_session(log, entered.actor, at=MORNING, lasts=HOUR, password_hash=entered.password_hash)


def test_nor_is_a_password_changed_by_one_that_no_longer_is(log, li, overtaken):
    with pytest.raises(WrongPasswordError, match="Nothing was changed"):
        changed(log, li, PASSWORD, NEW)
    assert actions(log)[-1] == ("user.password.failed", "li")


def test_nor_kept_anew(log, overtaken):
    overtaken.append(True)
    assert "not accepted" in refused(log, "li", PASSWORD)
    assert ("user.rehash", "li") not in actions(log)
