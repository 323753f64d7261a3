import json
import re
import time
from datetime import timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from ews.casework.desk import at_work, change_case, open_case
from ews.casework.neighbours import webhooks
from ews.casework.neighbours.webhooks import WAITS, Round, deliver, register, send_again, switch
from ews.domain.errors import ForbiddenError, RequestError
from ews.domain.people import SYSTEM
from ews.store.cases import Case
from ews.store.engine import reading
from ews.store.receivers import all_receivers, backlog_of, claim, due_deliveries
from tests.casework.people import OFFICER, OPERATOR
from tests.casework.receiver import DRIP, FAIL, GONE, HANG, REDIRECT, receiving

DRAFT = Case("warning", "raised", portfolio="sme", borrower_id="B1", branch_id="branch-1", exposure_fen=100)


def raise_one(desk, draft=DRAFT):
    with at_work(desk, SYSTEM, "intake", "b1") as work:
        return open_case(work, draft, "raised", {"codes": ["内部"]})


def backlog(desk, name="core"):
    with reading(desk.store) as connection:
        return backlog_of(connection, name)


def test_an_act_is_told_once_signed_with_the_receivers_secret(desk):
    with receiving() as inbox:
        receiver = register(desk, OPERATOR, "core", inbox.url, ["warning.*"])
        case = raise_one(desk)
        assert deliver(desk) == Round(1, 0, 0)
        assert deliver(desk) == Round(0, 0, 0)
    ((headers, body),) = inbox.got
    told = Webhook(receiver.secret).verify(body, headers)
    assert told["type"] == "warning.raised"
    assert told["timestamp"] == "2026-07-06T09:00:00"
    assert told["data"]["case_id"] == case.case_id == "W0000001"
    assert told["data"]["content"] == {"codes": ["内部"]}
    assert told["data"]["exposure_fen"] == 100
    with pytest.raises(WebhookVerificationError):
        Webhook(receiver.secret).verify(body.replace("B1", "B2"), headers)


def test_a_receiver_that_fails_now_and_then_gets_every_act_in_the_end_word_for_word(desk, clock):
    with receiving("", FAIL, FAIL, "", FAIL) as inbox:
        register(desk, OPERATOR, "core", inbox.url, ["*"])
        for number in range(4):
            raise_one(desk, Case("warning", "raised", borrower_id=f"B{number}"))
        rounds = []
        while backlog(desk).pending:
            rounds.append(deliver(desk))
            clock.at += timedelta(hours=3)
    assert [one.failed for one in rounds] == [1, 1, 1, 0]
    assert sum(one.delivered for one in rounds) == 4
    assert inbox.taken() == ["act_1", "act_2", "act_2", "act_2", "act_3", "act_3", "act_4"]
    bodies = {headers["webhook-id"]: body for headers, body in reversed(inbox.got)}
    assert all(bodies[headers["webhook-id"]] == body for headers, body in inbox.got)


def test_waits_grow_and_after_the_last_an_act_is_given_up_until_asked_for_again(desk, clock):
    with receiving(*[FAIL] * (len(WAITS) + 1)) as inbox:
        register(desk, OPERATOR, "core", inbox.url, ["*"])
        raise_one(desk)
        for wait in WAITS:
            assert deliver(desk) == Round(0, 1, 0)
            clock.at += wait - timedelta(seconds=1)
            assert deliver(desk) == Round(0, 0, 0)
            clock.at += timedelta(seconds=1)
        assert deliver(desk) == Round(0, 1, 1)
        clock.at += timedelta(days=30)
        assert deliver(desk) == Round(0, 0, 0)
        assert (backlog(desk).given_up, backlog(desk).error) == (1, "answered 500")
        assert send_again(desk, OPERATOR, "core") == 1
        assert deliver(desk) == Round(1, 0, 0)


@pytest.mark.parametrize("answer", [HANG, DRIP])
def test_a_receiver_that_hangs_is_cut_off_and_holds_up_nobody_else(desk, answer):
    with receiving(answer, answer) as slow, receiving() as quick:
        register(desk, OPERATOR, "slow", slow.url, ["*"])
        register(desk, OPERATOR, "quick", quick.url, ["*"])
        raise_one(desk)
        raise_one(desk, Case("warning", "raised", borrower_id="B2"))
        started = time.monotonic()
        assert deliver(desk, timeout=0.5) == Round(2, 1, 0)
        assert time.monotonic() - started < 15  # it would hang for 20
    assert backlog(desk, "slow").error == "no whole answer within 0.5 s"
    assert len(slow.got) == 1


def test_a_receiver_that_is_not_there_fails_and_one_that_redirects_is_not_followed(desk):
    with receiving() as inbox:
        gone_url = inbox.url
    register(desk, OPERATOR, "core", gone_url, ["*"])
    raise_one(desk)
    assert deliver(desk).failed == 1
    assert backlog(desk).error.startswith("ConnectError")
    with receiving(REDIRECT) as other:
        register(desk, OPERATOR, "other", other.url, ["*"])
        raise_one(desk, Case("warning", "raised", borrower_id="B2"))
        deliver(desk)
    assert len(other.got) == 1
    assert backlog(desk, "other").error == "answered 307"


def test_a_receiver_that_wants_no_more_is_switched_off_and_keeps_what_is_left(desk):
    with receiving(GONE) as inbox:
        register(desk, OPERATOR, "core", inbox.url, ["*"])
        raise_one(desk)
        raise_one(desk, Case("warning", "raised", borrower_id="B2"))
        assert deliver(desk) == Round(0, 1, 1)
        assert deliver(desk) == Round(0, 0, 0)
        assert [one.is_active for one in receivers_of(desk)] == [False]
        switch(desk, OPERATOR, "core", is_active=True)
        assert deliver(desk) == Round(1, 0, 0)


def receivers_of(desk):
    with reading(desk.store) as connection:
        return all_receivers(connection)


def test_only_wanted_events_are_noted_and_none_of_an_act_that_failed(desk):
    with receiving() as inbox:
        register(desk, OPERATOR, "core", inbox.url, ["warning.lifted", "task.*"])
        case = raise_one(desk)
        with pytest.raises(ZeroDivisionError):
            lift_and_fail(desk, case)
        assert deliver(desk) == Round(0, 0, 0)
        with at_work(desk, OFFICER, "lift", case.case_id) as work:
            change_case(work, case, "lifted")
        assert deliver(desk) == Round(1, 0, 0)


def lift_and_fail(desk, case):
    with at_work(desk, OFFICER, "lift", case.case_id) as work:
        change_case(work, case, "lifted")
        raise ZeroDivisionError


def test_of_two_senders_only_one_sends(desk, clock):
    with receiving() as inbox:
        register(desk, OPERATOR, "core", inbox.url, ["*"])
        raise_one(desk)
        with desk.store.engine.begin() as connection:
            (due,) = due_deliveries(connection, clock.at, limit=10)
            assert claim(connection, due, clock.at + webhooks.LEASE)
            assert not claim(connection, due, clock.at + webhooks.LEASE)
        assert deliver(desk) == Round(0, 0, 0)
        clock.at += webhooks.LEASE  # the sender was killed: its claim runs out
        assert deliver(desk) == Round(1, 0, 0)
        assert inbox.taken() == ["act_1"]


@pytest.mark.parametrize(
    ("name", "address", "events", "said"),
    [
        ("Core!", "https://bank/hook", ["*"], "'Core!' cannot name a receiver"),
        ("core", "ftp://bank/hook", ["*"], "'ftp://bank/hook' cannot be told anything"),
        ("core", "https://user:word@bank/hook", ["*"], "without a user in it"),
        ("core", "https://bank:99999/", ["*"], "cannot be told anything"),
        ("core", "http://bank/hook", ["*"], "give an https address"),
        ("core", "https://bank/hook", [], "'' is no event"),
        ("core", "https://bank/hook", ["loan.raised"], "'loan.raised' is no event"),
        ("core", "https://bank/hook", ["warning"], "'warning' is no event"),
    ],
)
def test_a_receiver_that_could_not_be_told_is_refused(desk, name, address, events, said):
    with pytest.raises(RequestError, match=re.escape(said)):
        register(desk, OPERATOR, name, address, events)
    assert receivers_of(desk) == ()


def test_receivers_are_the_operators_and_no_id_is_given_twice(desk):
    with pytest.raises(ForbiddenError, match="'officer' may not add a receiver"):
        register(desk, OFFICER, "core", "https://bank/hook", ["*"])
    register(desk, OPERATOR, "core", "https://bank/hook", ["*"])
    with pytest.raises(RequestError, match="There is a receiver 'core' already"):
        register(desk, OPERATOR, "core", "https://bank/hook", ["*"])
    with pytest.raises(RequestError, match="There is no receiver 'x'"):
        switch(desk, OPERATOR, "x", is_active=False)
    assert "whsec" not in repr(receivers_of(desk))
    assert "whsec" not in json.dumps([str(one) for one in receivers_of(desk)])
