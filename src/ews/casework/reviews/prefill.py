"""Prefill of the quarterly form: what batch, checks and casework say of each borrower, so that nobody types it again.

Reads   the records of the batch; cases and findings of the quarter
Window  from the first day of the quarter until the day the form is prepared
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from ews.casework.overrides.originals import loans_of
from ews.casework.reviews.form import (
    FindingLine,
    Line,
    LoanLine,
    Monitoring,
    Provisions,
    Quarter,
    ReviewBody,
)
from ews.domain.decisions import Decision, LoanDecision
from ews.store.cases import Case, to_case
from ews.store.tables import cases, findings

_KINDS: Mapping[str, str] = {"warning": "kind", "measure": "measure", "check": "form", "contact": "party"}
"""Kinds of case that the form lists, with the field of the body that tells what each is."""

_SIGNALS = "signal"


def prefilled(
    connection: Connection,
    records: Sequence[Decision],
    quarter: Quarter,
    today: date,
    approvers: Sequence[str],
) -> Mapping[str, ReviewBody]:
    """Return the bodies of the forms of borrowers of one portfolio, by borrower, from the records of one batch."""
    ids = [record.borrower_id for record in records]
    portfolio = records[0].portfolio if records else ""
    listed = _cases_of(connection, portfolio, ids)
    found = _findings_of(connection, portfolio, ids, quarter.first, today)
    return {
        record.borrower_id: _body(
            record,
            _monitoring(record, listed.get(record.borrower_id, []), found.get(record.borrower_id, []), quarter.first),
            quarter,
            approvers,
        )
        for record in records
    }


def _body(record: Decision, monitoring: Monitoring, quarter: Quarter, approvers: Sequence[str]) -> ReviewBody:
    return ReviewBody(
        quarter=quarter.name,
        batch_id=record.batch_id,
        as_of=record.as_of,
        name=record.name,
        pd=record.pd,
        grade=record.grade,
        tier=record.tier,
        monitoring=monitoring,
        loans=tuple(
            LoanLine(original, loan.product, loan.balance_fen, loan.dpd, _provisions([loan]))
            for original, loan in zip(loans_of(record), record.loans, strict=True)
        ),
        provisions=_provisions(record.loans),
        approvers=tuple(approvers),
    )


def _monitoring(record: Decision, listed: Sequence[Case], found: Sequence[FindingLine], first: date) -> Monitoring:
    open_ones = [case for case in listed if case.is_open]
    recent = [case for case in listed if case.opened_at is not None and case.opened_at.date() >= first]
    return Monitoring(
        level=record.level,
        signals=tuple(sorted({held.code for held in record.held if held.kind == _SIGNALS})),
        warnings=_lines(open_ones, "warning"),
        measures=_lines(open_ones, "measure"),
        checks=_lines(recent, "check"),
        contacts=_lines(recent, "contact"),
        findings=tuple(found),
    )


def _lines(listed: Iterable[Case], kind: str) -> tuple[Line, ...]:
    return tuple(_line(case) for case in listed if case.kind == kind)


def _line(case: Case) -> Line:
    assert case.opened_at is not None  # noqa: S101 - it comes from the store
    on = case.body.get("done_on") or case.opened_at.date().isoformat()
    what, verdict = case.body.get(_KINDS[case.kind]), case.body.get("verdict")
    return Line(case.case_id, what, case.state, date.fromisoformat(on[:10]), case.level, verdict)


def _provisions(loans: Iterable[LoanDecision]) -> Provisions:
    rows = list(loans)
    return Provisions(
        expected_loss_fen=_sum(loan.expected_loss_fen for loan in rows),
        general_fen=_sum(loan.provision_general_fen for loan in rows),
        specific_fen=_sum(loan.provision_specific_fen for loan in rows),
        standard_fen=_sum(loan.provision_standard_fen for loan in rows),
    )


def _sum(parts: Iterable[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def _cases_of(connection: Connection, portfolio: str, borrower_ids: Sequence[str]) -> dict[str, list[Case]]:
    query = select(cases).where(
        cases.c.portfolio == portfolio, cases.c.borrower_id.in_(borrower_ids), cases.c.kind.in_(sorted(_KINDS))
    )
    listed: dict[str, list[Case]] = {}
    for row in connection.execute(query.order_by(cases.c.kind, cases.c.number)):
        listed.setdefault(row.borrower_id, []).append(to_case(row))
    return listed


def _findings_of(
    connection: Connection, portfolio: str, borrower_ids: Sequence[str], first: date, last: date
) -> dict[str, list[FindingLine]]:
    query: Any = select(findings).where(
        findings.c.portfolio == portfolio,
        findings.c.borrower_id.in_(borrower_ids),
        findings.c.known_on >= first,
        findings.c.known_on <= last,
    )
    found: dict[str, list[FindingLine]] = {}
    for row in connection.execute(query.order_by(findings.c.found_on, findings.c.finding_id)):
        found.setdefault(row.borrower_id, []).append(FindingLine(row.found_on, row.field, row.value, row.loan_id))
    return found
