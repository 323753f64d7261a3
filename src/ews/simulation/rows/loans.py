"""Loans: contracts that a borrower has one after the other, and now and then a second one beside.

Grain   one entry per loan, in the order of borrower and loan number
Source  a finished main loan is followed by another in the same month, so that every borrower present owes something;
        the stressed borrow more often and more than they repay
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from ews.simulation.arrays import NEVER, Flags, Floats, Ints, next_month
from ews.simulation.rows.block import Block
from ews.simulation.rows.columns import dates, ids, words

PRODUCTS = ("business", "mortgage", "consumer")
REPAYMENTS = ("instalment", "bullet")
SECURITIES = ("none", "guarantee", "mortgage", "pledge")
PURPOSES = ("流动资金周转", "购置住房", "个人消费", "购置设备")
BUSINESS, MORTGAGE, CONSUMER = range(3)
INSTALMENT, BULLET = range(2)
_SHORT_TERMS = np.array([6, 12, 12, 12, 24])
_LONG_TERMS = np.array([12, 24, 24, 36, 36])
_MORTGAGE_TERMS = np.array([120, 180, 240, 240, 240])
_MOST_LOANS = 50
_ROUND_TO = 100_000
"""Principals are in whole 1,000 CNY."""


@dataclass(frozen=True, slots=True)
class Loans:
    """`ends` is the month in which the loan left the ledger, NEVER while it stands; a rate is 1/10,000 a year."""

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

    def __len__(self) -> int:
        return len(self.borrower)


def sign_loans(block: Block) -> Loans:
    """Return all loans of the block's borrowers that stood at some time in the book's months."""
    main = _chain(block, lane=0, first=_first_months(block), upcoming=np.tile(block.every_month, (block.size, 1)))
    extra_opens = next_month(_wants_more(block))
    extra = _chain(block, lane=1, first=extra_opens[:, 0], upcoming=extra_opens)
    parts = [*main, *extra]
    joined = {field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Loans)}
    order = np.lexsort((joined["number"], joined["borrower"]))
    return Loans(**{name: values[order] for name, values in joined.items()})


def loan_ids(block: Block, borrower: Ints, number: Ints) -> pa.Array:
    return ids("L", (block.people.number[borrower] + 1) * 100 + number, 9)


def loan_rows(block: Block, loans: Loans) -> Mapping[str, pa.Array]:
    """Return the rows of table `loans`, cards left out."""
    mortgage = loans.product == MORTGAGE
    security = block.draws.pick(
        (0.45, 0.1, 0.35, 0.1), "loans.security", block.people.number[loans.borrower], loans.number
    )
    security = np.where(mortgage, 2, np.where(block.guaranteed[loans.borrower], 1, security))
    purpose = np.where(mortgage, 1, np.where(loans.product == CONSUMER, 2, np.where(loans.term > 24, 3, 0)))
    return {
        "loan_id": loan_ids(block, loans.borrower, loans.number),
        "borrower_id": ids("B", block.people.number[loans.borrower] + 1, 7),
        "product": words(loans.product, PRODUCTS),
        "principal": pa.array(loans.principal),
        "opened_on": dates(loans.opened_on),
        "matures_on": dates(block.due_on(loans.borrower, loans.opens + loans.term)),
        "repayment": words(loans.repayment, REPAYMENTS),
        "security": words(security, SECURITIES),
        "purpose": words(purpose, PURPOSES),
        "replaces_loan_id": ids(
            "L",
            (block.people.number[loans.borrower] + 1) * 100 + np.maximum(loans.replaces, 0),
            9,
            known=loans.replaces >= 0,
        ),
    }


def _first_months(block: Block) -> Ints:
    """Return when the first main loan opens: as the borrower joins, or some months before the book for the stock."""
    people = block.people
    _, _, term = _terms(block, np.arange(block.size), 0, (people.number, np.array(0)))
    customer_months = (block.months.first_day(0) - people.customer_since) // 31
    oldest = np.minimum(term - 1, customer_months)
    age = 1 + (block.draws.uniform("loans.age", people.number) * oldest).astype(np.int64)
    return np.where(people.stock, -age, people.joined)


def _wants_more(block: Block) -> Flags:
    """Return the months in which a second loan is asked for and granted: for growth, and more often to fill holes."""
    stress = block.shown("loans.openness")
    chance = 0.012 * np.exp(0.6 * np.clip(stress, -2, 3))
    asks = block.draws.uniform("loans.more", block.numbers, block.every_month) < chance
    return np.asarray(asks & (block.arrears == 0) & (block.every_month > block.people.joined[:, None]))


def _chain(block: Block, lane: int, first: Ints, upcoming: Ints) -> list[Loans]:
    """Return the loans of one lane: after each has ended, the next opens in the month that `upcoming` says."""
    free_again = next_month(block.arrears == 0)
    who = np.arange(block.size, dtype=np.int64)
    opens, before, repaid_on = np.asarray(first, np.int64), np.full(block.size, -1), np.full(block.size, -1)
    chain: list[Loans] = []
    for ordinal in range(_MOST_LOANS):
        stands = opens < np.minimum(block.gone[who], block.months.count)
        who, opens, before, repaid_on = who[stands], opens[stands], before[stands], repaid_on[stands]
        if not len(who):
            break
        signed = _sign(block, who, opens, lane, ordinal, before, repaid_on)
        matures = opens + signed.term
        clear = free_again[who, np.clip(matures, 0, block.months.count - 1)]
        ends = np.minimum(np.where(matures < block.months.count, clear, NEVER), block.gone[who])
        chain.append(_with_end(signed, ends))
        going_on = ends < np.minimum(block.gone[who], block.months.count)
        who, ends, before = who[going_on], ends[going_on], signed.number[going_on]
        opens = upcoming[who, ends]
        due_on = block.due_on(who, ends)
        repaid_on = np.minimum(due_on + block.late[who, ends], block.months.last_day(ends))
    return chain


def _sign(block: Block, who: Ints, opens: Ints, lane: int, ordinal: int, before: Ints, repaid_on: Ints) -> Loans:
    """Return loans opening in month `opens`; `before` is the number of the loan repaid on `repaid_on`, -1 for none."""
    place = (block.people.number[who], np.array(2 * ordinal + lane))
    product, repayment, term = _terms(block, who, lane, place)
    stress = block.stress[who, np.clip(opens, 0, block.months.count - 1)]
    follows_at_once = (before >= 0) & (block.months.first_day(opens) <= repaid_on)
    wish = 1 / (1 + np.exp(2.4 - 0.9 * stress))
    replaces = follows_at_once & (lane == 0) & (block.draws.uniform("loans.replaces", *place) < wish)
    own_day = block.months.first_day(opens) + 3 + block.draws.below(24, "loans.day", *place)
    gap = np.where(replaces, 0, block.draws.below(5, "loans.gap", *place))
    after = np.minimum(repaid_on + gap, block.months.last_day(opens))
    scale = np.exp(0.08 * block.draws.normal("loans.growth", *place) + 0.12 * np.clip(stress, 0, 2) * replaces)
    amount = _first_amount(block, who, product, lane) * scale
    return Loans(
        borrower=who,
        number=np.full(len(who), 2 * ordinal + lane, dtype=np.int64),
        product=product,
        repayment=repayment,
        principal=np.maximum(10, np.rint(amount / _ROUND_TO)).astype(np.int64) * _ROUND_TO,
        rate=420 + (300 * block.draws.uniform("loans.rate", *place)).astype(np.int64),
        term=term,
        opens=opens,
        opened_on=np.where(follows_at_once, after, np.maximum(own_day, block.people.customer_since[who])),
        ends=np.full(len(who), NEVER),
        replaces=np.where(replaces, before, -1),
    )


def _with_end(loans: Loans, ends: Ints) -> Loans:
    values = {field.name: getattr(loans, field.name) for field in fields(Loans)}
    return Loans(**{**values, "ends": ends})


def _terms(block: Block, who: Ints, lane: int, place: tuple[Ints, Ints]) -> tuple[Ints, Ints, Ints]:
    """Return product, way of repayment and term in months."""
    firm = block.people.firm[who]
    person = block.draws.pick((0.2, 0.3, 0.5), "loans.product", block.people.number[who])
    product = np.where(firm, BUSINESS, person if lane == 0 else CONSUMER)
    bullet = (product == BUSINESS) & (block.draws.uniform("loans.bullet", *place) < 0.6)
    choice = block.draws.below(5, "loans.term", *place)
    term = np.where(bullet, _SHORT_TERMS[choice], _LONG_TERMS[choice])
    return product, np.where(bullet, BULLET, INSTALMENT), np.where(product == MORTGAGE, _MORTGAGE_TERMS[choice], term)


def _first_amount(block: Block, who: Ints, product: Ints, lane: int) -> Floats:
    """Return fen: some months' turnover, many for a home."""
    share = block.draws.uniform("loans.amount", block.people.number[who])
    months_of_turnover = np.where(product == MORTGAGE, 50 + 50 * share, 1.5 + 3.5 * share)
    return block.people.turnover[who] * months_of_turnover * (1.0 if lane == 0 else 0.4)
