"""Approval of findings: the law wants two people behind what makes a loan non-performing or helps it out again.

Waits   in the body of the check or task that found it, and as a task of type approval on the list of whoever may
        decide; that task goes up role by role when it is late
Decides somebody more senior than who found it, of the role that the policy names or above, for all that waits or some
Counts  from the day of the approval (`known_on`), under the name of who found it; the act tells who approved
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date

from sqlalchemy import select

from ews.casework.approvers import RANKS, require_approver
from ews.casework.checks.body import KIND as CHECK
from ews.casework.checks.body import body_of, write_body
from ews.casework.checks.proposed import APPROVED, OVERTAKEN, REFUSED, ProposedFinding, decided
from ews.casework.desk import Desk, Work, add_row, at_version, at_work, case_for, change_case, open_case
from ews.casework.rights import SENIOR, require
from ews.casework.tasks.task import APPROVAL, DONE, KIND, MOOT, OPEN, TaskBody, plain, task_name
from ews.casework.written import written
from ews.domain.errors import RequestError, TransitionError
from ews.domain.people import HEAD_OFFICE, Actor
from ews.domain.text import Text, sentence
from ews.policy.casework import FindingTerms
from ews.policy.playbook import ROLES
from ews.store.cases import Case, acts_of, to_case
from ews.store.findings import Finding, add_findings
from ews.store.tables import cases

APPROVE, REFUSE = "approve-findings", "refuse-findings"
"""Verbs of the acts."""


def finding_terms(work: Work) -> FindingTerms:
    return work.policy.casework_on(work.today).findings


def keep_findings(work: Work, findings: Sequence[Finding]) -> None:
    """Store findings; they count from `known_on`."""
    add_findings(work.connection, findings)
    for one in findings:
        add_row(work, "findings", one.finding_id)


def await_approval(work: Work, case: Case, proposed: Sequence[ProposedFinding]) -> None:
    """Open the task that has the proposed findings of a stored case approved; nothing where none waits."""
    if not proposed:
        return
    terms, rank = finding_terms(work), max(one.rank for one in proposed)
    role = _role_above(rank, terms.approver)
    said = _said(proposed)
    why = Text(f"Found by {work.actor.user_id} in {case.case_id}", f"{work.actor.user_id}于{case.case_id}提出")
    body = TaskBody(
        APPROVAL,
        "FINDINGS",
        role,
        plain(Text(f"Approve or refuse: {said.en}", f"审批认定：{said.zh}")),
        plain(why),
        terms={
            "case_id": case.case_id,
            "kind": case.kind,
            "fields": [one.field for one in proposed],
            "found_by": work.actor.user_id,
        },
    )
    task = replace(
        case,
        kind=KIND,
        state=OPEN,
        case_id="",
        version=0,
        opened_at=None,
        closed_at=None,
        role=role,
        assignee=None,
        due_on=work.calendar.after(work.today, terms.decide_days),
        same_as=task_name(APPROVAL, case.case_id),
        body=asdict(body),
    )
    opened = open_case(work, task, "open", {"why": plain(why)})
    assert opened is not None  # noqa: S101 - a case is submitted or done once


def approve_findings(
    desk: Desk,
    actor: Actor,
    kind: str,
    case_id: str,
    *,
    version: int,
    fields: Sequence[str] | None = None,
    reason: str | None = None,
    request_id: str | None = None,
) -> Case:
    """Let findings of a check or task count from today: all that wait, or those of `fields`.

    TransitionError where nothing waits, RequestError for a field that does not, SecondPersonError or ForbiddenError for
    who may not decide.
    """
    with at_work(desk, actor, f"{kind}.{APPROVE}", case_id, request_id=request_id) as work:
        note = None if reason is None else written(reason, sentence("reason"))
        return _decide(work, kind, case_id, version, fields, APPROVED, note)


def refuse_findings(
    desk: Desk,
    actor: Actor,
    kind: str,
    case_id: str,
    *,
    version: int,
    reason: str,
    fields: Sequence[str] | None = None,
    request_id: str | None = None,
) -> Case:
    """Let findings never count, saying why; errors as in `approve_findings`."""
    with at_work(desk, actor, f"{kind}.{REFUSE}", case_id, request_id=request_id) as work:
        return _decide(work, kind, case_id, version, fields, REFUSED, written(reason, sentence("reason")))


def overtake(work: Work, case: Case, by: str) -> tuple[ProposedFinding, ...]:
    """Return the proposed findings of a check that `by` corrects, none waiting any more; its task is moot."""
    reason = f"Corrected by {by}"
    held = tuple(
        decided(one, OVERTAKEN, work.actor.user_id, work.today, reason) if one.waits else one
        for one in body_of(case).proposed
    )
    task = _task_of(work, case.case_id)
    if task is not None:
        why = plain(Text(f"Check {by} took the place of {case.case_id}", f"检查{by}已取代{case.case_id}"))
        _close(work, task, MOOT, "moot", {"why": why}, replace(TaskBody.of(task), moot=why))
    return held


def _decide(
    work: Work, kind: str, case_id: str, version: int, fields: Sequence[str] | None, outcome: str, reason: str | None
) -> Case:
    verb = APPROVE if outcome == APPROVED else REFUSE
    case = at_version(case_for(work, case_id, kind), version)
    require(work.actor, SENIOR, sentence("decide on findings"))
    held = proposed_of(case)
    chosen = _chosen(case, held, fields)
    acts = acts_of(work.connection, [case_id])
    took_part = {act.user_id for act in acts if act.verb not in {APPROVE, REFUSE}}
    require_approver(
        work.actor,
        finding_terms(work).approver,
        took_part | {one.author for one in chosen},
        max(one.rank for one in chosen),
        sentence("decide on the findings"),
    )
    after = tuple(
        decided(one, outcome, work.actor.user_id, work.today, reason) if one in chosen else one for one in held
    )
    findings = [_finding(work, case, one) for one in chosen] if outcome == APPROVED else []
    content = {
        "fields": [one.field for one in chosen],
        "findings": [one.finding_id for one in findings],
        **({} if reason is None else {"reason": reason}),
    }
    stored = change_case(work, _with_proposed(case, after), verb, content)
    keep_findings(work, findings)
    _tell_task(work, case, [one for one in after if one.waits])
    return stored


def proposed_of(case: Case) -> tuple[ProposedFinding, ...]:
    """Return what was proposed by a check or task, decided or not."""
    return body_of(case).proposed if case.kind == CHECK else TaskBody.of(case).proposed


def _with_proposed(case: Case, proposed: tuple[ProposedFinding, ...]) -> Case:
    if case.kind == CHECK:
        return replace(case, body=write_body(replace(body_of(case), proposed=proposed)))
    return replace(case, body=asdict(replace(TaskBody.of(case), proposed=proposed)))


def _chosen(case: Case, held: Sequence[ProposedFinding], fields: Sequence[str] | None) -> tuple[ProposedFinding, ...]:
    waiting = {one.field: one for one in held if one.waits}
    if not waiting:
        message = sentence(
            "No finding of '{case_id}', which is {state}, waits for approval. Read it again.",
            case_id=case.case_id,
            state=case.state,
        )
        raise TransitionError(message)
    strange = [name for name in fields or () if name not in waiting]
    if strange or (fields is not None and not fields):
        what = (
            sentence("'{field}' does not wait for approval", field=strange[0])
            if strange
            else sentence("No field is named")
        )
        message = sentence(
            "{what} in '{case_id}'. Name some of {fields}, or none for all.",
            what=what,
            case_id=case.case_id,
            fields=tuple(waiting),
        )
        raise RequestError(message)
    return tuple(one for name, one in waiting.items() if fields is None or name in fields)


def _finding(work: Work, case: Case, one: ProposedFinding) -> Finding:
    return Finding(
        finding_id=one.finding_id,
        portfolio=str(case.portfolio),
        borrower_id=str(case.borrower_id),
        loan_id=one.loan_id,
        found_on=date.fromisoformat(one.found_on),
        known_on=work.today,
        field=one.field,
        value=one.value,
        author=one.author,
        case_id=case.case_id,
        corrects=one.corrects,
    )


def _tell_task(work: Work, case: Case, waiting: Sequence[ProposedFinding]) -> None:
    """Close the task of a case when nothing waits any more, else let it name what still does."""
    task = _task_of(work, case.case_id)
    if task is None:
        return
    body = TaskBody.of(task)
    if not waiting:
        _close(work, task, DONE, "done", {"case_id": case.case_id}, body)
        return
    said, left = _said(waiting), [one.field for one in waiting]
    text = plain(Text(f"Approve or refuse: {said.en}", f"审批认定：{said.zh}"))
    body = replace(body, text=text, terms={**body.terms, "fields": left})
    change_case(work, replace(task, body=asdict(body)), "decide", {"fields": left})


def _task_of(work: Work, case_id: str) -> Case | None:
    query = select(cases).where(cases.c.same_as == task_name(APPROVAL, case_id), cases.c.closed_at.is_(None))
    row = work.connection.execute(query).first()
    return None if row is None else to_case(row)


def _close(work: Work, task: Case, state: str, verb: str, content: dict[str, object], body: TaskBody) -> None:
    closed = replace(task, state=state, role=None, due_on=None, closed_at=work.at, body=asdict(body))
    change_case(work, closed, verb, content)


def _role_above(rank: int, least: str) -> str:
    """Return the least senior role that is above `rank` and not under `least`; head office where nobody is."""
    above = (role for role in ROLES if RANKS[role] > min(rank, HEAD_OFFICE - 1) and RANKS[role] >= RANKS[least])
    return next(above)


def _said(proposed: Sequence[ProposedFinding]) -> Text:
    return Text("; ".join(one.label["en"] for one in proposed), "；".join(one.label["zh"] for one in proposed))
