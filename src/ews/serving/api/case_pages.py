"""Case pages: lists of cases of one kind, of the branches that the reader sees."""

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Annotated

from fastapi import Query

from ews.domain.people import Actor
from ews.domain.text import Language
from ews.serving.api.case_out import CaseOut
from ews.serving.api.cases import CasesOut
from ews.serving.api.cursors import read_cursor, write_cursor
from ews.serving.api.parameters import languages
from ews.serving.services import Services
from ews.store.cases import CaseFilter, CaseKey, case_page
from ews.store.engine import reading

LIST_PROBLEMS = (
    "unauthenticated",
    "forbidden",
    "log-unavailable",
    "bad-cursor",
    "unknown-parameter",
    "unusable-value",
    "invalid-request",
    "bad-request",
    "store-unavailable",
)

OpenOnly = Annotated[bool | None, Query(alias="open", description="Only open ones, or only closed ones")]


def cases_page(
    services: Services,
    actor: Actor,
    told: Callable[[Iterable[str]], None],
    wanted: CaseFilter,
    *,
    limit: int,
    cursor: str | None,
    lang: Language | None,
) -> CasesOut:
    """Return a page of the cases wanted that the actor may know of; `wanted` names no branch."""
    seen = replace(wanted, branch_id=actor.branch_id)
    filters = as_filters(seen)
    after = read_cursor(cursor, CaseKey, filters)
    with reading(services.store) as connection:
        page, key = case_page(connection, seen, limit=limit, after=after)
    told(case.borrower_id for case in page if case.borrower_id is not None)
    return CasesOut(
        items=[CaseOut.of(case, languages(lang)) for case in page],
        next_cursor=None if key is None else write_cursor(key, filters),
    )


def as_filters(wanted: CaseFilter) -> dict[str, str]:
    """Return what a cursor of the list is bound to."""
    return {one.name: str(getattr(wanted, one.name)) for one in fields(wanted)}
