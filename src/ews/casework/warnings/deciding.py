"""Deciding: who may decide on what another did to a warning: on its lifting, and on a verdict of false.

Lifting  another, more senior person; at head office another of head office. Nobody decides on a verdict of their own
False    another person; of a red one a more senior, of head office where the warning's route leads there
"""

from ews.casework.approvers import require_rank
from ews.casework.rights import require_second
from ews.casework.warnings.body import FALSE, WarningBody
from ews.casework.words import HEAD_OFFICE as HEAD_OFFICE_ROLE
from ews.domain.errors import ForbiddenError, SecondPersonError
from ews.domain.levels import WarningLevel
from ews.domain.people import HEAD_OFFICE, Actor
from ews.domain.text import sentence


def may_decide(actor: Actor, body: WarningBody, verb: str) -> bool:
    """Tell whether the actor may do what takes a second person; anything else the state alone decides."""
    check = {"lift": require_lifter, "refuse-lift": require_lifter, "review-false": require_reviewer}.get(verb)
    if check is None:
        return True
    try:
        check(actor, body)
    except (ForbiddenError, SecondPersonError):
        return False
    return True


def require_lifter(actor: Actor, body: WarningBody) -> None:
    """Raise SecondPersonError for who asked for the lifting, gave the verdict of false, or is no more senior."""
    first = {body.lift_asked_by or ""} | ({body.verified_by or ""} if body.verdict == FALSE else set())
    require_second(
        actor, first, sentence("decide on lifting a warning"), above=min(body.lift_asked_rank, HEAD_OFFICE - 1)
    )


def require_reviewer(actor: Actor, body: WarningBody) -> None:
    """Raise SecondPersonError or ForbiddenError for who may not review that it was marked false."""
    what = sentence("review a warning that was marked false")
    is_red = body.worst_level is WarningLevel.RED
    above = min(body.verified_rank or 0, HEAD_OFFICE - 1) if is_red else 0
    require_second(actor, {body.verified_by or ""}, what, above=above)
    if is_red and HEAD_OFFICE_ROLE in body.roles:
        require_rank(actor, HEAD_OFFICE_ROLE, what)
