"""Purposes: what somebody looks borrowers up for. The log of look-ups holds it with each of them.

Default  that of the role that works most closely with borrowers
Told     by the header `ews-purpose`, for whoever has several or answers a complaint or an authority
Source   Personal Information Protection Law (个人信息保护法): handled for a clear purpose and within it
"""

from collections.abc import Mapping
from enum import StrEnum

from ews.domain.errors import RequestError
from ews.domain.people import Actor, Role
from ews.domain.text import sentence

HEADER = "ews-purpose"


class Purpose(StrEnum):
    """Codes as they stand in the log."""

    POST_LOAN = "post-loan"
    COMPLAINT = "complaint"
    AUTHORITY = "authority"
    AUDIT = "audit"
    VALIDATION = "validation"
    MODELLING = "modelling"
    OPERATION = "operation"


_FIELD = (Purpose.POST_LOAN, Purpose.COMPLAINT, Purpose.AUTHORITY)
OF_ROLE: Mapping[Role, tuple[Purpose, ...]] = {
    Role.OFFICER: _FIELD,
    Role.BRANCH_MANAGER: _FIELD,
    Role.RISK_MANAGER: _FIELD,
    Role.VALIDATOR: (Purpose.VALIDATION,),
    Role.MODEL_OWNER: (Purpose.MODELLING,),
    Role.OPERATOR: (Purpose.OPERATION,),
    Role.AUDITOR: (Purpose.AUDIT, Purpose.COMPLAINT, Purpose.AUTHORITY),
}
"""What each role may look borrowers up for; the first is what it is for where nothing is told."""


def purpose_of(actor: Actor, told: str | None) -> Purpose | None:
    """Return what somebody looks up for, None for who has no role; RequestError for what none of the roles is for."""
    allowed = [purpose for role in Role if role in actor.roles for purpose in OF_ROLE[role]]
    if told is None:
        return allowed[0] if allowed else None
    found = next((one for one in allowed if one.value == told), None)
    if found is None:
        message = sentence(
            "'{told}' is no purpose for which '{user_id}' may look borrowers up. Give one of {allowed} in the header "
            "'{header}', or leave it out.",
            told=told[:40],
            user_id=actor.user_id,
            allowed=tuple(dict.fromkeys(one.value for one in allowed)) or sentence("none"),
            header=HEADER,
        )
        raise RequestError(message)
    return found
