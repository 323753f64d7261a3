"""Line forms: whether the lines of a CSV file are of the form of its header, before the engine is asked.

The engine remembers kilobytes about each line that it cannot read, so that a file of another form would fill memory
long before it was refused. A first look counts delimiters and quotes in large pieces, at the speed of the disk; only
where they do not fit, lines are looked at one by one.
"""

import csv
import re
from pathlib import Path

from ews.domain.errors import SourceError
from ews.events.encoding import records

MOST_MISREAD = 50_000
"""Lines that are not of the file's form: a file with more is not of the form that is said."""
_CHUNK = 8 << 20


def refuse_another_form(file: Path, readable: Path, names: list[str], delimiter: str) -> None:
    """SourceError where MOST_MISREAD lines or more of `readable`, which is `file` in UTF-8, do not fit its header."""
    if _suspects(readable, len(names), delimiter) < MOST_MISREAD:
        return
    misread, first = _misread(readable, len(names), delimiter)
    if misread >= MOST_MISREAD:
        message = (
            f"{MOST_MISREAD} lines of '{file}' or more are not of the form of its header, the first is line {first}. "
            f"Deliver it again, or mend the delimiter in [files.{file.stem}] of source.toml."
        )
        raise SourceError(message)


def _suspects(file: Path, columns: int, delimiter: str) -> int:
    """Return about how many lines have too many or too few delimiters, or quotes that are out of place."""
    mark = delimiter.encode()
    escaped = re.escape(mark)
    stray = re.compile(rb'[^"\r\n%s]"[^"\r\n%s]' % (escaped, escaped))
    found = 0
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK):
            surplus = chunk.count(mark) - chunk.count(b"\n") * (columns - 1)
            found += surplus if surplus > 0 else -surplus // max(1, columns - 1)
            if b'"' in chunk:
                found += sum(1 for _ in stray.finditer(chunk)) + _left_open(chunk, mark)
    return found


def _left_open(chunk: bytes, mark: bytes) -> int:
    """Return how many more quotes begin values than end them, or the other way round."""
    begun = chunk.count(mark + b'"') + chunk.count(b'\n"')
    ended = chunk.count(b'"' + mark) + chunk.count(b'"\n') + chunk.count(b'"\r')
    return abs(begun - ended)


def _misread(file: Path, columns: int, delimiter: str) -> tuple[int, int]:
    """Return how many lines are not of `columns` fields, as far as MOST_MISREAD, and the number of the first."""
    found = first = 0
    with file.open("rb") as content:
        for number, record in records(content, delimiter):
            if record.strip() and not _fits(record.decode("utf-8", "replace"), columns, delimiter):
                first = first or number
                found += record.count(b"\n") or 1
                if found >= MOST_MISREAD:
                    break
    return found, first


def _fits(record: str, columns: int, delimiter: str) -> bool:
    try:
        rows = list(csv.reader([record.rstrip("\r\n")], delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return len(rows) == 1 and len(rows[0]) == columns
