"""Import: a source's SQL over raw files becomes a book.

Each statement is run once, into Parquet aside, so that checks, quarantine and storage see the same rows; the engine
that runs it reaches nothing but what it was offered (events/closed_engine.py). Outcomes that were added to the book
before are added to the new one (events/carrying.py), and both are published at once.
"""

from collections.abc import Mapping
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb

from ews.domain.errors import SourceError
from ews.domain.progress import Progress, silent
from ews.events import sql
from ews.events.attachments import attach
from ews.events.checks import FIRST_DAY, LAST_DAY
from ews.events.closed_engine import close_engine
from ews.events.engine import EngineErrors, connect, in_one_line
from ews.events.intake import Extract, take_in
from ews.events.macros import MACROS
from ews.events.publication import staging
from ews.events.raw_files import files_of, offer, raw_names
from ews.events.report import FileResult, ImportResult
from ews.events.source import Source, read_source


def import_source(
    source_dir: Path,
    raw_dir: Path,
    book_dir: Path,
    *,
    extracted_on: date | None = None,
    max_rejected_share: float | None = None,
    progress: Progress = silent,
) -> ImportResult:
    """Make the book in `book_dir` from the raw files in `raw_dir` by the SQL in `source_dir`.

    `extracted_on` and `max_rejected_share` override source.toml. Errors as for `accept.write_book`; whatever goes
    wrong, the book that was there stays.
    """
    source = read_source(source_dir)
    extract = _extract(source, extracted_on, max_rejected_share)
    with closing(connect().con) as con, staging(book_dir) as stage:
        con.execute(f"SET temp_directory = {sql.literal(str(stage / 'spill'))}")
        for macro in MACROS:
            con.execute(macro)
        files = _open_raw(con, source, raw_dir, stage)
        relations = {}
        for done, (table, statement) in enumerate(source.statements.items()):
            progress(f"read {table}", done, len(source.statements))
            relations[table] = _run(con, table, statement, stage)
        return take_in(book_dir, stage, relations, con, extract, files=files, carries=True, progress=progress)


def _extract(source: Source, extracted_on: date | None, max_rejected_share: float | None) -> Extract:
    settings = source.settings
    day = extracted_on or settings.extracted_on
    if day is None:
        message = (
            f"'{source.directory}' does not say when the extract was made. Give --extracted-on DATE or "
            "extracted_on in source.toml."
        )
        raise SourceError(message)
    if not FIRST_DAY <= day <= LAST_DAY:
        message = f"The day of extraction {day} of '{source.directory}' is none: give one in {FIRST_DAY} .. {LAST_DAY}."
        raise SourceError(message)
    share = settings.max_rejected_share if max_rejected_share is None else max_rejected_share
    return Extract(settings.name, day, settings.recipe, source.covered, share)


def _open_raw(con: duckdb.DuckDBPyConnection, source: Source, raw_dir: Path, stage: Path) -> tuple[FileResult, ...]:
    read: dict[str, list[str]] = {}
    for table, statement in source.statements.items():
        for name in raw_names(con, table, statement):
            read.setdefault(name, []).append(table)
    _check_formats(source.settings.files, set(read), source.directory)
    attach(con, raw_dir, source.settings.attach)
    results = offer(con, raw_dir, read, source.settings.files, stage)
    close_engine(con, files_of(raw_dir, read), (stage.parent,))
    return results


def _check_formats(formats: Mapping[str, object], read: set[str], directory: Path) -> None:
    for stem in formats:
        if stem.casefold() not in read:
            message = (
                f"[files.{stem}] in '{directory / 'source.toml'}' names a file that no statement reads. "
                f"Statements read: {', '.join(sorted(read))}. Mend the name or take it out."
            )
            raise SourceError(message)


def _run(con: duckdb.DuckDBPyConnection, table: str, statement: str, stage: Path) -> str:
    """Run `statement` into a file of its own and return the relation of that file."""
    folder = stage / "delivered"
    folder.mkdir(exist_ok=True)
    file = folder / f"{table}.parquet"
    try:
        con.execute(f"COPY (\n{statement}\n) TO {sql.literal(str(file))} (FORMAT parquet)")
    except EngineErrors as error:
        message = f"{table}.sql cannot be run ({in_one_line(error)}). Mend the SQL or deliver the raw file again."
        raise SourceError(message) from error
    return sql.parquet(str(file))
