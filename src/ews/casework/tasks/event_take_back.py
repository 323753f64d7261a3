"""Taking back an event check that was called by mistake.

Ends     its open tasks, each cancelled by an act of its own that tells the reason; what is done stays done
Code     is used up: the event is called anew under another one
"""

from dataclasses import asdict, dataclass, replace

from ews.casework.desk import Desk, Work, at_work, case_for, change_case
from ews.casework.tasks.event_checks import CHUNK, require_person, tasks_of
from ews.casework.tasks.task import CANCELLED, KIND, TaskBody
from ews.casework.written import written
from ews.domain.errors import RequestError, TransitionError
from ews.domain.people import Actor
from ews.domain.text import sentence
from ews.store.engine import reading


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How many tasks were cancelled, and how many of the event had ended before, those that are done among them."""

    code: str
    cancelled: int
    ended: int


def take_back(desk: Desk, actor: Actor, code: str, reason: str, *, request_id: str | None = None) -> TakenBack:
    """Cancel the open tasks of an event that was called by mistake, as far as the actor may see them.

    RequestError for a code that no event has, TransitionError where no task is open.
    """
    require_person(actor, sentence("take back a check after an event"))
    why = written(reason, sentence("reason"))
    with reading(desk.store) as connection:
        found = [one for one in tasks_of(connection, code) if actor.sees(one.branch_id)]
    if not found:
        message = sentence("No event that you may see has the code '{code}'. Check how it is written.", code=code)
        raise RequestError(message)
    ids = [one.case_id for one in found if one.is_open]
    if not ids:
        message = sentence(
            "No task of event '{code}' is open: all {count} have ended. There is nothing to take back.",
            code=code,
            count=len(found),
        )
        raise TransitionError(message)
    cancelled = 0
    for start in range(0, len(ids), CHUNK):
        with at_work(
            desk, actor, "event-check.take-back", code, request_id=request_id, content={"reason": why}
        ) as work:
            cancelled += sum(_cancel(work, case_id, why) for case_id in ids[start : start + CHUNK])
    return TakenBack(code, cancelled, len(found) - cancelled)


def _cancel(work: Work, case_id: str, reason: str) -> bool:
    """Cancel a task unless it has ended meanwhile."""
    case = case_for(work, case_id, KIND)
    if not case.is_open:
        return False
    body = TaskBody.of(case)
    body = replace(body, terms={**body.terms, "taken_back": reason})
    closed = replace(case, state=CANCELLED, role=None, due_on=None, closed_at=work.at, body=asdict(body))
    change_case(work, closed, "cancel", {"reason": reason})
    return True
