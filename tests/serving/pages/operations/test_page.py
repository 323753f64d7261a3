"""The operations page: what is wrong stands first, and head office alone sees it."""

from datetime import date
from pathlib import Path

import pytest

from ews.casework.night_due import STEP, due_now
from ews.domain.text import Language
from ews.events.manifest import Manifest, TableEntry, write_manifest
from ews.events.publication import PREVIOUS
from ews.serving.pages.operations.feeds_shown import FeedState, book_shown
from ews.serving.pages.operations.nights_shown import nights
from ews.store.batches import latest_batch
from ews.store.engine import writing
from ews.store.nights import Mark, keep_mark
from tests.casework.people import HEAD, OFFICER, OPERATOR, RISK
from tests.serving.conftest import NOW
from tests.store.samples import JULY, JUNE, published, row


def entry(covered_to: date) -> TableEntry:
    return TableEntry("x.parquet", "00", 10, 0, date(2024, 1, 1), covered_to)


def batch_of(store, folder: Path, blind=()):
    """Publish a batch of July that says where its book lies, and return it."""
    summary = {"book": str(folder), "blind": list(blind)}
    published(store, "b-book", [row("B1", as_of=JULY)], as_of=JULY, portfolio="other", summary=summary)
    newest = latest_batch(store, "other")
    assert newest is not None
    return newest.batch


@pytest.fixture
def book(tmp_path):
    folder = tmp_path / "book"
    folder.mkdir()
    before = {"ledger": entry(JUNE), "relations": entry(date(2026, 6, 20)), "inquiries": entry(JUNE)}
    (folder / PREVIOUS).write_text(Manifest("other", JUNE, before).to_json(), encoding="utf-8")
    now = {"ledger": entry(date(2026, 7, 11)), "relations": entry(date(2026, 7, 21)), "loans": entry(JULY)}
    write_manifest(folder, Manifest("other", JULY, now))
    return folder


def test_a_feed_is_missing_late_or_as_usual_by_what_came_before(store, book):
    found = book_shown(batch_of(store, book, ["credit_inquiries"]), Language.EN)
    states = {one.feed.schema.name: (one.state, one.behind_days) for one in found.rows}
    assert states["inquiries"] == (FeedState.MISSING, None)
    assert states["ledger"] == (FeedState.LATE, 20)
    assert states["relations"] == (FeedState.GOOD, 10)  # it lags as it did before
    assert states["loans"] == (FeedState.GOOD, 0)
    assert states["outcomes"] == (FeedState.UNUSED, None)
    assert [one.feed.schema.name for one in found.wrong] == ["inquiries", "ledger"]
    assert found.rows[0].without == ("Credit inquiries",)
    assert found.is_newer


def test_a_book_that_has_gone_is_told_with_why(store, tmp_path):
    found = book_shown(batch_of(store, tmp_path / "gone"), Language.EN)
    assert found.feeds is None
    assert "no book" in found.fault


def test_a_night_is_due_until_it_was_done_for_today(services):
    desk = services.desk
    assert (nights(desk).is_due, nights(desk).done_at) == (True, None)
    with writing(desk.store) as connection:
        keep_mark(connection, STEP, Mark(due_now(desk), 0, 0, 3), NOW)
    found = nights(desk)
    assert (found.is_due, found.done_at, found.of_day, found.waiting) == (False, NOW, NOW.date(), 3)


@pytest.fixture
def page(client_as):
    def page(actor, path="/operations", language="en"):
        opened = client_as(actor)
        opened.headers.update({"accept": "text/html", "accept-language": language})
        opened.follow_redirects = False
        return opened.get(path)

    return page


def test_the_operator_begins_with_it_and_reads_what_is_wrong_first(page, store, book):
    batch_of(store, book, ["credit_inquiries"])
    assert page(OPERATOR, "/").headers["location"] == "/operations"
    text = page(OPERATOR).text
    assert text.index("Credit inquiries, as seen in the last report did not come") < text.index(">Batches")
    assert "A night is due" in text
    assert "ews score --book BOOK" in text
    assert "征信查询未送达" in page(OPERATOR, language="zh").text


@pytest.mark.parametrize(("actor", "status"), [(HEAD, 200), (RISK, 403), (OFFICER, 403)], ids=str)
def test_only_those_of_head_office_who_run_or_watch_it_see_it(page, actor, status):
    assert page(actor).status_code == status
