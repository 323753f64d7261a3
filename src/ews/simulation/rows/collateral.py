"""Collateral: what secures loans by mortgage or pledge.

Grain   one row per secured loan; revalued, insured anew and seized ones have further versions
Source  lent at half to nine tenths of the value; values move with the region; homes and plants are rarely valued
        again. Insurance runs a year and is renewed, less surely where cash is short. SEIZURE: a court seizes it
"""

import numpy as np
import pyarrow as pa

from ews.simulation.arrays import Flags, Floats, Ints
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.main_loans import MORTGAGE
from ews.simulation.latent.world import REGIONS
from ews.simulation.rows.block import Block
from ews.simulation.rows.columns import dates, ids, words
from ews.simulation.rows.loan_rows import loan_ids
from ews.simulation.rows.loan_terms import MORTGAGED, PLEDGED
from ews.simulation.rows.loans import Loans
from ews.simulation.rows.versions import Rows, later

KINDS = ("residential", "commercial", "land", "equipment", "stock", "receivables", "deposit")
_MORTGAGED = (0.35, 0.35, 0.15, 0.15, 0.0, 0.0, 0.0)
_PLEDGED = (0.0, 0.0, 0.0, 0.0, 0.3, 0.5, 0.2)
_INSURABLE = np.array([True, True, False, True, True, False, False])
_REVALUED_A_YEAR, _RENEWS = 0.25, 0.93
_YEAR, _SOONER = 365, 20
_YEARS_BEFORE, _YEARS = 20, 42
"""Values are told for so many years, from so many before the book on."""


def collateral_rows(block: Block, loans: Loans) -> tuple[Rows, ...]:
    """Return the rows of table `collateral`: as taken, valued again, insured anew, seized."""
    secured = np.flatnonzero(np.isin(loans.security, (MORTGAGED, PLEDGED)) & (loans.opened_on <= block.ends_on))
    number, nth = block.people.number[loans.borrower[secured]], loans.number[secured]
    place = (number, nth)
    kind = _kinds(block, loans, secured, place)
    lent = 0.45 + 0.45 * block.draws.uniform("collateral.lent", number) ** 1.3
    value = (loans.principal[secured] / lent).astype(np.int64) // 100_000 * 100_000 + 100_000
    opened_on, insurable = loans.opened_on[secured], _INSURABLE[kind]
    rows = {
        "collateral_id": ids("M", (number + 1) * 100 + nth, 9),
        "loan_id": loan_ids(block, loans.borrower[secured], nth),
        "kind": words(kind, KINDS),
        "value": pa.array(value),
        "valued_on": dates(opened_on),
        "insured_to": dates(opened_on + _YEAR, known=insurable),
        "seized_on": dates(opened_on, known=np.zeros(len(secured), np.bool_)),
        "known_on": dates(opened_on),
    }
    return (rows, *_later_versions(block, loans, secured, value, insurable, rows))


def _kinds(block: Block, loans: Loans, secured: Ints, place: tuple[Ints, Ints]) -> Ints:
    mortgaged = block.draws.pick(_MORTGAGED, "collateral.kind", place[0])
    pledged = block.draws.pick(_PLEDGED, "collateral.kind", place[0])
    kind = np.where(loans.security[secured] == PLEDGED, pledged, mortgaged)
    return np.where(loans.product[secured] == MORTGAGE, 0, kind)


def _later_versions(block: Block, loans: Loans, secured: Ints, value: Ints, insurable: Flags, rows: Rows) -> list[Rows]:
    """Return one part for each year of a loan's course (new value, new insurance) and one for seizures."""
    borrower, opened_on = loans.borrower[secured], loans.opened_on[secured]
    number, nth = block.people.number[borrower], loans.number[secured]
    ends_on = block.due_on(borrower, np.minimum(loans.ends[secured], block.months.count))
    seized_on, told_on = _seizures(block, loans, secured)
    left_on = np.minimum(np.minimum(ends_on, told_on), block.ends_on + 1)
    years = int(np.max((left_on - opened_on + _SOONER) // _YEAR, initial=0))
    newest, valued_on = value.astype(np.float64), opened_on.copy()
    insured_to, runs = opened_on + _YEAR, insurable.copy()
    parts = []
    for year in range(1, years + 1):
        day = opened_on + _YEAR * year - block.draws.below(_SOONER, "collateral.day", number, nth, np.array(year))
        there = day < left_on
        place = (number, nth, np.array(year))
        again = there & (block.draws.uniform("collateral.again", *place) < _REVALUED_A_YEAR)
        newest = np.where(again, value * _index(block, borrower, opened_on, day), newest)
        valued_on = np.where(again, day, valued_on)
        runs = runs & (block.draws.uniform("collateral.renews", *place) < _renewal_chance(block, borrower, day))
        renewed = there & runs
        insured_to = np.where(renewed, opened_on + _YEAR * (year + 1), insured_to)
        which = np.flatnonzero(again | renewed)
        parts.append(_version(block, rows, which, day, newest, valued_on, insured_to, insurable))
    seized = np.flatnonzero(told_on <= block.ends_on)
    last = _version(block, rows, seized, told_on, newest, valued_on, insured_to, insurable)
    kept = told_on[seized] <= block.ends_on
    return [*parts, {**last, "seized_on": dates(seized_on[seized][kept])}]


def _version(
    block: Block, rows: Rows, which: Ints, known_on: Ints, value: Floats, valued_on: Ints, insured_to: Ints,
    insurable: Flags,
) -> Rows:  # fmt: skip
    return later(
        rows,
        which,
        known_on[which],
        block.ends_on,
        value=pa.array(value[which].astype(np.int64)),
        valued_on=dates(valued_on[which]),
        insured_to=dates(insured_to[which], known=insurable[which]),
    )


def _renewal_chance(block: Block, borrower: Ints, day: Ints) -> Floats:
    month = np.clip(block.month_of(day), 0, block.months.count - 1)
    squeeze = np.clip(block.channels["squeeze"][borrower, month], 0, 3)
    return np.asarray(_RENEWS - 0.12 * squeeze)


def _index(block: Block, borrower: Ints, first_day: Ints, day: Ints) -> Floats:
    """Return the value on `day` against that on `first_day`, in the borrower's region."""
    year = [np.clip(block.month_of(when) // 12 + _YEARS_BEFORE, 0, _YEARS - 1) for when in (first_day, day)]
    steps = 0.05 * block.draws.normal("collateral.region", np.arange(len(REGIONS))[:, None], np.arange(_YEARS)) - 0.01
    level, region = np.cumsum(steps, axis=1), block.people.region[borrower]
    return np.asarray(np.exp(level[region, year[1]] - level[region, year[0]]))


def _seizures(block: Block, loans: Loans, secured: Ints) -> tuple[Ints, Ints]:
    """Return on which day each collateral was seized and from when it was known; beyond the book where it was not."""
    borrower = loans.borrower[secured]
    found = block.episodes.of(Kind.SEIZURE)
    month = np.full(block.size, block.months.count)
    np.minimum.at(month, found.borrower, found.month)
    stands = (loans.opens[secured] < month[borrower]) & (loans.ends[secured] >= month[borrower])
    happens = stands & (month[borrower] < block.months.count)
    number = block.people.number[borrower]
    day = block.months.first_day(month[borrower]) + block.draws.below(25, "collateral.seized", number)
    told_on = day + 1 + block.draws.below(20, "collateral.told", number)
    never = block.ends_on + 1
    return np.where(happens, day, never), np.where(happens, told_on, never)
