"""Review form: what one quarterly form holds, from what was prefilled to who approved.

Grain   one form per borrower and quarter; it does monitoring, classification and provisions together
Money   fen; provisions are indicative and never booked
Printed from `review_of` and `reviews_of`, which hold everything that a page or a document shows
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, select

from ews.casework.overrides.originals import Original
from ews.domain.errors import RequestError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import sentence
from ews.store.cases import Act, Case, acts_of, find_case, to_case, unknown_case
from ews.store.tables import cases

KIND = "review"
_QUARTER = re.compile(r"([0-9]{4})Q([1-4])")
_MONTHS = 3


@dataclass(frozen=True, slots=True)
class Quarter:
    """Named like 2026Q2; `first` and `last` are its days."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Line:
    """Another case, as the form lists it. `what` is the pattern of a warning, the form of a check, a measure's code."""

    case_id: str
    what: str | None
    state: str
    on: date
    level: WarningLevel | None = None
    verdict: bool | str | None = None


@dataclass(frozen=True, slots=True)
class FindingLine:
    found_on: date
    field: str
    value: str | None
    loan_id: str | None


@dataclass(frozen=True, slots=True)
class Monitoring:
    """What was seen in the quarter, up to the day the form was prepared; `warnings` and `measures` are open ones."""

    level: WarningLevel
    signals: tuple[str, ...]
    warnings: tuple[Line, ...]
    measures: tuple[Line, ...]
    checks: tuple[Line, ...]
    contacts: tuple[Line, ...]
    findings: tuple[FindingLine, ...]


@dataclass(frozen=True, slots=True)
class Provisions:
    """Indicative, in fen; null where it is not known."""

    expected_loss_fen: int | None
    general_fen: int | None
    specific_fen: int | None
    standard_fen: int | None


@dataclass(frozen=True, slots=True)
class LoanLine:
    """`original` holds tier, floor, proposal and grounds as the batch had them."""

    original: Original
    product: str
    balance_fen: int | None
    dpd: int | None
    provisions: Provisions

    @property
    def loan_id(self) -> str:
        return self.original.loan_id


@dataclass(frozen=True, slots=True)
class Determination:
    """`tiers` are those of all loans; `reason` is null where every initial tier was accepted."""

    by: str
    rank: int
    on: date
    tiers: Mapping[str, Tier]
    reason: str | None


@dataclass(frozen=True, slots=True)
class Approval:
    """`role` is the one that the policy asked for and that this approval stands for."""

    role: str
    by: str
    on: date


@dataclass(frozen=True, slots=True)
class ReviewBody:
    """`approvers` are the roles that the policy asked for when the form was prepared."""

    quarter: str
    batch_id: str
    as_of: date
    name: str | None
    pd: float | None
    grade: str
    tier: Tier
    monitoring: Monitoring
    loans: tuple[LoanLine, ...]
    provisions: Provisions
    approvers: tuple[str, ...]
    determination: Determination | None = None
    approvals: tuple[Approval, ...] = ()
    returned_by: str | None = None
    return_reason: str | None = None
    override_ids: tuple[str, ...] = ()

    @property
    def waits_for(self) -> tuple[str, ...]:
        """Return the roles that have still to approve, in the order of the policy."""
        given = [approval.role for approval in self.approvals]
        return tuple(role for role in self.approvers if role not in given)


@dataclass(frozen=True, slots=True)
class ReviewForm:
    """A form with all that is printed; `acts` tell who did what when, returned determinations included."""

    case: Case
    body: ReviewBody
    acts: tuple[Act, ...]


_BODY = TypeAdapter(ReviewBody)


def body_of(case: Case) -> ReviewBody:
    return _BODY.validate_python(case.body)


def plain(body: ReviewBody) -> dict[str, Any]:
    """Return the body as plain JSON data, and who has still to approve once it is determined."""
    content: dict[str, Any] = _BODY.dump_python(body, mode="json")
    return {**content, "waits_for": list(body.waits_for) if body.determination is not None else []}


def quarter_of(name: str) -> Quarter:
    """Return the quarter of that name; RequestError for another text."""
    read = _QUARTER.fullmatch(name)
    if read is None or not date.min.year < int(read[1]) < date.max.year:
        message = sentence("'{name}' is no quarter. Give year and number like 2026Q2.", name=name[:100])
        raise RequestError(message)
    month = _MONTHS * int(read[2]) - _MONTHS + 1
    first = date(int(read[1]), month, 1)
    return Quarter(name, first, months_later(first, _MONTHS) - timedelta(days=1))


def months_later(first: date, months: int) -> date:
    """Return the first day of the month that lies `months` after that of `first`."""
    place = 12 * first.year + first.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def review_name(portfolio: str, quarter: str, borrower_id: str = "") -> str:
    """Return the name under which a form is opened once, or without a borrower how the names of a session begin."""
    return f"review:{portfolio}:{quarter}:{borrower_id}"


def review_of(connection: Connection, case_id: str) -> ReviewForm:
    """Return one form; UnknownCaseError where there is none."""
    case = find_case(connection, case_id)
    if case.kind != KIND:
        raise unknown_case(case_id)
    return ReviewForm(case, body_of(case), acts_of(connection, [case_id]))


def reviews_of(connection: Connection, portfolio: str, branch_id: str, quarter: str) -> tuple[ReviewForm, ...]:
    """Return all forms of a branch and quarter, by borrower."""
    found = cases_of_session(connection, portfolio, branch_id, quarter)
    acts: dict[str, tuple[Act, ...]] = {}
    for act in acts_of(connection, [case.case_id for case in found]):
        acts[act.case_id] = (*acts.get(act.case_id, ()), act)
    return tuple(ReviewForm(case, body_of(case), acts[case.case_id]) for case in found)


def cases_of_session(connection: Connection, portfolio: str, branch_id: str, quarter: str) -> tuple[Case, ...]:
    """Return the cases of a branch and quarter, by borrower."""
    begins = review_name(portfolio, quarter)
    query = select(cases).where(
        cases.c.kind == KIND,
        cases.c.branch_id == branch_id,
        cases.c.portfolio == portfolio,
        cases.c.same_as.startswith(begins, autoescape=True),
    )
    return tuple(to_case(row) for row in connection.execute(query.order_by(cases.c.borrower_id)))
