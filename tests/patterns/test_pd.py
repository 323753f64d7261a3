"""A model of world A on the plants: the pd rises above the double's, and the pattern is among the first reasons.

Here stand the plants for which this held in each of three models, of 8,000 to 15,000 borrowers; `python -m benchmarks
patterns` asks all of them in a larger world, and its page says what falls short and why.
"""

from pathlib import Path

import pytest

from tests.patterns.judged import NAMED, Judged, judge
from tests.patterns.plants import PLANTS, Plant
from tests.patterns.taught import taught_model

NOT_RISKIER = {"loan money left at once"}
NOT_NAMED = NOT_RISKIER | {"each loan larger", "guarantees for failing friends"}
RISKIER_PLANTS = [plant for plant in PLANTS if plant.name not in NOT_RISKIER]
NAMED_PLANTS = [plant for plant in PLANTS if plant.name not in NOT_NAMED]


@pytest.fixture(scope="module")
def judged(shared: Path) -> dict[str, Judged]:
    return {each.plant.name: each for each in judge(taught_model(shared))}


def name_of(plant: Plant) -> str:
    return plant.name.replace(" ", "-")


@pytest.mark.parametrize("plant", RISKIER_PLANTS, ids=name_of)
def test_a_planted_pattern_raises_the_pd_and_its_double_stays_below(plant, judged):
    found = judged[plant.name]
    assert found.after.pd > found.before.pd
    assert found.after.pd > found.double.pd


@pytest.mark.parametrize("plant", PLANTS, ids=name_of)
def test_the_product_sees_the_tells_of_a_plant(plant, judged):
    assert {moved.feature.name for moved in judged[plant.name].moved} >= set(plant.tells)


@pytest.mark.parametrize("plant", NAMED_PLANTS, ids=name_of)
def test_the_pattern_is_among_the_first_reasons(plant, judged):
    assert judged[plant.name].rank in range(1, NAMED + 1)
