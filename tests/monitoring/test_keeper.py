"""The newest frame and history, loaded once and shared."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ews.domain.errors import UnknownBatchError
from ews.monitoring import keeper as module
from ews.monitoring.frame import BookFrame
from ews.monitoring.keeper import Keeper
from ews.monitoring.load import load
from ews.store.engine import Store, open_store
from tests.store.samples import JULY, JUNE, published, row


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'ews.db'}")
    yield opened
    opened.close()


class Gate:
    """Stands in for `load`: counts the loads, and holds them while it is shut."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.loads: list[str] = []
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()
        monkeypatch.setattr(module, "load", self)

    def __call__(self, store: Store, publication, grades):
        self.loads.append(publication.batch.batch_id)
        self.entered.set()
        assert self.open.wait(10)
        return load(store, publication, grades)


@pytest.fixture
def gate(monkeypatch) -> Gate:
    return Gate(monkeypatch)


def batch_id(frame: BookFrame) -> str:
    return frame.publication.batch.batch_id


def test_a_publication_is_loaded_once(store, gate):
    published(store, "june", [row("A")])
    keeper = Keeper(store, grades=("G1", "G6"))
    assert keeper.frame("sme") is keeper.frame("sme")
    assert gate.loads == ["june"]
    assert keeper.frame("sme").scales["grade"] == ("G1", "G6")


def test_the_next_publication_is_seen_at_once(store, gate):
    keeper = Keeper(store)
    published(store, "june", [row("A")])
    first = keeper.frame("sme")
    published(store, "july", [row("A")], as_of=JULY)
    assert (batch_id(first), batch_id(keeper.frame("sme"))) == ("june", "july")
    assert keeper.history("sme").newest.batch.batch_id == "july"


def test_an_earlier_day_that_is_published_later_loads_no_frame(store, gate):
    keeper = Keeper(store)
    published(store, "july", [row("A")], as_of=JULY)
    first = keeper.frame("sme")
    assert len(keeper.history("sme").traces) == 1
    published(store, "june", [row("A")], as_of=JUNE)
    assert keeper.frame("sme") is first
    assert gate.loads == ["july"]
    assert len(keeper.history("sme").traces) == 2


def test_many_who_ask_first_wait_for_one_load(store, gate):
    published(store, "june", [row("A")])
    keeper = Keeper(store)
    gate.open.clear()
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(keeper.frame, "sme") for _ in range(6)]
        assert gate.entered.wait(10)
        gate.open.set()
        frames = {id(one.result(10)) for one in asked}
    assert (len(frames), gate.loads) == (1, ["june"])


def test_who_has_an_older_one_does_not_wait(store, gate):
    published(store, "june", [row("A")])
    keeper = Keeper(store)
    older = keeper.frame("sme")
    published(store, "july", [row("A")], as_of=JULY)
    gate.open.clear()
    gate.entered.clear()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(keeper.frame, "sme")
        assert gate.entered.wait(10)
        assert keeper.frame("sme") is older
        gate.open.set()
        newer = first.result(10)
    assert batch_id(newer) == "july"
    assert keeper.frame("sme") is newer


def test_a_load_that_failed_is_tried_again(store, monkeypatch):
    published(store, "june", [row("A")], compared_id="gone")
    keeper = Keeper(store)
    for _ in range(2):
        with pytest.raises(UnknownBatchError, match="'gone'"):
            keeper.frame("sme")


def test_what_was_asked_for_least_lately_is_given_up(store, gate):
    for name in ("a", "b", "c"):
        published(store, name, [row("A")], portfolio=name)
    keeper = Keeper(store)
    for name in ("a", "b", "a", "c", "a", "b"):
        keeper.frame(name)
    assert gate.loads == ["a", "b", "c", "b"]


@pytest.mark.parametrize("ask", [Keeper.frame, Keeper.history])
def test_a_portfolio_without_a_batch_is_told(store, ask):
    with pytest.raises(UnknownBatchError, match="portfolio 'cards'"):
        ask(Keeper(store), "cards")
