"""Loan terms: what secures a loan and what it was agreed to be used for.

Source  a borrower's main loans have the same security throughout; homes are mortgaged; who is guaranteed for and gives
        no other security has guaranteed loans
"""

import numpy as np

from ews.simulation.arrays import Flags, Ints
from ews.simulation.latent.main_loans import CONSUMER, MORTGAGE
from ews.simulation.rows.block import Block

SECURITIES = ("none", "guarantee", "mortgage", "pledge")
UNSECURED, GUARANTEED, MORTGAGED, PLEDGED = range(4)
PURPOSES = ("流动资金周转", "购置住房", "个人消费", "购置设备", "无还本续贷", "借新还旧")
WORKING_CAPITAL, HOME, CONSUMPTION, EQUIPMENT, RENEWED, REFINANCED = range(6)


def security_of(block: Block, lane: int, who: Ints, product: Ints) -> Ints:
    """Return the security, the same for all of a borrower's main loans; second loans have none mostly."""
    shares = (0.40, 0.12, 0.38, 0.10) if lane == 0 else (0.75, 0.15, 0.07, 0.03)
    drawn = block.draws.pick(shares, f"loans.security.{lane}", block.people.number[who])
    guaranteed = block.guaranteed[who] & (drawn == UNSECURED) & (lane == 0)
    return np.where(product == MORTGAGE, MORTGAGED, np.where(guaranteed, GUARANTEED, drawn))


def purpose_of(product: Ints, term: Ints, renewed: Flags, refinanced: Flags) -> Ints:
    """Return the agreed use, by product and term; renewals and refinancings are named so."""
    by_term = np.where(term > 24, EQUIPMENT, WORKING_CAPITAL)
    usual = np.where(product == MORTGAGE, HOME, np.where(product == CONSUMER, CONSUMPTION, by_term))
    return np.where(renewed, RENEWED, np.where(refinanced, REFINANCED, usual))
