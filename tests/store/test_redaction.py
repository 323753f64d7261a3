"""Entries that lose their body, and logs that lose their beginning, on both databases."""

from datetime import datetime

import pytest
from sqlalchemy import text

from ews.domain.errors import TamperedError
from ews.store.audit import Entry, append, changing
from ews.store.audit_check import verify
from ews.store.audit_faults import FaultKind
from ews.store.audit_log import change
from ews.store.keeping import take_out, wipe_pages
from ews.store.redaction import CUT, SEALED, cut_before, redact, take_away

LATER = datetime(2027, 1, 1)


def _entries(log, count):
    for number in range(count):
        with change(log, Entry(datetime(2026, 8, 1 + number), "li", "look-up", f"/v1/甲{number}", content={"q": "甲"})):
            pass


def _kinds(log):
    return {fault.kind for fault in verify(log.store, log.key, log.witness).faults}


def _sealed(log, changed):
    with changing(log.store) as connection:
        sealed = redact(connection, log.key, changed)
        head = append(connection, log.key, [Entry(LATER, "ops", SEALED, "audit", content={"sealed": sealed})])
    log.witness(head)
    return sealed


def _without(row):
    return {name: row[name].replace("甲", "-") for name in ("subject", "content")}


def test_entries_lose_their_bodies_again_and_again_and_the_log_stays_whole(log):
    _entries(log, 4)
    assert set(_sealed(log, _without)) == {"2", "3", "4", "5"}
    assert _kinds(log) == set()
    assert set(_sealed(log, lambda row: {"subject": "/"} if row["entry"] == 3 else {})) == {"3"}
    assert _kinds(log) == set()
    assert _sealed(log, _without) == {}


@pytest.mark.parametrize("column", ["subject", "content", "user_id", "action", "hash", "previous"])
def test_a_redacted_entry_is_held_to_what_was_left_of_it(log, column):
    _entries(log, 3)
    _sealed(log, _without)
    with log.store.engine.begin() as connection:
        connection.execute(text(f"UPDATE audit SET {column} = 'x' WHERE entry = 3"))
    assert FaultKind.ALTERED in _kinds(log)


def test_without_its_seal_a_redacted_entry_is_an_altered_one(log):
    _entries(log, 3)
    with changing(log.store) as connection:
        redact(connection, log.key, _without)
    assert _kinds(log) == {FaultKind.ALTERED}


def test_an_entry_that_was_bent_before_is_not_redacted(log):
    _entries(log, 3)
    with log.store.engine.begin() as connection:
        connection.execute(text("UPDATE audit SET user_id = 'x' WHERE entry = 3"))
    with pytest.raises(TamperedError, match="Entry 3"):
        _sealed(log, _without)


def test_a_seal_made_with_another_key_seals_nothing(log):
    _entries(log, 3)
    with changing(log.store) as connection:
        sealed = redact(connection, log.key, _without)
        append(connection, b"another", [Entry(LATER, "ops", SEALED, "audit", content={"sealed": sealed})])
    assert _kinds(log) == {FaultKind.ALTERED}


def test_a_log_without_its_beginning_is_whole_and_one_with_a_gap_is_not(log):
    _entries(log, 6)
    with changing(log.store) as connection:
        cut = cut_before(connection, datetime(2026, 8, 4))
        assert (cut.through, cut.entries) == (4, 4)
        take_away(connection, cut)
        told = {"through": cut.through, "hash": cut.hash}
        log.witness(append(connection, log.key, [Entry(LATER, "ops", CUT, "audit", content=told)]))
    assert _kinds(log) == set()
    with log.store.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit WHERE entry = 5"))
    assert FaultKind.MISSING in _kinds(log)


def test_entries_put_back_before_the_beginning_show(log):
    _entries(log, 6)
    with changing(log.store) as connection:
        (old,) = connection.execute(text("SELECT * FROM audit WHERE entry = 2")).mappings()
        cut = cut_before(connection, datetime(2026, 8, 4))
        take_away(connection, cut)
        told = {"through": cut.through, "hash": cut.hash}
        log.witness(append(connection, log.key, [Entry(LATER, "ops", CUT, "audit", content=told)]))
    with log.store.engine.begin() as connection:
        names = ", ".join(f":{name}" for name in old)
        connection.execute(text(f"INSERT INTO audit VALUES ({names})"), dict(old))
    assert _kinds(log) == {FaultKind.INSERTED}


def test_nothing_is_cut_of_a_young_log(log):
    _entries(log, 2)
    with changing(log.store) as connection:
        assert cut_before(connection, datetime(2020, 1, 1)) is None


def test_pages_are_wiped_on_both_databases_and_nothing_is_entered_where_nothing_went(log):
    _entries(log, 2)
    before = verify(log.store, log.key).entries
    take_out(log, Entry(LATER, "ops", "personal.forget", "B1"), lambda *_: None, ("乙",), dry=False)
    wipe_pages(log.store)
    assert verify(log.store, log.key, log.witness).entries == before
    assert _kinds(log) == set()
