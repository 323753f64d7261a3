"""Written once: the statements of a book's shape, kept in a folder that all processes of a test run see.

Shared   what describes is a function of ours that stands in a module: its name, with the rest of the shape, says all
Else     what a test describes itself is written anew in each process
"""

import hashlib
import os
import pickle
from collections.abc import Callable
from dataclasses import Field, fields, is_dataclass
from functools import lru_cache, update_wrapper
from inspect import isfunction
from pathlib import Path
from typing import Any

from ews.features.statements import Script, Shape

FOLDER = "EWS_TESTS_STATEMENTS"
"""Environment of the processes that a test starts: where the folder is."""
_KEPT = 256


def written_once(write: Callable[[Shape], Script], folder: Path) -> Callable[[Shape], Script]:
    """Return a `write` that looks into `folder` first, and remembers as `script_of` does."""
    folder.mkdir(parents=True, exist_ok=True)

    @lru_cache(maxsize=_KEPT)
    def script_of(shape: Shape) -> Script:
        if not _is_ours(shape):
            return write(shape)
        file = folder / hashlib.sha256(repr(_told(shape)).encode()).hexdigest()
        if not file.is_file():
            partial = file.with_suffix(f".{os.getpid()}")
            partial.write_bytes(pickle.dumps(write(shape)))
            partial.replace(file)
        script: Script = pickle.loads(file.read_bytes())  # noqa: S301 - written by this very run
        return script

    update_wrapper(script_of, write)  # who asks for what is wrapped means the writing itself, without the folder
    return script_of


def _is_ours(shape: Shape) -> bool:
    return all(name.startswith("ews.") and "<" not in name for name in _names(shape.make))


def _told(shape: Shape) -> tuple[object, ...]:
    make = tuple(_names(shape.make)), _said(shape.make)
    return *make, shape.tables, shape.coverage, shape.keys, shape.days, shape.engine


def _names(make: object) -> list[str]:
    """Return the full names of what describes: a function, or an object of ours that holds one besides values."""
    if isfunction(make):
        return [f"{make.__module__}.{make.__qualname__}"]
    held = [getattr(make, one.name) for one in _compared(make)]
    inner = [name for one in held if isfunction(one) for name in _names(one)]
    return [f"{type(make).__module__}.{type(make).__qualname__}", *inner]


def _said(make: object) -> list[str]:
    """Return the values that count when two descriptions are compared."""
    values = [getattr(make, one.name) for one in _compared(make)]
    return [repr(value) for value in values if not isfunction(value)]


def _compared(make: object) -> list[Field[Any]]:
    return [one for one in fields(make) if one.compare] if is_dataclass(make) else []
