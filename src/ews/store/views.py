"""Views: lists as people have kept them: a name, and the query that a page was asked with.

Grain   one row per account, page and name; saved again under its name, a view is replaced
Writes  views; each change with its entry in the audit log
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select

from ews.domain.errors import RequestError
from ews.domain.text import sentence
from ews.store.audit import Entry
from ews.store.audit_log import Log, change
from ews.store.engine import Store, reading
from ews.store.tables import views

MOST = 20
"""Views that an account may have of a page."""
LONGEST_NAME, LONGEST_QUERY = 60, 2_000


@dataclass(frozen=True, slots=True)
class View:
    """`query` is what follows the question mark."""

    name: str
    query: str
    saved_at: datetime


def views_of(store: Store, user_id: str, page: str) -> tuple[View, ...]:
    """Return what an account has kept of a page, by name."""
    query = select(views).where(views.c.user_id == user_id, views.c.page == page).order_by(views.c.name)
    with reading(store) as connection:
        return tuple(_view(row) for row in connection.execute(query))


def save_view(
    log: Log, user_id: str, page: str, name: str, query: str, *, at: datetime, request_id: str | None = None
) -> View:
    """Keep a view; RequestError where the name is empty or too long, or there are too many already."""
    name = " ".join(name.split())
    _check(name, query)
    told = {"page": page, "name": name, "query": query}
    with change(log, Entry(at, user_id, "view.save", page, request_id, told)) as made:
        own = (views.c.user_id == user_id, views.c.page == page)
        made.connection.execute(delete(views).where(*own, views.c.name == name))
        kept = made.connection.execute(select(func.count()).select_from(views).where(*own)).scalar_one()
        if kept >= MOST:
            message = sentence(
                "'{user_id}' has kept {kept} views of '{page}', which is as many as there may be. Remove one.",
                user_id=user_id,
                kept=kept,
                page=page,
            )
            raise RequestError(message)
        row = {"user_id": user_id, "page": page, "name": name, "query": query, "saved_at": at}
        made.connection.execute(insert(views), [row])
    return View(name, query, at)


def remove_view(log: Log, user_id: str, page: str, name: str, *, at: datetime, request_id: str | None = None) -> None:
    """Forget a view; one that is not there is gone already."""
    with change(log, Entry(at, user_id, "view.remove", page, request_id, {"page": page, "name": name})) as made:
        mine = (views.c.user_id == user_id, views.c.page == page, views.c.name == name)
        made.connection.execute(delete(views).where(*mine))


def _check(name: str, query: str) -> None:
    if not 1 <= len(name) <= LONGEST_NAME:
        message = sentence(
            "The name of the view has {count} characters. Give 1 to {most}.", count=len(name), most=LONGEST_NAME
        )
        raise RequestError(message)
    if len(query) > LONGEST_QUERY:
        message = sentence(
            "The view has a query of {count} characters. Keep one of at most {most}.",
            count=len(query),
            most=LONGEST_QUERY,
        )
        raise RequestError(message)


def _view(row: Row[Any]) -> View:
    return View(row.name, row.query, row.saved_at)
