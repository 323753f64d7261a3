import json
import sqlite3
from datetime import datetime, timedelta

import pytest
from rich.cells import cell_len
from rich.console import Console
from sqlalchemy import delete
from typer.testing import CliRunner

from ews.cli import people, show
from ews.cli.casework_app import casework_app
from ews.cli.people_app import UNSOUND, audit_app, user_app
from ews.domain.errors import AccountError, SettingsError, UnauthenticatedError
from ews.store import entrance
from ews.store.audit import Entry, append, changing
from ews.store.audit_log import change, open_log
from ews.store.audit_verified import last_check
from ews.store.cases import Case, open_case
from ews.store.engine import open_store
from ews.store.entrance import actor_by_password, actor_by_token
from ews.store.tables import worklist
from tests.store.samples import JULY, published, row

PASSWORD = "a sound pass phrase"  # noqa: S105 - of a test
LI = ("li", "--name", "李明", "--role", "officer", "--branch", "b-1", "--officer-id", "o-1")


@pytest.fixture(autouse=True)
def _ops(monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "ops")


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr("ews.cli.show.OUT", Console(width=200))
    monkeypatch.setenv("EWS_HOME", str(tmp_path / "home"))

    def command(app, *arguments, given=""):
        result = CliRunner().invoke(app, [*arguments], input=given)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return command


@pytest.fixture
def user(run):
    return lambda *arguments, given="": run(user_app, *arguments, given=given)


@pytest.fixture
def audit(run):
    return lambda *arguments: run(audit_app, *arguments)


@pytest.fixture
def log(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'home' / 'ews.db'}")
    yield open_log(store, tmp_path / "home" / "audit")
    store.close()


def test_an_account_is_opened_with_a_password_from_standard_input(user, request):
    made = user("add", *LI, "--json", given=PASSWORD + "\n")
    assert made.exit_code == 0
    told = json.loads(made.stdout)
    assert (told["user_id"], told["name"], told["roles"], told["branch_id"]) == ("li", "李明", ["officer"], "b-1")
    assert (told["has_password"], told["is_active"]) == (True, True)
    assert PASSWORD not in made.output
    log = request.getfixturevalue("log")
    assert actor_by_password(log, "li", PASSWORD, at=datetime(2026, 7, 6)).officer_id == "o-1"


def test_a_password_is_asked_twice_on_a_terminal(monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    answers = iter([PASSWORD, PASSWORD, PASSWORD, "another"])
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    assert people.asked_password("li") == PASSWORD
    with pytest.raises(AccountError, match="The two passwords for 'li' differ; nothing was changed"):
        people.asked_password("li")


def test_no_command_takes_a_password_as_an_argument():
    shown = (
        CliRunner().invoke(user_app, ["add", "--help"]).output
        + CliRunner().invoke(user_app, ["password", "--help"]).output
    )
    assert "--password " in shown.replace("--password/", "--password ")
    for option in ("--password TEXT", "--password-value", "--secret"):
        assert option not in shown


def test_accounts_are_listed_for_people_and_machines(user):
    user("add", *LI, given=PASSWORD)
    user("add", "feed", "--name", "Feed", "--role", "operator", "--role", "auditor", "--no-password")
    user("add", "wu", "--name", "Wu", "--role", "risk_manager", "--oidc", "s-1", "--no-password")
    user("disable", "wu")
    shown = user("list").stdout
    for text in (
        "李明",
        "officer 客户经理",
        "tokens only 仅令牌",
        "bank's login 统一登录",
        "disabled 已停用",
        "active 启用",
    ):
        assert text in shown
    told = json.loads(user("list", "--json").stdout)["users"]
    assert [(one["user_id"], one["roles"], one["is_active"]) for one in told] == [
        ("feed", ["auditor", "operator"], True),
        ("li", ["officer"], True),
        ("wu", ["risk_manager"], False),
    ]
    assert "password_hash" not in told[0]


def test_whoever_is_delayed_is_shown_so(user, log):
    user("add", *LI, given=PASSWORD)
    for _ in range(entrance.FREE):
        with pytest.raises(UnauthenticatedError):
            actor_by_password(log, "li", "wrong pass phrase", at=datetime.now())  # noqa: DTZ005 - naive local, as stored
    assert "delayed until 暂缓至" in user("list").stdout
    assert json.loads(user("list", "--json").stdout)["users"][0]["delayed_until"] is not None


def test_an_account_is_changed_field_by_field(user):
    user("add", *LI, given=PASSWORD)
    changed = user("change", "li", "--role", "risk_manager", "--branch", "-", "--name", "Li", "--json")
    told = json.loads(changed.stdout)
    assert (told["name"], told["roles"], told["branch_id"], told["officer_id"]) == ("Li", ["risk_manager"], None, "o-1")
    with pytest.raises(AccountError, match="Nothing is said to change of 'li'"):
        user("change", "li")
    with pytest.raises(AccountError, match="Who is officer works for one branch"):
        user("change", "li", "--role", "officer")
    assert user("disable", "li").stdout.startswith("account 'li' disabled")
    assert user("enable", "li").stdout.startswith("account 'li' enabled")


def test_a_branch_that_no_batch_has_is_told_and_the_account_opened_all_the_same(user, log):
    assert "note" not in user("add", *LI, given=PASSWORD).stderr  # no batch yet, so that nobody can tell
    published(log.store, "july", [row("B1"), row("B2", branch_id="branch-2")], as_of=JULY)
    made = user("add", "wu", "--name", "Wu", "--role", "officer", "--branch", "branch-3", "--no-password")
    assert made.exit_code == 0
    assert "is of branch 'branch-3', so that 'wu' sees none yet; the branches are branch-1, branch-2." in made.stderr
    assert user("change", "wu", "--branch", "branch-2").stderr == ""
    assert "branch 'b-1'" in user("change", "wu", "--branch", "b-1").stderr


def test_a_new_password_takes_the_place_of_the_old_one(user, log):
    user("add", *LI, given=PASSWORD)
    assert user("password", "li", given="another sound phrase\r\n").exit_code == 0
    at = datetime(2026, 7, 6)
    assert actor_by_password(log, "li", "another sound phrase", at=at).user_id == "li"
    with pytest.raises(UnauthenticatedError):
        actor_by_password(log, "li", PASSWORD, at=at)
    with pytest.raises(AccountError, match="has 0 characters"):
        user("password", "li")


def test_a_token_is_shown_once_and_revoked_by_its_id(user, log):
    user("add", "feed", "--name", "Feed", "--role", "operator", "--no-password")
    made = json.loads(user("token", "feed", "--days", "30", "--note", "nightly", "--json").stdout)
    created, expires = (datetime.fromisoformat(made[name]) for name in ("created_at", "expires_at"))
    assert expires - created == timedelta(days=30)
    assert actor_by_token(log.store, made["token"], at=created).is_machine
    listed = json.loads(user("list", "--tokens", "--json").stdout)["tokens"]
    assert [(one["token_id"], one["note"], one["revoked_at"]) for one in listed] == [
        (made["token_id"], "nightly", None)
    ]
    assert "nightly" in user("list", "--tokens").stdout
    assert user("revoke", made["token_id"]).stdout == f"token '{made['token_id']}' of 'feed' revoked 令牌已吊销\n"
    with pytest.raises(UnauthenticatedError):
        actor_by_token(log.store, made["token"], at=created)
    secret, told, _ = user("token", "feed").stdout.split("\n")
    assert secret.startswith("ews_")
    assert "shown this once" in told
    assert secret not in user("list", "--tokens").stdout


def test_the_log_shows_who_ran_which_command(user, audit):
    user("add", *LI, given=PASSWORD)
    user("change", "li", "--branch", "b-2")
    user("disable", "li")
    shown = json.loads(audit("show", "--json").stdout)
    assert [(one["number"], one["user_id"], one["action"], one["subject"]) for one in shown["entries"]] == [
        (4, "os:ops", "user.disable", "li"),
        (3, "os:ops", "user.change", "li"),
        (2, "os:ops", "user.add", "li"),
        (1, "ews", "audit.begin", "audit"),
    ]
    assert shown["next_before"] is None
    assert shown["entries"][1]["content"] == {"branch_id": {"before": "b-1", "after": "b-2"}}
    assert "user.change" in audit("show", "--action", "user.*").stdout


def test_the_log_is_shown_by_user_subject_action_and_day(user, audit):
    user("add", *LI, given=PASSWORD)
    user("disable", "li")

    def numbers(*arguments):
        return [one["number"] for one in json.loads(audit("show", "--json", *arguments).stdout)["entries"]]

    today = datetime.now().date()  # noqa: DTZ005 - naive local, as stored
    yesterday = today - timedelta(days=1)
    assert numbers("--user", "os:ops") == [3, 2]
    assert numbers("--subject", "li", "--action", "user.add") == [2]
    assert numbers("--from", str(today), "--to", str(today)) == [3, 2, 1]
    assert numbers("--to", str(yesterday)) == []
    assert numbers("--limit", "1", "--before", "3") == [2]
    assert "more 更多: --before 2" in audit("show", "--limit", "2").stdout
    with pytest.raises(SettingsError, match="--from 'soon' is no day; write it like"):
        audit("show", "--from", "soon")


def test_the_log_is_shown_by_borrower_look_ups_and_acts_alike(audit, log):
    entries = [
        Entry(datetime(2026, 7, 6, 9), "li", "look-up", "/v1/borrowers/B1", "4f1c2a" * 5, {"status": 200}, (), ("B1",)),
        Entry(datetime(2026, 7, 6, 10), "li", "warning.acknowledge", "W0000001", borrowers=("B1",)),
        Entry(datetime(2026, 7, 6, 11), "li", "look-up", "/v1/borrowers/B2", borrowers=("B2",)),
    ]
    with changing(log.store) as connection:
        append(connection, log.key, entries)
    told = json.loads(audit("show", "--borrower", "B1", "--json").stdout)["entries"]
    assert [(one["action"], one["borrowers"]) for one in told] == [("warning.acknowledge", ["B1"]), ("look-up", ["B1"])]
    assert json.loads(audit("show", "--borrower", "B9", "--json").stdout)["entries"] == []
    shown = audit("show", "--borrower", "B1", "--action", "look-up").stdout
    assert "request 4f1c2a4f" in shown
    assert "4f1c2a4f1" not in shown


def test_a_line_of_the_log_fits_into_eighty_columns(audit, log, monkeypatch):
    monkeypatch.setattr(show, "OUT", Console(width=80))
    path = "/v1/borrowers/B0000713/decision"
    content = {"method": "GET", "status": 200, "query": {"portfolio": "sme"}}
    with changing(log.store) as connection:
        looked = Entry(
            datetime(2026, 7, 6, 9, 5, 7), "zhang.wei", "look-up", path, "4f1c2a" * 5, content, (), ("B0000713",)
        )
        append(connection, log.key, [looked])
    lines = audit("show", "--borrower", "B0000713").stdout.splitlines()
    assert max(cell_len(line) for line in lines) <= 80
    for told in ("2026-07-06", "09:05", "zhang.wei", "look-up", "about B0000713", "status=200"):
        assert any(told in line for line in lines), told


def test_a_list_of_work_that_hides_a_case_is_told_and_derived_anew(run, audit, log):
    at = datetime(2026, 7, 6)
    with change(log, Entry(at, "ews", "warning.raise", "B1")) as made:
        draft = Case("warning", "open", "sme", "B1", "甲", "BR01")
        case, act = open_case(made.connection, draft, verb="raise", user_id="ews", at=at, content={})
        made.touch("cases", case.case_id)
        made.touch("acts", str(act.act))
    with changing(log.store) as connection:
        connection.execute(delete(worklist))
    told = audit("verify")
    assert told.exit_code == UNSOUND
    assert "Row W0000001 of worklist is not what the case says" in told.stdout
    assert json.loads(run(casework_app, "relist", "--json").stdout) == {"rows": 1, "mended": 1}
    assert audit("verify").exit_code == 0
    assert "1 rows 行, 0 mended 修正" in run(casework_app, "relist").stdout


def test_somebody_whom_neither_accounts_nor_the_log_know_is_told_so(user, audit):
    user("add", *LI, given=PASSWORD)
    with pytest.raises(AccountError, match="--user 'lee' has no account, and the log names nobody"):
        audit("show", "--user", "lee")
    assert json.loads(audit("show", "--user", "li", "--json").stdout)["entries"] == []


def test_verify_says_that_nothing_is_wrong(user, audit):
    user("add", *LI, given=PASSWORD)
    found = audit("verify")
    assert (found.exit_code, found.stdout) == (0, "2 entries 条记录, 2 witnessed 已见证: sound 无误\n")
    told = json.loads(audit("verify", "--json").stdout)
    assert told == {"sound": True, "entries": 2, "witnessed": 2, "faults": [], "more": 0}


def test_verify_tells_each_fault_and_ends_with_status_three(user, audit, tmp_path):
    user("add", *LI, given=PASSWORD)
    with sqlite3.connect(tmp_path / "home" / "ews.db") as connection:
        connection.execute("UPDATE users SET roles = 'auditor' WHERE user_id = 'li'")
    connection.close()
    found = audit("verify")
    assert found.exit_code == UNSOUND == 3
    assert "Row li of users was changed beside the log; its newest entry is 2." in found.stdout
    assert "表 users 的行 li在日志之外被修改" in found.stdout
    assert found.stdout.endswith("2 entries 条记录, 2 witnessed 已见证: 1 faults 处异常\n")
    found = audit("verify", "--json")
    assert found.exit_code == 3
    (fault,) = json.loads(found.stdout)["faults"]
    assert (fault["kind"], fault["table"], fault["key"], fault["first"]) == ("changed", "users", "li", 2)
    noted = last_check(tmp_path / "home" / "audit")
    assert (noted.entries, noted.faults) == (2, 1)


def test_verify_of_a_store_without_a_log_says_so_and_begins_none(audit, tmp_path):
    open_store(f"sqlite:///{tmp_path / 'home' / 'ews.db'}").close()
    with pytest.raises(SettingsError, match="The store has no audit log yet"):
        audit("verify")
    assert not (tmp_path / "home" / "audit").exists()


def test_verify_without_the_key_cannot_tell(user, audit, tmp_path):
    user("add", *LI, given=PASSWORD)
    (tmp_path / "home" / "audit" / "key").unlink()
    with pytest.raises(SettingsError, match="can neither be checked nor continued"):
        audit("verify")


def test_whoever_has_no_name_on_this_machine_is_unknown(monkeypatch):
    def nameless():
        raise OSError

    assert people.by() == "os:ops"
    monkeypatch.setattr("getpass.getuser", nameless)
    assert people.by() == "os:unknown"
