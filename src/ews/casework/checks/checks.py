"""Checks (贷后检查): a form about a borrower, begun with what the book knows, filled in, submitted once.

Life    draft → submitted, or cancelled with a reason; a submitted check is never changed: a correction is a new check
        that names the old one, which is then `corrected`, and its findings give way from the day of the correction
Form    the one of the policy in force on the day the check was begun
Gives   one finding per answer that the policy makes one: found on the day of the check, known from the day of entry;
        what takes a second person is known from the day of its approval (`proposed_findings`)
Once    who has an open draft of a form about a borrower, or its loan, goes on with that one
Author  who began a draft fills it in and submits it (`check_draft`); what is doubted about it goes to the branch
        manager's list
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from ews.casework.checks.answers import Fault, FaultyFormError, day_fault, read_answers
from ews.casework.checks.body import (
    DRAFT,
    KIND,
    SUBMITTED,
    CheckBody,
    write_body,
    write_flag,
)
from ews.casework.checks.draft import open_draft, own_draft, require_author
from ews.casework.checks.links import as_corrected, check_loan, check_task, give_way
from ews.casework.checks.outcome import outcome_of, quality_limits
from ews.casework.checks.prefill import FactsOf, known_for, prefilled
from ews.casework.checks.proposed_findings import await_approval, keep_findings
from ews.casework.desk import Desk, Work, at_work, change_case, open_case
from ews.casework.subject import draft_about, subject_of
from ews.domain.errors import FormError
from ews.domain.people import Actor, Role
from ews.domain.text import sentence
from ews.policy.forms import Form
from ews.store.cases import Case


@dataclass(frozen=True, slots=True)
class Begin:
    """What a check is to be about; `corrects` names a submitted check of the same form about the same borrower."""

    form: str
    loan_id: str | None = None
    task_id: str | None = None
    corrects: str | None = None


def begin_check(
    desk: Desk,
    actor: Actor,
    borrower_id: str,
    begin: Begin,
    *,
    facts_of: FactsOf,
    portfolio: str | None = None,
    request_id: str | None = None,
) -> Case:
    """Open a draft that is filled in as far as the book can; a correction begins with the answers that it corrects.

    Where the actor has an open draft of the form about the same already, that one is returned as it is.
    FormError for a form, loan, task or check that does not go with the borrower.
    """
    require_author(actor)
    found = subject_of(desk.store, actor, borrower_id, portfolio)
    book = facts_of(found.standing.portfolio, borrower_id)
    content = {"form": begin.form, "loan_id": begin.loan_id, "task_id": begin.task_id, "corrects": begin.corrects}
    with at_work(desk, actor, "check.begin", borrower_id, request_id=request_id, content=content) as work:
        form = form_of(desk, begin.form, work.today)
        check_loan(form, begin.loan_id, found)
        check_task(work, begin.task_id, found)
        open_ = open_draft(work, found.standing, form.code, begin.loan_id, begin.corrects)
        if open_ is not None:
            return open_
        known = known_for(form, found.record, begin.loan_id, book)
        fields = prefilled(form, known, work.today)
        body = CheckBody(
            form.code,
            work.today,
            loan_id=begin.loan_id,
            task_id=begin.task_id,
            author_rank=actor.seniority,
            answers={name: one.value for name, one in fields.items()},
            known=known,
            prefilled=fields,
        )
        if begin.corrects is not None:
            body = as_corrected(work, begin.corrects, found, body)
        draft = draft_about(found.standing, KIND, DRAFT, role=Role.OFFICER.value, assignee=actor.user_id)
        opened = open_case(work, replace(draft, body=write_body(body)), "begin", content)
        assert opened is not None  # noqa: S101 - only a case with `same_as` can exist already
        return opened


def save_check(
    desk: Desk,
    actor: Actor,
    case_id: str,
    *,
    version: int,
    answers: Mapping[str, Any],
    why_empty: Mapping[str, str],
    done_on: date | None,
    request_id: str | None = None,
) -> Case:
    """Keep what is filled in so far in place of what was kept before; FaultyFormError for what can never be right."""
    with at_work(desk, actor, "check.save", case_id, request_id=request_id) as work:
        case, body = own_draft(work, case_id, version)
        form = form_of(desk, body.form, body.began_on)
        faults = [] if done_on is None else [_day_fault(work, body, done_on)]
        kept = _filled(form, body, answers, why_empty, work.today, faults=faults, complete=False)
        due_on = None if done_on is None else work.calendar.after(done_on, quality_limits(work).entry_days)
        content = {"answers": kept.answers, "why_empty": kept.why_empty, "done_on": done_on}
        body = replace(kept, done_on=done_on)
        return change_case(work, replace(case, due_on=due_on, body=write_body(body)), "save", content)


def submit_check(desk: Desk, actor: Actor, case_id: str, *, version: int, request_id: str | None = None) -> Case:
    """Submit a draft: its answers become findings, and what is doubted about it is kept with it.

    FaultyFormError with all that is wrong or missing.
    """
    with at_work(desk, actor, "check.submit", case_id, request_id=request_id) as work:
        case, draft = own_draft(work, case_id, version)
        form = form_of(desk, draft.form, draft.began_on)
        faults = [_day_fault(work, draft, draft.done_on)]
        body = _filled(form, draft, draft.answers, draft.why_empty, work.today, faults=faults, complete=True)
        done_on = body.done_on or work.today
        came = outcome_of(work, case, form, body, done_on)
        flags, findings, proposed = came.flags, came.findings, came.proposed
        body = replace(body, flags=flags, entered_on=work.today, entered_by=actor.user_id, proposed=proposed)
        content = {
            "answers": body.answers,
            "why_empty": body.why_empty,
            "done_on": done_on,
            "flags": [write_flag(flag) for flag in flags],
            "findings": [finding.finding_id for finding in findings],
            "to_approve": [one.field for one in proposed],
        }
        if body.corrects is not None:
            give_way(work, body.corrects, case.case_id)
        submitted = replace(
            case,
            state=SUBMITTED,
            role=Role.BRANCH_MANAGER.value if flags else None,
            due_on=None,
            closed_at=work.at,
            body=write_body(body),
        )
        stored = change_case(work, submitted, "submit", content)
        keep_findings(work, findings)
        await_approval(work, stored, proposed)
        return stored


def form_of(desk: Desk, code: str, day: date) -> Form:
    """Return the form of the policy in force on `day`; FormError where it has none of that code."""
    forms = desk.policy_on(day).forms_on(day)
    form = forms.form(code)
    if form is None:
        message = sentence(
            "The policy has no form '{form}' on {day}; its forms are {forms}. Name one of them.",
            form=code,
            day=day,
            forms=tuple(forms.codes),
        )
        raise FormError(message)
    return form


def _filled(
    form: Form,
    body: CheckBody,
    answers: Mapping[str, Any],
    why_empty: Mapping[str, str],
    today: date,
    *,
    faults: list[Fault | None],
    complete: bool,
) -> CheckBody:
    """Return the body with the answers; FaultyFormError with all faults of them and `faults`."""
    told = [fault for fault in faults if fault is not None]
    try:
        filled = read_answers(form, answers, why_empty, today=today, files=body.hashes, complete=complete)
    except FaultyFormError as error:
        raise FaultyFormError(form.code, (*told, *error.faults)) from None
    if told:
        raise FaultyFormError(form.code, told)
    return replace(body, answers=filled.answers, why_empty=filled.why_empty)


def _day_fault(work: Work, body: CheckBody, done_on: date | None) -> Fault | None:
    """Return what is wrong with the day; a correction may keep the one that it corrects, however long ago that is."""
    keeps = body.corrects is not None and done_on == body.done_on
    oldest = timedelta(days=work.policy.casework_on(work.today).checks.oldest_days)
    return day_fault(done_on, work.today, first=None if keeps else work.today - oldest)
