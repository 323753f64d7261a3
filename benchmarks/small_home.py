"""A small home with a model and a batch, for measurements that are given none."""

import os
import subprocess
import sys
from pathlib import Path

_WORDS = (
    ("simulate", "--borrowers", "700", "--months", "60", "--seed", "11"),
    ("train", "--known-by", "2026-05-31"),
    ("score", "--as-of", "2026-06-30"),
)
"""Fewer borrowers have fewer defaults than a training asks for."""


def make_small_home(book: Path, home: Path) -> None:
    """Simulate a book, train a model on it and score its newest day, by the commands themselves."""
    for words in _WORDS:
        command = [sys.executable, "-m", "ews", *words, "--book", str(book), "--json"]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "EWS_HOME": str(home)})  # noqa: S603 - our own words
