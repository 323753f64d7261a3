"""Parquet files: offered to SQL where what their footer says adds up, and they unfold into what a table can be.

Adds up  the rows of the row groups are those of the file; each column has a value per row; no part is larger than the
         file. The engine would believe a footer that lies, and rows would be lost without a word
Unfolds  what is packed a hundred times tighter than any table of a bank would fill memory and disk
"""

from pathlib import Path

import duckdb

from ews.domain.errors import SourceError
from ews.events import sql
from ews.events.engine import EngineErrors, in_one_line
from ews.events.plain_files import refuse_unreadable

TIGHTEST = 200
"""Bytes that a byte of a file may stand for: real tables stay below 50."""
SMALL = 1 << 30
"""Bytes unpacked up to which nobody minds how tightly they were packed."""
MOST_ROWS = 20
"""Rows that a byte of a file may stand for: rows of events have ids, and take more than a byte each."""
FEW_ROWS = 5_000_000


def offer_parquet(con: duckdb.DuckDBPyConnection, file: Path, *, within: Path | None = None) -> None:
    """Make raw.<stem> from `file`; SourceError where it is empty, damaged, or leads out of the folder `within`."""
    refuse_unreadable(file, within=within)
    size = file.stat().st_size
    if size == 0:
        message = f"The file '{file}' is empty (0 bytes). Deliver it again."
        raise SourceError(message)
    try:
        con.execute(f"CREATE VIEW raw.{sql.name(file.stem)} AS FROM {sql.parquet(str(file))}")
        _check_footer(con, file, size)
    except EngineErrors as error:
        message = f"The file '{file}' is not a whole Parquet file ({in_one_line(error)}). Deliver it again."
        raise SourceError(message) from error


def _check_footer(con: duckdb.DuckDBPyConnection, file: Path, size: int) -> None:
    """SourceError where the numbers of the footer contradict each other or the file, or tell of a bomb."""
    told = sql.literal(str(file))
    ((rows,),) = con.execute(f"SELECT num_rows FROM parquet_file_metadata({told})").fetchall()
    columns = (
        "SELECT row_group_id AS part, any_value(row_group_num_rows) AS rows, min(num_values) AS fewest,"
        " max(num_values) FILTER (NOT contains(path_in_schema, ', ')) AS most,"
        " sum(total_compressed_size) AS packed, sum(total_uncompressed_size) AS unpacked"
        f" FROM parquet_metadata({told}) GROUP BY row_group_id"
    )
    ((in_parts, odd, packed, unpacked),) = con.execute(
        "SELECT coalesce(sum(rows), 0), count(*) FILTER (fewest < rows OR most > rows OR rows < 0),"
        f" coalesce(sum(packed), 0), coalesce(sum(unpacked), 0) FROM ({columns})"
    ).fetchall()
    if rows != in_parts or odd or packed > size:
        what = f"{rows} rows in {size} bytes; its parts tell of {in_parts} rows in {packed} bytes"
        if odd:
            what += f", {odd} of them with other numbers of values than of rows"
        message = f"The file '{file}' is not a whole Parquet file: its footer tells of {what}. Deliver it again."
        raise SourceError(message)
    if (unpacked > SMALL and unpacked > TIGHTEST * size) or (rows > FEW_ROWS and rows > MOST_ROWS * size):
        message = (
            f"The file '{file}' has {size} bytes and would unfold into {rows} rows and {unpacked} bytes: no table of "
            "events does. Deliver it again, packed in a usual way."
        )
        raise SourceError(message)
