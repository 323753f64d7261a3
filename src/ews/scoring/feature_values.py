"""Feature values: the features of many borrowers as one matrix, filled part by part.

A frame made the usual way would stand in memory three times while it is made, and a book's takes gigabytes.
"""

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from ews.features.catalogue import FEATURES

NAMES = tuple(feature.name for feature in FEATURES)
AT_ONCE = 20_000


def feature_values(table: ir.Table, ids: pd.Series) -> pd.DataFrame:
    """Return the columns NAMES of `table` for the borrowers `ids`, in their order, as floats; unknown is NaN."""
    matrix = np.full((len(ids), len(NAMES)), np.nan)
    places = pd.Index(ids)
    for part in table.select("borrower_id", *NAMES).to_pyarrow_batches(chunk_size=AT_ONCE):
        rows = places.get_indexer(pd.Index(part["borrower_id"].to_pandas()))
        columns = [column.to_numpy(zero_copy_only=False) for column in part.columns[1:]]
        found = rows >= 0
        matrix[rows[found]] = np.column_stack(columns).astype(np.float64)[found]
    return pd.DataFrame(matrix, columns=list(NAMES))
