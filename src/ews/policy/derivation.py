"""Derivation: what a rule rested on when it held, for one loan or one borrower."""

from collections.abc import Iterable, Mapping
from datetime import date

from ews.domain.decisions import Held, Value
from ews.domain.errors import PolicyError
from ews.policy.policy import Policy
from ews.policy.rules import Signal, TierRule, inputs_of


def derive(codes: Iterable[str], row: Mapping[str, Value], policy: Policy, on: date) -> tuple[Held, ...]:
    """Return, for each of the `codes` that held, what it rested on in `row`, a row of what was decided.

    Inputs are the facts and features that the condition read and the sentence tells, then the parameters with their
    values on `on`.
    PolicyError for a code that the policy does not have or that was not in force on `on`.
    """
    return tuple(_derive(policy.rule(code), row, policy, on) for code in codes)


def _derive(rule: TierRule | Signal, row: Mapping[str, Value], policy: Policy, on: date) -> Held:
    condition = rule.when.on(on)
    if condition is None:
        message = f"Rule '{rule.code}' was not in force on {on}. Ask for a day from {rule.when.first[0]} on."
        raise PolicyError(message)
    inputs: dict[str, Value] = {name: row[name] for name in inputs_of(rule, on)}
    inputs.update(policy.values_for(condition, on))
    if isinstance(rule, TierRule):
        return Held("tier_rule", rule.code, rule.floor.value, inputs)
    kind = rule.family if rule.family in {"grade", "movement"} else "signal"
    return Held(kind, rule.code, rule.level.value, inputs)
