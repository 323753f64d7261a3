"""Kept scripts: a shape is written once, in memory for a process and in a file for the processes after it.

Folder   beside the source, else in the user's cache: XDG_CACHE_HOME, else ~/.cache
Key      our code, the versions of what writes and runs SQL, and all that counts of the shape
Kept     what functions of ours describe that a name tells; what anybody else describes is written in each process
Without  a folder, or with a file that cannot be read, it is written anew: nothing but time depends on files
"""

import hashlib
import importlib
import json
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import Field, fields, is_dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from inspect import isfunction
from pathlib import Path
from typing import Any

import ibis

from ews.domain.version import code_version
from ews.features.scripts import Script, Shape, Statement, written
from ews.features.steps import Function

KEPT = 256
"""Shapes whose scripts a process remembers: it sees one or two per book, a run of the tests many."""
MOST = 500
"""Files that are kept; those not read for the longest time go first. One takes 10 to 100 kB."""
_WRITERS = ("ibis-framework", "sqlglot", "duckdb")
_OURS = "ews."
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, ImportError)


@lru_cache(maxsize=KEPT)
def script_of(shape: Shape) -> Script:
    """Return the script for this shape, written anew only where no process has met it."""
    key = _key_of(shape)
    found = None if key is None else _read(key)
    if found is not None:
        return found
    script = written(shape)
    if key is not None:
        _write(key, script)
    return script


def name_of(function: Callable[..., Any]) -> str | None:
    """Return the name of a function that stands in a module; None for one that no name tells."""
    name = f"{getattr(function, '__module__', '')}:{getattr(function, '__qualname__', '<')}"
    return None if "<" in name or getattr(function, "__closure__", None) else name


@cache
def folder() -> Path | None:
    """Return the folder of the files; None where none can be written to."""
    beside = Path(__file__).parent / "__pycache__"
    with suppress(OSError, RuntimeError):
        for place in (beside, Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ews"):
            if os.access(place.parent, os.W_OK) or os.access(place, os.W_OK):
                (place / "scripts").mkdir(parents=True, exist_ok=True)
                return place / "scripts"
    return None


def _key_of(shape: Shape) -> str | None:
    """Return 64 hex digits; None where not all that the script depends on has a name."""
    names = [None if name is None or not name.startswith(_OURS) else name for name in _names(shape.make)]
    if None in names:
        return None
    versions = code_version(), *(version(name) for name in _WRITERS)
    told = shape.tables, shape.coverage, shape.keys, shape.days, shape.engine
    return hashlib.sha256(repr((versions, names, _values(shape.make), told)).encode()).hexdigest()


def _names(make: object) -> Iterator[str | None]:
    """Yield the name of what describes: a function, or an object that holds functions beside values."""
    if isfunction(make):
        yield name_of(make)
        return
    yield f"{type(make).__module__}:{type(make).__qualname__}" if is_dataclass(make) else None
    yield from (name_of(held) for held in _held(make) if isfunction(held))


def _values(make: object) -> list[object]:
    """Return the values that count when two descriptions are compared."""
    return [held for held in _held(make) if not isfunction(held)]


def _held(make: object) -> list[object]:
    compared: list[Field[Any]] = [one for one in fields(make) if one.compare] if is_dataclass(make) else []
    return [getattr(make, one.name) for one in compared]


def _read(key: str) -> Script | None:
    place = folder()
    if place is None:
        return None
    with suppress(OSError, zlib.error, *_UNREADABLE):
        file = place / key
        script = _script(zlib.decompress(file.read_bytes()).decode())
        os.utime(file)
        return script
    return None


def _write(key: str, script: Script) -> None:
    """Keep a script that reads back as it is; what goes wrong with files costs the next process time, and no more."""
    place, told = folder(), _told(script)
    if place is None or told is None:
        return
    with suppress(OSError):
        partial = place / f".{key}.{os.getpid()}"
        partial.write_bytes(zlib.compress(told.encode()))
        partial.replace(place / key)
        newest = sorted(place.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in newest[MOST:]:
            file.unlink()


def _told(script: Script) -> str | None:
    """Return the script as JSON; None where that would not read back as it is."""
    statements = [
        {
            "table": one.table,
            "schema": {name: str(kind) for name, kind in one.schema.items()},
            "select": one.select,
            "function": None if one.function is None else name_of(one.function),
            "reads": one.reads,
            "lasting": one.lasting,
        }
        for one in script.statements
    ]
    told = json.dumps({"views": script.views, "statements": statements})
    with suppress(*_UNREADABLE):
        if _script(told) == script:
            return told
    return None


def _script(told: str) -> Script:
    found = json.loads(told)
    return Script(tuple(found["views"]), tuple(_statement(**one) for one in found["statements"]))


def _statement(
    *, table: str, schema: dict[str, str], select: str, function: str | None, reads: list[str], lasting: bool
) -> Statement:
    work = None if function is None else _function(function)
    return Statement(table, ibis.schema(schema), select, work, tuple(reads), lasting)


def _function(name: str) -> Function:
    """Return the function of this name; ValueError where it is none of ours."""
    module, _, inside = name.partition(":")
    if not module.startswith(_OURS):
        message = f"'{name}' is no function of ours"
        raise ValueError(message)
    function: Function = getattr(importlib.import_module(module), inside)
    return function
