"""Originals: the tier of a loan as the batch had it, before a person overrides it; pure.

Initial  worst of the floor (law and practice) and the model's proposal: what counts without an override
Floor    no override can be better; the rules that hold it are told
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from ews.domain.decisions import Decision, LoanDecision
from ews.domain.errors import RequestError, TransitionError
from ews.domain.levels import Tier, worst_tier
from ews.domain.text import sentence
from ews.store.standings import Found


@dataclass(frozen=True, slots=True)
class Original:
    """One loan in the batch. `tier` is as decided, an override of that day included; `grounds` are the rules held."""

    loan_id: str
    batch_id: str
    as_of: date
    floor: Tier
    proposal: Tier
    tier: Tier
    grounds: tuple[tuple[str, str], ...]

    @property
    def initial(self) -> Tier:
        return worst_tier((self.floor, self.proposal))


@dataclass(frozen=True, slots=True)
class Stated:
    """An approved override, as far as the tier of today depends on it."""

    override_id: str
    loan_id: str | None
    tier: Tier
    approved_on: date
    expires_on: date


def originals_of(found: Found, loan_id: str | None) -> tuple[Original, ...]:
    """Return the loans of a borrower, or the one asked for, as the newest batch has them.

    TransitionError where the borrower is not in the newest batch, RequestError where there is no such loan.
    """
    if found.record is None:
        message = sentence(
            "Borrower '{borrower_id}' is not in the newest batch of '{portfolio}', so the floor of its tiers is "
            "not known today; it was last decided on as of {as_of}. Score the book with the borrower in it first.",
            borrower_id=found.standing.borrower_id,
            portfolio=found.standing.portfolio,
            as_of=found.standing.as_of,
        )
        raise TransitionError(message)
    known = loans_of(found.record)
    kept = tuple(one for one in known if loan_id in {None, one.loan_id})
    if not kept:
        listed = tuple(f"'{one.loan_id}'" for one in known) or sentence("none")
        asked = sentence("no loan") if loan_id is None else sentence("no loan '{loan_id}'", loan_id=loan_id)
        message = sentence(
            "Borrower '{borrower_id}' has {asked} in the newest batch. Its loans are: {listed}.",
            borrower_id=found.standing.borrower_id,
            asked=asked,
            listed=listed,
        )
        raise RequestError(message)
    return kept


def loans_of(record: Decision) -> tuple[Original, ...]:
    return tuple(
        Original(
            loan_id=loan.loan_id,
            batch_id=record.batch_id,
            as_of=record.as_of,
            floor=_floor(loan),
            proposal=loan.proposal or loan.tier,
            tier=loan.tier,
            grounds=tuple((held.code, held.gives) for held in loan.held),
        )
        for loan in record.loans
    )


def refuse_above_floor(loans: Iterable[Original], tier: Tier, model_rules: Collection[str]) -> None:
    """Raise TransitionError where the tier is better than the floor of a loan, with the rules that hold it.

    `model_rules` are the codes that only propose.
    """
    for one in loans:
        if tier.rank < one.floor.rank:
            holding = [code for code, gives in one.grounds if Tier(gives).rank > tier.rank and code not in model_rules]
            message = sentence(
                "Loan '{loan_id}' cannot be '{tier}': its floor is '{floor}' as of {as_of}, held by {holding}. State "
                "'{floor}' or worse, or have the fact behind the rule corrected in the book.",
                loan_id=one.loan_id,
                tier=tier,
                floor=one.floor,
                as_of=one.as_of,
                holding=tuple(holding) or sentence("rules of an earlier version"),
            )
            raise TransitionError(message)


def standing_tier(loan: Original, stated: Iterable[Stated], today: date) -> Tier:
    """Return the tier of the loan today: worst of the floor and the newest override in force, else the initial one."""
    in_force = [
        one
        for one in stated
        if one.loan_id in {None, loan.loan_id} and one.approved_on <= today and one.expires_on >= today
    ]
    if not in_force:
        return loan.initial
    newest = max(in_force, key=lambda one: (one.approved_on, one.override_id))
    return worst_tier((loan.floor, newest.tier))


def _floor(loan: LoanDecision) -> Tier:
    """Return the floor; records of earlier versions hold only the rules."""
    return loan.floor or worst_tier(Tier(held.gives) for held in loan.held)
