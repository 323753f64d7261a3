"""File marks: what a file is by its first bytes, whatever its name says, so that rubbish is not read as rows."""

import codecs
from pathlib import Path

from ews.domain.errors import SourceError

_OTHER_TEXT = ((codecs.BOM_UTF32_LE, "UTF-32"), (codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16"))
_PACKED = (
    (b"\x1f\x8b", "packed with gzip"),
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ", "packed with xz"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd"),
    (b"SQLite format 3", "a SQLite database"),
    (b"%PDF", "a PDF document"),
)
_PARQUET = b"PAR1"


def refuse_marks(file: Path, beginning: bytes) -> None:
    """SourceError where `beginning`, the first bytes of a CSV file, shows that it is something else."""
    for mark, encoding in _OTHER_TEXT:
        if beginning.startswith(mark):
            message = f"The file '{file}' is in {encoding}. Save it as UTF-8 or GB18030 (GBK)."
            raise SourceError(message)
    for mark, what in _PACKED:
        if beginning.startswith(mark):
            message = f"The file '{file}' is {what}, not a CSV file. Deliver the CSV file itself, or a Parquet file."
            raise SourceError(message)
    if beginning.startswith(_PARQUET):
        message = f"The file '{file}' is a Parquet file by its content. Name it {file.stem}.parquet."
        raise SourceError(message)
    if b"\r" in beginning and b"\n" not in beginning:
        message = (
            f"The lines of '{file}' end with CR alone. Save it with the line ends of Windows (CRLF) or Linux (LF)."
        )
        raise SourceError(message)
