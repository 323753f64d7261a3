"""Exports: a whole list as a file, XLSX with typed cells or CSV; no more than the one who asks may see.

Text     stays text: no cell that a spreadsheet would run as a formula, whatever a borrower is called
Numbers  money in yuan, chances as shares; null is an empty cell
Long     a CSV is sent as it is written; the workbook of a long list is made beside the service (`workbook`)
Log      names every borrower of the file
"""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import IO
from urllib.parse import quote

import pyarrow as pa
from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from ews.domain.errors import UnknownBatchError
from ews.domain.text import Language, Text, sentence
from ews.serving.identity import ToldDep
from ews.serving.pages.portfolio import workbook
from ews.serving.pages.portfolio.asked import ListAsked, ListAskedDep
from ews.serving.pages.portfolio.file_table import as_texts, file_table, header
from ews.serving.pages.portfolio.listing import Listing, open_listing
from ews.serving.pages.portfolio.words import COLUMNS, chips
from ews.serving.pages.render import View, ViewDep

router = APIRouter(include_in_schema=False)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHUNK = 5_000
_WIDTHS = {"borrower_id": 14, "name": 30, "top_reason": 24}
_TITLE = Text("Borrowers", "客户清单")


@router.get("/borrowers.csv")
def save_csv(view: ViewDep, told: ToldDep, asked: ListAskedDep) -> Response:
    """Return the whole list as comma-separated values in UTF-8."""
    listing = _listing(view, asked)
    told(listing.ids)
    return StreamingResponse(
        _csv(file_table(listing, asked, view.language), view.language),
        media_type="text/csv; charset=utf-8",
        headers=_headers(view.language, listing, "csv"),
    )


@router.get("/borrowers.xlsx")
def save_xlsx(view: ViewDep, told: ToldDep, asked: ListAskedDep) -> Response:
    """Return the whole list as a workbook, with a second sheet that tells what it is."""
    listing = _listing(view, asked)
    told(listing.ids)
    table = file_table(listing, asked, view.language)
    file = workbook.made(table, _told(view, asked, listing, table.num_rows))
    headers = {**_headers(view.language, listing, "xlsx"), "content-length": str(file.tell())}
    return StreamingResponse(_sent(file), media_type=XLSX, headers=headers)


def _listing(view: View, asked: ListAsked) -> Listing:
    listing = open_listing(view, asked)
    if listing is None:
        message = sentence("Nothing is published yet, so there is no list to save. Score a book first.")
        raise UnknownBatchError(message)
    return listing


def _csv(table: pa.Table, language: Language) -> Iterator[bytes]:
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow([header(name, language) for name in COLUMNS])
    yield b"\xef\xbb\xbf"
    for part in table.to_batches(max_chunksize=_CHUNK):
        columns = (as_texts(name, part[name]).to_pylist() for name in COLUMNS)
        writer.writerows(zip(*columns, strict=True))
        yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _told(view: View, asked: ListAsked, listing: Listing, count: int) -> workbook.Told:
    """Return what the workbook says around its cells."""
    language, batch, compared = view.language, listing.book.frame.publication.batch, listing.book.frame.compared
    branch_id = None if view.actor is None else view.actor.branch_id
    now = view.services.desk.now()
    lines = [
        (Text("Portfolio", "资产组合"), listing.book.portfolio),
        (Text("As of", "观察时点"), batch.as_of),
        (Text("Compared with", "对比时点"), None if compared is None else compared.batch.as_of),
        (Text("Batch", "批次"), batch.batch_id),
        (Text("Borrowers", "客户数"), count),
        *((Text(one.label, one.label), one.value) for one in chips(asked.filters, language, view.called)),
        *(
            []
            if branch_id is None
            else [(Text("Borrowers of branch", "所见范围（机构）"), view.called.branch(branch_id))]
        ),
        (Text("Saved by", "导出人"), "" if view.actor is None else f"{view.actor.name} ({view.actor.user_id})"),
        (Text("Saved at", "导出时间"), now),
    ]
    return workbook.Told(
        title=_TITLE.in_(language),
        about=Text("About", "说明").in_(language),
        created=now.isoformat(),
        headers={name: header(name, language) for name in COLUMNS},
        widths=_WIDTHS,
        lines=tuple(workbook.line(label.in_(language), value) for label, value in lines),
    )


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
