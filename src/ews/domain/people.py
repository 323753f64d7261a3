"""People: who acts, in which role, and whose borrowers they see."""

from dataclasses import dataclass
from enum import StrEnum

from ews.domain.text import Text


class Role(StrEnum):
    """What somebody is trusted with; an account may have several."""

    OFFICER = "officer"
    BRANCH_MANAGER = "branch_manager"
    RISK_MANAGER = "risk_manager"
    VALIDATOR = "validator"
    MODEL_OWNER = "model_owner"
    OPERATOR = "operator"
    AUDITOR = "auditor"

    @property
    def text(self) -> Text:
        return _TEXTS[self]


_TEXTS = {
    Role.OFFICER: Text("officer", "客户经理"),
    Role.BRANCH_MANAGER: Text("branch manager", "支行负责人"),
    Role.RISK_MANAGER: Text("risk manager", "风险经理"),
    Role.VALIDATOR: Text("validator", "模型验证人员"),
    Role.MODEL_OWNER: Text("model owner", "模型负责人"),
    Role.OPERATOR: Text("operator", "批处理操作员"),
    Role.AUDITOR: Text("auditor", "审计人员"),
}

HEAD_OFFICE = 4
"""Seniority of a risk manager who is tied to no branch."""

_SENIORITY = {Role.OFFICER: 1, Role.BRANCH_MANAGER: 2, Role.RISK_MANAGER: 3}


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts. `branch_id` None: all branches; `officer_id` is how the book calls the person, null if it does not.

    A machine holds a token of its own and never counts as a second person.
    """

    user_id: str
    name: str
    roles: frozenset[Role]
    branch_id: str | None = None
    officer_id: str | None = None
    is_machine: bool = False

    @property
    def seniority(self) -> int:
        """Return 0 for who decides on no borrower, 1 for officers, up to HEAD_OFFICE."""
        highest = max((_SENIORITY.get(role, 0) for role in self.roles), default=0)
        at_head_office = Role.RISK_MANAGER in self.roles and self.branch_id is None
        return HEAD_OFFICE if at_head_office else highest

    def sees(self, branch_id: str | None) -> bool:
        """Tell whether borrowers of the branch may be known to the actor; those of no branch are head office's."""
        return self.branch_id is None or self.branch_id == branch_id


SYSTEM = Actor("ews", "ews", frozenset(), is_machine=True)
"""Who acts where no person does: what batches raise and what deadlines bring about."""
