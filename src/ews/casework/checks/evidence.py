"""Evidence: photos and scans, kept as files that are named by their SHA-256.

Kinds   PNG, JPEG and PDF, told by their content; names and declared types count for nothing
Kept    in `folder`/ab/abcd…, whole or not at all; the same content is kept once; nothing is ever deleted
Shown   to whoever may see the case that a file was attached to, and to nobody else (`ews.casework.checks.attachments`)
"""

import hashlib
import os
import re
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from ews.domain.errors import FormError, TamperedError
from ews.domain.text import sentence

MOST_BYTES = 20_000_000
"""Largest file; phones take photos of 2 to 8 million bytes, scans of several pages are larger."""

KINDS = {"image/png": "png", "image/jpeg": "jpg", "application/pdf": "pdf"}
"""Media types that are taken, with the ending of a file's name."""

HASH = re.compile(r"[0-9a-f]{64}")

_PNG, _JPEG, _PDF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"%PDF-"
_TAIL = 1024
_CHUNK = 12
"""Bytes of a PNG chunk around its content: length, name and check sum."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is kept."""

    sha256: str
    media_type: str
    size: int


def keep(folder: Path, content: bytes) -> Kept:
    """Keep a file and return its name; FormError where it is empty, too large, of another kind, or cut short."""
    kept = Kept(hashlib.sha256(content).hexdigest(), media_type(content), len(content))
    place = _place(folder, kept.sha256)
    if not place.exists():
        _write(place, content)
    return kept


def fetch(folder: Path, sha256: str) -> bytes:
    """Return a kept file; FormError where there is none, TamperedError where it is not what was kept."""
    place = _place(folder, sha256)
    if not place.is_file():
        message = sentence(
            "There is no evidence '{sha256}'. Send the file with POST /v1/evidence first.", sha256=sha256
        )
        raise FormError(message)
    content = place.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        message = sentence(
            "The evidence '{sha256}' is no longer what was kept. Restore the file from a backup.", sha256=sha256
        )
        raise TamperedError(message)
    return content


def media_type(content: bytes) -> str:
    """Return what a file is; FormError where it is none of KINDS or cannot be whole."""
    if not content:
        message = sentence("The file is empty. Send the bytes of a PNG, a JPEG or a PDF as the body.")
        raise FormError(message)
    if len(content) > MOST_BYTES:
        message = sentence(
            "The file has {count:,} bytes, more than {most:,}. Send a smaller picture or scan.",
            count=len(content),
            most=MOST_BYTES,
        )
        raise FormError(message)
    if content.startswith(_PNG):
        return _whole("image/png", is_whole=_png_is_whole(content))
    if content.startswith(_JPEG):
        return _whole("image/jpeg", is_whole=b"\xff\xda" in content and b"\xff\xd9" in content[-_TAIL:])
    if content.startswith(_PDF):
        return _whole("application/pdf", is_whole=b"%%EOF" in content[-_TAIL:])
    message = sentence(
        "The file begins with {begins}: it is no PNG, JPEG or PDF, whatever its name. Send one of these.",
        begins=repr(content[:8]),
    )
    raise FormError(message)


def _whole(kind: str, *, is_whole: bool) -> str:
    if not is_whole:
        message = sentence("The file begins like {kind} but is cut short or damaged. Send it again.", kind=kind)
        raise FormError(message)
    return kind


def _png_is_whole(content: bytes) -> bool:
    """Tell whether the chunks of a PNG agree with their check sums, up to the last one."""
    at, seen = len(_PNG), b""
    while at + _CHUNK <= len(content):
        size = int.from_bytes(content[at : at + 4])
        checked = content[at + 4 : at + 8 + size]
        if zlib.crc32(checked) != int.from_bytes(content[at + 8 + size : at + _CHUNK + size]):
            return False
        if not seen and checked[:4] != b"IHDR":
            return False
        seen, at = checked[:4], at + _CHUNK + size
        if seen == b"IEND":
            return True
    return False


def _place(folder: Path, sha256: str) -> Path:
    if not HASH.fullmatch(sha256):
        message = sentence(
            "'{sha256}' is no name of evidence. Give the 64 hex digits that POST /v1/evidence returned.",
            sha256=sha256[:100],
        )
        raise FormError(message)
    return folder / sha256[:2] / sha256


def _write(place: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, whenever the machine stops."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
