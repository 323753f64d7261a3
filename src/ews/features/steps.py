"""Steps: intermediate results that a family uses more than once, worked out once and dropped with the family."""

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ews.events.book import Book

_PREFIX = "features_step"


def step(book: Book, rows: ir.Table | pa.Table) -> ir.Table:
    """Work `rows` out once into a temporary table, which `drop_steps` removes."""
    return book.engine.create_table(ibis.util.gen_name(_PREFIX), rows, temp=True)


def drop_steps(book: Book) -> None:
    """Drop what `step` made on the book's engine."""
    for name in book.engine.list_tables(like=_PREFIX):
        book.engine.drop_table(name, database=("temp", "main"))
