import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from ews.domain.errors import TamperedError
from ews.store import cases
from ews.store.accounts import set_password
from ews.store.audit import BEGINNING, Entry, chained
from ews.store.audit_check import MOST, verify
from ews.store.audit_faults import Fault, FaultKind
from ews.store.audit_log import change, open_log
from ews.store.audit_rows import PROTECTED, SETS
from ews.store.engine import open_store, writing
from ews.store.journal import Journal
from ews.store.tables import audit, metadata
from tests.store.busy import MORNING, busy, checked, look_up, work_on

LAST = 16
"""Entries of a busy store: begin, adoption, two batches, two users, a token, three cases, one act, five look-ups."""


@pytest.fixture
def log(store, tmp_path):
    return busy(store, tmp_path / "audit")


def tamper(log, *statements):
    """Run statements beside the product: on the file of SQLite by plain sqlite3, without its foreign keys."""
    if not log.store.on_postgresql:
        connection = sqlite3.connect(log.store.engine.url.database)
        with connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()
        return
    with writing(log.store) as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement.replace(":", "\\:")))


def entries(kind, first, last=None):
    return Fault(FaultKind(kind), "audit", None, first, first if last is None else last)


def of_row(kind, table, key, entry=None):
    return Fault(FaultKind(kind), table, key, entry, entry)


def test_a_busy_store_that_nobody_tampered_with_is_sound(log):
    found = checked(log)
    assert (found.entries, found.witnessed, found.faults, found.more) == (LAST, LAST, (), 0)
    assert found.is_sound


def test_every_table_is_proven_or_need_not_be():
    not_proven = {"audit", "sessions", "logins", "deliveries", "worklist", "views", "nights", "checkups"}
    assert set(metadata.tables) == {*PROTECTED, *SETS} | not_proven


HASH = "f" * 64
CHAIN = {
    "who read": ("UPDATE audit SET user_id = 'wang' WHERE entry = 13", [entries("altered", 13)]),
    "what was read": ("UPDATE audit SET subject = '/v1/borrowers/B9' WHERE entry = 13", [entries("altered", 13)]),
    "when": ("UPDATE audit SET at = '2026-07-06 09:30:00.123457' WHERE entry = 1", [entries("altered", 1)]),
    "the request": ("UPDATE audit SET request_id = NULL WHERE entry = 16", [entries("altered", 16)]),
    "the action": ("UPDATE audit SET action = 'look-down' WHERE entry = 12", [entries("altered", 12)]),
    "the content": ("""UPDATE audit SET content = '{"a":1}' WHERE entry = 12""", [entries("altered", 12)]),
    "a hash": (
        f"UPDATE audit SET hash = '{HASH}' WHERE entry = 13",
        [entries("altered", 13), entries("rewritten", 13)],
    ),
    "an entry deleted": ("DELETE FROM audit WHERE entry = 13", [entries("missing", 13)]),
    "entries deleted": ("DELETE FROM audit WHERE entry BETWEEN 12 AND 14", [entries("missing", 12, 14)]),
    "the tail cut off": ("DELETE FROM audit WHERE entry > 13", [entries("cut_off", 14, 16)]),
    "an entry added": (
        (
            "INSERT INTO audit SELECT 17, at, user_id, action, subject, request_id, borrowers, content, rows, "
            f"hash, '{HASH}' FROM audit WHERE entry = 16"
        ),
        [entries("altered", 17)],
    ),
    "an entry before the first": (
        (
            "INSERT INTO audit SELECT 0, at, user_id, action, subject, request_id, borrowers, content, rows, "
            "previous, hash FROM audit WHERE entry = 16"
        ),
        [of_row("inserted", "audit", "0")],
    ),
}


@pytest.mark.parametrize(("statement", "faults"), CHAIN.values(), ids=list(CHAIN))
def test_tampering_with_the_log_is_found(log, statement, faults):
    tamper(log, statement)
    assert list(checked(log).faults) == faults


def test_entries_exchanged_with_one_another_are_found(log):
    tamper(
        log,
        "UPDATE audit SET entry = 99 WHERE entry = 13",
        "UPDATE audit SET entry = 13 WHERE entry = 14",
        "UPDATE audit SET entry = 14 WHERE entry = 99",
    )
    assert list(checked(log).faults) == [entries("altered", 13, 14), entries("rewritten", 13, 14)]


def test_a_deleted_entry_is_found_though_those_after_it_were_renumbered(log):
    tamper(
        log,
        "DELETE FROM audit WHERE entry = 13",
        *(f"UPDATE audit SET entry = {n - 1} WHERE entry = {n}" for n in (14, 15, 16)),
    )
    assert list(checked(log).faults) == [
        entries("altered", 13, 15),
        entries("rewritten", 13, 15),
        entries("cut_off", 16),
    ]


def test_without_its_log_no_row_is_proven(log):
    tamper(log, "DELETE FROM audit")
    faults = checked(log).faults
    assert faults[0] == entries("cut_off", 1, LAST)
    assert {fault.kind for fault in faults[1:]} == {FaultKind.INSERTED}
    assert {fault.table for fault in faults[1:]} == {*PROTECTED, *SETS} - {"records"}  # nothing lies there any more


def rewrite(log, key, first=1):
    """Chain the log anew from entry `first`, as whoever has a key could."""
    with writing(log.store) as connection:
        rows = connection.execute(audit.select().order_by(audit.c.entry)).all()
        before = BEGINNING
        for one in rows:
            row = {**one._mapping, "previous": before}
            before = chained(row, key) if one.entry >= first else one.hash
            statement = audit.update().where(audit.c.entry == one.entry)
            connection.execute(statement.values(previous=row["previous"], hash=before))


def test_a_log_written_anew_with_another_key_proves_nothing(log):
    rewrite(log, b"another key")
    found = checked(log)
    assert found.faults[:2] == (entries("altered", 1, LAST), entries("rewritten", 1, LAST))
    assert {fault.kind for fault in found.faults[2:]} == {FaultKind.UNPROVEN}
    assert of_row("unproven", "cases", "W0000001", 11) in found.faults


def test_a_log_written_anew_with_the_right_key_is_betrayed_by_the_witness(log):
    tamper(log, "UPDATE audit SET user_id = 'wang' WHERE entry = 13")
    rewrite(log, log.key, first=13)
    assert list(checked(log).faults) == [entries("rewritten", 13, LAST)]
    assert verify(log.store, log.key).faults == ()


def test_an_entry_exchanged_by_who_has_the_key_does_not_tie_to_the_next(log):
    tamper(log, "UPDATE audit SET user_id = 'wang' WHERE entry = 13")
    with writing(log.store) as connection:
        row = connection.execute(audit.select().where(audit.c.entry == 13)).one()._asdict()
        connection.execute(audit.update().where(audit.c.entry == 13).values(hash=chained(row, log.key)))
    assert list(checked(log).faults) == [entries("rewritten", 13), entries("unlinked", 14)]


ROWS = {
    "a case": (
        "UPDATE cases SET state = 'lifted' WHERE case_id = 'W0000001'",
        of_row("changed", "cases", "W0000001", 11),
    ),
    "what a case was before": (
        "UPDATE cases SET version = 1 WHERE case_id = 'W0000001'",
        of_row("changed", "cases", "W0000001", 11),
    ),
    "a case deleted": ("DELETE FROM cases WHERE case_id = 'W0000003'", of_row("deleted", "cases", "W0000003", 10)),
    "a case inserted": (
        (
            "INSERT INTO cases (case_id, kind, number, version, state, opened_at, body) "
            "VALUES ('W0000009', 'warning', 9, 1, 'lifted', '2026-07-06 09:30:00', '{}')"
        ),
        of_row("inserted", "cases", "W0000009"),
    ),
    "a case left out of the worklist": (
        "DELETE FROM worklist WHERE case_id = 'W0000001'",
        of_row("misleading", "worklist", "W0000001"),
    ),
    "a case that looks done": (
        "UPDATE worklist SET level_rank = 1, is_gone = true WHERE case_id = 'W0000001'",
        of_row("misleading", "worklist", "W0000001"),
    ),
    "a case that never was": (
        (
            "INSERT INTO worklist (case_id, kind, state, is_escalated, opened_at) "
            "VALUES ('W0000009', 'warning', 'open', false, '2026-07-06 09:30:00')"
        ),
        of_row("misleading", "worklist", "W0000009"),
    ),
    "an act": ("UPDATE acts SET user_id = 'wang' WHERE act = 4", of_row("changed", "acts", "4", 11)),
    "an act deleted": ("DELETE FROM acts WHERE act = 2", of_row("deleted", "acts", "2", 9)),
    "an act inserted": (
        "INSERT INTO acts SELECT 5, case_id, 3, verb, at, user_id, state, due_on, content FROM acts WHERE act = 4",
        of_row("inserted", "acts", "5"),
    ),
    "an act numbered anew": (
        "UPDATE acts SET act = 7 WHERE act = 4",
        [of_row("inserted", "acts", "7"), of_row("deleted", "acts", "4", 11)],
    ),
    "a finding": ("UPDATE findings SET value = 'false'", of_row("changed", "findings", "F1", 11)),
    "a finding taken back": ("UPDATE findings SET corrects = 'F1'", of_row("changed", "findings", "F1", 11)),
    "a finding deleted": ("DELETE FROM findings", of_row("deleted", "findings", "F1", 11)),
    "roles": ("UPDATE users SET roles = 'auditor,officer' WHERE user_id = 'li'", of_row("changed", "users", "li", 5)),
    "a branch": ("UPDATE users SET branch_id = NULL WHERE user_id = 'li'", of_row("changed", "users", "li", 5)),
    "a password": (
        "UPDATE users SET password_hash = 'x' WHERE user_id = 'feed'",
        of_row("changed", "users", "feed", 6),
    ),
    "an account enabled": (
        "UPDATE users SET is_active = false WHERE user_id = 'li'",
        of_row("changed", "users", "li", 5),
    ),
    "an account added": (
        (
            "INSERT INTO users SELECT 'wang', name, roles, branch_id, officer_id, password_hash, oidc_subject, "
            "is_active, created_at FROM users WHERE user_id = 'li'"
        ),
        of_row("inserted", "users", "wang"),
    ),
    "an account deleted": ("DELETE FROM users WHERE user_id = 'li'", of_row("deleted", "users", "li", 5)),
    "the end of a token": ("UPDATE tokens SET expires_at = '2099-01-01 00:00:00'", of_row("changed", "tokens", "?", 7)),
    "the holder of a token": ("UPDATE tokens SET user_id = 'li'", of_row("changed", "tokens", "?", 7)),
    "where acts are told": ("UPDATE receivers SET url = 'https://x'", of_row("changed", "receivers", "hook", 11)),
    "since when a policy holds": (
        "UPDATE adoptions SET holds_from = '2020-01-01'",
        of_row("changed", "adoptions", "1", 2),
    ),
    "the model of a batch": (
        "UPDATE batches SET model_id = 'm2' WHERE publication = 1",
        of_row("changed", "batches", "1", 3),
    ),
    "the level of a decision": (
        "UPDATE decisions SET level = 'none', level_rank = 0 WHERE publication = 1 AND borrower_id = 'B1'",
        of_row("changed", "decisions", "1", 3),
    ),
    "a digit of a pd": (
        "UPDATE decisions SET pd = 0.2500000000000001 WHERE publication = 2 AND borrower_id = 'B1'",
        of_row("changed", "decisions", "2", 4),
    ),
    "a decision deleted": (
        "DELETE FROM decisions WHERE publication = 2 AND borrower_id = 'B3'",
        of_row("changed", "decisions", "2", 4),
    ),
    "a decision inserted": (
        (
            "INSERT INTO decisions (publication, borrower_id, grade, tier, tier_rank, level, level_rank, in_default) "
            "VALUES (2, 'B9', 'G1', 'pass', 0, 'none', 0, false)"
        ),
        of_row("changed", "decisions", "2", 4),
    ),
    "decisions of two borrowers exchanged": (
        (
            "UPDATE decisions SET borrower_id = CASE borrower_id WHEN 'B1' THEN 'B0' ELSE borrower_id END "
            "WHERE publication = 1"
        ),
        of_row("changed", "decisions", "1", 3),
    ),
    "all decisions of a batch": ("DELETE FROM decisions WHERE publication = 1", of_row("deleted", "decisions", "1", 3)),
    "a record": (
        "UPDATE packed_records SET packed = substr(packed, 1, length(packed) - 1)",
        of_row("changed", "packed_records", "2", 4),
    ),
    "records deleted": ("DELETE FROM packed_records", of_row("deleted", "packed_records", "2", 4)),
    "records put back": (
        "INSERT INTO packed_records SELECT 1, borrower_id, packed FROM packed_records",
        of_row("changed", "packed_records", "1", 4),
    ),
    "a record laid where they were before": (
        "INSERT INTO records SELECT publication, borrower_id, '{}' FROM packed_records",
        of_row("inserted", "records", "2"),
    ),
    "a batch forged": (
        (
            "INSERT INTO decisions (publication, borrower_id, grade, tier, tier_rank, level, level_rank, in_default) "
            "VALUES (9, 'B9', 'G1', 'pass', 0, 'none', 0, false)"
        ),
        of_row("inserted", "decisions", "9"),
    ),
}


@pytest.mark.parametrize(("statement", "faults"), ROWS.values(), ids=list(ROWS))
def test_tampering_with_a_row_is_found(log, statement, faults):
    tamper(log, statement)
    found = [
        Fault(one.kind, one.table, "?" if one.table == "tokens" else one.key, one.first, one.last)
        for one in checked(log).faults
    ]
    assert found == (faults if isinstance(faults, list) else [faults])


def test_a_digest_changed_with_its_row_betrays_the_entry_and_proves_nothing(log):
    tamper(log, "UPDATE findings SET value = 'false'")
    (fault,) = checked(log).faults
    assert fault.text.en == "Row F1 of findings was changed beside the log; its newest entry is 11."
    with log.store.engine.connect() as connection:
        rows = json.loads(connection.execute(text("SELECT rows FROM audit WHERE entry = 11")).scalar_one())
    tamper(log, "UPDATE audit SET rows = '[]' WHERE entry = 11")
    assert entries("altered", 11) in checked(log).faults
    assert of_row("inserted", "findings", "F1") in checked(log).faults
    tamper(log, f"UPDATE audit SET rows = '{json.dumps(rows)}' WHERE entry = 11")
    assert entries("altered", 11) in checked(log).faults
    assert of_row("unproven", "receivers", "hook", 11) in checked(log).faults
    assert of_row("changed", "findings", "F1", 11) in checked(log).faults


def test_a_row_that_was_bent_shows_for_good_however_rightly_it_is_changed_later(log):
    tamper(log, "UPDATE cases SET body = '{}' WHERE case_id = 'W0000001'")
    assert checked(log).faults == (of_row("changed", "cases", "W0000001", 11),)
    with change(log, Entry(MORNING, "li", "warning.plan", "W0000001")) as made:
        case, found = cases.find_case(made.connection, "W0000001"), made.found("cases", "W0000001")
        _, act = cases.change_case(made.connection, case, verb="plan", user_id="li", at=MORNING, content={})
        made.touch("cases", "W0000001", found)
        made.touch("acts", str(act.act))
    bent = Fault(FaultKind.BENT, "cases", "W0000001", 11, 17)
    assert checked(log).faults == (bent,)
    assert bent.text.en == (
        "Row W0000001 of cases was changed beside the log after entry 11, and entry 17 went on from that."
    )


def test_an_account_that_was_bent_and_then_given_a_password_shows_for_good(log):
    tamper(log, "UPDATE users SET roles = 'risk_manager', branch_id = NULL WHERE user_id = 'li'")
    set_password(log, "li", "another sound phrase", by="ops", at=MORNING)
    assert [(one.kind, one.table, one.key) for one in checked(log).faults] == [(FaultKind.BENT, "users", "li")]


def test_rows_deleted_and_made_anew_by_the_product_show(log):
    tamper(log, "DELETE FROM receivers", "DELETE FROM findings")
    work_on(log, "W0000002")
    assert [(one.kind, one.table, one.key) for one in checked(log).faults] == [
        (FaultKind.BENT, "findings", "F1"),
        (FaultKind.BENT, "receivers", "hook"),
    ]


WRONG_TYPES = {
    "UPDATE cases SET opened_at = 'never' WHERE case_id = 'W0000001'": of_row("changed", "cases", "W0000001", 11),
    "UPDATE cases SET body = x'ff' WHERE case_id = 'W0000001'": of_row("changed", "cases", "W0000001", 11),
    "UPDATE cases SET body = CAST(x'ff' AS TEXT) WHERE case_id = 'W0000001'": of_row(
        "changed", "cases", "W0000001", 11
    ),
    "UPDATE cases SET exposure_fen = 'much' WHERE case_id = 'W0000001'": of_row("changed", "cases", "W0000001", 11),
    "UPDATE users SET is_active = 'yes' WHERE user_id = 'li'": of_row("changed", "users", "li", 5),
    "UPDATE users SET is_active = 5 WHERE user_id = 'li'": of_row("changed", "users", "li", 5),
    "UPDATE adoptions SET holds_from = holds_from || '~'": of_row("changed", "adoptions", "1", 2),
    "UPDATE decisions SET pd = x'00' WHERE publication = 1": of_row("changed", "decisions", "1", 3),
    "UPDATE decisions SET release_on = 'soon' WHERE publication = 1": of_row("changed", "decisions", "1", 3),
    "UPDATE audit SET at = 'never' WHERE entry = 13": entries("altered", 13),
    "UPDATE audit SET content = x'ff' WHERE entry = 13": entries("altered", 13),
    "UPDATE audit SET subject = CAST(x'ff' AS TEXT) WHERE entry = 13": entries("altered", 13),
}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("statement", "fault"), WRONG_TYPES.items())
def test_what_is_not_of_its_columns_type_is_found_and_ends_no_check(log, statement, fault):
    tamper(log, statement)
    assert list(checked(log).faults) == [fault]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_an_entry_numbered_with_a_word_is_found(log):
    tamper(log, "UPDATE audit SET entry = 'x' WHERE entry = 16")
    assert list(checked(log).faults) == [of_row("inserted", "audit", "x"), entries("cut_off", 16)]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_an_older_copy_of_the_file_put_back_is_found_also_when_it_is_used_on(log, tmp_path):
    file = Path(str(log.store.engine.url.database))
    log.store.close()
    shutil.copy(file, tmp_path / "older.db")
    with Journal(log.store, log.key, log.witness) as journal:
        for number in range(3):
            journal.write(look_up(number))
    log.store.close()
    shutil.copy(tmp_path / "older.db", file)
    assert list(checked(log).faults) == [entries("cut_off", LAST + 1, LAST + 3)]
    with Journal(log.store, log.key, log.witness) as journal:
        for number in range(4, 9):
            journal.write(look_up(number))
    assert list(checked(log).faults) == [entries("rewritten", LAST + 1, LAST + 3)]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_file_that_cannot_be_read_to_its_end_is_told(log):
    file = Path(str(log.store.engine.url.database))
    log.store.close()
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(TamperedError, match=r"The database is damaged and cannot be read to its end"):
        checked(log)


def test_a_witness_that_is_missing_damaged_or_cut_short_is_told_or_not(log):
    path = log.witness.path
    content = path.read_bytes()
    lines = content.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]) + lines[-1][:20])
    assert (checked(log).witnessed, checked(log).faults) == (LAST - 1, ())
    path.write_bytes(lines[0] + b"rubbish\n" + b"".join(lines[2:]))
    assert list(checked(log).faults) == [of_row("witness_damaged", "witness", "2")]
    path.unlink()
    assert list(checked(log).faults) == [of_row("witness_missing", "witness", str(path))]
    path.write_bytes(content)
    assert checked(log).is_sound


def test_faults_without_end_are_counted_and_not_kept(log):
    many = MOST + 5
    tamper(
        log,
        *(
            "INSERT INTO tokens (token_id, token_hash, user_id, created_at) "
            f"VALUES ('t{number}', 'h{number}', 'li', '2026-07-06 09:30:00')"
            for number in range(many)
        ),
    )
    found = checked(log)
    assert (len(found.faults), found.more) == (MOST, many - MOST)


@pytest.mark.parametrize("kind", FaultKind)
def test_every_fault_is_told_in_both_languages(kind):
    told = Fault(kind, "cases", "W0000001", 3, 4).text
    assert "{" not in told.en + told.zh
    assert told.en != told.zh
    assert Fault(FaultKind.CHANGED, "decisions", "3", 7, 7).text.zh == (
        "第 3 次发布的 decisions在日志之外被修改；其最新记录为第 7 条。"
    )


WRITER = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from ews.store.audit_log import change, open_log
from ews.store.engine import open_store
from ews.store.journal import Journal
from tests.store.busy import add_case, look_up
log = open_log(open_store(sys.argv[1]), Path(sys.argv[2]))
with Journal(log.store, log.key, log.witness) as journal:
    for number in range(100_000):
        journal.write(look_up(number, "killed"))
        add_case(log, f"K{number}")
        print(number, flush=True)
"""


def test_a_process_killed_while_it_writes_leaves_a_log_that_is_sound(url, tmp_path):
    store = open_store(url)
    log = busy(store, tmp_path / "audit")
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, url, str(tmp_path / "audit")],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert writer.stdout is not None
    done = [int(writer.stdout.readline()) for _ in range(25)]
    writer.send_signal(signal.SIGKILL)
    done += [int(line) for line in writer.stdout.read().splitlines()]
    writer.wait()
    writer.stdout.close()
    found = checked(log)
    assert found.faults == ()
    assert found.entries >= LAST + 2 * len(done)
    assert checked(open_log(store, tmp_path / "audit")).witnessed >= LAST + 2 * len(done)
    store.close()


def test_a_store_that_is_written_to_meanwhile_is_sound(log):
    with Journal(log.store, log.key, log.witness) as journal, ThreadPoolExecutor(4) as pool:
        writing_on = [pool.submit(journal.write, look_up(number)) for number in range(150)]
        found = []
        while not all(one.done() for one in writing_on):
            found.append(checked(log))
    assert found
    assert {one.faults for one in found} == {()}
    assert checked(log).entries == LAST + 150
