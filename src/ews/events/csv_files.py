"""CSV files: read strictly, in whatever of the two encodings they are, with every line accounted for.

Columns are all text; the first line names them. A line that is not of the file's form or encoding goes to
quarantine under the table name raw.<stem>, with its line number.
"""

import csv
from collections import Counter
from pathlib import Path

import duckdb

from ews.domain.errors import SourceError
from ews.events import sql
from ews.events.encoding import LONGEST_REFUSAL, Encoding, Survey, decide, is_gb18030, records, survey, transcode
from ews.events.engine import EngineErrors, in_one_line
from ews.events.line_forms import refuse_another_form
from ews.events.plain_files import shortened
from ews.events.publication import rejected_in
from ews.events.quarantine import write_rows
from ews.events.rejections import Reason
from ews.events.report import FileResult
from ews.events.source import FileFormat

MOST_COLUMNS = 2_000
"""More than any database has in a table; each takes memory."""
LONGEST_NAME = 200
"""Characters of the name of a column."""
_SHOWN = 3
_REJECTED = "ews_rejected_lines"


def load_csv(con: duckdb.DuckDBPyConnection, file: Path, form: FileFormat, stage: Path) -> FileResult:
    """Make raw.<stem> from `file`; SourceError where it is empty or cannot be read as CSV."""
    seen = survey(file)
    encoding = _encoding(file, form, seen)
    readable, refused = file, stage / f"{file.stem}.refused.json"
    if not (seen.as_it_stands and encoding == "utf-8"):
        readable = stage / f"{file.stem}.utf8.csv"
        transcode(file, encoding, form.delimiter, target=readable, refused=refused)
    names = _header(file, readable, form.delimiter)
    refuse_another_form(file, readable, names, form.delimiter)
    table = stage / f"{file.stem}.raw.parquet"
    try:
        con.execute(f"COPY ({_read(readable, names, form.delimiter)}) TO {sql.literal(str(table))} (FORMAT parquet)")
    except EngineErrors as error:
        message = (
            f"The file '{file}' cannot be read as CSV ({in_one_line(error)}). Deliver it again or set "
            f"[files.{file.stem}] in source.toml."
        )
        raise SourceError(message) from error
    con.execute(f"CREATE VIEW raw.{sql.name(file.stem)} AS FROM {sql.parquet(str(table))}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE {_REJECTED} AS {_rejected_lines(file, refused)}")
    for leftover in ("ews_scans", "ews_misread"):
        con.execute(f"DROP TABLE {leftover}")
    offered = con.execute(f"SELECT count(*) FROM {sql.parquet(str(table))}").fetchall()[0][0]
    _account_for_lines(con, readable, table, names, seen, offered)
    counted = con.execute(f"SELECT reason, count(*) FROM {_REJECTED} GROUP BY reason ORDER BY reason").fetchall()
    reasons = {Reason(reason): count for reason, count in counted}
    if reasons:
        write_rows(con, f'FROM {_REJECTED} ORDER BY "row"', rejected_in(stage) / f"raw.{file.stem}.parquet")
    return FileResult(file.name, encoding, offered + sum(reasons.values()), reasons)


def _encoding(file: Path, form: FileFormat, seen: Survey) -> Encoding:
    if form.encoding in ("gbk", "gb18030"):
        return "gb18030"
    if form.encoding == "utf-8":
        return "utf-8"
    if seen.foreign and is_gb18030(file):
        message = (
            f"The file '{file}' can be read as UTF-8 and as GB18030 (GBK), and nothing in it tells which. Set encoding "
            f"in [files.{file.stem}] of source.toml."
        )
        raise SourceError(message)
    if seen.valid_utf8:
        return "utf-8"
    return decide(file, form.delimiter)


def _header(file: Path, readable: Path, delimiter: str) -> list[str]:
    with readable.open("rb") as content:
        _, first = next(records(content, delimiter))
    header = first.decode("utf-8", "replace").lstrip("\ufeff").rstrip("\r\n")
    try:
        names = next(csv.reader([header], delimiter=delimiter), [])
    except csv.Error as error:
        message = f"The header of '{file}' cannot be read ({error}). Deliver the file with its header line."
        raise SourceError(message) from error
    names = [name.strip() or f"column{number}" for number, name in enumerate(names, start=1)]
    _refuse_names(file, names)
    return names


def _refuse_names(file: Path, names: list[str]) -> None:
    if len(names) > MOST_COLUMNS:
        message = (
            f"The header of '{file}' names {len(names)} columns, and at most {MOST_COLUMNS} are read. Deliver those "
            f"that the SQL reads, or mend the delimiter in [files.{file.stem}] of source.toml."
        )
        raise SourceError(message)
    longest = max(names, key=len, default="")
    if len(longest) > LONGEST_NAME:
        message = (
            f"The header of '{file}' has a name of {len(longest)} characters, '{longest[:20]}…': it is no header. "
            "Deliver the file with its header line and its line ends."
        )
        raise SourceError(message)
    uses = Counter(name.casefold() for name in names)
    twice = sorted({name for name in names if uses[name.casefold()] > 1})
    if not names:
        message = f"The header of '{file}' names nothing. Give every column a name of its own."
        raise SourceError(message)
    if twice:
        more = f" and {len(twice) - _SHOWN} others" if len(twice) > _SHOWN else ""
        message = (
            f"The header of '{file}' names {shortened(', '.join(map(repr, twice[:_SHOWN])))}{more} more than once. "
            "Give every column a name of its own."
        )
        raise SourceError(message)


def _read(readable: Path, names: list[str], delimiter: str) -> str:
    columns = ", ".join(f"{sql.literal(name)}: 'VARCHAR'" for name in names)
    return (
        f"FROM read_csv({sql.literal(str(readable))}, header = true, auto_detect = false, columns = {{{columns}}},"
        f" delim = {sql.literal(delimiter)}, quote = '\"', escape = '\"', store_rejects = true,"
        " rejects_limit = 0, rejects_scan = 'ews_scans', rejects_table = 'ews_misread')"
    )


def _rejected_lines(file: Path, refused: Path) -> str:
    """Return the SELECT of the lines set aside, in the columns of a quarantine."""
    table = f'{sql.literal(f"raw.{file.stem}")} AS "table"'
    nothing = "CAST(NULL AS VARCHAR)"
    misread = (
        f'SELECT {table}, CAST(min(line) AS BIGINT) AS "row", {nothing} AS "column", {nothing} AS value,'
        f" {sql.literal(Reason.MALFORMED)} AS reason, lower(min(CAST(error_type AS VARCHAR))) AS detail,"
        " any_value(csv_line) AS content FROM ews_misread GROUP BY line_byte_position"
    )
    if not refused.is_file():
        return misread
    return (
        f'{misread} UNION ALL SELECT {table}, "row", "column", value,'
        f" {sql.literal(Reason.ENCODING)}, {nothing}, content"
        f" FROM read_json({sql.literal(str(refused))}, format = 'newline_delimited',"
        " columns = {'row': 'BIGINT', 'column': 'VARCHAR', 'value': 'VARCHAR', 'content': 'VARCHAR'},"
        f" maximum_object_size = {LONGEST_REFUSAL})"
    )


def _account_for_lines(
    con: duckdb.DuckDBPyConnection, readable: Path, table: Path, names: list[str], seen: Survey, offered: int
) -> None:
    """SourceError where lines were neither offered nor rejected: no row may vanish between file and book."""
    breaks = "length({0}) - length(replace({0}, chr(10), ''))"
    lines = (
        1
        + offered
        + con.execute(
            f"SELECT coalesce(sum(1 + {breaks.format('content')}), 0) FROM {_REJECTED} WHERE reason = ?",
            [Reason.MALFORMED],
        ).fetchall()[0][0]
    )
    if lines >= seen.lines:
        return
    if seen.has_quotes:
        inside = " + ".join(f"coalesce({breaks.format(sql.name(name))}, 0)" for name in names)
        lines += con.execute(f"SELECT coalesce(sum({inside}), 0) FROM {sql.parquet(str(table))}").fetchall()[0][0]
    with readable.open("rb") as content:
        there = sum(1 for line in content if line.strip())
    if lines < there:
        message = (
            f"{there - lines} lines of '{readable.name}' were lost in reading. Look for quotes that do not "
            "close, or deliver the file as Parquet."
        )
        raise SourceError(message)
