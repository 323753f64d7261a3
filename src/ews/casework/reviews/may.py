"""What somebody may do with quarterly forms now, why not, and whom each waits for; the acts decide in the end.

Many    accounts of a branch are read once, however many forms are asked about
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from ews.casework.approvers import people_of
from ews.casework.reviews.seats import (
    APPROVE,
    DETERMINE,
    RETURN,
    WITHDRAW,
    Slip,
    approvers_for,
    can_be_approved,
    is_dead_end,
    is_known,
    is_own,
    left_to,
    may_determine,
    verbs_for,
)
from ews.casework.reviews.session import DETERMINED, PREPARED, RETURNED
from ews.domain.people import Actor, Role
from ews.domain.text import Sentence, Text, sentence
from ews.store.cases import Case

__all__ = ["APPROVE", "DETERMINE", "RETURN", "WITHDRAW", "Seat", "Waiting", "seats_of"]

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Waiting:
    """An approval that is missing: who can give it by name, and whether they stand in for the role."""

    role: str
    names: tuple[str, ...]
    stand_in: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """`said` tells why the reader is offered nothing, or what to mind; `is_turn` whether the form waits for the reader.

    A form that is better left to the borrower's officer may be determined, but it is not the reader's turn. `is_stuck`:
    no people are left who could give all approvals. `is_left`: if the reader determined it, head office would have to
    approve in the reader's place.
    """

    verbs: frozenset[str]
    is_turn: bool
    said: Sentence | None
    waits: tuple[Waiting, ...]
    is_stuck: bool = False
    is_left: bool = False


def seats_of(connection: Connection, actor: Actor, slips: Mapping[str, tuple[Case, Slip]]) -> Mapping[str, Seat]:
    """Return where the actor sits, by form."""
    known: dict[str | None, tuple[Actor, ...]] = {}
    seats = {}
    for case_id, (case, slip) in slips.items():
        if case.branch_id not in known:
            known[case.branch_id] = people_of(connection, case.branch_id)
        seats[case_id] = seat_of(actor, slip, known[case.branch_id])
    return seats


def seat_of(actor: Actor, slip: Slip, people: Sequence[Actor]) -> Seat:
    verbs = verbs_for(actor, slip, people)
    waits = tuple(_waiting(role, slip, people) for role in slip.waits_for) if slip.state == DETERMINED else ()
    officers = left_to(actor, slip, people) if DETERMINE in verbs else ()
    is_turn = APPROVE in verbs or (DETERMINE in verbs and not officers)
    if not is_known(actor, people):
        return Seat(verbs, is_turn, None, waits)
    said = _said(actor, slip, people, officers, is_turn=is_turn)
    is_stuck = slip.state == DETERMINED and not can_be_approved(slip, people)
    return Seat(verbs, is_turn, said, waits, is_stuck, bool(officers))


def _waiting(role: str, slip: Slip, people: Sequence[Actor]) -> Waiting:
    found, stand_in = approvers_for(role, slip, people)
    return Waiting(role, tuple(one.name for one in found), stand_in)


def _said(
    actor: Actor, slip: Slip, people: Sequence[Actor], officers: Sequence[Actor], *, is_turn: bool
) -> Sentence | None:
    if slip.state in {PREPARED, RETURNED}:
        return None if is_turn else _said_before(actor, slip, people, officers)
    if slip.state != DETERMINED or is_turn:
        return None
    if not can_be_approved(slip, people):
        return sentence("Nobody is left who could approve it. Withdraw it or return it; another person determines it.")
    if actor.user_id == slip.by:
        return sentence("You determined it, so others approve it. You can withdraw it until then.")
    if actor.user_id in slip.taken:
        return sentence("You have approved it; the other approval is another person's.")
    return sentence("It is not yours to approve.")


def _said_before(actor: Actor, slip: Slip, people: Sequence[Actor], officers: Sequence[Actor]) -> Sentence | None:
    if officers:
        return sentence(
            "{who} determines it, you approve it.",
            who=_names(officers),
        )
    if may_determine(actor, slip) and is_dead_end(actor, slip, people):
        return sentence(
            "If you determined it, nobody would be left to approve it. Leave it to the borrower's officer, or have an"
            " account opened for another person of your role."
        )
    own = [one for one in people if Role.OFFICER in one.roles and is_own(one, slip)]
    able = own or [one for one in people if Role.BRANCH_MANAGER in one.roles]
    if not able:
        return sentence("Nobody can determine it: its officer has no account, nor has a manager of the branch.")
    return sentence("{who} determines it.", who=_names(able))


def _names(people: Iterable[Actor]) -> tuple[str | Text, ...]:
    return tuple(one.name for one in people)[:_NAMED]
