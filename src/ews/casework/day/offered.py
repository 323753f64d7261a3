"""Offered: what one person may do with a case now, beyond what its state allows; pages show no more than this.

Reads    the case, for an approval the case that it is about; nothing else, so that a page costs no query for it
Sure     of state, role, seniority and second persons; what only the book or other cases tell, the act itself refuses
Order    what usually comes next first
"""

from collections.abc import Callable, Mapping

from ews.casework.approvers import ANYBODY, RANKS, reaches, require_approver, require_rank
from ews.casework.checks.body import DRAFT
from ews.casework.checks.body import body_of as check_of
from ews.casework.checks.proposed_findings import proposed_of
from ews.casework.contacts.contact import ContactBody
from ews.casework.day.work_list import next_verbs
from ews.casework.measures import measures
from ews.casework.overrides import body as overrides
from ews.casework.rights import FIELD, SENIOR, require_second
from ews.casework.tasks.task import APPROVAL, OPEN, TaskBody
from ews.casework.warnings.body import body_of as warning_of
from ews.casework.warnings.deadlines import REPORT, Terms, running
from ews.casework.watch_list import body_of as watch_of
from ews.casework.words import HEAD_OFFICE as HEAD_OFFICE_ROLE
from ews.domain.errors import ForbiddenError, SecondPersonError
from ews.domain.people import HEAD_OFFICE, Actor
from ews.domain.text import sentence
from ews.store.cases import Case

APPROVE_FINDINGS, REFUSE_FINDINGS = "approve-findings", "refuse-findings"
_Verbs = tuple[str, ...]


def offered(actor: Actor, case: Case, terms: Terms, source: Case | None = None) -> _Verbs:
    """Return what the actor may do with a case now; `source` is the case whose findings a task has approved."""
    of_kind = _OF_KIND.get(case.kind)
    if of_kind is None or actor.is_machine or not actor.roles & FIELD or not actor.sees(case.branch_id):
        return ()
    return of_kind(actor, case, terms, source)


def _of_warning(actor: Actor, case: Case, terms: Terms, _source: Case | None) -> _Verbs:
    body = warning_of(case)
    verbs = next_verbs(actor, case, terms)
    _, due = min(running(case.state, body), default=(None, None))
    return tuple(sorted(verbs, key=lambda verb: not (verb == due == REPORT)))


def _of_task(actor: Actor, case: Case, terms: Terms, source: Case | None) -> _Verbs:
    body = TaskBody.of(case)
    if case.state != OPEN:
        return _on_findings(actor, case, terms)
    if body.type == APPROVAL:
        return () if source is None else _on_findings(actor, source, terms)
    done = ("done",) if reaches(actor, body.role) else ()
    above = min(RANKS[body.role], HEAD_OFFICE - 1)
    cancel = ("cancel",) if actor.roles & SENIOR and actor.seniority > above else ()
    return (*done, *cancel)


def _of_check(actor: Actor, case: Case, terms: Terms, _source: Case | None) -> _Verbs:
    if case.state != DRAFT:
        return _on_findings(actor, case, terms)
    if case.assignee == actor.user_id:
        return ("cancel",)
    above = min(check_of(case).author_rank, HEAD_OFFICE - 1)
    return ("take-over", "cancel") if actor.roles & SENIOR and actor.seniority > above else ()


def _on_findings(actor: Actor, case: Case, terms: Terms) -> _Verbs:
    """Return what may be done with findings of a check or task that wait for a second person."""
    waiting = [one for one in proposed_of(case) if one.waits]
    if not waiting or not actor.roles & SENIOR:
        return ()
    approver = terms.policy.casework_on(terms.today).findings.approver
    first, rank = {one.author for one in waiting}, max(one.rank for one in waiting)
    may = _passes(lambda: require_approver(actor, approver, first, rank, sentence("decide")))
    return (APPROVE_FINDINGS, REFUSE_FINDINGS) if may else ()


def _of_contact(actor: Actor, case: Case, _terms: Terms, _source: Case | None) -> _Verbs:
    body = ContactBody.of(case)
    if not case.is_open:
        return ()
    if case.state == "begun":
        return ("end",) if body.by == actor.user_id else ()
    return ("review",) if actor.roles & SENIOR and body.by != actor.user_id else ()


def _of_measure(actor: Actor, case: Case, _terms: Terms, _source: Case | None) -> _Verbs:
    if case.state == "approved":
        return ("done",)
    if case.state != "proposed":
        return ()
    body = measures.body_of(case)
    may = _passes(
        lambda: require_approver(actor, body.approver, [body.proposed_by], body.proposed_rank, sentence("decide"))
    )
    return ("approve", "refuse") if may else ()


def _of_override(actor: Actor, case: Case, terms: Terms, _source: Case | None) -> _Verbs:
    body = overrides.body_of(case)
    first = [body.author]
    if case.state == "proposed":
        approver = body.approver or HEAD_OFFICE_ROLE
        may = _passes(lambda: require_approver(actor, approver, first, body.author_rank, sentence("decide")))
        return ("approve", "refuse") if may else ()
    if case.state != "approved":
        return ()
    note = case.role is not None and _passes(lambda: _require_noter(actor, str(case.role), body.author))
    improves = any(body.tier.rank > one.initial.rank for one in body.original)
    better = terms.policy.casework_on(terms.today).overrides.better_approver
    end = not improves or _passes(lambda: require_approver(actor, better, first, body.author_rank, sentence("end")))
    return (*(("note",) if note else ()), *(("end",) if end else ()))


def _require_noter(actor: Actor, role: str, author: str) -> None:
    require_second(actor, [author], sentence("take note"), above=ANYBODY)
    require_rank(actor, role, sentence("take note"))


def _of_watch(actor: Actor, case: Case, _terms: Terms, _source: Case | None) -> _Verbs:
    if not case.is_open:
        return ()
    body = watch_of(case)
    off = _passes(lambda: require_second(actor, [body.listed_by, body.owner], sentence("take off"), above=ANYBODY))
    return ("review", "off") if off and actor.roles & SENIOR else ("review",)


def _passes(check: Callable[[], None]) -> bool:
    """Tell whether an act's own check of persons lets the actor pass."""
    try:
        check()
    except (ForbiddenError, SecondPersonError):
        return False
    return True


_OF_KIND: Mapping[str, Callable[[Actor, Case, Terms, Case | None], _Verbs]] = {
    "warning": _of_warning,
    "task": _of_task,
    "check": _of_check,
    "contact": _of_contact,
    "measure": _of_measure,
    "override": _of_override,
    "watch": _of_watch,
}
