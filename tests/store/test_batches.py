from datetime import date

import pytest

from ews.domain.errors import UnknownBatchError
from ews.store.batches import (
    batch_page,
    comparison,
    find_batch,
    latest_batch,
    latest_batches,
    newest_ids,
    predecessor,
)
from ews.store.engine import Store
from ews.store.publications import Publication
from tests.store.samples import JULY, JUNE, published, row


def _ids(*found: Publication | None) -> list[str | None]:
    return [None if one is None else one.batch.batch_id for one in found]


@pytest.fixture
def filled(store: Store) -> Store:
    """Two editions of June, published after July; May of another portfolio."""
    published(store, "july", [row("B1")], as_of=JULY)
    published(store, "june-1", [row("B1")])
    published(store, "june-2", [row("B1")])
    published(store, "may", [row("C1")], as_of=date(2026, 5, 31), portfolio="retail")
    return store


def test_an_empty_store_has_no_batch(store):
    assert latest_batch(store) is None
    assert latest_batches(store) == ()
    assert newest_ids(store) == {}
    assert batch_page(store, limit=10) == ([], None)
    assert predecessor(store, "sme", JULY) is None


def test_the_newest_batch_is_that_of_the_latest_day(filled):
    assert _ids(latest_batch(filled), latest_batch(filled, "retail"), latest_batch(filled, "none")) == [
        "july",
        "may",
        None,
    ]


def test_each_portfolio_has_its_newest_batch(filled):
    assert _ids(*latest_batches(filled)) == ["may", "july"]
    assert [one.newest for one in latest_batches(filled)] == [True, True]
    assert newest_ids(filled) == {"retail": "may", "sme": "july"}


def test_the_edition_before_is_superseded_and_stays(filled):
    assert [find_batch(filled, one).superseded for one in ("july", "june-1", "june-2", "may")] == [
        False,
        True,
        False,
        False,
    ]


def test_an_unknown_batch_is_an_error(filled):
    with pytest.raises(UnknownBatchError, match=r"Batch 'b9' is not published\. See the list of batches"):
        find_batch(filled, "b9")


@pytest.mark.parametrize(
    ("portfolio", "as_of", "expected"),
    [
        ("sme", date(2026, 8, 31), "july"),
        ("sme", date(2026, 8, 1), "july"),
        ("sme", JULY, "june-2"),
        ("sme", JUNE, None),
        ("retail", JUNE, "may"),
    ],
)
def test_the_predecessor_is_the_newest_batch_of_an_earlier_day(filled, portfolio, as_of, expected):
    assert _ids(predecessor(filled, portfolio, as_of)) == [expected]


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2026, 8, 28), "july"),  # 28 days later
        (date(2026, 8, 27), "june-2"),  # 27 days later
        (date(2026, 7, 28), "june-2"),
        (date(2026, 7, 27), None),
    ],
)
def test_movement_is_measured_against_the_newest_batch_at_least_28_days_before(filled, as_of, expected):
    assert _ids(comparison(filled, "sme", as_of)) == [expected]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_pages_of_any_size_hold_every_batch_once_newest_first(filled, limit):
    found: list[str | None] = []
    after = None
    while True:
        page, after = batch_page(filled, limit=limit, after=after)
        assert len(page) <= limit
        found += _ids(*page)
        if after is None:
            break
    assert found == ["july", "june-2", "june-1", "may"]


def test_a_page_may_be_of_one_portfolio(filled):
    assert _ids(*batch_page(filled, limit=10, portfolio="retail")[0]) == ["may"]
