from sqlalchemy import delete, insert, select

from ews.store.audit_log import open_log
from ews.store.engine import reading, writing
from ews.store.kept_records import kept_record, kept_records
from ews.store.packing import TOGETHER, unpacked
from ews.store.publish import publish
from ews.store.standings import borrower_decision
from ews.store.tables import packed_records, records
from tests.store.busy import MORNING, checked
from tests.store.samples import JULY, NOON, batch, decision, published, row

IDS = [f"B{number:03}" for number in range(0, 6 * TOGETHER, 2)]
"""With gaps, so that others can be asked for between them."""


def lay_alone(store, *, but=()):
    """Lay the records as they were kept before there were packs."""
    with writing(store) as connection:
        packs = connection.execute(select(packed_records)).all()
        rows = [
            {"publication": pack.publication, "borrower_id": one, "record": record.decode()}
            for pack in packs
            for one, record in unpacked(pack.packed).items()
            if one not in but
        ]
        connection.execute(delete(packed_records))
        connection.execute(insert(records), rows)


def test_each_record_is_found_in_its_pack_and_nobody_elses(store):
    published(store, "other", [row("B001", portfolio="retail")], portfolio="retail")
    published(store, "b1", [row(one) for one in IDS])
    with reading(store) as connection:
        assert len(connection.execute(select(packed_records).where(packed_records.c.publication == 2)).all()) == 3
        for one in IDS:
            assert kept_record(connection, 2, one) == decision(one).to_json().encode()
        for absent in ("A", "B001", "B015", "B017", "C", ""):
            assert kept_record(connection, 2, absent) is None
        assert kept_record(connection, 3, IDS[0]) is None
        wanted = [*IDS[3:12], "A", "B001", "C"]
        assert kept_records(connection, 2, wanted) == {one: decision(one).to_json().encode() for one in IDS[3:12]}
        assert kept_records(connection, 2, ()) == {}


def test_records_published_before_there_were_packs_are_read_as_before(store):
    published(store, "b1", [row(one) for one in IDS])
    lay_alone(store, but=IDS[1:2])
    assert borrower_decision(store, IDS[0]).record == decision(IDS[0])
    assert borrower_decision(store, IDS[1]).record is None
    with reading(store) as connection:
        found = kept_records(connection, 1, IDS)
    assert found == {one: decision(one).to_json().encode() for one in IDS if one != IDS[1]}


def test_a_newer_batch_takes_the_place_of_records_that_lay_alone(store):
    published(store, "june", [row(one) for one in IDS])
    lay_alone(store)
    published(store, "july", [row(IDS[0])], as_of=JULY)
    with reading(store) as connection:
        assert connection.execute(select(records)).all() == []
        assert kept_record(connection, 2, IDS[0]) is not None
    assert borrower_decision(store, IDS[1]).record is None


def test_a_log_that_proved_records_alone_goes_on_with_packs(store, tmp_path):
    published(store, "june", [row(one) for one in IDS])
    lay_alone(store)
    log = open_log(store, tmp_path / "audit", at=MORNING)
    assert checked(log).faults == ()
    rows = [row(IDS[0])]
    publish(store, batch("july", rows, as_of=JULY), rows, published_at=NOON, audit=log)
    assert checked(log).faults == ()
