from datetime import date, datetime

from sqlalchemy import insert, text

from ews.store import cases
from ews.store.audit_log import open_log
from ews.store.cases import Case
from ews.store.engine import writing
from ews.store.tables import deliveries
from ews.store.upkeep import Waiting, deliveries_failing, head_is_of_key, waiting
from tests.store.busy import MORNING, add_case, work_on

TODAY = date(2026, 7, 6)


def opened(store, kind, state, *, due_on=None, late_since=None):
    body = {} if late_since is None else {"late_since": late_since}
    draft = Case(kind, state, "sme", "B1", "branch-1", due_on=due_on, body=body)
    with writing(store) as connection:
        cases.open_case(connection, draft, verb="raise", user_id="ews", at=MORNING, content={})


def test_an_empty_store_waits_for_nobody(store):
    assert waiting(store, TODAY) == ()
    assert deliveries_failing(store) == 0
    assert head_is_of_key(store, b"any")


def test_what_is_open_is_counted_by_kind_and_state_and_what_is_late_with_it(store):
    opened(store, "override", "proposed", due_on=date(2026, 7, 5))
    opened(store, "override", "proposed", due_on=TODAY)
    opened(store, "override", "proposed")
    opened(store, "override", "approved", due_on=date(2026, 7, 1))
    opened(store, "measure", "proposed", due_on=date(2026, 7, 9), late_since="2026-07-03")
    assert waiting(store, TODAY) == (
        Waiting("measure", "proposed", 1, 1),
        Waiting("override", "approved", 1, 1),
        Waiting("override", "proposed", 3, 1),
    )


def test_the_head_of_the_log_is_of_one_key_only(store, tmp_path):
    log = open_log(store, tmp_path / "audit", at=MORNING)
    assert head_is_of_key(store, log.key)
    assert not head_is_of_key(store, bytes(32))


def test_a_delivery_fails_from_its_first_attempt_until_it_is_done(log, store):
    add_case(log, "B0")
    work_on(log, "W0000001")
    row = {"receiver_id": "hook", "body": "{}", "next_at": MORNING}
    tried = [{"attempts": 0}, {"attempts": 2}, {"attempts": 3, "delivered_at": datetime(2026, 7, 6, 10)}]
    add_case(log, "B1")
    with writing(store) as connection:
        acts = [one for (one,) in connection.execute(text("SELECT act FROM acts ORDER BY act"))]
        assert len(acts) == len(tried)
        for act, one in zip(acts, tried, strict=True):
            connection.execute(insert(deliveries), [{**row, "act": act, **one}])
    assert deliveries_failing(store) == 1
