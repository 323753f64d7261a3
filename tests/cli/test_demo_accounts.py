from datetime import datetime

import pytest

from ews.cli import demo_accounts
from ews.cli.demo_accounts import open_accounts, password_of
from ews.cli.desks import log_of
from ews.cli.settings import Settings
from ews.domain.people import Role
from ews.store import accounts
from ews.store.engine import open_store
from ews.store.entrance import actor_by_password
from tests.store.samples import published, row


@pytest.fixture
def settings(tmp_path) -> Settings:
    made = Settings(home=tmp_path / "home")
    store = open_store(made.database)
    published(store, "b1", [row("B1")])
    store.close()
    return made


@pytest.fixture
def log(settings):
    store = open_store(settings.database)
    yield log_of(settings, store)
    store.close()


def test_there_is_an_account_of_each_role_around_the_officer_of_the_borrower(settings, log):
    path = open_accounts(settings, "B1")
    users = accounts.all_users(log.store)
    assert {role for one in users for role in one.profile.roles} == set(Role)
    found = {one.user_id: one.profile for one in users}
    assert (found["zhang"].branch_id, found["zhang"].officer_id) == ("branch-1", "officer-1")
    assert found["li"].branch_id == "branch-1"
    assert [one.user_id for one in users if Role.RISK_MANAGER in one.profile.roles] == ["wang", "zhao"]
    assert len(path.read_text(encoding="utf-8").splitlines()) == len(users)


def test_the_file_tells_passwords_that_are_accepted_to_its_owner_only(settings, log):
    path = open_accounts(settings, "B1")
    assert path.stat().st_mode & 0o777 == 0o600
    for user in accounts.all_users(log.store):
        given = password_of(path, user.user_id)
        assert actor_by_password(log, user.user_id, given, at=datetime(2026, 7, 6)).user_id == user.user_id
    assert password_of(path, "nobody") is None


def test_a_file_that_was_readable_by_all_is_so_no_more(settings):
    path = settings.home / demo_accounts.FILE
    path.write_text("left by another demo\n", encoding="utf-8")
    path.chmod(0o644)
    assert open_accounts(settings, "B1").stat().st_mode & 0o777 == 0o600


def test_accounts_that_are_there_stay_as_they_are(settings):
    path = open_accounts(settings, "B1")
    before = path.read_bytes()
    assert open_accounts(settings, "B1") == path
    assert path.read_bytes() == before
    path.unlink()
    assert password_of(open_accounts(settings, "B1"), "zhang") is None


def test_no_two_demos_have_the_same_passwords(settings):
    path = open_accounts(settings, "B1")
    told = [line.split()[1] for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(set(told)) == len(told)
    assert min(map(len, told)) >= 16
