from datetime import date

import pytest

from ews.domain.errors import RequestError, UnknownBatchError
from ews.serving.base_batch import base_batch
from tests.store.samples import JULY, JUNE, published, row


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [(None, "july"), (date.max, "july"), (JULY, "july"), (date(2026, 7, 30), "june"), (JUNE, "june")],
)
def test_the_base_is_the_newest_batch_that_is_not_after_the_day(store, as_of, expected):
    assert base_batch(store, "new", None, as_of).batch_id == expected


def test_a_day_before_all_batches_has_none(store):
    with pytest.raises(UnknownBatchError, match="no published batch up to 2026-06-29"):
        base_batch(store, "B1", None, date(2026, 6, 29))


def test_an_unknown_portfolio_is_refused(store):
    with pytest.raises(RequestError, match="Nothing is published for portfolio 'none'"):
        base_batch(store, "B1", "none", None)


def test_the_portfolio_of_a_known_borrower_needs_no_name_that_of_a_new_one_does(store):
    published(store, "cards", [row("C1")], portfolio="retail")
    assert base_batch(store, "C1", None, None).batch_id == "cards"
    assert base_batch(store, "B1", None, None).batch_id == "july"
    with pytest.raises(RequestError, match="several portfolios: 'retail', 'sme'"):
        base_batch(store, "new", None, None)
