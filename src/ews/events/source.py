"""A source: a folder that says how a bank's raw extracts become the event tables.

source.toml    name, day of extraction, how files are written, databases to attach, spans covered, recipe
<table>.sql    one SELECT per event table over raw.<file stem> or an attached database, columns by name
"""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ews.domain.errors import SourceError
from ews.events.coverage import Declared
from ews.events.intake import DEFAULT_MAX_REJECTED_SHARE, check_tables

_CLOSED = ConfigDict(extra="forbid", frozen=True)


class FileFormat(BaseModel):
    """How a raw CSV file is written; gbk is read as gb18030, which contains it."""

    model_config = _CLOSED

    encoding: Literal["auto", "utf-8", "gb18030", "gbk"] = "auto"
    delimiter: str = Field(default=",", min_length=1, max_length=1)


class Attachment(BaseModel):
    """A database that DuckDB attaches: a file below the raw folder, or a PostgreSQL connection string."""

    model_config = _CLOSED

    type: Literal["duckdb", "sqlite", "postgres"]
    path: str


class Span(BaseModel):
    """First and last day that an extract speaks of, where they cannot be read off its rows."""

    model_config = _CLOSED

    start: date | None = Field(default=None, alias="from")
    end: date | None = Field(default=None, alias="to")


class Settings(BaseModel):
    """Content of source.toml."""

    model_config = _CLOSED

    name: str = Field(min_length=1)
    extracted_on: date | None = None
    max_rejected_share: float = Field(default=DEFAULT_MAX_REJECTED_SHARE, ge=0, le=1)
    files: dict[str, FileFormat] = Field(default_factory=dict)
    attach: dict[str, Attachment] = Field(default_factory=dict)
    covered: dict[str, Span] = Field(default_factory=dict)
    recipe: dict[str, Any] = Field(default_factory=dict)


class Source(BaseModel):
    """A source as read from its folder; `statements` holds the SQL per event table."""

    model_config = _CLOSED

    directory: Path
    settings: Settings
    statements: dict[str, str]

    @property
    def covered(self) -> dict[str, Declared]:
        return {table: (span.start, span.end) for table, span in self.settings.covered.items()}


def read_source(directory: Path) -> Source:
    """Read the source in `directory`; SourceError where it is not one or names what does not exist."""
    settings = _settings(directory / "source.toml")
    statements = {
        file.stem: file.read_text(encoding="utf-8").strip().rstrip(";") for file in sorted(directory.glob("*.sql"))
    }
    check_tables(statements)
    for table in settings.covered:
        if table not in statements:
            message = (
                f"[covered.{table}] in '{directory / 'source.toml'}' names a table that the source does not "
                f"deliver. It delivers {', '.join(statements)}."
            )
            raise SourceError(message)
    return Source(directory=directory, settings=settings, statements=statements)


def _settings(file: Path) -> Settings:
    try:
        return Settings.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        message = f"'{file.parent}' is not a source (no {file.name}). Start from examples/sources/template."
        raise SourceError(message) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"'{file}' cannot be read ({error}). Write it as TOML in UTF-8."
        raise SourceError(message) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        message = (
            f"'{file}': '{where}' = {first['input']!r}: {first['msg']}. Compare with "
            "examples/sources/template/source.toml."
        )
        raise SourceError(message) from error
