"""Rights: which role may do what; whose borrowers somebody sees is asked elsewhere (`Actor.sees`)."""

from collections.abc import Collection

from ews.domain.errors import ForbiddenError, SecondPersonError
from ews.domain.people import Actor, Role
from ews.domain.text import Sentence, sentence

FIELD = frozenset({Role.OFFICER, Role.BRANCH_MANAGER, Role.RISK_MANAGER})
"""Who works with borrowers."""
SENIOR = frozenset({Role.BRANCH_MANAGER, Role.RISK_MANAGER})
RISK = frozenset({Role.RISK_MANAGER})


def require(actor: Actor, allowed: Collection[Role], what: Sentence) -> None:
    """Raise ForbiddenError where the actor has none of the roles; `what` completes 'may not ...'."""
    if not actor.roles & frozenset(allowed):
        message = sentence(
            "'{user_id}' may not {what}: it takes one of the roles {roles}. Ask somebody who has it.",
            user_id=actor.user_id,
            what=what,
            roles=tuple(sorted(role.value for role in allowed)),
        )
        raise ForbiddenError(message)


def require_second(actor: Actor, first: Collection[str], what: Sentence, *, above: int = 0) -> None:
    """Raise SecondPersonError where the actor is a machine, among the users of `first`, or not senior to `above`."""
    if actor.is_machine:
        message = sentence(
            "'{user_id}' is a machine and may not {what}: it takes a person.", user_id=actor.user_id, what=what
        )
        raise SecondPersonError(message)
    if actor.user_id in first:
        message = sentence(
            "'{user_id}' may not {what}, having taken part before: it takes another person.",
            user_id=actor.user_id,
            what=what,
        )
        raise SecondPersonError(message)
    if actor.seniority <= above:
        message = sentence(
            "'{user_id}' may not {what}: it takes somebody more senior than who asked for it.",
            user_id=actor.user_id,
            what=what,
        )
        raise SecondPersonError(message)
