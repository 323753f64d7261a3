"""Life in world B: all months of all borrowers, who are coupled by climates, units and guarantees."""

from dataclasses import dataclass, replace

import numpy as np

from ews.domain.progress import Progress, silent
from ews.simulation.arrays import Flags, Floats, Ints
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
from ews.simulation.latent.world_b.cash import WARM_UP, Cash, first_cash, moved, newcomers, temperaments
from ews.simulation.latent.world_b.expected import (
    PAYS,
    REFUSES,
    SHORT,
    TERMINALS,
    UNWILLING,
    Place,
    default_by,
    due_pattern,
)
from ews.simulation.latent.world_b.signs import Signs, first_signs, for_newcomers, months_low
from ews.simulation.latent.world_b.signs import moved as signs_moved
from ews.simulation.latent.world_b.standing import Month, Standing, liquidity_lost, standing_moved
from ews.simulation.latent.world_b.ties import unit_ties
from ews.simulation.latent.world_b.world import BAD, EXTRACTING, WORLD_B, WorldB
from ews.simulation.months import Months

_RECENT = 12
_SPECULATES = 0.4
_LONG_AGO = -1000
_LOW, _LONG = 1.5, 6


@dataclass(frozen=True, slots=True)
class Economy:
    """What stays the same while the months go by; a default in `ties` takes `loss` from liquidity."""

    people: Population
    network: Network
    cost: Floats
    ties: Network
    loss: Floats
    temperament: Ints
    speculates: Flags
    months: Months
    world: WorldB
    draws: Draws
    diary: Diary

    def due(self, month: int) -> Flags:
        return np.asarray(self.people.matures(month) & (self.people.repayment == BULLET))


@dataclass(frozen=True, slots=True)
class Memory:
    """When guarantees of a party were last called and payout money last misused; how long its money is short."""

    called_in: Ints
    misused_in: Ints
    low_for: Ints


def live_in_world_b(
    people: Population,
    network: Network,
    months: Months,
    draws: Draws,
    progress: Progress = silent,
    *,
    world: WorldB = WORLD_B,
) -> Course:
    """Return the course of all borrowers."""
    economy = _economy(people, network, months, draws, world)
    record, told = Record.empty(len(people), months.count), months_told(len(people), months)
    now = Standing.nobody(len(people))
    cash = first_cash(people, economy.temperament, economy.world, draws)
    signs = first_signs(people, cash, now.unwilling, draws)
    long_ago = np.full(len(people), _LONG_AGO)
    memory = Memory(long_ago, long_ago, np.zeros(len(people), np.int64))
    note_lifelong(people, months, draws, economy.diary)
    for number in range(months.count):
        progress("latent states", number, months.count)
        now, cash, signs = _month(economy, now, cash, signs, memory, number)
        cash, memory = _aftermath(economy, now, cash, signs, memory, number)
        record.write(number, signs.channels, now.arrears, now.cause)
        if told[number]:
            record.write_expected(number, now.sound & people.borrows, _expected(economy, now, cash, number))
    progress("latent states", months.count, months.count)
    return record.course(economy.diary)


def _economy(people: Population, network: Network, months: Months, draws: Draws, world: WorldB) -> Economy:
    cost = costs(network, people, draws)
    ties, loss = unit_ties(people, network, np.minimum(world.call_scale * cost, world.call_most), world.unit_loss)
    speculates = draws.uniform("cash.speculates", people.unit) < _SPECULATES
    temperament = temperaments(people, draws)
    return Economy(people, network, cost, ties, loss, temperament, speculates, months, world, draws, Diary())


def _month(
    economy: Economy, now: Standing, cash: Cash, signs: Signs, memory: Memory, number: int
) -> tuple[Standing, Cash, Signs]:
    """Return standing, cash and signs at the end of month `number`, newcomers included."""
    people, world, draws = economy.people, economy.world, economy.draws
    due = economy.due(number)
    cash = moved(cash, people, economy.temperament, due.astype(np.float64), WARM_UP + number, world, draws)
    month = Month(number, due, _causes(economy, cash, signs, memory, number))
    now, cash = standing_moved(now, cash, month, people, world, draws, economy.diary)
    cash = newcomers(cash, people, number, draws)
    now = replace(now, arrears=np.where(people.joined == number, 0, now.arrears))
    signs = signs_moved(signs, people, cash, now.unwilling, number, draws)
    return now, cash, for_newcomers(signs, people, cash, now.unwilling, number)


def _causes(economy: Economy, cash: Cash, signs: Signs, memory: Memory, number: int) -> Ints:
    """Return why each party would be out of money: the first that fits."""
    spent = np.where(economy.speculates, Cause.SPECULATION, Cause.OFF_TRADE)
    taken_out = cash.business == EXTRACTING
    return np.select(
        [
            number - memory.called_in < _RECENT,
            taken_out & (number - memory.misused_in < _RECENT),
            taken_out,
            (cash.business == BAD) & (cash.climate(economy.people) % 4 != 0),
            cash.business == BAD,
            memory.low_for >= _LONG,
            signs.channels[2] > 1.5,
        ],
        [Cause.GUARANTEES, Cause.MISUSE, spent, Cause.SECTOR, Cause.TRADE, Cause.NEW_FOR_OLD, Cause.CREDIT],
        Cause.CARDS,
    )


def _aftermath(
    economy: Economy, now: Standing, cash: Cash, signs: Signs, memory: Memory, number: int
) -> tuple[Cash, Memory]:
    """Return the cash once defaults have cost guarantors and units; note what a month leaves behind."""
    people, draws, diary = economy.people, economy.draws, economy.diary
    defaulted = now.arrears == DEFAULT_AT
    calls = calls_upon(economy.network, economy.cost, defaulted, number, now.present)
    note_calls(calls, number + 1, economy.world.call_months, diary)
    called = np.isin(people.number, calls.guarantor)
    losses = calls_upon(economy.ties, economy.loss, defaulted, number, now.present)
    poorer = liquidity_lost(cash, cost_per_guarantor(losses, len(people)), economy.world)
    misused = note_marks(people, Seen(number, signs.channels, now.arrears, called), economy.world.marks, draws, diary)
    note_month(people, number, now.arrears, draws, diary)
    note_renewals(people, number, now.undisturbed, draws, diary)
    return poorer, Memory(
        called_in=np.where(called, number, memory.called_in),
        misused_in=np.where(misused, number, memory.misused_in),
        low_for=months_low(memory.low_for, poorer, _LOW),
    )


def _expected(economy: Economy, now: Standing, cash: Cash, number: int) -> Floats:
    """Return the expected pd of all at the end of month `number`, 0 where it has no meaning."""
    people = economy.people
    counts = np.flatnonzero(now.sound & people.borrows)
    place = _place(economy, now, cash, number)
    found = np.zeros((HORIZON, len(people)))
    found[:, counts] = _monthly(default_by(_chosen(place, counts), economy.world))
    doomed = np.flatnonzero(now.sound & now.doomed)
    found[:, doomed] = now.arrears[doomed] + np.arange(1, HORIZON + 1)[:, None] > 3

    def if_called(hurt: Ints, loss: Floats) -> Floats:
        then = _chosen(place, hurt)
        return _monthly(default_by(then._replace(liquidity=then.liquidity - loss), economy.world))

    upon = exposed(economy.ties, economy.loss, number, now.sound & ~now.doomed, people.borrows, found)
    return with_foreseen_calls(found, upon, if_called)


def _place(economy: Economy, now: Standing, cash: Cash, number: int) -> Place:
    people = economy.people
    ahead = people.anchor - number
    to_due = np.where(ahead > 0, ahead, people.term - (-ahead) % people.term)
    pattern = np.where(people.repayment == BULLET, due_pattern(to_due, people.term), 0)
    late = np.clip(now.arrears, 1, DEFAULT_AT - 1) - 1
    in_arrears = np.where(now.refusing, np.array(REFUSES)[late], np.array(SHORT)[late])
    standing = np.where(now.arrears > 0, in_arrears, np.where(now.unwilling, UNWILLING, PAYS))
    return Place(economy.temperament, pattern, standing, cash.business, cash.climate(people), cash.liquidity)


def _chosen(place: Place, where: Ints) -> Place:
    return Place(
        place.temperament[where], place.pattern[where], place.standing[where], place.business[where],
        place.climate[where], place.liquidity[where],
    )  # fmt: skip


def _monthly(at_terminals: Floats) -> Floats:
    """Return month × party from terminal × party, linearly between the terminals."""
    steps = np.diff(at_terminals, axis=0, prepend=0.0)
    lengths = np.diff(TERMINALS, prepend=0)
    return np.cumsum(np.repeat(steps / lengths[:, None], lengths, axis=0), axis=0)
