"""Memory: how much there is, so that a training takes the way that fits, and giving back what is free."""

import ctypes
import os
from pathlib import Path

import pyarrow as pa

_CONTAINER = Path("/sys/fs/cgroup/memory.max")
_SHARE_OF_A_TABLE = 1 / 10
"""Of the memory that a table may take to be held: parts of it, and the folds side by side, take several times that."""


def largest_held() -> int:
    """Return the bytes up to which a table's features are held; it decides where they lie and no value."""
    return int(_memory() * _SHARE_OF_A_TABLE)


def give_back() -> None:
    """Hand what was freed back to the system: the C library keeps it, and LightGBM's next pieces do not fit into it."""
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # not every C library has it
    if trim is not None:
        trim(0)


def _memory() -> int:
    """Return the bytes of the machine, or of the container where that is less."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    allowed = _CONTAINER.read_text().strip() if _CONTAINER.exists() else "max"
    return min(machine, int(allowed)) if allowed.isdigit() else machine
