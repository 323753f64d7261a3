"""A folder to work in goes with its owner, however that ends."""

import os
import signal
import subprocess
import sys

from ews.training.work_folder import WorkFolder

OWNER = """
import sys, time
from pathlib import Path
from ews.training.work_folder import WorkFolder
folder = WorkFolder(Path(sys.argv[1]))
(folder.path / "part-00000.parquet").write_text("half of it")
print(folder.path, flush=True)
time.sleep(60)
"""


def test_it_goes_with_the_last_who_refers_to_it(tmp_path):
    folder = WorkFolder(tmp_path / "home")
    path, other = folder.path, [folder]
    (path / "part").write_text("rows")
    del folder
    assert path.exists()
    del other
    assert list((tmp_path / "home").iterdir()) == []


def test_what_a_killed_run_left_goes_with_the_next_and_is_taken_by_nobody(tmp_path):
    with subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as run:
        left = run.stdout.readline().strip()
        beside = WorkFolder(tmp_path)
        assert {str(path) for path in tmp_path.iterdir()} == {left, str(beside.path)}  # the other one is at work
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
    after = WorkFolder(tmp_path)
    assert set(tmp_path.iterdir()) == {beside.path, after.path}
    assert {path.name for path in after.path.iterdir()} == {"lock"}


def test_a_run_that_was_killed_before_it_could_lock_its_folder_left_it_too(tmp_path):
    (tmp_path / ".ews-training-abc").mkdir()
    (tmp_path / "training-notes").mkdir()
    folder = WorkFolder(tmp_path)
    assert set(tmp_path.iterdir()) == {folder.path, tmp_path / "training-notes"}
