from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.simulation.draws import Draws
from ews.simulation.latent.course import DEFAULT_AT
from ews.simulation.latent.diary import Diary
from ews.simulation.latent.population import populate
from ews.simulation.latent.world_b.cash import Cash, moved
from ews.simulation.latent.world_b.expected import (
    PAYS,
    REFUSES,
    SHORT,
    TERMINALS,
    UNWILLING,
    Place,
    default_by,
    due_months,
    due_pattern,
)
from ews.simulation.latent.world_b.standing import Month, Standing, standing_moved
from ews.simulation.latent.world_b.world import BAD, EXTRACTING, GOOD, SLACK, WORLD_B
from tests.simulation.economies import MONTHS


def at(
    liquidity: float,
    standing: int = PAYS,
    business: int = SLACK,
    climate: int = 0,
    pattern: int = 0,
    temperament: int = 1,
) -> list[float]:
    place = (np.array([value]) for value in (temperament, pattern, standing, business, climate, liquidity))
    return [float(value) for value in default_by(Place(*place), WORLD_B)[:, 0]]


@pytest.mark.parametrize(
    ("to_due", "term", "months"),
    [(1, 12, (1,)), (12, 12, (12,)), (13, 24, ()), (3, 6, (3, 9)), (6, 6, (6, 12)), (5, 24, (5,))],
)
def test_the_months_in_which_a_bullet_falls_due(to_due, term, months):
    assert due_months(int(due_pattern(np.array([to_due]), np.array([term]))[0])) == months


@pytest.mark.parametrize(
    ("months", "within_three"),
    [(1, (1 - 0.22) ** 3), (2, (1 - 0.22) ** 2), (3, 1 - 0.22)],
)
def test_those_who_refuse_default_unless_they_come_round(months, within_three):
    assert at(5.0, REFUSES[months - 1])[0] == pytest.approx(within_three, abs=1e-6)


@settings(deadline=None, max_examples=60)
@given(
    liquidity=st.floats(-1.9, 5.5), less=st.floats(0.1, 2), standing=st.sampled_from([PAYS, UNWILLING, *SHORT]),
    business=st.integers(0, 3), climate=st.integers(0, 5), pattern=st.integers(0, 18), temperament=st.integers(0, 2),
)  # fmt: skip
def test_less_money_or_a_longer_time_never_lowers_the_chance(
    liquidity, less, standing, business, climate, pattern, temperament
):
    rich, poor = (
        at(value, standing, business, climate, pattern, temperament) for value in (liquidity, liquidity - less)
    )
    assert rich == sorted(rich)
    assert all(0 <= value <= 1 for value in rich)
    # a rescue by evergreen or relief leaves more than some had who were never short
    assert all(high >= low - 0.02 for high, low in zip(poor, rich, strict=True))


def test_bad_business_a_slump_and_a_wild_temper_are_worse():
    usual = at(3.0)[-1]
    assert at(3.0, business=GOOD)[-1] < usual < min(at(3.0, business=state)[-1] for state in (BAD, EXTRACTING))
    assert at(3.0, climate=2)[-1] > usual
    assert at(3.0, temperament=0)[-1] < usual < at(3.0, temperament=2)[-1]
    assert at(3.0, pattern=3)[-1] > usual
    assert at(3.0, standing=UNWILLING)[-1] > usual + 0.1


@pytest.mark.parametrize(
    ("standing", "business", "liquidity", "pattern"),
    [
        (PAYS, SLACK, 1.0, 0),
        (PAYS, BAD, 2.0, 3),
        (PAYS, EXTRACTING, 1.5, 14),
        (UNWILLING, GOOD, 4.0, 0),
        (SHORT[0], SLACK, -0.4, 0),
        (SHORT[1], BAD, 0.3, 1),
    ],
)
def test_it_equals_the_share_that_defaults_when_the_world_goes_on(standing, business, liquidity, pattern):
    size = 16_000
    people = populate(size, MONTHS, Draws(31))
    # everyone a unit and a trade of their own: fates are independent draws
    people = replace(people, borrows=np.ones(size, bool), unit=people.number)
    temperament = np.ones(size, int)
    cash = Cash(np.zeros(12, int), np.zeros(10, bool), np.full(size, business), np.full(size, liquidity))
    months_late = SHORT.index(standing) + 1 if standing in SHORT else 0
    now = replace(
        Standing.nobody(size), arrears=np.full(size, months_late), unwilling=np.full(size, standing == UNWILLING)
    )
    due, by_month, draws = due_months(pattern), [], Draws(32)
    defaulted = np.zeros(size, bool)
    calm = replace(WORLD_B, slump_rate=0.0, market_rate=0.0, boom_rate=0.0, region_hit=0.0)
    for number in range(12):
        falls_due = np.full(size, number + 1 in due)
        cash = moved(cash, people, temperament, falls_due.astype(float), number, calm, draws)
        now, cash = standing_moved(
            now, cash, Month(number, falls_due, np.ones(size, int)), people, calm, draws, Diary()
        )
        defaulted |= now.arrears == DEFAULT_AT
        by_month.append(defaulted.mean())
    place = Place(*(np.array([value]) for value in (1, pattern, standing, business, 0, liquidity)))
    expected = default_by(place, calm)[:, 0]
    for terminal, chance in zip(TERMINALS, expected, strict=True):
        assert by_month[terminal - 1] == pytest.approx(chance, abs=4 * (chance / size) ** 0.5 + 0.03 * chance)
