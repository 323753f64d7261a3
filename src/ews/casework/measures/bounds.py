"""Bounds: what a measure may not be, whoever approves it.

Cut      not while a red warning of the borrower is not verified, nor where all that is open was found false
Amount   not above the policy's multiple of the exposure, where that is known
"""

from ews.casework.desk import Work
from ews.casework.warnings.life import blocks_cutting, found_false_only
from ews.domain.errors import RequestError, TransitionError
from ews.policy.casework import Measure
from ews.store.cases import Case


def refuse_unfounded(work: Work, case: Case, code: str, *, cuts: bool) -> None:
    """Raise TransitionError where a measure about the borrower of the case cuts credit without a finding for it."""
    if not cuts:
        return
    blocking = blocks_cutting(work.connection, case.portfolio, case.borrower_id)
    if blocking:
        message = (
            f"'{code}' cuts credit, and a red warning of the borrower is not verified: {_listed(blocking)}. "
            "Verify it first, since cutting a sound firm off may be what kills it."
        )
        raise TransitionError(message)
    false = found_false_only(work.connection, case.portfolio, case.borrower_id)
    if false:
        message = (
            f"'{code}' cuts credit, and every open warning of the borrower was found false: {_listed(false)}. Nothing "
            "is found that would justify it. Find a warning true first, or propose what cuts nothing."
        )
        raise TransitionError(message)


def check_amount(amount_fen: int, measure: Measure, exposure_fen: int) -> None:
    """Raise RequestError where the amount is above what the policy lets it be of the exposure."""
    most = int(measure.most_of_exposure * exposure_fen)
    if amount_fen > most:
        message = (
            f"The amount is {amount_fen} fen, and the borrower owes {exposure_fen}; for '{measure.code}' the policy "
            f"lets it be {measure.most_of_exposure:g} times that. Give {most} or less."
        )
        raise RequestError(message)


def _listed(case_ids: tuple[str, ...]) -> str:
    return ", ".join(f"'{case_id}'" for case_id in case_ids)
