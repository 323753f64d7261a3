"""Soundness: rules that contradict themselves, that hold for everyone or never decide, or that forget the unknown.

Reads   rules that were read one by one, with their parameters on every day on which something changes
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from ews.policy.conditions import Condition
from ews.policy.dated import BEGINNING, Dated
from ews.policy.expressions import Junction, Known, Name, Node, Not, names_in
from ews.policy.parameters import Parameter
from ews.policy.provisions import StageRule
from ews.policy.reach import Ranked, always_holds, regimes, undecided_by, why_never
from ews.policy.rules import Signal, TierRule
from ews.policy.vocabulary import Word

STATES = frozenset({"was_non_performing", "restructured", "restructured_again"})
"""Facts that keep a bad state until something better is known."""
PROOFS = frozenset({"dpd", "months_clean", "periods_clean", "observation_months", "observation_periods"})
"""Facts that end such a state; where one is unknown the state must go on."""

Words = Mapping[str, Word]
Rules = Sequence[TierRule] | Sequence[Signal] | Sequence[StageRule]
Faults = Iterator[tuple[str, str]]


def rule_faults(rules: Rules, words: Words, parameters: Sequence[Parameter]) -> Faults:
    """Yield code and fault of each rule that cannot hold, always holds, or drops a bad state for want of data."""
    for rule in rules:
        for condition, days in regimes(rule.when, _changes(parameters, rule.when)):
            valued = [_values(condition.parameters, parameters, day) for day in days]
            never = [why_never(condition.tree, words, values) for values in valued]
            if all(never):
                yield rule.code, f"can never hold: {never[0]}."
            elif all(always_holds(condition.tree, words, values) for values in valued):
                yield rule.code, "always holds: it tells nobody from anybody. Say when the rule does not hold."
            lost = () if isinstance(rule, Signal) else _lost_states(condition.tree)
            for name in lost:
                message = f"drops a bad state where '{name}' is unknown: write 'not known({name}) or ' before it."
                yield rule.code, message


def never_faults(code: str, when: Dated[Condition], words: Words, parameters: Sequence[Parameter]) -> Faults:
    """Yield code and fault of a condition that cannot hold although it may well hold for everyone."""
    for condition, days in regimes(when, _changes(parameters, when)):
        never = [why_never(condition.tree, words, _values(condition.parameters, parameters, day)) for day in days]
        if all(never):
            yield code, f"can never hold: {never[0]}."


def idle_faults(rules: Sequence[Ranked], words: Words, parameters: Sequence[Parameter]) -> Faults:
    """Yield code and fault of each rule that a graver one leaves nothing to decide, on every day."""
    changes = {day for rule in rules for day in (*_changes(parameters, rule.when), *_starts(rule.when))}
    days = sorted({BEGINNING, *changes})
    names = [parameter.name for parameter in parameters]
    each = [undecided_by(rules, day, words, _values(names, parameters, day)) for day in days]
    for rule in rules:
        in_force = [found for found, day in zip(each, days, strict=True) if rule.when.on(day) is not None]
        graver = [found.get(rule.code) for found in in_force]
        if graver and all(graver):
            yield rule.code, f"can never decide: wherever it holds, '{graver[0]}' (graver) holds too."


def _starts(when: Dated[Condition]) -> Iterator[date]:
    return (start for start, _ in when.values)


def _changes(parameters: Sequence[Parameter], when: Dated[Condition]) -> list[date]:
    used = {name for _, condition in when.values for name in condition.parameters}
    return [day for one in parameters if one.name in used for day, _ in one.values.values]


def _values(names: Iterable[str], parameters: Sequence[Parameter], day: date) -> dict[str, float]:
    """Return the values on `day`, before the first value that one."""
    asked = [one for one in parameters if one.name in names]
    return {one.name: one.values.first[1] if (value := one.values.on(day)) is None else value for one in asked}


def _lost_states(tree: Node) -> tuple[str, ...]:
    """Return the proofs that a condition on a bad state asks without saying what counts where they are unknown."""
    names = {name.name for name in names_in(tree)}
    if names.isdisjoint(STATES):
        return ()
    return tuple(sorted((names & PROOFS) - set(_asked_known(tree))))


def _asked_known(node: Node) -> Iterator[str]:
    match node:
        case Known(item=Name(name=name)):
            yield name
        case Not(part=part):
            yield from _asked_known(part)
        case Junction(parts=parts):
            for part in parts:
                yield from _asked_known(part)
