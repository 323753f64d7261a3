"""Event checks: after a disaster or when a market is closed, all borrowers hit by it are checked, one task each.

Who      a risk manager, or a branch manager for the borrowers of the branch
Hit      borrowers of the newest batch of each portfolio in a region, of an industry, or named; of several, all of them
         together
Again    an event is known by its code: told again it adds only those who have no task yet; another event needs another
Back     one that was taken back (`event_take_back`) is not called again under its code
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from ews.casework.desk import Desk, Work, at_work, open_case
from ews.casework.rights import SENIOR, require
from ews.casework.subject import draft_about
from ews.casework.tasks.task import (
    CHECK,
    EVENT_CHECK,
    KIND,
    OPEN,
    TaskBody,
    form_text,
    plain,
    task_name,
    working_day,
)
from ews.casework.written import not_past, written
from ews.domain.errors import ForbiddenError, FormError, RequestError, UnknownBorrowerError
from ews.domain.people import Actor, Role
from ews.domain.text import Sentence, Text, sentence
from ews.policy.casework import casework_on
from ews.policy.forms import forms_on
from ews.policy.policy import Policy
from ews.store.batches import ranked
from ews.store.cases import Case, to_case
from ews.store.engine import reading
from ews.store.publications import Standing
from ews.store.standings import standing_columns, to_standing
from ews.store.tables import cases, decisions

CHUNK = 100
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
    """How many borrowers are hit, and how many of them got a task just now; `who` they are, by id.

    `is_trial`: nothing was opened, and `opened` and `who` tell of whom a task would be.
    """

    code: str
    form: str
    due_on: date
    hit: int
    opened: int
    who: tuple[str, ...] = ()
    is_trial: bool = False


def call_event_check(
    desk: Desk, actor: Actor, event: Event, *, is_trial: bool = False, request_id: str | None = None
) -> Called:
    """Give every borrower hit a task; errors name a code, form, region, industry or borrower that cannot be used.

    Of a trial only the log tells: it opens nothing.
    """
    require_person(actor, sentence("call a check after an event"))
    today = desk.now().date()
    body, due_on = _task(desk.policy_on(today), event, today)
    hit = _hit(desk, actor, event)
    with reading(desk.store) as connection:
        has_task = _refuse_other(connection, actor, body)
    if is_trial:
        new = [one for one in hit if _name(body.code, one) not in has_task]
        content = {"hit": len(hit), "new": len(new)}
        with at_work(desk, actor, "event-check.trial", event.code, request_id=request_id, content=content):
            ids = tuple(one.borrower_id for one in new)
            return Called(event.code, str(body.form), due_on, len(hit), len(new), ids, is_trial=True)
    opened: list[str] = []
    for start in range(0, len(hit), CHUNK):
        with at_work(desk, actor, "event-check.call", event.code, request_id=request_id) as work:
            opened += _open_tasks(work, hit[start : start + CHUNK], body, due_on)
    return Called(event.code, str(body.form), due_on, len(hit), len(opened), tuple(opened))


def require_person(actor: Actor, what: Sentence) -> None:
    """Raise ForbiddenError for who may not call checks, or is a machine; `what` completes 'may not ...'."""
    require(actor, SENIOR, what)
    if actor.is_machine:
        message = sentence(
            "'{user_id}' is a machine and may not {what}: it takes a person.", user_id=actor.user_id, what=what
        )
        raise ForbiddenError(message)


def _task(policy: Policy, event: Event, today: date) -> tuple[TaskBody, date]:
    code = written(event.code, sentence("code of the event"))
    if len(code) > LONGEST_CODE:
        message = sentence(
            "The code of the event has {count} characters; give {most} or fewer.", count=len(code), most=LONGEST_CODE
        )
        raise RequestError(message)
    text = written(event.text, sentence("text of the event"))
    plan, forms = casework_on(policy.casework, today).checks, forms_on(policy.forms, today)
    form = event.form or plan.event_form
    if forms.form(form) is None:
        message = sentence(
            "The policy has no form '{form}'. Its forms are: {forms}.", form=form, forms=tuple(forms.codes)
        )
        raise FormError(message)
    asked = policy.calendar.after(today, plan.event_days) if event.due_on is None else event.due_on
    due_on = working_day(policy.calendar, not_past(asked, today, sentence("day of the check")), today)
    name = form_text(policy, form, today)
    what = Text(f"{name.en}: {text}", f"{name.zh}：{text}")
    why = Text(f"Hit by the event '{code}'", f"事件编号：{code}")
    role = Role.OFFICER.value
    body = TaskBody(
        EVENT_CHECK, code, role, plain(what), plain(why), form=form, asks=(CHECK,), terms={"event": code, "text": text}
    )
    return body, due_on


def _hit(desk: Desk, actor: Actor, event: Event) -> Sequence[Standing]:
    """Return the borrowers hit, as far as the actor may know of them."""
    if event.region is None and event.industry is None and not event.borrower_ids:
        message = sentence("The event hits nobody: give a region, an industry, or ids of borrowers.")
        raise RequestError(message)
    with reading(desk.store) as connection:
        for name in ("region", "industry"):
            _require_known(connection, actor, event, name)
        found = _standings(connection, actor, event, _wanted(event))
    missing = sorted(set(event.borrower_ids) - {one.borrower_id for one in found})
    if missing:
        message = sentence(
            "Borrower '{borrower_id}' is not in the newest batch. Check the id, or take it off the list.",
            borrower_id=missing[0],
        )
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
        message = sentence(
            "No borrower of the newest batch that you may see has the {filter} '{value}'. Check how it is written.",
            filter=name,
            value=value,
        )
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


def _refuse_other(connection: Connection, actor: Actor, body: TaskBody) -> frozenset[str]:
    """Refuse the code of an event that was another one or was taken back; return the names of its tasks."""
    found = tasks_of(connection, body.code)
    seen = [one for one in found if actor.sees(one.branch_id)]  # of other branches nothing is told
    for case in seen:
        before = TaskBody.of(case)
        if before.terms["text"] != body.terms["text"]:
            message = sentence(
                "Code '{code}' is that of another event: '{text}'. Give this event a code of its own, or the same "
                "text.",
                code=body.code,
                text=before.terms["text"],
            )
            raise RequestError(message)
    back = [why for one in seen if (why := TaskBody.of(one).terms.get("taken_back")) is not None]
    if back and not any(one.is_open for one in seen):
        message = sentence(
            "Event '{code}' was taken back: '{why}'. Call it anew under another code.", code=body.code, why=back[0]
        )
        raise RequestError(message)
    return frozenset(str(one.same_as) for one in found)


def tasks_of(connection: Connection, code: str) -> tuple[Case, ...]:
    """Return all tasks of an event, by number."""
    begins = f"{task_name(EVENT_CHECK, code)}/"
    query = select(cases).where(cases.c.kind == KIND, cases.c.same_as.startswith(begins, autoescape=True))
    return tuple(to_case(row) for row in connection.execute(query.order_by(cases.c.number)))


def _name(code: str, standing: Standing) -> str:
    return task_name(EVENT_CHECK, code, standing.portfolio, standing.borrower_id)


def _open_tasks(work: Work, hit: Collection[Standing], body: TaskBody, due_on: date) -> list[str]:
    """Return the borrowers who got a task."""
    opened: list[str] = []
    for standing in hit:
        name = _name(body.code, standing)
        draft = draft_about(standing, KIND, OPEN, role=body.role, due_on=due_on, same_as=name)
        draft = replace(draft, level=standing.level, body=asdict(body))
        if open_case(work, draft, "open", {"why": dict(body.why)}) is not None:
            opened.append(standing.borrower_id)
    return opened
