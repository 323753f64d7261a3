"""Acts on the list: many warnings acknowledged at once, views kept and removed."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ews.casework.day.time_left import Urgency
from ews.casework.dossier.words import VERB_TEXTS
from ews.casework.warnings.many import MOST, Outcome, acknowledge_many
from ews.domain.errors import RequestError
from ews.domain.people import Actor
from ews.domain.text import Text, sentence
from ews.serving.case_sight import cases_in_sight
from ews.serving.identity import ActorDep, RequestIdDep, ToldDep
from ews.serving.pages.forms import FieldsDep, first
from ews.serving.pages.language import own_path
from ews.serving.pages.render import View, ViewDep
from ews.serving.pages.work.asked import Asked, as_query, kept_query
from ews.serving.pages.work.rows import Row, warning_rows
from ews.serving.pages.work.warnings import VIEWS_PAGE
from ews.store.views import remove_view, save_view, views_of

router = APIRouter(include_in_schema=False)

_LIST = "/warnings"
_TICKED = re.compile(r"([A-Z][0-9]{1,19}):([1-9][0-9]{0,8})")


@router.post("/work/acknowledge")
def acknowledge(
    view: ViewDep, actor: ActorDep, told: ToldDep, fields: FieldsDep, request_id: RequestIdDep
) -> HTMLResponse:
    """Acknowledge the warnings that are ticked, each on its own; those that could not be are told in their rows."""
    outcomes = acknowledge_many(view.services.desk, actor, _ticked(fields), request_id=request_id)
    told(one.case.borrower_id for one in outcomes if one.case is not None and one.case.borrower_id is not None)
    rows = _rows(view, actor, outcomes)
    content: dict[str, Any] = {
        "outcomes": outcomes,
        "rows": rows,
        "done_ids": {one.case.case_id for one in outcomes if one.error is None and one.case is not None},
        "leaving": {case_id for case_id, row in rows.items() if not _is_listed(view, row)},
        "done": sum(one.error is None for one in outcomes),
        "back": _back(view),
        "may_act": True,
        "query": _query(view),
        "verb_text": lambda verb: VERB_TEXTS.get(verb, Text(verb, verb)),
    }
    answer = view.show("work/acknowledged.html" if view.is_part else "work/acknowledged_page.html", **content)
    answer.headers["hx-trigger"] = '{"case-changed": {}}'
    return answer


@router.post("/warnings/views")
def keep_view(view: ViewDep, actor: ActorDep, fields: FieldsDep, request_id: RequestIdDep) -> Response:
    """Keep filters and order of the list under a name."""
    query = kept_query(first(fields, "query") or "")
    desk = view.services.desk
    save_view(
        desk.log, actor.user_id, VIEWS_PAGE, first(fields, "name") or "", query, at=desk.now(), request_id=request_id
    )
    return _shown_views(view, actor, query)


@router.post("/warnings/views/remove")
def drop_view(view: ViewDep, actor: ActorDep, fields: FieldsDep, request_id: RequestIdDep) -> Response:
    """Forget a view."""
    desk = view.services.desk
    name = first(fields, "name") or ""
    remove_view(desk.log, actor.user_id, VIEWS_PAGE, name, at=desk.now(), request_id=request_id)
    return _shown_views(view, actor, kept_query(first(fields, "query") or ""))


def _shown_views(view: View, actor: Actor, query: str) -> Response:
    if not view.is_part:
        return RedirectResponse(f"{_LIST}?{query}" if query else _LIST, status_code=303)
    kept = views_of(view.services.store, actor.user_id, VIEWS_PAGE)
    return view.show("work/views.html", views=kept, query=query, views_open=True)


def _ticked(fields: Mapping[str, tuple[str, ...]]) -> list[tuple[str, int]]:
    """Return the warnings that are ticked, with the versions that were shown; RequestError where there are none."""
    ticked = fields.get("case", ())
    if not 1 <= len(ticked) <= MOST:
        message = sentence("{count} warnings are ticked. Tick 1 to {most}.", count=len(ticked), most=MOST)
        raise RequestError(message)
    found = []
    for one in ticked:
        match = _TICKED.fullmatch(one)
        if match is None:
            message = sentence(
                "'{text}' names no warning with its version. Open the list again and tick there.", text=one[:100]
            )
            raise RequestError(message)
        found.append((match[1], int(match[2])))
    return found


def _rows(view: View, actor: Actor, outcomes: Iterable[Outcome]) -> dict[str, Row]:
    """Return the rows of those warnings that the actor may see, by id."""
    seen = [one.case for one in outcomes if one.case is not None]
    rows = warning_rows(view, cases_in_sight(view.services.store, actor, seen))
    return {row.case.case_id: row for row in rows}


def _is_listed(view: View, row: Row) -> bool:
    """Tell whether a warning that was acted on still stands in the list that the ticks stood in."""
    asked = dict(parse_qsl(_query(view), max_num_fields=100))
    is_late = row.left.urgency is Urgency.LATE
    is_asked = (is_late or "late" not in asked) and (row.gone is not None or "gone" not in asked)
    return is_asked and asked.get("state") in {None, row.case.state}


def _back(view: View) -> str:
    """Return the list that the ticks stood in."""
    told = view.request.headers.get("hx-current-url") or view.request.headers.get("referer") or ""
    parts = urlsplit(told)
    path = own_path(f"{parts.path}?{parts.query}" if parts.query else parts.path, _LIST)
    return path if path.partition("?")[0] == _LIST else _LIST


def _query(view: View) -> str:
    return _back(view).partition("?")[2] or as_query(Asked().query)
