"""Rows: decisions of the earlier batch as rows of the new one. Only the record names its batch, in one place."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ews.store.publish_parts import ROW

_AT_ONCE = 4_096


class EarlierRows:
    """The decisions at `path`, sorted by borrower_id, given out in that order under the id of another batch."""

    def __init__(self, path: Path, batch_id: str, new_id: str) -> None:
        self._parts = self._read(path)
        self._rest = ROW.empty_table()
        self._old, self._new = (f'"batch_id":"{one}"' for one in (batch_id, new_id))

    def take(self, ids: pd.Series) -> pa.Table:
        """Return the rows of the borrowers `ids`, each after those taken before; KeyError for one that is not there."""
        if not len(ids):
            return ROW.empty_table()
        wanted = ids.tolist()
        while not len(self._rest) or self._rest["borrower_id"][-1].as_py() < wanted[-1]:
            part = next(self._parts, None)
            if part is None:
                raise KeyError(wanted[-1])
            self._rest = pa.concat_tables([self._rest, part])
        places = pd.Index(self._rest["borrower_id"].to_pandas()).get_indexer(pd.Index(wanted))
        if (places < 0).any():
            raise KeyError(wanted[int(np.argmin(places))])
        found = self._rest.take(pa.array(places))
        self._rest = self._rest.slice(int(places[-1]) + 1)
        number = found.column_names.index("record")
        record = pc.replace_substring(found["record"], self._old, self._new)  # quotes within a text are escaped
        return found.set_column(number, ROW.field("record"), record)

    @staticmethod
    def _read(path: Path) -> Iterator[pa.Table]:
        with pq.ParquetFile(path) as file:
            for part in file.iter_batches(batch_size=_AT_ONCE, columns=ROW.names):
                yield pa.table(part).cast(ROW)


@dataclass(frozen=True, slots=True)
class Standing:
    """The borrowers, in the order of those decided, of whom the earlier decision `stands`, and those decisions."""

    stands: npt.NDArray[np.bool_]
    rows: EarlierRows

    def beside(self, fresh: pa.Table, ids: pd.Series, stands: npt.NDArray[np.bool_]) -> pa.Table:
        """Return a row for each of `ids`: earlier ones where the decision `stands`, the next of `fresh` elsewhere."""
        earlier = self.rows.take(ids[stands])
        order = np.empty(len(ids), dtype=np.int64)
        order[stands] = np.arange(len(earlier))
        order[~stands] = len(earlier) + np.arange(len(fresh))
        return pa.concat_tables([earlier, fresh]).take(pa.array(order)).combine_chunks()
