"""Disks: a file system of its own for one trial, which can be filled up or shut; a container may forbid that."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.faults.states import State


class CannotMountError(Exception):
    """File systems cannot be mounted here: this is not root, or the container forbids it."""


@contextmanager
def on_disk(start: State, size: str = "96m") -> Iterator[State]:
    """Give a copy of a state on a file system of its own."""
    folder = start.folder.with_name(f"disk-{start.folder.name}")
    folder.mkdir()
    mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        shutil.copytree(start.folder, folder, copy_function=shutil.copyfile, dirs_exist_ok=True)
        for key in (folder / "home" / "audit").glob("*"):
            key.chmod(0o600)
        yield State(folder, start.book, start.databases)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)  # noqa: S603, S607 - our own words
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def filled(folder: Path, left: int) -> Iterator[None]:
    """Leave so many bytes of the file system of a folder."""
    filling = folder / "filling"
    free = shutil.disk_usage(folder).free
    with filling.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(free - left, 1))
    try:
        yield
    finally:
        filling.unlink()


def mount(*words: str) -> None:
    done = subprocess.run(["mount", *words], check=False, capture_output=True, text=True)  # noqa: S603, S607 - our own words
    if done.returncode:
        raise CannotMountError(done.stderr.strip())
