"""Others: the overrides of a borrower beside one that is being decided on, those that wait and those that stand."""

from datetime import date

from ews.casework.desk import Work
from ews.casework.overrides.body import KIND, OverrideBody, body_of
from ews.casework.overrides.originals import Stated
from ews.domain.errors import TransitionError
from ews.domain.levels import Tier
from ews.domain.text import sentence
from ews.store.cases import Case, CaseFilter, find_cases


def open_ones(work: Work, portfolio: str | None, borrower_id: str | None, state: str) -> list[tuple[str, OverrideBody]]:
    wanted = CaseFilter([KIND], [state], portfolio=portfolio, borrower_id=borrower_id, is_open=True)
    return [(case.case_id, body_of(case)) for case in find_cases(work.connection, wanted)]


def stated(one: tuple[str, OverrideBody]) -> Stated:
    override_id, body = one
    return Stated(override_id, body.loan_id, body.tier, body.approved_on or date.max, body.expires_on)


def refuse_waiting(work: Work, case: Case, body: OverrideBody) -> None:
    """Refuse a second proposal for the same loans, so that nobody approves one without knowing of the other."""
    for override_id, other in open_ones(work, case.portfolio, case.borrower_id, "proposed"):
        if _same_loans(other.loan_id, body.loan_id):
            message = sentence(
                "Override '{override_id}' of the same loans waits for approval. Have it approved or refused first.",
                override_id=override_id,
            )
            raise TransitionError(message)


def refuse_above_worse(
    work: Work, portfolio: str | None, borrower_id: str | None, tier: Tier, loan_id: str | None
) -> None:
    """Refuse a better tier over a worse one that a person has stated and that holds: the newest would win unseen."""
    for override_id, other in open_ones(work, portfolio, borrower_id, "approved"):
        in_force = other.expires_on >= work.today and other.tier.rank > tier.rank
        if in_force and _same_loans(other.loan_id, loan_id):
            of = sentence("all loans") if other.loan_id is None else sentence("loan '{loan_id}'", loan_id=other.loan_id)
            message = sentence(
                "Override '{override_id}' says '{other_tier}' for {of} until {expires_on}, which is worse than "
                "'{tier}' and stands. End it first, with POST /v1/overrides/{override_id}/end and the reason, then "
                "state the better tier.",
                override_id=override_id,
                other_tier=other.tier,
                of=of,
                expires_on=other.expires_on,
                tier=tier,
            )
            raise TransitionError(message)


def _same_loans(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
