"""Cursors: where the next page of a list starts, as text that users hand back unread.

A cursor holds the place after the last row and a digest of the list it belongs to, so that it cannot be used with
other filters.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from ews.domain.errors import RequestError
from ews.domain.text import sentence

K = TypeVar("K")

_LARGEST = 2**62
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}
_AGAIN = sentence("Use the 'next_cursor' of the page before as it is, or leave the cursor out to start again.")


class CursorError(RequestError):
    code = "bad-cursor"


def write_cursor(key: object, filters: Mapping[str, object]) -> str:
    """Return the cursor for `key`, a dataclass of plain values."""
    content = {"list": _digest(type(key), filters), "after": _adapter(type(key)).dump_python(key, mode="json")}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str | None, kind: type[K], filters: Mapping[str, object]) -> K | None:
    """Return the key in `cursor`; CursorError where it cannot be read or is of another list."""
    if cursor is None:
        return None
    try:
        content = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        belongs, after = content["list"], json.dumps(content["after"])
        key: K = _adapter(kind).validate_json(after, strict=True)
    except (binascii.Error, ValueError, KeyError, TypeError, ValidationError):
        message = sentence("The cursor '{cursor}' cannot be read. {again}", cursor=cursor[:100], again=_AGAIN)
        raise CursorError(message) from None
    if belongs != _digest(kind, filters):
        message = sentence(
            "The cursor '{cursor}' belongs to a list with other filters. {again}", cursor=cursor[:100], again=_AGAIN
        )
        raise CursorError(message)
    numbers = (value for value in json.loads(after).values() if isinstance(value, int))
    if any(abs(number) > _LARGEST for number in numbers):
        message = sentence("The cursor '{cursor}' cannot be read. {again}", cursor=cursor[:100], again=_AGAIN)
        raise CursorError(message)
    return key


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    """Return what reads and writes keys of a type; to make it takes longer than to use it."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def _digest(kind: type, filters: Mapping[str, object]) -> str:
    text = json.dumps([kind.__name__, filters], sort_keys=True, default=sorted)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
