"""Many cases in one book: a borrower per case, so that a table of boundaries costs one build."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ews.features.catalogue import Family
from tests.books import Rows, book_of
from tests.features.observed import frame

AS_OF = date(2026, 6, 30)
WIDE = (date(2000, 1, 1), date(2030, 12, 31))
OWN = ("institution_id", "counterparty_id")
"""Names that may be the same in several cases; every other id gets the number of its case."""

Case = Mapping[str, Rows]
Told = list[tuple[float | None, ...]]


def told(
    family: Family,
    cases: Sequence[Case],
    names: Sequence[str],
    *,
    as_of: date = AS_OF,
    covered: tuple[date, date] = WIDE,
) -> Told:
    """Return the features `names` of each case, None for null; a case gives rows per table, of borrower B1."""
    tables = sorted({name for case in cases for name in case})
    rows: dict[str, list[dict[str, Any]]] = {
        name: [_of_case(number, row) for number, case in enumerate(cases) for row in case.get(name, ())]
        for name in tables
    }
    rows["borrowers"] = [{"borrower_id": f"{number:03}-B1", "kind": "firm"} for number in range(len(cases))]
    seen = frame(family, book_of(rows, covered=covered), [as_of])[list(names)].astype(object)
    return [tuple(row) for row in seen.where(seen.notna(), None).itertuples(index=False)]


def _of_case(number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: f"{number:03}-{value}" if name.endswith("_id") and name not in OWN and value else value
        for name, value in row.items()
    }
