"""Ahead: a policy as it will stand on a day to come, to be tried on days before it.

A change of policy starts on a later day than any batch that it can be tried on; as dated it would change nothing there.
"""

from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from ews.policy.dated import BEGINNING, Dated
from ews.policy.policy import Policy
from ews.policy.revision import dated_parts

T = TypeVar("T")


def ahead(policy: Policy, day: date) -> Policy:
    """Return the policy with all that is in force on `day` in force from the beginning; what starts later stays."""
    rules, money = policy.tier_rules, policy.provisions
    return replace(
        policy,
        parameters=tuple(replace(one, values=_pulled(one.values, day)) for one in policy.parameters),
        scales=_pulled(policy.scales, day),
        tier_rules=replace(
            rules,
            by_dpd_alone=_pulled(rules.by_dpd_alone, day),
            loan=tuple(replace(rule, when=_pulled(rule.when, day)) for rule in rules.loan),
            model=tuple(replace(rule, when=_pulled(rule.when, day)) for rule in rules.model),
        ),
        signals=tuple(replace(signal, when=_pulled(signal.when, day)) for signal in policy.signals),
        playbook=_pulled(policy.playbook, day),
        casework=_pulled(policy.casework, day),
        forms=_pulled(policy.forms, day),
        provisions=replace(
            money,
            stage_rules=tuple(replace(rule, when=_pulled(rule.when, day)) for rule in money.stage_rules),
            losses=_pulled(money.losses, day),
            rates=_pulled(money.rates, day),
        ),
    )


def last_change(old: Policy, new: Policy) -> date | None:
    """Return the last day from which the two policies say different things, None where none of their values differ."""
    return max(_differing(old, new), default=None)


def first_change(old: Policy, new: Policy) -> date | None:
    """Return the first day from which the two policies say different things, None where none of their values differ."""
    return min(_differing(old, new), default=None)


def _differing(old: Policy, new: Policy) -> set[date]:
    former, later = (
        {(part, start): value for part, values in dated_parts(policy) for start, value in values.values}
        for policy in (old, new)
    )
    return {key[1] for key in former.keys() | later.keys() if former.get(key) != later.get(key)}


def _pulled(values: Dated[T], day: date) -> Dated[T]:
    held: list[T] = [value for start, value in values.values if start <= day]
    later: Any = ((start, value) for start, value in values.values if start > day)
    return Dated(((BEGINNING, held[-1]), *later)) if held else values
