"""Plain files: what people deliver has to be a file that can be read, where it is said to be.

A folder, a pipe or a device in the place of a file is refused before it is opened: reading it would fail strangely, or
never end. What is read whole, settings, statements and models, may not be larger than such a thing ever is.
"""

import codecs
import errno
import os
import stat
from pathlib import Path

from ews.domain.errors import SourceError

LARGEST = 4 << 20
"""Bytes; what people write by hand is a thousandth of it."""
_SHOWN = 200


def read_text_file(path: Path, *, largest: int = LARGEST) -> str:
    """Return the text of `path`; OSError where it is no file that can be read so, UnicodeDecodeError where not UTF-8.

    `strerror` of the error says what is wrong with the file.
    """
    return read_bytes_of(path, largest=largest).removeprefix(codecs.BOM_UTF8).decode().replace("\r\n", "\n")


def read_bytes_of(path: Path, *, largest: int = LARGEST) -> bytes:
    """Return the bytes of `path`; OSError where it is missing, no file, not readable, or larger than `largest`."""
    try:
        found = path.stat()
        why = _unfit(found, largest)
        if why is None:
            return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        why = "this user may not read it" if isinstance(error, PermissionError) else error.strerror
    # Outside of the handler: a right that is missing to read what was given is no fault of the machine beneath.
    raise OSError(errno.EINVAL, why, str(path))


def _unfit(found: os.stat_result, largest: int) -> str | None:
    if stat.S_ISDIR(found.st_mode):
        return os.strerror(errno.EISDIR)
    if not stat.S_ISREG(found.st_mode):
        return "it is a pipe or a device, not a file"
    return f"it has {found.st_size} bytes, and at most {largest} are read" if found.st_size > largest else None


def refuse_unreadable(file: Path, *, within: Path | None = None) -> None:
    """SourceError where `file` is not a file that can be read, or is a link that leads out of the folder `within`."""
    try:
        whole = file.resolve(strict=True)
        message = _misplaced(file, whole, within)
        if message is None:
            with whole.open("rb"):
                return
    except (OSError, RuntimeError) as error:  # of links that lead to each other older Pythons make a RuntimeError
        why = error.strerror if isinstance(error, OSError) else "its links lead to each other"
        message = f"The file '{file}' cannot be read ({why}). Deliver it again, or let this user read it."
    raise SourceError(message)


def _misplaced(file: Path, whole: Path, within: Path | None) -> str | None:
    if within is not None and not whole.is_relative_to(within.resolve()):
        return f"'{file}' leads to '{whole}', out of the folder of raw files. Deliver the file itself."
    if not whole.is_file():
        what = "a folder" if whole.is_dir() else "a pipe or a device"
        return f"'{file}' is {what}, not a file. Deliver the file itself."
    return None


def shortened(text: str) -> str:
    """Return `text` as an error shows it: one line, and of a long one the beginning."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}… ({len(text)} characters)"


def value_shortened(value: object) -> str:
    """Return a value that was read from a file, as an error shows it."""
    try:
        return shortened(repr(value))
    except RecursionError:
        return "a value nested too deeply"


def in_short(error: Exception) -> str:
    """Return why a text could not be read."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8 at byte {error.start}"
    return shortened(str(error))
