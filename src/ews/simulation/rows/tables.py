"""Tables: all event tables of a block, in parts.

Grain   a part is some rows of one table; a table's corrected and withdrawn rows are parts of their own
"""

import numpy as np

from ews.simulation.arrays import Flags
from ews.simulation.draws import Draws
from ews.simulation.latent.course import Course
from ews.simulation.latent.network import Network
from ews.simulation.latent.population import Population
from ews.simulation.months import Months
from ews.simulation.rows.accounts import account_rows
from ews.simulation.rows.block import Block
from ews.simulation.rows.bureau import inquiry_rows, pulls_of, report_rows
from ews.simulation.rows.card_rows import card_ledger_rows, card_loan_rows, statement_rows
from ews.simulation.rows.cards import issue_cards
from ews.simulation.rows.collateral import collateral_rows
from ews.simulation.rows.external_debts import debt_rows
from ews.simulation.rows.findings import finding_rows
from ews.simulation.rows.flows import postings_of, transaction_rows
from ews.simulation.rows.guarantees import guarantee_rows
from ews.simulation.rows.loan_rows import loan_rows
from ews.simulation.rows.loans import sign_loans
from ews.simulation.rows.names import borrower_rows
from ews.simulation.rows.outcomes import outcome_rows
from ews.simulation.rows.public_events import event_rows
from ews.simulation.rows.relations import relation_rows
from ews.simulation.rows.repayment_rows import instalment_rows, ledger_rows, payment_rows, payments_of
from ews.simulation.rows.repayments import service
from ews.simulation.rows.trade_flows import affairs_of
from ews.simulation.rows.versions import Rows

FEEDS = (
    "loans", "ledger", "instalments", "payments", "transactions", "bureau_reports", "inquiries", "external_debts",
    "guarantees", "card_statements", "public_events", "findings", "outcomes",
)  # fmt: skip
"""Tables of which the book tells nothing before its first month."""

Parts = list[tuple[str, Rows]]


def block_tables(block: Block, snapshot: int | None) -> tuple[Parts, Flags]:
    """Return the rows of all tables but guarantees, and who has a loan past due at the end of month `snapshot`."""
    loans, cards, affairs = sign_loans(block), issue_cards(block), affairs_of(block)
    course = service(block, loans)
    made = payments_of(block, course)
    pulls = pulls_of(block, loans)
    moved = postings_of(block, affairs, loans, course, made, cards)
    tables: dict[str, tuple[Rows, ...]] = {
        "borrowers": borrower_rows(block),
        "relations": relation_rows(block),
        "accounts": account_rows(block),
        "loans": (*loan_rows(block, loans), card_loan_rows(block, cards)),
        "instalments": (instalment_rows(block, loans, course),),
        "payments": payment_rows(block, loans, made),
        "ledger": (*ledger_rows(block, loans, course), card_ledger_rows(block, cards)),
        "card_statements": statement_rows(block, cards),
        "bureau_reports": (report_rows(block, pulls),),
        "inquiries": inquiry_rows(block, pulls),
        "external_debts": (debt_rows(block, pulls),),
        "transactions": transaction_rows(block, affairs, moved),
        "collateral": collateral_rows(block, loans),
        "public_events": event_rows(block),
        "findings": finding_rows(block, loans, affairs),
        "outcomes": (outcome_rows(block),),
    }
    late = course.borrower[(course.month == snapshot) & (course.dpd > 0)]
    return [(name, rows) for name, several in tables.items() for rows in several], np.isin(np.arange(block.size), late)


def book_tables(network: Network, people: Population, course: Course, months: Months, draws: Draws) -> Parts:
    """Return the rows that are made once for the whole book: the guarantees of the network."""
    return [("guarantees", rows) for rows in guarantee_rows(network, people, course.episodes, months, draws)]
