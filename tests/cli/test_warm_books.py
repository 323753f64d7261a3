"""Books that are in memory before anybody asks."""

import time

from structlog.testing import capture_logs

from ews.cli.warm_books import keeping_warm, warm
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
