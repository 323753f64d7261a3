"""Book: the newest published book as somebody may see it, and the filters that an address asks for.

Branch   whoever is tied to one sees that one; another one is no word to them, like one that does not exist
Words    a filter takes the words of the book, and what stands for those of whom it does not tell
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ews.domain.errors import RequestError, UnauthenticatedError
from ews.domain.exhibits import CircleTotals
from ews.domain.people import Actor
from ews.domain.text import sentence
from ews.monitoring.filters import LEFT, NEW, NON_PERFORMING, NOT_KNOWN, WARNED, Filter, Movement, chosen
from ews.monitoring.frame import BookFrame, Flags
from ews.monitoring.funnel import Signals, Stage, borrowers_at
from ews.serving.pages.borrower.values import family_title
from ews.serving.pages.portfolio.asked import Known, YesNo
from ews.serving.pages.render import View
from ews.serving.portfolios import require_portfolio
from ews.store.batches import latest_batches

_OF_FRAME: Mapping[str, str] = {
    "branch": "branch_id",
    "officer": "officer_id",
    "industry": "industry",
    "region": "region",
    "reason": "top_reason",
}
_SCALES = ("tier", "grade", "level", "stage")
_MORE: Mapping[str, tuple[str, ...]] = {
    "tier": (NON_PERFORMING, LEFT),
    "grade": (LEFT,),
    "level": (WARNED, LEFT),
    "stage": (LEFT,),
    "former_tier": (NON_PERFORMING, NEW),
    "former_grade": (NEW,),
    "former_level": (WARNED, NEW),
    "former_stage": (NEW,),
}
_FORMER = "former_"
_FEN = 100


@dataclass(frozen=True, slots=True)
class Book:
    """`branch_id` is the branch that somebody is tied to. `portfolios` are all there are."""

    frame: BookFrame
    portfolio: str
    portfolios: tuple[str, ...]
    branch_id: str | None

    @property
    def words(self) -> Mapping[str, tuple[str, ...]]:
        """Return what each filter can be asked for, by its name in the address."""
        words = {name: self._words(column) for name, column in _OF_FRAME.items()}
        for name in _SCALES:
            words[name] = words[_FORMER + name] = self.frame.scales[name]
        return words

    def _words(self, column: str) -> tuple[str, ...]:
        own = self.frame.attributes[column]
        if self.branch_id is None or column not in {"branch_id", "officer_id"}:
            return own.words
        branches = self.frame.attributes["branch_id"]
        codes = np.unique(own.codes[branches.codes == branches.code(self.branch_id)])
        return tuple(own.words[code] for code in codes.tolist() if code >= 0)


def movement_told(view: View, frame: BookFrame, wanted: Filter) -> dict[str, Any]:
    """Return which data only one of the two batches had, and of how many borrowers that spoils the comparison."""
    return {
        "seen_once": [family_title(one, view.language) for one in frame.seen_once],
        "not_comparable": int(np.count_nonzero(frame.not_comparable & chosen(frame, wanted))) if frame.seen_once else 0,
    }


def looker(view: View) -> Actor:
    """Return who looks; the guard lets nobody else come here."""
    if view.actor is None:
        message = "Nobody is logged in. Log in, then ask again."
        raise UnauthenticatedError(message)
    return view.actor


def open_book(view: View, portfolio: str | None) -> Book | None:
    """Return the newest book of a portfolio, of the first where none is named; None where nothing is published.

    RequestError for a portfolio without a batch.
    """
    store = view.services.store
    require_portfolio(store, portfolio)
    portfolios = tuple(one.batch.portfolio for one in latest_batches(store))
    if not portfolios:
        return None
    chosen = portfolio or portfolios[0]
    return Book(view.services.keeper.frame(chosen), chosen, portfolios, looker(view).branch_id)


def wanted(book: Book, filters: Mapping[str, str]) -> Filter:
    """Return the filter that an address asks for; RequestError for a word that the book does not have."""
    words = book.words
    for name, value in filters.items():
        if name in words and value not in {*words[name], NOT_KNOWN, *_MORE.get(name, ())}:
            raise _unknown(name, value, words[name])
    movement = filters.get("movement")
    if movement is not None and movement not in set(Movement):
        raise _unknown("movement", movement, tuple(Movement))
    named: dict[str, Any] = {_OF_FRAME.get(name, name): value for name, value in filters.items() if name in words}
    least = filters.get("at_least")
    return Filter(
        **{**named, "branch_id": book.branch_id or named.get("branch_id")},
        movement=movement,
        text=filters.get("text"),
        in_default=_yes(filters.get("in_default")),
        former_in_default=_yes(filters.get("former_in_default")),
        is_exposure_known=None if "exposure" not in filters else filters["exposure"] == Known.KNOWN.value,
        least_exposure_fen=None if least is None else int(least) * _FEN,
    )


def among(view: View, book: Book, filters: Mapping[str, str]) -> Flags | None:
    """Return those that casework, the model or a circle chooses; None where the address asks for none of these."""
    found: list[Flags] = []
    if "circle" in filters:
        found.append(_is_one_of(book.frame, circle_of(view, book, filters["circle"]).member_ids))
    if "work" in filters:
        found.append(_worked_on(view, book, filters["work"]))
    return None if not found else np.logical_and.reduce(found)


def circle_of(view: View, book: Book, member_id: str) -> CircleTotals:
    """Return the circle that somebody is in; RequestError where there is none, or none that may be known."""
    for circle in circles_in_sight(view, book, None):
        if member_id in circle.member_ids and member_id in own_members(book, circle):
            return circle
    message = sentence(
        "'{member_id}' is in no guarantee circle of this batch. Choose one in the table of circles.",
        member_id=member_id,
    )
    raise RequestError(message)


def circles_in_sight(view: View, book: Book, branch_id: str | None) -> list[CircleTotals]:
    """Return the circles that touch a branch, all for None; for whoever is tied to a branch those that touch it."""
    branch = book.branch_id or branch_id
    circles = view.services.find_circles(book.frame.publication.batch.batch_id)
    return [one for one in circles if branch is None or branch in one.branches]


def own_members(book: Book, circle: CircleTotals) -> tuple[str, ...]:
    """Return the members that may be known by id: all at head office, those of the branch to whoever is tied to it."""
    if book.branch_id is None:
        return circle.member_ids
    branches = book.frame.attributes["branch_id"]
    code = branches.code(book.branch_id)
    places = ((one, _place(book.frame, one)) for one in circle.member_ids)
    return tuple(one for one, place in places if place is not None and branches.codes[place] == code)


def names_of(book: Book, ids: Iterable[str]) -> Mapping[str, str | None]:
    """Return the names of those who are borrowers of the book."""
    places = ((one, _place(book.frame, one)) for one in ids)
    return {one: book.frame.name[place].as_py() for one, place in places if place is not None}


def _place(frame: BookFrame, borrower_id: str) -> int | None:
    """Return the row of a borrower, found by halves since the ids are in order; None for who is in neither batch."""
    ids = frame.borrower_id
    place = bisect_left(range(len(ids)), borrower_id, key=lambda row: ids[row].as_py())
    return place if place < len(ids) and ids[place].as_py() == borrower_id else None


def _is_one_of(frame: BookFrame, ids: tuple[str, ...]) -> Flags:
    return np.asarray(pc.is_in(frame.borrower_id, value_set=pa.array(ids, pa.string())))


def _worked_on(view: View, book: Book, work: str) -> Flags:
    return borrowers_at(view.services.store, book.frame, Stage(work), signals_of(view, book))


def signals_of(view: View, book: Book) -> Signals:
    """Return what warns in the book, as the policy and the batch tell."""
    services = view.services
    return Signals(services.warning_grades, services.find_ruled(book.frame.publication.batch.batch_id))


def _yes(value: str | None) -> bool | None:
    return None if value is None else value == YesNo.YES.value


def _unknown(name: str, value: str, words: tuple[str, ...]) -> RequestError:
    listed = tuple(f"'{one}'" for one in words[:30]) or sentence("none")
    more = sentence(" and {count} more", count=len(words) - 30) if len(words) > 30 else ""
    return RequestError(
        sentence(
            "The filter '{filter}' does not know '{value}'. It takes: {words}{more}.",
            filter=name,
            value=value,
            words=listed,
            more=more,
        )
    )
