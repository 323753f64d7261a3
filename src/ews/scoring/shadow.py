"""Shadow (影子评分): the pd of a challenger beside a batch that the champion decided; it decides nothing.

File    shadow/<model id>.parquet in the batch's folder: borrower_id and pd, null in default, in the batch's order
Reads   the features as the batch keeps them, so that it can be made whenever the batch is whole, and remade
Seal    outside it, and no part of the batch's id: a batch has the same decisions, id and bytes with a shadow or without
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ews.domain.errors import ImmatureModelError, ModelError
from ews.models.frozen import FrozenModel, predict_pd
from ews.scoring.folder import read_batch

FOLDER = "shadow"
_DECISIONS = "decisions.parquet"
_MODEL, _BATCH = b"model_id", b"batch_id"


def cast_shadow(directory: Path, model: FrozenModel) -> Path:
    """Write the pd of `model` beside the batch in `directory` and return the file; one that is there stays.

    ImmatureModelError where the model learnt from what was not known on the day; ModelError where the batch lacks a
    feature.
    """
    batch, path = read_batch(directory), shadow_file(directory, model.model_id)
    if path.is_file():
        return path
    if model.labels_known_by > batch.key.as_of:
        message = (
            f"The shadow {model.model_id[:12]} learnt from outcomes known until {model.labels_known_by}, after "
            f"{batch.key.as_of}. It runs beside batches of {model.labels_known_by} or later."
        )
        raise ImmatureModelError(message)
    table = _scores(directory, model)
    path.parent.mkdir(exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    pq.write_table(table.replace_schema_metadata({_MODEL: model.model_id, _BATCH: batch.batch_id}), partial)
    partial.replace(path)
    return path


def read_shadow(directory: Path, model_id: str) -> pd.DataFrame | None:
    """Return borrower_id and pd, None where that model ran beside the batch never; ModelError where it is another's."""
    path = shadow_file(directory, model_id)
    if not path.is_file():
        return None
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        message = f"'{path}' cannot be read. Remove it; the next night writes it again."
        raise ModelError(message) from error
    found = (table.schema.metadata or {}).get(_MODEL, b"").decode()
    if found != model_id:
        message = f"'{path}' holds the pd of model '{found[:12]}'. Remove it; the next night writes it again."
        raise ModelError(message)
    rows: pd.DataFrame = table.to_pandas()
    return rows


def shadow_file(directory: Path, model_id: str) -> Path:
    """Return where the pd of that model beside the batch in `directory` lies, or would."""
    return directory / FOLDER / f"{model_id}.parquet"


def _scores(directory: Path, model: FrozenModel) -> pa.Table:
    path = directory / _DECISIONS
    known = set(pq.read_schema(path).names)
    missing = [name for name in model.features if name not in known]
    if missing:
        message = (
            f"The batch in '{directory.name}' lacks {len(missing)} feature(s) of the shadow: {', '.join(missing[:5])}. "
            "Train a challenger with the features of this version."
        )
        raise ModelError(message)
    table = pq.read_table(path, columns=["borrower_id", "in_default", *model.features])
    scored = ~table["in_default"].to_numpy(zero_copy_only=False)
    chances = np.full(len(table), np.nan)
    frame = table.select(list(model.features)).filter(pa.array(scored)).to_pandas()
    if len(frame):
        chances[scored] = predict_pd(model, frame)
    return pa.table({"borrower_id": table["borrower_id"], "pd": pa.array(chances, from_pandas=True)})
