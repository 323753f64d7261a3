"""Steps: intermediate results, worked out once: for one family, or shared by all families of a build."""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ews.events.book import Book
from ews.features.window import Spine

_STEP, _SHARED = "features_step", "features_shared"


def step(book: Book, rows: ir.Table | pa.Table) -> ir.Table:
    """Work `rows` out once into a temporary table, which `drop_steps` removes after the family."""
    return book.engine.create_table(ibis.util.gen_name(_STEP), rows, temp=True)


def shared(book: Book, spine: Spine, name: str, make: Callable[[], ir.Table]) -> ir.Table:
    """Return what `make` yields for this spine, worked out when first asked for and kept to the end of the build."""
    if name not in spine.shared:
        spine.shared[name] = book.engine.create_table(ibis.util.gen_name(_SHARED), make(), temp=True)
    return spine.shared[name]


def drop_steps(book: Book) -> None:
    """Drop what `step` made on the book's engine."""
    _drop(book, _STEP)


def drop_shared(book: Book, spine: Spine) -> None:
    """Drop what `shared` made on the book's engine, for this spine and for those made from it."""
    spine.shared.clear()
    _drop(book, _SHARED)


def _drop(book: Book, prefix: str) -> None:
    for name in book.engine.list_tables(like=prefix):
        book.engine.drop_table(name, database=("temp", "main"))
