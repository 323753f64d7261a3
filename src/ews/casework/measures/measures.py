"""Measures: what is decided while the customer still pays: keep, reduce, freeze drawing, relief, ... (policy data).

States  proposed → approved or refused by a second, more senior person → done, with evidence in words and, where there
        are any, photos and scans that were handed in with checks of the borrower
Cause   every measure names the cause of the trouble, and what was learnt once done: both are there for the next
        application (`ews.casework.measures.lessons`)
Red     nothing that cuts credit is proposed or approved while a red warning of the borrower waits to be verified, nor
        where all that is open was found false: then nothing justifies the cut
Amount  up to the policy's multiple of the exposure, where that is known
Waiting by the policy's day, relief soonest; late, it goes up (`ews.casework.approvals.waiting`)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from pydantic import TypeAdapter

from ews.casework.approvers import require_approver
from ews.casework.checks.body import KIND as CHECK
from ews.casework.checks.body import body_of as check_body_of
from ews.casework.desk import Desk, Work, at_version, at_work, case_for, change_case, open_case
from ews.casework.measures.bounds import check_amount, refuse_unfounded
from ews.casework.rights import FIELD, require
from ews.casework.subject import draft_about, subject_of
from ews.casework.written import not_past, written
from ews.domain.errors import RequestError, TransitionError
from ews.domain.people import Actor, Role
from ews.domain.text import sentence
from ews.policy.casework import Measure
from ews.store.cases import Case, CaseFilter, find_cases

KIND = "measure"
LARGEST_FEN = 2**53 - 1
"""What every reader of JSON holds without rounding."""


@dataclass(frozen=True, slots=True)
class MeasureDraft:
    """What somebody proposes; `amount_fen` and `until` are terms that not every measure has.

    `warning_id` names the warning that it answers, where there is one.
    """

    measure: str
    cause: str
    reason: str
    amount_fen: int | None = None
    until: date | None = None
    warning_id: str | None = None


@dataclass(frozen=True, slots=True)
class MeasureBody:
    """`proposed_rank` is the seniority of who proposed; `approver` the least senior role that may approve.

    `escalations` are the roles that it went to while it waits too long, `late_since` the first day that was missed.
    """

    measure: str
    cause: str
    reason: str
    amount_fen: int | None
    until: date | None
    warning_id: str | None
    cuts_credit: bool
    gives_credit: bool
    approver: str
    proposed_by: str
    proposed_rank: int
    decided_by: str | None = None
    decided_on: date | None = None
    decision_reason: str | None = None
    done_by: str | None = None
    done_on: date | None = None
    evidence: str | None = None
    learnt: str | None = None
    evidence_files: tuple[str, ...] = ()
    escalations: tuple[str, ...] = ()
    late_since: date | None = None


_BODY = TypeAdapter(MeasureBody)


def body_of(case: Case) -> MeasureBody:
    return _BODY.validate_python(case.body)


def propose(
    desk: Desk,
    actor: Actor,
    borrower_id: str,
    draft: MeasureDraft,
    *,
    portfolio: str | None = None,
    request_id: str | None = None,
) -> Case:
    """Propose a measure for a borrower; it waits for the role that the policy names.

    RequestError where a term cannot be used, TransitionError where a red warning has to be verified first.
    """
    standing = subject_of(desk.store, actor, borrower_id, portfolio).standing
    require(actor, FIELD, sentence("propose a measure"))
    with at_work(desk, actor, "measure.propose", borrower_id, request_id=request_id) as work:
        measure = _measure(work, draft.measure)
        body = _checked(work, draft, measure, standing.exposure_fen)
        due_on = work.calendar.after(work.today, measure.decide_days)
        waiting = draft_about(standing, KIND, "proposed", role=body.approver, due_on=due_on)
        if draft.warning_id is not None:
            _check_warning(work, draft.warning_id, waiting)
        refuse_unfounded(work, waiting, body.measure, cuts=body.cuts_credit)
        content = _BODY.dump_python(body, mode="json")
        opened = open_case(work, replace(waiting, level=standing.level, body=content), "propose", _told(content))
        assert opened is not None  # noqa: S101 - only drafts with `same_as` are refused
        return opened


def approve(
    desk: Desk,
    actor: Actor,
    case_id: str,
    *,
    version: int,
    reason: str | None = None,
    request_id: str | None = None,
) -> Case:
    """Let a proposed measure be carried out; errors as in `propose`, and for who may not decide on it."""
    with at_work(desk, actor, "measure.approve", case_id, request_id=request_id) as work:
        case, body = _in_state(work, case_id, version, "proposed")
        require_approver(actor, body.approver, [body.proposed_by], body.proposed_rank, sentence("approve the measure"))
        refuse_unfounded(work, case, body.measure, cuts=body.cuts_credit)
        note = None if reason is None else written(reason, sentence("reason"))
        decided = replace(body, decided_by=actor.user_id, decided_on=work.today, decision_reason=note)
        return _changed(work, case, decided, "approved", "approve", role=Role.OFFICER.value, reason=note)


def refuse(desk: Desk, actor: Actor, case_id: str, *, version: int, reason: str, request_id: str | None = None) -> Case:
    """Close a proposed measure that shall not be carried out."""
    with at_work(desk, actor, "measure.refuse", case_id, request_id=request_id) as work:
        case, body = _in_state(work, case_id, version, "proposed")
        require_approver(actor, body.approver, [body.proposed_by], body.proposed_rank, sentence("refuse the measure"))
        note = written(reason, sentence("reason"))
        decided = replace(body, decided_by=actor.user_id, decided_on=work.today, decision_reason=note)
        return _changed(work, case, decided, "refused", "refuse", reason=note)


def finish(
    desk: Desk,
    actor: Actor,
    case_id: str,
    *,
    version: int,
    evidence: str,
    learnt: str | None = None,
    files: Sequence[str] = (),
    request_id: str | None = None,
) -> Case:
    """Record that an approved measure was carried out, by what evidence, and what was learnt.

    `files` are SHA-256 of files of the borrower's checks; RequestError for one that was handed in with none of them.
    """
    with at_work(desk, actor, "measure.done", case_id, request_id=request_id) as work:
        case, body = _in_state(work, case_id, version, "approved")
        require(actor, FIELD, sentence("record that a measure was carried out"))
        shown = written(evidence, sentence("evidence"))
        lesson = None if learnt is None else written(learnt, sentence("lesson"))
        named = _files(work, case, files)
        done = replace(
            body, done_by=actor.user_id, done_on=work.today, evidence=shown, learnt=lesson, evidence_files=named
        )
        return _changed(work, case, done, "done", "done", evidence=shown, learnt=lesson, evidence_files=named or None)


def _files(work: Work, case: Case, files: Sequence[str]) -> tuple[str, ...]:
    """Return the files once each; RequestError for one that no check of the borrower has."""
    named = tuple(dict.fromkeys(files))
    wanted = CaseFilter((CHECK,), portfolio=case.portfolio, borrower_id=case.borrower_id)
    known = (
        {one for check in find_cases(work.connection, wanted) for one in check_body_of(check).hashes}
        if named
        else set()
    )
    strange = [one for one in named if one not in known]
    if strange:
        message = sentence(
            "No file '{file}' was handed in with a check of borrower '{borrower_id}'. Hand it in with POST "
            "/v1/evidence, or name a file that a check lists.",
            file=strange[0][:100],
            borrower_id=case.borrower_id,
        )
        raise RequestError(message)
    return named


def _checked(work: Work, draft: MeasureDraft, measure: Measure, exposure_fen: int | None) -> MeasureBody:
    causes = [cause.code for cause in work.policy.casework_on(work.today).causes]
    if draft.cause not in causes:
        listed = tuple(f"'{one}'" for one in causes)
        message = sentence(
            "The policy knows no cause '{cause}'. Give one of {causes}.", cause=draft.cause, causes=listed
        )
        raise RequestError(message)
    if draft.amount_fen is not None and not 0 < draft.amount_fen <= LARGEST_FEN:
        message = sentence(
            "The amount is {amount_fen} fen. Give more than 0, or no amount where the measure has none.",
            amount_fen=draft.amount_fen,
        )
        raise RequestError(message)
    if draft.amount_fen is not None and exposure_fen is not None:
        check_amount(draft.amount_fen, measure, exposure_fen)
    if draft.until is not None:
        not_past(draft.until, work.today, sentence("last day of the measure"))
    return MeasureBody(
        measure=measure.code,
        cause=draft.cause,
        reason=written(draft.reason, sentence("reason")),
        amount_fen=draft.amount_fen,
        until=draft.until,
        warning_id=draft.warning_id,
        cuts_credit=measure.cuts_credit,
        gives_credit=measure.gives_credit,
        approver=measure.approver,
        proposed_by=work.actor.user_id,
        proposed_rank=work.actor.seniority,
    )


def _measure(work: Work, code: str) -> Measure:
    casework = work.policy.casework_on(work.today)
    found = casework.measure(code)
    if found is None:
        listed = tuple(f"'{one.code}'" for one in casework.measures)
        message = sentence(
            "The policy knows no measure '{measure}'. Give one of {measures}.", measure=code, measures=listed
        )
        raise RequestError(message)
    return found


def _check_warning(work: Work, warning_id: str, about: Case) -> None:
    """Refuse a warning of another borrower, or none at all."""
    warning = case_for(work, warning_id, "warning")
    if (warning.portfolio, warning.borrower_id) != (about.portfolio, about.borrower_id):
        message = sentence(
            "Warning '{warning_id}' is not one of borrower '{borrower_id}'. Name one of this borrower's.",
            warning_id=warning_id,
            borrower_id=about.borrower_id,
        )
        raise RequestError(message)


def _in_state(work: Work, case_id: str, version: int, state: str) -> tuple[Case, MeasureBody]:
    case = at_version(case_for(work, case_id, KIND), version)
    if case.state != state:
        message = sentence(
            "Measure '{case_id}' is {state}; this is done with one that is {wanted_state}. Read it again.",
            case_id=case_id,
            state=case.state,
            wanted_state=state,
        )
        raise TransitionError(message)
    return case, body_of(case)


def _changed(
    work: Work, case: Case, body: MeasureBody, state: str, verb: str, *, role: str | None = None, **content: object
) -> Case:
    closed = None if role is not None else work.at
    content_of = _BODY.dump_python(replace(body, escalations=(), late_since=None), mode="json")
    changed = replace(case, state=state, role=role, due_on=None, closed_at=closed, body=content_of)
    return change_case(work, changed, verb, {name: value for name, value in content.items() if value is not None})


def _told(content: dict[str, object]) -> dict[str, object]:
    """Return what who proposed has said, without what is still to come."""
    return {name: value for name, value in content.items() if value is not None}
