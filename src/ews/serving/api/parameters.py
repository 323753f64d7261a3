"""Parameters that several routes take, and the check that no other is sent."""

from typing import Annotated

from fastapi import Path, Query, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from ews.domain.errors import RequestError
from ews.domain.text import Language, sentence

_TEXT = r"^[^\x00-\x1f]*$"
_LISTS = frozenset({"level"})

BorrowerId = Annotated[
    str,
    Path(
        description="The borrower's id in the book", min_length=1, max_length=200, pattern=_TEXT, examples=["B0000001"]
    ),
]
BatchId = Annotated[str, Path(description="The id of the batch", min_length=1, max_length=200, pattern=_TEXT)]
Portfolio = Annotated[
    str | None,
    Query(
        description="Only this portfolio; needed where two portfolios use the same ids", max_length=200, pattern=_TEXT
    ),
]
Filter = Annotated[str | None, Query(max_length=200, pattern=_TEXT)]
Lang = Annotated[Language | None, Query(description="Language of all sentences and names; both where it is not given")]
Limit = Annotated[int, Query(description="Most rows on a page", ge=1, le=200)]
Cursor = Annotated[
    str | None,
    Query(description="`next_cursor` of the page before; the first page where it is not given", max_length=2_000),
]


class UnknownParameterError(RequestError):
    code = "unknown-parameter"


class MediaTypeError(RequestError):
    code = "unsupported-media-type"


async def require_json(request: Request) -> None:
    """Raise MediaTypeError for a body that is not declared to be JSON."""
    given = request.headers.get("content-type", "")
    kind, _, subtype = given.partition(";")[0].strip().lower().partition("/")
    if kind != "application" or not (subtype == "json" or subtype.endswith("+json")):
        found = sentence("is '{given}'", given=given[:100]) if given else sentence("is missing")
        message = sentence("The header content-type {found}. Send content-type: application/json.", found=found)
        raise MediaTypeError(message)


async def refuse_unknown(request: Request) -> None:
    """Raise UnknownParameterError for a query parameter that the route does not take, or takes once and got twice."""
    route = request.scope["route"]
    allowed = _names(route.dependant) if isinstance(route, APIRoute) else set()
    given = [name for name, _ in request.query_params.multi_items()]
    for name in given:
        if name not in allowed:
            listed = tuple(f"'{one}'" for one in sorted(allowed)) or sentence("none")
            message = sentence(
                "The query parameter '{name}' is not known here. This path takes: {listed}.",
                name=name[:100],
                listed=listed,
            )
            raise UnknownParameterError(message)
        if name not in _LISTS and given.count(name) > 1:
            message = sentence(
                "The query parameter '{name}' is given {times} times. Give it once.", name=name, times=given.count(name)
            )
            raise UnknownParameterError(message)


def _names(dependant: Dependant) -> set[str]:
    """Return the query parameters of a route and of what it depends on."""
    own = {parameter.alias for parameter in dependant.query_params}
    return own.union(*(_names(one) for one in dependant.dependencies))


def languages(lang: Language | None) -> tuple[Language, ...]:
    """Return the languages to tell in."""
    return tuple(Language) if lang is None else (lang,)
