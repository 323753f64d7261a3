"""Editions: the states of a book that batches were made from, found again after the book has moved on.

Kept    home/books/editions/<book id>.json, the manifest as it was; never written again. The book itself keeps the one
        before it, and its states
Same    the book at hand is the one that was read; or its files are all there still, named by a kept manifest
Cut     the book has grown: rows known later are left out, a version ended later has not ended yet, tables that came
        later are not there, and each table covers what it did
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

import ibis

from ews.domain.errors import BookError
from ews.events.book import Book, open_book
from ews.events.manifest import Manifest, TableEntry, read_manifest
from ews.events.publication import PREVIOUS, sha256_of
from ews.events.states import states
from ews.events.whole_files import write_whole

State = Literal["same", "cut"]
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Edition:
    """`book` as it was. `at_hand` is the id of the book it was taken from.

    `manifest_kept` is false where nobody kept what its tables covered: then they cover no day after the cut.
    `rewritten` are the tables that held another number of rows then than are known of that time now.
    """

    book: Book
    state: State
    at_hand: str
    manifest_kept: bool
    rewritten: Mapping[str, tuple[int, int]]


def keep_edition(home: Path, manifest: Manifest) -> None:
    """Keep what the book is now, in one step; what is kept already is left as it is."""
    path = _path(home, manifest.book_id)
    if path.is_file():
        return
    write_whole(path, manifest.to_json())


def open_edition(directory: Path, home: Path, book_id: str, known_by: date) -> Edition:
    """Open the book in `directory` as it was when its id was `book_id`, for what was known by `known_by`.

    BookError where a file of it was changed, or the book ends before that day.
    """
    current = read_manifest(directory)
    kept = _kept(directory, home, book_id)
    whole = current if current.book_id == book_id else kept
    if whole is not None and all((directory / entry.file).is_file() for entry in whole.tables.values()):
        _check_files(directory, whole)
        return Edition(open_book(directory, manifest=whole), "same", current.book_id, manifest_kept=True, rewritten={})
    if current.extracted_on < known_by:
        message = (
            f"The decision rests on book {book_id[:_SHOWN]} and on what was known by {known_by}. The book in "
            f"'{directory}' is {current.book_id[:_SHOWN]} and ends on {current.extracted_on}. Name the book that it "
            "was made from, or one that has grown out of it."
        )
        raise BookError(message)
    _check_files(directory, current)
    rewritten = {} if kept is None else _rewritten(directory, current, kept)
    cut = cut_book(open_book(directory), known_by, kept)
    return Edition(cut, "cut", current.book_id, manifest_kept=kept is not None, rewritten=rewritten)


def cut_book(book: Book, by: date, then: Manifest | None = None) -> Book:
    """Return the book as it was known at the end of day `by`, with the tables and the coverage of `then`.

    Without `then` a table covers what it does now, up to that day, and one that covers later days only was not there.
    """
    manifest = _covering_until(book.manifest, by) if then is None else then
    tables = {}
    for name, rows in book.tables.items():
        if name in manifest.tables:
            still = ibis.ifelse(rows.known_until > by, ibis.null("date"), rows.known_until)
            tables[name] = rows.filter(rows.known_on <= by).mutate(known_until=still)
    return Book(manifest, book.engine, tables)


def _covering_until(manifest: Manifest, by: date) -> Manifest:
    tables = {name: _until(entry, by) for name, entry in manifest.tables.items() if not _is_later(entry, by)}
    return replace(manifest, extracted_on=min(manifest.extracted_on, by), tables=tables)


def _until(entry: TableEntry, by: date) -> TableEntry:
    return entry if entry.covered_to is None else replace(entry, covered_to=min(entry.covered_to, by))


def _is_later(entry: TableEntry, by: date) -> bool:
    return entry.covered_from is not None and entry.covered_from > by


def _rewritten(directory: Path, current: Manifest, then: Manifest) -> dict[str, tuple[int, int]]:
    """Return, by table, the rows then and the rows known by that day's extract now, where they are not as many."""
    engine = open_book(directory).engine
    found = {}
    for name, entry in then.tables.items():
        now = 0
        if name in current.tables:
            stored = engine.read_parquet(directory / current.tables[name].file)
            last = max(then.extracted_on, entry.covered_to) if name == "outcomes" and entry.covered_to else None
            now = int(stored.filter(stored.known_on <= (last or then.extracted_on)).count().execute())
        if now != entry.rows:
            found[name] = (entry.rows, now)
    return found


def _kept(directory: Path, home: Path, book_id: str) -> Manifest | None:
    """Return the manifest of that id, from the home or from the book's own past."""
    places = ((_path(home, book_id).parent, f"{book_id}.json"), (directory, PREVIOUS))
    past = [read_manifest(folder, name) for folder, name in places if (folder / name).is_file()]
    return next((one for one in (*past, *states(directory)) if one.book_id == book_id), None)


def _check_files(directory: Path, manifest: Manifest) -> None:
    for name, entry in manifest.tables.items():
        path = directory / entry.file
        if not path.is_file() or sha256_of(path) != entry.sha256:
            message = (
                f"The book's file '{path}' of table '{name}' is gone or was changed: it is not the one that its "
                "manifest names. Restore it from the backup, or import the book again."
            )
            raise BookError(message)


def _path(home: Path, book_id: str) -> Path:
    return home / "books" / "editions" / f"{book_id}.json"
