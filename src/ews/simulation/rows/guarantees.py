"""Guarantees: the rows of table `guarantees`, made for the whole network at once.

Grain   one row per guarantee; corrected, released and called ones have a second version
Source  the network; besides, guarantors and guaranteed parties from outside the book (ids with X). A called guarantee
        ends with its CALL
"""

import numpy as np
import pyarrow as pa

from ews.simulation.arrays import NEVER, Flags, Ints
from ews.simulation.draws import Draws
from ews.simulation.latent.episodes import Episodes, Kind
from ews.simulation.latent.network import Network
from ews.simulation.latent.population import Population, Role
from ews.simulation.months import Months
from ews.simulation.rows.columns import dates, ids, mixed_ids
from ews.simulation.rows.versions import Rows, later

_OUTSIDE = (0.03, 0.02)
"""Share of firms and persons alone that an outsider vouches for, and that vouch for an outsider."""
_OUTSIDERS_FROM = 5_000_000
_CORRECTED, _RELEASED, _KNOWN_LATE = 0.02, 0.05, 0.04
_WIDTHS = np.array([7, 7])


def guarantee_rows(
    network: Network, people: Population, episodes: Episodes, months: Months, draws: Draws
) -> tuple[Rows, ...]:
    """Return the rows of table `guarantees`, their later versions, and the guarantees of parties from outside."""
    number = np.arange(len(network))
    last_day = int(months.last_day(months.count - 1))
    starts_on, ends_on, known_on = _days(network, people, months, draws)
    wrong = draws.uniform("guarantees.corrected", number) < _CORRECTED
    rows = {
        "guarantee_id": ids("G", number + 1, 7),
        "guarantor_id": ids("B", network.guarantor + 1, 7),
        "borrower_id": ids("B", network.borrower + 1, 7),
        "amount": pa.array(np.where(wrong, network.amount * 10, network.amount)),
        "starts_on": dates(starts_on),
        "ends_on": dates(ends_on),
        "known_on": dates(known_on),
    }
    mended_on = known_on[wrong] + 3 + draws.below(25, "guarantees.mended", number[wrong])
    right = pa.array(network.amount[wrong])
    mended = later(rows, number[wrong], mended_on, last_day, amount=right)
    over = _over(network, episodes, months, draws, known_on + 30)
    which = number[over < NEVER]
    ended = later(
        rows,
        which,
        over[which] + 2,
        last_day,
        amount=pa.array(network.amount[which]),
        ends_on=dates(np.minimum(over[which], ends_on[which])),
    )
    return rows, mended, ended, _with_outsiders(len(number), people, months, draws)


def _days(network: Network, people: Population, months: Months, draws: Draws) -> tuple[Ints, Ints, Ints]:
    """Return first and last day of each guarantee, and when the bank knew of it: some weeks later, now and then."""
    number = np.arange(len(network))
    in_month = 5 + draws.below(20, "guarantees.day", number)
    latest = np.maximum(people.customer_since[network.guarantor], people.customer_since[network.borrower])
    starts_on = np.maximum(months.first_day(network.starts) + in_month, latest)
    late = draws.uniform("guarantees.known_late", number) < _KNOWN_LATE
    last_day = int(months.last_day(months.count - 1))
    known_on = np.where(late, starts_on + 10 + draws.below(90, "guarantees.known", number), starts_on)
    ends_on = np.maximum(months.first_day(network.ends) + in_month, starts_on + 30)
    return starts_on, ends_on, np.where(starts_on <= last_day, np.minimum(known_on, last_day), starts_on)


def _over(network: Network, episodes: Episodes, months: Months, draws: Draws, earliest: Ints) -> Ints:
    """Return the day on which each guarantee was called or released before its time, else NEVER."""
    calls = episodes.of(Kind.CALL)
    size = 1 << 32
    keys = calls.borrower * size + calls.other
    order = np.argsort(keys, kind="stable")
    place = np.searchsorted(keys[order], network.guarantor * size + network.borrower)
    found = np.append(order, 0)[place] if len(order) else np.zeros(len(network), np.int64)
    called = _is_called(keys, found, network, size)
    called_on = months.first_day(calls.month[found]) + 14 if len(order) else np.full(len(network), NEVER)
    number = np.arange(len(network))
    released = ~network.own & (draws.uniform("guarantees.released", number) < _RELEASED)
    released_on = months.first_day(draws.below(months.count, "guarantees.released.on", number)) + 19
    day = np.where(called, called_on, np.where(released, released_on, NEVER))
    return np.where(day < NEVER, np.maximum(day, earliest), NEVER)


def _is_called(keys: Ints, found: Ints, network: Network, size: int) -> Flags:
    if not len(keys):
        return np.zeros(len(network), np.bool_)
    return np.asarray(keys[found] == network.guarantor * size + network.borrower)


def _with_outsiders(first: int, people: Population, months: Months, draws: Draws) -> Rows:
    """Return guarantees between the book's parties and others of whom it knows only the name."""
    open_ = people.borrows & ((people.role == Role.FIRM) | (people.role == Role.ALONE))
    luck = draws.uniform("guarantees.outside", people.number)
    given = np.flatnonzero(open_ & (luck < _OUTSIDE[0] + _OUTSIDE[1]))
    by_outsider = luck[given] < _OUTSIDE[0]
    number = people.number[given]
    outsider = _OUTSIDERS_FROM + draws.below(4_000_000, "guarantees.outsider", number)
    starts_on = people.customer_since[given] + draws.below(200, "guarantees.outside.day", number)
    starts_on = np.minimum(starts_on, months.last_day(months.count - 1))
    amount = people.turnover[given] * (1 + 4 * draws.uniform("guarantees.outside.scale", number))
    inside, outside = np.zeros(len(given), np.int64), np.ones(len(given), np.int64)
    return {
        "guarantee_id": ids("G", first + np.arange(len(given)) + 1, 7),
        "guarantor_id": mixed_ids("BX", _WIDTHS, np.where(by_outsider, outside, inside),
                                  np.where(by_outsider, outsider, number + 1)),
        "borrower_id": mixed_ids("BX", _WIDTHS, np.where(by_outsider, inside, outside),
                                 np.where(by_outsider, number + 1, outsider)),
        "amount": pa.array(np.maximum(1, np.rint(amount / 1_000_000)).astype(np.int64) * 1_000_000),
        "starts_on": dates(starts_on),
        "ends_on": dates(starts_on + 365 * (3 + draws.below(5, "guarantees.outside.term", number))),
        "known_on": dates(starts_on),
    }  # fmt: skip
