import json

import pytest

from ews.casework.desk import at_work, open_case
from ews.casework.neighbours.webhooks import deliver
from ews.cli import receivers
from ews.cli.desks import desk_of, log_of
from ews.cli.settings import Settings
from ews.domain.errors import RequestError
from ews.domain.people import SYSTEM
from ews.store.audit_search import EntryFilter, entry_page
from ews.store.cases import Case
from ews.store.engine import open_store
from tests.casework.receiver import GONE, receiving


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Settings:
    monkeypatch.setattr("getpass.getuser", lambda: "ops")
    monkeypatch.setenv("COLUMNS", "250")
    return Settings(home=tmp_path / "home")


@pytest.fixture
def desk(settings):
    store = open_store(settings.database)
    yield desk_of(settings, store, log_of(settings, store))
    store.close()


@pytest.fixture
def change(settings, desk, capsys):
    def changed(receiver_id="core", url=None, events=(), *, switch=None, again=False):
        receivers.change_receiver(settings, receiver_id, url, list(events), switch=switch, again=again)
        return capsys.readouterr().out

    return changed


@pytest.fixture
def listed(settings, capsys):
    def told(*, as_json=True):
        receivers.list_receivers(settings, as_json=as_json)
        out = capsys.readouterr().out
        return json.loads(out)["receivers"] if as_json else out

    return told


def raise_one(desk):
    with at_work(desk, SYSTEM, "intake", "b1") as work:
        open_case(work, Case("warning", "raised", portfolio="sme", borrower_id="B1"), "raise", {})


def test_a_receiver_is_added_with_a_secret_that_is_shown_this_once(change, listed, desk):
    told = change(url="https://core.bank/hook", events=["warning.raise", "warning.lift"])
    first, second = told.splitlines()
    assert first == "receiver 'core' is told of warning.raise, warning.lift 已新增"
    secret = second.removeprefix("secret, shown this once 密钥（仅显示一次）: ")
    assert secret.startswith("whsec_")
    (one,) = listed()
    assert (one["receiver_id"], one["url"], one["is_active"]) == ("core", "https://core.bank/hook", True)
    assert one["events"] == ["warning.raise", "warning.lift"]
    assert secret not in json.dumps(listed()) + listed(as_json=False)
    (entry,), _ = entry_page(desk.store, EntryFilter(action="receiver.add"), limit=9)
    assert (entry.entry.user_id, entry.entry.subject) == ("os:ops", "core")


def test_without_events_all_are_told(change, listed):
    assert change(url="https://core.bank/hook").startswith("receiver 'core' is told of * 已新增")
    assert listed()[0]["events"] == ["*"]


def test_a_receiver_is_switched_off_and_on(change, listed):
    change(url="https://core.bank/hook")
    assert change(switch=False) == "receiver 'core' off 已停用\n"
    assert listed()[0]["is_active"] is False
    assert "no 否" in listed(as_json=False)
    assert change(switch=True) == "receiver 'core' on 已启用\n"
    assert "yes 是" in listed(as_json=False)


def test_what_was_given_up_is_counted_with_why_and_sent_again(change, listed, desk):
    with receiving(GONE) as inbox:
        change(url=inbox.url)
        raise_one(desk)
        deliver(desk)
        (one,) = listed()
        assert (one["delivered"], one["pending"], one["given_up"]) == (0, 0, 1)
        assert one["error"] == "answered 410: wants no more"
        told = change(switch=True, again=True).splitlines()
        assert told == ["receiver 'core' on 已启用", "1 acts will be sent again 将重新推送"]
        deliver(desk)
    assert len(inbox.got) == 2
    assert listed()[0]["delivered"] == 1


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "Nothing is asked of receiver 'core'. Give --url to add it, --on, --off or --again"),
        ({"events": ["warning.lift"]}, "--event says what a new receiver 'core' is told of. Give --url too"),
        ({"events": ["warning.lift"], "switch": True}, "--event says what a new receiver 'core' is told of"),
        ({"url": "http://core.bank/hook"}, "would carry what borrowers owe in plain sight"),
        ({"url": "https://core.bank/hook", "events": ["raise"]}, "'raise' is no event"),
        ({"switch": True}, "'core'"),
    ],
)
def test_what_cannot_be_done_is_told(change, listed, asked, message):
    with pytest.raises(RequestError, match=message):
        change(**asked)
    assert listed() == []
