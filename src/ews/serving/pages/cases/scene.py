"""Scene: a case with what its panel and its forms rest on, read in one state of the store.

Reads    the case, its acts, the borrower's other cases, the accounts of its branch; for an approval what it is about
Unseen   a case of another branch reads like one that does not exist
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from ews.casework.checks.body import KIND as CHECK
from ews.casework.checks.body import CheckBody
from ews.casework.checks.body import body_of as check_of
from ews.casework.day.offered import offered
from ews.casework.tasks.rows import check_made
from ews.casework.tasks.task import APPROVAL, TaskBody
from ews.casework.warnings.deadlines import Terms, terms_on
from ews.casework.warnings.handing_over import colleagues_of
from ews.casework.warnings.life import blocks_cutting, found_false_only
from ews.domain.people import Actor
from ews.domain.text import Text
from ews.policy.forms import forms_on
from ews.serving.services import Services
from ews.store.accounts import User, names_of
from ews.store.cases import Act, Case, CaseFilter, acts_of, find_case, find_cases, unknown_case
from ews.store.engine import reading


@dataclass(frozen=True, slots=True)
class Scene:
    """`source` is the case whose findings a task has approved; `uncut` are warnings for which no credit is cut now.

    `false_only` are the borrower's open warnings where all of them were found false.
    """

    services: Services
    actor: Actor
    case: Case
    terms: Terms
    acts: tuple[Act, ...]
    others: tuple[Case, ...]
    colleagues: tuple[User, ...]
    source: Case | None
    uncut: tuple[str, ...] = ()
    false_only: tuple[str, ...] = ()

    @property
    def verbs(self) -> tuple[str, ...]:
        return offered(self.actor, self.case, self.terms, self.source)

    @property
    def acted_on(self) -> Case:
        """Return the case that an act would change: of an approval the one that it is about."""
        return self.case if self.source is None else self.source

    def checks(self) -> Iterator[tuple[Case, CheckBody]]:
        """Yield the borrower's checks, the newest first."""
        for one in reversed(self.others):
            if one.kind == CHECK:
                yield one, check_of(one)

    def checks_made(self) -> Iterator[tuple[Case, CheckBody]]:
        """Yield those that were submitted and not corrected."""
        return ((case, body) for case, body in self.checks() if check_made(case) is not None)

    def name_of(self, user_id: str | None) -> str:
        """Return what somebody with an account is called, the account where there is no name."""
        if user_id is None:
            return ""
        with reading(self.services.store) as connection:
            return names_of(connection, {user_id}).get(user_id, user_id)

    def form_text(self, code: str) -> Text:
        """Return what a form of a check is called."""
        form = forms_on(self.terms.policy.forms, self.terms.today).form(code)
        return Text(code, code) if form is None else form.text


def scene_of(services: Services, actor: Actor, case_id: str) -> Scene:
    """Return the scene of a case; UnknownCaseError where there is none for the actor to see."""
    today = services.desk.now().date()
    terms = terms_on(services.desk.policy_on(today), today)
    with reading(services.store) as connection:
        case = find_case(connection, case_id)
        if not actor.sees(case.branch_id):
            raise unknown_case(case_id)
        source = _source(connection, actor, case)
        others = () if case.borrower_id is None else find_cases(connection, _about(actor, case))
        cut = _cut(connection, case)
        return Scene(
            services,
            actor,
            case,
            terms,
            acts_of(connection, [case_id]),
            tuple(sorted((one for one in others if one.case_id != case_id), key=_opened)),
            colleagues_of(connection, case),
            source,
            **cut,
        )


def _about(actor: Actor, case: Case) -> CaseFilter:
    return CaseFilter(portfolio=case.portfolio, borrower_id=case.borrower_id, branch_id=actor.branch_id)


def _opened(case: Case) -> tuple[str, str]:
    return ("" if case.opened_at is None else case.opened_at.isoformat(), case.case_id)


def _source(connection: Connection, actor: Actor, case: Case) -> Case | None:
    if case.kind != "task" or case.body["type"] != APPROVAL:
        return None
    found = find_case(connection, str(TaskBody.of(case).terms["case_id"]))
    return found if actor.sees(found.branch_id) else None


def _cut(connection: Connection, case: Case) -> Mapping[str, tuple[str, ...]]:
    if case.kind != "measure" or not case.body.get("cuts_credit") or case.state != "proposed":
        return {}
    about = case.portfolio, case.borrower_id
    return {"uncut": blocks_cutting(connection, *about), "false_only": found_false_only(connection, *about)}
