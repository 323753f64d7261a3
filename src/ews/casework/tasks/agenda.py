"""Agenda: every night, the tasks that the newest batches, the checks made and today ask for; and those that end.

Reads    the newest batch of each portfolio with its records, submitted checks, the watch list, approved overrides
Opens    what `duties` asks for and was not asked for before (a task is named by what it is about)
Ends     a task whose check was submitted is done; one whose ground is gone is moot and says why. What nobody knows ends
         nothing: who is no longer in the newest batch may have been rejected, unless nobody was
Late     a task goes up role by role (`task_moves`)
Again    any number of runs, in any order, killed anywhere, leave open the tasks that the last one asks for
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date

from ews.casework.chunk import do_steps, in_chunks
from ews.casework.desk import Desk, Work
from ews.casework.subject import draft_about
from ews.casework.tasks.duties import View, duties_of
from ews.casework.tasks.ends import check_for, left_the_book, why_moot
from ews.casework.tasks.moves import again, done_by, escalated, moot, moved
from ews.casework.tasks.review_tasks import STATES, review_draft, review_duty, review_over
from ews.casework.tasks.rows import Seen, borrowers_of, checks_of, moot_tasks, open_reviews, open_tasks, seen_in
from ews.casework.tasks.task import APPROVAL, KIND, OPEN, REVIEW, Duty, TaskBody
from ews.casework.watch_list import watched_ids
from ews.policy.casework import casework_on
from ews.policy.policy import Policy
from ews.store.batches import latest_batches
from ews.store.case_chunks import Step, cases_of
from ews.store.cases import Act, Case, CaseFilter, find_cases
from ews.store.engine import Store, reading
from ews.store.nights import About
from ews.store.publications import Publication


@dataclass(frozen=True, slots=True)
class Planned:
    """How many acts a run did, by verb."""

    opened: int = 0
    reopened: int = 0
    done: int = 0
    moot: int = 0
    moved: int = 0
    escalated: int = 0


_COUNTED: Mapping[str, str] = {
    "open": "opened",
    "reopen": "reopened",
    "done": "done",
    "moot": "moot",
    "move": "moved",
    "escalate": "escalated",
}


@dataclass(frozen=True, slots=True)
class _Night:
    """What one transaction needs beside the borrowers."""

    work: Work
    policy: Policy
    today: date
    publication: Publication
    seen: Mapping[str, Seen]
    gone: Mapping[str, Case] = field(default_factory=dict)


def plan_tasks(desk: Desk, today: date, about: About | None = None) -> Planned:
    """Bring the tasks up to what the newest batches and `today` ask for, as the system, and say what was done.

    With `about` only those of these borrowers, and reviews.
    """
    counts = dict.fromkeys(_COUNTED.values(), 0)
    policy = desk.policy_on(today)
    for publication in latest_batches(desk.store):
        for ids in in_chunks(_borrowers(desk.store, publication, about)):
            _count(counts, do_steps(desk, _borrower_steps(policy, publication, ids, today)))
    with reading(desk.store) as connection:
        asked = find_cases(connection, CaseFilter(kinds=tuple(STATES), states=tuple(STATES.values()), is_open=True))
        watched = {case.case_id for case in asked} | set(open_reviews(connection))
    for ids in in_chunks(watched):
        _count(counts, do_steps(desk, _review_steps(policy, ids, today)))
    return Planned(**counts)


def _borrowers(store: Store, publication: Publication, about: About | None) -> Collection[str]:
    if about is not None:
        return {name for portfolio, name in about if portfolio == publication.batch.portfolio}
    with reading(store) as connection:
        return borrowers_of(connection, publication)


def _count(counts: dict[str, int], done: Sequence[tuple[Case, Act]]) -> None:
    for _, act in done:
        counts[_COUNTED[act.verb]] += 1


def _borrower_steps(
    policy: Policy, publication: Publication, ids: Collection[str], today: date
) -> Callable[[Work], Sequence[Step]]:
    def steps_of(work: Work) -> Sequence[Step]:
        connection, portfolio = work.connection, publication.batch.portfolio
        tasks = open_tasks(connection, portfolio, ids)
        checks = checks_of(connection, portfolio, ids)
        watched = watched_ids(connection, portfolio, ids)
        seen = seen_in(connection, publication, ids)
        views = {
            one: View(
                found.decision, publication.published_at.date(), today, policy, checks.get(one, ()), one in watched
            )
            for one, found in seen.items()
            if found.decision is not None
        }
        duties = {one: duties_of(view) for one, view in views.items()}
        gone = moot_tasks(connection, portfolio, [duty.name for all_ in duties.values() for duty in all_])
        night = _Night(work, policy, today, publication, seen, gone)
        found_steps: list[Step] = []
        for one in ids:
            own, view = tasks.get(one, ()), views.get(one)
            found_steps.extend(_existing(night, own, one, view, duties.get(one, ())))
            if view is not None:
                found_steps.extend(_new(night, own, view, duties[one]))
        return found_steps

    return steps_of


def _existing(
    night: _Night, tasks: Sequence[Case], borrower_id: str, view: View | None, duties: Sequence[Duty]
) -> Iterator[Step]:
    """Yield what becomes of the open tasks of one borrower."""
    by_name = {duty.name: duty for duty in _from_today(night, duties)}
    lifecycle = casework_on(night.policy.casework, night.today).lifecycle
    for task in tasks:
        ended = _ended(night, task, borrower_id, view)
        if ended is not None:
            yield ended
            continue
        found = night.seen.get(borrower_id)
        move = None if found is None else moved(task, found.standing, by_name.get(task.same_as or ""))
        if move is not None:
            yield move
        case = task if move is None else replace(move.case, version=task.version + 1)
        yield from escalated(case, lifecycle, night.policy.calendar, night.today)


def _ended(night: _Night, task: Case, borrower_id: str, view: View | None) -> Step | None:
    body, batch = TaskBody.of(task), night.publication.batch
    if body.type == APPROVAL:
        return None  # what waits for a decision waits until there is one, whatever becomes of the borrower
    if view is None:
        # Who was rejected is not in the batch either, and may owe as before.
        is_out = borrower_id not in night.seen and not batch.rejected and body.type != REVIEW
        return moot(task, left_the_book(batch.as_of), night.work.at) if is_out else None
    check = check_for(body, _opened_on(task), view.checks)
    if check is not None:
        return done_by(task, check, night.work.at)
    why = why_moot(body, view)
    return None if why is None else moot(task, why, night.work.at)


def _new(night: _Night, tasks: Sequence[Case], view: View, duties: Sequence[Duty]) -> Iterator[Step]:
    """Yield a step for each duty that has no task, one whose ground is back, or no open one about the same."""
    standing = night.seen[view.decision.borrower_id].standing
    names = {task.same_as for task in tasks}
    topics = {TaskBody.of(task).topic for task in tasks if _ended(night, task, standing.borrower_id, view) is None}
    for duty in _from_today(night, duties):
        if duty.name in names or (duty.body.topic is not None and duty.body.topic in topics):
            continue
        if check_for(duty.body, view.published_on, view.checks) is not None:
            continue
        if duty.name in night.gone:
            yield again(night.gone[duty.name], duty, standing)
            continue
        draft = draft_about(standing, KIND, OPEN, role=duty.body.role, due_on=duty.due_on, same_as=duty.name)
        yield Step(replace(draft, level=standing.level, body=asdict(duty.body)), "open", {"why": dict(duty.body.why)})


def _from_today(night: _Night, duties: Sequence[Duty]) -> Iterator[Duty]:
    """Yield the duties due today at the earliest: nobody is late with what was not asked for before."""
    earliest = night.policy.calendar.after(night.today, 0)
    for duty in duties:
        yield duty if duty.due_on >= earliest else replace(duty, due_on=earliest)


def _review_steps(policy: Policy, case_ids: Collection[str], today: date) -> Callable[[Work], Sequence[Step]]:
    def steps_of(work: Work) -> Sequence[Step]:
        cases = {case.case_id: case for case in cases_of(work.connection, case_ids)}
        tasks = open_reviews(work.connection)
        found: list[Step] = []
        for case_id in case_ids:
            case = cases.get(case_id)
            for task in tasks.get(case_id, ()):
                why = review_over(TaskBody.of(task), case)
                if why is not None:
                    found.append(moot(task, why, work.at))
            duty = None if case is None else review_duty(case, policy, today)
            if case is not None and duty is not None:
                found.append(Step(review_draft(case, duty), "open", {"why": dict(duty.body.why)}))
        return found

    return steps_of


def _opened_on(task: Case) -> date:
    return task.opened_at.date() if task.opened_at is not None else date.min
