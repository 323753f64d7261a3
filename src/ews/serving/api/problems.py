"""Problems: every failure is told as application/problem+json (RFC 9457), with what, which value, what to do.

What an error says is handed on as it is: a Sentence, so that a page can say it in the language of its reader.

One table maps the codes of errors to statuses; `problems` gives the same to the OpenAPI.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, SkipValidation
from sqlalchemy.exc import DataError, DBAPIError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from ews.casework.checks.answers import FaultyFormError
from ews.domain.errors import EwsError
from ews.domain.text import Sentence, message_of, sentence
from ews.serving.api.faults import as_json, merged, said
from ews.serving.api.methods import methods_of
from ews.serving.rights import SECRET_PATHS
from ews.serving.turns import TooBusyError
from ews.store.entrance import TooManyAttemptsError

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:ews:problem:"
FILES_PATH = "/v1/evidence"
LARGEST_FILE = 20_000_000
"""Bytes; scans of several pages are larger than any other body."""
_SHOWN = 100
"""Characters of a wrong value that are told back."""


class Kind(NamedTuple):
    status: int
    title: str


KINDS: Mapping[str, Kind] = {
    "bad-cursor": Kind(400, "The cursor cannot be used"),
    "unknown-parameter": Kind(400, "The query parameter is not known here"),
    "malformed-body": Kind(400, "The body is not JSON"),
    "unusable-value": Kind(400, "A value cannot be looked up"),
    "unknown-host": Kind(400, "The service is asked under a name that is not its own"),
    "unauthenticated": Kind(401, "Nobody is logged in"),
    "forbidden": Kind(403, "The role does not allow it"),
    "foreign-origin": Kind(403, "The request comes from a page of another origin"),
    "second-person": Kind(403, "It takes another person"),
    "wrong-password": Kind(403, "The password before is not the right one"),
    "unknown-case": Kind(404, "The case is not known"),
    "unknown-session": Kind(404, "The session is not known"),
    "no-provider": Kind(404, "No provider is set for logging in"),
    "not-found": Kind(404, "There is nothing under this path"),
    "unknown-borrower": Kind(404, "The borrower is not known"),
    "unknown-batch": Kind(404, "The batch is not known"),
    "no-checkup": Kind(404, "Nobody has looked at the model yet"),
    "method-not-allowed": Kind(405, "The path does not take this method"),
    "ambiguous-borrower": Kind(409, "Several portfolios have a borrower of this id"),
    "stale-version": Kind(409, "Somebody else has changed it"),
    "not-allowed-now": Kind(409, "The state does not allow it"),
    "contact-not-allowed": Kind(409, "The contact limits forbid it"),
    "record-gone": Kind(410, "The full record is no longer kept"),
    "body-too-large": Kind(413, "The body is too large"),
    "unsupported-media-type": Kind(415, "The body is of another type than JSON"),
    "invalid-request": Kind(422, "The request holds a value that cannot be used"),
    "bad-account": Kind(422, "The account cannot be made so"),
    "weak-password": Kind(422, "The password is guessed too easily"),
    "bad-request": Kind(422, "The request holds a value that cannot be used"),
    "bad-form": Kind(422, "The form holds a value that cannot be used"),
    "bad-as-of": Kind(422, "The day lies outside what the book covers"),
    "too-many-rejected": Kind(422, "Too many rows were rejected"),
    "tampered": Kind(500, "The record does not agree with itself"),
    "error": Kind(500, "The request failed"),
    "too-many-attempts": Kind(429, "Too many attempts to log in"),
    "too-busy": Kind(429, "Too many such requests at once"),
    "internal-error": Kind(500, "Something went wrong inside the service"),
    "bad-recipe": Kind(500, "A recipe cannot be used"),
    "bad-source": Kind(500, "A source cannot be used"),
    "cannot-train": Kind(500, "The book holds too little to learn from"),
    "does-not-reconcile": Kind(500, "Totals do not tie"),
    "bad-book": Kind(503, "The book cannot be used"),
    "bad-model": Kind(503, "The model cannot be used"),
    "bad-policy": Kind(503, "The policy cannot be used"),
    "bad-settings": Kind(503, "The settings cannot be used"),
    "bad-spark": Kind(503, "Spark cannot be used"),
    "immature-model": Kind(503, "The model knows more than was known on the day"),
    "no-tracking": Kind(503, "MLflow cannot be reached"),
    "not-ready": Kind(503, "The service is not ready"),
    "store-unavailable": Kind(503, "The store does not answer"),
    "provider-unavailable": Kind(503, "The provider of the bank's login does not answer"),
    "log-unavailable": Kind(503, "The log of look-ups cannot be written"),
}
"""Status and title by code of error."""

_BY_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "body-too-large", 400: "malformed-body"}


class Fault(BaseModel):
    """One thing that is wrong."""

    field: str = Field(description="Where it is: place in the body, parameter, or check", examples=["query.limit"])
    value: str | None = Field(description="What was found there, cut after 100 characters", examples=["500"])
    message: SkipValidation[str] = Field(description="What is wrong with it", examples=["give 200 or less"])


class Problem(BaseModel):
    """A problem after RFC 9457."""

    type: str = Field(description="Names the kind of problem", examples=["urn:ews:problem:unknown-borrower"])
    title: str = Field(description="The kind in words", examples=["The borrower is not known"])
    status: int = Field(description="HTTP status", examples=[404])
    detail: SkipValidation[str] = Field(
        description="What is wrong, which value, what to do",
        examples=["Borrower 'B9' has no published decision. Check the id, or score a book with it."],
    )
    instance: str = Field(description="The path that was asked", examples=["/v1/borrowers/B9"])
    code: str = Field(description="Stable code, to be read by programs", examples=["unknown-borrower"])
    request_id: str = Field(description="Under this id the service has logged the request", examples=["4f1c2a"])
    errors: list[Fault] = Field(default=[], description="Each single fault, where there are several places")


PageOf = Callable[[Request, Problem, Mapping[str, str]], Response]


def problem(
    request: Request,
    code: str,
    detail: str,
    faults: list[Fault] | None = None,
    *,
    retry_after: int | None = None,
) -> Response:
    """Return the response that tells a problem; `retry_after` in seconds."""
    kind = KINDS.get(code, KINDS["error"])
    request.state.problem = code
    body = Problem(
        type=TYPE + code,
        title=kind.title,
        status=kind.status,
        detail=detail,
        instance=request.url.path,
        code=code,
        request_id=getattr(request.state, "request_id", ""),
        errors=faults or [],
    )
    headers = {"www-authenticate": 'Bearer realm="ews"'} if kind.status == 401 else {}
    if retry_after is not None:
        headers["retry-after"] = str(retry_after)
    page = _page_of(request)
    if page is not None:
        return page(request, body, headers)
    return JSONResponse(body.model_dump(), status_code=kind.status, media_type=MEDIA_TYPE, headers=headers)


def _page_of(request: Request) -> PageOf | None:
    """Return what tells a problem to somebody in front of a page, None where a program asks."""
    page: PageOf | None = getattr(request.app.state, "problem_page", None) if "app" in request.scope else None
    return page if page is not None and request.app.state.is_page(request) else None


def most_bytes(path: str, most: int) -> int:
    """Return how large a body may be under a path: files may be larger than what is written."""
    return max(most, LARGEST_FILE) if path == FILES_PATH else most


def too_large(most: int) -> Sentence:
    """Return what is said of a body of more than `most` bytes."""
    return sentence("The body is larger than {most:,} bytes. Send fewer rows, or a smaller file.", most=most)


def problems(*codes: str) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of a route that can fail with `codes`."""
    responses: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        kind = KINDS[code]
        example = {
            "type": TYPE + code,
            "title": kind.title,
            "status": kind.status,
            "detail": "What is wrong, which value, what to do.",
            "instance": "/v1/…",
            "code": code,
            "request_id": "4f1c2a",
            "errors": [],
        }
        told = responses.setdefault(kind.status, {"description": "", "content": {MEDIA_TYPE: {"examples": {}}}})
        told["description"] = "; ".join(filter(None, (told["description"], f"{kind.title} (`{code}`)")))
        content = told["content"][MEDIA_TYPE]
        content["schema"] = {"$ref": "#/components/schemas/Problem"}
        content["examples"][code] = {"value": example}
    return responses


def install(app: FastAPI) -> None:
    """Tell every error that reaches the app as a problem."""
    app.add_exception_handler(EwsError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(DataError, _on_data)
    app.add_exception_handler(DBAPIError, _on_store)


def _on_error(request: Request, error: Exception) -> Response:
    told = error.faults if isinstance(error, FaultyFormError) else ()
    faults = [Fault(field=one.field, value=one.value, message=one.message) for one in told]
    seconds = error.seconds if isinstance(error, TooManyAttemptsError | TooBusyError) else None
    return problem(request, getattr(error, "code", "error"), message_of(error), faults, retry_after=seconds)


def _on_invalid(request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    broken = next((one for one in found if one["type"] == "json_invalid"), None)
    if broken is not None:
        why = f"{broken['ctx']['error']} at character {broken['loc'][-1]}"
        return problem(request, "malformed-body", f"The body is not JSON: {why}. Mend it and send it again.")
    is_told = request.url.path not in SECRET_PATHS
    faults = [_fault(one, is_told=is_told) for one in merged(found)]
    told = "; ".join(
        f"'{fault.field}' {'is missing' if fault.value is None else f'is {fault.value}'}: {fault.message}"
        for fault in faults
    )
    return problem(request, "invalid-request", f"{told}. Mend what is named and send the request again.", faults)


def _fault(one: Mapping[str, Any], *, is_told: bool) -> Fault:
    """Return what is wrong with a value; a value that may log somebody in is not told."""
    value = None if one["type"] == "missing" else as_json(one["input"])
    if value is not None and len(value) > _SHOWN:
        value = value[:_SHOWN] + "…"
    shown = value if value is None or is_told else "…"
    return Fault(field=".".join(str(part) for part in one["loc"]), value=shown, message=said(one))


def _on_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    path = request.url.path
    details = {
        404: sentence("There is nothing under '{path}'. The paths are listed in /openapi.json.", path=path),
        405: sentence(
            "'{path}' does not take {method}. The methods are listed in /openapi.json.",
            path=path,
            method=request.method,
        ),
        413: too_large(most_bytes(path, request.app.state.max_body_bytes)),
        400: sentence("The body cannot be read as UTF-8 JSON. Mend it and send it again."),
    }
    detail = details.get(status, sentence("The request failed."))
    told = problem(request, _BY_STATUS.get(status, "error"), detail)
    if status == 405:
        told.headers["allow"] = methods_of(request)
    return told


def _on_data(request: Request, _error: Exception) -> Response:
    detail = sentence(
        "A value of the request is one that the store cannot hold, so nothing can be found under it. Check the values."
    )
    return problem(request, "unusable-value", detail)


def _on_store(request: Request, _error: Exception) -> Response:
    detail = "The store does not answer. Try again; if it lasts, see what /readyz says."
    return problem(request, "store-unavailable", detail)
