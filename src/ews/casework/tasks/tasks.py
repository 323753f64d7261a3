"""Tasks: open → done by whoever had to do it, cancelled by somebody more senior, or moot by the system.

Done     with a note, and with what the task asks for: the cause of the delay, from what a payment will be made, or the
         submitted check; a copy and paste of "done" is refused
Kept     a cause of delay is a finding on the loan, an assessment one on the borrower, for later tiers and signals;
         a cause that excuses the arrears counts once somebody more senior has approved it (`proposed_findings`)
Cancel   with the reason, by somebody above whom the task was for
Moot     only the system (`agenda`); it tells why
Else     a task to approve findings ends with the decision on them
"""

from dataclasses import asdict, dataclass, replace
from datetime import date

from ews.casework.approvers import RANKS, require_rank
from ews.casework.checks.proposed import parted
from ews.casework.checks.proposed_findings import await_approval, finding_terms, keep_findings
from ews.casework.contacts.contact import require_cause
from ews.casework.desk import Desk, Work, at_version, at_work, case_for, change_case
from ews.casework.rights import FIELD, SENIOR, require, require_second
from ews.casework.tasks.ends import check_for
from ews.casework.tasks.rows import check_made
from ews.casework.tasks.task import (
    APPROVAL,
    ASSESSMENT,
    CANCELLED,
    CAUSE,
    CHECK,
    DONE,
    DPD_STEP,
    KIND,
    OPEN,
    PAID_FROM,
    PAID_FROM_TEXTS,
    TaskBody,
)
from ews.casework.written import written
from ews.domain.errors import RequestError, TransitionError
from ews.domain.people import HEAD_OFFICE, Actor
from ews.domain.text import Text, sentence
from ews.store.cases import Case
from ews.store.findings import Finding

OVERDUE_CAUSE, GROUP_ASSESSMENT = "overdue_cause", "group_assessment"
"""Fields of findings that tasks leave."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told when a task is done; all but the note only where the task asks for it, or has room for it.

    `contact_id` names the contact by which it was done.
    """

    note: str
    cause: str | None = None
    paid_from: str | None = None
    check_id: str | None = None
    contact_id: str | None = None


def do_task(desk: Desk, actor: Actor, case_id: str, told: Told, *, version: int, request_id: str | None = None) -> Case:
    """Close a task as done; RequestError where what it asks for is missing or does not go with it."""
    with at_work(desk, actor, "task.done", case_id, request_id=request_id) as work:
        case, body = _open_task(work, case_id, version, Text("done", "完成"))
        require(actor, FIELD, sentence("do a task"))
        require_rank(actor, body.role, sentence("do the task"))
        note = written(told.note, sentence("note"))
        _check_told(work, case, body, told)
        kept = replace(body, cause=told.cause, paid_from=told.paid_from, check_id=told.check_id)
        found, also = _findings(work, case, kept), finding_terms(work).also
        findings, proposed = parted(found, {}, _labels(work, kept), rank=actor.seniority, also=also)
        kept = replace(kept, proposed=proposed)
        closed = replace(case, state=DONE, role=None, due_on=None, closed_at=work.at, body=asdict(kept))
        content = {**asdict(told), "note": note, "to_approve": [one.field for one in proposed]}
        stored = change_case(work, closed, "done", content)
        keep_findings(work, findings)
        await_approval(work, stored, proposed)
        return stored


def cancel_task(
    desk: Desk, actor: Actor, case_id: str, reason: str, *, version: int, request_id: str | None = None
) -> Case:
    """Close a task that shall not be done, saying why."""
    with at_work(desk, actor, "task.cancel", case_id, request_id=request_id) as work:
        case, body = _open_task(work, case_id, version, Text("cancelled", "取消"))
        require(actor, SENIOR, sentence("cancel a task"))
        # Nobody is above head office: there whoever has the role decides.
        require_second(actor, (), sentence("cancel the task"), above=min(RANKS[body.role], HEAD_OFFICE - 1))
        closed = replace(case, state=CANCELLED, role=None, due_on=None, closed_at=work.at)
        return change_case(work, closed, "cancel", {"reason": written(reason, sentence("reason"))})


def _open_task(work: Work, case_id: str, version: int, what: Text) -> tuple[Case, TaskBody]:
    case = at_version(case_for(work, case_id, KIND), version)
    if case.state != OPEN:
        message = sentence(
            "Task '{case_id}' is {state} and cannot be {what}: only an open one can. See what was done to it.",
            case_id=case_id,
            state=case.state,
            what=what,
        )
        raise TransitionError(message)
    body = TaskBody.of(case)
    if body.type == APPROVAL:
        kind, about = body.terms["kind"], body.terms["case_id"]
        message = sentence(
            "Task '{case_id}' is not {what}: it ends with the decision on what was found in '{about}'. Approve or"
            " refuse that with POST /v1/{kind}s/{about}/findings/approve or /refuse.",
            case_id=case_id,
            what=what,
            about=about,
            kind=kind,
        )
        raise TransitionError(message)
    return case, body


def _check_told(work: Work, case: Case, body: TaskBody, told: Told) -> None:
    if CAUSE in body.asks and told.cause is None:
        message = sentence(
            "Task '{case_id}' is done only with the cause of the delay. Give 'cause', a code of the policy.",
            case_id=case.case_id,
        )
        raise RequestError(message)
    if told.cause is not None:
        _refuse_unasked(case, body.type == DPD_STEP, "cause", told.cause)
        require_cause(work, told.cause)
    if PAID_FROM in body.asks and told.paid_from is None:
        message = sentence(
            "Task '{case_id}' asks from what the loan will be paid. Give 'paid_from': {sources}.",
            case_id=case.case_id,
            sources=tuple(PAID_FROM_TEXTS),
        )
        raise RequestError(message)
    if told.paid_from is not None:
        _refuse_unasked(case, body.type == "reminder", "paid_from", told.paid_from)
        if told.paid_from not in PAID_FROM_TEXTS:
            message = sentence(
                "'paid_from' is '{paid_from}'. Give one of {sources}.",
                paid_from=told.paid_from,
                sources=tuple(PAID_FROM_TEXTS),
            )
            raise RequestError(message)
    _check_check(work, case, body, told.check_id)
    _check_contact(work, case, told.contact_id)


def _refuse_unasked(case: Case, has_room: bool, name: str, value: str) -> None:  # noqa: FBT001 - reads as said
    if not has_room:
        message = sentence(
            "Task '{case_id}' has no room for '{field}', which is '{value}'. Leave it out.",
            case_id=case.case_id,
            field=name,
            value=value,
        )
        raise RequestError(message)


def _check_check(work: Work, case: Case, body: TaskBody, check_id: str | None) -> None:
    if check_id is None:
        if CHECK in body.asks:
            message = sentence(
                "Task '{case_id}' is done by a check. Submit one by form '{form}' and give its 'check_id'.",
                case_id=case.case_id,
                form=body.form,
            )
            raise RequestError(message)
        return
    found = case_for(work, check_id)
    made = check_made(found)
    same = (found.portfolio, found.borrower_id) == (case.portfolio, case.borrower_id)
    opened_on = case.opened_at.date() if case.opened_at is not None else date.min
    fits = made is not None and same and (CHECK not in body.asks or check_for(body, opened_on, [made]) is not None)
    if not fits:
        first = sentence(", not done before {from_on}", from_on=body.from_on) if body.from_on is not None else ""
        message = sentence(
            "'{check_id}' does not do task '{case_id}': it takes a submitted check about borrower '{borrower_id}'"
            " by form '{form}'{first}, made since the task stands. Name such a one.",
            check_id=check_id,
            case_id=case.case_id,
            borrower_id=case.borrower_id,
            form=body.form,
            first=first,
        )
        raise RequestError(message)


def _check_contact(work: Work, case: Case, contact_id: str | None) -> None:
    if contact_id is None:
        return
    contact = case_for(work, contact_id, "contact")
    if (contact.portfolio, contact.borrower_id) != (case.portfolio, case.borrower_id) or contact.state == "begun":
        message = sentence(
            "Contact '{contact_id}' is about another borrower or has not ended. Name one that does the task.",
            contact_id=contact_id,
        )
        raise RequestError(message)


def _findings(work: Work, case: Case, body: TaskBody) -> list[Finding]:
    """Return what doing the task established: why a loan is late, or that the borrower was assessed."""
    if body.type == DPD_STEP and body.cause is not None:
        field, value = OVERDUE_CAUSE, body.cause
    elif body.type == ASSESSMENT:
        field, value = GROUP_ASSESSMENT, "done"
    else:
        return []
    found = Finding(
        finding_id=f"{case.case_id}-{field}",
        portfolio=str(case.portfolio),
        borrower_id=str(case.borrower_id),
        loan_id=body.loan_id,
        found_on=work.today,
        known_on=work.today,
        field=field,
        value=value,
        author=work.actor.user_id,
        case_id=case.case_id,
    )
    return [found]


def _labels(work: Work, body: TaskBody) -> dict[str, Text]:
    """Return what the findings of a task say, by their field."""
    causes = {one.code: one.text for one in work.policy.casework_on(work.today).causes_of("overdue")}
    cause = causes.get(body.cause or "", Text(str(body.cause), str(body.cause)))
    return {
        OVERDUE_CAUSE: Text(f"Why loan {body.loan_id} is late: {cause.en}", f"借据{body.loan_id}逾期原因：{cause.zh}"),
        GROUP_ASSESSMENT: Text("Group assessment: done", "关联客户评估：已完成"),
    }
