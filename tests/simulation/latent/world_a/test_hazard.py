from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.simulation.latent.world_a.hazard import Chances, chances, rates, recovery, strain, visibility
from ews.simulation.latent.world_a.world import APPETITE, DIVERSION, RELUCTANCE, SQUEEZE, TRADE, WORLD_A

level = st.floats(-3, 4)


def channels(**levels: float) -> np.ndarray:
    names = {"trade": TRADE, "squeeze": SQUEEZE, "appetite": APPETITE, "diversion": DIVERSION, "reluctance": RELUCTANCE}
    found = np.zeros((5, 1))
    for name, value in levels.items():
        found[names[name]] = value
    return found


def found(
    state: np.ndarray, due: float = 0.0, *, fragile: bool = False, cuts: float = 1.0, world=WORLD_A
) -> dict[str, float]:
    due_now = np.array([due])
    found_rates, seen = rates(state, due_now, np.zeros(1), world), visibility(state, world)
    now = chances(found_rates, seen, due_now, 1.0, np.array([cuts]), world)[fragile]
    return {field.name: float(getattr(now, field.name)[0]) for field in fields(Chances)}


def stops(state: np.ndarray, due: float = 0.0, **other) -> float:
    now = found(state, due, **other)
    return now["stop"] + now["patch"]


def test_the_rates_of_one_state_by_hand():
    now = rates(channels(trade=1.0, squeeze=1.0), np.ones(1), np.array([0.1]), WORLD_A)
    assert now.trade[0] == pytest.approx(np.exp(-7.95 + 1.9 + 0.1))
    assert now.cash[0] == pytest.approx(np.exp(-7.8 + 1.9))
    assert now.bullet[0] == pytest.approx(np.exp(-5.1 + 1.8 + 0.5))
    assert now.refused[0] == pytest.approx(np.exp(-6.2) / 2)


def test_a_bullet_weighs_more_the_greater_the_squeeze():
    calm, tight = (stops(channels(squeeze=value), 1.0) - stops(channels(squeeze=value)) for value in (0.0, 2.0))
    assert tight > 5 * calm > 0


def test_appetite_alone_is_harmless_only_while_credit_is_granted():
    wish = {
        value: rates(channels(appetite=2.0, squeeze=value), np.zeros(1), np.zeros(1), WORLD_A).refused[0]
        for value in (-1.0, 1.0, 2.0)
    }
    assert wish[-1.0] < 0.02 * wish[2.0]
    assert wish[2.0] == pytest.approx(wish[1.0] * 2 / (1 + np.exp(-2.5)))


def test_the_unwilling_are_not_put_off_with_other_money():
    world = replace(
        WORLD_A, trade_rate=(-99.0, 0.0), cash_rate=(-99.0, 0.0), refused_rate=(-99.0, 0.0), diversion_rate=(-99.0, 0.0)
    )
    now = found(channels(reluctance=2.0), world=world)
    assert now["patch"] == pytest.approx(0.0)
    assert now["stop"] == pytest.approx(1 - np.exp(-np.exp(-7.4 + 3.6)))


def test_who_was_rescued_is_likelier_to_stop_and_finds_other_money_less_often():
    state = channels(squeeze=2.0)
    plain, fragile = found(state), found(state, fragile=True)
    assert stops(state, fragile=True) > 2.2 * stops(state)
    assert fragile["patch"] / (fragile["stop"] + fragile["patch"]) < plain["patch"] / (plain["stop"] + plain["patch"])


def test_officers_act_on_what_they_see():
    calm, grave = found(channels(), 1.0), found(channels(squeeze=3.0), 1.0)
    assert grave["pushed"] > 8 * calm["pushed"]
    harsh = found(channels(squeeze=3.0), 1.0, cuts=2.0)
    assert harsh["pushed"] > 1.5 * grave["pushed"]
    assert found(channels(), 0.0)["left"] == pytest.approx(WORLD_A.leave_rate, rel=0.01)


@settings(deadline=None, max_examples=200)
@given(
    values=st.lists(level, min_size=5, max_size=5),
    due=st.booleans(),
    fragile=st.booleans(),
    cuts=st.sampled_from([0.5, 1.0, 2.0]),
)
def test_chances_are_chances_and_leave_room_for_nothing_to_happen(values, due, fragile, cuts):
    now = found(np.array(values)[:, None], float(due), fragile=fragile, cuts=cuts)
    assert all(value >= 0 for value in now.values())
    assert sum(now.values()) <= 1 + 1e-9


@settings(deadline=None, max_examples=100)
@given(
    values=st.lists(level, min_size=5, max_size=5),
    channel=st.integers(0, 4),
    more=st.floats(0.01, 2),
    due=st.booleans(),
)
def test_more_of_any_channel_never_makes_stopping_rarer(values, channel, more, due):
    state = np.array(values)[:, None]
    worse = state.copy()
    worse[channel] += more
    assert stops(worse, float(due)) >= stops(state, float(due)) - 1e-12


@pytest.mark.parametrize(
    ("arrears", "state", "own"),
    [
        (1, {}, 0.52),
        (2, {}, 0.36),
        (3, {}, 0.22),
        (1, {"squeeze": 2.0}, 0.52 * np.exp(-0.5)),
        (1, {"squeeze": -2.0}, 0.52),
        (2, {"reluctance": 1.0}, 0.36 * np.exp(-0.45)),
    ],
)
def test_catching_up_grows_harder_with_every_month_and_with_strain(arrears, state, own):
    caught_up, relieved = recovery(strain(channels(**state), WORLD_A), arrears, np.ones(1), WORLD_A)
    assert caught_up[0] == pytest.approx(own)
    assert relieved[0] == pytest.approx((1 - own) * WORLD_A.relief[arrears - 1])
