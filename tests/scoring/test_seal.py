import json
from pathlib import Path

import pytest

from ews.scoring.seal import SUMMARY, broken, digest, is_sound


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.parquet", "b.parquet"):
        (tmp_path / name).write_text(name)
    files = {path.name: digest(path) for path in sorted(tmp_path.iterdir())}
    (tmp_path / SUMMARY).write_text(json.dumps({"files": files}))
    return tmp_path


def test_a_folder_as_it_was_written_is_sound(folder: Path):
    (folder / "c.txt").write_text("of somebody else")
    assert is_sound(folder)
    assert broken(folder) == ()


def test_a_folder_without_its_summary_is_not_sound(folder: Path):
    (folder / SUMMARY).unlink()
    assert not is_sound(folder)
    assert not is_sound(folder / "gone")


def test_files_that_are_gone_or_changed_are_named_among_those_asked_for(folder: Path):
    (folder / "a.parquet").unlink()
    (folder / "b.parquet").write_text("changed")
    assert broken(folder) == ("a.parquet", "b.parquet")
    assert broken(folder, among=["b.parquet", "c.parquet"]) == ("b.parquet",)
    assert not is_sound(folder)
