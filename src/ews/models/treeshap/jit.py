"""Compiling: numba with its results kept on disk where there is a folder for them.

Folder   beside the source, else the user's cache, or the one that NUMBA_CACHE_DIR names
Without  every process compiles anew, which takes seconds; said once, and the work goes on
"""

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

import numba

log = logging.getLogger(__name__)


def compiled(function: Callable[..., Any]) -> Any:
    """Return the function compiled for the machine when first called; nothing is reordered for speed."""
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError as no_folder:
        _say(str(no_folder))
        return numba.njit(**options)(function)


@cache
def _say(_reason: str) -> None:
    log.warning(
        "There is no folder to keep compiled code in, so that each process compiles anew, for seconds. "
        "Name a folder that can be written to with NUMBA_CACHE_DIR."
    )
