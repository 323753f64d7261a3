"""Each signal holds for a firm into which its pattern is planted, and for none of the innocent doubles."""

from functools import cache

import pytest

from ews.domain.patterns import NO_PATTERN, Pattern
from tests.patterns.fired import Signals, fired
from tests.patterns.plants import PLANTS
from tests.patterns.signal_plants import SIGNAL_PLANTS
from tests.policy.policies import POLICY

# A pattern without a signal here is seen by the model; alone it was worth too little to warn (docs/signals.md)
FIRES: dict[str, tuple[str, ...]] = {
    "sales collapse": (),
    "cards at the limit": (),
    "guarantees for failing friends": ("GUARANTEED_LATE",),
    "credit asked everywhere": ("CREDIT_REFUSED",),
    "each loan larger": (),
    "bridge money": (),
    "other business": (),
    "securities and private lending": (),
    "trade in decline": (),
    "loan money left at once": ("LOAN_MONEY_MISUSED",),
    "wages and taxes shrink": (),
    "habitually late": ("LATE_ON_AVERAGE",),
    **{plant.name: plant.fires for plant in SIGNAL_PLANTS},
}
NOT_PLANTED = {
    "STOPPAGE_FOUND",  # a finding
    "GROUP_MEMBER_DEFAULTED",  # tests/scoring/test_network.py
    "GUARANTEED_TURNED_BAD",  # likewise
}
"""Signals that no feature tells; tests/policy/test_judge.py has their cases, as for those without a pattern."""


@cache
def held() -> dict[str, tuple[Signals, Signals]]:
    return dict(fired((*PLANTS, *SIGNAL_PLANTS)))


@pytest.mark.parametrize("name", FIRES)
def test_a_signal_holds_for_what_it_looks_for_and_spares_the_double(name: str):
    planted, double = held()[name]
    assert planted >= set(FIRES[name])
    assert double == set()


def test_a_long_relationship_is_no_shield():
    assert held()["old customer stops"] == held()["trade stops"]


def test_every_signal_that_features_tell_is_planted():
    asked = {signal.code for signal in POLICY.signals if signal.pattern not in NO_PATTERN}
    assert {code for codes in FIRES.values() for code in codes} == asked - NOT_PLANTED


def test_every_pattern_but_the_long_relationship_has_a_signal():
    assert {signal.pattern for signal in POLICY.signals} - set(NO_PATTERN) == set(Pattern) - {Pattern.HISTORY_NO_SHIELD}
