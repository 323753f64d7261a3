"""Life in world A: all months of all borrowers, who are coupled by shocks and guarantees."""

from dataclasses import dataclass, replace

import numpy as np

from ews.domain.progress import Progress, silent
from ews.simulation.arrays import Flags, Floats, Ints, Reals
from ews.simulation.draws import Draws
from ews.simulation.latent.calls import calls_upon, cost_per_guarantor, costs, note_calls
from ews.simulation.latent.course import DEFAULT_AT, Cause, Course
from ews.simulation.latent.diary import Diary
from ews.simulation.latent.foreseen import exposed, with_foreseen_calls
from ews.simulation.latent.horizon import HORIZON, months_told
from ews.simulation.latent.innocents import note_lifelong, note_month, note_renewals
from ews.simulation.latent.main_loans import BULLET
from ews.simulation.latent.marks import Seen, note_marks
from ews.simulation.latent.network import Network
from ews.simulation.latent.population import Population
from ews.simulation.latent.record import Record
from ews.simulation.latent.world_a.channels import Affairs, first_affairs, moved, with_calls
from ews.simulation.latent.world_a.expected import State, default_by
from ews.simulation.latent.world_a.hazard import SEASON, Rates, Traits, traits
from ews.simulation.latent.world_a.shock import Shock, world_in
from ews.simulation.latent.world_a.standing import Month, Standing, standing_moved
from ews.simulation.latent.world_a.world import SQUEEZE, TRADE, WORLD_A, WorldA
from ews.simulation.months import Months

_RECENT = 12
_SPECULATES = 0.6
_LONG_AGO = -1000


@dataclass(frozen=True, slots=True)
class Economy:
    """What stays the same while the months go by."""

    people: Population
    network: Network
    cost: Floats
    traits: Traits
    speculates: Flags
    months: Months
    world: WorldA
    draws: Draws
    diary: Diary

    def due(self, month: int) -> Floats:
        """Return 1 where a bullet falls due in `month`."""
        bullet = self.people.repayment == BULLET
        return np.asarray(self.people.matures(month) & bullet, dtype=np.float64)

    def season(self, month: int) -> float:
        return SEASON[int(self.months.season(month))]


def live_in_world_a(
    people: Population,
    network: Network,
    months: Months,
    draws: Draws,
    progress: Progress = silent,
    *,
    world: WorldA = WORLD_A,
    shock: Shock | None = None,
) -> Course:
    """Return the course of all borrowers."""
    cost, party = costs(network, people, draws), traits(people, draws)
    speculates = draws.uniform("affairs.speculates", people.unit) < _SPECULATES
    economy = Economy(people, network, cost, party, speculates, months, world, draws, Diary())
    record, told = Record.empty(len(people), months.count), months_told(len(people), months)
    affairs, now = first_affairs(people, world, draws), Standing.nobody(len(people))
    misused_in = np.full(len(people), _LONG_AGO)
    note_lifelong(people, months, draws, economy.diary)
    for number in range(months.count):
        progress("latent states", number, months.count)
        economy = replace(economy, world=world_in(number, world, shock))
        affairs = moved(affairs, people, number, economy.world, draws)
        now = _month(economy, affairs, now, misused_in, number)
        affairs, misused_in = _aftermath(economy, affairs, now, misused_in, number)
        record.write(number, affairs.channels, now.arrears, now.cause)
        if told[number]:
            record.write_expected(number, now.sound & people.borrows, _expected(economy, affairs, now, number))
    progress("latent states", months.count, months.count)
    return record.course(economy.diary)


def _month(economy: Economy, affairs: Affairs, now: Standing, misused_in: Ints, number: int) -> Standing:
    """Return the standing at the end of month `number`, newcomers included."""
    people = economy.people
    month = Month(
        number=number,
        channels=affairs.channels,
        due=economy.due(number),
        season=economy.season(number),
        causes=_causes(economy, affairs, now, number - misused_in < _RECENT),
    )
    after = standing_moved(now, month, people, economy.traits, economy.world, economy.draws, economy.diary)
    return replace(after, arrears=np.where(people.joined == number, 0, after.arrears))


def _causes(economy: Economy, affairs: Affairs, now: Standing, misused: Flags) -> Ints:
    """Return what each rate of `Rates` would be called for each party: the cause behind the channel."""
    channels = affairs.channels
    sector = (affairs.sector > 0.3) & (affairs.sector > 0.5 * channels[TRADE])
    called = affairs.drained > 0.5 * np.maximum(channels[SQUEEZE], 0.4)
    cash = np.where(called, Cause.GUARANTEES, np.where(now.patched, Cause.NEW_FOR_OLD, Cause.CARDS))
    spent = np.where(economy.speculates, Cause.SPECULATION, Cause.OFF_TRADE)
    size = len(economy.people)
    named = Rates(
        trade=np.where(sector, Cause.SECTOR, Cause.TRADE),
        cash=cash,
        bullet=cash,
        refused=np.full(size, Cause.CREDIT),
        diverted=np.where(misused, Cause.MISUSE, spent),
        unwilling=np.full(size, Cause.UNWILLING),
    )
    return np.stack(named)


def _aftermath(
    economy: Economy, affairs: Affairs, now: Standing, misused_in: Ints, number: int
) -> tuple[Affairs, Ints]:
    """Return the affairs once guarantees are called, and who misused money when; note what a month leaves behind."""
    people, draws, diary = economy.people, economy.draws, economy.diary
    calls = calls_upon(economy.network, economy.cost, now.arrears == DEFAULT_AT, number, now.present)
    note_calls(calls, number + 1, economy.world.call_months, diary)
    cost = cost_per_guarantor(calls, len(people))
    seen = Seen(number, affairs.channels, now.arrears, cost > 0)
    misused = note_marks(people, seen, economy.world.marks, draws, diary)
    note_month(people, number, now.arrears, draws, diary)
    note_renewals(people, number, now.undisturbed, draws, diary)
    return with_calls(affairs, cost, economy.world), np.where(misused, number, misused_in)


def _expected(economy: Economy, affairs: Affairs, now: Standing, number: int) -> Floats:
    """Return the expected pd of all at the end of month `number`, 0 where it has no meaning."""
    people, world = economy.people, economy.world
    counts = np.flatnonzero(now.sound & people.borrows)
    ahead = range(number + 1, number + 1 + HORIZON)
    state = State(
        affairs.level, affairs.off, affairs.pool, economy.traits, now.arrears, now.fragile, now.doomed,
        np.stack([economy.due(month) for month in ahead]), tuple(economy.season(month) for month in ahead),
    )  # fmt: skip
    found = np.zeros((HORIZON, len(people)), np.float32)
    found[:, counts] = default_by(state.chosen(counts), world)

    def if_called(guarantor: Ints, cost: Floats) -> Reals:
        then = state.chosen(guarantor)
        shocked = with_calls(Affairs(then.level, then.off, then.pool, then.pool, then.pool), cost, world)
        return default_by(then._replace(pool=shocked.pool), world)

    upon = exposed(economy.network, economy.cost, number, now.sound, people.borrows, found)
    return with_foreseen_calls(found, upon, if_called)
