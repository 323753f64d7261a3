"""Peers at large: what each borrower tells of itself to those it is compared with, for a book that holds but a few.

Grain   one row per (borrower_id, as_of, known_by) of who may be a peer: in an industry or a region, owing
Reads   what peers read
Columns industry, region, is_peer; what flows.py and standing.py tell, as far as the book has their tables
"""

import ibis.expr.types as ir

from ews.events.book import Book
from ews.features.account_flows.postings import recent_postings
from ews.features.peers.family import sees_accounts
from ews.features.peers.flows import flows
from ews.features.peers.groups import AXES, everybody_on
from ews.features.peers.standing import sees_arrears, standing_now_and_before
from ews.features.steps import step
from ews.features.window import KEYS, Spine


def at_large(book: Book, spine: Spine) -> ir.Table:
    """Describe peers at large on the days of `spine`, which holds everybody."""
    everybody = step(everybody_on(book, spine))
    in_a_group = everybody[AXES[0]].notnull() | everybody[AXES[1]].notnull()
    table = step(everybody.filter(everybody.is_peer, in_a_group))
    rows = Spine(table.select(*KEYS), spine.days)
    parts = []
    if sees_accounts(book):
        parts.append(step(flows(book, rows, recent_postings(book, spine))))
    if sees_arrears(book):
        parts.append(step(standing_now_and_before(book, spine, rows)))
    for part in parts:
        table = table.left_join(part, KEYS, rname="{name}_of_part").drop(*(f"{key}_of_part" for key in KEYS))
    return table
