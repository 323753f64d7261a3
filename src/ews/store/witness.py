"""Witness: a file outside the database that notes the head of the audit log after each commit.

Grain   one line per commit: number and hash of the newest entry; processes may note theirs in any order
Shows   a tail that was cut off, an older copy of the database put back, a chain written anew
Killed  a commit that was not noted yet was not answered either; a line cut short counts for nothing
Keep    where the database's administrators cannot write, or copied away daily, it proves the most
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ews.store.audit import Head

_LINE = re.compile(rb'\{"entry":(\d+),"hash":"([0-9a-f]{64})"\}')
_BINARY = getattr(os, "O_BINARY", 0)  # Windows would change the line ends


@dataclass(frozen=True, slots=True)
class Damaged:
    """A line of the file that is none; `number` counts from 1."""

    number: int


@dataclass(frozen=True, slots=True)
class Witness:
    """Called with each new head; it is on the disk when the call returns. OSError where it cannot be written."""

    path: Path

    def __call__(self, head: Head) -> None:
        line = json.dumps({"entry": head.entry, "hash": head.hash}, separators=(",", ":")).encode() + b"\n"
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | _BINARY, 0o600)
        try:
            # One write, so that lines of several processes do not mix; a line cut short by a crash is ended first.
            whole = line if _ends_a_line(descriptor) else b"\n" + line
            if os.write(descriptor, whole) != len(whole):
                message = f"The witness '{self.path}' could not be written in full. Make room on its disk."
                raise OSError(message)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def heads(self) -> Iterator[Head | Damaged]:
        """Go through what was noted; nothing where there is no file."""
        if not self.path.is_file():
            return
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                found = _LINE.fullmatch(line.rstrip(b"\n"))
                if found is not None:
                    yield Head(int(found[1]), found[2].decode())
                elif line.rstrip(b"\n").endswith(b"}") or not b'{"entry":'.startswith(line[:9].rstrip(b"\n")):
                    yield Damaged(number)

    @property
    def is_empty(self) -> bool:
        return not self.path.is_file() or self.path.stat().st_size == 0


def _ends_a_line(descriptor: int) -> bool:
    size = os.lseek(descriptor, 0, os.SEEK_END)
    if size == 0:
        return True
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1) == b"\n"
