import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError, OperationalError

from ews.store.audit import Entry, append, changing
from ews.store.audit_search import EntryFilter, entry_page
from ews.store.engine import reading
from ews.store.journal import Journal
from ews.store.tables import audit
from ews.store.witness import Witness
from tests.store.busy import MORNING, add_case, checked, look_up


def count(store):
    with reading(store) as connection:
        return connection.execute(select(func.count()).select_from(audit)).scalar_one()


def test_an_entry_is_stored_and_witnessed_when_the_call_returns(log):
    entry = Entry(MORNING, "li", "look-up", "/v1/borrowers/赵/2", "r-1", {"问": "台账", "day": MORNING.date()})
    with Journal(log.store, log.key, log.witness) as journal:
        journal.write(entry)
        (found,), _ = entry_page(log.store, EntryFilter(user_id="li"), limit=5)
        assert found.entry == replace(entry, content={"问": "台账", "day": "2026-07-06"})
        assert [head.entry for head in log.witness.heads()] == [1, found.number]
    assert checked(log).faults == ()


def test_entries_that_wait_share_a_commit(log):
    begun, go_on, heads = Event(), Event(), []

    def witness(head):
        heads.append(head.entry)
        begun.set()
        assert go_on.wait(20)

    with Journal(log.store, log.key, witness) as journal, ThreadPoolExecutor(21) as pool:
        first = pool.submit(journal.write, look_up(0))
        assert begun.wait(20)
        waiting = [pool.submit(journal.write, look_up(number)) for number in range(1, 21)]
        while len(journal._waiting) < 20:
            time.sleep(0.001)
        go_on.set()
        for one in (first, *waiting):
            one.result(20)
    assert heads == [2, 22]


def test_an_entry_is_not_taken_back_by_whoever_no_longer_waits(log):
    begun, go_on = Event(), Event()

    def witness(head):
        begun.set()
        assert go_on.wait(20)

    with Journal(log.store, log.key, witness) as journal:
        first, second = journal.enter(look_up(0)), journal.enter(look_up(1))
        assert begun.wait(20)
        assert not second.done()
        assert not second.cancel()
        go_on.set()
        assert (first.result(20), second.result(20)) == (None, None)
    assert count(log.store) == 3


def test_several_threads_write_without_gaps_or_losses(log):
    with Journal(log.store, log.key, log.witness) as journal, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: journal.write(look_up(number)), range(200)))
    assert checked(log).faults == ()
    page, _ = entry_page(log.store, EntryFilter(action="look-up"), limit=500)
    assert {one.entry.subject for one in page} == {f"/v1/borrowers/B{number}" for number in range(200)}
    assert len(page) == 200


WRITER = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from ews.store.audit_log import open_log
from ews.store.engine import open_store
from ews.store.journal import Journal
from tests.store.busy import look_up
log = open_log(open_store(sys.argv[1]), Path(sys.argv[2]))
with Journal(log.store, log.key, log.witness) as journal, ThreadPoolExecutor(4) as pool:
    list(pool.map(lambda number: journal.write(look_up(number, sys.argv[3])), range(100)))
"""


def test_two_processes_and_changes_beside_them_make_one_chain(url, log):
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    folder = str(log.witness.path.parent)
    running = [
        subprocess.Popen([sys.executable, "-c", WRITER, url, folder, name], env=environment) for name in ("one", "two")
    ]
    while any(one.poll() is None for one in running):
        add_case(log, "B1")
        time.sleep(0.02)
    assert [one.returncode for one in running] == [0, 0]
    found = checked(log)
    assert found.faults == ()
    for name in ("one", "two"):
        page, _ = entry_page(log.store, EntryFilter(user_id=name), limit=500)
        assert len(page) == 100
    assert found.witnessed == found.entries > 201


def test_an_entry_the_store_cannot_take_fails_alone(log):
    begun, go_on = Event(), Event()

    def witness(head):
        begun.set()
        assert go_on.wait(20)

    unusable = Entry(MORNING, "li", "look-up", "\udcff")
    with Journal(log.store, log.key, witness) as journal, ThreadPoolExecutor(3) as pool:
        pool.submit(journal.write, look_up(0))
        assert begun.wait(20)
        bad, good = pool.submit(journal.write, unusable), pool.submit(journal.write, look_up(1))
        while len(journal._waiting) < 2:
            time.sleep(0.001)
        go_on.set()
        with pytest.raises(UnicodeEncodeError):
            bad.result(20)
        assert good.result(20) is None
        with pytest.raises(TypeError, match="set is no plain data"):
            journal.write(Entry(MORNING, "li", "look-up", "x", content={"ids": {1}}))
        journal.write(look_up(2))
    assert count(log.store) == 4


def test_a_failing_store_raises_in_whoever_waits_and_later_entries_are_taken_again(log):
    with log.store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit RENAME TO gone"))
    with Journal(log.store, log.key, log.witness) as journal:
        with ThreadPoolExecutor(3) as pool:
            failed = [pool.submit(journal.write, look_up(number)) for number in range(3)]
        assert all(isinstance(one.exception(), DatabaseError) for one in failed)
        with log.store.engine.begin() as connection:
            connection.execute(text("ALTER TABLE gone RENAME TO audit"))
        journal.write(look_up(3))
    assert count(log.store) == 2


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_store_that_stays_locked_is_told(log):
    with changing(log.store) as connection:
        append(connection, log.key, [look_up(0)])
        with Journal(log.store, log.key) as journal:
            with log.store.engine.connect() as other:  # the one that the journal gets from the pool
                other.connection.driver_connection.execute("PRAGMA busy_timeout = 50")
            with pytest.raises(OperationalError, match="locked"):
                journal.write(look_up(1))
    assert count(log.store) == 2


def test_a_witness_that_cannot_be_written_keeps_the_answer_back(log, tmp_path):
    with Journal(log.store, log.key, Witness(tmp_path / "no" / "folder")) as journal, pytest.raises(FileNotFoundError):
        journal.write(look_up(0))


def test_a_closing_journal_stores_what_waits_and_takes_no_more(log):
    begun, go_on = Event(), Event()

    def witness(head):
        begun.set()
        assert go_on.wait(20)

    journal = Journal(log.store, log.key, witness)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(journal.write, look_up(0))
        assert begun.wait(20)
        second = pool.submit(journal.write, look_up(1))
        while not journal._waiting:
            time.sleep(0.001)
        closing = Thread(target=journal.close)
        closing.start()
        go_on.set()
        closing.join(20)
        assert (first.result(20), second.result(20)) == (None, None)
    assert count(log.store) == 3
    with pytest.raises(RuntimeError, match="The journal is closed"):
        journal.write(look_up(2))
    journal.close()
