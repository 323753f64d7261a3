"""Forms: what a page sends, as plain fields; anything longer, hidden or unreadable is refused before it is used."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from ews.casework.written import check_shown
from ews.domain.text import sentence
from ews.serving.api.parameters import MediaTypeError

FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 5_000
_SECRET = frozenset({"password", "new_password", "new_password_again"})
Model = TypeVar("Model", bound=BaseModel)


async def _fields(request: Request) -> Mapping[str, tuple[str, ...]]:
    """Return the fields of a posted form, each with all its values."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if body and kind != FORM:
        message = sentence(
            "The header content-type is '{kind}'. Send the form of the page, as {form_type}.",
            kind=kind[:100],
            form_type=FORM,
        )
        raise MediaTypeError(message)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        message = sentence(
            "The form cannot be read as UTF-8 text of at most 5,000 fields. Open the page again and send it."
        )
        raise MediaTypeError(message) from None
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        text = value.replace("\r\n", "\n")
        if name not in _SECRET:
            check_shown(text, name[:100])
        found[name] = (*found.get(name, ()), text)
    return found


FieldsDep = Annotated[Mapping[str, tuple[str, ...]], Depends(_fields)]
"""Fields of the form that was posted: a page's routes read their bodies with nothing else."""


def first(fields: Mapping[str, tuple[str, ...]], name: str) -> str | None:
    """Return the first value of a field without spaces at its ends, None where nothing was written."""
    values = fields.get(name, ())
    return (values[0].strip() or None) if values else None


def read(model: type[Model], fields: Mapping[str, tuple[str, ...]], /, **given: Any) -> Model:
    """Return the request that the API would take; a field left empty is left out, `version` is read as a number.

    RequestValidationError, as of the API, where a value cannot be used.
    """
    content: dict[str, Any] = {name: value for name in fields if (value := first(fields, name)) is not None}
    if content.get("version", "").isdecimal():
        content["version"] = int(content["version"])
    try:
        return model.model_validate({**content, **given})
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None
