"""Event checks: after a disaster or when a market is closed, all borrowers hit by it are checked, one task each.

Who      a risk manager, or a branch manager for the borrowers of the branch
Hit      borrowers of the newest batch of each portfolio in a region, of an industry, or named; of several, all of them
         together
Again    an event is known by its code: told again it adds only those who have no task yet; another event needs another
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from ews.casework.desk import Desk, Work, at_work, open_case
from ews.casework.rights import SENIOR, require
from ews.casework.subject import draft_about
from ews.casework.tasks.task import CHECK, EVENT_CHECK, KIND, OPEN, TaskBody, plain, task_name, working_day
from ews.casework.written import not_past, written
from ews.domain.errors import ForbiddenError, FormError, RequestError, UnknownBorrowerError
from ews.domain.people import Actor, Role
from ews.domain.text import Text
from ews.policy.casework import casework_on
from ews.policy.forms import forms_on
from ews.policy.policy import Policy
from ews.store.batches import ranked
from ews.store.cases import CaseFilter, find_cases
from ews.store.engine import reading
from ews.store.publications import Standing
from ews.store.standings import standing_columns, to_standing
from ews.store.tables import decisions

_CHUNK = 100
"""Borrowers of one transaction: others wait no longer for the store than that takes."""
LONGEST_CODE = 100


@dataclass(frozen=True, slots=True)
class Event:
    """What has happened, to whom, and by which form they are checked by the end of `due_on`.

    Without form or day they are those of the policy.
    """

    code: str
    text: str
    region: str | None = None
    industry: str | None = None
    borrower_ids: tuple[str, ...] = ()
    portfolio: str | None = None
    form: str | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """How many borrowers are hit, and how many of them got a task just now."""

    code: str
    form: str
    due_on: date
    hit: int
    opened: int


def call_event_check(desk: Desk, actor: Actor, event: Event, *, request_id: str | None = None) -> Called:
    """Give every borrower hit a task; errors name a code, form, region, industry or borrower that cannot be used."""
    require(actor, SENIOR, "call a check after an event")
    if actor.is_machine:
        message = f"'{actor.user_id}' is a machine and may not call a check after an event: it takes a person."
        raise ForbiddenError(message)
    today = desk.now().date()
    body, due_on = _task(desk.policy_on(today), event, today)
    hit = _hit(desk, actor, event)
    with reading(desk.store) as connection:
        _refuse_other(connection, body)
    opened = 0
    for start in range(0, len(hit), _CHUNK):
        with at_work(desk, actor, "event-check.call", event.code, request_id=request_id) as work:
            opened += _open_tasks(work, hit[start : start + _CHUNK], body, due_on)
    return Called(event.code, str(body.form), due_on, len(hit), opened)


def _task(policy: Policy, event: Event, today: date) -> tuple[TaskBody, date]:
    code = written(event.code, "code of the event")
    if len(code) > LONGEST_CODE:
        message = f"The code of the event has {len(code)} characters; give {LONGEST_CODE} or fewer."
        raise RequestError(message)
    text = written(event.text, "text of the event")
    plan, forms = casework_on(policy.casework, today).checks, forms_on(policy.forms, today)
    form = event.form or plan.event_form
    if forms.form(form) is None:
        message = f"The policy has no form '{form}'. Its forms are: {', '.join(forms.codes)}."
        raise FormError(message)
    asked = policy.calendar.after(today, plan.event_days) if event.due_on is None else event.due_on
    due_on = working_day(policy.calendar, not_past(asked, today, "day of the check"), today)
    what = Text(f"Check by form '{form}' after an event: {text}", f"事件排查（“{form}”）：{text}")
    why = Text(f"Hit by event {code}: {text}", f"受事件{code}影响：{text}")
    role = Role.OFFICER.value
    body = TaskBody(
        EVENT_CHECK, code, role, plain(what), plain(why), form=form, asks=(CHECK,), terms={"event": code, "text": text}
    )
    return body, due_on


def _hit(desk: Desk, actor: Actor, event: Event) -> Sequence[Standing]:
    """Return the borrowers hit, as far as the actor may know of them."""
    if event.region is None and event.industry is None and not event.borrower_ids:
        message = "The event hits nobody: give a region, an industry, or ids of borrowers."
        raise RequestError(message)
    with reading(desk.store) as connection:
        for name in ("region", "industry"):
            _require_known(connection, actor, event, name)
        found = _standings(connection, actor, event, _wanted(event))
    missing = sorted(set(event.borrower_ids) - {one.borrower_id for one in found})
    if missing:
        message = f"Borrower '{missing[0]}' is not in the newest batch. Check the id, or take it off the list."
        raise UnknownBorrowerError(message)
    return found


def _wanted(event: Event) -> ColumnElement[bool]:
    """Return the condition for who is hit: those of the region and industry together, and those who are named."""
    together = [
        decisions.c[name] == value for name in ("region", "industry") if (value := getattr(event, name)) is not None
    ]
    groups = [and_(*together)] if together else []
    if event.borrower_ids:
        groups.append(decisions.c.borrower_id.in_(sorted(event.borrower_ids)))
    return or_(*groups)


def _require_known(connection: Connection, actor: Actor, event: Event, name: str) -> None:
    value = getattr(event, name)
    if value is None:
        return
    found = _standings(connection, actor, event, decisions.c[name] == value, limit=1)
    if not found:
        message = f"No borrower of the newest batch that you may see has the {name} '{value}'. Check how it is written."
        raise RequestError(message)


def _standings(
    connection: Connection, actor: Actor, event: Event, wanted: ColumnElement[bool], limit: int | None = None
) -> Sequence[Standing]:
    view = ranked()
    query = (
        select(*standing_columns(view))
        .join_from(decisions, view, decisions.c.publication == view.c.publication)
        .where(view.c.age == 1, wanted)
        .order_by(view.c.portfolio, decisions.c.borrower_id)
        .limit(limit)
    )
    if actor.branch_id is not None:
        query = query.where(decisions.c.branch_id == actor.branch_id)
    if event.portfolio is not None:
        query = query.where(view.c.portfolio == event.portfolio)
    return [to_standing(row) for row in connection.execute(query)]


def _refuse_other(connection: Connection, body: TaskBody) -> None:
    """Refuse the code of an event that was another one."""
    for case in find_cases(connection, CaseFilter(kinds=(KIND,))):
        before = TaskBody.of(case)
        if before.type == EVENT_CHECK and before.code == body.code and before.terms["text"] != body.terms["text"]:
            message = (
                f"Code '{body.code}' is that of another event: '{before.terms['text']}'. "
                "Give this event a code of its own, or the same text."
            )
            raise RequestError(message)


def _open_tasks(work: Work, hit: Collection[Standing], body: TaskBody, due_on: date) -> int:
    opened = 0
    for standing in hit:
        name = task_name(EVENT_CHECK, body.code, standing.portfolio, standing.borrower_id)
        draft = draft_about(standing, KIND, OPEN, role=body.role, due_on=due_on, same_as=name)
        draft = replace(draft, level=standing.level, body=asdict(body))
        opened += open_case(work, draft, "open", {"why": dict(body.why)}) is not None
    return opened
