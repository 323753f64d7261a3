import json
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from sqlalchemy import update

from ews.domain.errors import BookError, ModelError, PolicyError, TamperedError, UnknownBatchError, UnknownBorrowerError
from ews.events.editions import keep_edition
from ews.events.manifest import read_manifest, write_manifest
from ews.events.publication import data_file, sha256_of
from ews.events.schemas import TABLES
from ews.scoring.folder import ScoredBatch
from ews.scoring.remade import remake as remaking
from ews.scoring.remade.differences import files_beside, of_borrower, others_that_differ
from ews.scoring.remade.inputs import inputs_of
from ews.scoring.remade.remake import Remade, made_again, remake
from ews.scoring.seal import SUMMARY, digest
from ews.store.engine import Store, writing
from ews.store.tables import decisions
from tests.homes import DAYS, ScoredHome

KEYS = {schema.name: schema.key for schema in TABLES}
LATER = DAYS[1] + timedelta(days=20)


@contextmanager
def opened(home: ScoredHome) -> Iterator[tuple[Store, list[str]]]:
    """Give the store of a home and the ids of its batches, in order of day."""
    with home.store() as store:
        folders = (next((home.home / "decisions" / "synthetic").glob(f"{day}-*")) for day in DAYS)
        yield store, [folder.name.rpartition("-")[2] for folder in folders]


def folder_of(home: Path, day: date) -> Path:
    return next((home / "decisions" / "synthetic").glob(f"{day}-*"))


def ids_of(folder: Path) -> list[str]:
    found: list[str] = pq.read_table(folder / "decisions.parquet", columns=["borrower_id"])["borrower_id"].to_pylist()
    return found


def remade(home: ScoredHome, book: Path, number: int, asked: list[str], work: Path) -> Remade:
    with opened(home) as (store, batches):
        inputs = inputs_of(home.home, store, batches[number], book)
        return remake(home.home, store, inputs, work, asked)


@pytest.fixture
def own(scored: ScoredHome, tmp_path: Path) -> ScoredHome:
    """Return a home to be written to."""
    scored.copied_to(tmp_path / "home")
    return ScoredHome(scored.book, tmp_path / "home")


@pytest.fixture(scope="module")
def anew(scored: ScoredHome, tmp_path_factory: pytest.TempPathFactory) -> ScoredBatch:
    """Return the newest batch, made again."""
    with opened(scored) as (store, batches):
        inputs = inputs_of(scored.home, store, batches[1], scored.book)
        return made_again(scored.home, store, inputs, tmp_path_factory.mktemp("anew"))


@pytest.fixture
def at_once(anew: ScoredBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the newest batch be made again without the time it takes."""
    monkeypatch.setattr(remaking, "made_again", lambda *_: anew)


@pytest.mark.parametrize("number", [0, 1])
def test_random_decisions_are_the_same_when_made_again_and_so_is_each_file_of_their_batch(
    scored, anew, tmp_path, monkeypatch, number
):
    if number == 1:
        monkeypatch.setattr(remaking, "made_again", lambda *_: anew)
    asked = random.Random(7).sample(ids_of(folder_of(scored.home, DAYS[number])), 12)  # noqa: S311 - to be drawn again
    found = remade(scored, scored.book, number, asked, tmp_path)
    assert found.decisions == dict.fromkeys(asked, ())
    assert found.files.differing == found.files.summary == found.differing == ()
    assert len(found.files.hashes) == 12
    assert (found.same, found.same_batch) == (True, True)
    assert (found.inputs.edition.state, found.inputs.changed) == ("same", ())


def grow(book: Path, grown: Path, seed: int) -> None:
    """Write the book with what was learnt LATER: corrections, withdrawals, new rows of the past, longer coverage."""
    manifest = read_manifest(book)
    (grown / "data").mkdir(parents=True)
    tables, rng = {}, random.Random(seed)  # noqa: S311 - to be drawn again
    for name, entry in manifest.tables.items():
        rows = grown_rows(pq.read_table(book / entry.file), KEYS[name], rng)
        partial = grown / "partial.parquet"
        pq.write_table(rows, partial)
        sha256 = sha256_of(partial)
        partial.replace(grown / data_file(name, sha256))
        to = None if entry.covered_to is None else LATER
        tables[name] = replace(entry, file=data_file(name, sha256), sha256=sha256, rows=len(rows), covered_to=to)
    write_manifest(grown, replace(manifest, tables=tables, extracted_on=LATER))


def grown_rows(rows: pa.Table, key: tuple[str, ...], rng: random.Random) -> pa.Table:
    """Return the rows with some ended LATER by a correction or a withdrawal, and copies of others under new ids."""
    con = duckdb.connect()
    con.register("stored", rows)
    numbers = sorted(name for name in rows.column_names if pa.types.is_int64(rows.schema.field(name).type))
    changed = {name: f"{name} * 2 + 1" for name in numbers}
    changed |= {"known_on": f"DATE '{LATER}'", "known_until": "NULL::DATE"}
    fresh = changed | {key[0]: f"'Z' || {key[0]}"}

    def selected(values: dict[str, str], withdrawn: str) -> str:
        told = values | {"withdrawn": withdrawn}
        return ", ".join(f"{told.get(name, name)} AS {name}" for name in rows.column_names)

    mark = f"(hash({', '.join(key)}) + {rng.randrange(1000)}) % 9"
    con.execute(f"CREATE TABLE marked AS SELECT *, {mark} AS mark FROM stored")
    ended = f"CASE WHEN mark < 2 AND known_until IS NULL AND NOT withdrawn THEN DATE '{LATER}' ELSE known_until END"
    whole = con.execute(
        f"SELECT {selected({'known_until': ended}, 'withdrawn')} FROM marked UNION ALL "
        f"SELECT {selected(changed, 'mark = 1')} FROM marked WHERE mark < 2 AND known_until IS NULL AND NOT withdrawn "
        f"UNION ALL SELECT {selected(fresh, 'FALSE')} FROM marked WHERE mark = 2"
    ).to_arrow_table()
    con.close()
    return whole.cast(rows.schema)


@pytest.mark.parametrize(("seed", "is_kept"), [(1, True), (2, False)])
def test_what_a_book_has_learnt_since_changes_no_replay(own, tmp_path, seed, is_kept):
    grow(own.book, tmp_path / "grown", seed)
    kept = own.home / "books" / "editions"
    assert [path.stem for path in kept.iterdir()] == [read_manifest(own.book).book_id]
    if not is_kept:
        shutil.rmtree(kept)
    found = remade(own, tmp_path / "grown", 1, [], tmp_path / "work")
    assert found.files.differing == found.differing == ()
    assert (found.same, found.inputs.edition.state, found.inputs.edition.manifest_kept) == (True, "cut", is_kept)
    assert found.inputs.edition.rewritten == {}


def test_a_book_rewritten_in_the_past_is_told_by_table(own, tmp_path):
    grown = tmp_path / "grown"
    grow(own.book, grown, 3)
    manifest = read_manifest(grown)
    entry = manifest.tables["ledger"]
    rows = pq.read_table(grown / entry.file).filter(pc.field("known_on") <= DAYS[0])
    pq.write_table(rows, grown / entry.file)
    tables = {**manifest.tables, "ledger": replace(entry, sha256=sha256_of(grown / entry.file))}
    write_manifest(grown, replace(manifest, tables=tables))
    with opened(own) as (store, batches):
        found = inputs_of(own.home, store, batches[1], grown).edition.rewritten
    assert found == {"ledger": (read_manifest(own.book).tables["ledger"].rows, len(rows))}


def test_a_record_changed_in_its_file_is_told_by_field_and_by_file(own, at_once, tmp_path):
    path = folder_of(own.home, DAYS[1]) / "decisions.parquet"
    table = pq.read_table(path)
    rows = table.to_pylist()
    number = next(number for number, row in enumerate(rows) if row["pd"] is not None)
    borrower, pd = rows[number]["borrower_id"], rows[number]["pd"]
    rows[number]["pd"] = pd / 2
    pq.write_table(pa.Table.from_pylist(rows, table.schema), path)
    found = remade(own, own.book, 1, [borrower], tmp_path)
    assert [(one.place, one.field, one.stored, one.made) for one in found.decisions[borrower]] == [
        ("decisions.parquet", "pd", pd / 2, pd)
    ]
    assert found.inputs.changed == ("decisions.parquet",)
    assert found.differing == (borrower,)
    assert (found.same, found.same_batch) == (False, False)


def test_a_file_with_the_same_rows_in_another_layout_is_told_and_is_no_difference_for_another_code(
    own, at_once, tmp_path, monkeypatch
):
    path = folder_of(own.home, DAYS[1]) / "loans.parquet"
    pq.write_table(pq.read_table(path), path, compression="none")
    summary = path.with_name(SUMMARY)
    content = json.loads(summary.read_text())
    content["files"]["loans.parquet"] = digest(path)
    summary.write_text(json.dumps(content))
    monkeypatch.setattr(remaking, "code_version", lambda: content["key"]["code_version"])
    by_the_same = remade(own, own.book, 1, [], tmp_path)
    monkeypatch.setattr(remaking, "code_version", lambda: "another")
    by_another = remade(own, own.book, 1, [], tmp_path)
    for found in (by_the_same, by_another):
        assert (found.files.differing, found.files.repacked) == (("loans.parquet",), ("loans.parquet",))
    assert (by_the_same.same, by_another.same) == (False, True)


def test_what_came_with_a_later_version_counts_for_nothing_but_nothing_stored_may_be_missing(anew, tmp_path):
    earlier = tmp_path / "earlier"
    shutil.copytree(anew.directory, earlier)
    for name in ("exhibits.parquet", "circles.parquet"):
        (earlier / name).unlink()
    table = pq.read_table(earlier / "decisions.parquet")
    records = [json.loads(text) for text in table["record"].to_pylist()]
    fewer = [json.dumps({name: told for name, told in one.items() if name != "lent"}) for one in records]
    table = table.drop_columns("stage").set_column(table.column_names.index("record"), "record", pa.array(fewer))
    pq.write_table(table, earlier / "decisions.parquet")
    content = json.loads((earlier / SUMMARY).read_text())
    content["files"] = {path.name: digest(path) for path in earlier.glob("*.parquet")}
    content["files"]["policy.json"] = digest(earlier / "policy.json")
    del content["catalogue_version"]
    (earlier / SUMMARY).write_text(json.dumps(content))
    borrower = ids_of(earlier)[0]
    later = files_beside(earlier, anew.directory, later=True)
    assert (later.differing, later.repacked, later.same_rows) == (("decisions.parquet",), ("decisions.parquet",), True)
    assert of_borrower(earlier, anew.directory, borrower, later=True) == ()
    assert others_that_differ(earlier, anew.directory, later=True) == ()
    assert not files_beside(earlier, anew.directory).same_rows
    assert {
        one.field for one in of_borrower(earlier, anew.directory, borrower) if one.place == "decisions.parquet"
    } == {
        "stage",
        "record.lent",
    }
    assert others_that_differ(earlier, anew.directory) == tuple(ids_of(earlier))
    assert others_that_differ(anew.directory, earlier, later=True) == tuple(ids_of(earlier))


def test_a_row_changed_in_the_store_is_told(own, at_once, tmp_path):
    borrower = ids_of(folder_of(own.home, DAYS[1]))[0]
    with own.store() as store, writing(store) as connection:
        connection.execute(update(decisions).where(decisions.c.borrower_id == borrower).values(grade="G1x"))
    found = remade(own, own.book, 1, [borrower], tmp_path)
    assert [(one.place, one.field, one.stored) for one in found.decisions[borrower]] == [("store", "grade", "G1x")]
    assert not found.same
    assert found.same_batch


def refused(home: ScoredHome, error: type[Exception], match: str, book: Path | None = None) -> None:
    with opened(home) as (store, batches), pytest.raises(error, match=match):
        inputs_of(home.home, store, batches[1], book or home.book)


def test_a_changed_model_is_refused(own):
    path = next((own.home / "models").rglob("model.txt"))
    path.write_text(path.read_text().replace("leaf_value=", "leaf_value=9", 1))
    refused(own, ModelError, "is not the one it says: its content has the hash .*Restore its files")


def test_a_changed_policy_is_refused(own):
    path = next((own.home / "policies").rglob("signals.toml"))
    path.write_text(path.read_text().replace('"yellow"', '"orange"', 1))
    refused(own, PolicyError, "was changed: its content has the hash .*Restore the folder from the backup")
    shutil.rmtree(path.parent)
    refused(own, PolicyError, "is not kept in .*Restore the folder")


def test_inputs_changed_in_the_summary_are_refused(own):
    path = folder_of(own.home, DAYS[1]) / SUMMARY
    content = json.loads(path.read_text())
    content["key"]["model_id"] = "0" * 64
    path.write_text(json.dumps(content))
    refused(own, TamperedError, "was changed: the inputs that it names make batch")
    path.unlink()
    refused(own, UnknownBatchError, "is published, but .* is gone. Restore it")


def test_overrides_changed_in_the_folder_are_refused(own):
    (folder_of(own.home, DAYS[1]) / "overrides.parquet").unlink()
    refused(own, UnknownBatchError, "made with overrides and findings in .*gone or was changed")


def test_a_book_that_ends_before_what_was_known_or_has_a_changed_file_is_refused(own, tmp_path):
    book = tmp_path / "book"
    shutil.copytree(own.book, book)
    shutil.rmtree(own.home / "books" / "editions")
    manifest = read_manifest(book)
    write_manifest(book, replace(manifest, extracted_on=DAYS[0]))
    refused(own, BookError, f"what was known by {DAYS[1]}.* ends on {DAYS[0]}. Name the book", book)
    write_manifest(book, manifest)
    (book / manifest.tables["loans"].file).write_bytes(b"PAR1")
    refused(own, BookError, "of table 'loans' is gone or was changed", book)


def test_without_a_book_it_says_which_is_needed(own):
    with opened(own) as (store, batches), pytest.raises(BookError, match=r"was made from book .* Name its folder"):
        inputs_of(own.home, store, batches[1], None)


def test_a_former_state_whose_files_are_all_there_is_the_book_itself(own, tmp_path):
    book = tmp_path / "book"
    shutil.copytree(own.book, book)
    manifest = read_manifest(book)
    write_manifest(book, replace(manifest, recipe={"another": 1}))
    keep_edition(own.home, manifest)
    with opened(own) as (store, batches):
        found = inputs_of(own.home, store, batches[1], book)
    assert found.edition.state == "same"
    assert found.edition.at_hand != manifest.book_id
    assert found.edition.book.manifest == manifest


def test_who_is_not_in_the_batch_is_told(scored, at_once, tmp_path):
    with pytest.raises(UnknownBorrowerError, match="Borrower 'nobody' is not in batch"):
        remade(scored, scored.book, 1, ["nobody"], tmp_path)
