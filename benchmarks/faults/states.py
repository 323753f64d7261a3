"""States: what a trial starts from: a home, a book and a database, made once and copied for each trial."""

import itertools
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.databases import Databases, environment

_NUMBERS = itertools.count()


@dataclass(frozen=True, slots=True)
class State:
    """`folder` is all that a trial may change: the home, and the book that imports write; `book` is only read."""

    folder: Path
    book: Path
    databases: Databases

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def own_book(self) -> Path:
        return self.folder / "book"

    @property
    def environment(self) -> Mapping[str, str]:
        return environment(self.databases, self.home)

    @property
    def url(self) -> str:
        return self.databases.url(self.home)

    def copied(self, name: str) -> "State":
        """Return a copy under a name of its own, beside this one."""
        folder = self.folder.with_name(f"{name}-{next(_NUMBERS)}")
        shutil.copytree(self.folder, folder, copy_function=shutil.copyfile)
        for key in (folder / "home" / "audit").glob("*"):
            key.chmod(0o600)
        copy = State(folder, self.book, self.databases)
        self.databases.copy(self.home, copy.home)
        return copy

    def drop(self) -> None:
        self.databases.drop(self.home)
        shutil.rmtree(self.folder)
