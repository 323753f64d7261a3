"""Each pattern of failing loans, planted in a quiet book, turns its features for the worse; its double stays below."""

import math
from functools import cache

import pandas as pd
import pytest

from ews.domain.features import Feature
from ews.features.build import blind_families
from ews.features.catalogue import FAMILIES, FEATURES, family_name, family_of, feature
from tests.books import book_of
from tests.features.observed import frame
from tests.patterns.plants import PLANTED, PLANTS, Plant
from tests.patterns.quiet import AS_OF, Firm, quiet_firms, rows_of

by_name = {family_name(family): family for family in FAMILIES}


def told(firms: list[Firm], families: set[str]) -> dict[str, dict[str, float]]:
    """Return, per feature of `families`, the values by borrower."""
    book = book_of(rows_of(firms))
    seen = sorted(families - set(blind_families(book)))
    table = pd.concat([frame(by_name[name], book, [AS_OF]).set_index("borrower_id") for name in seen], axis=1)
    borrowers = [str(borrower) for borrower in table.index]
    return {
        each.name: dict(zip(borrowers, table[each.name].astype("float64").tolist(), strict=True))
        for each in FEATURES
        if each.name in table
    }


@cache
def quiet(families: frozenset[str]) -> dict[str, dict[str, float]]:
    return told(quiet_firms(), set(families))


def worsened(each: Feature, before: float, after: float) -> bool:
    return after > before if each.worse == "higher" else after < before


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name.replace(" ", "-"))
def test_a_planted_pattern_turns_its_features_for_the_worse_and_its_double_stays_below(plant: Plant):
    looking = [each for each in FEATURES if each.pattern is plant.pattern and each.worse != "none"]
    families = frozenset(family_of(each) for each in looking)
    firms = plant.firms()
    now, before = told(firms, set(families)), quiet(families)
    planted, innocent = (
        firms[number].owner if plant.of_owner else firms[number].id for number in (PLANTED, plant.double)
    )
    moved = [
        (each, _known(before[each.name][planted], now[each.name][innocent]), now[each.name][planted])
        for each in looking
        if each.name in now
    ]
    was_known = {each.name for each in looking if each.name in now and not math.isnan(before[each.name][planted])}
    improved = {each.name: (then, value) for each, then, value in moved if worsened(each, value, then)}
    assert improved.keys() & was_known == set()
    assert {each.name for each, then, value in moved if worsened(each, then, value)} >= set(plant.tells)
    for name in plant.tells:
        assert worsened(feature(name), now[name][innocent], now[name][planted]), name


def _known(before: float, of_double: float) -> float:
    """Return the value before; where it was unknown then (no loan to speak of), what the double shows now."""
    return of_double if math.isnan(before) else before
