"""Nightly work leaves the store to people where it has nothing to write."""

import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest

from ews.casework import chunk
from ews.casework.chunk import CHUNK, YIELD, do_steps, in_chunks
from ews.store.case_chunks import Step
from ews.store.cases import Case
from ews.store.engine import writing


def test_names_come_in_their_order_and_none_is_lost():
    names = {f"B{number:04}" for number in range(2 * CHUNK + 1)}
    chunks = list(in_chunks(names))
    assert [len(some) for some in chunks] == [CHUNK, CHUNK, 1]
    assert [name for some in chunks for name in some] == sorted(names)


def test_what_has_nothing_to_do_does_not_wait_for_a_writer(desk):
    """It would: somebody else has the right to write all the while."""
    done = []
    with writing(desk.store):
        night = threading.Thread(target=lambda: done.append(do_steps(desk, lambda _: ())))
        night.start()
        night.join(5)
        assert done == [()]


@pytest.mark.parametrize(("yields", "pauses"), [(True, [YIELD * 0.5]), (False, [])])
def test_a_desk_that_yields_leaves_others_a_multiple_of_what_looking_took(desk, monkeypatch, yields, pauses):
    slept, clock = [], iter([10.0, 10.5])
    monkeypatch.setattr(chunk, "time", SimpleNamespace(sleep=slept.append, perf_counter=lambda: next(clock)))
    assert do_steps(replace(desk, yields=yields), lambda _: ()) == ()
    assert slept == pauses


def test_what_is_found_is_found_again_in_the_transaction_that_does_it(desk):
    seen = []

    def steps_of(work):
        seen.append(work.connection)
        return [Step(Case("watch", "on", borrower_id="B1", portfolio="sme"), "put")]

    ((case, act),) = do_steps(desk, steps_of)
    assert (case.case_id, act.verb, len(seen)) == ("L0000001", "put", 2)
