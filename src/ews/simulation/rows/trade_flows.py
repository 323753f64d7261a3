"""Trade flows: the postings that the kinds of `trades.py` give, month by month.

Grain   one posting per entry
Source  how it shows: a borrower's flows follow its channels as far as they show them, amid seasons and chance
        MIGRATION      a share of the kinds of trade is not here from the month on
        PAYROLL_MOVED  no wages go out here from the month on
        SEASON_STOP    the kinds of trade rest, wages and bills mostly too
        ACCIDENT       the same for half a year at least; an insurer may pay months later
        EXPANSION      purchases grow first, sales half a year later
        squeeze        wages, suppliers and bills are paid days later; wages in two parts or in part only
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ews.simulation.arrays import Flags, Floats, Ints, ragged
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.population import Role
from ews.simulation.rows.accounts import account_flags
from ews.simulation.rows.block import MOST_SHOWN, Block
from ews.simulation.rows.festivals import bonus_month
from ews.simulation.rows.postings import CODE, NOBODY, Postings, in_banking_hours, outside
from ews.simulation.rows.seasons import rests, swing_of
from ews.simulation.rows.trades import FIRM_TRADES, OWNER_TRADES, SERIES, TRADER_TRADES, WAGED_TRADES, Slopes, Trade

_BROKERS = 30
_SECOND_ACCOUNT = 0.3
_STEADY_SD = 0.2
_ACCIDENT_MONTHS = 6
_STILL_PAID = 0.35
"""Share of the kinds other than sales and purchases that go on while a trade rests."""
_INSURED = 0.5
_PART_WAGES_ABOVE = 1.5


@dataclass(frozen=True, slots=True)
class Affairs:
    """What trade answers to, borrower × month; `moved` is the share settled elsewhere, `pace` the log of growth."""

    trade: Floats
    squeeze: Floats
    diversion: Floats
    swing: Floats
    moved: Floats
    stopped: Flags
    payroll_moved: Flags
    pace: Floats
    early_pace: Floats
    circle: Floats
    owns_second: Flags


def affairs_of(block: Block) -> Affairs:
    """Return what the flows of the block's borrowers answer to; those in arrears are hard up in any case."""
    late = 0.5 * np.clip(block.arrears, 0, 4)
    unwilling = block.channels["reluctance"] > 1
    grown = np.cumsum(block.starts(Kind.EXPANSION), axis=1) > 0
    later = np.concatenate([np.zeros((block.size, 6), np.bool_), grown], axis=1)[:, : block.months.count]
    return Affairs(
        trade=block.shown("trade", "flows.trade"),
        squeeze=np.minimum(block.shown("squeeze", "flows.squeeze") + np.where(unwilling, 0, late), MOST_SHOWN),
        diversion=block.shown("diversion", "flows.diversion"),
        swing=swing_of(block),
        moved=np.clip(block.size_since(Kind.MIGRATION), 0, 0.95),
        stopped=block.during(Kind.SEASON_STOP) | block.during(Kind.ACCIDENT, least=_ACCIDENT_MONTHS),
        payroll_moved=block.since(Kind.PAYROLL_MOVED),
        pace=np.where(later, 0.2, 0.0),
        early_pace=np.where(grown, 0.25, 0.0),
        circle=4 + 16 * block.draws.uniform("flows.circle", block.people.number),
        owns_second=account_flags(block)[1::2],
    )


def sales_level(affairs: Affairs) -> Floats:
    """Return the true sales of all banks against a usual month's turnover, borrower × month."""
    open_share = np.where(affairs.stopped, 0.05, 1.0)
    return np.asarray(np.exp(-0.4 * affairs.trade + affairs.swing + affairs.pace) * open_share)


def trade_postings(block: Block, affairs: Affairs) -> list[Postings]:
    """Return the postings of trade, household and salary, kind by kind."""
    people = block.people
    alone = people.role == Role.ALONE
    kinds: Mapping[tuple[Trade, ...], Flags] = {
        FIRM_TRADES: people.firm,
        WAGED_TRADES: people.waged,
        TRADER_TRADES: alone & ~people.waged,
        OWNER_TRADES: ~people.firm & ~people.waged & ~alone,
    }
    parts = [_postings(block, affairs, trade, np.flatnonzero(who)) for trades, who in kinds.items() for trade in trades]
    return [*parts, _insurance(block)]


def _postings(block: Block, affairs: Affairs, trade: Trade, who: Ints) -> Postings:
    """Return the postings of one kind of trade of the borrowers `who`."""
    purpose = f"trades.{trade.name}.{trade.sign}"
    cell, position = ragged(_counts(block, affairs, trade, who, purpose).ravel())
    seat, month = np.divmod(cell, block.months.count)
    borrower = who[seat]
    row = (block.people.number[borrower], month, position)
    squeeze = np.clip(affairs.squeeze[borrower, month], 0, 4)
    day = _days(block, trade, purpose, row, squeeze) + block.months.first_day(month)
    day = np.minimum(day, block.months.last_day(month))
    amount = _amounts(block, affairs, trade, purpose, row, (borrower, month))
    if trade.category == "wage" and trade.sign < 0:
        amount = _short_paid(block, purpose, row, squeeze, amount)
    other = block.draws.uniform(f"{purpose}.account", *row) < _SECOND_ACCOUNT
    made = Postings(
        account=2 * borrower + (other & affairs.owns_second[borrower]),
        second=in_banking_hours(block, day, f"{purpose}.second", row),
        amount=trade.sign * amount,
        category=np.full(len(cell), CODE[trade.category]),
        partner=_partner(block, affairs, trade, purpose, row, (borrower, month)),
    )
    if not trade.rests:
        return made
    return made.only(~rests(block, borrower, day, block.draws.uniform(f"{purpose}.rests", *row)))


def _counts(block: Block, affairs: Affairs, trade: Trade, who: Ints, purpose: str) -> Ints:
    """Return how often the kind comes in each month of the borrowers `who`."""
    level = _answer(affairs, trade.count, who)
    if trade.taste:
        level = level + trade.taste * block.draws.normal(f"{purpose}.taste", block.people.number[who])[:, None]
    times = trade.times * np.exp(np.clip(level, -3, 3)) * _share_here(block, affairs, trade, who, purpose)
    times = np.where(block.present[who], times, 0)
    if trade.bonus:
        times = times * bonus_month(block.months)
    place = (block.people.number[who][:, None], block.every_month)
    if trade.regular:
        return (block.draws.uniform(purpose, *place) < times).astype(np.int64)
    if trade.steady:
        swings = np.exp(_STEADY_SD * block.draws.normal(f"{purpose}.times", *place))
        return (times * swings + block.draws.uniform(purpose, *place)).astype(np.int64)
    return block.draws.count(times, purpose, *place)


def _share_here(block: Block, affairs: Affairs, trade: Trade, who: Ints, purpose: str) -> Floats:
    """Return the share of the kind that still runs through this bank, borrower × month.

    What comes once a month moves as a whole or stays.
    """
    moved = affairs.moved[who]
    if not trade.of_trade:
        return np.ones_like(moved)
    if trade.regular:
        luck = block.draws.uniform(f"{purpose}.moves", block.people.number[who])
        moved = np.where(moved > luck[:, None], 1.0, 0.0)
    rests_to = 0.0 if trade.category in ("sales", "purchase") else _STILL_PAID
    share = (1 - moved) * np.where(affairs.stopped[who], rests_to, 1.0)
    if trade.category == "wage" and trade.sign < 0:
        share = np.where(affairs.payroll_moved[who], 0.0, share)
    return share


def _answer(affairs: Affairs, slopes: Slopes, who: Ints) -> Floats:
    parts = ((slopes.trade, affairs.trade), (slopes.squeeze, affairs.squeeze), (slopes.diversion, affairs.diversion))
    level = np.zeros((len(who), affairs.trade.shape[1]))
    for slope, channel in parts:
        if slope:
            level += slope * channel[who]
    return level


def _amounts(
    block: Block, affairs: Affairs, trade: Trade, purpose: str, row: tuple[Ints, Ints, Ints], cell: tuple[Ints, Ints]
) -> Ints:
    """Return fen, rounded as the kind is."""
    level = sum(
        slope * channel[cell]
        for slope, channel in (
            (trade.amount.trade, affairs.trade),
            (trade.amount.squeeze, affairs.squeeze),
            (trade.amount.diversion, affairs.diversion),
            (1.0 if trade.seasonal else 0.0, affairs.swing),
            (1.0 if trade.of_trade and trade.category != "purchase" else 0.0, affairs.pace),
            (1.0 if trade.of_trade and trade.category == "purchase" else 0.0, affairs.early_pace),
        )
        if slope
    )
    place = row[:1] if trade.fixed else row
    scatter = trade.spread * block.draws.normal(f"{purpose}.amount", *place) - trade.spread**2 / 2
    usual = block.people.turnover[cell[0]] * (trade.share / (trade.times if not trade.regular else 1.0))
    size = usual * np.exp(scatter + (0.0 if trade.fixed else level))
    return np.maximum(1, np.rint(size / trade.round_to)).astype(np.int64) * trade.round_to


def _days(block: Block, trade: Trade, purpose: str, row: tuple[Ints, Ints, Ints], squeeze: Floats) -> Ints:
    """Return days from the first of the month, 0 for it; who is squeezed pays later."""
    earliest, latest = trade.days
    place = row[:1] if trade.fixed else row
    day = earliest - 1 + block.draws.below(latest - earliest + 1, f"{purpose}.day", *place)
    return day + (trade.delayed * squeeze).astype(np.int64)


def _short_paid(block: Block, purpose: str, row: tuple[Ints, Ints, Ints], squeeze: Floats, amount: Ints) -> Ints:
    """Return wages as paid: a part only, now and then, by those who are hard up."""
    chance = np.clip(0.15 * (squeeze - _PART_WAGES_ABOVE), 0, 0.4)
    part = 0.4 + 0.4 * block.draws.uniform(f"{purpose}.part", *row)
    short = block.draws.uniform(f"{purpose}.short", *row) < chance
    return np.where(short, (amount * part).astype(np.int64), amount)


def _partner(
    block: Block, affairs: Affairs, trade: Trade, purpose: str, row: tuple[Ints, Ints, Ints], cell: tuple[Ints, Ints]
) -> Ints:
    """Return the party: from the borrower's own circle, which a shrinking trade makes smaller."""
    borrower = cell[0]
    if trade.partners == "none":
        return np.full(len(borrower), NOBODY, np.int64)
    series = SERIES[trade.partners]
    luck = block.draws.uniform(f"{purpose}.partner", *row)
    if trade.partners == "brokers":
        return outside(series, (luck * _BROKERS).astype(np.int64))
    if trade.fixed or trade.partners == "related":
        seat = np.zeros(len(borrower), np.int64) if trade.fixed else (luck * 3).astype(np.int64)
    else:
        lost = np.exp(np.clip(-0.2 * affairs.trade[cell], -1.5, 0.7))
        width = np.maximum(2, (affairs.circle[borrower] * lost).astype(np.int64))
        favour = 1.2 + 1.2 * block.draws.uniform(f"{purpose}.favour", row[0])
        seat = (width * luck**favour).astype(np.int64)
    return outside(series, block.draws.below(50_000_000, f"{purpose}.seat", row[0], seat))


def _insurance(block: Block) -> Postings:
    """Return what insurers pay after accidents, to some, some months later."""
    borrower, month = np.nonzero(block.starts(Kind.ACCIDENT))
    paid = block.draws.uniform("flows.insured", block.people.number[borrower], month) < _INSURED
    borrower, month, number = borrower[paid], month[paid], block.people.number[borrower[paid]]
    day = block.months.first_day(month) + 60 + block.draws.below(120, "flows.insured.day", number, month)
    share = 0.5 + 2 * block.draws.uniform("flows.insured.share", number, month)
    return Postings(
        account=2 * borrower,
        second=in_banking_hours(block, day, "flows.insured.second", (number, month)),
        amount=(block.people.turnover[borrower] * share).astype(np.int64),
        category=np.full(len(borrower), CODE["other"]),
        partner=outside(6, block.draws.below(20, "flows.insurer", number, month)),
    )
