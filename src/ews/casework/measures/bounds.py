"""Bounds: what a measure may not be, whoever approves it.

Cut      not while a red warning of the borrower is not verified, nor where all that is open was found false
Amount   not above the policy's multiple of the exposure, where that is known
"""

from ews.casework.desk import Work
from ews.casework.warnings.life import blocks_cutting, found_false_only
from ews.domain.errors import RequestError, TransitionError
from ews.domain.text import sentence
from ews.policy.casework import Measure
from ews.store.cases import Case


def refuse_unfounded(work: Work, case: Case, code: str, *, cuts: bool) -> None:
    """Raise TransitionError where a measure about the borrower of the case cuts credit without a finding for it."""
    if not cuts:
        return
    blocking = blocks_cutting(work.connection, case.portfolio, case.borrower_id)
    if blocking:
        message = sentence(
            "'{measure}' cuts credit, and a red warning of the borrower is not verified: {listed}. "
            "Verify it first, since cutting a sound firm off may be what kills it.",
            measure=code,
            listed=_listed(blocking),
        )
        raise TransitionError(message)
    false = found_false_only(work.connection, case.portfolio, case.borrower_id)
    if false:
        message = sentence(
            "'{measure}' cuts credit, and every open warning of the borrower was found false: {listed}. Nothing "
            "is found that would justify it. Find a warning true first, or propose what cuts nothing.",
            measure=code,
            listed=_listed(false),
        )
        raise TransitionError(message)


def check_amount(amount_fen: int, measure: Measure, exposure_fen: int) -> None:
    """Raise RequestError where the amount is above what the policy lets it be of the exposure."""
    most = int(measure.most_of_exposure * exposure_fen)
    if amount_fen > most:
        message = sentence(
            "The amount is {amount_fen} fen, and the borrower owes {exposure_fen}; for '{measure}' the policy "
            "lets it be {most_of_exposure:g} times that. Give {most_fen} or less.",
            amount_fen=amount_fen,
            exposure_fen=exposure_fen,
            measure=measure.code,
            most_of_exposure=measure.most_of_exposure,
            most_fen=most,
        )
        raise RequestError(message)


def _listed(case_ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"'{case_id}'" for case_id in case_ids)
