"""Batches of borrowers with the signals that a test wants, published and taken in."""

import itertools
from datetime import date
from typing import Any

from ews.casework.desk import Desk
from ews.casework.warnings.allowed import may_now
from ews.casework.warnings.body import body_of
from ews.casework.warnings.deadlines import terms_on
from ews.casework.warnings.intake import take_in
from ews.domain.decisions import Held
from ews.domain.levels import WarningLevel, worst_level
from ews.domain.raised import Raised
from ews.store.cases import Case, CaseFilter, acts_of, find_case, find_cases
from ews.store.engine import reading
from ews.store.publications import DecisionRow
from tests.store.samples import decision, published

MAY, JUNE, JULY, AUGUST = date(2026, 5, 31), date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31)
SMALL, LARGE = 3_000_000, 80_000_000
"""Exposures in fen, below and above 500,000 CNY."""

LEVELS = {
    "GRADE_RED": "red",
    "GRADE_ORANGE": "orange",
    "BULLET_UNFUNDED": "orange",
    "LATE_ELSEWHERE": "orange",
    "DEFAULTED": "red",
    "BALANCE_THIN": "yellow",
    "BALANCE_GONE": "yellow",
    "PRIVATE_MONEY": "yellow",
    "OVERDUE_NOW": "yellow",
    "OVERDUE_NOW_30": "orange",
}
_KINDS = {"GRADE_RED": "standing", "GRADE_ORANGE": "standing", "DEFAULTED": "standing"}
_NUMBERS = itertools.count(1)


def held(code: str, since: date = JUNE, state: str = "holds") -> Held:
    return Held(_KINDS.get(code, "signal"), code, LEVELS[code], {}, state, since)


def borrower(borrower_id: str, *signals: Held, waiting: tuple[str, ...] = (), until: date = JUNE, **changed: Any):
    """Return a decision row; codes of `waiting` wait until a day."""
    level = worst_level(WarningLevel(one.gives) for one in signals)
    raised = Raised(waiting, "officer-1", until, 1, is_waiting=True) if waiting else None
    usual = {"level": level, "exposure_fen": SMALL, "raised": raised, **changed}
    return DecisionRow.of(decision(borrower_id, held=signals, **usual))


def batch(desk: Desk, *rows: DecisionRow, as_of: date = JUNE, portfolio: str = "sme", policy=None):
    """Publish a batch decided by the policy of the desk, and take it in."""
    policy = policy or desk.policy_on(as_of)
    number = next(_NUMBERS)
    published(desk.store, f"batch-{number:04d}", rows, as_of=as_of, portfolio=portfolio, policy_hash=policy.hash)
    return again(desk)


def again(desk: Desk):
    policy = desk.policy_on(JUNE)
    return take_in(desk, {policy.hash: policy}.get)


def warnings(desk: Desk, **wanted: Any) -> tuple[Case, ...]:
    with reading(desk.store) as connection:
        return find_cases(connection, CaseFilter(kinds={"warning"}, **wanted))


def only(desk: Desk, **wanted: Any) -> Case:
    (case,) = warnings(desk, **wanted)
    return case


def now(desk: Desk, case: Case) -> Case:
    with reading(desk.store) as connection:
        return find_case(connection, case.case_id)


def verbs(desk: Desk, case: Case) -> list[str]:
    with reading(desk.store) as connection:
        return [act.verb for act in acts_of(connection, [case.case_id])]


def last_act(desk: Desk, case: Case):
    with reading(desk.store) as connection:
        return acts_of(connection, [case.case_id])[-1]


def may(desk: Desk, case: Case) -> tuple[str, ...]:
    """Return what may be done with the warning on the desk's day."""
    today = desk.now().date()
    return may_now(case, body_of(case), terms_on(desk.policy_on(today), today))


def gone(case: Case) -> dict[str, int]:
    return {note.code: note.gone_observations for note in body_of(case).signals}
