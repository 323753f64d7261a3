"""Encoding of raw text files: UTF-8 or GB18030 (GBK), told by evidence, with the lines that do not fit set aside.

Evidence is what only one of the two explains: a line that holds Chinese in valid UTF-8 speaks for UTF-8 (its
bytes would also pass as GBK, as rubbish); a line that is no UTF-8 and is valid GB18030 speaks for GB18030. A
file that is valid UTF-8 throughout and holds Chinese, or ASCII only, is UTF-8; one that is valid in both, with
letters of other alphabets where GB18030 reads Chinese, is left to the user to declare. In a mixed file the
majority decides and the lines of the other encoding are rejected: none is read as rubbish, none is lost. A
record with line breaks inside quotes stands or falls as one.
"""

import codecs
import csv
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from ews.domain.errors import SourceError
from ews.events.file_marks import refuse_marks

Encoding = Literal["utf-8", "gb18030"]

_CHUNK = 8 << 20
_MOST_LINES = 1000
"""A quote that is still open after so many lines is taken for a stray one."""

_LONGEST_LINE = 2 * _CHUNK
"""Bytes: no line is held in memory that is longer, and none that holds a record is."""

_LONGEST_RECORD = 2 << 20
"""Bytes after which a quote that is still open is taken for a stray one too."""

_MOST_SHOWN = 200
"""Characters of a value that are told."""

_MOST_KEPT = 1 << 20
"""Characters of a line that are kept in quarantine."""

LONGEST_REFUSAL = 8 << 20
"""Bytes that a line set aside takes at most, all that is told of it included."""

LINE = "(line)"
"""Stands for the column where a line as a whole does not fit."""

_CHINESE = re.compile("[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look over all bytes shows; `as_it_stands` says that DuckDB can read the file itself.

    `foreign` says that the file, read as UTF-8, holds other than ASCII and yet no Chinese.
    """

    valid_utf8: bool
    foreign: bool
    mixed_newlines: bool
    has_quotes: bool
    has_nul: bool
    lines: int

    @property
    def as_it_stands(self) -> bool:
        return self.valid_utf8 and not self.mixed_newlines and not self.has_nul


def survey(file: Path) -> Survey:
    """Look over the bytes of `file`; SourceError where it is empty, no text in lines, or in another encoding."""
    reader = _Reader()
    quotes = nul = False
    breaks = crlf = length = 0
    last = b""
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK):
            if not last:
                refuse_marks(file, chunk)
            length = _open_line(file, chunk, length, breaks)
            reader.read(chunk)
            quotes, nul = quotes or b'"' in chunk, nul or b"\0" in chunk
            breaks += chunk.count(b"\n")
            crlf += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
            last = chunk[-1:]
    if not last:
        message = (
            f"The file '{file}' is empty (0 bytes). Deliver it again, with its header line where there are no rows."
        )
        raise SourceError(message)
    reader.read(b"", final=True)
    foreign = reader.valid and not reader.ascii and not reader.chinese
    return Survey(reader.valid, foreign, 0 < crlf < breaks, quotes, nul, breaks + (last != b"\n"))


def _open_line(file: Path, chunk: bytes, before: int, breaks: int) -> int:
    """Return how long the line is that is open after `chunk`; SourceError for one that is too long to be one.

    `before` is how long it was before the chunk, which comes after `breaks` line ends.
    """
    end = chunk.find(b"\n")
    if before + (len(chunk) if end < 0 else end) > _LONGEST_LINE:
        message = (
            f"Line {breaks + 1} of '{file}' is longer than {_LONGEST_LINE >> 20} MiB: the file has lost its line ends, "
            "or is no CSV file. Deliver it again."
        )
        raise SourceError(message)
    return before + len(chunk) if end < 0 else len(chunk) - chunk.rfind(b"\n") - 1


def is_gb18030(file: Path) -> bool:
    """Say whether all bytes of `file` are valid GB18030."""
    reader = _Reader("gb18030")
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK):
            reader.read(chunk)
    reader.read(b"", final=True)
    return reader.valid


def decide(file: Path, delimiter: str) -> Encoding:
    """Return the encoding for which most records of `file` speak, UTF-8 where as many speak for either."""
    utf8 = gb18030 = 0
    with file.open("rb") as content:
        for _, record in records(content, delimiter):
            if record.isascii():
                continue
            speaks = _speaks_for(record)
            utf8 += speaks == "utf-8"
            gb18030 += speaks == "gb18030"
    return "gb18030" if gb18030 > utf8 else "utf-8"


def transcode(file: Path, encoding: Encoding, delimiter: str, *, target: Path, refused: Path) -> int:
    """Write the records of `file` that are in `encoding` to `target` as UTF-8 with plain line ends.

    The others leave blank lines and go to `refused`, a JSON object per line with `row` (line of the file), `column`
    and `value` (what does not fit, "(line)" where no column can be told) and `content`. Returns how many.
    """
    count = 0
    names: list[str] = []
    with file.open("rb") as content, target.open("wb") as good, refused.open("w", encoding="utf-8") as bad:
        for line, record in records(content, delimiter):
            text = _read(record, encoding)
            if text is not None:
                if line == 1:
                    names = [name.strip() for name in _fields(text.rstrip("\r\n"), delimiter)]
                good.write(text.encode().replace(b"\r\n", b"\n"))
                continue
            if line == 1:
                message = (
                    f"The header of '{file}' holds NUL bytes: it is in UTF-16, or damaged. Save the file anew as UTF-8."
                    if b"\0" in record
                    else f"The header of '{file}' is not in {encoding}, as the rest of the file is. Save the file anew "
                    "in one encoding."
                )
                raise SourceError(message)
            count += 1
            good.write(b"\n" * record.count(b"\n"))  # so that later lines keep their numbers
            shown = record.rstrip(b"\r\n").decode("utf-8", "backslashreplace")[:_MOST_KEPT]
            column, value = _misfit(record, names, encoding, delimiter)
            told = {"row": line, "column": column, "value": value, "content": shown}
            bad.write(json.dumps(told, ensure_ascii=False) + "\n")
    return count


def records(content: BinaryIO, delimiter: str) -> Iterator[tuple[int, bytes]]:
    """Yield (number of its first line, bytes) per record; line breaks inside quotes do not end one."""
    mark = re.escape(delimiter.encode())
    quoted = re.compile(rb'(^|%s|\n)"(?:[^"]|"")*"(?=%s|\r?\n|$)' % (mark, mark))
    opening = re.compile(rb'(?:^|%s|\n)"' % mark)
    open_lines: list[bytes] = []
    start, length = 1, 0
    for number, line in enumerate(content, start=1):
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)  # noqa: PLW2901 - the mark is no part of the first name
        if not open_lines:
            start, length = number, 0
            if line.count(b'"') % 2 == 0:
                yield start, line
                continue
        open_lines.append(line)
        length += len(line)
        record = b"".join(open_lines)
        if len(open_lines) >= _MOST_LINES or length > _LONGEST_RECORD or not opening.search(quoted.sub(rb"\1", record)):
            yield start, record
            open_lines = []
    if open_lines:
        yield start, b"".join(open_lines)


def _misfit(record: bytes, names: list[str], encoding: Encoding, delimiter: str) -> tuple[str, str]:
    """Return the first column of `record` that is not in `encoding` and its text as far as it can be read."""
    fields = [field.encode("latin-1") for field in _fields(record.decode("latin-1").rstrip("\r\n"), delimiter)]
    if len(fields) == len(names):
        for name, field in zip(names, fields, strict=True):
            if _read(field, encoding) is None:
                return name, _legible(field)
    return LINE, _legible(record.rstrip(b"\r\n"))


def _fields(line: str, delimiter: str) -> list[str]:
    """Return the fields of `line`, none where it is not of the form of CSV."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _legible(text: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return text.decode(encoding)[:_MOST_SHOWN]
    return text.decode("utf-8", "backslashreplace")[:_MOST_SHOWN]


def _speaks_for(record: bytes) -> Encoding | None:
    """Return the encoding that alone explains `record`, None where both do or neither."""
    try:
        return "utf-8" if _CHINESE.search(record.decode("utf-8")) else None
    except UnicodeDecodeError:
        pass
    try:
        record.decode("gb18030")
    except UnicodeDecodeError:
        return None
    return "gb18030"


def _read(record: bytes, encoding: Encoding) -> str | None:
    """Return the text of `record`, None where it is not in `encoding`; NUL bytes are in no text."""
    if b"\0" in record:
        return None
    if record.isascii():
        return record.decode("ascii")
    if encoding == "gb18030" and _speaks_for(record) == "utf-8":
        return None
    try:
        return record.decode(encoding)
    except UnicodeDecodeError:
        return None


class _Reader:
    """Decodes chunk after chunk and remembers what it met."""

    def __init__(self, encoding: Encoding = "utf-8") -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self.valid = self.ascii = True
        self.chinese = False

    def read(self, chunk: bytes, *, final: bool = False) -> None:
        if not self.valid:
            return
        self.ascii = self.ascii and chunk.isascii()
        try:
            text = self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            self.valid = False
            return
        self.chinese = self.chinese or (not text.isascii() and _CHINESE.search(text) is not None)
