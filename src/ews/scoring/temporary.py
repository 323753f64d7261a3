"""Temporary tables of a book's engine: what is worked out once, so that what reads it reads a table, not its making."""

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ews.events.book import Book


def temporary(book: Book, rows: ir.Table | pa.Table) -> ir.Table:
    """Return `rows`, described or at hand, as a table of the book's engine."""
    return book.engine.create_table(ibis.util.gen_name("scoring"), rows, temp=True)
