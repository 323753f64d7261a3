"""Whole files: a file or folder appears whole or not at all, and nothing is left of one that never came to its end.

Aside    what is being made lies beside its place as .NAME.partial and is renamed when it is on the disk
Alone    one at a time works beside a place: the lock lies beside its folder, so that the folder holds nothing else
Killed   the next who makes the same replaces what was left, that of earlier versions too (.NAME.<process>.partial)
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock


def write_whole(path: Path, text: str) -> None:
    """Write `text` (UTF-8) to `path`, whose folder is made where there is none."""
    with made_whole(path) as partial, partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def made_whole(path: Path) -> Iterator[Path]:
    """Give the place where `path`, a file or a folder, is made; what is there when the block ends takes its place.

    An error in the block leaves `path` as it was, and nothing beside it. A block that makes nothing changes nothing.
    """
    folder = path.parent
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f".{folder.name}.lock")):
        for left in folder.glob(f".{path.name}.*partial"):
            _remove(left)
        partial = folder / f".{path.name}.partial"
        _remove(partial)
        try:
            yield partial
        except BaseException:
            _remove(partial)
            raise
        if partial.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        if partial.exists():
            partial.replace(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
