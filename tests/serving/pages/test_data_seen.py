"""Of which day the figures are, and what no feed told."""

from datetime import date, timedelta

import pytest

from ews.domain.text import Language
from ews.serving.pages.data_seen import DataSeen, data_seen, is_old
from ews.store.engine import open_store
from tests.store.samples import JULY, JUNE, published, row


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'ews.db'}")
    yield opened
    opened.close()


def test_before_anything_is_published_nothing_is_old_or_missing(store):
    assert data_seen(store, Language.EN) == DataSeen(None, ())


def test_the_oldest_newest_batch_gives_the_day_and_each_missing_family_is_named_once(store):
    blind = {"summary": {"blind": ["credit_inquiries"]}}
    published(store, "june", [row("B1")], **blind)
    published(store, "july", [row("B1", as_of=JULY)], as_of=JULY, **blind)
    published(store, "cards", [row("C1", portfolio="cards")], portfolio="cards", as_of=JUNE, **blind)
    assert data_seen(store, Language.ZH) == DataSeen(JUNE, ("征信查询",))


@pytest.mark.parametrize(("days", "old"), [(0, False), (45, False), (46, True)])
def test_figures_are_old_after_45_days(days, old):
    assert is_old(date(2026, 6, 30), date(2026, 6, 30) + timedelta(days=days)) is old
    assert not is_old(None, date(2026, 6, 30))
