"""Event checks on both databases: who is hit gets one task, however often the event is told."""

from datetime import date

import pytest

from ews.casework.tasks import event_checks
from ews.casework.tasks.agenda import plan_tasks
from ews.casework.tasks.event_checks import Event, call_event_check
from ews.casework.tasks.event_take_back import take_back
from ews.casework.tasks.task import TaskBody, sentence
from ews.domain.errors import ForbiddenError, FormError, RequestError, TransitionError, UnknownBorrowerError
from ews.store.cases import acts_of
from ews.store.engine import reading
from tests.casework.loan_books import bring_out, quiet, tasks
from tests.casework.people import HEAD, MANAGER, OFFICER, RISK
from tests.casework.tasks.test_agenda import submitted

FLOOD = Event("FLOOD", "Shops under water", region="Hangzhou")


@pytest.fixture
def desk(desk):
    bring_out(
        desk.store,
        "june",
        quiet("B1"),
        quiet("B2", industry="farming"),
        quiet("B3", region="Ningbo"),
        quiet("B4", branch_id="branch-2"),
    )
    return desk


def hit(desk, event, actor=HEAD):
    call_event_check(desk, actor, event)
    return [one.borrower_id for one in tasks(desk, "event_check")]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (FLOOD, ["B1", "B2", "B4"]),
        (Event("MARKET", "Closed", industry="farming"), ["B2"]),
        (Event("BOTH", "Both", region="Hangzhou", industry="retail"), ["B1", "B4"]),
        (Event("NAMED", "Named", borrower_ids=("B3", "B1")), ["B1", "B3"]),
        (Event("MORE", "More", industry="farming", borrower_ids=("B3",)), ["B2", "B3"]),
    ],
)
def test_everybody_hit_gets_one_task(desk, event, expected):
    assert hit(desk, event) == expected


def test_the_answer_tells_how_many_and_by_when(desk):
    called = call_event_check(desk, HEAD, FLOOD)

    assert (called.hit, called.opened, called.form, called.due_on) == (3, 3, "event", date(2026, 7, 20))
    first = tasks(desk, "event_check")[0]
    assert (first.role, first.officer_id, first.due_on) == ("officer", "officer-1", date(2026, 7, 20))


def test_an_event_that_is_told_again_adds_only_who_is_new(desk):
    call_event_check(desk, HEAD, FLOOD)

    again = call_event_check(desk, HEAD, Event("FLOOD", "Shops under water", region="Hangzhou", borrower_ids=("B3",)))

    assert (again.hit, again.opened) == (4, 1)


def test_many_are_done_in_parts(desk, monkeypatch):
    monkeypatch.setattr(event_checks, "CHUNK", 1)

    assert hit(desk, FLOOD) == ["B1", "B2", "B4"]


def test_a_branch_manager_calls_a_check_of_the_own_branch_alone(desk):
    assert hit(desk, FLOOD, MANAGER) == ["B1", "B2"]


@pytest.mark.parametrize(
    ("event", "error", "said"),
    [
        (Event("E", "x", region="Atlantis"), RequestError, "region 'Atlantis'"),
        (Event("E", "x", industry="alchemy"), RequestError, "industry 'alchemy'"),
        (Event("E", "x", borrower_ids=("B1", "B7")), UnknownBorrowerError, "'B7' is not in the newest batch"),
        (Event("E", "x"), RequestError, "hits nobody"),
        (Event("E", "x", region="Hangzhou", form="palm"), FormError, "no form 'palm'"),
        (Event("E", "x", region="Hangzhou", due_on=date(2026, 7, 5)), RequestError, "before today"),
        (Event(" ", "x", region="Hangzhou"), RequestError, "code of the event is empty"),
        (Event("E", " ", region="Hangzhou"), RequestError, "text of the event is empty"),
    ],
)
def test_what_cannot_be_used_is_named(desk, event, error, said):
    with pytest.raises(error, match=said):
        call_event_check(desk, HEAD, event)

    assert tasks(desk) == []


def test_a_borrower_of_another_branch_reads_like_none(desk):
    with pytest.raises(UnknownBorrowerError, match="'B4' is not in the newest batch"):
        call_event_check(desk, RISK, Event("E", "x", borrower_ids=("B4",)))


def test_the_code_of_another_event_is_refused(desk):
    call_event_check(desk, HEAD, FLOOD)

    with pytest.raises(RequestError, match="'FLOOD' is that of another event: 'Shops under water'"):
        call_event_check(desk, HEAD, Event("FLOOD", "The next flood", region="Ningbo"))


def test_a_trial_tells_who_would_be_checked_and_opens_nothing(desk):
    trial = call_event_check(desk, HEAD, FLOOD, is_trial=True)
    assert (trial.hit, trial.opened, trial.who, tasks(desk)) == (3, 3, ("B1", "B2", "B4"), [])
    assert call_event_check(desk, MANAGER, FLOOD).who == ("B1", "B2")
    assert call_event_check(desk, HEAD, FLOOD, is_trial=True).who == ("B4",)
    assert len(tasks(desk)) == 2


def test_an_event_called_by_mistake_is_taken_back_task_by_task(desk):
    call_event_check(desk, HEAD, FLOOD)
    call_event_check(desk, HEAD, Event("FLOOD-2", "Another", region="Ningbo"))
    done = take_back(desk, MANAGER, "FLOOD", "Another river")
    assert (done.cancelled, done.ended) == (2, 0)
    assert [(one.borrower_id, one.state) for one in tasks(desk)] == [
        ("B1", "cancelled"), ("B2", "cancelled"), ("B4", "open"), ("B3", "open"),
    ]  # fmt: skip
    with reading(desk.store) as connection:
        acts = acts_of(connection, [tasks(desk)[0].case_id])
    assert (acts[-1].verb, acts[-1].user_id, acts[-1].content) == ("cancel", "manager", {"reason": "Another river"})
    assert (take_back(desk, HEAD, "FLOOD", "Another river").cancelled, len(tasks(desk, state="open"))) == (1, 1)
    with pytest.raises(TransitionError, match="No task of event 'FLOOD' is open: all 3 have ended"):
        take_back(desk, HEAD, "FLOOD", "Again")
    with pytest.raises(
        RequestError, match=r"'FLOOD' was taken back: 'Another river'\. Call it anew under another code"
    ):
        call_event_check(desk, HEAD, FLOOD)


@pytest.mark.parametrize(
    ("actor", "code", "reason", "error", "said"),
    [
        (OFFICER, "FLOOD", "x", ForbiddenError, "take back a check after an event"),
        (HEAD, "FLOO", "x", RequestError, "No event that you may see has the code 'FLOO'"),
        (HEAD, "FLOOD", " ", RequestError, "reason is empty"),
    ],
)
def test_what_cannot_be_taken_back_is_told(desk, actor, code, reason, error, said):
    call_event_check(desk, HEAD, FLOOD)
    with pytest.raises(error, match=said):
        take_back(desk, actor, code, reason)
    assert len(tasks(desk, state="open")) == 3


def test_a_task_after_an_event_goes_by_the_name_of_its_form(desk):
    call_event_check(desk, HEAD, FLOOD)
    assert sentence(TaskBody.of(tasks(desk)[0])).zh == "突发事件专项检查：Shops under water（事件编号：FLOOD）"


def test_an_officer_calls_no_event_check(desk):
    with pytest.raises(ForbiddenError, match="call a check after an event"):
        call_event_check(desk, OFFICER, FLOOD)


@pytest.mark.parametrize(
    ("asked", "due_on"),
    [
        (date(2026, 10, 1), date(2026, 9, 30)),  # the holidays begin
        (date(2026, 10, 7), date(2026, 9, 30)),
        (date(2026, 10, 10), date(2026, 10, 10)),  # a Saturday that is worked
        (date(2026, 10, 11), date(2026, 10, 10)),
    ],
)
def test_it_is_due_on_a_working_day(desk, asked, due_on):
    event = Event("FLOOD", "x", region="Ningbo", due_on=asked)

    assert call_event_check(desk, HEAD, event).due_on == due_on


@pytest.mark.parametrize(("done_on", "state"), [(date(2026, 7, 5), "open"), (date(2026, 7, 6), "done")])
def test_a_check_made_since_the_event_was_told_does_the_task(desk, done_on, state):
    call_event_check(desk, HEAD, Event("FLOOD", "x", region="Ningbo"))
    submitted(desk, "event", done_on, "B3")

    plan_tasks(desk, date(2026, 7, 6))

    assert [one.state for one in tasks(desk, "event_check")] == [state]
