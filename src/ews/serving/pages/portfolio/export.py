"""Exports: a whole list as a file, XLSX with typed cells or CSV; no more than the one who asks may see.

Text     stays text: no cell that a spreadsheet would run as a formula, whatever a borrower is called
Numbers  money in yuan, chances as shares; null is an empty cell
Log      names every borrower of the file
"""

import csv
from collections.abc import Callable, Iterator
from datetime import datetime
from io import StringIO
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple
from urllib.parse import quote

import xlsxwriter  # type: ignore[import-untyped]
from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse
from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]

from ews.domain.errors import UnknownBatchError
from ews.domain.text import Language, Text
from ews.monitoring.rows import Row
from ews.serving.identity import ToldDep
from ews.serving.pages.portfolio.asked import ListAsked, ListAskedDep
from ews.serving.pages.portfolio.listing import Listing, open_listing
from ews.serving.pages.portfolio.words import COLUMNS, chips, value_text
from ews.serving.pages.render import View, ViewDep

router = APIRouter(include_in_schema=False)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHUNK = 5_000
_LONGEST = 32_767
"""Characters that a cell holds."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_FEN = 100
_MONEY = "_fen"
_CHANCES = frozenset({"pd", "former_pd"})
_FLAGS = frozenset({"in_default", "former_in_default"})
_WIDTHS = {"borrower_id": 14, "name": 30, "top_reason": 24}
_TITLE = Text("Borrowers", "客户清单")


class _About(NamedTuple):
    """A line of the sheet that tells what a file is."""

    label: Text
    value: Any


@router.get("/borrowers.csv")
def save_csv(view: ViewDep, told: ToldDep, asked: ListAskedDep) -> Response:
    """Return the whole list as comma-separated values in UTF-8."""
    listing = _listing(view, asked)
    told(listing.ids)
    return StreamingResponse(
        _csv(view.language, asked, listing),
        media_type="text/csv; charset=utf-8",
        headers=_headers(view.language, listing, "csv"),
    )


@router.get("/borrowers.xlsx")
def save_xlsx(view: ViewDep, told: ToldDep, asked: ListAskedDep) -> Response:
    """Return the whole list as a workbook, with a second sheet that tells what it is."""
    listing = _listing(view, asked)
    told(listing.ids)
    file = TemporaryFile()  # noqa: SIM115 - closed when it has been sent
    try:
        _write(file, view, asked, listing)
    except BaseException:
        file.close()
        raise
    headers = {**_headers(view.language, listing, "xlsx"), "content-length": str(file.tell())}
    return StreamingResponse(_sent(file), media_type=XLSX, headers=headers)


def _listing(view: View, asked: ListAsked) -> Listing:
    listing = open_listing(view, asked)
    if listing is None:
        message = "Nothing is published yet, so there is no list to save. Score a book first."
        raise UnknownBatchError(message)
    return listing


def _rows(asked: ListAsked, listing: Listing) -> Iterator[Row]:
    """Give all rows, a few thousand in memory at a time."""
    offset = 0
    while found := listing.page(asked, offset, _CHUNK).rows:
        yield from found
        offset += len(found)


def _csv(language: Language, asked: ListAsked, listing: Listing) -> Iterator[bytes]:
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow([_header(name, language) for name in COLUMNS])
    yield b"\xef\xbb\xbf"
    for number, row in enumerate(_rows(asked, listing), start=1):
        writer.writerow([_cell(name, getattr(row, name), language) for name in COLUMNS])
        if number % _CHUNK == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _cell(name: str, value: Any, language: Language) -> str:
    """Return a cell of a CSV."""
    if value is None:
        return ""
    if name.endswith(_MONEY):
        return f"{value // _FEN}.{value % _FEN:02d}" if value >= 0 else f"{value / _FEN:.2f}"
    if name in _CHANCES:
        return f"{value:.6f}"
    return plain(_word(name, value, language))


def plain(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _word(name: str, value: Any, language: Language) -> str:
    if name in _FLAGS:
        return value_text(name, "yes" if value else "no", language)
    if name == "stage":
        return str(value)
    return value_text(name, str(value), language)[:_LONGEST]


def _header(name: str, language: Language) -> str:
    text = COLUMNS[name].in_(language)
    return text + Text(" (yuan)", "（元）").in_(language) if name.endswith(_MONEY) else text


def _write(file: IO[bytes], view: View, asked: ListAsked, listing: Listing) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, {**options, "strings_to_numbers": False}) as workbook:
        workbook.set_properties({"title": _TITLE.in_(view.language), "created": view.services.desk.now()})
        count = _write_list(workbook, view.language, asked, listing)
        _write_about(workbook, view, asked, listing, count)


def _write_list(workbook: Workbook, language: Language, asked: ListAsked, listing: Listing) -> int:
    sheet = workbook.add_worksheet(_TITLE.in_(language))
    head = workbook.add_format({"bold": True, "bg_color": "#E6EEF8", "bottom": 1})
    money, chance = (workbook.add_format({"num_format": one}) for one in ("#,##0.00", "0.00%"))
    sheet.freeze_panes(1, 2)
    for column, name in enumerate(COLUMNS):
        sheet.set_column(column, column, _WIDTHS.get(name, 16))
        sheet.write_string(0, column, _header(name, language), head)
    writers: list[Callable[[int, Any], object]] = [
        _writer(sheet, column, name, language, money if name.endswith(_MONEY) else chance)
        for column, name in enumerate(COLUMNS)
    ]
    number = 0
    for number, row in enumerate(_rows(asked, listing), start=1):
        for name, write in zip(COLUMNS, writers, strict=True):
            if (value := getattr(row, name)) is not None:
                write(number, value)
    sheet.autofilter(0, 0, number, len(COLUMNS) - 1)
    return number


def _writer(sheet: Any, column: int, name: str, language: Language, form: Any) -> Callable[[int, Any], object]:
    """Return what writes a value of one column."""
    if name.endswith(_MONEY):
        return lambda row, value: sheet.write_number(row, column, value / _FEN, form)
    if name in _CHANCES:
        return lambda row, value: sheet.write_number(row, column, value, form)
    if name == "stage":
        return lambda row, value: sheet.write_number(row, column, value)
    return lambda row, value: sheet.write_string(row, column, _word(name, value, language))


def _write_about(workbook: Workbook, view: View, asked: ListAsked, listing: Listing, count: int) -> None:
    language, batch = view.language, listing.book.frame.publication.batch
    compared = listing.book.frame.compared
    sheet = workbook.add_worksheet(Text("About", "说明").in_(language))
    bold = workbook.add_format({"bold": True})
    day, moment = (workbook.add_format({"num_format": one}) for one in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 60)
    lines = [
        _About(Text("Portfolio", "资产组合"), listing.book.portfolio),
        _About(Text("As of", "观察时点"), batch.as_of),
        _About(Text("Compared with", "对比时点"), None if compared is None else compared.batch.as_of),
        _About(Text("Batch", "批次"), batch.batch_id),
        _About(Text("Borrowers", "客户数"), count),
        *(_About(Text(one.label, one.label), one.value) for one in chips(asked.filters, language)),
        *([] if view.actor is None or view.actor.branch_id is None else [_seen(view.actor.branch_id)]),
        _About(Text("Saved by", "导出人"), "" if view.actor is None else f"{view.actor.name} ({view.actor.user_id})"),
        _About(Text("Saved at", "导出时间"), view.services.desk.now()),
    ]
    for row, one in enumerate(lines):
        sheet.write_string(row, 0, one.label.in_(language), bold)
        if isinstance(one.value, datetime):
            sheet.write_datetime(row, 1, one.value, moment)
        elif isinstance(one.value, int):
            sheet.write_number(row, 1, one.value)
        elif isinstance(one.value, str):
            sheet.write_string(row, 1, one.value[:_LONGEST])
        elif one.value is not None:
            sheet.write_datetime(row, 1, one.value, day)


def _seen(branch_id: str) -> _About:
    return _About(Text("Borrowers of branch", "所见范围（机构）"), branch_id)


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while part := file.read(1 << 16):
            yield part


def _headers(language: Language, listing: Listing, ending: str) -> dict[str, str]:
    day = listing.book.frame.publication.batch.as_of.isoformat()
    told = quote(f"{_TITLE.in_(language)}-{day}.{ending}", safe="")
    return {
        "content-disposition": f"attachment; filename=\"borrowers-{day}.{ending}\"; filename*=UTF-8''{told}",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
