"""Nulls: what a part of the family says where the book lacks the tables it rests on."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from ews.features.window import KEYS, Spine


def nulls(spine: Spine, columns: Mapping[str, str]) -> ir.Table:
    """Return the spine with `columns`, name and type, all null."""
    return spine.table.select(*KEYS, **{name: ibis.null(kind) for name, kind in columns.items()})
