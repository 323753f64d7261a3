from datetime import datetime

import pytest
from sqlalchemy import select

from ews.domain.errors import AccountError
from ews.domain.people import Actor, Role
from ews.store.accounts import (
    Profile,
    add_user,
    all_users,
    change_user,
    find_user,
    has_accounts,
    names_of,
    officer_names,
    set_active,
    set_password,
)
from ews.store.audit_search import EntryFilter, entry_page
from ews.store.engine import reading
from ews.store.sessions import actor_by_session, start_session
from ews.store.tables import users
from tests.store.busy import HOUR, MORNING, PASSWORD, PROFILE, checked

AUDITOR = Profile("Wang", frozenset({Role.AUDITOR}))


def logged(log, action):
    page, _ = entry_page(log.store, EntryFilter(action=action), limit=100)
    return [(one.entry.user_id, one.entry.subject, one.entry.content) for one in page]


def test_an_account_is_read_back_as_it_was_opened(log):
    assert not has_accounts(log.store)
    made = add_user(log, "li", PROFILE, by="ops", at=MORNING, password=PASSWORD)
    assert has_accounts(log.store)
    assert find_user(log.store, "li") == made
    assert (made.profile, made.has_password, made.is_active, made.created_at) == (PROFILE, True, True, MORNING)
    assert made.actor() == Actor("li", "李明", frozenset({Role.OFFICER}), "branch-1", "officer-1")


def test_accounts_are_listed_by_id(log):
    for user_id in ("wang", "li.9", "li"):
        add_user(log, user_id, AUDITOR, by="ops", at=MORNING)
    assert [one.user_id for one in all_users(log.store)] == ["li", "li.9", "wang"]
    assert not any(one.has_password for one in all_users(log.store))


def test_roles_are_stored_sorted(log):
    roles = frozenset({Role.VALIDATOR, Role.AUDITOR, Role.RISK_MANAGER})
    add_user(log, "li", Profile("Li", roles), by="ops", at=MORNING)
    with reading(log.store) as connection:
        assert connection.execute(select(users.c.roles)).scalar_one() == "auditor,risk_manager,validator"
    assert find_user(log.store, "li").profile.roles == roles


def test_an_officer_has_one_active_account(log):
    add_user(log, "li", PROFILE, by="ops", at=MORNING)
    with pytest.raises(AccountError, match="has the active account 'li' already"):
        add_user(log, "li.2", PROFILE, by="ops", at=MORNING)
    add_user(log, "wang", AUDITOR, by="ops", at=MORNING)
    with pytest.raises(AccountError, match="Officer 'officer-1'"):
        change_user(log, "wang", {"officer_id": "officer-1"}, by="ops", at=MORNING)
    set_active(log, "li", active=False, by="ops", at=MORNING)
    add_user(log, "li.2", PROFILE, by="ops", at=MORNING)
    with pytest.raises(AccountError, match=r"account 'li\.2' already"):
        set_active(log, "li", active=True, by="ops", at=MORNING)


@pytest.mark.parametrize("role", Role)
def test_officers_and_branch_managers_need_a_branch_and_nobody_else(log, role):
    profile = Profile("Li", frozenset({role}))
    if role in {Role.OFFICER, Role.BRANCH_MANAGER}:
        with pytest.raises(AccountError, match=rf"Who is {role} works for one branch, and none is given"):
            add_user(log, "li", profile, by="ops", at=MORNING)
    else:
        assert add_user(log, "li", profile, by="ops", at=MORNING).profile.branch_id is None


@pytest.mark.parametrize(
    "user_id", ["", "Li", "-li", "l i", "li\n", "赵", "a" * 65, "ews", "local", "nobody", "unknown"]
)
def test_an_id_that_cannot_be_one_is_refused(log, user_id):
    with pytest.raises(AccountError, match="is no id for an account"):
        add_user(log, user_id, AUDITOR, by="ops", at=MORNING)


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        (Profile(" ", frozenset({Role.AUDITOR})), "1 to 200 printable characters"),
        (Profile("L\ti", frozenset({Role.AUDITOR})), "1 to 200 printable characters"),
        (Profile("L" * 201, frozenset({Role.AUDITOR})), "1 to 200 printable characters"),
        (Profile("Li", frozenset()), "at least one role. Roles: officer, branch_manager"),
        (Profile("Li", frozenset({Role.OFFICER}), ""), "never empty"),
        (Profile("Li", frozenset({Role.AUDITOR}), oidc_subject=""), "never empty"),
    ],
)
def test_a_profile_that_does_not_hold_is_refused(log, profile, said):
    with pytest.raises(AccountError, match=said):
        add_user(log, "li", profile, by="ops", at=MORNING)
    assert not has_accounts(log.store)


def test_an_id_or_a_subject_of_the_banks_login_belongs_to_one_account(log):
    add_user(log, "li", Profile("Li", frozenset({Role.AUDITOR}), oidc_subject="s-1"), by="ops", at=MORNING)
    with pytest.raises(AccountError, match="There is an account 'li' already"):
        add_user(log, "li", AUDITOR, by="ops", at=MORNING)
    with pytest.raises(AccountError, match="'s-1' of the bank's login belongs to account 'li' already"):
        add_user(log, "wang", Profile("W", frozenset({Role.AUDITOR}), oidc_subject="s-1"), by="ops", at=MORNING)
    add_user(log, "wang", AUDITOR, by="ops", at=MORNING)
    with pytest.raises(AccountError, match="belongs to account 'li'"):
        change_user(log, "wang", {"oidc_subject": "s-1"}, by="ops", at=MORNING)
    assert change_user(log, "li", {"oidc_subject": "s-1"}, by="ops", at=MORNING).profile.oidc_subject == "s-1"


def test_a_change_tells_the_log_what_was_and_what_is(log):
    add_user(log, "li", PROFILE, by="ops", at=MORNING)
    changed = change_user(log, "li", {"branch_id": "branch-2", "name": "李明"}, by="ops", at=MORNING)
    assert find_user(log.store, "li") == changed
    assert changed.profile.branch_id == "branch-2"
    assert logged(log, "user.change") == [("ops", "li", {"branch_id": {"before": "branch-1", "after": "branch-2"}})]
    with pytest.raises(AccountError, match="works for one branch"):
        change_user(log, "li", {"branch_id": None}, by="ops", at=MORNING)
    assert find_user(log.store, "li") == changed


def test_whoever_is_disabled_or_has_a_new_password_is_logged_out(log):
    user = add_user(log, "li", PROFILE, by="ops", at=MORNING, password=PASSWORD)
    session = start_session(log, user.actor(), at=MORNING, lasts=HOUR)
    assert actor_by_session(log, session.secret, at=MORNING).actor == user.actor()
    set_password(log, "li", "another sound phrase", by="ops", at=MORNING)
    session_count = "SELECT count(*) FROM sessions"
    with reading(log.store) as connection:
        assert connection.exec_driver_sql(session_count).scalar() == 0
    start_session(log, user.actor(), at=MORNING, lasts=HOUR)
    assert not set_active(log, "li", active=False, by="ops", at=MORNING).is_active
    with reading(log.store) as connection:
        assert connection.exec_driver_sql(session_count).scalar() == 0
    assert set_active(log, "li", active=True, by="ops", at=MORNING) == find_user(log.store, "li")


def test_no_password_and_no_hash_is_told_to_the_log(log):
    add_user(log, "li", PROFILE, by="ops", at=MORNING, password=PASSWORD)
    set_password(log, "li", "another sound phrase", by="ops", at=MORNING)
    with reading(log.store) as connection:
        hashed = connection.execute(select(users.c.password_hash)).scalar_one()
        told = str(connection.exec_driver_sql("SELECT content, rows, subject FROM audit").all())
    assert PASSWORD not in told
    assert "another sound phrase" not in told
    assert hashed not in told
    assert "argon2" not in told


def test_every_change_is_proven_by_the_log(log):
    add_user(log, "li", PROFILE, by="ops", at=MORNING, password=PASSWORD)
    change_user(log, "li", {"officer_id": None}, by="ops", at=MORNING)
    set_password(log, "li", "another sound phrase", by="ops", at=MORNING)
    set_active(log, "li", active=False, by="ops", at=MORNING)
    set_active(log, "li", active=True, by="ops", at=datetime(2026, 7, 7))
    assert checked(log).faults == ()
    assert checked(log).entries == 6


@pytest.mark.parametrize(
    "act",
    [
        lambda log: change_user(log, "wu", {"name": "W"}, by="ops", at=MORNING),
        lambda log: set_active(log, "wu", active=False, by="ops", at=MORNING),
        lambda log: set_password(log, "wu", "a sound pass phrase", by="ops", at=MORNING),
        lambda log: find_user(log.store, "wu"),
    ],
)
def test_an_account_that_is_not_there_is_told_and_the_log_says_nothing(log, act):
    with pytest.raises(AccountError, match=r"There is no account 'wu'\. See 'ews user list'"):
        act(log)
    assert checked(log).entries == 1


def test_names_are_found_by_id_also_of_accounts_no_longer_in_use(log):
    add_user(log, "li", PROFILE, by="ops", at=MORNING)
    add_user(log, "wang", AUDITOR, by="ops", at=MORNING)
    set_active(log, "li", active=False, by="ops", at=MORNING)
    with reading(log.store) as connection:
        assert names_of(connection, {"li", "wang", "nobody"}) == {"li": "李明", "wang": "Wang"}


def test_officers_are_called_as_their_accounts_in_use_are(log):
    add_user(log, "li", PROFILE, by="ops", at=MORNING)
    add_user(log, "wang", AUDITOR, by="ops", at=MORNING)
    assert officer_names(log.store) == {"officer-1": "李明"}
    set_active(log, "li", active=False, by="ops", at=MORNING)
    assert officer_names(log.store) == {}
