"""A machine that is too small: the engine wants more than it may have, and the command says so and leaves nothing."""

import os
import shutil
import subprocess
import sys

import pytest

from ews.store.batches import batch_page
from tests.homes import ScoredHome


def score(home: ScoredHome, memory: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "ews", "score", "--book", str(home.book), "--home", str(home.home)]
    command += ["--as-of", "2026-06-15"]
    return subprocess.run(
        command, env={**os.environ, "EWS_MEMORY_MIB": memory}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(scored, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(scored.home / "models", home / "models")
    return ScoredHome(scored.book, home)


def test_a_batch_for_which_memory_is_short_is_told_and_not_published(copy):
    done = score(copy, "64")
    assert done.returncode == 4
    assert "memory is not enough" in done.stderr
    assert "Traceback" not in done.stderr
    with copy.store() as store:
        assert batch_page(store, limit=1) == ([], None)
    assert not list((copy.home / "decisions").glob("*/20*"))


@pytest.mark.parametrize("said", ["abc", "63", "-1"])
def test_a_limit_that_is_none_is_refused(copy, said):
    done = score(copy, said)
    assert done.returncode == 2
    assert f"EWS_MEMORY_MIB is '{said}'" in done.stderr
