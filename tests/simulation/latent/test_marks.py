from dataclasses import replace

import numpy as np
import pytest

from ews.simulation.draws import Draws
from ews.simulation.latent.diary import Diary
from ews.simulation.latent.episodes import Episodes, Kind
from ews.simulation.latent.main_loans import BULLET
from ews.simulation.latent.marks import MarkRates, Seen, note_marks
from ews.simulation.latent.population import populate
from tests.simulation.economies import MONTHS

PEOPLE = populate(20_000, MONTHS, Draws(6))
RATES = MarkRates(
    check=(0.1, 0.3, 0.2, 0.01), false_finding=0.02, suit=(0.05, 0.1, 0.2), enforced=0.1, seized=(0.1, 0.05),
    fined=(0.01, 0.05), misuse=0.5, inflation=0.4,
)  # fmt: skip
TRADE, SQUEEZE, DIVERSION = 0, 1, 3


def marks(
    arrears: int = 0, *, called: bool = False, rates: MarkRates = RATES, **levels: float
) -> tuple[Episodes, np.ndarray]:
    channels = np.zeros((5, len(PEOPLE)))
    for name, level in levels.items():
        channels[{"trade": TRADE, "squeeze": SQUEEZE, "diversion": DIVERSION}[name]] = level
    everyone = np.full(len(PEOPLE), arrears), np.full(len(PEOPLE), called)
    diary = Diary()
    misused = note_marks(PEOPLE, Seen(7, channels, *everyone), rates, Draws(6), diary)
    return diary.episodes(MONTHS.count), misused


def share(found: Episodes, kind: Kind) -> float:
    return len(found.of(kind)) / len(PEOPLE)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({}, 0.01 + 0.1 * 0.0198),
        ({"squeeze": 3.0}, 0.01 + 0.1 * 0.9939),
        ({"arrears": 1}, 0.01 + 0.3 + 0.1 * 0.0198),
        ({"arrears": 2}, 0.01 + 0.1 * 0.0198),
        ({"called": True}, 0.01 + 0.2 + 0.1 * 0.0198),
    ],
)
def test_officers_check_by_sight_by_arrears_and_after_a_call(state, expected):
    found, _ = marks(**state)
    assert share(found, Kind.CHECK) == pytest.approx(expected, abs=0.01)


def test_a_false_finding_needs_a_calm_borrower():
    assert share(marks()[0], Kind.FALSE_FINDING) == pytest.approx(0.02, abs=0.004)
    for state in ({"squeeze": 0.7}, {"arrears": 1}):
        assert share(marks(**state)[0], Kind.FALSE_FINDING) == 0


@pytest.mark.parametrize(("arrears", "expected"), [(0, 0.0), (3, 0.0), (4, 0.1), (9, 0.1)])
def test_enforcement_follows_default(arrears, expected):
    assert share(marks(arrears)[0], Kind.ENFORCEMENT) == pytest.approx(expected, abs=0.01)


def test_lawsuits_lead_and_follow_arrears():
    calm, grave, late, bad = (
        share(marks(**state)[0], Kind.LAWSUIT) for state in ({}, {"squeeze": 3.0}, {"arrears": 2}, {"arrears": 5})
    )
    assert calm < 0.004 < grave < late < bad


def test_only_firms_are_fined():
    assert PEOPLE.firm[marks(trade=2.0)[0].of(Kind.PENALTY).borrower].all()


def test_those_who_divert_misuse_what_is_paid_out_to_them():
    found, misused = marks(diversion=3.0)
    out = PEOPLE.borrows & (PEOPLE.matures(7) | (PEOPLE.joined == 7))
    assert np.array_equal(np.flatnonzero(misused), found.of(Kind.MISUSE).borrower)
    assert misused[out].mean() == pytest.approx(0.5, abs=0.06)
    assert not misused[~out].any()


def test_flows_are_blown_up_before_a_bullet_by_those_whose_trade_shrank():
    found, _ = marks(trade=3.0)
    soon = PEOPLE.matures(10) & (PEOPLE.repayment == BULLET)
    blown = found.of(Kind.INFLATION)
    assert soon[blown.borrower].all()
    assert len(blown) / soon.sum() == pytest.approx(0.4, abs=0.06)
    assert set(blown.months.tolist()) == {3}
    calm, _ = marks(trade=-1.0)
    assert len(calm.of(Kind.INFLATION)) < 0.05 * len(blown)


def test_without_rates_nothing_is_noted():
    none = replace(
        RATES, check=(0, 0, 0, 0), false_finding=0, suit=(0, 0, 0), enforced=0, seized=(0, 0), fined=(0, 0), misuse=0,
        inflation=0,
    )  # fmt: skip
    assert len(marks(5, called=True, rates=none, squeeze=3.0, diversion=3.0)[0]) == 0
