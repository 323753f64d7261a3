import threading
import time
from contextlib import suppress
from datetime import datetime

import pytest
from structlog.testing import capture_logs

from ews.casework.desk import Desk, at_work, open_case
from ews.casework.neighbours.webhooks import register
from ews.cli.rounds import Pace, going_round
from ews.domain.errors import ReconciliationError
from ews.domain.people import SYSTEM
from ews.serving.pulse import Pulse
from ews.store.cases import Case
from ews.store.engine import open_store
from tests.casework.conftest import Clock
from tests.casework.people import OPERATOR
from tests.casework.receiver import receiving
from tests.store.samples import JUNE, published, row

QUICK = Pace(seconds=0.01, rest=0.01)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 7, 6, 23, 59))


@pytest.fixture
def desk(tmp_path, clock):
    store = open_store(f"sqlite:///{tmp_path / 'ews.db'}")
    yield Desk(store, lambda _day: None, clock, b"a key of the tests")
    store.close()


def until(met, seconds=10.0):
    """Wait until something holds, and fail where it does not come."""
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.005)


def raise_one(desk):
    with at_work(desk, SYSTEM, "intake", "b1") as work:
        open_case(work, Case("warning", "raised", portfolio="sme", borrower_id="B1"), "raise", {})


def test_a_night_is_due_at_the_start_on_a_new_day_and_with_a_new_batch_and_not_between(desk, clock):
    nights = []
    with going_round(desk, lambda: nights.append(clock.at.date().day), QUICK):
        until(lambda: nights == [6])
        time.sleep(0.1)
        assert nights == [6]
        clock.at = datetime(2026, 7, 7)
        until(lambda: nights == [6, 7])
        published(desk.store, "b1", [row("B1")], as_of=JUNE)
        until(lambda: nights == [6, 7, 7])
        time.sleep(0.1)
    assert nights == [6, 7, 7]


def test_receivers_are_told_while_the_service_runs(desk):
    with receiving() as inbox, going_round(desk, lambda: None, QUICK):
        register(desk, OPERATOR, "core", inbox.url, ["warning.raise"])
        raise_one(desk)
        until(lambda: len(inbox.got) == 1)


def test_a_night_that_fails_is_tried_again_and_keeps_nobody_from_being_told(desk):
    tried = []

    def fails_twice():
        tried.append(None)
        if len(tried) < 3:
            message = "borrower B1 owes too much"
            raise ReconciliationError(message)

    with capture_logs() as logs, receiving() as inbox:
        register(desk, OPERATOR, "core", inbox.url, ["*"])
        raise_one(desk)
        with going_round(desk, fails_twice, Pace(seconds=0.01, rest=0.3)):
            until(lambda: len(inbox.got) == 1)
            assert len(tried) == 1
            until(lambda: len(tried) == 3)
    assert [one["error"] for one in logs if one["event"] == "night failed"] == ["ReconciliationError"] * 2
    assert "B1" not in str(logs)


def test_a_delivery_that_fails_is_logged_and_the_nights_go_on(desk, monkeypatch):
    def broken(_desk):
        message = "B1"
        raise OSError(message)

    monkeypatch.setattr("ews.cli.rounds.deliver", broken)
    nights = []
    with capture_logs() as logs, going_round(desk, lambda: nights.append(None), QUICK):
        until(lambda: any(one["event"] == "delivery failed" for one in logs))
    assert len(nights) == 1
    assert {one.get("error") for one in logs if one["event"] == "delivery failed"} == {"OSError"}


def test_a_round_that_has_begun_is_finished_when_the_service_stops(desk):
    began, finished = threading.Event(), []

    def slow():
        began.set()
        time.sleep(0.2)
        finished.append(None)

    with suppress(KeyboardInterrupt), going_round(desk, slow, Pace(seconds=60)):
        began.wait(10)
        raise KeyboardInterrupt
    assert finished == [None]
    assert "ews-rounds" not in {thread.name for thread in threading.enumerate()}


def test_what_is_done_and_what_fails_is_told_to_who_watches(desk, clock, monkeypatch):
    pulse, fails = Pulse(), [True]

    def night():
        if fails:
            fails.pop()
            raise ReconciliationError

    published(desk.store, "b1", [row("B1")], as_of=JUNE)
    with capture_logs() as logs, going_round(desk, night, QUICK, pulse):
        until(lambda: pulse.nights == 1)
        assert (pulse.nights_failed, pulse.night_fails) == (1, False)

        def broken(_desk):
            raise OSError

        monkeypatch.setattr("ews.cli.rounds.deliver", broken)
        until(lambda: pulse.deliveries_failed > 0)
    (done,) = [one for one in logs if one["event"] == "night"]
    assert done["batches"] == ["b1"]
