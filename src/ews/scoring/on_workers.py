"""On workers: pd and reasons worked out where the rows lie, when a book is worked out on a cluster.

Grain   one row per borrower that is not in default: pd, and what the features of each reason add to its log-odds
Model   sent to each worker once; the same code as in a single process, so that the bytes of a row are the same
Columns the features that a tree asks for: the others add nothing, and moving them would cost more than the reasons
Rows    a part of the table at a time, read from the work folder by the worker itself
"""

from collections.abc import Iterable, Iterator

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ews.events.book import Book
from ews.features.catalogue import FEATURES
from ews.features.work_tables import SPARK
from ews.models.frozen import FrozenModel, predict_pd
from ews.models.used import used_features
from ews.scoring.feature_values import NAMES
from ews.scoring.reasons import Floats, added_by

_REASONS = np.array([feature.reason.value for feature in FEATURES])
CODES: tuple[str, ...] = tuple(dict.fromkeys(_REASONS.tolist()))
_MEMBERS = [code == _REASONS for code in CODES]
SCHEMA = pa.schema([("borrower_id", pa.string()), ("pd", pa.float64()), ("by_reason", pa.list_(pa.float64()))])


def explained(model: FrozenModel, values: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return pd, and what the features of each of CODES add to the log-odds, per row of `values` (columns NAMES)."""
    added = added_by(model, values)
    by_reason = np.column_stack([added[:, of_code].sum(axis=1) for of_code in _MEMBERS])
    return predict_pd(model, values), by_reason


def is_spread(book: Book) -> bool:
    """Return whether the rows of `book` lie on workers."""
    return bool(book.engine.name == SPARK)


def explained_on_workers(
    book: Book, gathered: ir.Table, model: FrozenModel, ids: npt.NDArray[np.object_]
) -> tuple[Floats, Floats]:
    """Return `explained` of the borrowers `ids` of `gathered`, who are not in default, in their order."""
    told = book.engine.mapped(gathered, columns_for(model), explained_parts, model, SCHEMA)
    places = pd.Index(told["borrower_id"].to_pandas()).get_indexer(pd.Index(ids))
    values = told["by_reason"].combine_chunks().flatten().to_numpy().reshape(len(told), len(CODES))
    return told["pd"].to_numpy()[places], values[places]


def columns_for(model: FrozenModel) -> tuple[str, ...]:
    """Return the columns that `explained_parts` reads."""
    return ("borrower_id", "in_default", *asked_for(model))


def asked_for(model: FrozenModel) -> tuple[str, ...]:
    """Return the features without which pd or reasons would be others, in the catalogue's order."""
    used = used_features(model)
    return tuple(name for name in NAMES if name in used)


def explained_parts(model: FrozenModel, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield rows of SCHEMA for rows of `columns_for`, those in default left out."""
    names = asked_for(model)
    places = [NAMES.index(name) for name in names]
    for batch in batches:
        part = batch.filter(pc.invert(batch["in_default"]))
        matrix = np.full((len(part), len(NAMES)), np.nan)
        for place, name in zip(places, names, strict=True):
            matrix[:, place] = part[name].to_numpy(zero_copy_only=False)
        found, by_reason = explained(model, pd.DataFrame(matrix, columns=list(NAMES)))
        ends = np.arange(0, by_reason.size + 1, len(CODES), dtype=np.int32)
        lists = pa.ListArray.from_arrays(ends, by_reason.ravel())
        yield pa.record_batch([part["borrower_id"], pa.array(found), lists], schema=SCHEMA)
