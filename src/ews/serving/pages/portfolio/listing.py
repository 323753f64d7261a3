"""List of borrowers: what stands behind a figure, and what the search box finds; page by page.

Sums   of those who are here; of those who left, the exposure of then, told apart
Exact  an id typed into the search box leads to the borrower's page at once
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import numpy as np
from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ews.domain.levels import Tier, WarningLevel
from ews.monitoring.figures import counted
from ews.monitoring.filters import Filter, listed
from ews.monitoring.frame import Flags
from ews.monitoring.rows import Page, rows
from ews.serving.identity import ToldDep
from ews.serving.pages.borrower.values import family_title
from ews.serving.pages.portfolio.asked import PAGE, ListAsked, ListAskedDep
from ews.serving.pages.portfolio.book import (
    Book,
    among,
    circle_of,
    movement_told,
    open_book,
    own_members,
    wanted,
)
from ews.serving.pages.portfolio.words import COLUMNS, MOVEMENTS, chips, value_text
from ews.serving.pages.portfolio.workbook import FEW
from ews.serving.pages.render import View, ViewDep, link
from ews.store.branches import branches_of

router = APIRouter(include_in_schema=False)

_DOWN_FIRST = frozenset(
    {*("exposure_fen", "pd", "grade", "tier", "level", "stage", "expected_loss_fen", "provision_fen"), "in_default"}
)
"""Columns that begin with their largest when they are sorted by."""


@dataclass(frozen=True, slots=True)
class Sums:
    """`exposure_fen` is of the `here`, `left_fen` what the `left` owed then."""

    here: int
    exposure_fen: int
    expected_loss_fen: int
    left: int
    left_fen: int


@dataclass(frozen=True, slots=True)
class Listing:
    """What an address asks for; `others` are members of the asked circle who are not among the rows."""

    book: Book
    filter: Filter
    among: Flags | None
    others: int = 0

    def page(self, asked: ListAsked, offset: int, limit: int | None) -> Page:
        return rows(
            self.book.frame,
            self.filter,
            asked.sort,
            among=self.among,
            descending=asked.descending,
            offset=offset,
            limit=limit,
        )

    @property
    def sums(self) -> Sums:
        frame = self.book.frame
        found = np.zeros(frame.rows, np.bool_)
        found[listed(frame, self.filter)] = True
        if self.among is not None:
            found &= self.among
        here, left = found & frame.now.is_in, found & ~frame.now.is_in
        now, then = counted(frame.now, here), counted(frame.then, left)
        loss = int(frame.now.expected_loss.fen[here].sum())
        return Sums(now.borrowers, now.exposure_fen, loss, then.borrowers, then.exposure_fen)

    @property
    def ids(self) -> list[str]:
        """Return everybody on the list, in the order of ids."""
        places = listed(self.book.frame, self.filter)
        found = places if self.among is None else places[self.among[places]]
        return list(self.book.frame.borrower_id.take(found).to_pylist())


@router.get("/borrowers")
def show_borrowers(view: ViewDep, told: ToldDep, asked: ListAskedDep) -> Response:
    """Show a page of the list; lead straight to a borrower whose id was typed."""
    told(())
    exact = None if set(asked.filters) != {"text"} else _exact(view, asked)
    if exact is not None:
        return RedirectResponse(exact, status_code=303)
    listing = open_listing(view, asked)
    if listing is None:
        return view.show("portfolio/nothing.html")
    return _shown(view, asked, listing, told)


def open_listing(view: View, asked: ListAsked) -> Listing | None:
    """Return the list that is asked for; None where nothing is published, RequestError for an unknown filter."""
    book = open_book(view, asked.portfolio)
    if book is None:
        return None
    chosen = wanted(book, asked.filters)
    others = 0
    if "circle" in asked.filters:
        circle = circle_of(view, book, asked.filters["circle"])
        others = circle.members - len(own_members(book, circle))
    return Listing(book, chosen, among(view, book, asked.filters), others)


def _exact(view: View, asked: ListAsked) -> str | None:
    """Return the address of the borrower whose id was typed, in any portfolio that the actor may see."""
    typed = asked.filters["text"]
    for one in dict.fromkeys((typed, typed.upper())):
        found = [
            portfolio
            for (portfolio, _), branch_id in branches_of(view.services.store, {one}).items()
            if view.actor is not None and view.actor.sees(branch_id) and asked.portfolio in {None, portfolio}
        ]
        if found:
            return link(f"/borrowers/{quote(one, safe='')}", portfolio=asked.portfolio)
    return None


def _shown(view: View, asked: ListAsked, listing: Listing, told: Any) -> HTMLResponse:
    page, called = listing.page(asked, asked.offset, PAGE), view.called
    told(one.borrower_id for one in page.rows)
    book, compared = listing.book, listing.book.frame.compared
    return view.show(
        "portfolio/list.html",
        asked_for=asked,
        book=book,
        batch=book.frame.publication.batch,
        compared_on=None if compared is None else compared.batch.as_of,
        page=page,
        size=PAGE,
        long=FEW,
        blind=[(family_title(one, view.language), "") for one in book.frame.publication.batch.blind],
        **movement_told(view, book.frame, listing.filter),
        sums=listing.sums,
        others=listing.others,
        chips=chips(asked.filters, view.language, view.called),
        columns={name: text.in_(view.language) for name, text in COLUMNS.items()},
        down_first=_DOWN_FIRST,
        choices=_choices(view, book),
        tell=lambda name, value: value_text(name, value, view.language, called),
        to=lambda **changed: link("/borrowers", **asked.but(**changed)),
        to_file=lambda ending: link(f"/borrowers.{ending}", **asked.but()),
    )


def _choices(view: View, book: Book) -> Mapping[str, list[tuple[str, str]]]:
    """Return what the form offers for each filter: value and words."""
    offered: dict[str, list[str]] = {
        "level": ["warned", *(one.value for one in reversed(WarningLevel))],
        "tier": ["non_performing", *(one.value for one in Tier)],
        "grade": list(book.frame.scales["grade"]),
        "movement": [one.value for one in MOVEMENTS] if book.frame.compared is not None else [],
        "industry": list(book.words["industry"]),
        "region": list(book.words["region"]),
    }
    called = view.called
    return {
        "officer": called.choices("officer", book.words["officer"]),
        "branch": called.choices("branch", () if book.branch_id is not None else book.words["branch"]),
        **{name: [(one, value_text(name, one, view.language)) for one in values] for name, values in offered.items()},
    }
