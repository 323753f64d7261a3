"""In force: which policy holds on a day, who let it hold since when, and what of it a page can show."""

from dataclasses import dataclass
from datetime import date, timedelta

from ews.casework.approvals.proposal import Proposal
from ews.domain.errors import PolicyError
from ews.policy.policy import Policy
from ews.serving.pages.render import View
from ews.store.adoptions import Adoption, adopted


@dataclass(frozen=True, slots=True)
class InForce:
    """`adoption` is null where nobody has adopted a policy yet: then that of the settings holds.

    `policy` is null where this version cannot read the one that holds; `until` is the day on which another one follows.
    """

    day: date
    policy_hash: str | None
    policy: Policy | None
    adoption: Adoption | None
    until: date | None


def in_force_on(view: View, day: date) -> InForce:
    """Return what holds on a day."""
    known = adopted(view.services.store)
    adoption = adoption_on(known, day)
    until = min((one.holds_from for one in known if one.holds_from > day), default=None)
    try:
        policy = view.services.desk.policy_on(day)
    except PolicyError:
        return InForce(day, None if adoption is None else adoption.policy_hash, None, adoption, until)
    return InForce(day, policy.hash if adoption is None else adoption.policy_hash, policy, adoption, until)


def adoption_on(known: tuple[Adoption, ...], day: date) -> Adoption | None:
    """Return the adoption by which a policy holds on a day; of two from one day the later one counts."""
    held = [one for one in known if one.holds_from <= day]
    return max(held, key=lambda one: (one.holds_from, one.number)) if held else None


def former_of(view: View, body: Proposal | None) -> InForce:
    """Return what a policy is compared with: what holds today, or on the day before a proposal would hold."""
    today = view.services.desk.now().date()
    if body is None or body.holds_from is None:
        return in_force_on(view, today)
    return in_force_on(view, body.holds_from - timedelta(days=1))


def first_day(today: date, newest: date | None) -> date:
    """Return the first day from which a policy can be adopted: after the newest batch, whose decisions stay."""
    return today if newest is None else newest + timedelta(days=1)
