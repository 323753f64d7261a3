import pytest

from ews.domain.errors import PolicyError, SettingsError, TamperedError
from ews.store.accounts import add_user
from ews.store.adoptions import ADOPT, adopt, adopt_within
from ews.store.audit import BEGINNING, Entry, Head, Touched, append, changing, head_of, touched
from ews.store.audit_check import verify
from ews.store.audit_log import BEGIN, Log, begin, change, open_log
from ews.store.audit_rows import NOTHING
from ews.store.audit_search import EntryFilter, entry_page
from ews.store.engine import reading
from ews.store.publish import PUBLISH, publish
from tests.store.busy import MORNING, PROFILE, add_case, busy, checked
from tests.store.samples import JULY, JUNE, NOON, batch, published, row


def entries(log, **wanted):
    page, _ = entry_page(log.store, EntryFilter(**wanted), limit=100)
    return list(reversed(page))


def test_a_log_opened_again_goes_on_with_its_key(store, tmp_path):
    first = busy(store, tmp_path / "audit")
    again = open_log(store, tmp_path / "audit")
    assert again == first
    add_case(again, "B9")
    assert checked(again).faults == ()
    assert [one.entry.action for one in entries(again)].count(BEGIN) == 1


def test_the_key_may_lie_elsewhere(store, tmp_path):
    log = open_log(store, tmp_path / "audit", key_file=tmp_path / "secrets" / "key", at=MORNING)
    assert bytes.fromhex((tmp_path / "secrets" / "key").read_text()) == log.key
    assert not (tmp_path / "audit" / "key").exists()
    assert "key=" not in repr(log)


def test_the_first_entry_takes_over_what_the_store_holds(store, tmp_path):
    published(store, "june", [row("B1")])
    adopt(store, "p1", JUNE, adopted_by="Li", adopted_at=MORNING)
    log = open_log(store, tmp_path / "audit", at=MORNING)
    (found,) = entries(log)
    assert (found.number, found.entry.action, found.entry.user_id, found.entry.at) == (1, BEGIN, "ews", MORNING)
    assert [(one.table, one.key) for one in found.entry.rows] == [
        ("adoptions", "1"),
        ("batches", "1"),
        ("decisions", "1"),
        ("packed_records", "1"),
    ]
    assert checked(log).faults == ()
    begin(log)
    assert len(entries(log)) == 1
    published(store, "july", [row("B1")], as_of=JULY)
    assert {(one.kind, one.table, one.key) for one in checked(log).faults} == {
        ("inserted", "batches", "2"),
        ("inserted", "decisions", "2"),
        ("inserted", "packed_records", "2"),
        ("deleted", "packed_records", "1"),
    }


def test_a_lost_key_is_not_made_anew(log, tmp_path):
    (tmp_path / "audit" / "key").unlink()
    with pytest.raises(SettingsError, match=r"cannot be read.*Put it back from the backup"):
        open_log(log.store, tmp_path / "audit")
    assert not (tmp_path / "audit" / "key").exists()


def test_a_key_of_another_log_writes_nothing(log, tmp_path):
    (tmp_path / "audit" / "key").write_text("ab" * 32)
    with pytest.raises(SettingsError, match=r"newest entry of the audit log, 1, was not written with the key"):
        open_log(log.store, tmp_path / "audit")


def test_a_log_that_was_emptied_is_not_begun_anew(log, tmp_path):
    with log.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit")
    with pytest.raises(TamperedError, match=r"The audit log is empty, but '.*witness\.jsonl' has noted entries"):
        open_log(log.store, tmp_path / "audit")


def test_a_change_that_fails_leaves_neither_row_nor_entry(log):
    def fail():
        with change(log, Entry(MORNING, "ops", "user.add", "li")) as made:
            made.connection.exec_driver_sql("DELETE FROM audit")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert len(entries(log)) == 1
    assert checked(log).witnessed == 1


def test_a_row_touched_twice_counts_as_it_is_in_the_end(log):
    add_user(log, "li", PROFILE, by="ops", at=MORNING)
    with change(log, Entry(MORNING, "ops", "user.change", "li", content={"a": 1})) as made:
        found = made.found("users", "li")
        made.touch("users", "li", found)
        made.connection.exec_driver_sql("UPDATE users SET name = 'Li'")
        made.touch("users", "li")
        made.content["b"] = 2
    newest = entries(log)[-1].entry
    with reading(log.store) as connection:
        assert newest.rows == (touched(connection, "users", "li", found),)
    assert newest.content == {"a": 1, "b": 2}
    assert checked(log).faults == ()


def test_the_log_needs_no_witness(store, tmp_path):
    log = Log(store, b"key")
    begin(log, MORNING)
    add_user(log, "li", PROFILE, by="ops", at=MORNING)
    found = verify(store, b"key")
    assert (found.entries, found.witnessed, found.faults) == (2, 0, ())


def test_the_chain_begins_with_nothing_and_each_entry_holds_the_hash_before(log):
    with changing(log.store) as connection:
        head = append(connection, log.key, [Entry(MORNING, "li", "look-up", str(number)) for number in range(3)])
        assert head_of(connection) == head
        assert append(connection, log.key, []) == head
    with reading(log.store) as connection:
        rows = connection.exec_driver_sql("SELECT entry, previous, hash FROM audit ORDER BY entry").all()
    assert [one.entry for one in rows] == [1, 2, 3, 4]
    assert [one.previous for one in rows] == [BEGINNING, *(one.hash for one in rows[:-1])]
    assert head == Head(4, rows[-1].hash)


def test_a_publication_is_told_and_proven_in_one_entry(log):
    rows = [row("B1"), row("B2")]
    for name, day in (("june", JUNE), ("july", JULY)):
        publish(log.store, batch(name, rows, as_of=day), rows, published_at=NOON, audit=log)
    first, second = entries(log, action=PUBLISH)
    assert (first.entry.subject, first.entry.user_id, first.entry.at) == ("june", "ews", NOON)
    assert second.entry.content == {"publication": 2, "portfolio": "sme", "as_of": "2026-07-31", "scored": 2}
    assert [(one.table, one.key) for one in second.entry.rows] == [
        ("batches", "2"),
        ("decisions", "2"),
        ("packed_records", "2"),
        ("packed_records", "1"),
    ]
    assert second.entry.rows[3] == Touched("packed_records", "1", NOTHING)
    assert len({one.digest for one in (*first.entry.rows, *second.entry.rows)}) == 7
    assert checked(log).faults == ()


def test_the_digest_does_not_depend_on_the_order_in_which_decisions_come(log):
    rows = [row("B1"), row("赵/2"), row("B3")]
    for portfolio, given in (("a", rows), ("b", rows[::-1])):
        publish(log.store, batch(portfolio, rows, portfolio=portfolio), given, published_at=NOON, audit=log)
    with log.store.engine.begin() as connection:  # as if the second one were the first
        connection.exec_driver_sql("DELETE FROM packed_records WHERE publication = 1")
        connection.exec_driver_sql("DELETE FROM decisions WHERE publication = 1")
        connection.exec_driver_sql("UPDATE decisions SET publication = 1")
        connection.exec_driver_sql("UPDATE packed_records SET publication = 1")
    assert {(one.kind, one.table, one.key) for one in checked(log).faults} == {
        ("deleted", "decisions", "2"),
        ("deleted", "packed_records", "2"),
    }


def test_a_batch_published_again_is_not_told_again(log):
    for _ in range(2):
        publish(log.store, batch("june", [row("B1")]), [row("B1")], published_at=NOON, audit=log)
    assert len(entries(log, action=PUBLISH)) == 1
    assert checked(log).faults == ()


def test_a_batch_of_an_earlier_day_has_no_records_to_prove(log):
    publish(log.store, batch("july", [row("B1")], as_of=JULY), [row("B1")], published_at=NOON, audit=log)
    publish(log.store, batch("june", [row("B1")]), [row("B1")], published_at=NOON, audit=log)
    assert Touched("packed_records", "2", NOTHING) in entries(log)[-1].entry.rows
    assert checked(log).faults == ()


def test_an_adoption_is_told_and_proven(log):
    adopt(log.store, "p1", JUNE, adopted_by="Li", note="why", adopted_at=MORNING, audit=log)
    newest = entries(log)[-1].entry
    assert (newest.action, newest.subject, newest.user_id) == (ADOPT, "p1", "Li")
    assert newest.content == {"holds_from": "2026-06-30", "note": "why"}
    with change(log, Entry(MORNING, "wang", "adoption.approve", "P0000001")) as made:
        second = adopt_within(made.connection, "p2", JULY, adopted_by="wang", note=None, adopted_at=MORNING)
        made.touch("adoptions", str(second.number))
    assert second.number == 2
    assert checked(log).faults == ()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_an_adoption_within_a_change_does_not_wait_for_a_publication(log):
    with log.store.engine.begin() as publishing:
        publishing.exec_driver_sql("LOCK TABLE batches IN SHARE ROW EXCLUSIVE MODE")
        with (
            pytest.raises(PolicyError, match="A batch is being published; no policy can be adopted from 2026-06-30"),
            changing(log.store) as connection,
        ):
            adopt_within(connection, "p1", JUNE, adopted_by="Li", note=None, adopted_at=MORNING)
