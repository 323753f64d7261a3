"""A file or folder appears whole or not at all, and a killed writer leaves nothing that stays."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ews.events.whole_files import made_whole, write_whole

KILLED = """
import os, signal, sys
from pathlib import Path
from ews.events.whole_files import made_whole
with made_whole(Path(sys.argv[1])) as partial:
    partial.write_text("half of it")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_killed_writer_leaves_the_old_file_and_the_next_one_leaves_nothing_beside_the_new(tmp_path):
    path = tmp_path / "folder" / "champion.json"
    write_whole(path, "old")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False, env={**os.environ})
    assert killed.returncode == -signal.SIGKILL
    assert path.read_text() == "old"
    assert names(path.parent) == [".champion.json.partial", "champion.json"]
    write_whole(path, "新")
    assert path.read_text(encoding="utf-8") == "新"
    assert names(path.parent) == ["champion.json"]


def test_what_earlier_versions_left_under_the_number_of_a_process_goes_too(tmp_path):
    path = tmp_path / "folder" / "model"
    (path.parent / ".model.4711.partial").mkdir(parents=True)
    (path.parent / ".other.4711.partial").mkdir()
    with made_whole(path) as partial:
        partial.mkdir()
        (partial / "model.txt").write_text("whole")
    assert names(path.parent) == [".other.4711.partial", "model"]


def test_an_error_leaves_what_was_there_and_nothing_beside_it(tmp_path):
    path = tmp_path / "folder" / "model"
    path.mkdir(parents=True)
    (path / "model.txt").write_text("old")

    def broken() -> None:
        with made_whole(path) as partial:
            partial.mkdir()
            raise InterruptedError

    with pytest.raises(InterruptedError):
        broken()
    assert (path / "model.txt").read_text() == "old"
    assert names(path.parent) == ["model"]


def test_a_folder_takes_the_place_of_a_damaged_one_and_nothing_made_changes_nothing(tmp_path):
    path = tmp_path / "folder" / "model"
    path.mkdir(parents=True)
    (path / "damaged").touch()
    with made_whole(path):
        pass
    assert names(path) == ["damaged"]
    with made_whole(path) as partial:
        partial.mkdir()
        (partial / "sound").touch()
    assert names(path) == ["sound"]
