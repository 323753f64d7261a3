"""Seats: who may do what with a quarterly form, and whom it waits for; rules over the people who may know its borrower.

Verbs   determine, approve, return, withdraw
Stands  for a role of the policy that nobody else of the branch has, somebody more senior approves
Ends    a form that nobody could approve afterwards is not determined: from every form there is a way to approved
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ews.casework.approvers import RANKS, has_role
from ews.casework.reviews.form import ReviewBody
from ews.casework.reviews.session import DETERMINED, PREPARED, RETURNED
from ews.domain.people import Actor, Role
from ews.store.cases import Case

DETERMINE, APPROVE, RETURN, WITHDRAW = "determine", "approve", "return", "withdraw"
DETERMINERS = frozenset({Role.OFFICER, Role.BRANCH_MANAGER})


@dataclass(frozen=True, slots=True)
class Slip:
    """What of a form decides who acts next: `by` determined it, `given` are the approvals, role and user."""

    state: str
    officer_id: str | None
    roles: tuple[str, ...]
    by: str | None = None
    given: tuple[tuple[str, str], ...] = ()

    @property
    def waits_for(self) -> tuple[str, ...]:
        """Return the roles that have still to approve, in the order of the policy."""
        have = [role for role, _ in self.given]
        return tuple(role for role in self.roles if role not in have)

    @property
    def taken(self) -> frozenset[str]:
        """Return who took part, and so gives no approval any more."""
        return frozenset({*(by for _, by in self.given), *([] if self.by is None else [self.by])})


def slip_of(case: Case, body: ReviewBody) -> Slip:
    by = None if body.determination is None else body.determination.by
    given = tuple((approval.role, approval.by) for approval in body.approvals)
    return Slip(case.state, case.officer_id, body.approvers, by, given)


def slip_from(case: Case) -> Slip:
    """Return the slip of a stored form without reading all of its body."""
    made, given = case.body["determination"], case.body["approvals"]
    return Slip(
        case.state,
        case.officer_id,
        tuple(case.body["approvers"]),
        None if made is None else made["by"],
        tuple((one["role"], one["by"]) for one in given),
    )


def is_own(actor: Actor, slip: Slip) -> bool:
    return slip.officer_id is not None and slip.officer_id == actor.officer_id


def may_determine(actor: Actor, slip: Slip) -> bool:
    """Tell whether the tiers are the actor's to determine: an officer's own borrowers, all of a manager's branch."""
    if actor.is_machine or slip.state not in {PREPARED, RETURNED} or not actor.roles & DETERMINERS:
        return False
    return is_own(actor, slip) or Role.BRANCH_MANAGER in actor.roles


def role_for(actor: Actor, slip: Slip, people: Sequence[Actor]) -> str | None:
    """Return the role for which the actor would approve: one that the actor has, else one to stand in for."""
    if actor.is_machine or actor.user_id in slip.taken:
        return None
    own = [role for role in slip.waits_for if has_role(actor, role)]
    above = [role for role in slip.waits_for if actor.seniority > RANKS[role]]
    reached = own or [role for role in above if not holders(role, people, slip.taken)]
    return max(reached, key=lambda role: RANKS[role], default=None)


def holders(role: str, people: Sequence[Actor], but: Collection[str]) -> tuple[Actor, ...]:
    """Return who has a role, but those of the users `but`."""
    return tuple(one for one in people if has_role(one, role) and one.user_id not in but)


def approvers_for(role: str, slip: Slip, people: Sequence[Actor]) -> tuple[tuple[Actor, ...], bool]:
    """Return who can give the approval of a role, and whether they stand in for it."""
    own = holders(role, people, slip.taken)
    if own:
        return own, False
    above = (one for one in people if one.seniority > RANKS[role] and one.user_id not in slip.taken)
    return tuple(above), True


def can_be_approved(slip: Slip, people: Sequence[Actor]) -> bool:
    """Tell whether these people can give all approvals that are missing, each another one."""
    if not slip.waits_for:
        return True
    tried = set()
    for one in people:
        role, kind = role_for(one, slip, people), (one.roles, one.seniority)
        if role is None or kind in tried:
            continue
        tried.add(kind)  # who has the same roles would get no further
        if can_be_approved(replace(slip, given=(*slip.given, (role, one.user_id))), people):
            return True
    return False


def is_known(actor: Actor, people: Sequence[Actor]) -> bool:
    """Tell whether the actor has an account; a service without accounts cannot tell who is there to approve."""
    return actor.user_id in {one.user_id for one in people}


def is_dead_end(actor: Actor, slip: Slip, people: Sequence[Actor]) -> bool:
    """Tell whether nobody could approve what the actor determines, as far as the accounts tell."""
    if not is_known(actor, people):
        return False
    return not can_be_approved(replace(slip, state=DETERMINED, by=actor.user_id, given=()), people)


def left_to(actor: Actor, slip: Slip, people: Sequence[Actor]) -> tuple[Actor, ...]:
    """Return the officers to whom the actor had better leave it: no other account of the branch has the actor's role.

    Empty where another one can approve in the actor's place, or the borrower's officer has no account.
    """
    needed = [role for role in slip.roles if has_role(actor, role)]
    if is_own(actor, slip) or all(holders(role, people, {actor.user_id}) for role in needed):
        return ()
    return tuple(one for one in people if Role.OFFICER in one.roles and is_own(one, slip))


def may_return(actor: Actor, slip: Slip, people: Sequence[Actor]) -> bool:
    """Tell whether the actor may send a determined form back: who can approve it, or has; seniors where nobody can."""
    if actor.is_machine:
        return False
    if role_for(actor, slip, people) is not None or actor.user_id in {by for _, by in slip.given}:
        return True
    if not is_known(actor, people):
        return False
    is_senior = actor.seniority > RANKS[Role.OFFICER] and actor.user_id != slip.by
    return is_senior and not can_be_approved(slip, people)


def verbs_for(actor: Actor, slip: Slip, people: Sequence[Actor]) -> frozenset[str]:
    """Return what the actor may do with the form now."""
    if may_determine(actor, slip):
        return frozenset() if is_dead_end(actor, slip, people) else frozenset({DETERMINE})
    if slip.state != DETERMINED or actor.is_machine:
        return frozenset()
    verbs = set()
    if role_for(actor, slip, people) is not None:
        verbs.add(APPROVE)
    if may_return(actor, slip, people):
        verbs.add(RETURN)
    if actor.user_id == slip.by:
        verbs.add(WITHDRAW)
    return frozenset(verbs)
