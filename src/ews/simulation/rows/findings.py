"""Findings: what officers wrote down at applications and checks.

Grain   one row per field established; a few are corrected later
Source  declared_sales_12m (fen) when a main loan of a firm or trader is applied for and at its yearly review: the true
        sales of the year before over all banks, padded by some, more so where flows are inflated
        CHECK          stoppage, wages_unpaid (months), order_book, operating_rate (per cent), use_of_funds and
                       contact_reached, as they are, seen through an officer's eyes
        FALSE_FINDING  the same, of which one or two suspect what is sound
        the first check after a payout finds use_of_funds; half of the misuse is found out
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ews.simulation.arrays import Floats, Ints
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.main_loans import BUSINESS
from ews.simulation.rows.block import Block
from ews.simulation.rows.bureau import check_day
from ews.simulation.rows.columns import dates, ids, texts, words
from ews.simulation.rows.loan_rows import loan_ids
from ews.simulation.rows.loans import Loans
from ews.simulation.rows.names import officer_ids
from ews.simulation.rows.trade_flows import Affairs, sales_level
from ews.simulation.rows.versions import Rows, later, only

FIELDS = (
    "declared_sales_12m", "stoppage", "wages_unpaid", "order_book", "operating_rate", "use_of_funds", "contact_reached",
)  # fmt: skip
DECLARED, STOPPAGE, WAGES, ORDERS, OPERATING, FUNDS, CONTACT = range(7)
_WORDS = ("no", "partly", "yes", "0", "1", "2", "full", "usual", "thin", "as_agreed", "unclear", "diverted",
          "reached", "later", "not_reached")  # fmt: skip
_FIRST_WORD = np.array([0, 0, 3, 6, 0, 9, 12])
"""Where the three grades of each field stand among the words, sound first."""
_FIRST_CHECK_SHARE, _FOUND_OUT = 0.6, 0.5
_CORRECTED = 0.01
_YEAR = 12


@dataclass(frozen=True, slots=True)
class _Found:
    """`grade` is 0 sound, 1 doubtful, 2 bad; `number` counts instead for fields with numbers.

    `seat` tells findings on one field in one month apart; `loan` is -1 where none is concerned.
    """

    borrower: Ints
    day: Ints
    field: Ints
    grade: Ints
    number: Ints
    seat: Ints
    loan: Ints


def finding_rows(block: Block, loans: Loans, affairs: Affairs) -> tuple[Rows, Rows]:
    """Return the rows of table `findings`, and corrections of some."""
    found = _joined([*_declared(block, loans, affairs), *_checked(block), _first_checks(block, loans)])
    found = _only(found, (found.day >= block.months.first_day(0)) & (found.day <= block.ends_on))
    number = block.people.number[found.borrower]
    key = (block.month_of(found.day), found.field * 8 + found.seat)
    entered = block.draws.below(9, "findings.entered", number, *key)
    prompt = block.draws.uniform("findings.prompt", number, *key) < 0.75
    known_on = found.day + np.where(prompt, entered % 3, entered)
    wrong = block.draws.uniform("findings.wrong", number, *key) < _CORRECTED
    wrong &= found.field == DECLARED
    value = _values(found, np.where(wrong, found.number // 10, found.number))
    rows = {
        "finding_id": ids("F", ((number + 1) * 1000 + key[0]) * 64 + key[1], 12),
        "borrower_id": ids("B", number + 1, 7),
        "loan_id": _loan_ids(block, loans, found),
        "found_on": dates(found.day),
        "field": words(found.field, FIELDS),
        "value": value,
        "author": officer_ids(block, found.borrower),
        "known_on": dates(known_on),
    }
    which = np.flatnonzero(wrong)
    mended_on = known_on[which] + 2 + entered[which]
    mended = later(rows, which, mended_on, block.ends_on, value=texts(found.number[which]))
    return only(rows, known_on <= block.ends_on), mended


def _declared(block: Block, loans: Loans, affairs: Affairs) -> list[_Found]:
    """Return the sales declared at applications and yearly reviews."""
    trades = block.people.firm | ((loans_of_business(block, loans) > 0) & ~block.people.firm)
    main = (loans.number % 2 == 0) & (loans.opens >= 0) & trades[loans.borrower]
    applied, opened_on = loans.borrower[main], loans.opened_on[main]
    day = opened_on - 3 - block.draws.below(20, "findings.applied", block.people.number[applied], loans.number[main])
    turn = block.every_month % _YEAR == block.draws.below(_YEAR, "findings.review", block.people.number)[:, None]
    turn &= block.present & (trades & (block.people.turnover > 2e7) & block.people.borrows)[:, None]
    reviewed, month = np.nonzero(turn)
    when = block.draws.below(25, "findings.reviewed", block.people.number[reviewed], month)
    on = block.months.first_day(month) + when
    declared = _declared_sales(block, affairs)
    whole = np.flatnonzero(main)
    return [
        _of_sales(block, declared, applied, day, 0, whole),
        _of_sales(block, declared, reviewed, on, 1, np.full(len(reviewed), -1)),
    ]


def loans_of_business(block: Block, loans: Loans) -> Ints:
    """Return how many business loans each borrower has."""
    return np.bincount(loans.borrower[loans.product == BUSINESS], minlength=block.size)


def _declared_sales(block: Block, affairs: Affairs) -> Floats:
    """Return the sales declared in each month for the 12 months before it, borrower × month, in fen."""
    level = sales_level(affairs)
    before = np.ones((block.size, _YEAR))
    sums = np.cumsum(np.concatenate([before, level], axis=1), axis=1)
    year = np.concatenate([sums[:, _YEAR - 1 : _YEAR], sums[:, _YEAR:-1] - sums[:, : -_YEAR - 1]], axis=1)
    number = block.people.number
    pads = block.draws.uniform("findings.pads", number) < 0.3
    honest = 1 + 0.05 * block.draws.normal("findings.honest", block.numbers, block.every_month // _YEAR)
    padding = 1 + 0.4 * block.draws.uniform("findings.padding", number)[:, None] * pads[:, None]
    inflated = 1 + 0.8 * block.size_during(Kind.INFLATION)
    return np.asarray(year * block.people.turnover[:, None] * honest * padding * inflated)


def _of_sales(block: Block, declared: Floats, borrower: Ints, day: Ints, seat: int, loan: Ints) -> _Found:
    month = np.clip(block.month_of(day), 0, block.months.count - 1)
    number = np.maximum(declared[borrower, month], 0).astype(np.int64) // 100_000 * 100_000
    one = np.ones(len(borrower), np.int64)
    return _Found(borrower, day, DECLARED * one, 0 * one, number, seat * one, loan)


def _checked(block: Block) -> list[_Found]:
    """Return what checks found, true and false."""
    return [
        _check(block, kind, field, seat)
        for seat, kind in enumerate((Kind.CHECK, Kind.FALSE_FINDING))
        for field in (STOPPAGE, WAGES, ORDERS, OPERATING, FUNDS, CONTACT)
    ]


def _check(block: Block, kind: Kind, field: int, seat: int) -> _Found:
    borrower, month = np.nonzero(block.starts(kind))
    place = (block.people.number[borrower], month, np.array(field))
    blur = 0.5 * block.draws.normal("findings.eye", *place)
    suspects = (block.draws.uniform("findings.suspects", *place) < 0.35) & (kind == Kind.FALSE_FINDING)
    state = _state(block, field)[borrower, month] + blur + np.where(suspects, 2.2, 0.0)
    rate = np.clip(92 - 14 * state, 0, 100).astype(np.int64)
    grade = np.where(state > 2, 2, np.where(state > 1, 1, 0))
    one = np.ones(len(borrower), np.int64)
    day = check_day(block, borrower, month)
    return _Found(borrower, day, field * one, grade, rate, seat * one, -one)


def _state(block: Block, field: int) -> Floats:
    """Return how bad the matter of `field` is, borrower × month."""
    stopped = 3.0 * block.during(Kind.ACCIDENT, least=6) + 3.0 * block.since(Kind.FRAUD)
    trade, squeeze, diversion = block.channels["trade"], block.channels["squeeze"], block.channels["diversion"]
    if field == STOPPAGE:
        return np.asarray(0.8 * trade + stopped - 0.4)
    if field == WAGES:
        return np.asarray(0.9 * squeeze + 0.2 * trade)
    if field == CONTACT:
        return np.asarray(0.8 * block.channels["reluctance"] + 4.0 * block.since(Kind.FRAUD))
    if field == FUNDS:
        return np.asarray(0.7 * diversion + 2.5 * block.during(Kind.MISUSE, least=3))
    return np.asarray(trade + stopped)


def _first_checks(block: Block, loans: Loans) -> _Found:
    """Return what the first check after a payout to a business found about the use of the money."""
    new = np.flatnonzero((loans.opens >= 0) & (loans.product == BUSINESS) & (loans.replaces < 0))
    place = (block.people.number[loans.borrower[new]], loans.number[new])
    new = new[block.draws.uniform("findings.first", *place) < _FIRST_CHECK_SHARE]
    borrower, place = loans.borrower[new], (block.people.number[loans.borrower[new]], loans.number[new])
    day = loans.opened_on[new] + 15 + block.draws.below(16, "findings.first.day", *place)
    misused = block.size_during(Kind.MISUSE)[borrower, loans.opens[new]] > 0
    luck = block.draws.uniform("findings.found_out", *place)
    grade = np.where(misused & (luck < _FOUND_OUT), 2, np.where(luck > 0.95, 1, 0))
    one = np.ones(len(new), np.int64)
    return _Found(borrower, day, FUNDS * one, grade, 0 * one, 2 + loans.number[new] % 2, new)


def _values(found: _Found, number: Ints) -> pa.Array:
    counted = (found.field == DECLARED) | (found.field == OPERATING)
    told = words(_FIRST_WORD[found.field] + found.grade, _WORDS).cast(pa.string())
    return pc.if_else(pa.array(counted), texts(number), told)


def _loan_ids(block: Block, loans: Loans, found: _Found) -> pa.Array:
    if not len(loans):
        return pa.nulls(len(found.loan), pa.string())
    loan = np.maximum(found.loan, 0)
    return loan_ids(block, loans.borrower[loan], loans.number[loan], known=found.loan >= 0)


def _joined(parts: list[_Found]) -> _Found:
    names = ("borrower", "day", "field", "grade", "number", "seat", "loan")
    return _Found(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _only(found: _Found, kept: np.ndarray) -> _Found:
    names = ("borrower", "day", "field", "grade", "number", "seat", "loan")
    return _Found(*(getattr(found, name)[kept] for name in names))
