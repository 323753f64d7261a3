"""Books that are in memory before anybody asks."""

import time

from structlog.testing import capture_logs

from ews.cli.warm_books import Beside, keeping_warm, warm
from ews.monitoring.keeper import Keeper
from ews.store.engine import open_store
from tests.store.samples import JULY, published, row

PATIENCE = 5.0


def waited(condition):
    """Tell whether a condition comes to hold."""
    until = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


def test_a_new_batch_is_loaded_without_being_asked_for(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'ews.db'}")
    keeper = Keeper(store)
    published(store, "june", [row("B1")])
    with keeping_warm(keeper, seconds=0.02):
        assert waited(lambda: keeper._frames.find("sme") is not None)
        first = keeper._frames.find("sme")[0]
        published(store, "july", [row("B1", as_of=JULY)], as_of=JULY)
        assert waited(lambda: keeper._frames.find("sme")[0] > first)
    store.close()


def test_what_pages_need_beside_the_book_is_loaded_once_and_with_each_new_batch(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'ews.db'}")
    told = []
    beside = Beside(lambda: told.append("start"), lambda one: told.append(one.batch.batch_id))
    published(store, "june", [row("B1")])
    with capture_logs() as logs, keeping_warm(Keeper(store), beside, seconds=0.02):
        assert waited(lambda: told == ["start", "june"])
        published(store, "july", [row("B1", as_of=JULY)], as_of=JULY)
        assert waited(lambda: told == ["start", "june", "july"])
        time.sleep(0.1)
    assert told == ["start", "june", "july"]
    assert [one["event"] for one in logs] == ["books loaded", "books loaded"]
    store.close()


def test_nothing_published_is_no_fault(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'ews.db'}")
    warm(Keeper(store))
    store.close()


def test_a_book_that_cannot_be_loaded_is_logged_and_the_service_goes_on(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'ews.db'}")
    keeper = Keeper(store)
    store.close()
    (tmp_path / "ews.db").unlink()
    (tmp_path / "ews.db").mkdir()
    with capture_logs() as logs, keeping_warm(keeper, seconds=0.02):
        assert waited(lambda: len(logs) > 1)
    assert logs[0]["event"] == "book not loaded"
