"""People of each role: two officers of a branch, one of another, and those above and beside them."""

from ews.domain.people import Actor, Role


def _actor(user_id: str, role: Role, branch_id: str | None = "branch-1", **more) -> Actor:
    return Actor(user_id, user_id.title(), frozenset({role}), branch_id, **more)


OFFICER = _actor("officer", Role.OFFICER, officer_id="officer-1")
OFFICER2 = _actor("officer2", Role.OFFICER, officer_id="officer-2")
OTHER = _actor("other", Role.OFFICER, "branch-2", officer_id="officer-9")
MANAGER = _actor("manager", Role.BRANCH_MANAGER)
RISK = _actor("risk", Role.RISK_MANAGER)
RISK2 = _actor("risk2", Role.RISK_MANAGER)
HEAD = _actor("head", Role.RISK_MANAGER, None)
HEAD2 = _actor("head2", Role.RISK_MANAGER, None)
AUDITOR = _actor("auditor", Role.AUDITOR, None)
VALIDATOR = _actor("validator", Role.VALIDATOR, None)
MODEL_OWNER = _actor("owner", Role.MODEL_OWNER, None)
OPERATOR = _actor("operator", Role.OPERATOR, None)
MACHINE = _actor("machine", Role.OPERATOR, None, is_machine=True)
