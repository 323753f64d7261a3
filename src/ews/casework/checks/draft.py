"""Draft of a check: whose it is, and what somebody more senior may do with one whose author has left.

Once    one open draft per person, form, borrower and loan
Author  who began a draft fills it in and submits it, or gives it up
Senior  somebody of the branch or above who is senior to the author cancels the draft or takes it over, saying why; who
        takes it over is its author from then on and answers for all that it says
"""

from dataclasses import replace

from ews.casework.checks.body import CANCELLED, DRAFT, KIND, CheckBody, body_of, write_body
from ews.casework.desk import Desk, Work, at_version, at_work, case_for, change_case
from ews.casework.rights import FIELD, SENIOR, require, require_second
from ews.casework.written import written
from ews.domain.errors import ForbiddenError, TransitionError
from ews.domain.people import HEAD_OFFICE, Actor
from ews.domain.text import Sentence, sentence
from ews.store.cases import Case, CaseFilter, find_cases
from ews.store.publications import Standing


def require_author(actor: Actor) -> None:
    """Raise ForbiddenError for who may not record checks."""
    require(actor, FIELD, sentence("record a check"))
    if actor.is_machine:
        message = sentence(
            "'{user_id}' is a machine and may not record a check: it takes the person who did it.",
            user_id=actor.user_id,
        )
        raise ForbiddenError(message)


def own_draft(work: Work, case_id: str, version: int) -> tuple[Case, CheckBody]:
    """Return a draft of the actor's own at `version`; a stale version is told before anything else."""
    case, body = _draft(work, case_id, version)
    if case.assignee != work.actor.user_id:
        message = sentence(
            "Check '{case_id}' is being filled in by '{author}'. Begin one of your own, or have somebody more "
            "senior take it over.",
            case_id=case_id,
            author=case.assignee,
        )
        raise ForbiddenError(message)
    return case, body


def open_draft(work: Work, standing: Standing, form: str, loan_id: str | None, corrects: str | None) -> Case | None:
    """Return the actor's first open draft of a form about a borrower, or about one of its loans; None without."""
    wanted = CaseFilter(
        kinds=(KIND,),
        states=(DRAFT,),
        portfolio=standing.portfolio,
        borrower_id=standing.borrower_id,
        assignee=work.actor.user_id,
        is_open=True,
    )
    for case in find_cases(work.connection, wanted):
        body = body_of(case)
        if (body.form, body.loan_id, body.corrects) == (form, loan_id, corrects):
            return case
    return None


def cancel_check(
    desk: Desk, actor: Actor, case_id: str, *, version: int, reason: str, request_id: str | None = None
) -> Case:
    """Give up a draft, one's own or of somebody less senior, saying why; nothing follows from it."""
    with at_work(desk, actor, "check.cancel", case_id, request_id=request_id) as work:
        case, body = _draft(work, case_id, version)
        content = {"reason": written(reason, sentence("reason"))}
        if case.assignee != actor.user_id:
            _require_senior(work, case, body, sentence("cancel the draft"))
            content["author"] = str(case.assignee)
        cancelled = replace(case, state=CANCELLED, role=None, due_on=None, closed_at=work.at)
        return change_case(work, cancelled, "cancel", content)


def take_over(
    desk: Desk, actor: Actor, case_id: str, *, version: int, reason: str, request_id: str | None = None
) -> Case:
    """Make somebody less senior's draft one's own, saying why."""
    with at_work(desk, actor, "check.take-over", case_id, request_id=request_id) as work:
        case, body = _draft(work, case_id, version)
        if case.assignee == actor.user_id:
            message = sentence(
                "Check '{case_id}' is '{user_id}'s own draft already. Fill it in and submit it.",
                case_id=case_id,
                user_id=actor.user_id,
            )
            raise TransitionError(message)
        _require_senior(work, case, body, sentence("take over the draft"))
        taken = replace(case, assignee=actor.user_id, body=write_body(replace(body, author_rank=actor.seniority)))
        return change_case(
            work, taken, "take-over", {"reason": written(reason, sentence("reason")), "author": case.assignee}
        )


def _draft(work: Work, case_id: str, version: int) -> tuple[Case, CheckBody]:
    require_author(work.actor)
    case = at_version(case_for(work, case_id, KIND), version)
    if case.state != DRAFT:
        message = sentence(
            "Check '{case_id}' is {state}: only a draft is filled in, submitted or cancelled. To correct what was"
            " submitted, begin a new check that corrects it.",
            case_id=case_id,
            state=case.state,
        )
        raise TransitionError(message)
    return case, body_of(case)


def _require_senior(work: Work, case: Case, body: CheckBody, what: Sentence) -> None:
    require(work.actor, SENIOR, sentence("{what} of '{author}'", what=what, author=case.assignee))
    # Nobody is above head office: there another person of head office is enough.
    require_second(work.actor, (), what, above=min(body.author_rank, HEAD_OFFICE - 1))
