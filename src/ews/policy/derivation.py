"""Derivation: what a rule rested on when it held, for one loan or one borrower."""

from collections.abc import Iterable, Mapping
from datetime import date

from ews.domain.decisions import Held, Value
from ews.domain.errors import PolicyError
from ews.domain.patterns import NO_PATTERN
from ews.policy.lifts import lifts
from ews.policy.policy import Policy
from ews.policy.rules import Signal, TierRule, inputs_of


def derive(
    codes: Iterable[str], row: Mapping[str, Value], policy: Policy, on: date, worse: Mapping[str, str] | None = None
) -> tuple[Held, ...]:
    """Return, for each of the `codes` that held, what it rested on in `row`, a row of what was decided.

    Inputs are the facts and features that the condition read and the sentence tells, then the parameters with their
    values on `on`. Lifts go by `worse`, the direction in which risk rises by name; without it there are none.
    PolicyError for a code that the policy does not have or that was not in force on `on`.
    """
    return tuple(_derive(policy.rule(code), row, policy, on, worse or {}) for code in codes)


def _derive(
    rule: TierRule | Signal, row: Mapping[str, Value], policy: Policy, on: date, worse: Mapping[str, str]
) -> Held:
    condition = rule.when.on(on)
    if condition is None:
        message = f"Rule '{rule.code}' was not in force on {on}. Ask for a day from {rule.when.first[0]} on."
        raise PolicyError(message)
    inputs: dict[str, Value] = {name: row[name] for name in inputs_of(rule, on)}
    values = policy.values_for(condition, on)
    inputs.update(values)
    out = lifts(condition.tree, row, values, worse)
    if isinstance(rule, TierRule):
        return Held("tier_rule", rule.code, rule.floor.value, inputs, lifts=out)
    kind = rule.pattern.lower() if rule.pattern in NO_PATTERN else "signal"
    return Held(kind, rule.code, rule.level.value, inputs, lifts=out)
