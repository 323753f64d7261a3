"""What somebody may do with a check now: what its acts would not refuse; the acts themselves decide in the end.

Verbs   save, submit, cancel, take-over; approve-findings, refuse-findings; correct, which begins a new check
"""

from sqlalchemy import Connection

from ews.casework.approvers import require_approver
from ews.casework.checks.body import DRAFT, SUBMITTED, CheckBody
from ews.casework.checks.proposed_findings import APPROVE, REFUSE
from ews.casework.rights import FIELD, SENIOR
from ews.domain.errors import ForbiddenError, SecondPersonError
from ews.domain.people import HEAD_OFFICE, Actor
from ews.domain.text import sentence
from ews.policy.casework import FindingTerms
from ews.store.cases import Case, acts_of

SAVE, SUBMIT, CANCEL, TAKE_OVER, CORRECT = "save", "submit", "cancel", "take-over", "correct"


def may_now(connection: Connection, actor: Actor, case: Case, body: CheckBody, terms: FindingTerms) -> frozenset[str]:
    """Return the verbs; `terms` are those of today."""
    if actor.is_machine or not actor.roles & FIELD:
        return frozenset()
    if case.state == DRAFT:
        if case.assignee == actor.user_id:
            return frozenset({SAVE, SUBMIT, CANCEL})
        is_senior = bool(actor.roles & SENIOR) and actor.seniority > min(body.author_rank, HEAD_OFFICE - 1)
        return frozenset({CANCEL, TAKE_OVER}) if is_senior else frozenset()
    verbs = {CORRECT} if case.state == SUBMITTED else set()
    if _decides(connection, actor, case, body, terms):
        verbs |= {APPROVE, REFUSE}
    return frozenset(verbs)


def _decides(connection: Connection, actor: Actor, case: Case, body: CheckBody, terms: FindingTerms) -> bool:
    """Tell whether the actor may decide on what the check found and nobody has approved yet."""
    waiting = [one for one in body.proposed if one.waits]
    if not waiting or not actor.roles & SENIOR:
        return False
    acts = acts_of(connection, [case.case_id])
    took_part = {act.user_id for act in acts if act.verb not in {APPROVE, REFUSE}} | {one.author for one in waiting}
    try:
        require_approver(
            actor, terms.approver, took_part, max(one.rank for one in waiting), sentence("decide on the findings")
        )
    except (ForbiddenError, SecondPersonError):
        return False
    return True
