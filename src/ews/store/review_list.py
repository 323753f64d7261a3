"""Review list: the forms of a quarterly session as its pages show them, counted and read page by page.

Grain   one form per borrower and quarter, beside the borrower's decision in the session's batch and the one before
Order   worst tier first, then exposure from large to small, unknown last, then borrower_id
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, and_, case, func, or_, select

from ews.domain.levels import Tier, WarningLevel
from ews.store.cases import Case, to_case
from ews.store.engine import Store, reading
from ews.store.tables import batches, cases, decisions

_KIND = "review"
_AFTER = ";"
"""The character after the colon, with which the names of a session end."""
_BEFORE = decisions.alias("before")


@dataclass(frozen=True, slots=True)
class SessionKey:
    """A session: `begins` is how the names of its forms begin; publications of its batch and of the one before."""

    branch_id: str
    begins: str
    publication: int
    before: int | None


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """None stands for all; `moved`: the tier, grade or level is not what it was in the batch before."""

    states: frozenset[str] = frozenset()
    tier: Tier | None = None
    moved: bool = False
    officer_id: str | None = None
    text: str | None = None
    case_ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Stood:
    """Where a borrower stood in a batch."""

    pd: float | None
    grade: str
    tier: Tier
    level: WarningLevel
    exposure_fen: int | None
    expected_loss_fen: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A form; `now` and `before` are null where a batch does not have the borrower."""

    case: Case
    now: Stood | None
    before: Stood | None


@dataclass(frozen=True, slots=True)
class Tally:
    """Forms of one state and tier; `exposure_fen` is the sum of what is known."""

    state: str
    tier: Tier | None
    moved: bool
    forms: int
    exposure_fen: int


@dataclass(frozen=True, slots=True)
class Published:
    """A batch, as far as a session is told by it."""

    publication: int
    batch_id: str
    as_of: date


@dataclass(frozen=True, slots=True)
class BranchTotal:
    borrowers: int
    exposure_fen: int


def published_of(connection: Connection, portfolio: str) -> tuple[Published, ...]:
    """Return the batches of a portfolio, the newest first."""
    query = select(batches.c.publication, batches.c.batch_id, batches.c.as_of).where(batches.c.portfolio == portfolio)
    rows = connection.execute(query.order_by(batches.c.as_of.desc(), batches.c.publication.desc()))
    return tuple(Published(*row) for row in rows)


def tallies(connection: Connection, key: SessionKey) -> tuple[Tally, ...]:
    """Count the forms of a session by state, tier and whether the borrower moved."""
    moved = case((_moved(), 1), else_=0).label("moved")
    query = (
        select(
            cases.c.state,
            decisions.c.tier,
            moved,
            func.count().label("forms"),
            func.coalesce(func.sum(cases.c.exposure_fen), 0).label("exposure_fen"),
        )
        .select_from(_joined(key))
        .where(*_of(key))
        .group_by(cases.c.state, decisions.c.tier, moved)
        .order_by(cases.c.state, decisions.c.tier, moved)
    )
    return tuple(
        Tally(
            row.state, None if row.tier is None else Tier(row.tier), bool(row.moved), row.forms, int(row.exposure_fen)
        )
        for row in connection.execute(query)
    )


def review_page(
    connection: Connection, key: SessionKey, wanted: ReviewFilter, *, limit: int, offset: int = 0
) -> tuple[tuple[Listed, ...], int]:
    """Return `limit` forms from `offset` on, and how many there are in all."""
    conditions = [*_of(key), *_wanted(wanted)]
    joined = _joined(key)
    count = connection.execute(select(func.count()).select_from(joined).where(*conditions)).scalar_one()
    rank = func.coalesce(decisions.c.tier_rank, -1)
    order = (rank.desc(), cases.c.exposure_fen.is_(None), cases.c.exposure_fen.desc(), cases.c.borrower_id)
    ids = select(cases.c.case_id).select_from(joined).where(*conditions).order_by(*order)
    chosen = connection.execute(ids.limit(limit).offset(offset)).scalars().all()
    found = {one.case.case_id: one for one in _listed(connection, key, chosen)}
    return tuple(found[case_id] for case_id in chosen), count


def listed(connection: Connection, key: SessionKey, case_ids: Sequence[str]) -> Mapping[str, Listed]:
    """Return these forms by id; those of another session are left out."""
    return {one.case.case_id: one for one in _listed(connection, key, case_ids)}


def open_forms(connection: Connection, key: SessionKey) -> tuple[Case, ...]:
    """Return the forms of a session that are not approved yet, by id."""
    query = select(cases).where(*_of(key), cases.c.closed_at.is_(None)).order_by(cases.c.case_id)
    return tuple(to_case(row) for row in connection.execute(query))


def officers_of(connection: Connection, key: SessionKey) -> tuple[str, ...]:
    """Return the officers of a session's forms."""
    query = select(cases.c.officer_id).where(*_of(key), cases.c.officer_id.is_not(None)).distinct()
    return tuple(connection.execute(query.order_by(cases.c.officer_id)).scalars())


def forms_by_branch(connection: Connection, begins: str) -> Mapping[str, Mapping[str, int]]:
    """Return by branch how many forms there are in each state, of those whose names begin so."""
    query = select(cases.c.branch_id, cases.c.state, func.count()).where(
        cases.c.kind == _KIND, cases.c.branch_id.is_not(None), *_named(begins)
    )
    found: dict[str, dict[str, int]] = {}
    for branch_id, state, forms in connection.execute(query.group_by(cases.c.branch_id, cases.c.state)):
        found.setdefault(branch_id, {})[state] = forms
    return found


@lru_cache(maxsize=32)
def branch_totals(store: Store, publication: int) -> Mapping[str, BranchTotal]:
    """Return by branch what a batch holds; read once, since a published batch never changes."""
    query = (
        select(decisions.c.branch_id, func.count(), func.coalesce(func.sum(decisions.c.exposure_fen), 0))
        .where(decisions.c.publication == publication, decisions.c.branch_id.is_not(None))
        .group_by(decisions.c.branch_id)
        .order_by(decisions.c.branch_id)
    )
    with reading(store) as connection:
        return {str(name): BranchTotal(count, int(fen)) for name, count, fen in connection.execute(query)}


def _listed(connection: Connection, key: SessionKey, case_ids: Sequence[str]) -> list[Listed]:
    columns = [
        *cases.c,
        *(decisions.c[name].label(f"now_{name}") for name in Stood.__dataclass_fields__),
        *(_BEFORE.c[name].label(f"before_{name}") for name in Stood.__dataclass_fields__),
    ]
    query = select(*columns).select_from(_joined(key)).where(*_of(key), cases.c.case_id.in_(case_ids))
    rows = connection.execute(query.order_by(cases.c.case_id))
    return [Listed(to_case(row), _stood(row, "now"), _stood(row, "before")) for row in rows]


def _stood(row: Row[Any], side: str) -> Stood | None:
    content = {name: getattr(row, f"{side}_{name}") for name in Stood.__dataclass_fields__}
    if content["tier"] is None:
        return None
    return Stood(**{**content, "tier": Tier(content["tier"]), "level": WarningLevel(content["level"])})


def _joined(key: SessionKey) -> FromClause:
    own = and_(decisions.c.publication == key.publication, decisions.c.borrower_id == cases.c.borrower_id)
    before = and_(_BEFORE.c.publication == (key.before or -1), _BEFORE.c.borrower_id == cases.c.borrower_id)
    return cases.outerjoin(decisions, own).outerjoin(_BEFORE, before)


def _of(key: SessionKey) -> list[ColumnElement[bool]]:
    """Return what holds of the session's forms."""
    return [cases.c.kind == _KIND, cases.c.branch_id == key.branch_id, *_named(key.begins)]


def _named(begins: str) -> list[ColumnElement[bool]]:
    """Return what holds of names that begin so; a range, since LIKE would find them one by one."""
    return [cases.c.same_as >= begins, cases.c.same_as < begins.removesuffix(":") + _AFTER]


def _moved() -> ColumnElement[bool]:
    changed = (decisions.c[name] != _BEFORE.c[name] for name in ("tier", "grade", "level"))
    return and_(_BEFORE.c.tier.is_not(None), or_(*changed))


def _wanted(wanted: ReviewFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.states:
        conditions.append(cases.c.state.in_(sorted(wanted.states)))
    if wanted.tier is not None:
        conditions.append(decisions.c.tier == wanted.tier.value)
    if wanted.moved:
        conditions.append(_moved())
    if wanted.officer_id is not None:
        conditions.append(cases.c.officer_id == wanted.officer_id)
    if wanted.case_ids is not None:
        conditions.append(cases.c.case_id.in_(sorted(wanted.case_ids)))
    if wanted.text is not None:
        like = (
            cases.c.borrower_id.contains(wanted.text, autoescape=True),
            cases.c.name.contains(wanted.text, autoescape=True),
        )
        conditions.append(or_(*like))
    return conditions
