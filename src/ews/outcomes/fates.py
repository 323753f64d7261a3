"""Fates: what became of borrowers by day, and who hangs together.

Arrears  the days on which a loan came to be past due: an instalment unpaid a day after it fell due; where only the
         ledger speaks of the loan, the day on which its arrears began by the days past due that it states, and the day
         stated
Default  by the definition of the model: too many days past due, or a listed outcome with a date
Circle   borrowers linked by guarantees or relations, whenever these held; named by the first of them
"""

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ews.events.arrears import default_days
from ews.events.book import Book, was_known
from ews.events.owners import with_borrower
from ews.events.schedule import has_schedule, missed_items, told_by_ledger
from ews.outcomes.definition import Definition

LINKS = (("guarantees", "guarantor_id", "borrower_id"), ("relations", "from_id", "to_id"))


def arrears_days(book: Book, known_by: date) -> pd.DataFrame:
    """Return borrower_id and arrears_on."""
    found: list[ir.Table] = []
    if has_schedule(book):
        found.append(missed_items(book, 0, known_by).select("borrower_id", arrears_on="default_on"))
    if book.has("ledger"):
        rows = with_borrower(book, "ledger")
        rows = rows.filter(was_known(rows, known_by), rows.dpd > 0, rows.stated_on <= known_by)
        rows = told_by_ledger(book, rows, known_by) if has_schedule(book) else rows
        began = rows.stated_on - (rows.dpd - 1).cast("int64").as_interval("D")
        found += [
            rows.select("borrower_id", arrears_on="stated_on"),
            rows.select("borrower_id", arrears_on=began.cast("date")),
        ]
    return _distinct(found, "arrears_on")


def defaults_by_day(book: Book, definition: Definition, known_by: date) -> pd.DataFrame:
    """Return borrower_id and default_on."""
    found: list[ir.Table] = []
    if definition.use_dpd:
        late = default_days(book, above_dpd=definition.default_above_dpd, known_by=known_by)
        found.append(late.select("borrower_id", "default_on"))
    if book.has("outcomes"):
        rows = book.table("outcomes")
        listed = rows.filter(was_known(rows, known_by), rows["kind"].isin(definition.listed_kinds))
        listed = listed.filter(listed.occurred_on.notnull())
        found.append(listed.select("borrower_id", default_on="occurred_on"))
    return _distinct(found, "default_on")


def circles(book: Book, borrowers: list[str]) -> dict[str, str]:
    """Return the circle of each of `borrowers`, its own id where it stands alone."""
    tables = [
        book.table(name).select(first, second).distinct().to_pandas().to_numpy(dtype=object)
        for name, first, second in LINKS
        if book.has(name)
    ]
    pairs = np.concatenate([np.empty((0, 2), dtype=object), *tables])
    pairs = pairs[[isinstance(a, str) and isinstance(b, str) for a, b in pairs]] if len(pairs) else pairs
    names = sorted({*borrowers, *pairs.ravel().tolist()})
    place = {name: number for number, name in enumerate(names)}
    ends = [[place[name] for name in pairs[:, side]] for side in (0, 1)]
    links = coo_array((np.ones(len(pairs)), (ends[0], ends[1])), shape=(len(names), len(names)))
    label = connected_components(links, directed=False)[1].tolist()
    first: dict[int, str] = {}
    for name, number in zip(names, label, strict=True):
        first.setdefault(number, name)
    return {name: first[label[place[name]]] for name in borrowers}


def _distinct(found: list[ir.Table], name: str) -> pd.DataFrame:
    if not found:
        return pd.DataFrame({"borrower_id": pd.Series(dtype="str"), name: pd.Series(dtype="datetime64[us]")})
    rows = ibis.union(*found, distinct=True) if len(found) > 1 else found[0].distinct()
    told: pd.DataFrame = rows.order_by("borrower_id", name).to_pandas()
    return told
