"""Scripts are written once and read by the processes after; a file that is no good costs time and nothing else."""

import os
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ews.features import kept_scripts, scripts, statements
from ews.features.kept_scripts import name_of, script_of
from ews.features.public_events import family
from ews.features.window import spine_on
from ews.outcomes.definition import Definition
from ews.scoring.decide import _Standing
from tests.books import book_of

DAY = date(2026, 6, 30)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Give an empty folder of scripts; what the process remembers is forgotten before and after."""
    monkeypatch.setattr(kept_scripts, "folder", lambda: tmp_path)
    script_of.cache_clear()
    yield tmp_path
    script_of.cache_clear()


@pytest.fixture
def shape():
    event = {"borrower_id": "A", "occurred_on": DAY, "kind": "lawsuit"}
    book = book_of({"borrowers": [{"borrower_id": "A", "kind": "firm"}], "public_events": [event]})
    return statements.shape_of(book, spine_on(book, [DAY]), family.build)


@pytest.fixture
def writings(monkeypatch):
    """Count how often a script is written."""
    counted = []

    def written(shape):
        counted.append(shape)
        return scripts.written(shape)

    monkeypatch.setattr(kept_scripts, "written", written)
    return counted


def stranger(book, spine):
    return family.build(book, spine)


def by_the_next_process(shape):
    script_of.cache_clear()
    return script_of(shape)


def test_the_next_process_reads_what_the_first_one_wrote(folder, shape, writings):
    first = script_of(shape)
    assert by_the_next_process(shape) == first == scripts.written(shape)
    assert len(writings) == 1
    assert len(list(folder.iterdir())) == 1


def test_all_that_a_script_depends_on_makes_another_file(folder, shape):
    tables = ((shape.tables[0][0], shape.tables[0][1]), *shape.tables[1:-1])
    others = [
        replace(shape, days=(date(1, 1, 1), date(1, 1, 2))),
        replace(shape, coverage=tuple(None for _ in shape.coverage)),
        replace(shape, make=_Standing(Definition())),
        replace(shape, make=_Standing(Definition(default_above_dpd=30))),
        replace(shape, engine="pyspark"),
        replace(shape, tables=tables),
    ]
    keys = {kept_scripts._key_of(one) for one in (shape, *others)}
    assert None not in keys
    assert len(keys) == 1 + len(others)


@pytest.mark.parametrize("package", ["ibis-framework", "sqlglot", "duckdb"])
def test_another_version_of_what_writes_makes_another_file(shape, monkeypatch, package):
    key, real = kept_scripts._key_of(shape), kept_scripts.version
    monkeypatch.setattr(kept_scripts, "version", lambda name: "0" if name == package else real(name))
    assert kept_scripts._key_of(shape) != key


def test_other_code_of_ours_makes_another_file(shape, monkeypatch):
    key = kept_scripts._key_of(shape)
    monkeypatch.setattr(kept_scripts, "code_version", lambda: "0.1.0+another")
    assert kept_scripts._key_of(shape) != key


def test_what_a_stranger_describes_is_kept_in_memory_alone(folder, shape, writings):
    theirs = replace(shape, make=stranger)
    assert script_of(theirs) is script_of(theirs)
    assert list(folder.iterdir()) == []
    by_the_next_process(theirs)
    assert len(writings) == 2


@pytest.mark.parametrize(
    "spoilt",
    [b"", b"no script", zlib.compress(b"[]"), zlib.compress(b'{"views": []}'), zlib.compress(b"\xff")],
)
def test_a_file_that_cannot_be_read_is_written_anew(folder, shape, writings, spoilt):
    first = script_of(shape)
    (file,) = folder.iterdir()
    good = file.read_bytes()
    file.write_bytes(spoilt)
    assert by_the_next_process(shape) == first
    assert file.read_bytes() == good
    assert len(writings) == 2


def test_a_function_of_somebody_else_is_not_called(folder, shape, writings):
    script_of(shape)
    (file,) = folder.iterdir()
    told = zlib.decompress(file.read_bytes()).decode()
    assert '"function": null' in told
    file.write_bytes(zlib.compress(told.replace('"function": null', '"function": "os:system"').encode()))
    assert {one.function for one in by_the_next_process(shape).statements} == {None}
    assert len(writings) == 2


def test_without_a_folder_each_process_writes(shape, writings, monkeypatch):
    monkeypatch.setattr(kept_scripts, "folder", lambda: None)
    script_of.cache_clear()
    assert script_of(shape) == by_the_next_process(shape)
    assert len(writings) == 2
    script_of.cache_clear()


def test_a_folder_that_is_gone_or_full_of_others_stops_nobody(folder, shape, monkeypatch):
    monkeypatch.setattr(kept_scripts, "folder", lambda: folder / "gone")
    assert script_of(shape) == by_the_next_process(shape)


def test_the_oldest_files_go_first(folder, shape, monkeypatch):
    monkeypatch.setattr(kept_scripts, "MOST", 2)
    shapes = [replace(shape, days=(date(1, 1, day), date(1, 2, day))) for day in (1, 2, 3)]
    for number, one in enumerate(shapes):
        script_of(one)
        file = folder / kept_scripts._key_of(one)
        os.utime(file, (number, number))
    names = {file.name for file in folder.iterdir()}
    assert names == {kept_scripts._key_of(one) for one in shapes[1:]}


def test_the_users_cache_is_taken_where_the_source_may_not_be_written_to(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    real, beside = os.access, Path(kept_scripts.__file__).parent
    monkeypatch.setattr(os, "access", lambda path, mode: beside not in (path, path.parent) and real(path, mode))
    kept_scripts.folder.cache_clear()
    try:
        assert kept_scripts.folder() == tmp_path / "ews" / "scripts"
    finally:
        kept_scripts.folder.cache_clear()


def test_only_what_stands_in_a_module_has_a_name():
    assert name_of(family.build) == f"{family.__name__}:build"
    assert name_of(lambda: None) is None
