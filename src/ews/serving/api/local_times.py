"""Local times: days with a time in the OpenAPI are without an offset, which the format `date-time` would demand."""

from typing import Any

FORMAT = "date-time-local"
"""In the registry of formats of the OpenAPI."""


def tell_local_times(schema: Any) -> None:
    """Let all that is a `date-time` in a schema be a local one."""
    if isinstance(schema, dict):
        if schema.get("format") == "date-time" and schema.get("type") == "string":
            schema["format"] = FORMAT
        for one in schema.values():
            tell_local_times(one)
    elif isinstance(schema, list):
        for one in schema:
            tell_local_times(one)
