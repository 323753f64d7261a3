"""The statements of examples/sources/template, made from the schemas.

`python -m tests.examples.template` writes them anew; the test compares them, so that they cannot go stale.
"""

from pathlib import Path

from ews.events.schemas import KNOWLEDGE, TABLES, Column, EventTable

FOLDER = Path(__file__).parents[2] / "examples" / "sources" / "template"

_MACROS = {"fen": "fen({0})", "date": "as_date({0})", "timestamp": "as_timestamp({0})"}
_KINDS = {
    "id": "id",
    "text": "text",
    "date": "date",
    "timestamp": "time, local",
    "fen": "money; fen() takes the currency unit, as yuan",
    "count": "whole number",
    "share": "share, 0.25 for 25 %",
    "flag": "true or false",
}


def statement(schema: EventTable) -> str:
    """Return the SQL file of `schema`: every column, what it means in English and Chinese, what it may hold."""
    head = [f"-- {schema.en} {schema.zh}", f"-- Key 主键: {', '.join(schema.key)}"]
    if schema.happened:
        head.append(f"-- A row happened on 发生日: {schema.happened}")
    head.append("-- Columns that are not marked required may be left out. 未标注 required 的列可以省略。")
    lines = ["SELECT"]
    for column in (*schema.columns, *KNOWLEDGE):
        lines += [f"    -- {column.en} | {column.zh}", f"    -- {_form(schema, column)}", f"    {_expression(column)},"]
    return "\n".join([*head, *lines, f"FROM raw.{schema.name}", ""])


def _expression(column: Column) -> str:
    macro = _MACROS.get(column.kind)
    return column.name if macro is None else f"{macro.format(column.name)} AS {column.name}"


def _form(schema: EventTable, column: Column) -> str:
    parts = [_KINDS[column.kind]]
    if column.required or (column.name in schema.key and not column.made_of):
        parts.append("required")
    if column.choices:
        parts.append(" | ".join(column.choices))
    if column.low is not None:
        parts.append(f"at least {column.low:g}")
    if column.high is not None:
        parts.append(f"at most {column.high:g}")
    if column.refers:
        parts.append(f"one of {column.refers}")
    return "; ".join(parts)


if __name__ == "__main__":
    for each in TABLES:
        (FOLDER / f"{each.name}.sql").write_text(statement(each), encoding="utf-8")
