"""Loans: contracts that a borrower has one after the other, and now and then a second one beside.

Grain   one entry per loan, in the order of borrower and loan number
Source  the main loan runs as the population says and is followed by another in the month it is repaid; second loans
        are granted to those who seek credit and are not too plainly short of cash. How episodes show:
        EVERGREEN  the maturing loan is repaid by one `size` times as large, half of them linked in the records, half
                   only paid out within days of the repayment
        RENEWAL    a linked loan of the same amount on the day it falls due, purpose 无还本续贷
        RELIEF     the running loan's principal rests for half a year and its end moves; if it has matured, a linked
                   loan, a little smaller, restructured from its first day
        EXIT       no loan follows; CUT a third less next time and no second loan from then on
        EXPANSION  a second loan in the month, and the next main loan is larger
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from ews.simulation.arrays import NEVER, Flags, Floats, Ints, next_month
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.main_loans import BULLET, BUSINESS, CONSUMER, INSTALMENT, MORTGAGE
from ews.simulation.rows.block import Block
from ews.simulation.rows.loan_terms import purpose_of, security_of

RESTS_MONTHS = 6
"""Months for which principal rests after relief."""
NO_DAY = -1
_ADDED_MONTHS = (12, 6)
"""Months by which relief moves the end of instalment and of bullet loans."""
_SHORT_TERMS = np.array([6, 12, 12, 12, 24])
_LONG_TERMS = np.array([12, 24, 24, 36, 36])
_LEAST_TERM = 3
_MOST_LOANS = 50
_LINKED = 0.5
_INNOCENTLY_LINKED = 0.03
_CUT_BY = 0.35
_ROUND_TO = 100_000
"""Principals are in whole 1,000 CNY."""


@dataclass(frozen=True, slots=True)
class Loans:
    """`ends` is the month in which the loan left the ledger, NEVER while it stands; a rate is 1/10,000 a year.

    `term` is as signed; from month `eased` on it is `added` months longer. `restructured_on` is NO_DAY but for loans
    that are a restructuring from their first day.
    """

    borrower: Ints
    number: Ints
    product: Ints
    repayment: Ints
    principal: Ints
    rate: Ints
    term: Ints
    opens: Ints
    opened_on: Ints
    ends: Ints
    replaces: Ints
    security: Ints
    purpose: Ints
    eased: Ints
    added: Ints
    restructured_on: Ints

    def __len__(self) -> int:
        return len(self.borrower)

    @property
    def matures(self) -> Ints:
        """Return the month in which the loan, as it came to be agreed, falls due at its end."""
        return self.opens + self.term + self.added


@dataclass(frozen=True, slots=True)
class _Lane:
    """One of a borrower's two rows of loans: `upcoming` is the next month, from each month on, in which one may open.

    `refused` is whether no loan follows one that ends in the month.
    """

    number: int
    upcoming: Ints
    refused: Flags


@dataclass(frozen=True, slots=True)
class _Turn:
    """Whose loan comes next: `before` is the loan repaid on `repaid_on`, -1 for none, and `owed` its principal."""

    who: Ints
    opens: Ints
    before: Ints
    repaid_on: Ints
    owed: Ints

    def only(self, kept: Flags) -> "_Turn":
        return _Turn(*(getattr(self, field.name)[kept] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class _Follows:
    """How loans open in each month, borrower × month."""

    evergreen: Floats
    renewed: Flags
    eased: Flags
    cut: Floats
    grows: Flags


def sign_loans(block: Block) -> Loans:
    """Return all loans of the block's borrowers that stood at some time in the book's months."""
    people = block.people
    every = np.tile(block.every_month, (block.size, 1))
    first = np.where(people.borrows, np.where(people.stock, people.anchor - people.term, people.joined), NEVER)
    more = next_month(_wants_more(block))
    exits, cut = block.since(Kind.EXIT), block.since(Kind.EXIT, Kind.CUT)
    main = _chain(block, _Lane(0, every, exits), first)
    extra = _chain(block, _Lane(1, more, cut), more[:, 0])
    parts = [_none(), *main, *extra]
    joined = {field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Loans)}
    order = np.lexsort((joined["number"], joined["borrower"]))
    return Loans(**{name: values[order] for name, values in joined.items()})


def _wants_more(block: Block) -> Flags:
    """Return the months in which a second loan is granted: for growth, and more often to those who seek credit."""
    appetite = np.clip(block.shown("appetite", "loans.appetite"), -2, 4)
    refused = 1 / (1 + np.exp(2.2 - 0.8 * block.shown("squeeze", "loans.squeeze")))
    chance = 0.007 * np.exp(0.6 * appetite) * (1 - refused)
    luck = block.draws.uniform("loans.more", block.numbers, block.every_month)
    joined = block.every_month > block.people.joined[:, None]
    asks = (luck < chance) | (block.starts(Kind.EXPANSION) & (luck < 0.7))
    able = (block.arrears == 0) & joined & block.people.borrows[:, None]
    return np.asarray(asks & able & ~block.since(Kind.CUT, Kind.EXIT, Kind.FRAUD))


def _follows(block: Block) -> _Follows:
    grown = np.cumsum(block.starts(Kind.EXPANSION), axis=1)
    before = np.concatenate([np.zeros((block.size, 12), np.int64), grown], axis=1)[:, : block.months.count]
    return _Follows(
        evergreen=block.size_during(Kind.EVERGREEN),
        renewed=block.starts(Kind.RENEWAL),
        eased=block.starts(Kind.RELIEF),
        cut=np.where(block.since(Kind.CUT), _CUT_BY, 0.0),
        grows=np.asarray(grown > before),
    )


def _chain(block: Block, lane: _Lane, first: Ints) -> list[Loans]:
    """Return the loans of one lane: after each has ended, the next opens in the month that the lane says."""
    clear, follows = next_month(block.arrears == 0), _follows(block)
    nothing = np.full(block.size, -1)
    turn = _Turn(np.arange(block.size), np.asarray(first, np.int64), nothing, nothing, nothing)
    last = np.minimum(block.gone, block.months.count)
    chain: list[Loans] = []
    for ordinal in range(_MOST_LOANS):
        turn = turn.only(turn.opens < last[turn.who])
        if not len(turn.who):
            break
        signed = _eased(block, _sign(block, lane, ordinal, turn, follows), follows)
        matures = signed.matures
        repaid = clear[turn.who, np.clip(matures, 0, block.months.count - 1)]
        ends = np.minimum(np.where(matures < block.months.count, repaid, NEVER), block.gone[turn.who])
        chain.append(replace(signed, ends=ends))
        goes_on = ends < last[turn.who]
        goes_on &= ~lane.refused[turn.who, np.minimum(ends, block.months.count - 1)]
        who, ends = turn.who[goes_on], ends[goes_on]
        due_on = block.due_on(who, ends)
        turn = _Turn(
            who=who,
            opens=lane.upcoming[who, ends],
            before=signed.number[goes_on],
            repaid_on=np.minimum(due_on + block.late[who, ends], block.months.last_day(ends)),
            owed=signed.principal[goes_on],
        )
    return chain


def _sign(block: Block, lane: _Lane, ordinal: int, turn: _Turn, follows: _Follows) -> Loans:
    """Return the loans that open now."""
    who, opens = turn.who, turn.opens
    number = np.full(len(who), 2 * ordinal + lane.number, dtype=np.int64)
    place = (block.people.number[who], number)
    month = np.clip(opens, 0, block.months.count - 1)
    product, repayment, term = _terms(block, lane, turn, place)
    at_once = (turn.before >= 0) & (block.months.first_day(opens) <= turn.repaid_on)
    main = at_once & (lane.number == 0)
    times = np.where(main, follows.evergreen[who, month], 0.0)
    renewed, eased = main & follows.renewed[who, month], main & follows.eased[who, month]
    luck = block.draws.uniform("loans.linked", *place)
    linked = renewed | eased | ((times > 0) & (luck < _LINKED)) | (main & (luck > 1 - _INNOCENTLY_LINKED))
    own_day = block.months.first_day(opens) + 3 + block.draws.below(24, "loans.day", *place)
    gap = np.where(linked, 0, block.draws.below(7, "loans.gap", *place))
    after = np.minimum(turn.repaid_on + gap, block.months.last_day(opens))
    opened_on = np.where(at_once, after, np.maximum(own_day, block.people.customer_since[who]))
    same = renewed | (linked & ~eased & (times == 0))
    return Loans(
        borrower=who,
        number=number,
        product=product,
        repayment=repayment,
        principal=_principal(block, lane, turn, place, product, (times, same, eased), follows),
        rate=420 + (300 * block.draws.uniform("loans.rate", *place)).astype(np.int64),
        term=term,
        opens=opens,
        opened_on=opened_on,
        ends=np.full(len(who), NEVER),
        replaces=np.where(linked, turn.before, -1),
        security=security_of(block, lane.number, who, product),
        purpose=purpose_of(product, term, renewed, linked & (times > 0) | eased),
        eased=np.full(len(who), NEVER),
        added=np.zeros(len(who), np.int64),
        restructured_on=np.where(eased, opened_on, NO_DAY),
    )


def _terms(block: Block, lane: _Lane, turn: _Turn, place: tuple[Ints, Ints]) -> tuple[Ints, Ints, Ints]:
    """Return product, way of repayment and months to maturity: main loans mature when the population says."""
    people, who = block.people, turn.who
    if lane.number == 0:
        anchor, cycle = people.anchor[who], people.term[who]
        soonest = turn.opens + np.minimum(_LEAST_TERM, cycle)
        cycles = np.maximum(0, -((anchor - soonest) // cycle))
        return people.product[who], people.repayment[who], anchor + cycles * cycle - turn.opens
    product = np.where(people.product[who] == BUSINESS, BUSINESS, CONSUMER)
    bullet = (product == BUSINESS) & (block.draws.uniform("loans.bullet", *place) < 0.6)
    choice = block.draws.below(5, "loans.term", *place)
    return product, np.where(bullet, BULLET, INSTALMENT), np.where(bullet, _SHORT_TERMS[choice], _LONG_TERMS[choice])


def _principal(
    block: Block, lane: _Lane, turn: _Turn, place: tuple[Ints, Ints], product: Ints,
    how: tuple[Floats, Flags, Flags], follows: _Follows,
) -> Ints:  # fmt: skip
    """Return fen: some months' turnover, many for a home; later loans are near the one before."""
    who, month = turn.who, np.clip(turn.opens, 0, block.months.count - 1)
    times, same, eased = how
    share = block.draws.uniform("loans.amount", block.people.number[who])
    turnovers = np.where(product == MORTGAGE, 50 + 50 * share, 1.5 + 3.5 * share) * (1.0 if lane.number == 0 else 0.4)
    first = block.people.turnover[who] * turnovers
    again = np.where(turn.owed > 0, np.maximum(turn.owed, 1) ** 0.7 * first**0.3, first)
    change = 0.07 * block.draws.normal("loans.growth", *place) + 0.25 * follows.grows[who, month]
    amount = again * np.exp(change) * (1 - follows.cut[who, month])
    amount = np.where(times > 0, turn.owed * times, np.where(eased, turn.owed * 0.95, amount))
    rounded = np.maximum(10, np.rint(amount / _ROUND_TO)).astype(np.int64) * _ROUND_TO
    return np.where(same, turn.owed, rounded)


def _eased(block: Block, signed: Loans, follows: _Follows) -> Loans:
    """Return the loans with the relief that the first such episode in their course gives them."""
    count = block.months.count
    first = next_month(follows.eased)[signed.borrower, np.clip(signed.opens + 1, 0, count - 1)]
    runs = (first < np.minimum(signed.matures, count)) & (signed.opens + 1 < count)
    added = np.where(signed.repayment == BULLET, _ADDED_MONTHS[1], _ADDED_MONTHS[0])
    return replace(signed, eased=np.where(runs, first, NEVER), added=np.where(runs, added, 0))


def _none() -> Loans:
    return Loans(*(np.zeros(0, np.int64) for _ in fields(Loans)))
