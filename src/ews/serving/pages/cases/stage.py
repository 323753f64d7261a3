"""Stage: a borrower with what the forms rest on by which a case about it is opened."""

from dataclasses import dataclass

from ews.casework.contacts.outlook import Outlook, outlook
from ews.casework.subject import subject_of
from ews.casework.warnings.deadlines import Terms, terms_on
from ews.casework.warnings.handing_over import colleagues_of
from ews.casework.warnings.life import blocks_cutting, found_false_only
from ews.domain.decisions import Decision
from ews.domain.people import Actor
from ews.serving.services import Services
from ews.serving.sight import decision_in_sight
from ews.store.accounts import User
from ews.store.cases import Case, CaseFilter, find_cases
from ews.store.engine import reading
from ews.store.publications import Standing


@dataclass(frozen=True, slots=True)
class Stage:
    """`decision` is null where the newest batch does not have the borrower; `cases` are the open ones about it.

    `uncut` are warnings for which no credit is cut now, `false_only` all that is open where all of it was found false.
    """

    services: Services
    actor: Actor
    standing: Standing
    decision: Decision | None
    terms: Terms
    cases: tuple[Case, ...]
    colleagues: tuple[User, ...]
    outlook: Outlook
    uncut: tuple[str, ...]
    false_only: tuple[str, ...]

    def of_kind(self, kind: str) -> tuple[Case, ...]:
        return tuple(one for one in self.cases if one.kind == kind)


def stage_of(services: Services, actor: Actor, borrower_id: str, portfolio: str | None) -> Stage:
    """Return the stage of a borrower; errors as in `subject_of`."""
    found = subject_of(services.store, actor, borrower_id, portfolio)
    own, today = found.standing, services.desk.now().date()
    terms = terms_on(services.desk.policy_on(today), today)
    about = own.portfolio, own.borrower_id
    with reading(services.store) as connection:
        wanted = CaseFilter(portfolio=own.portfolio, borrower_id=own.borrower_id, is_open=True)
        return Stage(
            services=services,
            actor=actor,
            standing=own,
            decision=None if found.record is None else decision_in_sight(services, actor, found.record),
            terms=terms,
            cases=find_cases(connection, wanted),
            colleagues=colleagues_of(connection, Case("watch", "on", branch_id=own.branch_id)),
            outlook=outlook(services.desk, connection, actor, own.borrower_id),
            uncut=blocks_cutting(connection, *about),
            false_only=found_false_only(connection, *about),
        )
