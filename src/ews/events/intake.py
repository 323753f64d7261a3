"""Intake of whole tables: rows are examined, the accepted ones stored, the others put into quarantine.

Tables are taken in the order of `schemas.TABLES`, so that references are looked up among rows that were
themselves accepted. Nothing is published unless every table came through.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ews.domain.errors import ReconciliationError, RejectedShareError, SourceError
from ews.domain.progress import Progress, silent
from ews.events import sql
from ews.events.carrying import carry_over
from ews.events.coverage import Declared, check_declared, coverage
from ews.events.engine import EngineErrors, in_one_line
from ews.events.examination import accepted_rows, examine, forget
from ews.events.manifest import Manifest, TableEntry
from ews.events.outcome_lists import forget_lists
from ews.events.publication import data_file, keep_rejected, publish, quarantine_of, rejected_in, sha256_of
from ews.events.quarantine import write_rejected
from ews.events.references import known_values
from ews.events.report import FileResult, ImportResult, TableResult, describe_rejected, too_many_rejected
from ews.events.schemas import OUTCOMES, TABLES, EventTable

DEFAULT_MAX_REJECTED_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Extract:
    """What holds for a whole import; `covered` gives declared first and last days per table."""

    portfolio: str
    extracted_on: date
    recipe: Mapping[str, Any] = field(default_factory=dict)
    covered: Mapping[str, Declared] = field(default_factory=dict)
    max_rejected_share: float = DEFAULT_MAX_REJECTED_SHARE


def take_in(
    directory: Path,
    stage: Path,
    relations: Mapping[str, str],
    con: duckdb.DuckDBPyConnection,
    extract: Extract,
    *,
    files: tuple[FileResult, ...] = (),
    carries: bool = False,
    progress: Progress = silent,
) -> ImportResult:
    """Make the book in `directory` from `relations`: per table what may follow FROM on connection `con`.

    Works inside `stage`, a folder of `publication.staging`; `files` tells of raw lines already put into its quarantine.
    The outcomes added to the book before are added to the new one where it `carries` them, and dropped where not.
    Errors as for `accept.write_book`; BookError where a list of outcomes was changed.
    """
    check_tables(relations)
    check_declared(dict(extract.covered), extract.extracted_on)
    schemas = [schema for schema in TABLES if schema.name in relations]
    results: list[TableResult] = []
    staged: dict[str, Path] = {}
    for done, schema in enumerate(schemas):
        progress(f"import {schema.name}", done, len(schemas))
        file = stage / f"{schema.name}.parquet"
        results.append(_take_table(con, schema, relations[schema.name], extract, file, staged))
        staged[schema.name] = file
    result = _with_quarantine(
        directory, stage, ImportResult(_manifest(extract, results, staged), tuple(results), files)
    )
    _refuse_if_too_many(directory, rejected_in(stage), result, extract.max_rejected_share)
    if carries:
        result = _carried(con, directory, stage, result, staged)
    publish(directory, result.manifest, staged, rejected_in(stage))
    if not carries:
        forget_lists(directory)
    progress("import", len(schemas), len(schemas))
    return result


def _carried(
    con: duckdb.DuckDBPyConnection, directory: Path, stage: Path, result: ImportResult, staged: dict[str, Path]
) -> ImportResult:
    """Return the result with the outcomes of former lists in it; their file joins `staged`."""
    book = carry_over(con, directory, stage, result.manifest, staged)
    if book.outcomes is not None:
        staged[OUTCOMES.name] = book.outcomes
    return _with_quarantine(directory, stage, replace(result, manifest=book.manifest, carried=book.carried))


def _with_quarantine(directory: Path, stage: Path, result: ImportResult) -> ImportResult:
    some = any(rejected_in(stage).iterdir())
    return replace(result, quarantine=quarantine_of(directory, result.manifest) if some else None)


def check_tables(names: Mapping[str, Any]) -> None:
    """SourceError where a name is no event table, or a table that every book needs is not among them."""
    known = {schema.name for schema in TABLES}
    for name in names:
        if name not in known:
            message = f"There is no event table '{name}'. Tables: {', '.join(schema.name for schema in TABLES)}."
            raise SourceError(message)
    for schema in TABLES:
        if schema.required and schema.name not in names:
            message = (
                f"Table '{schema.name}' ({schema.zh}) is missing: every book needs it. Add "
                f"{schema.name}.sql to the source."
            )
            raise SourceError(message)


def _refuse_if_too_many(directory: Path, rejected: Path, result: ImportResult, allowed: float) -> None:
    """RejectedShareError, with the quarantine kept and nothing published, where more than `allowed` was rejected."""
    over = [part for part in result.parts if too_many_rejected(part, allowed)]
    if not over:
        return
    keep_rejected(directory, result.manifest, rejected)
    whole = [part.name for part in over if part.accepted == 0]
    advice = (
        f", mend the extract or its SQL. Where every row is rejected ({', '.join(whole)}) the import always stops, "
        "whatever share is allowed."
        if whole
        else ", mend the extract or its SQL, or allow a larger share."
    )
    message = (
        f"Too many rows were rejected (allowed {allowed:.2%}), nothing was published. "
        + "; ".join(describe_rejected(part) for part in over)
        + f". See the rows in '{result.quarantine}'{advice}"
    )
    raise RejectedShareError(message)


def _take_table(
    con: duckdb.DuckDBPyConnection,
    schema: EventTable,
    relation: str,
    extract: Extract,
    file: Path,
    staged: Mapping[str, Path],
) -> TableResult:
    references = known_values(schema, staged)
    try:
        found = examine(con, schema, relation, extracted_on=extract.extracted_on, references=references)
        rows = accepted_rows(con, found)
        con.execute(f"COPY ({rows}) TO {sql.literal(str(file))} (FORMAT parquet, COMPRESSION zstd)")
        if found.rejected:
            write_rejected(con, found, rejected_in(file.parent) / file.name)
    except EngineErrors as error:
        message = (
            f"The rows for table '{schema.name}' cannot be read ({in_one_line(error)}). Deliver the file again or "
            "mend the SQL."
        )
        raise SourceError(message) from error
    forget(con, found)
    stored = sql.parquet(str(file))
    written = con.execute(f"SELECT count(*) FROM {stored}").fetchall()[0][0]
    if written != found.accepted:
        message = (
            f"Table '{schema.name}': {found.delivered} rows came in, {found.rejected} were rejected, "
            f"{written} were written. Nothing was published; report this."
        )
        raise ReconciliationError(message)
    declared = extract.covered.get(schema.name, (None, None))
    covered = coverage(con, schema, stored, declared=declared, extracted_on=extract.extracted_on)
    return TableResult(schema.name, found.delivered, found.reasons, *covered)


def _manifest(extract: Extract, results: list[TableResult], staged: Mapping[str, Path]) -> Manifest:
    entries = {}
    for result in results:
        sha256 = sha256_of(staged[result.name])
        entries[result.name] = TableEntry(
            file=data_file(result.name, sha256),
            sha256=sha256,
            rows=result.accepted,
            rejected=result.rejected,
            covered_from=result.covered_from,
            covered_to=result.covered_to,
        )
    recipe = json.loads(json.dumps(dict(extract.recipe), default=lambda value: value.isoformat()))
    return Manifest(extract.portfolio, extract.extracted_on, entries, recipe)
