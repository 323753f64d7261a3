"""Shown texts: no text of a body may hold what nobody sees (ews.serving.api.hidden), and the OpenAPI says so.

Names are texts too; only what logs somebody in is taken as it is.
"""

from collections.abc import Iterator
from typing import Any

from ews.casework.written import UNSEEN
from ews.serving.rights import SECRET_PATHS


def _told(character: int) -> str:
    return f"\\u{character:04x}" if character < 0x10000 else chr(character)  # the escape has four digits everywhere


_UNSEEN = "".join(f"{_told(first)}-{_told(last)}" for first, last in UNSEEN)
SHOWN = rf"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f{_UNSEEN}]*$"
_OF_ONE_LINE = {rf"^[^\x00-\x1f]{times}$": rf"^[^\u0000-\u001f\u007f-\u009f{_UNSEEN}]{times}$" for times in ("*", "+")}
_FREE = frozenset({"pattern", "enum", "const", "format"})


def tell_shown_texts(openapi: dict[str, Any]) -> None:
    """Give each text of a body that is free so far the pattern of texts that can be shown."""
    seen: set[str] = set()
    for path, operations in openapi["paths"].items():
        for operation in operations.values() if path not in SECRET_PATHS else ():
            content = operation.get("requestBody", {}).get("content", {})
            for schema in _schemas(openapi, content.get("application/json", {}).get("schema", {}), seen):
                _tell(schema)


def _tell(schema: dict[str, Any]) -> None:
    if schema.get("type") == "string" and not _FREE & set(schema):
        schema["pattern"] = SHOWN
    if schema.get("pattern") in _OF_ONE_LINE:
        schema["pattern"] = _OF_ONE_LINE[schema["pattern"]]
    if schema.get("type") == "object" and schema.get("additionalProperties", True) is not False:
        names = schema.setdefault("propertyNames", {})
        told = (_OF_ONE_LINE[pattern] for pattern in schema.get("patternProperties", ()) if pattern in _OF_ONE_LINE)
        if not _FREE & set(names):
            names["pattern"] = next(told, SHOWN)


def _schemas(openapi: dict[str, Any], schema: Any, seen: set[str]) -> Iterator[dict[str, Any]]:
    """Return a schema and all in it, each once."""
    if not isinstance(schema, dict):
        return
    name = schema.get("$ref", "").rpartition("/")[2]
    if name in seen:
        return
    if name:
        seen.add(name)
        schema = openapi["components"]["schemas"][name]
    yield schema
    several = (one for key in ("anyOf", "oneOf", "allOf") for one in schema.get(key, ()))
    for inner in (
        *schema.get("properties", {}).values(),
        *schema.get("patternProperties", {}).values(),
        *several,
        schema.get("items"),
        schema.get("additionalProperties"),
    ):
        yield from _schemas(openapi, inner, seen)
