"""Navigation: which pages somebody is led to, by role; what a page allows is asked in the table of rights."""

from typing import NamedTuple

from ews.casework.rights import FIELD
from ews.domain.people import Actor, Role
from ews.domain.text import Text
from ews.serving.rights import LOOK


class Entry(NamedTuple):
    """A page of the menu; `icon` is a name in the sprite."""

    path: str
    icon: str
    text: Text
    is_here: bool


_OPERATIONS = "/operations"
"""Tells about the whole book, so that nobody is led there who is tied to a branch."""
_ENTRIES: tuple[tuple[str, str, Text, frozenset[Role]], ...] = (
    ("/my-day", "calendar-event", Text("My day", "我的一天"), FIELD),
    ("/warnings", "alert-triangle", Text("Warnings", "预警"), LOOK),
    ("/portfolio", "chart-bar", Text("Portfolio", "资产组合"), LOOK),
    ("/borrowers", "users", Text("Borrowers", "客户"), LOOK),
    ("/checks", "checklist", Text("Checks", "贷后检查"), LOOK),
    ("/reviews", "clipboard-check", Text("Quarterly review", "季度评审"), LOOK),
    ("/policy", "scale", Text("Policy", "政策"), frozenset(Role)),
    (_OPERATIONS, "timeline", Text("Operations", "运行"), frozenset({Role.OPERATOR, Role.RISK_MANAGER})),
    ("/model", "adjustments-horizontal", Text("Model", "模型"), frozenset(Role)),
)


def entries(actor: Actor, here: str) -> tuple[Entry, ...]:
    """Return the menu of somebody who looks at the page under the path `here`."""
    return tuple(
        Entry(path, icon, text, here == path or here.startswith(f"{path}/"))
        for path, icon, text, roles in _ENTRIES
        if actor.roles & roles and (path != _OPERATIONS or actor.branch_id is None)
    )


def lists_for(actor: Actor, path: str) -> tuple[Entry, ...]:
    """Return the page of the menu that a path stands below, as long as it is another one than the path itself."""
    return tuple(one for one in entries(actor, path) if one.is_here and one.path != path)


def home_of(actor: Actor) -> str:
    """Return where somebody begins: with the work, with the book, with its batches, or with the model."""
    if actor.roles & {Role.OFFICER, Role.BRANCH_MANAGER}:
        return "/my-day"
    if actor.roles & LOOK:
        return "/portfolio"
    return _OPERATIONS if Role.OPERATOR in actor.roles and actor.branch_id is None else "/model"
