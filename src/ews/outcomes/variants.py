"""Variants of the label: how many defaulters each way against evergreening finds on the same snapshots.

Grain   one entry per variant and snapshot
Reads   labels and what they read
Rows    mature, with a live loan and not in default on as_of, all by the definition without variants: every variant is
        counted on the same rows, so that it can only add
Already in default on as_of by the variant, and not without it: such a model would not be taught by them
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import ibis
import ibis.expr.types as ir

from ews.domain.text import Text
from ews.events.book import Book
from ews.outcomes.definition import Definition
from ews.outcomes.labels import at_risk, labels

PLAIN, ALL = "plain", "all"
VARIANTS: Mapping[str, tuple[str, ...]] = {
    PLAIN: (),
    "distressed_extension": ("distressed_extension",),
    "loan_for_loan": ("loan_for_loan",),
    "bulk_transfer": ("bulk_transfer",),
    ALL: ("distressed_extension", "loan_for_loan", "bulk_transfer"),
}
VARIANT_TEXT: Mapping[str, Text] = {
    PLAIN: Text("as defined, no variant", "原定义"),
    "distressed_extension": Text("with distressed extensions", "含困难展期"),
    "loan_for_loan": Text("with loans for loans", "含借新还旧"),
    "bulk_transfer": Text("with bulk transfers", "含批量转让"),
    ALL: Text("with all three", "三者合计"),
}
_KEYS = ("borrower_id", "as_of")


@dataclass(frozen=True, slots=True)
class VariantCount:
    """`added` defaulters are found by this variant alone; `already` are in default on as_of by it alone."""

    variant: str
    as_of: date
    at_risk: int
    defaulted: int
    added: int
    already: int


def variant_of(definition: Definition, variant: str) -> Definition:
    """Return `definition` with just the ways of `variant`."""
    ways = dict.fromkeys(VARIANTS[ALL], False) | dict.fromkeys(VARIANTS[variant], True)
    return replace(
        definition,
        distressed_extension=ways["distressed_extension"],
        loan_for_loan=ways["loan_for_loan"],
        bulk_transfer=ways["bulk_transfer"],
    )


def compare_variants(
    book: Book, spine: ir.Table, definition: Definition, *, known_by: date
) -> tuple[VariantCount, ...]:
    """Return the counts of every variant, each by snapshot, oldest first."""
    told = {
        name: labels(book, spine, variant_of(definition, name), known_by=known_by) for name in VARIANTS if name != ALL
    }
    plain = at_risk(told[PLAIN])
    rows = plain.filter(plain.mature).select(*_KEYS, plain_hit="defaulted", plain_in="in_default")
    for name, label in told.items():
        if name != PLAIN:
            own = label.select(*_KEYS, **{f"{name}_hit": "defaulted", f"{name}_in": "in_default"})
            rows = rows.inner_join(own, list(_KEYS))
    ways = VARIANTS[ALL]
    # The first default of all three is the first of any: nobody need look for it again.
    rows = rows.mutate(
        all_hit=ibis.greatest(*(rows[f"{way}_hit"] for way in ways)),
        all_in=ibis.or_(*(rows[f"{way}_in"] for way in ways)),
    )
    rows = book.kept(rows)
    return tuple(one for name in VARIANTS for one in _counted(rows, name))


def _counted(rows: ir.Table, variant: str) -> list[VariantCount]:
    found = rows.group_by("as_of").aggregate(
        at_risk=rows.count(),
        defaulted=rows[f"{variant}_hit"].sum(),
        added=(rows[f"{variant}_hit"] - rows.plain_hit).sum(),
        already=rows[f"{variant}_in"].sum(),
    )
    return [VariantCount(variant, **row) for row in found.order_by("as_of").to_pyarrow().to_pylist()]
