"""Check links: the loan, the task and the earlier check that a check may name, and the findings that it leaves.

Loan    one of the borrower's in the newest decision
Task    open, about the same borrower
Correct a submitted check of the same form about the same borrower and loan, corrected by no other yet; its findings
        are replaced by those of the correction or, where it leaves a field empty, taken back
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from ews.casework.checks.answers import Fault, FaultyFormError, answer_of
from ews.casework.checks.body import CORRECTED, KIND, SUBMITTED, CheckBody, body_of, write_body
from ews.casework.checks.proposed_findings import overtake
from ews.casework.desk import Work, case_for, change_case
from ews.domain.errors import FormError, TransitionError
from ews.domain.text import sentence
from ews.policy.forms import Form, finding_of
from ews.store.cases import Case, find_case
from ews.store.findings import Finding, findings_of_case
from ews.store.standings import Found


def check_loan(form: Form, loan_id: str | None, found: Found) -> None:
    """Raise FaultyFormError where the loan is missing, or none of the borrower's in the newest decision."""
    if loan_id is None:
        if form.about == "loan":
            raise FaultyFormError(form.code, [Fault("loan_id", None, sentence("the form is about one loan; name it"))])
        return
    loans = () if found.record is None else tuple(loan.loan_id for loan in found.record.loans)
    if loan_id not in loans:
        known = (
            sentence("give one of {loans}", loans=loans) if loans else sentence("it has none there; leave the loan out")
        )
        wrong = sentence(
            "it is no loan of borrower '{borrower_id}' in the newest decision; {known}",
            borrower_id=found.standing.borrower_id,
            known=known,
        )
        raise FaultyFormError(form.code, [Fault("loan_id", repr(loan_id[:100]), wrong)])


def check_task(work: Work, task_id: str | None, found: Found) -> None:
    """Raise FormError where the task is closed or about another borrower."""
    if task_id is None:
        return
    task = case_for(work, task_id, "task")
    about = (found.standing.portfolio, found.standing.borrower_id)
    if (task.portfolio, task.borrower_id) != about or not task.is_open:
        is_same = (task.portfolio, task.borrower_id) == about
        what = sentence("is closed") if is_same else sentence("is about another borrower")
        message = sentence(
            "Task '{task_id}' {what}. Name an open task of borrower '{borrower_id}', or none.",
            task_id=task_id,
            what=what,
            borrower_id=about[1],
        )
        raise FormError(message)


def as_corrected(work: Work, corrects: str, found: Found, body: CheckBody) -> CheckBody:
    """Return the body of a correction, which begins with what was submitted before."""
    old = _submitted(work, corrects)
    before = body_of(old)
    about = (found.standing.portfolio, found.standing.borrower_id, body.form, body.loan_id)
    if (old.portfolio, old.borrower_id, before.form, before.loan_id) != about:
        of_loan = "" if before.loan_id is None else sentence(" and loan '{loan_id}'", loan_id=before.loan_id)
        message = sentence(
            "Check '{corrects}' is form '{form}' about borrower '{borrower_id}'{of_loan}; a correction is about "
            "the same. Name these, or correct another check.",
            corrects=corrects,
            form=before.form,
            borrower_id=old.borrower_id,
            of_loan=of_loan,
        )
        raise FormError(message)
    return replace(
        body,
        corrects=corrects,
        done_on=before.done_on,
        answers=before.answers,
        why_empty=before.why_empty,
        files=before.files,
    )


def give_way(work: Work, old_id: str, new_id: str) -> None:
    """Mark a check as corrected by another; what waited for approval in it waits no more."""
    old = _submitted(work, old_id)
    body = replace(body_of(old), corrected_by=new_id, proposed=overtake(work, old, new_id))
    change_case(
        work, replace(old, state=CORRECTED, role=None, body=write_body(body)), "correct", {"corrected_by": new_id}
    )


def standing_before(work: Work, corrects: str | None) -> dict[str, Finding]:
    """Return by field what was found by the check that is corrected, or by those that it took the place of.

    What the newest of them proposed and nobody approved leaves standing what was found before.
    """
    found: dict[str, Finding] = {}
    while corrects is not None:
        for one in findings_of_case(work.connection, corrects):
            found.setdefault(one.field, one)
        corrects = body_of(find_case(work.connection, corrects)).corrects
    return found


def findings_of_check(
    work: Work, case: Case, form: Form, body: CheckBody, done_on: date, before: Mapping[str, Finding]
) -> list[Finding]:
    """Return the findings of a check, all known from today; those in `before` are replaced or taken back."""
    values = {
        field.finding: value
        for field in form.fields
        if (value := finding_of(field, answer_of(field, body.answers.get(field.name)))) is not None
    }
    found = []
    for name in sorted({*before, *(name for name in values if name is not None)}):
        value, old = values.get(name), before.get(name)
        if value is None and (old is None or old.value is None):
            continue
        found.append(
            Finding(
                finding_id=f"{case.case_id}-{name}",
                portfolio=str(case.portfolio),
                borrower_id=str(case.borrower_id),
                loan_id=body.loan_id,
                found_on=done_on,
                known_on=work.today,
                field=name,
                value=value,
                author=work.actor.user_id,
                case_id=case.case_id,
                corrects=None if old is None else old.finding_id,
            )
        )
    return found


def _submitted(work: Work, case_id: str) -> Case:
    """Return a check that may be corrected: submitted, and not corrected yet."""
    case = case_for(work, case_id, KIND)
    if case.state != SUBMITTED:
        by = body_of(case).corrected_by
        instead = (
            sentence("Correct a submitted one")
            if by is None
            else sentence("Correct '{by}', which took its place", by=by)
        )
        message = sentence(
            "Check '{case_id}' is {state} and cannot be corrected. {instead}.",
            case_id=case_id,
            state=case.state,
            instead=instead,
        )
        raise TransitionError(message)
    return case
