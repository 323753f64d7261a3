"""Villages whose rows the tests of the row side look at."""

from collections.abc import Callable
from functools import cache

import pytest

from tests.simulation.rows.courses import Village, Written, everybody, village, wild_plan


@pytest.fixture(scope="session")
def place() -> Village:
    return village(400)


@pytest.fixture(scope="session")
def calm(place: Village) -> Written:
    """Nothing happens to anybody."""
    return Written(place)


@pytest.fixture(scope="session")
def wild(place: Village) -> Written:
    """Everything happens, without rhyme or reason."""
    return Written(place, wild_plan(place))


@pytest.fixture(scope="session")
def at_two(place: Village) -> Callable[[str], Written]:
    """Return the rows of a village in which one channel is grave for everybody."""
    return cache(lambda name: Written(place, everybody(place, name, 2.0)))
