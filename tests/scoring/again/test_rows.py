from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ews.scoring.again.rows import EarlierRows, Standing
from ews.store.publish_parts import ROW

IDS = [f"B{number}" for number in range(6)]


def rows(ids: list[str], batch_id: str) -> pa.Table:
    told = {"grade": "G1", "tier": "pass", "level": "none", "in_default": False}
    records = [f'{{"batch_id":"{batch_id}","name":"\\"batch_id\\":\\"{batch_id}\\""}}' for _ in ids]
    return pa.Table.from_pylist(
        [{**told, "borrower_id": one, "record": record} for one, record in zip(ids, records, strict=True)], ROW
    )


@pytest.fixture
def earlier(tmp_path: Path) -> EarlierRows:
    pq.write_table(rows(IDS, "old"), tmp_path / "decisions.parquet", row_group_size=2)
    return EarlierRows(tmp_path / "decisions.parquet", "old", "new")


def test_a_record_gets_the_id_of_its_batch_and_its_texts_stay(earlier):
    found = earlier.take(pd.Series(["B1"]))["record"][0].as_py()
    assert found == '{"batch_id":"new","name":"\\"batch_id\\":\\"old\\""}'


def test_earlier_rows_and_fresh_ones_stand_in_the_order_of_the_borrowers(earlier):
    stands = np.array([True, False, True, False, False, True])
    fresh = [one for one, is_kept in zip(IDS, stands, strict=True) if not is_kept]
    standing = Standing(stands, earlier)
    first = standing.beside(rows(fresh[:1], "new"), pd.Series(IDS[:3]), stands[:3])
    second = standing.beside(rows(fresh[1:], "new"), pd.Series(IDS[3:]), stands[3:])
    both = pa.concat_tables([first, second])
    assert both["borrower_id"].to_pylist() == IDS
    assert {one[:17] for one in both["record"].to_pylist()} == {'{"batch_id":"new"'}


def test_who_is_not_in_the_earlier_batch_has_no_row(earlier):
    with pytest.raises(KeyError, match="B2b"):
        earlier.take(pd.Series(["B1", "B2b"]))
    with pytest.raises(KeyError, match="B9"):
        earlier.take(pd.Series(["B9"]))
