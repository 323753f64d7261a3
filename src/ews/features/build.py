"""Build: the one way to make features, for training, the whole book and a single borrower.

Grain   one row per (borrower_id, as_of) of the spine, in the order of as_of and borrower_id
Columns the keys, then FEATURES in the catalogue's order, all float64; fen and counts are exact up to 2^53
Nulls   a family whose tables the book lacks is blind: all its columns are null
"""

import ibis
import ibis.expr.types as ir

from ews.domain.progress import Progress, silent
from ews.events.book import Book
from ews.features.catalogue import FAMILIES, FEATURES, Family, family_name
from ews.features.statements import worked_out
from ews.features.steps import step
from ews.features.window import KEYS, Spine, joined


def build_features(book: Book, spine: Spine, progress: Progress = silent) -> ir.Table:
    """Return the feature table of `spine`: borrower_id, as_of and FEATURES, materialised in the book's engine."""
    return worked_out(book, spine, _features, progress)


def blind_families(book: Book) -> tuple[str, ...]:
    """Return the names of the families that the book holds no data for.

    A table without a row that covers no day says as little as one that is not there.
    """
    return tuple(
        family_name(family)
        for family in FAMILIES
        if not any(all(_speaks(book, name) for name in needed) for needed in family.READS)
    )


def _speaks(book: Book, name: str) -> bool:
    entry = book.manifest.tables.get(name)
    silent = entry is not None and entry.rows == 0 and book.covered(name) is None
    return book.has(name) and not silent


def _sees(book: Book, family: Family) -> bool:
    return any(all(book.has(name) for name in needed) for needed in family.READS)


def _features(book: Book, spine: Spine) -> ir.Table:
    parts = (step(_columns(book, spine, family), lasting=True) for family in FAMILIES)
    features = joined(spine, *parts).order_by("as_of", "borrower_id")
    return features.select("borrower_id", "as_of", *(feature.name for feature in FEATURES))


def _columns(book: Book, spine: Spine, family: Family) -> ir.Table:
    if not _sees(book, family):
        return spine.table.select(*KEYS, **{feature.name: ibis.null("float64") for feature in family.FEATURES})
    built = family.build(book, spine)
    return built.select(*KEYS, **{feature.name: built[feature.name].cast("float64") for feature in family.FEATURES})
