"""The operations page: for those who run batches, what came in, what was made of it, and what to do where it fails.

Reads   the newest batches of each portfolio; of their books the manifests and what quarantine holds; the nights
Totals  of the whole book, so that only head office sees it
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ews.events.rejections import Reason
from ews.events.schemas import TABLES
from ews.serving.pages.operations.feeds_shown import BookShown, FeedState, book_shown
from ews.serving.pages.operations.nights_shown import nights
from ews.serving.pages.render import View, ViewDep
from ews.store.batches import batch_page, latest_batches
from ews.store.publications import Publication

router = APIRouter(include_in_schema=False)

MOST = 6
"""Batches of a portfolio that are listed, the newest of them."""
_TABLE_TEXTS = {one.name: one.text for one in TABLES}


@dataclass(frozen=True, slots=True)
class PortfolioShown:
    """`book` is null where the newest batch does not say which it was made from."""

    name: str
    newest: Publication
    batches: Sequence[Publication]
    book: BookShown | None

    @property
    def rejected(self) -> Mapping[tuple[str, Reason], int]:
        return {} if self.book is None or self.book.feeds is None else self.book.feeds.rejected


@router.get("/operations")
def show_operations(view: ViewDep) -> HTMLResponse:
    """Show batches, feeds, nights and quarantine, what is wrong first."""
    return view.show(
        "operations/page.html",
        portfolios=[_shown(view, one) for one in latest_batches(view.services.store)],
        nights=nights(view.services.desk),
        states=FeedState,
        table_texts=_TABLE_TEXTS,
    )


def _shown(view: View, newest: Publication) -> PortfolioShown:
    name = newest.batch.portfolio
    found, _ = batch_page(view.services.store, limit=MOST, portfolio=name)
    return PortfolioShown(name, newest, found, book_shown(newest.batch, view.language))
