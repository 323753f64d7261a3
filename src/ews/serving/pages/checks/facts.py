"""Facts beside a check: where the borrower stands, why, its loans, what is open about it and what was seen before.

Reads   the newest decision as the reader may see it; open warnings and tasks; the last submitted checks
Nulls   a borrower whom the reader may no longer see, or whose record is gone, has none
"""

from dataclasses import dataclass
from datetime import date

from ews.casework.checks.body import KIND, SUBMITTED, CheckBody, body_of
from ews.casework.checks.checks import form_of
from ews.casework.day.work_list import todo_text
from ews.casework.desk import Desk
from ews.casework.subject import subject_of
from ews.casework.warnings.deadlines import terms_on
from ews.domain.decisions import Decision, LoanDecision
from ews.domain.errors import FormError, PolicyError, UnknownBorrowerError
from ews.domain.levels import WarningLevel
from ews.domain.people import Actor
from ews.domain.text import Language, Text
from ews.policy.forms import Form
from ews.serving.case_sight import cases_in_sight
from ews.serving.pages.render import View
from ews.serving.services import Services
from ews.serving.sight import decision_in_sight
from ews.store.cases import Case, CaseFilter, find_cases, newest_cases
from ews.store.engine import reading
from ews.store.publications import Standing

_MOST_REASONS, _MOST_EARLIER, _MOST_OPEN = 4, 3, 6


@dataclass(frozen=True, slots=True)
class Earlier:
    """A submitted check; `summary` is the text that its form ends with."""

    case_id: str
    form: Text
    done_on: date | None
    summary: str | None


@dataclass(frozen=True, slots=True)
class Open:
    """Something that waits about the borrower."""

    case_id: str
    level: WarningLevel | None
    todo: Text
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Facts:
    standing: Standing
    headline: str | None
    reasons: tuple[str, ...]
    signals: tuple[str, ...]
    loans: tuple[LoanDecision, ...]
    open: tuple[Open, ...]
    earlier: tuple[Earlier, ...]


def facts_about(view: View, actor: Actor, borrower_id: str, portfolio: str | None, *, but: str = "") -> Facts | None:
    """Return what is known of a borrower; `but` is the check itself."""
    services = view.services
    try:
        found = subject_of(services.store, actor, borrower_id, portfolio)
    except UnknownBorrowerError:
        return None
    record = None if found.record is None else decision_in_sight(services, actor, found.record)
    own = found.standing
    return Facts(
        standing=own,
        headline=None if record is None else services.wording.headline(record, view.language),
        reasons=() if record is None else _reasons(services, record, view.language),
        signals=() if record is None else _signals(services, record, view.language),
        loans=() if record is None else record.loans,
        open=_open(services, actor, own),
        earlier=tuple(_earlier(services.desk, one) for one in _before(services, own) if one.case_id != but),
    )


def form_or_none(desk: Desk, body: CheckBody) -> Form | None:
    """Return the form of a check, None where the policy of its day can no longer be read."""
    try:
        return form_of(desk, body.form, body.began_on)
    except (FormError, PolicyError):
        return None


def _reasons(services: Services, record: Decision, language: Language) -> tuple[str, ...]:
    raising = sorted((one for one in record.reasons if one.log_odds > 0), key=lambda one: -one.log_odds)
    return tuple(services.wording.reason_sentence(one, language) for one in raising[:_MOST_REASONS])


def _signals(services: Services, record: Decision, language: Language) -> tuple[str, ...]:
    held = [one for one in record.held if one.kind == "signal"]
    return tuple(services.wording.held_sentence(record, one, language) for one in held[:_MOST_REASONS])


def _open(services: Services, actor: Actor, own: Standing) -> tuple[Open, ...]:
    wanted = CaseFilter(("warning", "task"), portfolio=own.portfolio, borrower_id=own.borrower_id, is_open=True)
    today = services.desk.now().date()
    terms = terms_on(services.desk.policy_on(today), today)
    with reading(services.store) as connection:
        found = find_cases(connection, wanted)
    seen = cases_in_sight(services.store, actor, found[:_MOST_OPEN])
    return tuple(Open(one.case_id, one.level, todo_text(one, terms), one.due_on) for one in seen)


def _before(services: Services, own: Standing) -> tuple[Case, ...]:
    wanted = CaseFilter((KIND,), (SUBMITTED,), portfolio=own.portfolio, borrower_id=own.borrower_id)
    with reading(services.store) as connection:
        return newest_cases(connection, wanted, limit=_MOST_EARLIER)


def _earlier(desk: Desk, case: Case) -> Earlier:
    body = body_of(case)
    form = form_or_none(desk, body)
    last = None if form is None else body.answers.get(form.fields[-1].name)
    text = Text(body.form, body.form) if form is None else form.text
    return Earlier(case.case_id, text, body.done_on, last if isinstance(last, str) else None)
