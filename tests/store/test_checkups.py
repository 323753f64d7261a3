"""What was found when models were looked at, on both databases."""

from ews.store.batches import latest_batch
from ews.store.checkups import Checkup, checkup_history, keep_checkup, newest_checkup
from tests.store.samples import JULY, NOON, published, row


def numbers(store):
    """Publish June and July, and July again, of one portfolio and June of another; return their numbers."""
    found = {}
    for name, day in (("june", None), ("july", JULY), ("again", JULY)):
        published(store, name, [row("B1")], **({} if day is None else {"as_of": day}))
        found[name] = latest_batch(store, "sme").number
    published(store, "cards", [row("C1")], portfolio="retail")
    return found | {"cards": latest_batch(store, "retail").number}


def checkup(publication: int, **changed) -> Checkup:
    return Checkup(**{"publication": publication, "made_at": NOON, "alarms": 1, "watched": 2, "body": "{}", **changed})


def test_the_newest_look_is_that_at_the_newest_batch_which_was_looked_at(store):
    number = numbers(store)
    assert newest_checkup(store, "sme") is None
    keep_checkup(store, checkup(number["june"], body="june"))
    assert newest_checkup(store, "sme") == checkup(number["june"], body="june")
    keep_checkup(store, checkup(number["again"], body="again"))
    keep_checkup(store, checkup(number["cards"], body="cards"))
    assert newest_checkup(store, "sme").body == "again"
    assert newest_checkup(store, "retail").body == "cards"


def test_a_later_look_at_a_batch_takes_the_place_of_the_earlier(store):
    number = numbers(store)["june"]
    keep_checkup(store, checkup(number))
    keep_checkup(store, checkup(number, alarms=0, body="new"))
    assert checkup_history(store, "sme") == (checkup(number, alarms=0, body="new"),)


def test_looks_at_superseded_batches_do_not_count(store):
    number = numbers(store)
    for name in ("june", "july", "again"):
        keep_checkup(store, checkup(number[name], body=name))
    assert [one.body for one in checkup_history(store, "sme")] == ["again", "june"]
    assert [one.body for one in checkup_history(store, "sme", before=number["again"])] == ["june"]
    assert [one.body for one in checkup_history(store, "sme", limit=1)] == ["again"]
