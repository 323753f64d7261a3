"""Hidden characters: no text of a body may hold what nobody sees, whatever field it stands in."""

import json
import re
from collections.abc import Iterator
from typing import Any

from fastapi import Request

from ews.casework.written import UNSEEN, check_shown
from ews.serving.rights import SECRET_PATHS

_RAW = "".join(f"{chr(first)}-{chr(last)}" for first, last in ((0x7F, 0x9F), (0xD800, 0xDFFF), *UNSEEN))
_MAY_HIDE = re.compile(rf"\\[ubf]|[{_RAW}]")
"""JSON takes no raw control characters, so that few bodies have to be looked through."""


async def refuse_hidden(request: Request) -> None:
    """Raise HiddenCharacterError where a text of a JSON body holds what cannot be shown; passwords are left alone."""
    kind = request.headers.get("content-type", "")
    if "json" not in kind or request.url.path in SECRET_PATHS:
        return
    for place, text in _texts(_read(await request.body()), "body"):
        check_shown(text, place)


def _read(body: bytes) -> Any:
    """Return what a body holds that has to be looked through; None for what is told to be no JSON elsewhere."""
    try:
        text = body.decode("utf-8", "surrogatepass")  # as the routes read it
        return json.loads(text) if _MAY_HIDE.search(text) else None
    except ValueError:
        return None


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield f"a name in {place}", name
            yield from _texts(one, f"{place}.{name}")
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _texts(one, f"{place}.{number}")
