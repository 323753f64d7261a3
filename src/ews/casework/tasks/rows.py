"""Rows of the agenda: what the nightly run reads of the store, for many borrowers at once."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, false, func, select

from ews.casework.checks.body import KIND as CHECK
from ews.casework.checks.body import SUBMITTED, body_of
from ews.casework.tasks.duties import CheckMade
from ews.casework.tasks.task import KIND, MOOT, REVIEW, TaskBody, task_name
from ews.domain.decisions import Decision
from ews.store.batches import ranked
from ews.store.case_chunks import cases_about
from ews.store.cases import Case, to_case
from ews.store.kept_records import kept_records
from ews.store.publications import Publication, Standing
from ews.store.standings import standing_columns, to_standing
from ews.store.tables import cases, decisions

_AFTER = "0"
"""The character after the slash: names are found as a range, since LIKE would find them one by one."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A borrower of the batch; `decision` is null where another batch has become the newest meanwhile."""

    standing: Standing
    decision: Decision | None


def borrowers_of(connection: Connection, publication: Publication) -> frozenset[str]:
    """Return the borrowers of the batch, and those of its portfolio who have an open task."""
    decided = select(decisions.c.borrower_id).where(decisions.c.publication == publication.number)
    tasked = select(cases.c.borrower_id).where(*_open_of(publication.batch.portfolio))
    return frozenset(
        one for query in (decided, tasked) for one in connection.execute(query).scalars() if one is not None
    )


def seen_in(connection: Connection, publication: Publication, ids: Collection[str]) -> Mapping[str, Seen]:
    """Return how the borrowers stand in the batch, with their records; who is not in it is absent."""
    view = ranked()
    query: Select[Any] = (
        select(*standing_columns(view))
        .join_from(decisions, view, decisions.c.publication == view.c.publication)
        .where(decisions.c.publication == publication.number, decisions.c.borrower_id.in_(sorted(ids)))
    )
    records = kept_records(connection, publication.number, ids)
    return {
        row.borrower_id: Seen(
            to_standing(row), None if record is None else Decision.from_json(record, with_reasons=False)
        )
        for row in connection.execute(query)
        for record in (records.get(row.borrower_id),)
    }


def open_tasks(connection: Connection, portfolio: str, ids: Collection[str]) -> Mapping[str, tuple[Case, ...]]:
    """Return the open tasks of each borrower, by number."""
    return cases_about(connection, KIND, portfolio, ids, is_open=True)


def moot_tasks(connection: Connection, portfolio: str, names: Collection[str]) -> Mapping[str, Case]:
    """Return the tasks of these names that are moot."""
    is_moot = func.coalesce(cases.c.state == MOOT, false())  # the names alone find them
    query = select(cases).where(cases.c.same_as.in_(sorted(names)), is_moot)
    found = (to_case(row) for row in connection.execute(query))
    return {str(case.same_as): case for case in found if (case.kind, case.portfolio) == (KIND, portfolio)}


def open_reviews(connection: Connection) -> Mapping[str, tuple[Case, ...]]:
    """Return the open tasks to review a case, by the id of that case."""
    begins = task_name(REVIEW, "")
    query = select(cases).where(
        cases.c.same_as >= begins, cases.c.same_as < begins.removesuffix("/") + _AFTER, cases.c.closed_at.is_(None)
    )
    found = sorted((to_case(row) for row in connection.execute(query)), key=lambda case: case.case_id)
    return _grouped((str(TaskBody.of(case).terms["case_id"]), case) for case in found)


def checks_of(connection: Connection, portfolio: str, ids: Collection[str]) -> Mapping[str, tuple[CheckMade, ...]]:
    """Return the submitted checks about each borrower, by number."""
    found = cases_about(connection, CHECK, portfolio, ids)
    made = {one: tuple(filter(None, map(check_made, some))) for one, some in found.items()}
    return {one: some for one, some in made.items() if some}


def check_made(case: Case) -> CheckMade | None:
    """Return a submitted check as tasks look at it, None for a case that is none."""
    if case.kind != CHECK or case.state != SUBMITTED:
        return None
    body = body_of(case)
    return None if body.done_on is None else CheckMade(case.case_id, body.form, body.done_on, body.loan_id)


def _open_of(portfolio: str) -> tuple[ColumnElement[bool], ...]:
    return cases.c.kind == KIND, cases.c.portfolio == portfolio, cases.c.closed_at.is_(None)


def _grouped(pairs: Iterable[tuple[str, Case]]) -> Mapping[str, tuple[Case, ...]]:
    found: dict[str, tuple[Case, ...]] = {}
    for key, case in pairs:
        found[key] = (*found.get(key, ()), case)
    return found
