"""A source: a folder that says how a bank's raw extracts become the event tables.

source.toml    name, day of extraction, how files are written, databases to attach, spans covered, recipe
<table>.sql    one SELECT per event table over raw.<file stem> or an attached database, columns by name
"""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ews.domain.errors import SourceError
from ews.events.coverage import Declared
from ews.events.intake import DEFAULT_MAX_REJECTED_SHARE, check_tables
from ews.events.plain_files import in_short, read_text_file, shortened, value_shortened

_CLOSED = ConfigDict(extra="forbid", frozen=True)
_NO_DELIMITERS = frozenset('"\r\n\0')
_LONGEST_NAME = 100


class FileFormat(BaseModel):
    """How a raw CSV file is written; gbk is read as gb18030, which contains it."""

    model_config = _CLOSED

    encoding: Literal["auto", "utf-8", "gb18030", "gbk"] = "auto"
    delimiter: str = Field(default=",", min_length=1, max_length=1)

    @field_validator("delimiter")
    @classmethod
    def _parts_fields(cls, value: str) -> str:
        if value in _NO_DELIMITERS:
            message = "quotes and line ends have another meaning; give the character between two fields"
            raise ValueError(message)
        return value


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

    @field_validator("name")
    @classmethod
    def _names_a_portfolio(cls, value: str) -> str:
        if not value.isprintable() or value != Path(value).name or value.startswith(".") or len(value) > _LONGEST_NAME:
            message = (
                f"it names the portfolio and its folders; use letters, digits, '-' and '_', {_LONGEST_NAME} at most"
            )
            raise ValueError(message)
        return value


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
    statements = {file.stem: _statement(file) for file in sorted(directory.glob("*.sql"))}
    check_tables(statements)
    for table in settings.covered:
        if table not in statements:
            message = (
                f"[covered.{table}] in '{directory / 'source.toml'}' names a table that the source does not "
                f"deliver. It delivers {', '.join(statements)}."
            )
            raise SourceError(message)
    return Source(directory=directory, settings=settings, statements=statements)


def _statement(file: Path) -> str:
    try:
        return read_text_file(file).strip().rstrip(";")
    except OSError as error:
        message = f"'{file}' cannot be read ({error.strerror}). Write one SELECT statement into it, or take it away."
        raise SourceError(message) from error
    except UnicodeDecodeError as error:
        message = f"'{file}' cannot be read ({in_short(error)}). Save it as UTF-8."
        raise SourceError(message) from error


def _settings(file: Path) -> Settings:
    try:
        return Settings.model_validate(tomllib.loads(read_text_file(file)))
    except (FileNotFoundError, NotADirectoryError):
        message = f"'{file.parent}' is not a source (no {file.name}). Start from examples/sources/template."
        raise SourceError(message) from None
    except OSError as error:
        message = f"'{file}' cannot be read ({error.strerror}). Start from examples/sources/template/source.toml."
        raise SourceError(message) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        message = (
            f"'{file}': '{shortened(where)}' = {value_shortened(first['input'])}: {first['msg']}. Compare with "
            "examples/sources/template/source.toml."
        )
        raise SourceError(message) from error
    except (ValueError, RecursionError) as error:
        message = f"'{file}' cannot be read ({in_short(error)}). Write it as TOML in UTF-8."
        raise SourceError(message) from error
