import numpy as np
import pytest

from ews.simulation.draws import Draws
from ews.simulation.latent.course import ABSENT
from ews.simulation.latent.diary import Diary
from ews.simulation.latent.episodes import Episodes, Kind
from ews.simulation.latent.innocents import note_lifelong, note_month, note_renewals
from ews.simulation.latent.main_loans import BULLET
from ews.simulation.latent.population import FARMING, Role, populate
from tests.simulation.economies import MONTHS

PEOPLE = populate(20_000, MONTHS, Draws(4))
DRAWS = Draws(4)


@pytest.fixture(scope="module")
def lifelong() -> Episodes:
    diary = Diary()
    note_lifelong(PEOPLE, MONTHS, DRAWS, diary)
    return diary.episodes(MONTHS.count)


@pytest.fixture(scope="module")
def monthly() -> Episodes:
    diary = Diary()
    for month in range(MONTHS.count):
        note_month(PEOPLE, month, np.where(PEOPLE.joined <= month, 0, ABSENT), DRAWS, diary)
    return diary.episodes(MONTHS.count)


def test_habits_begin_as_the_customer_joins(lifelong):
    habits = lifelong.of(Kind.TRANSACTOR, Kind.CARELESS)
    assert np.array_equal(habits.month, PEOPLE.joined[habits.borrower])


def test_transactors_are_persons_and_the_careless_borrow(lifelong):
    assert not PEOPLE.firm[lifelong.of(Kind.TRANSACTOR).borrower].any()
    assert PEOPLE.borrows[lifelong.of(Kind.CARELESS).borrower].all()
    assert len(lifelong.of(Kind.TRANSACTOR)) == pytest.approx(0.10 * (~PEOPLE.firm).sum(), rel=0.1)


def test_some_trades_rest_every_year_and_farmers_most(lifelong):
    rests = lifelong.of(Kind.SEASON_STOP)
    who, times = np.unique(rests.borrower[PEOPLE.stock[rests.borrower]], return_counts=True)
    assert set(times.tolist()) <= {3, 4}
    assert np.all(np.isin(rests.months, [2, 3, 4]))
    trader = (PEOPLE.role == Role.ALONE) & ~PEOPLE.waged
    farmers = np.flatnonzero(trader & PEOPLE.stock & (PEOPLE.industry == FARMING))
    assert np.isin(farmers, who).mean() == pytest.approx(0.45, abs=0.04)
    assert np.all(np.isin(MONTHS.season(rests.month[PEOPLE.industry[rests.borrower] == FARMING]), [0, 1]))


@pytest.mark.parametrize(
    ("kind", "rate"),
    [(Kind.MIGRATION, 0.0016), (Kind.EXPANSION, 0.0045), (Kind.PAYROLL_MOVED, 0.0013), (Kind.SOUND_SUIT, 0.0016)],
)
def test_firms_have_them_at_their_rate_and_wage_earners_never(monthly, kind, rate):
    found = monthly.of(kind)
    firm_months = (MONTHS.count - PEOPLE.joined[PEOPLE.firm]).sum()
    assert PEOPLE.firm[found.borrower].sum() / firm_months == pytest.approx(rate, rel=0.25)
    assert not PEOPLE.waged[found.borrower].any()


def test_a_share_of_the_settlement_migrates(monthly):
    size = monthly.of(Kind.MIGRATION).size
    assert 0.25 <= size.min() < size.max() <= 0.9


def test_nothing_happens_to_those_absent(monthly):
    assert np.all(monthly.month >= PEOPLE.joined[monthly.borrower])


def test_feeds_fail_and_bookings_are_late_now_and_then(monthly):
    assert set(monthly.of(Kind.BOOKED_LATE).months.tolist()) == {1, 2}
    assert 0 < len(monthly.of(Kind.FEED_GAP)) < len(monthly.of(Kind.BOOKED_LATE))


def test_policy_renews_a_part_of_the_bullets_of_those_who_pay():
    diary = Diary()
    paid = PEOPLE.number % 2 == 0
    for month in range(MONTHS.count):
        note_renewals(PEOPLE, month, paid, DRAWS, diary)
    found = diary.episodes(MONTHS.count)
    assert np.all(found.borrower % 2 == 0)
    assert np.all(PEOPLE.repayment[found.borrower] == BULLET)
    due = sum((PEOPLE.matures(month) & (PEOPLE.repayment == BULLET) & paid).sum() for month in range(MONTHS.count))
    assert len(found) / due == pytest.approx(0.22, abs=0.02)
