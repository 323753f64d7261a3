"""How a delivered value becomes a typed one: strictly, or not at all.

A value of the right type is taken as it is. Any other is written out as text and must then be well formed:
DuckDB's own casts would round 12.345 to 12 and read '1e3' as a number. What is not well formed becomes null,
and because its text is not null the row is rejected. Empty text is null.
"""

from dataclasses import dataclass

from ews.events import sql
from ews.events.schemas import SQL_TYPES, Column, Kind

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_MOMENTS = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")

NATIVE: dict[Kind, tuple[str, ...]] = {
    "id": ("VARCHAR",),
    "text": ("VARCHAR",),
    "date": ("DATE", *_MOMENTS),
    "timestamp": ("DATE", *_MOMENTS),
    "fen": _WHOLE,
    "count": _WHOLE,
    "share": (*_WHOLE, "FLOAT", "DOUBLE", "DECIMAL"),
    "flag": ("BOOLEAN",),
}
"""Delivered types that need no check; a decimal or floating amount is not among them: fen are whole."""

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
FORMS: dict[Kind, str] = {
    "date": _DAY,
    "timestamp": f"{_DAY}({_TIME})?",
    "fen": r"[+-]?[0-9]+",
    "count": r"[+-]?[0-9]+",
    "share": r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?",
}
"""What text must look like, whole, to be read."""

_YES = ("true", "t", "yes", "y", "1")
_NO = ("false", "f", "no", "n", "0")

_UNREADABLE = ("[]", "STRUCT", "MAP", "UNION", "WITH TIME ZONE", "VARIANT", "GEOMETRY")


@dataclass(frozen=True, slots=True)
class Reading:
    """SQL over the delivered columns: `value` is typed; `text` is what was delivered, None where no check is due."""

    value: str
    text: str | None


def reading(column: Column, delivered: str | None) -> Reading:
    """Return how `column` is read from a delivered column of DuckDB type `delivered`; None: it was not delivered."""
    target = SQL_TYPES[column.kind]
    if delivered is None:
        return Reading(f"CAST(NULL AS {target})", None)
    source = sql.name(column.name)
    if delivered.split("(")[0] in NATIVE[column.kind]:
        return Reading(f"nullif({source}, '')" if target == "VARCHAR" else f"CAST({source} AS {target})", None)
    text = f"nullif(CAST({source} AS VARCHAR), '')"
    if target == "VARCHAR":
        return Reading(text, None)
    if column.kind == "flag":
        return Reading(_flag(text), text)
    form = sql.literal(FORMS[column.kind])
    return Reading(f"CASE WHEN regexp_full_match({text}, {form}) THEN TRY_CAST({text} AS {target}) END", text)


def unreadable(column: Column, delivered: str) -> str | None:
    """Return what to do where no value of type `delivered` can be read into `column`, else None."""
    if any(mark in delivered for mark in _UNREADABLE):
        return "Cast it in the SQL: times must be local and without a zone, values plain"
    if SQL_TYPES[column.kind] == "VARCHAR" and delivered in ("FLOAT", "DOUBLE"):
        return "Cast it to a whole number or text in the SQL: floating numbers are no names"
    return None


def no_such_day(column: Column, text: str) -> str:
    """Return the condition that `text` has the form of a day (and time) and yet is none, as 2026-02-30."""
    return f"regexp_full_match({text}, {sql.literal(FORMS[column.kind])})"


def _flag(text: str) -> str:
    yes, no = (", ".join(sql.literal(word) for word in words) for words in (_YES, _NO))
    return f"CASE WHEN lower({text}) IN ({yes}) THEN true WHEN lower({text}) IN ({no}) THEN false END"
