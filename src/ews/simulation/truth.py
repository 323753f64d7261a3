"""Truth: what the simulator knows and the book does not tell, kept in a directory beside the book.

Grain   one row per borrower and month end at which the borrower is in the book and not in default
Columns borrower_id, as_of, expected_pd (default within 12 months given the latent state), defaulted_12m
Nulls   `defaulted_12m` is null where the book ends before the 12 months do
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.stats import rankdata

from ews.simulation.arrays import Flags, Floats
from ews.simulation.latent.expected_pd import HORIZON
from ews.simulation.latent.state import Paths
from ews.simulation.months import Months
from ews.simulation.rows.columns import dates, ids

FILE_NAME = "expected_pd.parquet"
_AT_A_TIME = 20_000


def truth_directory(book_dir: Path) -> Path:
    """Return where the truth about the book in `book_dir` lies: its sibling, which no feature reads."""
    whole = book_dir.resolve()
    return whole.with_name(f"{whole.name}-truth")


def write_truth(book_dir: Path, book_id: str, paths: Paths, months: Months) -> Path:
    """Put the truth beside the book and return its file; the file's metadata name the book it speaks of."""
    directory = truth_directory(book_dir)
    directory.mkdir(parents=True, exist_ok=True)
    size = len(paths.arrears)
    schema = _rows(paths.cut(0, 0), 0, months).schema.with_metadata({"book_id": book_id})
    partial = directory / f"{FILE_NAME}.partial"
    with pq.ParquetWriter(partial, schema, compression="zstd") as writer:
        for first in range(0, size, _AT_A_TIME):
            rows = _rows(paths.cut(first, min(first + _AT_A_TIME, size)), first, months)
            writer.write_table(rows.replace_schema_metadata(schema.metadata))
    return partial.replace(directory / FILE_NAME)


def _rows(paths: Paths, first: int, months: Months) -> pa.Table:
    """Return the truth about the borrowers of `paths`, numbered from `first`."""
    borrower, month = np.nonzero(~np.isnan(paths.expected_pd))
    mature = month + HORIZON < months.count
    return pa.table(
        {
            "borrower_id": ids("B", borrower + first + 1, 7),
            "as_of": dates(months.last_day(month)),
            "expected_pd": pa.array(paths.expected_pd[borrower, month].astype(np.float64)),
            "defaulted_12m": pa.array(paths.defaulted_within(HORIZON)[borrower, month], mask=~mature),
        }
    )


def auc(scores: Floats, happened: Flags) -> float | None:
    """Return the chance that one who defaulted had the higher score, ties counting half; None where all fared alike."""
    hits = int(happened.sum())
    misses = len(happened) - hits
    if not hits or not misses:
        return None
    ranks: Floats = rankdata(scores)
    return float((ranks[happened].sum() - hits * (hits + 1) / 2) / (hits * misses))
