"""Bureau: credit reports the bank pulls, and in them the inquiries that others made.

Grain   one row per pull; one row per inquiry that a later pull showed
Source  pulls are sparse: with each own loan (the owner's report with the firm's), at CHECKs, once a year for large
        exposures, some more while the bank is suspicious. A few were not authorised. An inquiry is known from the
        next pull whose report holds inquiries; those after the last one are not in the book. How it shows:
        appetite   inquiries, more of them by lenders that are not banks; refusals, for debts and loans do not follow
        EXPANSION  inquiries by banks for some months; a guarantee given brings a review
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ews.simulation.arrays import Floats, Ints, ragged
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.population import Role
from ews.simulation.rows.block import Block
from ews.simulation.rows.columns import dates, ids, words
from ews.simulation.rows.loans import Loans
from ews.simulation.rows.versions import Rows, later

KINDS = ("bank", "consumer_finance", "microloan", "guarantee", "platform", "other")
PURPOSES = ("loan_approval", "card_approval", "guarantee_review", "post_loan", "self", "other")
SCOPES = ("full", "inquiries", "debts")
FULL, INQUIRIES, DEBTS = range(3)
INSTITUTIONS_PER_KIND = 40
_CALM = (0.62, 0.12, 0.06, 0.08, 0.08, 0.04)
_PRESSED = (0.26, 0.24, 0.22, 0.06, 0.20, 0.02)
_PURPOSE_SHARES = (0.52, 0.18, 0.06, 0.14, 0.07, 0.03)
_LARGE = 100_000_000
"""Fen above which a report is pulled once a year."""
_OWNER_TOO, _SUSPICIOUS_ABOVE = 0.8, 1.5
_UNAUTHORISED = 0.03
_A_DAY_APART = 100_000
"""More days than a book has: keeps borrowers apart in one sorted list."""


@dataclass(frozen=True, slots=True)
class Pulls:
    """In the order of borrower and day; two on one day are one."""

    borrower: Ints
    day: Ints
    scope: Ints

    def holding(self, *scopes: int) -> "Pulls":
        held = np.isin(self.scope, scopes)
        return Pulls(self.borrower[held], self.day[held], self.scope[held])


def pulls_of(block: Block, loans: Loans) -> Pulls:
    """Return when the bank pulled reports of whom."""
    new = (loans.opens >= 0) & (loans.opened_on <= block.ends_on)
    at_loans = _key(loans.borrower[new], loans.opened_on[new])
    full = np.concatenate([at_loans, _owners(block, loans.borrower[new], loans.opened_on[new])])
    keys = np.unique(np.concatenate([full, _checks(block), _reviews(block, loans), _suspicions(block)]))
    borrower, day = np.divmod(keys, _A_DAY_APART)
    drawn = block.draws.pick((0.6, 0.2, 0.2), "bureau.scope", block.people.number[borrower], day)
    inside = (day >= block.months.first_day(0)) & (day <= block.ends_on)
    return Pulls(borrower[inside], day[inside], np.where(np.isin(keys, full), FULL, drawn)[inside])


def report_rows(block: Block, pulls: Pulls) -> Rows:
    """Return the rows of table `bureau_reports`."""
    number = block.people.number[pulls.borrower]
    position = np.arange(len(number)) - np.searchsorted(pulls.borrower, pulls.borrower)
    refused = block.draws.uniform("bureau.unauthorised", number, pulls.day) < _UNAUTHORISED
    return {
        "report_id": ids("Q", (number + 1) * 1000 + position, 10),
        "borrower_id": ids("B", number + 1, 7),
        "pulled_on": dates(pulls.day),
        "authorised": pa.array(~refused),
        "scope": words(pulls.scope, SCOPES),
    }


def inquiry_rows(block: Block, pulls: Pulls) -> tuple[Rows, Rows]:
    """Return the rows of table `inquiries`, and those whose purpose a later report told otherwise."""
    appetite = block.shown("appetite", "bureau.appetite") + 0.2 * np.clip(block.arrears, 0, 3)
    cell, position = ragged(_counts(block, appetite).ravel())
    borrower, month = np.divmod(cell, block.months.count)
    number = block.people.number[borrower]
    place = (number, month, position)
    inquired_on = block.months.first_day(month) + block.draws.below(28, "bureau.inquired", *place)
    following = _following(pulls.holding(FULL, INQUIRIES), borrower, inquired_on)
    pressed = block.draws.uniform("bureau.pressed", *place) < 1 / (1 + np.exp(1.2 - 0.8 * appetite[borrower, month]))
    kind = np.where(
        pressed, block.draws.pick(_PRESSED, "bureau.kind", *place), block.draws.pick(_CALM, "bureau.kind", *place)
    )
    institution = kind * 100 + block.draws.below(INSTITUTIONS_PER_KIND, "bureau.institution", *place)
    purpose = block.draws.pick(_PURPOSE_SHARES, "bureau.purpose", *place)
    seen = following >= 0
    wrong = seen & (block.draws.uniform("bureau.wrong", *place) < 0.004)
    rows = {
        "inquiry_id": ids("I", (((number + 1) * 1000 + month) * 100 + position)[seen], 12),
        "borrower_id": ids("B", number[seen] + 1, 7),
        "inquired_on": dates(inquired_on[seen]),
        "institution_id": ids("J", institution[seen], 3),
        "institution_kind": words(kind[seen], KINDS),
        "purpose": words(np.where(wrong, len(PURPOSES) - 1, purpose)[seen], PURPOSES),
        "known_on": dates(following[seen]),
    }
    which = np.flatnonzero(wrong[seen])
    again = _following(pulls.holding(FULL, INQUIRIES), borrower[wrong], following[wrong] + 1)
    told = np.where(again < 0, block.ends_on + 1, again)
    return rows, later(rows, which, told, block.ends_on, purpose=words(purpose[wrong], PURPOSES))


def _counts(block: Block, appetite: Floats) -> Ints:
    """Return how many inquiries each month sees."""
    taste = 0.6 * block.draws.normal("bureau.taste", block.people.number)[:, None]
    usual = np.where(block.people.firm, 0.24, np.where(block.people.borrows, 0.18, 0.08))[:, None]
    grows = block.during(Kind.EXPANSION)
    mean = usual * np.exp(np.clip(0.8 * appetite + taste + 1.1 * grows, -3, 3))
    return block.draws.count(np.where(block.present, mean, 0), "bureau.count", block.numbers, block.every_month)


def _following(pulls: Pulls, borrower: Ints, day: Ints) -> Ints:
    """Return the day of the first of `pulls` of each borrower from `day` on, -1 for none."""
    keys = _key(pulls.borrower, pulls.day)
    place = np.searchsorted(keys, _key(borrower, day))
    found = np.append(keys, -1)[place]
    return np.where((found >= 0) & (found // _A_DAY_APART == borrower), found % _A_DAY_APART, -1)


def _key(borrower: Ints, day: Ints) -> Ints:
    return borrower * _A_DAY_APART + day


def _owners(block: Block, borrower: Ints, day: Ints) -> Ints:
    """Return the pulls of controllers' reports that go with the loans of their firms."""
    following = np.minimum(borrower + 1, block.size - 1)
    controlled = (block.people.role[borrower] == Role.FIRM) & (block.people.role[following] == Role.CONTROLLER)
    luck = block.draws.uniform("bureau.owner", block.people.number[borrower], day)
    both = controlled & (luck < _OWNER_TOO)
    return _key(following[both], day[both])


def _checks(block: Block) -> Ints:
    found = block.episodes.of(Kind.CHECK, Kind.FALSE_FINDING)
    return _key(found.borrower, check_day(block, found.borrower, found.month))


def check_day(block: Block, borrower: Ints, month: Ints) -> Ints:
    """Return the day on which an officer looked closer in `month`."""
    return block.months.first_day(month) + block.draws.below(28, "checks.day", block.people.number[borrower], month)


def _reviews(block: Block, loans: Loans) -> Ints:
    """Return the yearly pulls for large exposures."""
    largest = np.zeros(block.size, np.int64)
    np.maximum.at(largest, loans.borrower, loans.principal)
    offset = block.draws.below(12, "bureau.offset", block.people.number)
    turn = (block.every_month % 12 == offset[:, None]) & (largest > _LARGE)[:, None] & block.present
    borrower, month = np.nonzero(turn)
    day = block.months.first_day(month) + block.draws.below(27, "bureau.day", block.people.number[borrower], month)
    return _key(borrower, day)


def _suspicions(block: Block) -> Ints:
    """Return the pulls made while trouble can be seen: late payments mostly."""
    seen = block.shown("squeeze", "bureau.suspicion") + 0.7 * np.clip(block.arrears, 0, 3)
    luck = block.draws.uniform("bureau.suspects", block.numbers, block.every_month)
    chance = np.where(seen > _SUSPICIOUS_ABOVE, 0.16, 0.012) * block.people.borrows[:, None]
    borrower, month = np.nonzero((luck < chance) & block.present)
    day = block.months.first_day(month) + block.draws.below(27, "bureau.day", block.people.number[borrower], month)
    return _key(borrower, day)
