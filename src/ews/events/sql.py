"""How names and values of ours are written in SQL."""

from datetime import date


def name(text: str) -> str:
    """Return `text` as a quoted identifier."""
    return '"' + text.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return `text` as a quoted string."""
    return "'" + text.replace("'", "''") + "'"


def day(value: date) -> str:
    return f"DATE '{value.isoformat()}'"


def parquet(path: str) -> str:
    """Return the relation of one Parquet file; texts that old writers left unmarked are read as texts."""
    return f"read_parquet({literal(path)}, binary_as_string = true)"
