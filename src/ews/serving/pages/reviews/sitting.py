"""Sitting: the quarterly session of a branch as its page shows it: how far it has got, and its forms row by row.

Batch     the newest of the quarter; what moved is told against the newest batch before the quarter
Progress  counted by the database; only the rows of a page are read
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from ews.casework.reviews.form import Quarter, ReviewBody, body_of, quarter_of, review_name
from ews.casework.reviews.may import Seat, Waiting, seats_of
from ews.casework.reviews.seats import slip_from, slip_of
from ews.casework.words import ROLE_TEXTS, STATE_TEXTS
from ews.domain.errors import UnknownCaseError
from ews.domain.levels import Tier, worst_tier
from ews.domain.people import Actor
from ews.domain.text import Text, sentence
from ews.serving.api.reviews import MOST
from ews.serving.pages.render import View
from ews.store.batches import latest_batches
from ews.store.cases import Case
from ews.store.engine import reading
from ews.store.review_list import (
    BranchTotal,
    Listed,
    Published,
    ReviewFilter,
    SessionKey,
    Stood,
    Tally,
    branch_totals,
    listed,
    officers_of,
    open_forms,
    published_of,
    review_page,
    tallies,
)

PAGE = 50
STATES = ("prepared", "returned", "determined", "approved")

State = Literal["", "prepared", "returned", "determined", "approved", "open", "mine"]
"""Empty for all; open: prepared or returned; mine: what waits for the reader."""


class Asked(BaseModel):
    """What the page is asked for: the session, and which of its forms."""

    model_config = ConfigDict(extra="ignore")

    portfolio: str | None = Field(default=None, max_length=200)
    quarter: str | None = Field(default=None, max_length=10)
    branch: str | None = Field(default=None, max_length=200)
    state: State = ""
    tier: Tier | Literal[""] = ""
    moved: Literal["", "true"] = ""
    officer: str = Field(default="", max_length=200)
    text: str = Field(default="", max_length=200)
    page: int = Field(default=1, ge=1, le=100_000)
    many: Literal["", "true"] = ""

    @property
    def size(self) -> int:
        """Return how many forms a page holds; one of many as many as may be acted on at once."""
        return MOST if self.many else PAGE

    @property
    def wanted(self) -> ReviewFilter:
        states = frozenset({"prepared", "returned"}) if self.state == "open" else frozenset({self.state} - {"", "mine"})
        return ReviewFilter(
            states, Tier(self.tier) if self.tier else None, bool(self.moved), self.officer or None, self.text or None
        )


@dataclass(frozen=True, slots=True)
class Session:
    """`key` is null where no batch of the quarter is published, `quarters` are those that have one, newest first."""

    portfolio: str
    quarter: Quarter
    quarters: tuple[str, ...]
    branch_id: str
    batch: Published | None
    key: SessionKey | None

    @property
    def query(self) -> Mapping[str, str]:
        return {"portfolio": self.portfolio, "quarter": self.quarter.name, "branch": self.branch_id}


@dataclass(frozen=True, slots=True)
class Progress:
    """Forms and exposure by state; `missing` borrowers of the batch have no form yet."""

    forms: Mapping[str, int]
    exposure_fen: Mapping[str, int]
    tiers: Mapping[Tier, int]
    moved: int
    borrowers: int
    missing: int
    total: int


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """`told` is what came of an act on the form; `is_done` whether it went well, null where nothing was done."""

    case: Case
    body: ReviewBody
    state: Text
    now: Stood | None
    before: Stood | None
    seat: Seat
    seat_said: str | None
    signals: tuple[Text, ...]
    told: str | None = None
    is_done: bool | None = None

    @property
    def waits(self) -> tuple[tuple[Text, Waiting], ...]:
        """Return the approvals that are missing, with what their roles are called."""
        return tuple((ROLE_TEXTS[one.role], one) for one in self.seat.waits)

    @property
    def verbs(self) -> frozenset[str]:
        return self.seat.verbs

    @property
    def dpd(self) -> int | None:
        return max((loan.dpd for loan in self.body.loans if loan.dpd is not None), default=None)

    @property
    def determined(self) -> Tier | None:
        made = self.body.determination
        return None if made is None else worst_tier(made.tiers.values())

    @property
    def provision_fen(self) -> int | None:
        sums = self.body.provisions
        known = [fen for fen in (sums.general_fen, sums.specific_fen) if fen is not None]
        return sum(known) if known else None


@dataclass(frozen=True, slots=True)
class Sitting:
    session: Session
    progress: Progress
    rows: tuple[ReviewRow, ...] = ()
    count: int = 0
    officers: tuple[str, ...] = ()
    said: Mapping[str, Any] = field(default_factory=dict)


def session_of(view: View, actor: Actor, asked: Asked) -> Session | None:
    """Return the session that is asked for; None where nothing is published, or no branch is named at head office.

    UnknownCaseError for a branch that is not the actor's.
    """
    latest = latest_batches(view.services.store)
    if not latest:
        return None
    portfolio = asked.portfolio or latest[0].batch.portfolio
    with reading(view.services.store) as connection:
        published = published_of(connection, portfolio)
    quarters = tuple(dict.fromkeys(quarter_name(one) for one in published))
    quarter = quarter_of(asked.quarter or (quarters[0] if quarters else "2026Q1"))
    branch_id = asked.branch or actor.branch_id
    if branch_id is None:
        return Session(portfolio, quarter, quarters, "", _newest_in(published, quarter), None)
    if not actor.sees(branch_id):
        message = sentence(
            "Branch '{branch_id}' is none of those you may see. Open the session of your own branch.",
            branch_id=branch_id,
        )
        raise UnknownCaseError(message)
    batch = _newest_in(published, quarter)
    before = next((one.publication for one in published if one.as_of < quarter.first), None)
    begins = review_name(portfolio, quarter.name)
    key = None if batch is None else SessionKey(branch_id, begins, batch.publication, before)
    return Session(portfolio, quarter, quarters, branch_id, batch, key)


def quarter_name(batch: Published) -> str:
    return f"{batch.as_of.year}Q{(batch.as_of.month + 2) // 3}"


def sitting_of(view: View, actor: Actor, session: Session, asked: Asked) -> Sitting:
    """Return a page of the session."""
    if session.key is None:
        return Sitting(session, _progress((), None))
    with reading(view.services.store) as connection:
        wanted = asked.wanted
        if asked.state == "mine":
            wanted = replace(wanted, case_ids=_turns_of(connection, actor, session.key))
        first = asked.size * (asked.page - 1)
        found, count = review_page(connection, session.key, wanted, limit=asked.size, offset=first)
        counted = tallies(connection, session.key)
        officers = officers_of(connection, session.key)
    total = branch_totals(view.services.store, session.key.publication).get(session.branch_id)
    return Sitting(session, _progress(counted, total), rows_of(view, actor, found), count, officers)


def _turns_of(connection: Connection, actor: Actor, key: SessionKey) -> frozenset[str]:
    """Return the forms that wait for the actor."""
    slips = {case.case_id: (case, slip_from(case)) for case in open_forms(connection, key)}
    return frozenset(case_id for case_id, seat in seats_of(connection, actor, slips).items() if seat.is_turn)


def progress_of(view: View, session: Session) -> Progress:
    """Return how far the session has got."""
    if session.key is None:
        return _progress((), None)
    with reading(view.services.store) as connection:
        counted = tallies(connection, session.key)
    return _progress(counted, branch_totals(view.services.store, session.key.publication).get(session.branch_id))


def rows_by_id(view: View, actor: Actor, session: Session, case_ids: Sequence[str]) -> tuple[ReviewRow, ...]:
    """Return these forms of the session, in their order."""
    if session.key is None:
        return ()
    with reading(view.services.store) as connection:
        found = listed(connection, session.key, case_ids)
    return rows_of(view, actor, [found[one] for one in case_ids if one in found])


def rows_of(view: View, actor: Actor, found: Iterable[Listed]) -> tuple[ReviewRow, ...]:
    """Return forms as rows, each with what the actor may do with it."""
    forms = [(one, body_of(one.case)) for one in found]
    with reading(view.services.store) as connection:
        seats = seats_of(
            connection, actor, {one.case.case_id: (one.case, slip_of(one.case, body)) for one, body in forms}
        )
    today = view.services.desk.now().date()
    words = {
        one.code: one.reason.topic for one in view.services.desk.policy_on(today).signals if one.reason is not None
    }
    return tuple(
        ReviewRow(
            one.case,
            body,
            STATE_TEXTS[one.case.state],
            one.now,
            one.before,
            seat := seats[one.case.case_id],
            None if seat.said is None else view.told(seat.said),
            tuple(dict.fromkeys(words[code] for code in body.monitoring.signals if code in words)),
        )
        for one, body in forms
    )


def _newest_in(published: Iterable[Published], quarter: Quarter) -> Published | None:
    return next((one for one in published if quarter.first <= one.as_of <= quarter.last), None)


def _progress(counted: Sequence[Tally], total: BranchTotal | None) -> Progress:
    forms, exposure, tiers = dict.fromkeys(STATES, 0), dict.fromkeys(STATES, 0), dict.fromkeys(Tier, 0)
    for one in counted:
        forms[one.state] = forms.get(one.state, 0) + one.forms
        exposure[one.state] = exposure.get(one.state, 0) + one.exposure_fen
        if one.tier is not None:
            tiers[one.tier] += one.forms
    known = sum(one.forms for one in counted if one.tier is not None)
    borrowers = 0 if total is None else total.borrowers
    moved = sum(one.forms for one in counted if one.moved)
    return Progress(forms, exposure, tiers, moved, borrowers, max(0, borrowers - known), sum(forms.values()))
