"""Innocents: what looks like trouble and is none, and slips of the records; the same in every world.

Grain   one episode each
Source  drawn by trade, kind of borrower and chance alone. No world's hazard reads any of it
"""

import numpy as np

from ews.simulation.arrays import Flags, Ints
from ews.simulation.draws import Draws
from ews.simulation.latent.course import ABSENT
from ews.simulation.latent.diary import Diary
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.main_loans import BULLET
from ews.simulation.latent.population import FARMING, Population, Role
from ews.simulation.latent.world import INDUSTRIES
from ews.simulation.months import Months

_ONCE = (
    (Kind.MIGRATION, 0.0016, (0.25, 0.9), (1, 2)),
    (Kind.EXPANSION, 0.0045, (0.2, 1.0), (6, 13)),
    (Kind.PAYROLL_MOVED, 0.0013, (1.0, 1.0), (1, 2)),
    (Kind.SOUND_SUIT, 0.0016, (0.02, 0.4), (1, 2)),
)
"""Kind, chance a month for firms (half of it for traders), range of `size`, range of `months`."""
INNOCENT = (
    Kind.MIGRATION, Kind.SEASON_STOP, Kind.EXPANSION, Kind.TRANSACTOR, Kind.CARELESS, Kind.RENEWAL, Kind.PAYROLL_MOVED,
    Kind.SOUND_SUIT,
)  # fmt: skip
_TRANSACTORS, _CARELESS = 0.10, 0.07
_RENEWED = 0.22
"""Share of the bullets of those who pay that policy lets go on without repayment."""
_RESTS = {"农林牧渔": (0.45, 0), "建筑业": (0.3, 0), "住宿餐饮": (0.15, 1), "食品制造": (0.2, 5), "纺织服装": (0.2, 6)}
"""Share of a trade that rests every year, and the month of the year (0 for January) it starts in."""
_BOOKED_LATE, _FEED_GAP = 0.004, 0.0008


def note_lifelong(people: Population, months: Months, draws: Draws, diary: Diary) -> None:
    """Note habits, from the month of joining on, and seasons of rest in every year of the book."""
    person = ~people.firm
    for kind, among, share in (
        (Kind.TRANSACTOR, person, _TRANSACTORS),
        (Kind.CARELESS, people.borrows, _CARELESS),
    ):
        has = among & (draws.uniform(f"innocents.{kind.name}", people.number) < share)
        diary.note(kind, people.number[has], people.joined[has])
    rests, starts, length = _rests(people, draws)
    for month in range(months.count):
        now = rests & (starts == int(months.season(month))) & (people.joined <= month)
        diary.note(Kind.SEASON_STOP, people.number[now], month, months=length[now], size=1.0)


def _rests(people: Population, draws: Draws) -> tuple[Flags, Ints, Ints]:
    share, start = np.zeros(len(INDUSTRIES)), np.zeros(len(INDUSTRIES), np.int64)
    for index, (name, _) in enumerate(INDUSTRIES):
        share[index], start[index] = _RESTS.get(name, (0.0, 0))
    trades = people.firm | ((people.role == Role.ALONE) & ~people.waged)
    rests = trades & (draws.uniform("innocents.rests", people.unit) < share[people.industry])
    shift = draws.below(2, "innocents.rest_from", people.unit)
    length = 2 + draws.below(2, "innocents.rest_for", people.unit) + (people.industry == FARMING)
    return rests, start[people.industry] + shift, length


def note_month(people: Population, month: int, arrears: Ints, draws: Draws, diary: Diary) -> None:
    """Note what befalls those present in `month`."""
    present = arrears != ABSENT
    trader = (people.role == Role.ALONE) & ~people.waged
    for kind, rate, (low, high), (shortest, longest) in _ONCE:
        chance = np.where(people.firm, rate, np.where(trader, rate / 2, 0.0))
        where = np.flatnonzero(present & (draws.uniform(f"innocents.{kind.name}", people.number, month) < chance))
        number = people.number[where]
        size = low + (high - low) * draws.uniform(f"innocents.{kind.name}.size", number, month)
        lasts = shortest + draws.below(longest - shortest, f"innocents.{kind.name}.months", number, month)
        diary.note(kind, number, month, months=lasts, size=size)
    for kind, rate, longest in ((Kind.BOOKED_LATE, _BOOKED_LATE, 3), (Kind.FEED_GAP, _FEED_GAP, 2)):
        slips = present & (draws.uniform(f"innocents.{kind.name}", people.number, month) < rate)
        number = people.number[slips]
        delay = 1 + draws.below(longest - 1, f"innocents.{kind.name}.months", number, month)
        diary.note(kind, number, month, months=delay)


def note_renewals(people: Population, month: int, paid: Flags, draws: Draws, diary: Diary) -> None:
    """Note the bullets of `paid` parties that policy renews; who was rescued, cut or shown out is not among them."""
    due = people.matures(month) & (people.repayment == BULLET) & paid
    renewed = due & (draws.uniform("innocents.RENEWAL", people.number, month) < _RENEWED)
    diary.note(Kind.RENEWAL, people.number[renewed], month)
