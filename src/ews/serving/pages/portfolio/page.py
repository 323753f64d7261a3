"""The page of the book: figures, movement and where the risk is; every figure leads to the list behind it."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from ews.monitoring.filters import Filter
from ews.serving.identity import ToldDep
from ews.serving.pages.borrower.values import family_tables, family_title
from ews.serving.pages.portfolio.asked import BookAsked, BookAskedDep
from ews.serving.pages.portfolio.book import Book, movement_told, open_book, wanted
from ews.serving.pages.portfolio.first_view import first_view
from ews.serving.pages.portfolio.sections import TITLES, Section, content
from ews.serving.pages.render import View, ViewDep, link

router = APIRouter(include_in_schema=False)

SectionName = Annotated[Section, Path(description="A section of the page")]


@router.get("/portfolio")
def show_portfolio(view: ViewDep, told: ToldDep, asked: BookAskedDep) -> HTMLResponse:
    """Show the newest book of a portfolio; its other sections are read as they come into sight."""
    told(())
    book = open_book(view, asked.portfolio)
    if book is None:
        return view.show("portfolio/nothing.html")
    chosen = wanted(book, asked.filters)
    return view.show(
        "portfolio/page.html", **_frame(view, book, asked, chosen), **first_view(view, book, asked, chosen)
    )


@router.get("/portfolio/parts/{section}")
def show_section(section: SectionName, view: ViewDep, told: ToldDep, asked: BookAskedDep) -> HTMLResponse:
    """Show one section: alone where a page asks for it, else as a page of its own."""
    told(())
    book = open_book(view, asked.portfolio)
    if book is None:
        return view.show("portfolio/nothing.html")
    chosen = wanted(book, asked.filters)
    found = content(section, view, book, asked, chosen)
    told(found.pop("about", ()))
    template = "portfolio/section.html" if view.is_part else "portfolio/section_page.html"
    return view.show(template, section=section, **_frame(view, book, asked, chosen), **found)


def _choices(view: View, book: Book, name: str) -> list[tuple[str, str]]:
    words = book.words[name]
    return view.called.choices(name, words) if name == "branch" else [(one, one) for one in words]


def _frame(view: View, book: Book, asked: BookAsked, chosen: Filter) -> dict[str, Any]:
    """Return what heading and links of the page and its sections need."""
    kept = {"portfolio": asked.portfolio, **asked.filters}
    batch, compared = book.frame.publication.batch, book.frame.compared
    return {
        "book": book,
        "asked_for": asked,
        "chosen": chosen,
        "batch": batch,
        "compared_on": None if compared is None else compared.batch.as_of,
        "choices": {name: _choices(view, book, name) for name in ("branch", "industry", "region")},
        "sections": [(one, TITLES[one]) for one in Section],
        "is_part_of_branch": bool({"industry", "region"} & set(asked.filters)),
        "blind": [(family_title(one, view.language), family_tables(one, view.language)) for one in batch.blind],
        **movement_told(view, book.frame, chosen),
        "to_list": lambda query=None, **more: link("/borrowers", **{**kept, **(query or {}), **more}),
        "to_page": lambda **changed: link("/portfolio", **asked.but(**changed)),
        "to_section": lambda one, **changed: link(f"/portfolio/parts/{one}", **asked.but(**changed)),
    }
