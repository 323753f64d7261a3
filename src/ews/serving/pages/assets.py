"""Assets: style, scripts and icons, which lie in the package; no page asks another host.

own     static/*          ours
vendor  static/vendor/*   of other makers, put there at set-up (docs/decisions/0021), each with a `.gz` beside it
The address holds a part of the hash, so that browsers may keep a file for good.
"""

import hashlib
import mimetypes
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

STATIC = Path(__file__).parent.parent / "static"
_FOR_GOOD = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)


@router.get("/static/{name:path}")
def read_asset(name: str, request: Request, v: Annotated[str | None, Query(max_length=64)] = None) -> Response:
    """Return a file of the package; packed where there is a packed copy and the browser takes it."""
    path = _files().get(name)
    if path is None:
        raise HTTPException(404)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    headers = {"cache-control": _FOR_GOOD if v == fingerprint(name) else "no-cache", "vary": "accept-encoding"}
    packed = path.with_name(f"{path.name}.gz")
    if packed.is_file() and "gzip" in request.headers.get("accept-encoding", ""):
        return FileResponse(packed, media_type=kind, headers={**headers, "content-encoding": "gzip"})
    return FileResponse(path, media_type=kind, headers=headers)


def address(name: str) -> str:
    """Return the address of a file below `static`."""
    return f"/static/{name}?v={fingerprint(name)}"


@cache
def fingerprint(name: str) -> str:
    """Return what changes when the file does; empty where set-up has not put it there."""
    path = _files().get(name)
    return "" if path is None else hashlib.sha256(path.read_bytes()).hexdigest()[:16]


@cache
def _files() -> Mapping[str, Path]:
    """Return what there is, by name: no other name leads to a file."""
    return {path.relative_to(STATIC).as_posix(): path for path in STATIC.rglob("*") if path.is_file()}
