from contextlib import ExitStack
from threading import Event, Thread
from time import sleep

import pytest

from ews.serving.turns import OF_EACH, SECONDS, WAITING, TooBusyError, Turns
from tests.casework.people import MANAGER


@pytest.fixture
def crowd():
    """Threads that take a turn each and keep it until they are let go."""
    go, threads = Event(), []

    def take(turns, user_id):
        entered = Event()

        def run():
            with turns.turn(user_id):
                entered.set()
                go.wait(60)

        threads.append(Thread(target=run, daemon=True))
        threads[-1].start()
        return entered

    yield take
    go.set()
    for one in threads:
        one.join(60)


def test_of_one_account_two_are_worked_on_and_a_third_is_told_to_wait():
    turns = Turns(at_once=5)
    with ExitStack() as taken:
        for _ in range(OF_EACH):
            taken.enter_context(turns.turn("li"))
        with pytest.raises(TooBusyError, match="2 such requests of this account"), turns.turn("li"):
            pass
        with turns.turn("wang"):
            pass
    with turns.turn("li"):
        pass


def test_what_fails_gives_its_turn_back():
    turns = Turns(at_once=1)
    for _ in range(WAITING + 2):
        with pytest.raises(ZeroDivisionError), turns.turn("li"):
            1 / 0  # noqa: B018 - it fails


def test_as_many_as_there_are_turns_run_and_the_others_wait(crowd):
    turns = Turns(at_once=2)
    first, second = crowd(turns, "li"), crowd(turns, "wang")
    assert first.wait(60)
    assert second.wait(60)
    assert not crowd(turns, "zhao").wait(0.2)


def test_of_many_accounts_some_wait_and_the_others_are_told_to_come_again(crowd):
    turns = Turns(at_once=1)
    assert crowd(turns, "first").wait(60)
    for number in range(WAITING):
        crowd(turns, f"waits-{number}")
    while sum(turns._of_each.values()) < WAITING + 1:  # until all of them wait
        sleep(0.01)
    with pytest.raises(TooBusyError, match=f"again in {SECONDS} seconds"), turns.turn("one-more"):
        pass


def test_the_service_says_when_to_ask_again(client_as, services, spot, problem_of):
    client = client_as(MANAGER)
    with ExitStack() as taken:
        for _ in range(OF_EACH):
            taken.enter_context(services.turns.turn(MANAGER.user_id))
        response = client.post("/v1/decisions", json={"borrower_id": "B1"})
    assert (problem_of(response)[:2], response.headers["retry-after"]) == ((429, "too-busy"), str(SECONDS))
    assert spot.asked == []
    assert client.post("/v1/decisions", json={"borrower_id": "B1"}).status_code == 200
