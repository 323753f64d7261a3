"""Book place: where the book of a portfolio lay when it was last scored, so that a policy can be tried on it later.

File    home/books/<portfolio>.json
"""

import json
from pathlib import Path

from ews.events.whole_files import write_whole


def remember_book(home: Path, portfolio: str, book: Path) -> None:
    """Keep where the book lies, in one step."""
    write_whole(_path(home, portfolio), json.dumps({"folder": str(book.resolve())}, ensure_ascii=False) + "\n")


def book_of(home: Path, portfolio: str) -> Path | None:
    """Return the folder of the book, None where nobody has scored it with this version or it is not there."""
    try:
        folder = Path(json.loads(_path(home, portfolio).read_text(encoding="utf-8"))["folder"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return folder if folder.is_dir() else None


def _path(home: Path, portfolio: str) -> Path:
    return home / "books" / f"{portfolio}.json"
