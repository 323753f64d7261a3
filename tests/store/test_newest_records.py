from dataclasses import replace

from ews.domain.decisions import Held
from ews.store.engine import reading
from ews.store.newest_records import HeldNow, newest_held
from tests.store.samples import JULY, JUNE, published, row

LATE = Held("signal", "LATE", "yellow", {"dpd": 3})


def test_what_holds_is_read_from_the_newest_batch_and_never_from_an_earlier_one(store):
    published(store, "june", [row("B1", held=(LATE,)), row("B2", held=(LATE,))])
    now = (LATE, replace(LATE, code="GONE", state="lingers"), replace(LATE, code="UNKNOWN", state="carried"))
    published(store, "july", [row("B1", as_of=JULY, held=now)], as_of=JULY)
    published(store, "cards", [row("B1", portfolio="card", held=())], portfolio="card", as_of=JUNE)
    with reading(store) as connection:
        found = newest_held(connection, {("sme", "B1"), ("sme", "B2"), ("card", "B1"), ("sme", "B9")})
        assert newest_held(connection, ()) == {}
    assert found == {("sme", "B1"): HeldNow("p1", (LATE,)), ("card", "B1"): HeldNow("p1", ())}
