import numpy as np
import pandas as pd
import pyarrow as pa

from ews.scoring.feature_values import NAMES
from ews.scoring.on_workers import asked_for, explained, explained_parts


def test_what_a_worker_tells_of_the_columns_asked_for_has_the_bytes_of_all_columns(scored):
    model = scored.model
    rows = 5_000
    values = np.random.default_rng(7).normal(0, 1_000, (rows, len(NAMES)))
    values[np.random.default_rng(8).random(values.shape) < 0.2] = np.nan
    frame = pd.DataFrame(values, columns=list(NAMES))
    in_default = np.random.default_rng(9).random(rows) < 0.1
    columns = {"borrower_id": [f"B{row}" for row in range(rows)], "in_default": in_default}
    columns |= {name: pa.array(frame[name], pa.float64(), from_pandas=True) for name in asked_for(model)}
    table = pa.table(columns)
    told = pa.Table.from_batches(list(explained_parts(model, table.to_batches(max_chunksize=3_000))))
    assert 0 < len(asked_for(model)) < len(NAMES)
    assert told["borrower_id"].to_pylist() == [f"B{row}" for row in range(rows) if not in_default[row]]
    pd_of_all, by_reason = explained(model, frame[~in_default])
    assert told["pd"].to_numpy().tobytes() == pd_of_all.tobytes()
    found = told["by_reason"].combine_chunks().flatten().to_numpy()
    assert np.array_equal(found, by_reason.ravel())
