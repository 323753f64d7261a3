from ews.store.engine import reading
from ews.store.newest_records import newest_records
from tests.store.samples import JULY, JUNE, published, row


def test_the_newest_record_of_each_borrower_is_read_and_none_of_an_earlier_batch(store):
    published(store, "june", [row("B1", pd=0.1), row("B2")])
    published(store, "july", [row("B1", as_of=JULY, pd=0.3)], as_of=JULY)
    published(store, "cards", [row("B1", portfolio="card", pd=0.5)], portfolio="card", as_of=JUNE)
    with reading(store) as connection:
        found = newest_records(connection, {("sme", "B1"), ("sme", "B2"), ("card", "B1"), ("sme", "B9")})
        assert newest_records(connection, ()) == {}
    assert {key: record.pd for key, record in found.items()} == {("sme", "B1"): 0.3, ("card", "B1"): 0.5}
