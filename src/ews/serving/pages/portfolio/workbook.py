"""Workbook: a list as XLSX with typed cells, and a second sheet that tells what it is.

Columns  by the type of Arrow: texts, int64 money in fen, float64 shares, int8 whole numbers; null is an empty cell
Text     stays text: no cell that a spreadsheet would run as a formula, whatever a borrower is called
Apart    a long list costs seconds of computing: it is made by another process, which yields to all others, and at most
         AT_ONCE of them run; whoever asks for one more waits
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import IO, Any

import pyarrow as pa
import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]

FEW = 2_000
"""Rows that are not worth a process of their own."""
AT_ONCE = 2
LONGEST = 32_767
"""Characters that a cell holds."""
_CHUNK = 5_000
_FEN = 100
_NICE = 5
_TOLD = b"told"
_WIDE = 16
_turn = BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Told:
    """What stands around the cells: names of the sheets, of the columns with their widths, lines of label and value.

    Each line has its kind between the two: text, number, day or moment; those, and `created`, are in ISO.
    """

    title: str
    about: str
    created: str
    headers: Mapping[str, str]
    widths: Mapping[str, int]
    lines: tuple[tuple[str, str, Any], ...]


def line(label: str, value: Any) -> tuple[str, str, Any]:
    """Return a line of the second sheet: label, kind and plain value."""
    if isinstance(value, datetime):
        return label, "moment", value.isoformat()
    if isinstance(value, date):
        return label, "day", value.isoformat()
    return label, "number" if isinstance(value, int) else "text", value


def made(table: pa.Table, told: Told, few: int = FEW) -> IO[bytes]:
    """Return a file with the workbook, at its end; by another process where there are more than `few` rows."""
    file = TemporaryFile()  # noqa: SIM115 - closed by whoever sends it
    try:
        if table.num_rows <= few:
            write(file, table, told)
        else:
            _write_apart(file, table, told)
    except BaseException:
        file.close()
        raise
    file.seek(0, os.SEEK_END)
    return file


def write(file: IO[bytes], table: pa.Table, told: Told) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, {**options, "strings_to_numbers": False}) as workbook:
        workbook.set_properties({"title": told.title, "created": datetime.fromisoformat(told.created)})
        _write_list(workbook, table, told)
        _write_about(workbook, told)


def _write_apart(file: IO[bytes], table: pa.Table, told: Told) -> None:
    schema = table.schema.with_metadata({_TOLD: json.dumps(asdict(told)).encode()})
    with _turn, TemporaryFile() as given:
        with pa.ipc.new_stream(given, schema) as stream:
            stream.write_table(table.replace_schema_metadata(schema.metadata))
        given.seek(0)
        subprocess.run([sys.executable, "-m", __name__], stdin=given, stdout=file, check=True)  # noqa: S603 - ourselves


def _write_list(workbook: Workbook, table: pa.Table, told: Told) -> None:
    sheet = workbook.add_worksheet(told.title)
    head = workbook.add_format({"bold": True, "bg_color": "#E6EEF8", "bottom": 1})
    money, share = (workbook.add_format({"num_format": one}) for one in ("#,##0.00", "0.00%"))
    sheet.freeze_panes(1, 2)
    for column, name in enumerate(table.column_names):
        sheet.set_column(column, column, told.widths.get(name, _WIDE))
        sheet.write_string(0, column, told.headers[name], head)
    writers = [_writer(sheet, column, one.type, money, share) for column, one in enumerate(table.schema)]
    for number, row in enumerate(_rows(table), start=1):
        for write_cell, value in zip(writers, row, strict=True):
            if value is not None:
                write_cell(number, value)
    sheet.autofilter(0, 0, table.num_rows, table.num_columns - 1)


def _rows(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    """Give all rows, a few thousand in memory at a time."""
    for part in table.to_batches(max_chunksize=_CHUNK):
        yield from zip(*(column.to_pylist() for column in part.columns), strict=True)


def _writer(sheet: Any, column: int, kind: pa.DataType, money: Any, share: Any) -> Callable[[int, Any], object]:
    """Return what writes a value of one column."""
    if pa.types.is_int64(kind):
        return lambda row, value: sheet.write_number(row, column, value / _FEN, money)
    if pa.types.is_float64(kind):
        return lambda row, value: sheet.write_number(row, column, value, share)
    if pa.types.is_int8(kind):
        return lambda row, value: sheet.write_number(row, column, value)
    return lambda row, value: sheet.write_string(row, column, value[:LONGEST])


def _write_about(workbook: Workbook, told: Told) -> None:
    sheet = workbook.add_worksheet(told.about)
    bold = workbook.add_format({"bold": True})
    forms = {
        "day": workbook.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    }
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 60)
    for row, (label, kind, value) in enumerate(told.lines):
        sheet.write_string(row, 0, label, bold)
        if kind in forms:
            sheet.write_datetime(row, 1, datetime.fromisoformat(value), forms[kind])
        elif kind == "number":
            sheet.write_number(row, 1, value)
        elif value is not None:
            sheet.write_string(row, 1, value[:LONGEST])


def _main() -> None:
    """Read a list from standard input and write its workbook to standard output."""
    os.nice(_NICE)
    table = pa.ipc.open_stream(sys.stdin.buffer).read_all()
    told = json.loads(table.schema.metadata[_TOLD])
    with TemporaryFile() as file:  # a workbook goes back in its file, which a pipe could not
        write(file, table, Told(**{**told, "lines": tuple(map(tuple, told["lines"]))}))
        file.seek(0)
        while part := file.read(1 << 20):
            sys.stdout.buffer.write(part)


if __name__ == "__main__":
    _main()
