"""Lifted: whether a good word of a check would lift something, or only says once more that nothing is wrong.

Lifts   where the newest finding of its field on the borrower, or on one of its loans, burdens; where one waits for
        approval; where the newest decision has the borrower non-performing, restructured, listed or in a cure; and
        where nobody can say, because the newest batch does not have the borrower
Else    the word counts at once: it cannot lift what comes later (`ews.policy.findings.EASY` says why)
"""

from collections.abc import Collection

from sqlalchemy import Connection, select

from ews.casework.desk import Work
from ews.casework.tasks.task import APPROVAL, KIND, TaskBody
from ews.domain.decisions import Decision, LoanDecision
from ews.policy.findings import EASY
from ews.store.batches import ranked
from ews.store.cases import Case, CaseFilter, find_cases
from ews.store.findings import Finding, findings_of_borrower
from ews.store.kept_records import kept_record
from ews.store.tables import decisions

HELD_AGAINST = ("listed_default", "restructured", "restructured_again", "was_non_performing")
"""Facts of a loan for which the law asks more than payment, told by the rules that ask them."""


def would_lift(work: Work, case: Case, found: Collection[Finding]) -> frozenset[str]:
    """Return the fields of `found` in which a good word would lift something."""
    fields = frozenset(one.field for one in found if one.value in EASY.get(one.field, ()))
    if not fields or _is_held_against(work.connection, str(case.portfolio), str(case.borrower_id)):
        return fields
    return frozenset(fields & (_burdened(work, case) | _awaited(work, case)))


def _is_held_against(connection: Connection, portfolio: str, borrower_id: str) -> bool:
    view = ranked()
    query = (
        select(view.c.publication)
        .join_from(decisions, view, decisions.c.publication == view.c.publication)
        .where(view.c.age == 1, view.c.portfolio == portfolio, decisions.c.borrower_id == borrower_id)
    )
    publication = connection.execute(query).scalar()
    record = None if publication is None else kept_record(connection, publication, borrower_id)
    if record is None:
        return True
    decision = Decision.from_json(record)
    return decision.in_default or decision.tier.non_performing or any(map(_is_bad, decision.loans))


def _is_bad(loan: LoanDecision) -> bool:
    told = {name for held in loan.held for name in HELD_AGAINST if held.inputs.get(name) is True}
    return bool(told or loan.carried) or loan.tier.non_performing


def _burdened(work: Work, case: Case) -> frozenset[str]:
    """Return the fields whose newest finding on the borrower or on a loan burdens."""
    rows = findings_of_borrower(work.connection, str(case.portfolio), str(case.borrower_id))
    replaced = {one.corrects for one in rows}
    standing = [one for one in rows if one.value is not None and one.finding_id not in replaced]
    newest: dict[tuple[str, str | None], Finding] = {}
    for one in sorted(standing, key=lambda row: (row.found_on, row.known_on, row.finding_id)):
        newest[one.field, one.loan_id] = one
    return frozenset(one.field for one in newest.values() if one.value not in EASY.get(one.field, ()))


def _awaited(work: Work, case: Case) -> frozenset[str]:
    """Return the fields of which a finding on the borrower waits for approval."""
    wanted = CaseFilter(kinds=(KIND,), portfolio=case.portfolio, borrower_id=case.borrower_id, is_open=True)
    tasks = [TaskBody.of(one) for one in find_cases(work.connection, wanted)]
    return frozenset(name for one in tasks if one.type == APPROVAL for name in one.terms["fields"])
