"""Faults: what is said of a value that a request may not hold, in our words instead of the validator's."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ews.domain.text import Sentence, sentence

Error = Mapping[str, Any]

_CELL = 5
"""Length of the place of a value in the body's tables: body, tables, table, row, column."""

_DAY = "give a day like 2026-06-30"
_NUMBER = "give a number"
_OBJECT = "give an object"
_TRUTH = "give true or false"
_WHOLE = "give a whole number"

SAID = {
    "missing": "give it",
    "extra_forbidden": "nothing of this name is known here, leave it out",
    "string_type": "give a text",
    "string_too_short": "give at least {min_length} character",
    "string_too_long": "give at most {max_length} characters",
    "string_pattern_mismatch": "give a text of one line without control characters",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": "give a finite number",
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "greater_than_equal": "give {ge} or more",
    "less_than_equal": "give {le} or less",
    "enum": "give {expected}",
    "literal_error": "give {expected}",
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "list_type": "give a list",
    "value_error": "{error}",
    "cell": "give a text, a finite number, true, false or null",
}
"""What is said of a fault, by the validator's word for it."""
ELSE = "give a value that the OpenAPI allows here"

CASE_ID = r"^[A-Z][0-9]+$"
PATTERNS = {CASE_ID: "give a case id like W0000336"}
"""What is said of a text that does not look as one of these patterns has it."""


def as_json(value: Any) -> str:
    """Return a value of a request as its sender knows it: texts in quotes, all else in the words of JSON."""
    return repr(value) if isinstance(value, str | bytes) else json.dumps(value, ensure_ascii=False, default=str)


def said(error: Error) -> Sentence:
    """Return what to do about `error`, as the validator lists it."""
    pattern = error.get("ctx", {}).get("pattern")
    if pattern in PATTERNS:
        return sentence(PATTERNS[pattern])
    return sentence(SAID.get(error["type"], ELSE), **error.get("ctx", {}))


def merged(errors: Iterable[Error]) -> list[Error]:
    """Return `errors` with one for each value of a table, which the validator refuses once per type it may have."""
    found: dict[tuple[Any, ...], Error] = {}
    for error in errors:
        place = tuple(error["loc"])
        if place[:2] == ("body", "tables") and len(place) > _CELL:
            place = place[:_CELL]
            found.setdefault(place, {"type": "cell", "loc": place, "input": error["input"]})
        else:
            found[place] = error
    return list(found.values())
