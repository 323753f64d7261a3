"""Outlook: what is told of the limits before anybody calls is what the act then says."""

from datetime import datetime, timedelta

import pytest

from ews.casework.contacts.contact import Result, Wanted
from ews.casework.contacts.contacts import begin, end
from ews.casework.contacts.outlook import outlook
from ews.domain.errors import ContactError
from ews.store.engine import reading
from tests.casework.loan_books import bring_out, quiet
from tests.casework.people import OFFICER, OFFICER2

CALL = Wanted("B1", "debtor", "call")


@pytest.fixture
def desk(desk):
    bring_out(desk.store, "june", quiet("B1"))
    return desk


def seen(desk, actor=OFFICER):
    with reading(desk.store) as connection:
        return outlook(desk, connection, actor, "B1")


def test_calls_of_the_day_are_counted_and_the_next_morning_told(desk, clock):
    for number in range(3):
        assert (seen(desk).calls, seen(desk).again_at) == (number, None)
        end(desk, OFFICER, begin(desk, OFFICER, CALL).case_id, Result(is_effective=True), version=1)
    told = seen(desk, OFFICER2)
    assert (told.calls, told.case_calls, [one.limit for one in told.breaches]) == (3, 3, ["calls_a_day"])
    assert told.again_at == datetime(2026, 7, 7, 8)
    with pytest.raises(ContactError, match="2026-07-07 08:00"):
        begin(desk, OFFICER2, CALL)


@pytest.mark.parametrize(
    ("at", "again_at"),
    [
        (datetime(2026, 7, 6, 7, 59), datetime(2026, 7, 6, 8)),
        (datetime(2026, 7, 6, 8), None),
        (datetime(2026, 7, 6, 21, 59), None),
        (datetime(2026, 7, 6, 22), datetime(2026, 7, 7, 8)),
    ],
)
def test_outside_the_hours_the_next_one_is_told(desk, clock, at, again_at):
    clock.at = at
    assert seen(desk).again_at == again_at


def test_a_call_that_runs_is_named_to_whoever_has_it(desk, clock):
    case = begin(desk, OFFICER, CALL)
    assert (seen(desk).running, seen(desk, OFFICER2).running) == (case.case_id, None)
    assert seen(desk).calls == 1  # it counts until it is known to have reached nobody
    end(desk, OFFICER, case.case_id, Result(is_effective=False), version=1)
    clock.at += timedelta(minutes=1)
    assert (seen(desk).running, seen(desk).calls) == (None, 0)
