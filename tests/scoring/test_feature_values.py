import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ews.events.engine import connect
from ews.scoring.feature_values import AT_ONCE, NAMES, feature_values


@pytest.mark.parametrize("count", [0, 3, AT_ONCE + 7])
def test_values_stand_in_the_order_asked_for_and_unknown_ones_are_nan(count):
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(count, len(NAMES)))
    matrix[rng.random(matrix.shape) < 0.2] = np.nan
    ids = [f"B{number}" for number in rng.permutation(count)]
    columns = {name: pa.array(matrix[:, place], from_pandas=True) for place, name in enumerate(NAMES)}
    engine = connect()
    table = engine.create_table("features", pa.table({"borrower_id": pa.array(ids, pa.string()), **columns}), temp=True)
    asked = pd.Series(sorted(ids)[::2], dtype="str")
    found = feature_values(table, asked)
    expected = pd.DataFrame(matrix, index=ids, columns=list(NAMES)).loc[list(asked)].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected)
    engine.disconnect()
