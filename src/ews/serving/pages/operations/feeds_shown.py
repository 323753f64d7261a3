"""Feeds as the operations page tells them: which table of a book is missing or late, measured against a batch.

Missing  not delivered although the book before had it, or the batch is blind without it
Late     reaches less far than the day of the batch, and lags more than it did the time before
Unused   never delivered, and nothing is blind without it
"""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ews.domain.errors import BookError
from ews.domain.text import Language
from ews.events.feeds import Feed, Feeds, feeds_of
from ews.features.catalogue import FAMILIES, family_name
from ews.serving.pages.borrower.values import family_title
from ews.store.publications import Batch


class FeedState(Enum):
    GOOD = "good"
    LATE = "late"
    MISSING = "missing"
    UNUSED = "unused"


_ORDER = (FeedState.MISSING, FeedState.LATE, FeedState.GOOD, FeedState.UNUSED)


@dataclass(frozen=True, slots=True)
class FeedShown:
    """`without` are the titles of the feature families that the batch is blind on for want of the table.

    `behind_days` is how far it ends before the day of the batch, `rows_change` is against the book before.
    """

    feed: Feed
    state: FeedState
    behind_days: int | None
    rows_change: int | None
    without: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BookShown:
    """The book that a batch was made from, as its folder is now. `fault` tells why it cannot be read.

    `is_newer`: another extract lies there than the batch was made from.
    """

    folder: Path
    feeds: Feeds | None
    rows: tuple[FeedShown, ...] = ()
    is_newer: bool = False
    fault: str | None = None

    @property
    def wrong(self) -> tuple[FeedShown, ...]:
        return tuple(one for one in self.rows if one.state in {FeedState.MISSING, FeedState.LATE})


def book_shown(batch: Batch, language: Language) -> BookShown | None:
    """Return the book of a batch, None where the batch does not say where it lay."""
    named = batch.summary.get("book")
    if not isinstance(named, str):
        return None
    folder = Path(named)
    try:
        feeds = feeds_of(folder)
    except (BookError, OSError) as error:
        return BookShown(folder, None, fault=str(error))
    rows = (_shown(one, batch, language) for one in feeds.feeds)
    ordered = sorted(rows, key=lambda one: _ORDER.index(one.state))
    return BookShown(folder, feeds, tuple(ordered), feeds.manifest.book_id != batch.book_id)


def _shown(feed: Feed, batch: Batch, language: Language) -> FeedShown:
    now, before = feed.entry, feed.before
    without = () if now is not None else _blind_without(feed.schema.name, batch, language)
    behind = None if now is None or now.covered_to is None else max(0, (batch.as_of - now.covered_to).days)
    change = None if now is None or before is None else now.rows - before.rows
    return FeedShown(feed, _state(feed, behind, without), behind, change, without)


def _state(feed: Feed, behind: int | None, without: tuple[str, ...]) -> FeedState:
    if feed.entry is None:
        return FeedState.MISSING if without or feed.before is not None else FeedState.UNUSED
    is_late = bool(behind) and (feed.lag_days or 0) > (feed.usual_days or 0)
    return FeedState.LATE if is_late else FeedState.GOOD


def _blind_without(table: str, batch: Batch, language: Language) -> tuple[str, ...]:
    readers = (family_name(one) for one in FAMILIES if any(table in needed for needed in one.READS))
    return tuple(family_title(name, language) for name in readers if name in batch.blind)
