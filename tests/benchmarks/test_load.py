"""Load in its smallest size: some officers on a real PostgreSQL while a batch is published; and what proves a loss."""

from datetime import datetime

import pytest

from benchmarks.load import bank
from benchmarks.load.bank import source_of
from benchmarks.load.officers import ACT, LOOK_UP, Deed
from benchmarks.load.proof import lost_updates
from benchmarks.load.run import Wanted, on_postgresql
from ews.store.audit import Entry
from ews.store.audit_log import change, open_log
from ews.store.cases import Case, open_case
from ews.store.engine import open_store

AT = datetime(2026, 7, 6, 9)
FEW = Wanted(officers=6, pause=0.4, seconds=6, quiet=20, look_ups=0, connections=1)


def test_officers_lose_nothing_while_a_batch_is_published(scored, tmp_path, monkeypatch):
    """At its own priority the batch would wait for the tests beside, and the officers be asked to work until then."""
    assert int(bank.niceness()) > 0
    monkeypatch.setattr(bank, "niceness", lambda: "0")
    found = on_postgresql(source_of(scored.home, tmp_path), tmp_path, FEW, 20_268)
    assert (found["lost"], found["errors"], found["deadlocks"], found["audit_faults"]) == ([], 0, 0, 0)
    assert found["acts_done"] > 0
    assert found["deeds"][LOOK_UP] > found["deeds"][ACT]
    assert found["p99_ms"] > 0


@pytest.fixture
def store(tmp_path):
    """Make a case with one act of `li`."""
    store = open_store(f"sqlite:///{tmp_path / 'ews.db'}")
    log = open_log(store, tmp_path / "audit", at=AT)
    with change(log, Entry(AT, "li", "task.open", "B1")) as made:
        draft = Case("task", "open", "synthetic", "B1", "Firm 1", "BR01")
        case, act = open_case(made.connection, draft, verb="open", user_id="li", at=AT, content={})
        made.touch("cases", case.case_id)
        made.touch("acts", str(act.act))
    yield store, case.case_id
    store.close()


def _act(case_id, version, user_id="li"):
    return Deed(ACT, 0.0, 0.0, 200, user_id, case_id, version)


def test_an_answered_act_that_is_there_is_no_loss(store):
    assert lost_updates(store[0], [_act(store[1], 1), Deed(LOOK_UP, 0.0, 0.0, 200, "li")]) == []


@pytest.mark.parametrize(
    ("deeds", "fault"),
    [
        (((1, "li"), (2, "li")), "version 2 was answered to li and is not there"),
        (((1, "wang"),), "version 1 was answered to wang and is li"),
        (((1, "li"), (1, "li")), "version 1 was answered twice"),
    ],
)
def test_what_was_answered_and_is_otherwise_is_a_loss(store, deeds, fault):
    found = lost_updates(store[0], [_act(store[1], version, who) for version, who in deeds])
    assert any(fault in one for one in found)


def test_an_act_that_nobody_was_told_of_is_a_fault(store):
    found = lost_updates(store[0], [Deed(LOOK_UP, 0.0, 0.0, 200, "li")])
    assert found == [f"{store[1]} version 1 is there and was not answered"]
