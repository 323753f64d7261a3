"""The economic unit (经济单元): the people and firms that stand and fall with a borrower.

A small firm's cards, inquiries and private money belong to its owner, so that a borrower is looked at with them.
"""

from dataclasses import dataclass
from enum import StrEnum

from ews.domain.text import Text


class Role(StrEnum):
    """What a member is to the borrower; who is several things is the first of them."""

    SELF = "self"
    CONTROLLER = "controller"
    SPOUSE = "spouse"
    FIRM = "firm"
    AFFILIATE = "affiliate"

    @property
    def rank(self) -> int:
        """0 for the borrower itself to 4 for an affiliate."""
        return list(Role).index(self)

    @property
    def text(self) -> Text:
        return _TEXT[self]


OWNERS = (Role.CONTROLLER, Role.SPOUSE)
"""Who owns the borrower or is married to it or to its owner."""
FIRMS = (Role.FIRM, Role.AFFILIATE)
"""Who hangs together with the borrower through ownership, without owning it."""


@dataclass(frozen=True, slots=True)
class UnitMember:
    """A member other than the borrower itself; `name` is null for a party that the book does not know."""

    member_id: str
    role: Role
    name: str | None


_TEXT = {
    Role.SELF: Text("the borrower itself", "本户"),
    Role.CONTROLLER: Text("controller", "实际控制人"),
    Role.SPOUSE: Text("spouse", "配偶"),
    Role.FIRM: Text("controlled firm", "所控制企业"),
    Role.AFFILIATE: Text("affiliate", "关联企业"),
}
